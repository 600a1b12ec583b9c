//! Links without Ethernet: tun, WireGuard, PPP.

use xdplive_packet::{Headers, LinkType, Malformed, Tag, Wire, headers::present, parse};

use crate::support::{assert_kept_when_cut, hex, ipv4, raw};

const ECHO4: &str = "45 00 001c 0000 4000 40 01 0000 0a010203 0ac80001 0800 f7fe 0000 0001";
const ECHO6: &str = "60000000 0008 3a 40 20010db8000000010000000000000001 20010db8000000010000000000000002 8000 0000 0000 0001";

#[test]
fn ipv4_from_the_first_byte() {
    let expected = Headers {
        source_ip: ipv4([10, 1, 2, 3]),
        destination_ip: ipv4([10, 200, 0, 1]),
        length: 28,
        present: present::IP | present::ADDRESSES | present::PROTOCOL | present::ICMP,
        header_length: 28,
        version: 4,
        protocol: 1,
        ttl: 64,
        icmp_type: 8,
        ..Headers::EMPTY
    };
    assert_eq!(raw(&hex(&[ECHO4])), expected);
}

#[test]
fn ipv6_from_the_first_byte() {
    let headers = raw(&hex(&[ECHO6]));
    assert_eq!((headers.version(), headers.protocol(), headers.length()), (Some(6), Some(58), Some(48)));
    assert_eq!((headers.icmp_type(), headers.icmp_code(), headers.malformed()), (Some(128), Some(0), None));
}

#[test]
fn there_is_no_ethernet() {
    for packet in [ECHO4, ECHO6] {
        let headers = raw(&hex(&[packet]));
        assert!(!headers.has(present::ETHERNET));
        assert_eq!((headers.ethertype(), headers.vlan(), headers.inner_vlan()), (None, None, None));
    }
}

/// A tun device carries what it is given; what is not IP has no fields, and nothing is wrong with it.
#[test]
fn neither_ipv4_nor_ipv6() {
    for version in (0..16).filter(|version| ![4, 6].contains(version)) {
        assert_eq!(raw(&[version << 4 | 5; 40]), Headers::EMPTY);
    }
}

#[test]
fn nothing_at_all() {
    assert_eq!(raw(&[]), Headers { malformed: Malformed::Truncated as u8, ..Headers::EMPTY });
}

#[test]
fn a_tag_has_no_place_here() {
    let wire = Wire { link: LinkType::RawIp, tag: Tag::taken_off(40) };
    assert_eq!(parse(&mut hex(&[ECHO4]).as_slice(), &wire), raw(&hex(&[ECHO4])));
}

#[test]
fn cut_anywhere() {
    use present::{ADDRESSES, ICMP, IP, PROTOCOL};
    let wire = Wire::new(LinkType::RawIp);
    assert_kept_when_cut(&hex(&[ECHO4]), &wire, &[(20, IP | ADDRESSES | PROTOCOL), (22, ICMP)], 28);
    assert_kept_when_cut(&hex(&[ECHO6]), &wire, &[(40, IP | ADDRESSES | PROTOCOL), (42, ICMP)], 48);
}
