//! IPv6 and its extension headers.

use xdplive_packet::{Headers, LinkType, Malformed, Wire, headers::present, parse::MAX_EXTENSIONS};

use crate::support::{assert_kept_when_cut, ethernet, hex, raw, with};

const LINK: &str = "3333000000fb 001132e5795c 86dd";
const SOURCE: [u8; 16] = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0x02, 0x11, 0x32, 0xff, 0xfe, 0xe5, 0x79, 0x5c];
const DESTINATION: [u8; 16] = [0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xfb];
const ADDRESSES: &str = "fe80000000000000021132fffee5795c ff0200000000000000000000000000fb";
/// 5353 to 5353, 12 bytes.
const UDP: &str = "14e9 14e9 000c b5a0 01020304";

/// Where the fields of the IP header stand in a frame without tags.
const FIRST: usize = 14;
const PAYLOAD_LENGTH: usize = 18;

/// A packet of DSCP 46, ECN 1, hop limit 255, whose payload starts with protocol `next`.
fn packet(next: u8, payload: &[u8]) -> Vec<u8> {
    let header = hex(&[&format!("6b912345 {:04x} {next:02x} ff", payload.len()), ADDRESSES]);
    [header, payload.to_vec()].concat()
}

fn query() -> Vec<u8> {
    [hex(&[LINK]), packet(17, &hex(&[UDP]))].concat()
}

#[test]
fn a_datagram() {
    let expected = Headers {
        destination_mac: [0x33, 0x33, 0x00, 0x00, 0x00, 0xfb],
        source_mac: [0x00, 0x11, 0x32, 0xe5, 0x79, 0x5c],
        ethertype: 0x86dd,
        source_ip: SOURCE,
        destination_ip: DESTINATION,
        length: 52,
        source_port: 5353,
        destination_port: 5353,
        present: present::ETHERNET | present::IP | present::ADDRESSES | present::PROTOCOL | present::PORTS,
        header_length: 62,
        version: 6,
        protocol: 17,
        ttl: 255,
        traffic_class: 0xb9,
        ..Headers::EMPTY
    };
    let headers = ethernet(&query());
    assert_eq!(headers, expected);
    assert_eq!((headers.dscp(), headers.fragment(), headers.malformed()), (Some(46), Some(false), None));
    assert_eq!(headers.ip_id(), None);
}

#[test]
fn the_traffic_class_lies_across_two_bytes() {
    for dscp in 0..64_u8 {
        let class = dscp << 2 | 2;
        let bytes = [0x60 | class >> 4, class << 4 | 0x0f];
        assert_eq!(ethernet(&with(&query(), FIRST, &bytes)).dscp(), Some(dscp));
    }
}

#[test]
fn another_version_behind_the_type_of_ipv6() {
    for version in (0..16).filter(|version| *version != 6) {
        let headers = ethernet(&with(&query(), FIRST, &[version << 4]));
        assert_eq!((headers.present, headers.malformed()), (present::ETHERNET, Some(Malformed::BadIhl)));
    }
}

/// As for IPv4: a datagram of 12 bytes, padded by 6, under every payload length that its packet may claim.
#[test]
fn every_payload_length() {
    let frame = [query(), vec![0xff; 6]].concat();
    for payload in 0..=u16::MAX {
        let headers = ethernet(&with(&frame, PAYLOAD_LENGTH, &payload.to_be_bytes()));
        let (ports, malformed) = match payload {
            0..4 => (false, Some(Malformed::Truncated)),
            4..8 => (true, Some(Malformed::Truncated)),
            8..12 => (true, Some(Malformed::BadLength)),
            12..=18 => (true, None),
            19.. => (true, Some(Malformed::Truncated)),
        };
        assert_eq!(headers.malformed(), malformed, "{payload}");
        assert_eq!(headers.has(present::PORTS), ports, "{payload}");
        assert_eq!(
            (headers.length(), headers.protocol()),
            (Some(40 + u32::from(payload)), Some(17)),
            "{payload}"
        );
    }
}

#[test]
fn longer_than_the_field_can_say() {
    let tcp = hex(&["0016 01bb 00000001 00000001 5010 ffff 0000 0000"]);
    let large = |payload: usize| {
        let mut bytes = with(&packet(6, &tcp), 4, &[0, 0]);
        bytes.resize(40 + payload, 0);
        raw(&bytes)
    };
    let headers = large(65_536);
    assert_eq!((headers.length(), headers.malformed()), (Some(65_576), None));
    assert_eq!((headers.source_port(), headers.tcp_flags()), (Some(22), Some(0x10)));
    assert_eq!(large(200_000).length(), Some(200_040));
    // This length the field could have said: then it means that there is no payload.
    let headers = large(65_535);
    assert_eq!((headers.length(), headers.source_port()), (Some(40), None));
    assert_eq!(headers.malformed(), Some(Malformed::Truncated));
}

/// A TCP segment of 20 bytes behind a hop-by-hop header with the length of the packet (RFC 2675), which is `length`.
fn jumbo(option: [u8; 2], length: u32) -> Vec<u8> {
    let hop_by_hop = [vec![6, 0], option.to_vec(), length.to_be_bytes().to_vec()].concat();
    let tcp = hex(&["0016 01bb 00000001 00000001 5010 ffff 0000 0000"]);
    with(&packet(0, &[hop_by_hop, tcp].concat()), 4, &[0, 0])
}

/// What the kernel makes of large segments that it has yet to cut (BIG TCP).
#[test]
fn a_length_in_an_option() {
    for payload in [65_536_usize, 70_000, 524_280] {
        let mut bytes = jumbo([0xc2, 4], payload as u32);
        bytes.resize(40 + payload, 0);
        let expected = Headers {
            source_ip: SOURCE,
            destination_ip: DESTINATION,
            length: 40 + payload as u32,
            source_port: 22,
            destination_port: 443,
            present: present::IP
                | present::ADDRESSES
                | present::PROTOCOL
                | present::PORTS
                | present::TCP_FLAGS
                | present::WINDOW
                | present::JUMBO,
            header_length: 68,
            version: 6,
            protocol: 6,
            ttl: 255,
            traffic_class: 0xb9,
            tcp_flags: 0x10,
            tcp_window: 0xffff,
            ..Headers::EMPTY
        };
        assert_eq!(raw(&bytes), expected, "{payload}");
        // What follows the packet is no part of it, and a frame may hold less of it.
        assert_eq!(raw(&[bytes.clone(), vec![0xff; 9]].concat()), expected, "{payload}");
        let cut = Headers { malformed: Malformed::Truncated as u8, ..expected };
        assert_eq!(raw(&bytes[..39 + payload]), cut, "{payload}");
        assert_eq!(raw(&bytes[..68]), cut, "{payload}");
    }
}

/// RFC 2675, 3: an option with a length that the header has room for is wrong, and so is one beside a length in the header.
#[test]
fn an_option_that_is_not_believed() {
    // Another option, another size, a length that is too small, one that no packet has.
    for (option, length) in
        [([0x05, 4], 70_000), ([0xc2, 3], 70_000), ([0xc2, 4], 65_535), ([0xc2, 4], 28), ([0xc2, 4], 1 << 24)]
    {
        let headers = raw(&jumbo(option, length));
        assert_eq!((headers.length(), headers.has(present::JUMBO)), (Some(40), false), "{option:?} {length}");
        assert_eq!((headers.protocol(), headers.malformed()), (None, Some(Malformed::Truncated)));
    }
    let headers = raw(&with(&jumbo([0xc2, 4], 70_000), 4, &28_u16.to_be_bytes()));
    assert_eq!((headers.length(), headers.has(present::JUMBO)), (Some(68), false));
    assert_eq!((headers.source_port(), headers.malformed()), (Some(22), None));
}

#[test]
fn nothing_behind_the_header() {
    let headers = raw(&packet(59, &[]));
    assert_eq!((headers.protocol(), headers.length(), headers.malformed()), (Some(59), Some(40), None));
    // What follows all the same is not looked at (RFC 8200, 4.7).
    let headers = raw(&packet(59, &hex(&[UDP])));
    assert_eq!((headers.protocol(), headers.source_port(), headers.header_length), (Some(59), None, 40));
}

/// An extension header of the shortest form its protocol has, in front of `next`.
fn extension(protocol: u8, next: u8) -> Vec<u8> {
    match protocol {
        // Authentication: 4-byte units, two fewer than there are.
        51 => hex(&[&format!("{next:02x} 02 0000 00001000 00000001 aabbccdd")]),
        // A fragment header of a whole packet; options; a routing header.
        44 => hex(&[&format!("{next:02x} 00 0000 00000001")]),
        _ => hex(&[&format!("{next:02x} 00 0104 00000000")]),
    }
}

#[test]
fn each_extension_header() {
    for protocol in [0, 43, 44, 51, 60] {
        let header = extension(protocol, 17);
        let headers = raw(&packet(protocol, &[header.clone(), hex(&[UDP])].concat()));
        assert_eq!((headers.protocol(), headers.malformed()), (Some(17), None), "{protocol}");
        assert_eq!((headers.source_port(), headers.fragment()), (Some(5353), Some(false)), "{protocol}");
        assert_eq!(usize::from(headers.header_length), 40 + header.len() + 8, "{protocol}");
    }
}

/// RFC 8200, 4.3 and 4.4: 8-byte units, not counting the first. RFC 4302, 2.2: 4-byte units, not counting
/// two. RFC 8200, 4.5: always 8 bytes.
#[test]
fn every_length_of_an_extension_header() {
    for units in 0..=u8::MAX {
        let units_of_eight = (usize::from(units) + 1) * 8;
        for (protocol, length) in [
            (0, units_of_eight),
            (43, units_of_eight),
            (60, units_of_eight),
            (51, (usize::from(units) + 2) * 4),
            (44, 8),
        ] {
            let mut header = vec![17, units, 0, 0];
            header.resize(length, 0);
            let headers = raw(&packet(protocol, &[header, hex(&[UDP])].concat()));
            assert_eq!(
                (headers.source_port(), headers.malformed()),
                (Some(5353), None),
                "{protocol}: {units}"
            );
            assert_eq!(usize::from(headers.header_length), 40 + length + 8, "{protocol}: {units}");
        }
    }
}

#[test]
fn what_ends_the_chain() {
    // ESP hides what follows; mobility, HIP and Shim6 have the shape of an extension header, but nothing
    // follows them; 253 is anybody's guess.
    for protocol in [50, 89, 135, 139, 140, 253, 255] {
        let headers = raw(&packet(60, &[extension(60, protocol), hex(&[UDP])].concat()));
        assert_eq!((headers.protocol(), headers.source_port()), (Some(protocol), None));
        assert_eq!((headers.header_length, headers.malformed()), (48, None));
    }
}

/// They belong to the headers also where nothing behind them is read.
#[test]
fn an_extension_header_in_front_of_what_is_not_read() {
    let header = [vec![253, 2], vec![0; 22]].concat();
    let headers = raw(&packet(60, &[header, hex(&[UDP])].concat()));
    assert_eq!((headers.protocol(), headers.header_length), (Some(253), 40 + 24));
}

/// A chain of `length` extension headers of changing kinds in front of a datagram.
fn chained(length: u32) -> Vec<u8> {
    const KINDS: [u8; 5] = [0, 60, 43, 51, 60];
    let mut next = 17;
    let mut payload = hex(&[UDP]);
    for n in (0..length as usize).rev() {
        let kind = KINDS[n % KINDS.len()];
        payload = [extension(kind, next), payload].concat();
        next = kind;
    }
    packet(next, &payload)
}

#[test]
fn up_to_eight_extension_headers() {
    assert_eq!(MAX_EXTENSIONS, 8);
    for length in 0..=8 {
        let headers = raw(&chained(length));
        assert_eq!((headers.protocol(), headers.source_port()), (Some(17), Some(5353)), "{length}");
        assert_eq!(headers.malformed(), None, "{length}");
    }
}

#[test]
fn nine_extension_headers_are_too_many() {
    for length in 9..=20 {
        let bytes = chained(length);
        let headers = raw(&bytes);
        assert_eq!(headers.malformed(), Some(Malformed::TooManyHeaders), "{length}");
        assert_eq!(
            (headers.protocol(), headers.source_port(), headers.fragment()),
            (None, None, Some(false))
        );
        assert_eq!((headers.ttl(), headers.dscp(), headers.source_ip), (Some(255), Some(46), SOURCE));
        assert_eq!(headers.length(), Some(bytes.len() as u32));
    }
}

#[test]
fn eight_extension_headers_of_the_greatest_length() {
    let mut payload = hex(&[UDP]);
    for next in [17, 60, 60, 60, 60, 60, 60, 60] {
        let mut header = vec![next, 255];
        header.resize(2048, 0);
        payload = [header, payload].concat();
    }
    let headers = ethernet(&[hex(&[LINK]), packet(60, &payload)].concat());
    assert_eq!((headers.source_port(), headers.malformed()), (Some(5353), None));
    assert_eq!(headers.header_length, 14 + 40 + 8 * 2048 + 8);
}

#[test]
fn an_extension_header_beyond_its_packet() {
    for protocol in [0, 43, 60] {
        // One unit more than the packet has, all of it in the frame.
        let payload = [vec![17, 2], vec![0; 14]].concat();
        let headers = raw(&[packet(protocol, &payload), vec![0; 100]].concat());
        assert_eq!(headers.malformed(), Some(Malformed::Truncated), "{protocol}");
        assert_eq!((headers.protocol(), headers.header_length), (None, 48), "{protocol}");
    }
}

#[test]
fn a_payload_that_ends_inside_an_extension_header() {
    for length in 0..8 {
        let payload = &extension(60, 17)[..length];
        let headers = raw(&[packet(60, payload), hex(&[UDP])].concat());
        assert_eq!((headers.malformed(), headers.protocol()), (Some(Malformed::Truncated), None), "{length}");
    }
}

#[test]
fn an_upper_layer_that_is_not_there() {
    let headers = raw(&[packet(60, &extension(60, 6)), hex(&[UDP])].concat());
    assert_eq!((headers.protocol(), headers.source_port()), (Some(6), None));
    assert_eq!((headers.malformed(), headers.header_length), (Some(Malformed::Truncated), 48));
}

#[test]
fn cut_anywhere() {
    use present::{ADDRESSES, ETHERNET, IP, PORTS, PROTOCOL};
    let wire = Wire::new(LinkType::Ethernet);
    // The protocol is known at once, with the header that announces it.
    let known_from = [(14, ETHERNET), (54, IP | ADDRESSES | PROTOCOL), (58, PORTS)];
    assert_kept_when_cut(&query(), &wire, &known_from, 66);

    // Behind extension headers, once they are all there.
    let frame = [hex(&[LINK]), chained(2)].concat();
    let known_from = [(14, ETHERNET), (54, IP | ADDRESSES), (70, PROTOCOL), (74, PORTS)];
    assert_kept_when_cut(&frame, &wire, &known_from, 82);

    let padded = [query(), vec![0xff; 10]].concat();
    let known_from = [(14, ETHERNET), (54, IP | ADDRESSES | PROTOCOL), (58, PORTS)];
    assert_kept_when_cut(&padded, &wire, &known_from, 66);
}
