//! What holds for any bytes: random ones, and frames of the corpus, as they are or damaged.
//!
//! `PROPTEST_CASES=1000000 cargo test --package xdplive-packet --test parser properties` looks longer.

use std::env;

use proptest::{prelude::*, sample::Index};
use xdplive_corpus::Kind;
use xdplive_packet::{
    Frame, Headers, Layers, LinkType, Malformed, Tag, Tunnel, Wire, headers::present, parse,
};

use crate::support::{inside, only};

/// Cases for each property, where `PROPTEST_CASES` does not say how many.
const CASES: u32 = 2_000;

fn config() -> ProptestConfig {
    let default = ProptestConfig::default();
    let cases = if env::var_os("PROPTEST_CASES").is_some() { default.cases } else { CASES };
    // A frame that fails is printed; it belongs into a test of its own, not into a file of seeds.
    // A case that does not apply is replaced by another, however many there are.
    ProptestConfig { cases, failure_persistence: None, max_global_rejects: u32::MAX, ..default }
}

/// A frame of the corpus with up to three bytes changed, cut or not.
fn damaged() -> impl Strategy<Value = (LinkType, Vec<u8>)> {
    let kind = proptest::sample::select(Kind::ALL);
    let changes = prop::collection::vec((any::<Index>(), any::<u8>()), 0..=3);
    let cut = prop::option::weighted(0.2, any::<Index>());
    (kind, any::<u64>(), changes, cut).prop_map(|(kind, seed, changes, cut)| {
        let sample = kind.sample(seed);
        let mut bytes = sample.bytes;
        // Where headers are; a frame may be empty.
        let reach = bytes.len().min(100);
        for (at, value) in changes.into_iter().filter(|_| reach > 0) {
            bytes[at.index(reach)] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len() + 1));
        }
        (sample.link, bytes)
    })
}

fn noise() -> impl Strategy<Value = (LinkType, Vec<u8>)> {
    let link = prop_oneof![Just(LinkType::Ethernet), Just(LinkType::RawIp)];
    (link, prop::collection::vec(any::<u8>(), 0..200))
}

/// A frame, and what is known of it besides.
fn frames() -> impl Strategy<Value = (Wire, Vec<u8>)> {
    let tag = prop::option::weighted(0.2, any::<u16>());
    (prop_oneof![4 => damaged(), 1 => noise()], tag).prop_map(|((link, bytes), tag)| {
        let tag = tag.map_or(Tag::NONE, Tag::taken_off);
        (Wire { link, tag }, bytes)
    })
}

/// A frame that writes down every attempt to read, and lets a view live no longer than a kernel program's
/// scratch buffer does.
struct Watched<'a> {
    bytes: &'a [u8],
    scratch: Vec<u8>,
    /// Offset, size and success.
    reads: Vec<(u32, usize, bool)>,
}

impl<'a> Watched<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, scratch: Vec::new(), reads: Vec::new() }
    }
}

impl Frame for Watched<'_> {
    fn length(&self) -> u32 {
        self.bytes.len() as u32
    }

    fn read<const N: usize>(&mut self, offset: u32) -> Result<&[u8; N], Malformed> {
        let start = offset as usize;
        let found = self.bytes.get(start..start + N);
        self.reads.push((offset, N, found.is_some()));
        self.scratch = found.ok_or(Malformed::Truncated)?.to_vec();
        Ok(self.scratch.first_chunk().unwrap())
    }
}

/// The farthest that headers can reach: Ethernet with three tags, IPv6, eight extension headers, TCP.
const FARTHEST: u32 = 26 + 40 + 8 * 2048 + 60;
/// Reads at most: Ethernet, three tags, IPv6, its length in an option, eight extension headers, three of the upper layer.
const READS: usize = 17;

fn read(frame: &[u8], wire: &Wire) -> Headers {
    parse(&mut &*frame, wire)
}

/// The packet in an Ethernet frame of the type that its first byte asks for.
fn on_ethernet(packet: &[u8]) -> Vec<u8> {
    let ethertype = match packet.first().map(|first| first >> 4) {
        Some(6) => [0x86, 0xdd],
        Some(4) | None => [0x08, 0x00],
        Some(_) => [0x88, 0xb5],
    };
    [&[2; 12], ethertype.as_slice(), packet].concat()
}

/// What stands behind the type field and all tags of a frame.
fn behind_ethernet(frame: &[u8]) -> &[u8] {
    match frame.get(12..).unwrap_or_default() {
        [0x81, 0x00, _, _, ..] | [0x88, 0xa8, _, _, ..] | [0x91, 0x00, _, _, ..] => {
            behind_ethernet(&frame[4..])
        }
        [_, _, packet @ ..] => packet,
        _ => &[],
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn it_reads_few_bytes_and_only_those_of_the_frame((wire, bytes) in frames()) {
        let mut watched = Watched::new(&bytes);
        let headers = parse(&mut watched, &wire);
        prop_assert_eq!(headers, read(&bytes, &wire), "a view that is copied reads the same");
        prop_assert!(watched.reads.len() <= READS, "{:?}", watched.reads);
        for (n, (offset, size, successful)) in watched.reads.iter().enumerate() {
            let end = u64::from(*offset) + *size as u64;
            prop_assert!(end <= u64::from(FARTHEST), "read {} of {:?}", n, watched.reads);
            prop_assert_eq!(*successful, end <= bytes.len() as u64);
            // What is not there ends it.
            prop_assert!(*successful || n + 1 == watched.reads.len(), "{:?}", watched.reads);
            prop_assert!(*successful || headers.malformed() == Some(Malformed::Truncated));
        }
    }

    /// A slice has to refuse everything beyond its end, whatever the offset.
    #[test]
    fn a_slice_ends_where_it_ends(bytes in prop::collection::vec(any::<u8>(), 0..50), offset in any::<u32>()) {
        for offset in [offset, offset % 60] {
            let inside = u64::from(offset) + 4 <= bytes.len() as u64;
            let mut frame = bytes.as_slice();
            prop_assert_eq!(frame.length() as usize, bytes.len());
            prop_assert_eq!(frame.read::<4>(offset).is_ok(), inside);
        }
    }

    #[test]
    fn absent_fields_are_zero((wire, bytes) in frames()) {
        let headers = read(&bytes, &wire);
        prop_assert_eq!(only(&headers, headers.present), headers);
        prop_assert_eq!(headers.reserved, [0; 2]);
        prop_assert_eq!(headers.malformed().map_or(0, |reason| reason as u8), headers.malformed);
        if headers.version() != Some(6) {
            prop_assert_eq!((&headers.source_ip[4..], &headers.destination_ip[4..]), (&[0; 12][..], &[0; 12][..]));
        }
    }

    #[test]
    fn fields_come_together((wire, bytes) in frames()) {
        use present::{
            ADDRESSES, ARP, ETHERNET, FRAGMENT, ICMP, INNER_VLAN, IP, JUMBO, LENGTH_FIELD, PORTS, PROTOCOL, TCP_FLAGS, VLAN,
            WINDOW,
        };
        let headers = read(&bytes, &wire);
        let requires = |bit, others| !headers.has(bit) || headers.has(others);
        prop_assert_eq!(headers.has(ETHERNET), wire.link == LinkType::Ethernet && bytes.len() >= 14);
        prop_assert!(requires(LENGTH_FIELD, ETHERNET));
        prop_assert!(requires(VLAN, ETHERNET));
        prop_assert!(requires(INNER_VLAN, VLAN));
        prop_assert!(requires(IP, ADDRESSES));
        prop_assert!(requires(PROTOCOL, IP));
        prop_assert!(requires(FRAGMENT, IP));
        prop_assert!(requires(PORTS, PROTOCOL));
        prop_assert!(requires(TCP_FLAGS, PORTS));
        prop_assert!(requires(WINDOW, TCP_FLAGS));
        prop_assert!(requires(ICMP, PROTOCOL));
        prop_assert!(requires(JUMBO, IP));
        prop_assert_eq!(headers.has(ARP) && headers.ethertype() != Some(0x0806), false);
        prop_assert!(!headers.has(JUMBO) || headers.version() == Some(6) && headers.length() > Some(65_575));
        prop_assert!(matches!(headers.version(), None | Some(4 | 6)));
        prop_assert_eq!(headers.has(ADDRESSES) && !headers.has(IP), headers.has(ADDRESSES | ARP));
        prop_assert!(!headers.has(PORTS) || matches!(headers.protocol(), Some(6 | 17 | 33 | 132 | 136)));
        prop_assert!(!headers.has(TCP_FLAGS) || headers.protocol() == Some(6));
        prop_assert!(!headers.has(ICMP) || matches!(headers.protocol(), Some(1 | 58)));
        if let Some(reason) = headers.malformed() {
            prop_assert!(reason != Malformed::TooManyHeaders || !headers.has(PROTOCOL));
        }
    }

    /// What a frame carries is looked for inside of it, and the search ends.
    #[test]
    fn what_is_carried_is_inside_the_frame((wire, bytes) in frames()) {
        let inside = inside(&bytes, &wire);
        let Headers { header_length, present, .. } = inside.headers;
        prop_assert!(usize::from(header_length) <= bytes.len());
        prop_assert_eq!(only(&inside.headers, present), inside.headers);
        prop_assert_eq!(inside.headers.malformed().map_or(0, |reason| reason as u8), inside.headers.malformed);
        let Layers { link, network, upper, payload, end } = inside.layers;
        let in_order = [link, network, upper, payload].into_iter().filter(|at| *at != Layers::ABSENT);
        prop_assert!(in_order.chain([end]).is_sorted(), "{:?}", inside.layers);
        prop_assert!(end as usize <= bytes.len());
        let Tunnel { kinds, ids, with_id, outer_version, .. } = inside.tunnel;
        let count = inside.tunnel.levels().count();
        prop_assert!(kinds.iter().skip(count).all(|kind| *kind == 0) && ids.iter().skip(count).all(|id| *id == 0));
        prop_assert_eq!(u32::from(with_id) >> count, 0);
        prop_assert!(outer_version == 0 || count > 0);
        if count == 0 {
            prop_assert_eq!(Headers { malformed: 0, header_length: 0, ..inside.headers }, Headers { malformed: 0, header_length: 0, ..read(&bytes, &wire) });
        }
    }

    /// A frame cut anywhere has no tunnel that the whole does not have.
    #[test]
    fn a_cut_changes_no_tunnel((wire, bytes) in frames(), cut in any::<Index>()) {
        prop_assume!(bytes.len() <= 65_535);
        let whole = inside(&bytes, &wire).tunnel.levels().collect::<Vec<_>>();
        let part = inside(&bytes[..cut.index(bytes.len() + 1)], &wire).tunnel.levels().collect::<Vec<_>>();
        prop_assert!(whole.starts_with(&part), "{:?} of {:?}", part, whole);
    }

    /// The headers up to the innermost one's end hold everything that was read.
    #[test]
    fn headers_hold_what_is_carried((wire, bytes) in frames()) {
        prop_assume!(bytes.len() <= 65_535);
        let found = inside(&bytes, &wire);
        let again = inside(&bytes[..usize::from(found.headers.header_length)], &wire);
        prop_assert_eq!(again.tunnel, found.tunnel);
        prop_assert_eq!(Headers { malformed: found.headers.malformed, ..again.headers }, found.headers);
    }

    /// A capture of headers only keeps the first `header_length` bytes: all that was read is in them.
    #[test]
    fn the_headers_hold_everything_that_was_read((wire, bytes) in frames()) {
        let headers = read(&bytes, &wire);
        let length = usize::from(headers.header_length);
        prop_assert!(length <= bytes.len());
        // A length of 0 stands for the rest of a very large frame only.
        prop_assume!(bytes.len() <= 65_535);
        let again = read(&bytes[..length], &wire);
        prop_assert_eq!(Headers { malformed: headers.malformed, ..again }, headers);
    }

    /// A frame cut anywhere has no field that the whole does not have, and no other value in any.
    #[test]
    fn a_cut_takes_fields_away_and_changes_none((wire, bytes) in frames(), cut in any::<Index>()) {
        prop_assume!(bytes.len() <= 65_535);
        let whole = read(&bytes, &wire);
        let part = read(&bytes[..cut.index(bytes.len() + 1)], &wire);
        let kept = only(&whole, part.present);
        let expected = Headers {
            malformed: part.malformed,
            header_length: part.header_length,
            // In front of a tag that is missing stands the type that announces it.
            ethertype: part.ethertype,
            // Without the option that holds it, the length is what the header says: nothing.
            length: if whole.has(present::JUMBO) && !part.has(present::JUMBO) { part.length } else { kept.length },
            ..kept
        };
        prop_assert_eq!(part, expected);
        prop_assert!(part.header_length <= whole.header_length);
        let same_tags = part.has(whole.present & (present::ETHERNET | present::VLAN | present::INNER_VLAN));
        // Of a third tag only the type that announces it is known.
        let announces_tag = matches!(part.ethertype, 0x8100 | 0x88a8 | 0x9100);
        prop_assert!(part.ethertype == whole.ethertype || !same_tags || announces_tag);
        prop_assert!(part.malformed == whole.malformed || part.malformed() == Some(Malformed::Truncated));
    }

    /// Padding, trailers, and what a length field excludes: nothing behind a frame that is not cut short
    /// is ever looked at.
    #[test]
    fn what_follows_changes_nothing((wire, bytes) in frames(), padding in prop::collection::vec(any::<u8>(), 0..80)) {
        let headers = read(&bytes, &wire);
        prop_assume!(headers.malformed() != Some(Malformed::Truncated));
        prop_assume!(bytes.len() + padding.len() <= 65_535);
        prop_assert_eq!(read(&[bytes, padding].concat(), &wire), headers);
    }

    /// Whether the card took the outer tag off or not makes no difference but for where headers end.
    #[test]
    fn a_tag_is_a_tag(
        (wire, bytes) in frames(),
        tpid in prop_oneof![Just([0x81, 0x00]), Just([0x88, 0xa8]), Just([0x91, 0x00])],
        control in any::<u16>(),
    ) {
        let frame = match wire.link {
            LinkType::Ethernet => bytes,
            LinkType::RawIp => on_ethernet(&bytes),
        };
        prop_assume!(frame.len() >= 14);
        let (addresses, rest) = frame.split_at(12);
        let tagged = [addresses, &tpid, &control.to_be_bytes(), rest].concat();
        let headers = read(&tagged, &Wire::new(LinkType::Ethernet));
        let expected = Headers { header_length: headers.header_length - 4, ..headers };
        let wire = Wire { link: LinkType::Ethernet, tag: Tag::taken_off(control) };
        prop_assert_eq!(read(&frame, &wire), expected);
    }

    /// A packet says the same on a link with Ethernet and on one without.
    #[test]
    fn a_packet_is_a_packet((link, bytes) in damaged()) {
        let packet = match link {
            LinkType::Ethernet => behind_ethernet(&bytes),
            LinkType::RawIp => &bytes,
        };
        let headers = read(&on_ethernet(packet), &Wire::new(LinkType::Ethernet));
        let expected = Headers {
            header_length: headers.header_length - 14,
            ..only(&headers, headers.present & !present::ETHERNET)
        };
        prop_assert_eq!(read(packet, &Wire::new(LinkType::RawIp)), expected);
    }
}
