//! What the tests have in common.

use bytemuck::Zeroable;
use xdplive_packet::{
    Frame, Headers, Inside, Layers, LinkType, Malformed, Tag, Wire,
    headers::present,
    parse,
    parse::tunnel::{descend, may_carry},
    parse_into,
};

/// The bytes written as hexadecimal digits; blanks do not count.
pub(crate) fn hex(pieces: &[&str]) -> Vec<u8> {
    let digits: Vec<u8> = pieces.concat().bytes().filter(|byte| *byte != b' ').collect();
    assert!(digits.len().is_multiple_of(2), "two digits make a byte");
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap() as u8;
    digits.chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

/// What the parser says of a frame on Ethernet.
pub(crate) fn ethernet(bytes: &[u8]) -> Headers {
    parse(&mut &*bytes, &Wire::new(LinkType::Ethernet))
}

/// What the parser says of a packet on a link without Ethernet.
pub(crate) fn raw(bytes: &[u8]) -> Headers {
    parse(&mut &*bytes, &Wire::new(LinkType::RawIp))
}

/// What the parser says of a frame on Ethernet whose outermost tag was taken off.
pub(crate) fn tag_taken_off(control: u16, bytes: &[u8]) -> Headers {
    parse(&mut &*bytes, &Wire { link: LinkType::Ethernet, tag: Tag::taken_off(control) })
}

/// What a frame carries at the innermost; where it carries nothing, what the parser says of the frame.
pub(crate) fn inside(bytes: &[u8], wire: &Wire) -> Inside {
    let (mut headers, mut layers) = (Headers::EMPTY, Layers::EMPTY);
    let mut frame = bytes;
    parse_into(&mut frame, wire, &mut headers, &mut layers);
    if may_carry(&headers, &layers) {
        return descend(&mut frame, &headers, &layers);
    }
    let mut nothing = Inside::zeroed();
    nothing.begin(&headers, &layers, frame.length());
    nothing
}

/// Addresses of an IPv4 packet or ARP as the parser keeps them.
pub(crate) const fn ipv4([a, b, c, d]: [u8; 4]) -> [u8; 16] {
    [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
}

/// `bytes` with other values from `at` on.
pub(crate) fn with(bytes: &[u8], at: usize, values: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at..at + values.len()].copy_from_slice(values);
    bytes
}

/// `headers` without the fields whose bit is not in `bits`.
pub(crate) fn only(headers: &Headers, bits: u16) -> Headers {
    let mut kept = Headers { present: headers.present & bits, ..*headers };
    if !kept.has(present::ETHERNET) {
        (kept.source_mac, kept.destination_mac, kept.ethertype) = ([0; 6], [0; 6], 0);
    }
    if !kept.has(present::VLAN) {
        kept.vlan = 0;
    }
    if !kept.has(present::INNER_VLAN) {
        kept.inner_vlan = 0;
    }
    if !kept.has(present::IP) {
        (kept.version, kept.length, kept.ttl, kept.traffic_class, kept.ip_id) = (0, 0, 0, 0, 0);
    }
    if !kept.has(present::ADDRESSES) {
        (kept.source_ip, kept.destination_ip) = ([0; 16], [0; 16]);
    }
    if !kept.has(present::PROTOCOL) {
        kept.protocol = 0;
    }
    if !kept.has(present::PORTS) {
        (kept.source_port, kept.destination_port) = (0, 0);
    }
    if !kept.has(present::TCP_FLAGS) {
        kept.tcp_flags = 0;
    }
    if !kept.has(present::ICMP) {
        (kept.icmp_type, kept.icmp_code) = (0, 0);
    }
    if !kept.has(present::WINDOW) {
        kept.tcp_window = 0;
    }
    if !kept.has(present::ARP) {
        kept.arp_operation = 0;
    }
    kept
}

/// Cuts a frame that is sound at every length and requires that each field is known exactly from the length
/// on that `known_from` gives for its bits of [`present`], and `truncated` said of all lengths below `whole`.
pub(crate) fn assert_kept_when_cut(frame: &[u8], wire: &Wire, known_from: &[(usize, u16)], whole: usize) {
    let all = parse(&mut &*frame, wire);
    assert_eq!(all.malformed(), None);
    for length in 0..=frame.len() {
        let known =
            known_from.iter().filter(|(from, _)| *from <= length).fold(0, |bits, (_, bit)| bits | bit);
        let cut = parse(&mut &frame[..length], wire);
        assert!(usize::from(cut.header_length) <= length, "cut to {length}: header of {}", cut.header_length);

        // The type in front of a tag that is missing is not the one behind it.
        let tags = known & (present::VLAN | present::INNER_VLAN);
        let ethertype = if tags == all.present & (present::VLAN | present::INNER_VLAN) {
            only(&all, known).ethertype
        } else {
            cut.ethertype
        };
        let malformed = if length < whole { Malformed::Truncated as u8 } else { 0 };
        let header_length = cut.header_length;
        let expected = Headers { ethertype, malformed, header_length, ..only(&all, known) };
        assert_eq!(cut, expected, "cut to {length} bytes");
    }
}
