//! Tunnels in UDP: VXLAN, VXLAN-GPE, Geneve, GTP-U.

use xdplive_packet::{
    Headers, Malformed,
    TunnelKind::{Geneve, Gtp, Mpls, Vxlan},
};

use super::{
    Around, INNER_MACS, OUTER_MACS, behind, bridged, carried4, carried6, carries, datagram, in6,
    is_no_tunnel, is_not_entered, on_ethernet, tcp4, tcp6, udp,
};
use crate::support::{ethernet, hex, with};

/// RFC 7348, 5: flags, 24 reserved bits, network identifier, 8 reserved bits.
#[test]
fn vxlan() {
    for port in [4789, 8472] {
        for (vni, id) in [("000000", 0), ("00002a", 42), ("ffffff", 0x00ff_ffff)] {
            let header = format!("08000000 {vni} 00");
            let frame = datagram(port, &behind(&header, &bridged("0800", &tcp4())));
            carries(&frame, carried4(INNER_MACS, &frame), &[(Vxlan, Some(id))], Some(id), Around::V4);
        }
    }
    let frame =
        on_ethernet("86dd", &in6(17, &udp(4789, &behind("08000000 00002a 00", &bridged("86dd", &tcp6())))));
    carries(&frame, carried6(INNER_MACS, &frame), &[(Vxlan, Some(42))], Some(42), Around::V6);
}

/// With a group policy (draft-smith-vxlan-group-policy) the reserved bits are in use.
#[test]
fn vxlan_with_other_flags() {
    let frame = datagram(4789, &behind("88080fff 00002a 01", &bridged("0800", &tcp4())));
    carries(&frame, carried4(INNER_MACS, &frame), &[(Vxlan, Some(42))], Some(42), Around::V4);
}

/// draft-ietf-nvo3-vxlan-gpe, 3.1: with P the last byte of the first word says what follows.
#[test]
fn vxlan_gpe() {
    let levels = [(Vxlan, Some(42))];
    let frame = datagram(4790, &behind("0c000001 00002a 00", &tcp4()));
    carries(&frame, carried4(OUTER_MACS, &frame), &levels, Some(42), Around::V4);
    let frame = datagram(4790, &behind("0c000002 00002a 00", &tcp6()));
    carries(&frame, carried6(OUTER_MACS, &frame), &levels, Some(42), Around::V4);
    let frame = datagram(4790, &behind("0c000003 00002a 00", &bridged("0800", &tcp4())));
    carries(&frame, carried4(INNER_MACS, &frame), &levels, Some(42), Around::V4);
    let frame = datagram(4790, &behind("0c000005 00002a 00 003e8140", &tcp4()));
    let levels = [(Vxlan, Some(42)), (Mpls, Some(1000))];
    carries(&frame, carried4(OUTER_MACS, &frame), &levels, Some(1000), Around::V4);
    // Without P it is VXLAN.
    let frame = datagram(4790, &behind("08000000 00002a 00", &bridged("0800", &tcp4())));
    carries(&frame, carried4(INNER_MACS, &frame), &[(Vxlan, Some(42))], Some(42), Around::V4);
    // NSH, and what nobody knows.
    for next in ["04", "00", "ff"] {
        let frame = datagram(4790, &behind(&format!("0c0000{next} 00002a 00"), &tcp4()));
        is_not_entered(&frame, &[(Vxlan, Some(42))], Some(42), 42 + 8);
    }
}

/// RFC 8926, 3.4: version and length of options in words, flags, protocol, network identifier.
#[test]
fn geneve() {
    let levels = [(Geneve, Some(42))];
    let option = "ffff 42 01 eeeeeeee";
    for (words, options) in [("00", String::new()), ("02", option.to_owned()), ("3e", option.repeat(31))] {
        let frame = datagram(
            6081,
            &behind(&format!("{words} 00 6558 00002a 00 {options}"), &bridged("0800", &tcp4())),
        );
        carries(&frame, carried4(INNER_MACS, &frame), &levels, Some(42), Around::V4);
        let frame = datagram(6081, &behind(&format!("{words} c0 0800 00002a 00 {options}"), &tcp4()));
        carries(&frame, carried4(OUTER_MACS, &frame), &levels, Some(42), Around::V4);
        let frame = datagram(6081, &behind(&format!("{words} 00 86dd 00002a 00 {options}"), &tcp6()));
        carries(&frame, carried6(OUTER_MACS, &frame), &levels, Some(42), Around::V4);
    }
    let frame = datagram(6081, &behind("00 00 88b5 00002a 00", &tcp4()));
    is_not_entered(&frame, &levels, Some(42), 42 + 8);
}

/// 3GPP TS 29.281, 5.1: flags, message, length, tunnel; with E, S or PN four bytes more; then extensions.
#[test]
fn gtp() {
    let levels = [(Gtp, Some(0x1234_5678))];
    for header in [
        "30 ff 0028 12345678",
        // A sequence number; an N-PDU number; room for an extension, and none.
        "32 ff 002c 12345678 0001 00 00",
        "31 ff 002c 12345678 0000 05 00",
        "34 ff 002c 12345678 0000 00 00",
        // One extension of 4 bytes, one of 8, two.
        "34 ff 0030 12345678 0000 00 85  01 0009 00",
        "36 ff 0034 12345678 0001 00 85  02 000900000000 00",
        "37 ff 0034 12345678 0001 05 c0  01 1234 85  01 0009 00",
        // Without E there is none, whatever the field says.
        "32 ff 002c 12345678 0001 00 85",
    ] {
        let frame = datagram(2152, &behind(header, &tcp4()));
        carries(&frame, carried4(OUTER_MACS, &frame), &levels, Some(0x1234_5678), Around::V4);
        let frame = datagram(2152, &behind(header, &tcp6()));
        carries(&frame, carried6(OUTER_MACS, &frame), &levels, Some(0x1234_5678), Around::V4);
    }
    // An extension of no length.
    let frame = datagram(2152, &behind("34 ff 0030 12345678 0000 00 85  00 0009 00", &tcp4()));
    let headers =
        Headers { malformed: Malformed::BadLength as u8, header_length: 42 + 12, ..ethernet(&frame) };
    carries(&frame, headers, &levels, Some(0x1234_5678), Around::Nothing);
}

#[test]
fn gtp_that_carries_no_packet() {
    // Echo, error indication, end marker.
    for message in ["01", "1a", "fe"] {
        is_no_tunnel(&datagram(2152, &hex(&[&format!("32 {message} 0004 00000000 0001 0000")])));
    }
}

/// A port says little: the header has to be that of the tunnel, and the destination's port is the one that counts.
#[test]
fn a_port_alone() {
    let frame = bridged("0800", &tcp4());
    for flags in ["00", "04", "f7"] {
        is_no_tunnel(&datagram(4789, &behind(&format!("{flags}000000 00002a 00"), &frame)));
        is_no_tunnel(&datagram(4790, &behind(&format!("{flags}000003 00002a 00"), &frame)));
    }
    for version in ["40", "80", "c0"] {
        is_no_tunnel(&datagram(6081, &behind(&format!("{version} 00 6558 00002a 00"), &frame)));
    }
    // Another version of GTP, and its charging protocol.
    for flags in ["10", "50", "20"] {
        is_no_tunnel(&datagram(2152, &behind(&format!("{flags} ff 0028 12345678"), &tcp4())));
    }
    for port in [4788, 4791, 6080, 2123, 8471] {
        is_no_tunnel(&datagram(port, &behind("08000000 00002a 00", &frame)));
    }
    // From the port instead of to it.
    let vxlan = behind("08000000 00002a 00", &frame);
    is_no_tunnel(&with(&datagram(40_000, &vxlan), 34, &4789_u16.to_be_bytes()));
    // Too short for a header.
    for port in [4789, 4790, 6081, 2152] {
        for length in 0..8 {
            is_no_tunnel(&datagram(port, &hex(&["08ff0003 00002a 00"])[..length]));
        }
    }
}
