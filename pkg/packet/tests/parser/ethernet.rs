//! Ethernet II, IEEE 802.3, VLAN tags.

use xdplive_packet::{Headers, LinkType, Malformed, Wire, headers::present};

use crate::support::{assert_kept_when_cut, ethernet, hex, tag_taken_off};

const ADDRESSES: &str = "0180c200000e 001132e5795c";
const DESTINATION: [u8; 6] = [0x01, 0x80, 0xc2, 0x00, 0x00, 0x0e];
const SOURCE: [u8; 6] = [0x00, 0x11, 0x32, 0xe5, 0x79, 0x5c];

/// An untagged frame with `field` in the place of the type, and nothing behind it.
fn untagged(field: u16) -> Vec<u8> {
    tagged(&[], field)
}

/// A frame with these tags (type, control information), outermost first.
fn tagged(tags: &[(u16, u16)], field: u16) -> Vec<u8> {
    let tags: String = tags.iter().map(|(tpid, control)| format!("{tpid:04x}{control:04x}")).collect();
    hex(&[ADDRESSES, &tags, &format!("{field:04x}")])
}

#[test]
fn a_type_that_is_not_read_further() {
    let frame = hex(&[ADDRESSES, "88cc", "0207 04 001132e5795c"]);
    let expected = Headers {
        destination_mac: DESTINATION,
        source_mac: SOURCE,
        ethertype: 0x88cc,
        present: present::ETHERNET,
        header_length: 14,
        ..Headers::EMPTY
    };
    assert_eq!(ethernet(&frame), expected);
}

#[test]
fn nothing_else_is_known_of_it() {
    let headers = ethernet(&untagged(0x88cc));
    assert_eq!((headers.vlan(), headers.inner_vlan()), (None, None));
    assert_eq!(
        (headers.version(), headers.length(), headers.ttl(), headers.dscp()),
        (None, None, None, None)
    );
    assert_eq!((headers.protocol(), headers.fragment()), (None, None));
    assert_eq!((headers.source_port(), headers.destination_port(), headers.tcp_flags()), (None, None, None));
    assert_eq!((headers.icmp_type(), headers.icmp_code(), headers.malformed()), (None, None, None));
    assert!(!headers.has(present::ADDRESSES));
}

/// RFC 1042: a type behind a length, for IPv4, IPv6 and ARP; the EtherType column still says that there is a length.
#[test]
fn a_type_behind_a_length() {
    let packet = "4500 001c 0001 0000 4011 0000 c0000201 c6336407 0035 0009 0008 0000";
    for tags in ["", "8100 0028"] {
        let start = 14 + tags.split_whitespace().map(str::len).sum::<usize>() as u16 / 2;
        let frame = hex(&[ADDRESSES, tags, "0024", "aaaa 03 000000 0800", packet]);
        let headers = ethernet(&frame);
        assert!(headers.has(present::ETHERNET | present::LENGTH_FIELD));
        assert_eq!((headers.ethertype(), headers.version(), headers.protocol()), (None, Some(4), Some(17)));
        assert_eq!((headers.source_port(), headers.destination_port()), (Some(53), Some(9)));
        assert_eq!((headers.header_length, headers.malformed()), (start + 8 + 28, None));
        // Filters see a frame with a length.
        let link = present::ETHERNET | present::LENGTH_FIELD | present::VLAN | present::INNER_VLAN;
        assert_eq!(headers.visible(), headers.present & link);
    }
    let other = |header: &str| ethernet(&hex(&[ADDRESSES, "0024", header, packet])).version();
    assert_eq!(other("aaaa 03 000000 0800"), Some(4));
    for header in ["aaaa 03 0000f8 0800", "aaaa 07 000000 0800", "aaab 03 000000 0800", "aaaa 03 000000 88cc"]
    {
        assert_eq!(other(header), None, "{header}");
    }
    let arp = "0001 0800 06 04 0001 001132e5795c c0000201 000000000000 c6336407";
    let headers = ethernet(&hex(&[ADDRESSES, "0024", "aaaa 03 000000 0806", arp]));
    assert_eq!((headers.arp_operation(), headers.has(present::ADDRESSES)), (Some(1), true));
}

/// IEEE 802.3, 3.2.6: up to 1500 it is a length, from 1536 on a type; between, it has no meaning, and the
/// number itself says so best.
#[test]
fn length_or_type() {
    for (field, is_length) in [
        (0, true),
        (3, true),
        (46, true),
        (1500, true),
        (1501, false),
        (1535, false),
        (1536, false),
        (0xffff, false),
    ] {
        let headers = ethernet(&untagged(field));
        assert_eq!(headers.has(present::LENGTH_FIELD), is_length, "{field}");
        assert_eq!(headers.ethertype(), (!is_length).then_some(field), "{field}");
        assert_eq!(headers.ethertype, field, "{field}");
        assert_eq!(headers.malformed(), None, "{field}");
    }
}

#[test]
fn a_length_behind_a_tag() {
    let headers = ethernet(&tagged(&[(0x8100, 7)], 38));
    assert!(headers.has(present::ETHERNET | present::LENGTH_FIELD | present::VLAN));
    assert_eq!((headers.vlan(), headers.ethertype(), headers.header_length), (Some(7), None, 18));
}

#[test]
fn one_tag_of_any_kind() {
    for tpid in [0x8100, 0x88a8, 0x9100] {
        let expected = Headers {
            destination_mac: DESTINATION,
            source_mac: SOURCE,
            ethertype: 0x88b5,
            vlan: 40,
            present: present::ETHERNET | present::VLAN,
            header_length: 18,
            ..Headers::EMPTY
        };
        assert_eq!(ethernet(&tagged(&[(tpid, 40)], 0x88b5)), expected, "{tpid:#06x}");
    }
}

#[test]
fn two_tags_of_any_kinds() {
    for outer in [0x8100, 0x88a8, 0x9100] {
        for inner in [0x8100, 0x88a8, 0x9100] {
            let headers = ethernet(&tagged(&[(outer, 40), (inner, 41)], 0x88b5));
            assert_eq!(
                (headers.vlan(), headers.inner_vlan()),
                (Some(40), Some(41)),
                "{outer:#06x} {inner:#06x}"
            );
            assert_eq!((headers.ethertype(), headers.header_length), (Some(0x88b5), 22));
            assert_eq!(headers.malformed(), None);
        }
    }
}

#[test]
fn other_types_announce_no_tag() {
    for other in [0x9200, 0x9300, 0x8847, 0x88e7, 0x8101] {
        let headers = ethernet(&tagged(&[(other, 40)], 0x0800));
        assert_eq!((headers.ethertype(), headers.vlan(), headers.malformed()), (Some(other), None, None));
    }
}

#[test]
fn the_id_is_twelve_bits_of_the_control_information() {
    for (control, id) in [(0x0000, 0), (0xe000, 0), (0x1028, 40), (0xffff, 4095), (0x0fff, 4095), (0x1001, 1)]
    {
        let headers = ethernet(&tagged(&[(0x8100, 0), (0x8100, control)], 0x88b5));
        assert_eq!(headers.inner_vlan(), Some(id), "{control:#06x}");
        assert_eq!(headers.inner_vlan, control);
        assert_eq!(ethernet(&tagged(&[(0x8100, control)], 0x88b5)).vlan(), Some(id), "{control:#06x}");
    }
}

/// IEEE 802.1Q, 9.6: id 0 is a frame with a priority, of no VLAN; the column says 0, not null.
#[test]
fn a_priority_tag() {
    let headers = ethernet(&tagged(&[(0x8100, 0xa000)], 0x88b5));
    assert_eq!((headers.vlan(), headers.inner_vlan()), (Some(0), None));
}

/// The ids of the first two are kept.
#[test]
fn three_tags_of_any_kinds() {
    for third in [0x8100, 0x88a8, 0x9100] {
        let frame = tagged(&[(0x88a8, 1), (0x8100, 2), (third, 3)], 0x88b5);
        let expected = Headers {
            destination_mac: DESTINATION,
            source_mac: SOURCE,
            ethertype: 0x88b5,
            vlan: 1,
            inner_vlan: 2,
            present: present::ETHERNET | present::VLAN | present::INNER_VLAN,
            header_length: 26,
            ..Headers::EMPTY
        };
        assert_eq!(ethernet(&frame), expected);
        // Without all of the third, the type is what announces it.
        for length in 22..26 {
            let malformed = Malformed::Truncated as u8;
            let cut = Headers { ethertype: third, header_length: 22, malformed, ..expected };
            assert_eq!(ethernet(&frame[..length]), cut, "{third:#06x} {length}");
        }
    }
}

#[test]
fn four_tags_are_too_many() {
    for fourth in [0x8100, 0x88a8, 0x9100] {
        let frame = tagged(&[(0x88a8, 1), (0x8100, 2), (0x8100, 3), (fourth, 4)], 0x0800);
        let expected = Headers {
            destination_mac: DESTINATION,
            source_mac: SOURCE,
            ethertype: fourth,
            vlan: 1,
            inner_vlan: 2,
            present: present::ETHERNET | present::VLAN | present::INNER_VLAN,
            header_length: 26,
            malformed: Malformed::TooManyHeaders as u8,
            ..Headers::EMPTY
        };
        assert_eq!(ethernet(&frame), expected);
        // Known as soon as the fourth is announced, whether or not it is there.
        assert_eq!(ethernet(&frame[..26]), expected);
    }
}

#[test]
fn a_tag_taken_off_is_the_outer_one() {
    let headers = tag_taken_off(0x6028, &untagged(0x88b5));
    assert_eq!((headers.vlan(), headers.inner_vlan()), (Some(40), None));
    assert_eq!((headers.vlan, headers.header_length, headers.malformed()), (0x6028, 14, None));

    let headers = tag_taken_off(40, &tagged(&[(0x8100, 41)], 0x88b5));
    assert_eq!((headers.vlan(), headers.inner_vlan()), (Some(40), Some(41)));
    assert_eq!((headers.ethertype(), headers.header_length, headers.malformed()), (Some(0x88b5), 18, None));

    let headers = tag_taken_off(40, &tagged(&[(0x8100, 41), (0x8100, 42)], 0x88b5));
    assert_eq!((headers.vlan(), headers.inner_vlan()), (Some(40), Some(41)));
    assert_eq!((headers.ethertype(), headers.header_length, headers.malformed()), (Some(0x88b5), 22, None));

    let headers = tag_taken_off(40, &tagged(&[(0x8100, 41), (0x8100, 42), (0x8100, 43)], 0x88b5));
    assert_eq!((headers.vlan(), headers.inner_vlan()), (Some(40), Some(41)));
    assert_eq!((headers.ethertype(), headers.header_length), (Some(0x8100), 22));
    assert_eq!(headers.malformed(), Some(Malformed::TooManyHeaders));
}

#[test]
fn a_priority_tag_taken_off() {
    let headers = tag_taken_off(0, &untagged(0x88b5));
    assert_eq!((headers.vlan(), headers.inner_vlan()), (Some(0), None));
}

#[test]
fn cut_anywhere() {
    use present::{ETHERNET, INNER_VLAN, LENGTH_FIELD, VLAN};
    let wire = Wire::new(LinkType::Ethernet);
    assert_kept_when_cut(&untagged(0x88cc), &wire, &[(14, ETHERNET)], 14);
    assert_kept_when_cut(&untagged(38), &wire, &[(14, ETHERNET | LENGTH_FIELD)], 14);
    let two = tagged(&[(0x88a8, 40), (0x8100, 41)], 0x88b5);
    assert_kept_when_cut(&two, &wire, &[(14, ETHERNET), (18, VLAN), (22, INNER_VLAN)], 22);
}

#[test]
fn a_tag_that_is_cut_leaves_the_type_that_announced_it() {
    for length in 14..18 {
        let headers = ethernet(&tagged(&[(0x88a8, 40)], 0x0800)[..length]);
        assert_eq!((headers.ethertype(), headers.vlan()), (Some(0x88a8), None));
        assert_eq!(headers.malformed(), Some(Malformed::Truncated));
    }
}
