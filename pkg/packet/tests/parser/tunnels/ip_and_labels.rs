//! IP in IP, MPLS, PPPoE.

use xdplive_packet::{
    Headers, LinkType, Malformed,
    TunnelKind::{FourInSix, Gre, Ipip, Mpls, Pppoe, SixInFour, SixInSix},
    Wire,
    headers::present,
};

use super::{
    Around, OUTER_MACS, behind, bridged, carried4, carried6, carries, in4, in6, is_no_tunnel, is_not_entered,
    labels, on_ethernet, tcp4, tcp6,
};
use crate::support::{ethernet, hex, inside as inside_on, only};

/// RFC 2003, RFC 2473, RFC 4213.
#[test]
fn ip_in_ip() {
    let frame = on_ethernet("0800", &in4(4, &tcp4()));
    carries(&frame, carried4(OUTER_MACS, &frame), &[(Ipip, None)], None, Around::V4);
    let frame = on_ethernet("0800", &in4(41, &tcp6()));
    carries(&frame, carried6(OUTER_MACS, &frame), &[(SixInFour, None)], None, Around::V4);
    let frame = on_ethernet("86dd", &in6(4, &tcp4()));
    carries(&frame, carried4(OUTER_MACS, &frame), &[(FourInSix, None)], None, Around::V6);
    let frame = on_ethernet("86dd", &in6(41, &tcp6()));
    carries(&frame, carried6(OUTER_MACS, &frame), &[(SixInSix, None)], None, Around::V6);
    // Behind a tunnel encapsulation limit (RFC 2473, 5.1).
    let frame = on_ethernet("86dd", &in6(60, &behind("29 00 0401 04 0100 00", &tcp6())));
    carries(&frame, carried6(OUTER_MACS, &frame), &[(SixInSix, None)], None, Around::V6);
}

/// Without Ethernet there are no addresses of it, around or inside.
#[test]
fn ip_in_ip_without_ethernet() {
    let packet = in4(4, &tcp4());
    let inside = inside_on(&packet, &Wire::new(LinkType::RawIp));
    let expected = carried4(OUTER_MACS, &packet);
    assert_eq!(inside.headers, only(&expected, expected.present & !present::ETHERNET));
    assert_eq!(inside.tunnel.levels().collect::<Vec<_>>(), [(Ipip, None)]);
}

/// A version that is not the one announced: a tunnel there is not.
#[test]
fn another_version_than_announced() {
    for (protocol, packet) in [(4, tcp6()), (41, tcp4())] {
        let frame = on_ethernet("0800", &in4(protocol, &packet));
        let headers = Headers { malformed: Malformed::BadIhl as u8, ..ethernet(&frame) };
        carries(&frame, headers, &[], None, Around::Nothing);
    }
    let frame = on_ethernet("0800", &in4(47, &behind("0000 0800", &tcp6())));
    let headers = Headers { malformed: Malformed::BadIhl as u8, header_length: 38, ..ethernet(&frame) };
    carries(&frame, headers, &[(Gre, None)], None, Around::Nothing);
}

/// RFC 3032, 2.1: label, traffic class, bottom of the stack, TTL.
#[test]
fn mpls() {
    for ethertype in ["8847", "8848"] {
        for count in 1..=8 {
            let levels = [(Mpls, Some(1000))];
            let bottom = Some(999 + count);
            let frame = on_ethernet(ethertype, &[labels(count), tcp4()].concat());
            carries(&frame, carried4(OUTER_MACS, &frame), &levels, bottom, Around::Nothing);
            let frame = on_ethernet(ethertype, &[labels(count), tcp6()].concat());
            carries(&frame, carried6(OUTER_MACS, &frame), &levels, bottom, Around::Nothing);
        }
    }
    // Straight in IP (RFC 4023).
    let frame = on_ethernet("0800", &in4(137, &[labels(2), tcp4()].concat()));
    carries(&frame, carried4(OUTER_MACS, &frame), &[(Mpls, Some(1000))], Some(1001), Around::V4);
}

#[test]
fn nine_labels_are_too_many() {
    for count in [9, 10, 20] {
        let frame = on_ethernet("8847", &[labels(count), tcp4()].concat());
        let malformed = Malformed::TooManyHeaders as u8;
        let headers = Headers { malformed, header_length: 14 + 8 * 4, ..ethernet(&frame) };
        carries(&frame, headers, &[(Mpls, Some(1000))], Some(1007), Around::Nothing);
    }
}

/// RFC 4448: a frame, with a control word in front that begins with 0. Nothing announces it, so it is not entered.
#[test]
fn a_pseudowire() {
    let frame = on_ethernet("8847", &[labels(2), behind("00000000", &bridged("0800", &tcp4()))].concat());
    is_not_entered(&frame, &[(Mpls, Some(1000))], Some(1001), 14 + 8);
}

/// RFC 2516: version and type, code, session, length; then PPP.
#[test]
fn pppoe() {
    let levels = [(Pppoe, Some(0x1234))];
    let frame = on_ethernet("8864", &behind("11 00 1234 002a 0021", &tcp4()));
    carries(&frame, carried4(OUTER_MACS, &frame), &levels, Some(0x1234), Around::Nothing);
    let frame = on_ethernet("8864", &behind("11 00 1234 003e 0057", &tcp6()));
    carries(&frame, carried6(OUTER_MACS, &frame), &levels, Some(0x1234), Around::Nothing);
    let frame = on_ethernet("8864", &behind("11 00 1234 002e 0281 003e8140", &tcp4()));
    let both = [(Pppoe, Some(0x1234)), (Mpls, Some(1000))];
    carries(&frame, carried4(OUTER_MACS, &frame), &both, Some(1000), Around::Nothing);
    // Link control.
    let frame = on_ethernet("8864", &hex(&["11 00 1234 0006 c021 09010004"]));
    is_not_entered(&frame, &levels, Some(0x1234), 14 + 6 + 2);
}

#[test]
fn pppoe_that_is_no_session() {
    // Discovery; a code in a session; another version.
    is_no_tunnel(&on_ethernet("8863", &hex(&["11 09 0000 0004 01010000"])));
    is_no_tunnel(&on_ethernet("8864", &behind("11 a7 1234 002a 0021", &tcp4())));
    is_no_tunnel(&on_ethernet("8864", &behind("21 00 1234 002a 0021", &tcp4())));
}
