//! Whatever bytes come, the programs in the kernel read in them what the parser on the host does, and every kind of
//! header and fault is among them.

use std::collections::BTreeMap;

use xdplive_corpus::hostile;
use xdplive_packet::{Headers, LinkType, Malformed, Wire, headers::present, parse};

use crate::kernel::{Kernel, SHORTEST, compare, everything};

/// How many frames; `make soak` has ten million.
const FRAMES: &str = "XDPLIVE_HOSTILE_FRAMES";
const SOME: usize = 200_000;
/// Where the numbers begin; another seed has other frames.
const SEED: &str = "XDPLIVE_HOSTILE_SEED";

/// Every header kind and every reason to stop is in one frame of so many at least.
const RAREST: usize = 1000;

/// What is counted, so that no header is missing by chance.
const HEADERS: [(&str, u16); 11] = [
    ("Ethernet", present::ETHERNET),
    ("802.3", present::LENGTH_FIELD),
    ("VLAN", present::VLAN),
    ("inner VLAN", present::INNER_VLAN),
    ("IP", present::IP),
    ("addresses", present::ADDRESSES),
    ("protocol", present::PROTOCOL),
    ("fragment", present::FRAGMENT),
    ("ports", present::PORTS),
    ("TCP flags", present::TCP_FLAGS),
    ("ICMP", present::ICMP),
];

/// What may be in a frame with such a beginning, none of it yet.
fn nothing(link: LinkType) -> BTreeMap<&'static str, usize> {
    let headers = HEADERS.into_iter().filter(|(_, bits)| {
        let of_ethernet = present::ETHERNET | present::LENGTH_FIELD | present::VLAN | present::INNER_VLAN;
        link == LinkType::Ethernet || bits & of_ethernet == 0
    });
    let reasons = [Malformed::Truncated, Malformed::BadIhl, Malformed::BadLength, Malformed::TooManyHeaders];
    let names = headers.map(|(name, _)| name).chain(reasons.map(Malformed::name));
    names.chain(["IPv4", "IPv6", "whole"]).map(|name| (name, 0)).collect()
}

fn count(counts: &mut BTreeMap<&'static str, usize>, headers: &Headers) {
    let version = match headers.version() {
        Some(4) => Some("IPv4"),
        Some(6) => Some("IPv6"),
        _ => None,
    };
    let fault = headers.malformed().map_or("whole", Malformed::name);
    let present = HEADERS.into_iter().filter(|(_, bits)| headers.has(*bits)).map(|(name, _)| name);
    for name in present.chain(version).chain([fault]) {
        *counts.entry(name).or_default() += 1;
    }
}

#[test]
fn damaged_frames_give_identical_events() {
    let frames = xdplive_lab::number(FRAMES).unwrap_or(SOME);
    let seed = xdplive_lab::number(SEED).unwrap_or(20_261_130);
    let mut kernel = Kernel::load(1 << 16);
    for link in [LinkType::Ethernet, LinkType::RawIp] {
        kernel.configure(everything(link));
        let mut counts = nothing(link);
        let mut compared = 0;
        // What begins with one layout is also read as the other: the programs must not mind.
        let samples = hostile(seed as u64 ^ link as u64, frames / 2);
        for sample in samples.filter(|sample| sample.bytes.len() >= SHORTEST) {
            compare(&mut kernel, link, &sample.bytes, &format_args!("seed {seed}, {sample}"));
            count(&mut counts, &parse(&mut &*sample.bytes, &Wire::new(link)));
            compared += 1;
        }
        println!("{link:?}: {compared} frames, {counts:?}");
        assert!(compared > frames / 3, "{compared} of {frames} frames are long enough for a test run");
        for (name, found) in &counts {
            assert!(*found > compared / RAREST, "{found} of {compared} frames with {name}: {counts:?}");
        }
    }
}
