//! tshark as judge: Wireshark's dissectors and the parser read every frame of the corpus, and each field
//! has to be the same. Where they differ on purpose, [`rules`] says when and why.

#![allow(clippy::indexing_slicing, clippy::panic, reason = "a test may stop at the first surprise")]
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod carried;
mod fields;
mod judge;
mod rules;

use std::{collections::BTreeMap, sync::LazyLock};

use fields::{FIELDS, checksums};
use judge::Verdict;
use rules::{Difference, RULES};
use xdplive_corpus::{LinkType, Sample, generate};
use xdplive_packet::{Wire, parse};

const SEED: u64 = 20_241_122;
const FRAMES: usize = 10_000;
/// How often at least both sides have a value, for each field.
const VALUES: usize = 100;
/// Differences shown, where there are any.
const SHOWN: usize = 20;

/// The corpus, and what tshark says of each frame.
static CORPUS: LazyLock<Vec<(Sample, Verdict)>> = LazyLock::new(|| {
    let (ethernet, raw): (Vec<_>, Vec<_>) =
        generate(SEED, FRAMES).partition(|sample| sample.link == LinkType::Ethernet);
    [(LinkType::Ethernet, ethernet), (LinkType::RawIp, raw)]
        .into_iter()
        .flat_map(|(link, samples)| {
            let verdicts = judge::dissect(link, &samples);
            assert_eq!(samples.len(), verdicts.len(), "tshark has to answer for every frame");
            samples.into_iter().zip(verdicts)
        })
        .collect()
});

#[test]
fn every_field_is_what_wireshark_says() {
    let mut agreed: BTreeMap<&str, usize> = BTreeMap::new();
    let mut excused: BTreeMap<&str, usize> = BTreeMap::new();
    let mut unexplained = Vec::new();

    for (sample, verdict) in CORPUS.iter() {
        let headers = parse(&mut sample.bytes.as_slice(), &Wire::new(sample.link));
        for field in FIELDS {
            let (ours, theirs) = ((field.ours)(&headers), (field.theirs)(verdict));
            if ours == theirs {
                *agreed.entry(field.name).or_default() += usize::from(ours.is_some());
                continue;
            }
            let difference =
                Difference { field: field.name, ours, theirs, sample, headers: &headers, verdict };
            match RULES.iter().find(|rule| rule.excuses(&difference)) {
                Some(rule) => *excused.entry(rule.name).or_default() += 1,
                None => unexplained.push(difference.to_string()),
            }
        }
    }

    let shown = unexplained.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(unexplained.is_empty(), "{} differences, among them:\n{shown}", unexplained.len());
    assert_eq!(CORPUS.len(), FRAMES);
    for field in FIELDS {
        let values = agreed.get(field.name).copied().unwrap_or(0);
        assert!(values >= VALUES, "{}: only {values} values were compared", field.name);
    }
    for rule in RULES {
        assert!(excused.contains_key(rule.name), "\"{}\" is no longer needed by any frame", rule.name);
    }
}

/// What the judge finds wrong with sound frames is wrong with the corpus.
#[test]
fn sound_frames_have_right_checksums() {
    const BAD: &str = "0";
    const GOOD: &str = "1";
    let (mut ipv4, mut upper) = (0, 0);
    for (sample, verdict) in CORPUS.iter().filter(|(sample, _)| sample.kind.is_sound()) {
        let found = checksums(verdict);
        assert!(found.iter().flatten().all(|status| status != BAD), "wrong checksum in {sample}");
        let [network_layer, upper_layer] = found.map(|status| usize::from(status.as_deref() == Some(GOOD)));
        ipv4 += network_layer;
        upper += upper_layer;
    }
    assert!(ipv4 >= VALUES && upper >= VALUES, "only {ipv4} and {upper} checked");
}
