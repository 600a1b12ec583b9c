//! Fragments of IPv4 and IPv6 packets.
//!
//! Ports, flags, types and codes exist in the first fragment only; `fragment` is true of every fragment.

use xdplive_packet::{Headers, LinkType, Malformed, Wire, headers::present};

use crate::support::{assert_kept_when_cut, hex, ipv4, raw};

/// Bytes that would make sense as TCP, UDP, SCTP, UDP-Lite and ICMP alike.
const UPPER: &str = "14e9 14e9 0018 b5a0 01020304 5010 0000 0000 0000 01020304";
const ADDRESSES6: &str = "fe80000000000000021132fffee5795c ff0200000000000000000000000000fb";

/// An IPv4 packet with flags and fragment offset as in the header.
fn fragment4(field: u16, protocol: u8) -> Vec<u8> {
    hex(&[&format!("45 00 002c 1234 {field:04x} 40 {protocol:02x} 0000 c0000214 c0000201"), UPPER])
}

/// An IPv6 packet with a fragment header whose offset field is as given.
fn fragment6(field: u16, protocol: u8) -> Vec<u8> {
    hex(&["60000000 0020 2c 40", ADDRESSES6, &format!("{protocol:02x} 00 {field:04x} 00001234"), UPPER])
}

const PROTOCOLS: [u8; 6] = [1, 6, 17, 58, 132, 136];

fn has_upper(headers: &Headers) -> bool {
    headers.present & (present::PORTS | present::TCP_FLAGS | present::WINDOW | present::ICMP) != 0
}

#[test]
fn first_fragment_of_ipv4() {
    for protocol in PROTOCOLS {
        let headers = raw(&fragment4(0x2000, protocol));
        assert_eq!((headers.fragment(), headers.protocol()), (Some(true), Some(protocol)));
        assert_eq!(headers.malformed(), None, "{protocol}");
        assert!(has_upper(&headers), "{protocol}");
    }
}

#[test]
fn later_fragments_of_ipv4() {
    // Each bit of the offset, in the middle (more follow) and at the end; the largest offset; don't fragment.
    let bits = (0..13).map(|bit| 1 << bit);
    for field in bits.flat_map(|bit| [bit, 0x2000 | bit]).chain([0x1fff, 0x3fff, 0x40b9]) {
        for protocol in PROTOCOLS {
            let expected = Headers {
                source_ip: ipv4([192, 0, 2, 20]),
                destination_ip: ipv4([192, 0, 2, 1]),
                length: 44,
                present: present::IP | present::ADDRESSES | present::PROTOCOL | present::FRAGMENT,
                header_length: 20,
                version: 4,
                protocol,
                ttl: 64,
                ip_id: 0x1234,
                ..Headers::EMPTY
            };
            assert_eq!(raw(&fragment4(field, protocol)), expected, "{field:#06x}");
        }
    }
}

#[test]
fn first_fragment_of_ipv6() {
    for protocol in PROTOCOLS {
        let headers = raw(&fragment6(0x0001, protocol));
        assert_eq!((headers.fragment(), headers.protocol()), (Some(true), Some(protocol)));
        assert_eq!(headers.malformed(), None, "{protocol}");
        assert!(has_upper(&headers), "{protocol}");
    }
}

#[test]
fn later_fragments_of_ipv6() {
    // As for IPv4; the offset stands three bits further left, in front of the flag.
    let bits = (3..16).map(|bit| 1 << bit);
    for field in bits.flat_map(|bit| [bit, bit | 1]).chain([0xfff8, 0xfff9]) {
        for protocol in PROTOCOLS {
            let headers = raw(&fragment6(field, protocol));
            assert_eq!(
                (headers.fragment(), headers.protocol()),
                (Some(true), Some(protocol)),
                "{field:#06x}"
            );
            assert_eq!((headers.malformed(), headers.header_length), (None, 48), "{field:#06x}");
            assert!(!has_upper(&headers), "{field:#06x}");
        }
    }
}

/// RFC 6946: a fragment header on a packet that is whole. It is no fragment of anything.
#[test]
fn atomic_fragment() {
    // The two bits between offset and flag are reserved.
    for field in [0x0000, 0x0002, 0x0004, 0x0006] {
        for protocol in PROTOCOLS {
            let headers = raw(&fragment6(field, protocol));
            assert_eq!((headers.fragment(), headers.malformed()), (Some(false), None), "{field:#06x}");
            assert!(has_upper(&headers), "{field:#06x}");
        }
    }
}

#[test]
fn extension_headers_around_the_fragment_header() {
    let hop_by_hop = "2c 00 0502 0000 0100";
    let fragment = |field: u16| format!("3c 00 {field:04x} 00001234");
    let destination_options = "11 00 0104 00000000";
    let bytes = |field| {
        hex(&["60000000 0030 00 40", ADDRESSES6, hop_by_hop, &fragment(field), destination_options, UPPER])
    };

    let headers = raw(&bytes(0x0001));
    assert_eq!(
        (headers.fragment(), headers.protocol(), headers.source_port()),
        (Some(true), Some(17), Some(5353))
    );
    assert_eq!(headers.malformed(), None);

    // What stands behind the header of a later fragment is the middle of something, and not looked into. Here
    // one more extension header is announced, so that the upper-layer protocol is not known.
    let headers = raw(&bytes(0x0009));
    assert_eq!((headers.fragment(), headers.protocol(), headers.source_port()), (Some(true), None, None));
    assert_eq!((headers.malformed(), headers.header_length), (None, 56));
}

/// RFC 791 allows fragments of 8 bytes: ports, and nothing else.
#[test]
fn a_first_fragment_smaller_than_its_upper_header() {
    // Bytes of the TCP header, and whether they hold the ports, the flags, the window.
    for (length, ports, flags, window) in [(8, true, false, false), (16, true, true, true)] {
        let header = format!("45 00 {:04x} 1234 2000 40 06 0000 c0000214 c0000201", 20 + length);
        let tcp = &hex(&["0016 01bb 00000001 00000001 8012 ffff"])[..length];
        let headers = raw(&[hex(&[&header]), tcp.to_vec()].concat());
        assert_eq!(headers.has(present::PORTS), ports, "{length}");
        assert_eq!(headers.has(present::TCP_FLAGS), flags, "{length}");
        assert_eq!(headers.tcp_window(), window.then_some(0xffff), "{length}");
        assert_eq!(headers.ip_id(), Some(0x1234), "{length}");
        assert_eq!(
            (headers.fragment(), headers.malformed()),
            (Some(true), Some(Malformed::Truncated)),
            "{length}"
        );
    }
}

/// The length field of UDP speaks of the whole datagram, which the first fragment does not hold.
#[test]
fn a_datagram_longer_than_its_first_fragment() {
    let udp = "14e9 14e9 4000 b5a0 01020304 01020304";
    let first = hex(&["45 00 0024 1234 2000 40 11 0000 c0000214 c0000201", udp]);
    let whole = hex(&["45 00 0024 1234 0000 40 11 0000 c0000214 c0000201", udp]);
    assert_eq!(raw(&first).malformed(), None);
    assert_eq!(raw(&whole).malformed(), Some(Malformed::BadLength));
    // Too short it is either way.
    let short =
        hex(&["45 00 0024 1234 2000 40 11 0000 c0000214 c0000201 14e9 14e9 0007 b5a0 01020304 01020304"]);
    assert_eq!(raw(&short).malformed(), Some(Malformed::BadLength));
}

#[test]
fn cut_anywhere() {
    use present::{ADDRESSES, FRAGMENT, IP, PORTS, PROTOCOL, TCP_FLAGS, WINDOW};
    let wire = Wire::new(LinkType::RawIp);
    let first = [(20, IP | ADDRESSES | PROTOCOL | FRAGMENT), (24, PORTS), (34, TCP_FLAGS), (36, WINDOW)];
    assert_kept_when_cut(&fragment4(0x2000, 6), &wire, &first, 44);
    let later = [(20, IP | ADDRESSES | PROTOCOL | FRAGMENT)];
    assert_kept_when_cut(&fragment4(0x0010, 6), &wire, &later, 44);
    let later = [(40, IP | ADDRESSES), (48, FRAGMENT | PROTOCOL)];
    assert_kept_when_cut(&fragment6(0x0010, 6), &wire, &later, 72);
}

/// A first fragment may end inside the options of its TCP header: nothing lies then, it is only not all there.
#[test]
fn a_tcp_header_longer_than_its_first_fragment() {
    // 24 bytes behind the IP header; the data offset says 60.
    let mut bytes = fragment4(0x2000, 6);
    bytes[32] = 0xf0;
    let headers = raw(&bytes);
    assert_eq!(headers.malformed(), Some(Malformed::Truncated));
    assert_eq!((headers.source_port(), headers.tcp_flags()), (Some(5353), Some(0x10)));
}
