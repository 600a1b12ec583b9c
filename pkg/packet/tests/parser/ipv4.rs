//! IPv4.

use xdplive_packet::{Headers, LinkType, Malformed, Wire, headers::present};

use crate::support::{assert_kept_when_cut, ethernet, hex, ipv4, raw, with};

const LINK: &str = "01005e7ffffa 001132e5795c 0800";
/// Expedited forwarding, 129 bytes, TTL 1, UDP, 192.0.2.20 to 239.255.255.250.
const HEADER: &str = "45 b9 0081 2c1a 4000 01 11 5b37 c0000214 effffffa";
/// 50085 to 1900, 109 bytes.
const UDP: &str = "c3a5 076c 006d 79b1";
/// "M-SEARCH", and so on.
const DATA: [u8; 101] = *b"M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\n\
    MX: 1\r\nST: upnp:rootdevice\r\n\r\n";

/// Where the fields of the IP header stand in a frame without tags.
const FIRST: usize = 14;
const TOTAL_LENGTH: usize = 16;
const IDENTIFICATION: usize = 18;
const FRAGMENT: usize = 20;

fn announcement() -> Vec<u8> {
    [hex(&[LINK, HEADER, UDP]), DATA.to_vec()].concat()
}

/// The acceptance case of the design's example, byte for byte.
#[test]
fn a_storage_device_announces_itself() {
    let expected = Headers {
        destination_mac: [0x01, 0x00, 0x5e, 0x7f, 0xff, 0xfa],
        source_mac: [0x00, 0x11, 0x32, 0xe5, 0x79, 0x5c],
        ethertype: 0x0800,
        source_ip: ipv4([192, 0, 2, 20]),
        destination_ip: ipv4([239, 255, 255, 250]),
        length: 129,
        source_port: 50085,
        destination_port: 1900,
        present: present::ETHERNET | present::IP | present::ADDRESSES | present::PROTOCOL | present::PORTS,
        header_length: 42,
        version: 4,
        protocol: 17,
        ttl: 1,
        traffic_class: 0xb9,
        ip_id: 0x2c1a,
        ..Headers::EMPTY
    };
    let frame = announcement();
    assert_eq!(frame.len(), 143);
    let headers = ethernet(&frame);
    assert_eq!(headers, expected);
    assert_eq!((headers.dscp(), headers.fragment(), headers.malformed()), (Some(46), Some(false), None));
    assert_eq!((headers.vlan(), headers.tcp_flags(), headers.icmp_type()), (None, None, None));
}

#[test]
fn and_so_does_the_builders() {
    for (frame, vlan) in
        [(xdplive_corpus::named::ssdp(), None), (xdplive_corpus::named::ssdp_in_vlan(), Some(40))]
    {
        let tag = if vlan.is_some() { 4 } else { 0 };
        let headers = ethernet(&frame.bytes());
        let expected = ethernet(&announcement());
        assert_eq!(headers.vlan(), vlan);
        let same = Headers {
            vlan: 0,
            present: headers.present & !present::VLAN,
            header_length: headers.header_length - tag,
            traffic_class: expected.traffic_class,
            ..headers
        };
        assert_eq!(same, expected);
    }
}

#[test]
fn every_identification() {
    for id in 0..=u16::MAX {
        let headers = ethernet(&with(&announcement(), IDENTIFICATION, &id.to_be_bytes()));
        assert_eq!(headers.ip_id(), Some(id));
    }
}

#[test]
fn every_code_point() {
    for dscp in 0..64 {
        let headers = ethernet(&with(&announcement(), FIRST + 1, &[dscp << 2 | 3]));
        assert_eq!(headers.dscp(), Some(dscp));
    }
}

#[test]
fn another_version_behind_the_type_of_ipv4() {
    for version in (0..16).filter(|version| *version != 4) {
        let headers = ethernet(&with(&announcement(), FIRST, &[version << 4 | 5]));
        assert_eq!((headers.present, headers.malformed()), (present::ETHERNET, Some(Malformed::BadIhl)));
    }
}

/// Below 5 words there is no header; what stands in its fixed part is kept all the same.
#[test]
fn every_header_length() {
    // TCP-like bytes that count up, so that the ports tell where the parser found them.
    let bytes: Vec<u8> = (0..120).collect();
    for words in 0..16_u8 {
        let header = with(&hex(&["00 00 008c 0000 0000 40 11 0000 c0000214 effffffa"]), 0, &[0x40 | words]);
        let headers = raw(&[header, bytes.clone()].concat());
        assert_eq!((headers.version(), headers.length(), headers.ttl()), (Some(4), Some(140), Some(64)));
        assert_eq!((headers.protocol(), headers.fragment()), (Some(17), Some(false)));
        assert!(headers.has(present::ADDRESSES));
        if words < 5 {
            assert_eq!(headers.malformed(), Some(Malformed::BadIhl), "{words}");
            assert_eq!((headers.source_port(), headers.header_length), (None, 20), "{words}");
        } else {
            let options = words * 4 - 20;
            assert_eq!(headers.source_port(), Some(u16::from_be_bytes([options, options + 1])), "{words}");
            assert!(headers.header_length >= u16::from(words) * 4 + 4, "{words}");
        }
    }
}

#[test]
fn options_are_skipped() {
    let header = "48 00 0028 0000 0000 40 11 0000 c0000214 effffffa 94040000 0101010101010101";
    let headers = raw(&hex(&[header, UDP]));
    // The UDP length is that of another packet.
    assert_eq!(headers.malformed(), Some(Malformed::BadLength));
    assert_eq!((headers.source_port(), headers.destination_port()), (Some(50085), Some(1900)));
    assert_eq!(headers.header_length, 40);
}

/// They belong to the header also where nothing behind them is read.
#[test]
fn options_in_front_of_what_is_not_read() {
    // GRE, and a later fragment of UDP.
    for (fragment, protocol) in [("0000", "2f"), ("0010", "11")] {
        let header =
            format!("47 00 0020 0000 {fragment} 40 {protocol} 0000 c0000214 c0000201 9404000001010100");
        let headers = raw(&hex(&[&header, "01020304"]));
        assert_eq!((headers.header_length, headers.malformed()), (28, None), "{protocol}");
    }
}

#[test]
fn a_header_length_beyond_the_total_length() {
    let headers = raw(&hex(&["4f 00 003b 0000 0000 40 11 0000 c0000214 effffffa", &"01".repeat(60)]));
    assert_eq!((headers.malformed(), headers.header_length), (Some(Malformed::BadLength), 20));
    assert_eq!((headers.length(), headers.protocol(), headers.source_port()), (Some(59), Some(17), None));
}

/// A datagram of 12 bytes in a packet of 32, in a frame padded to 60 with bytes that are not zero, under
/// every total length that it may claim.
#[test]
fn every_total_length() {
    let frame = hex(&[LINK, HEADER, "c3a5 076c 000c 0000", "01020304", &"ff".repeat(14)]);
    assert_eq!(frame.len(), 60);
    for total in 0..=u16::MAX {
        let headers = ethernet(&with(&frame, TOTAL_LENGTH, &total.to_be_bytes()));
        let (ports, malformed) = match total {
            0..20 => (false, Some(Malformed::BadLength)),
            // The packet ends in the UDP header, before or behind the ports.
            20..24 => (false, Some(Malformed::Truncated)),
            24..28 => (true, Some(Malformed::Truncated)),
            // The datagram says that it is longer.
            28..32 => (true, Some(Malformed::BadLength)),
            // Right, or up to the end of the padding: nothing contradicts it.
            32..=46 => (true, None),
            // The frame holds less than that.
            47.. => (true, Some(Malformed::Truncated)),
        };
        assert_eq!(headers.malformed(), malformed, "{total}");
        assert_eq!(headers.has(present::PORTS), ports, "{total}");
        assert_eq!((headers.length(), headers.ttl()), (Some(total.into()), Some(1)), "{total}");
    }
}

#[test]
fn padding_is_no_header() {
    // A packet without anything behind its header, and padding that looks like TCP.
    let header = "45 00 0014 0000 0000 40 06 0000 c0000214 c0000201";
    let headers = ethernet(&hex(&[LINK, header, "0016 01bb 00000001 00000001 5012 ffff 0000 0000"]));
    assert_eq!((headers.source_port(), headers.tcp_flags()), (None, None));
    assert_eq!((headers.malformed(), headers.header_length), (Some(Malformed::Truncated), 34));
}

/// What the kernel merged (GRO) or has yet to cut (GSO) may be longer than the field can say; it then holds 0.
#[test]
fn longer_than_the_field_can_say() {
    let header = hex(&["45 00 0000 0000 4000 40 06 0000 c0000214 c0000201"]);
    let tcp = hex(&["0016 01bb 00000001 00000001 5010 ffff 0000 0000"]);
    let packet = |length: usize| {
        let mut packet = [header.clone(), tcp.clone()].concat();
        packet.resize(length, 0);
        raw(&packet)
    };
    let headers = packet(65_536);
    assert_eq!((headers.length(), headers.malformed()), (Some(65_536), None));
    assert_eq!((headers.source_port(), headers.tcp_flags()), (Some(22), Some(0x10)));
    assert_eq!(packet(200_000).length(), Some(200_000));
    // This length the field could have said.
    let headers = packet(65_535);
    assert_eq!((headers.length(), headers.malformed()), (Some(0), Some(Malformed::BadLength)));

    // What stands in front of the packet does not count.
    let mut frame = [hex(&[LINK]), header.clone(), tcp.clone()].concat();
    frame.resize(14 + 65_536, 0);
    assert_eq!((ethernet(&frame).length(), ethernet(&frame).malformed()), (Some(65_536), None));
    frame.pop();
    assert_eq!(
        (ethernet(&frame).length(), ethernet(&frame).malformed()),
        (Some(0), Some(Malformed::BadLength))
    );
}

#[test]
fn the_longest_that_the_field_can_say() {
    let header = hex(&["45 00 ffff 0000 4000 40 06 0000 c0000214 c0000201"]);
    let mut packet = [header, hex(&["0016 01bb 00000001 00000001 5010 ffff 0000 0000"])].concat();
    packet.resize(65_535, 0);
    assert_eq!((raw(&packet).length(), raw(&packet).malformed()), (Some(65_535), None));
    packet.pop();
    assert_eq!(raw(&packet).malformed(), Some(Malformed::Truncated));
}

#[test]
fn neither_reserved_bit_nor_dont_fragment_makes_a_fragment() {
    for flags in [0x00, 0x40, 0x80, 0xc0] {
        let headers = ethernet(&with(&announcement(), FRAGMENT, &[flags, 0]));
        assert_eq!((headers.fragment(), headers.source_port()), (Some(false), Some(50085)));
    }
}

#[test]
fn cut_anywhere() {
    use present::{ADDRESSES, ETHERNET, IP, PORTS, PROTOCOL};
    let wire = Wire::new(LinkType::Ethernet);
    let known_from = [(14, ETHERNET), (34, IP | ADDRESSES | PROTOCOL), (38, PORTS)];
    assert_kept_when_cut(&announcement(), &wire, &known_from, 143);

    let options = "47 00 0024 0000 0000 40 11 0000 c0000214 effffffa 0101010101010100";
    let frame = hex(&[LINK, options, "c3a5 076c 0008 0000"]);
    let known_from = [(14, ETHERNET), (34, IP | ADDRESSES | PROTOCOL), (46, PORTS)];
    assert_kept_when_cut(&frame, &wire, &known_from, 50);
}
