//! Frames that are carried: tags, ARP, and what is not read further.

use xdplive_packet::{
    Headers, LinkType, Malformed, Tag,
    TunnelKind::{Gre, Vxlan},
    Wire,
    headers::present,
};

use super::{
    Around, INNER_MACS, OUTER_MACS, behind, bridged, carried4, carried6, carries, datagram, in4, inside,
    on_ethernet, tcp4, tcp6, udp,
};
use crate::support::{hex, inside as inside_on, ipv4};

#[test]
fn tags_inside_and_around() {
    let inner = |tags: &str| behind("08000000 00002a 00", &bridged(&format!("{tags} 0800"), &tcp4()));
    let packet = |tags: &str| in4(17, &udp(4789, &inner(tags)));
    for (tags, vlan, inner_vlan) in
        [("", None, None), ("8100 0028", Some(40), None), ("88a8 0028 8100 6029", Some(40), Some(41))]
    {
        let frame = on_ethernet("8100 0064 8100 0065 0800", &packet(tags));
        let bits = (present::VLAN * u16::from(vlan.is_some()))
            | (present::INNER_VLAN * u16::from(inner_vlan.is_some()));
        let whole = carried4(INNER_MACS, &frame);
        let headers = Headers {
            vlan: vlan.unwrap_or(0),
            inner_vlan: if inner_vlan.is_some() { 0x6029 } else { 0 },
            present: whole.present | bits,
            ..whole
        };
        carries(&frame, headers, &[(Vxlan, Some(42))], Some(42), Around::V4);
        let found = inside(&frame).headers;
        assert_eq!((found.vlan(), found.inner_vlan()), (vlan, inner_vlan));
    }
    // A packet without a frame of its own is in the VLAN of the one around.
    let frame = on_ethernet("8100 0064 8100 0065 0800", &in4(47, &behind("0000 86dd", &tcp6())));
    let whole = carried6(OUTER_MACS, &frame);
    let bits = present::VLAN | present::INNER_VLAN;
    let headers = Headers { vlan: 100, inner_vlan: 101, present: whole.present | bits, ..whole };
    carries(&frame, headers, &[(Gre, None)], None, Around::V4);
    // Four tags inside.
    let frame = datagram(4789, &inner("8100 0001 8100 0002 8100 0003 8100 0004"));
    let found = inside(&frame).headers;
    assert_eq!((found.malformed(), found.ethertype()), (Some(Malformed::TooManyHeaders), Some(0x8100)));
    assert_eq!((found.vlan(), found.inner_vlan(), found.source_mac), (Some(1), Some(2), INNER_MACS.1));
}

/// The tag that the card took off is the outer frame's.
#[test]
fn a_tag_taken_off_around() {
    let wire = Wire { link: LinkType::Ethernet, tag: Tag::taken_off(100) };
    let frame = datagram(4789, &behind("08000000 00002a 00", &bridged("8100 0028 0800", &tcp4())));
    let headers = inside_on(&frame, &wire).headers;
    assert_eq!((headers.vlan(), headers.inner_vlan(), headers.malformed()), (Some(40), None, None));
    let frame = on_ethernet("0800", &in4(47, &behind("0000 0800", &tcp4())));
    let headers = inside_on(&frame, &wire).headers;
    assert_eq!((headers.vlan(), headers.inner_vlan(), headers.malformed()), (Some(100), None, None));
}

#[test]
fn arp_in_vxlan() {
    let arp = hex(&["0001 0800 06 04 0002  0200000000aa 0a000001  0200000000bb 0a000002"]);
    let frame = datagram(4789, &behind("08000000 00002a 00", &bridged("0806", &arp)));
    let headers = Headers {
        destination_mac: INNER_MACS.0,
        source_mac: INNER_MACS.1,
        ethertype: 0x0806,
        source_ip: ipv4([10, 0, 0, 1]),
        destination_ip: ipv4([10, 0, 0, 2]),
        present: present::ETHERNET | present::ADDRESSES | present::ARP,
        header_length: frame.len() as u16,
        arp_operation: 2,
        ..Headers::EMPTY
    };
    carries(&frame, headers, &[(Vxlan, Some(42))], Some(42), Around::V4);
}

#[test]
fn a_frame_inside_that_is_not_read_further() {
    for (field, bits) in [("88cc", 0), ("0026", present::LENGTH_FIELD)] {
        let frame = datagram(4789, &behind("08000000 00002a 00", &bridged(field, &[0x42; 38])));
        let headers = Headers {
            destination_mac: INNER_MACS.0,
            source_mac: INNER_MACS.1,
            ethertype: u16::from_str_radix(field, 16).unwrap(),
            present: present::ETHERNET | bits,
            header_length: 42 + 8 + 14,
            ..Headers::EMPTY
        };
        carries(&frame, headers, &[(Vxlan, Some(42))], Some(42), Around::V4);
    }
}
