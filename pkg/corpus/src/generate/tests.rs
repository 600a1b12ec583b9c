use std::collections::HashSet;

use super::{Kind, Sample, generate, tunnels};
use crate::LinkType;

#[test]
fn the_same_seed_gives_the_same_frames() {
    let bytes = |seed| generate(seed, 500).map(|sample| sample.bytes).collect::<Vec<_>>();
    assert_eq!(bytes(7), bytes(7));
    assert_ne!(bytes(7), bytes(8));
}

#[test]
fn a_longer_corpus_begins_with_the_shorter() {
    let short: Vec<_> = generate(7, 100).map(|sample| sample.bytes).collect();
    let long: Vec<_> = generate(7, 200).map(|sample| sample.bytes).collect();
    assert_eq!(short, long[..100]);
}

#[test]
fn every_kind_occurs_and_varies() {
    let samples: Vec<_> = generate(7, Kind::ALL.len() * 20).collect();
    for kind in Kind::ALL {
        let frames = samples.iter().filter(|sample| sample.kind == *kind).map(|sample| &sample.bytes);
        let different = frames.collect::<HashSet<_>>().len();
        assert!(different > 1, "{kind:?} gives always the same frame");
    }
}

#[test]
fn tunnels_alone() {
    let samples: Vec<_> = tunnels(7, 210).collect();
    let kinds: HashSet<_> = samples.iter().map(|sample| sample.kind).collect();
    assert_eq!((samples.len(), kinds.len()), (210, 21));
    assert!(kinds.iter().all(|kind| kind.is_about_tunnels()));
    let again = tunnels(7, 210).map(|sample| sample.bytes);
    assert!(again.eq(samples.into_iter().map(|sample| sample.bytes)));
}

#[test]
fn a_kind_can_be_had_alone() {
    for kind in Kind::ALL {
        let (one, again) = (kind.sample(7), kind.sample(7));
        assert_eq!((one.kind, one.link, &one.bytes), (*kind, again.link, &again.bytes));
    }
}

#[test]
fn a_sample_names_itself() {
    let sample = Sample { number: 3, kind: Kind::Cut, link: LinkType::RawIp, bytes: vec![0x45, 0x00] };
    assert_eq!(sample.to_string(), "sample 3 (Cut, RawIp, 2 bytes): 4500");
    let long = Sample { bytes: vec![0xab; 70_000], ..sample };
    assert!(long.to_string().len() < 600);
}
