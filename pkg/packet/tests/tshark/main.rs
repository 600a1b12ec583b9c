//! tshark as judge: Wireshark's dissectors and the parser read every frame of the corpus, and each field
//! has to be the same. Where they differ on purpose, [`rules`] says when and why.

#![allow(clippy::indexing_slicing, clippy::panic, reason = "a test may stop at the first surprise")]
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod carried;
mod comparison;
mod fields;
mod judge;
mod rules;

use std::sync::LazyLock;

use comparison::{Difference, Tally};
use fields::{FIELDS, checksums};
use judge::Verdict;
use rules::RULES;
use xdplive_corpus::{LinkType, Sample, generate};
use xdplive_packet::{Wire, headers::present, parse};

const SEED: u64 = 20_241_122;
const FRAMES: usize = 10_000;
/// How often at least both sides have a value, for each field.
const VALUES: usize = 100;

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
    let mut tally = Tally::new(RULES);
    for (sample, verdict) in CORPUS.iter() {
        let headers = parse(&mut sample.bytes.as_slice(), &Wire::new(sample.link));
        for field in FIELDS {
            let (ours, theirs) = ((field.ours)(&headers), (field.theirs)(verdict));
            let (headers, dissection) = (&headers, verdict);
            tally.compare(Difference { field: field.name, ours, theirs, sample, headers, dissection });
        }
    }

    tally.assert_explained();
    assert_eq!(CORPUS.len(), FRAMES);
    for field in FIELDS {
        let values = tally.agreed(field.name);
        assert!(values >= VALUES, "{}: only {values} values were compared", field.name);
    }
}

/// IP and ARP of the corpus behind a length and the header of SNAP (RFC 1042): every field is read as behind a type, and as
/// Wireshark reads it.
#[test]
fn what_snap_carries_is_what_wireshark_says() {
    const SNAP: [u8; 6] = [0xaa, 0xaa, 3, 0, 0, 0];
    let samples: Vec<Sample> = generate(SEED + 1, FRAMES)
        .filter(|sample| sample.link == LinkType::Ethernet && sample.kind.is_sound())
        .filter_map(|mut sample| {
            // Behind a service tag, tshark takes a length for a type.
            let field = |tags: usize| sample.bytes.get(12 + 4 * tags..14 + 4 * tags);
            let tags = (0..3).take_while(|tags| field(*tags) == Some(&[0x81, 0x00])).count();
            if !matches!(field(tags), Some([0x08, 0x00 | 0x06] | [0x86, 0xdd])) {
                return None;
            }
            let place = 12 + 4 * tags;
            let length =
                u16::try_from(sample.bytes.len() - place - 2 + 8).ok().filter(|length| *length <= 1500)?;
            let header = [&length.to_be_bytes(), &SNAP[..]].concat();
            sample.bytes.splice(place..place, header);
            Some(sample)
        })
        .collect();
    let verdicts = judge::dissect(LinkType::Ethernet, &samples);
    assert_eq!(samples.len(), verdicts.len());
    let mut tally = Tally::new(RULES);
    // Of several frames in one another, the types and lengths of all are in one list.
    let is_one = |verdict: &Verdict| verdict.layers.iter().filter(|layer| *layer == "eth").count() == 1;
    for (sample, dissection) in samples.iter().zip(&verdicts).filter(|(_, verdict)| is_one(verdict)) {
        let headers = parse(&mut sample.bytes.as_slice(), &Wire::new(sample.link));
        assert!(headers.has(present::LENGTH_FIELD), "{sample}");
        for field in FIELDS {
            let (ours, theirs) = ((field.ours)(&headers), (field.theirs)(dissection));
            tally.compare(Difference {
                field: field.name,
                ours,
                theirs,
                sample,
                headers: &headers,
                dissection,
            });
        }
    }
    tally.assert_without_surprise();
    for field in
        ["source_ip", "protocol", "source_port", "tcp_flags", "icmp_type", "arp_operation", "vlan", "length"]
    {
        let values = tally.agreed(field);
        assert!(values >= VALUES, "{field}: only {values} values were compared");
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
