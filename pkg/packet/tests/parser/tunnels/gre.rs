//! GRE and what others made of it.

use xdplive_packet::TunnelKind::{Gre, Mpls};

use super::{
    Around, INNER_MACS, OUTER_MACS, behind, bridged, carried4, carried6, carries, in4, in6, is_no_tunnel,
    is_not_entered, on_ethernet, tcp4, tcp6,
};
use crate::support::hex;

/// RFC 2784 and RFC 2890: checksum and a reserved half word, key, sequence number, in this order.
#[test]
fn gre_with_every_combination_of_flags() {
    for flags in [0x00, 0x80, 0x20, 0x10, 0xa0, 0x90, 0x30, 0xb0] {
        let checksum = if flags & 0x80 != 0 { "abcd0000" } else { "" };
        let (key, id) = if flags & 0x20 != 0 { ("fffffffe", Some(0xffff_fffe)) } else { ("", None) };
        let sequence = if flags & 0x10 != 0 { "00000007" } else { "" };
        let header = |protocol: &str| format!("{flags:02x}00 {protocol} {checksum} {key} {sequence}");

        let frame = on_ethernet("0800", &in4(47, &behind(&header("0800"), &tcp4())));
        carries(&frame, carried4(OUTER_MACS, &frame), &[(Gre, id)], id, Around::V4);
        let frame = on_ethernet("86dd", &in6(47, &behind(&header("86dd"), &tcp6())));
        carries(&frame, carried6(OUTER_MACS, &frame), &[(Gre, id)], id, Around::V6);
        let frame = on_ethernet("0800", &in4(47, &behind(&header("6558"), &bridged("86dd", &tcp6()))));
        carries(&frame, carried6(INNER_MACS, &frame), &[(Gre, id)], id, Around::V4);
        let frame = on_ethernet("0800", &in4(47, &behind(&header("8847"), &behind("003e8140", &tcp4()))));
        carries(
            &frame,
            carried4(OUTER_MACS, &frame),
            &[(Gre, id), (Mpls, Some(1000))],
            Some(1000),
            Around::V4,
        );

        // What nobody reads, and a header without anything behind it (a keep-alive).
        let end = 34 + hex(&[&header("0000")]).len();
        let frame = on_ethernet("0800", &in4(47, &behind(&header("88b5"), &tcp4())));
        is_not_entered(&frame, &[(Gre, id)], id, end);
        for protocol in ["0000", "0800", "6558"] {
            let frame = on_ethernet("0800", &in4(47, &behind(&header(protocol), &[])));
            is_not_entered(&frame, &[(Gre, id)], id, end);
        }
    }
}

/// RFC 1701: routes are of any length; what is behind them is not looked for.
#[test]
fn gre_with_routes() {
    for (header, id, end) in [("4000 0800 0000 0000", None, 8), ("6000 0800 0000 0000 00000005", Some(5), 12)]
    {
        let frame = on_ethernet("0800", &in4(47, &behind(header, &behind("00000000", &tcp4()))));
        is_not_entered(&frame, &[(Gre, id)], id, 34 + end);
    }
}

#[test]
fn gre_of_an_unknown_version() {
    for version in 2..8 {
        let frame =
            on_ethernet("0800", &in4(47, &behind(&format!("20{version:02x} 0800 00000005"), &tcp4())));
        is_no_tunnel(&frame);
    }
}

/// RFC 2637, 4.1: the key is a length and a call; the sequence and the acknowledgment number are optional.
#[test]
fn pptp() {
    let levels = [(Gre, Some(7))];
    for header in ["3001 880b 002c 0007 00000001", "3081 880b 002c 0007 00000001 00000009"] {
        for control in ["ff03", ""] {
            let frame = on_ethernet("0800", &in4(47, &behind(&format!("{header} {control} 0021"), &tcp4())));
            carries(&frame, carried4(OUTER_MACS, &frame), &levels, Some(7), Around::V4);
            let frame = on_ethernet("0800", &in4(47, &behind(&format!("{header} {control} 0057"), &tcp6())));
            carries(&frame, carried6(OUTER_MACS, &frame), &levels, Some(7), Around::V4);
        }
    }
    // Link control.
    let frame =
        on_ethernet("0800", &in4(47, &behind("3001 880b 000a 0007 00000001 ff03 c021", &[9, 1, 0, 4])));
    is_not_entered(&frame, &levels, Some(7), 34 + 12 + 4);
    // An acknowledgment alone.
    let frame = on_ethernet("0800", &in4(47, &hex(&["2081 880b 0000 0007 00000009"])));
    is_not_entered(&frame, &levels, Some(7), 34 + 12);
}

/// RFC 7637, 3.2: network identifier and flow are the key.
#[test]
fn nvgre() {
    let frame = on_ethernet("0800", &in4(47, &behind("2000 6558 001001 07", &bridged("0800", &tcp4()))));
    let id = Some(0x0010_0107);
    carries(&frame, carried4(INNER_MACS, &frame), &[(Gre, id)], id, Around::V4);
}

/// draft-foschiano-erspan, 4: type I has no header, type II one of 8 bytes, type III one of 12, or 20 with O.
#[test]
fn erspan() {
    for header in [
        "0000 88be",
        "1000 88be 00000001  1028 0003 00000007",
        "1000 22eb 00000001  2028 0003 12345678 0005 8000",
        "1000 22eb 00000001  2028 0003 12345678 0005 8001  0c000001 00000002",
    ] {
        let frame = on_ethernet("0800", &in4(47, &behind(header, &bridged("0800", &tcp4()))));
        carries(&frame, carried4(INNER_MACS, &frame), &[(Gre, None)], None, Around::V4);
    }
}
