//! Tunnels in one another, fragments, and frames that are cut.

use xdplive_packet::{
    Headers, Malformed,
    TunnelKind::{Geneve, Gre, Ipip, Mpls, Pppoe, SixInFour, SixInSix, Vxlan},
    headers::present,
};

use super::{
    Around, INNER_MACS, OUTER_MACS, behind, bridged, carried4, carried6, carries, datagram, in4, in6, inside,
    is_no_tunnel, labels, on_ethernet, tcp4, tcp6, udp,
};
use crate::support::{ethernet, hex, ipv4, only, with};

#[test]
fn tunnels_in_one_another() {
    // GRE in IP in IP.
    let gre = in4(47, &behind("2000 0800 00000005", &tcp4()));
    let frame = on_ethernet("0800", &in4(4, &gre));
    let levels = [(Ipip, None), (Gre, Some(5))];
    carries(&frame, carried4(OUTER_MACS, &frame), &levels, Some(5), Around::V4);
    // The innermost has no id, though the one around it has.
    let frame = on_ethernet("0800", &in4(47, &behind("2000 0800 00000005", &in4(41, &tcp6()))));
    let levels = [(Gre, Some(5)), (SixInFour, None)];
    carries(&frame, carried6(OUTER_MACS, &frame), &levels, None, Around::V4);
    // VXLAN in Geneve: the outer addresses are the outermost ones.
    let vxlan = behind("08000000 00002a 00", &bridged("0800", &tcp4()));
    let middle =
        hex(&["45 00", &format!("{:04x}", 28 + vxlan.len()), "0000 0000 40 11 0000 ac100001 ac100002"]);
    let middle = [middle, udp(4789, &vxlan)].concat();
    let frame = on_ethernet("86dd", &in6(17, &udp(6081, &behind("00 00 0800 000007 00", &middle))));
    let levels = [(Geneve, Some(7)), (Vxlan, Some(42))];
    carries(&frame, carried4(INNER_MACS, &frame), &levels, Some(42), Around::V6);
    // A packet behind labels in a session in VXLAN.
    let session = behind("11 00 1234 0032 0281", &[labels(2), tcp4()].concat());
    let frame = datagram(4789, &behind("08000000 00002a 00", &bridged("8864", &session)));
    let levels = [(Vxlan, Some(42)), (Pppoe, Some(0x1234)), (Mpls, Some(1000))];
    carries(&frame, carried4(INNER_MACS, &frame), &levels, Some(1001), Around::V4);
    // Two stacks of eight labels, each of which is one tunnel.
    let packet = in4(137, &[labels(8), tcp4()].concat());
    let frame = on_ethernet("8847", &[labels(8), packet].concat());
    let levels = [(Mpls, Some(1000)), (Mpls, Some(1000))];
    carries(&frame, carried4(OUTER_MACS, &frame), &levels, Some(1007), Around::V4);
}

#[test]
fn four_tunnels_are_too_many() {
    let three = in4(4, &in4(4, &in4(4, &tcp4())));
    let frame = on_ethernet("0800", &three);
    carries(&frame, carried4(OUTER_MACS, &frame), &[(Ipip, None); 3], None, Around::V4);

    // The innermost packet that is reached is the one in three of them.
    let frame = on_ethernet("0800", &in4(4, &three));
    let malformed = Malformed::TooManyHeaders as u8;
    let headers = Headers { malformed, length: 60, header_length: 14 + 4 * 20, ..ethernet(&frame) };
    carries(&frame, headers, &[(Ipip, None); 3], None, Around::V4);
    // Of another kind, with an id that nobody sees.
    let vxlan = in4(17, &udp(4789, &behind("08000000 00002a 00", &bridged("0800", &tcp4()))));
    let frame = on_ethernet("0800", &in4(4, &in4(4, &in4(4, &vxlan))));
    let inside = inside(&frame);
    assert_eq!(inside.tunnel.levels().collect::<Vec<_>>(), [(Ipip, None); 3]);
    assert_eq!((inside.tunnel.innermost_id(), inside.tunnel.with_id), (None, 0));
    assert_eq!(inside.headers.malformed(), Some(Malformed::TooManyHeaders));
    assert_eq!((inside.headers.destination_port(), inside.headers.source_mac), (Some(4789), OUTER_MACS.1));
}

/// A fragment is a piece of something, the first one too.
#[test]
fn a_fragment_around() {
    for field in [[0x20, 0x00], [0x00, 0x10], [0x20, 0x10]] {
        for packet in [
            in4(4, &tcp4()),
            in4(41, &tcp6()),
            in4(47, &behind("0000 0800", &tcp4())),
            in4(137, &[labels(1), tcp4()].concat()),
            in4(17, &udp(4789, &behind("08000000 00002a 00", &bridged("0800", &tcp4())))),
        ] {
            is_no_tunnel(&on_ethernet("0800", &with(&packet, 6, &field)));
        }
    }
    for field in ["0001", "0080", "0081"] {
        is_no_tunnel(&on_ethernet("86dd", &in6(44, &behind(&format!("29 00 {field} 00000001"), &tcp6()))));
    }
    // A fragment header on a packet that is whole (RFC 6946).
    let frame = on_ethernet("86dd", &in6(44, &behind("29 00 0000 00000001", &tcp6())));
    carries(&frame, carried6(OUTER_MACS, &frame), &[(SixInSix, None)], None, Around::V6);
}

#[test]
fn a_fragment_inside() {
    let later = with(&tcp4(), 6, &[0x20, 0x10]);
    let frame = on_ethernet("0800", &in4(47, &behind("2000 0800 00000005", &later)));
    let whole = carried4(OUTER_MACS, &frame);
    let kept = present::ETHERNET | present::IP | present::ADDRESSES | present::PROTOCOL;
    let headers = only(&whole, kept);
    let headers = Headers { present: kept | present::FRAGMENT, header_length: 34 + 8 + 20, ..headers };
    carries(&frame, headers, &[(Gre, Some(5))], Some(5), Around::V4);

    let first = with(&tcp4(), 6, &[0x20, 0x00]);
    let frame = on_ethernet("0800", &in4(47, &behind("2000 0800 00000005", &first)));
    let headers = Headers { present: whole.present | present::FRAGMENT, ..carried4(OUTER_MACS, &frame) };
    carries(&frame, headers, &[(Gre, Some(5))], Some(5), Around::V4);
}

/// What is carried ends where the packet around does, whatever the frame holds.
#[test]
fn what_follows_changes_nothing() {
    for frame in sound() {
        let padded = [frame.clone(), tcp4()].concat();
        let (one, other) = (inside(&frame), inside(&padded));
        assert_eq!((one.headers, one.tunnel), (other.headers, other.tunnel));
    }
    // A packet around that is shorter than what it carries.
    let gre = in4(47, &behind("0000 0800", &tcp4()));
    let frame = on_ethernet("0800", &with(&gre, 2, &48_u16.to_be_bytes()));
    let inside = inside(&frame);
    assert_eq!((inside.headers.malformed(), inside.headers.version()), (Some(Malformed::Truncated), Some(4)));
    assert_eq!((inside.headers.source_ip, inside.headers.source_port()), (ipv4([10, 0, 0, 1]), Some(40_000)));
    assert_eq!(inside.headers.tcp_flags(), None);
}

/// Frames of every kind, all of them whole, with one or more tunnels.
fn sound() -> Vec<Vec<u8>> {
    let frame = bridged("8100 0028 0800", &tcp4());
    vec![
        datagram(4789, &behind("08000000 00002a 00", &frame)),
        datagram(4790, &behind("0c000002 00002a 00", &tcp6())),
        datagram(6081, &behind("02 00 6558 00002a 00 ffff 42 01 eeeeeeee", &frame)),
        on_ethernet("0800", &in4(47, &behind("b000 6558 abcd0000 00000005 00000007", &frame))),
        on_ethernet("86dd", &in6(47, &behind("3081 880b 002c 0007 00000001 00000009 ff03 0021", &tcp4()))),
        on_ethernet("0800", &in4(47, &behind("1000 22eb 00000001 2028 0003 12345678 0005 8000", &frame))),
        on_ethernet("86dd", &in6(41, &tcp6())),
        on_ethernet("8847", &[labels(3), tcp4()].concat()),
        on_ethernet("8864", &behind("11 00 1234 003e 0057", &tcp6())),
        datagram(2152, &behind("37 ff 0034 12345678 0001 05 c0  01 1234 85  01 0009 00", &tcp4())),
        on_ethernet("0800", &in4(4, &in4(47, &behind("2000 0800 00000005", &in4(41, &tcp6()))))),
    ]
}

/// The tunnels of a frame that is cut are those of the whole one up to some point; and so are the fields, once the innermost
/// packet is reached. Before that they are those of a packet around.
#[test]
fn cut_anywhere() {
    // The one that stands between the outermost packet and the innermost; in the last of the frames two do.
    let middle = in4(47, &behind("2000 0800 00000005", &in4(41, &tcp6())));
    let last = in4(41, &tcp6());
    let between = [middle, last].map(|packet| ethernet(&on_ethernet("0800", &packet)));
    for frame in sound() {
        let whole = inside(&frame);
        assert_eq!(whole.headers.malformed(), None);
        let levels = whole.tunnel.levels().collect::<Vec<_>>();
        let mut around = vec![ethernet(&frame)];
        if levels.len() == 3 {
            around.extend(between);
        }
        for length in 0..frame.len() {
            let part = inside(&frame[..length]);
            assert!(usize::from(part.headers.header_length) <= length, "{length}");
            assert_eq!(part.headers.malformed(), Some(Malformed::Truncated), "{length}");
            let reached = part.tunnel.levels().collect::<Vec<_>>();
            assert!(levels.starts_with(&reached), "{length}: {reached:?}");

            let alike = |packet: &Headers| {
                // In front of a tag that is missing stands the type that announces it.
                let Headers { malformed, header_length, ethertype, .. } = part.headers;
                let kept = only(packet, part.headers.present);
                part.headers == Headers { malformed, header_length, ethertype, ..kept }
            };
            let is_innermost = part.layers.network == whole.layers.network;
            let is_known = alike(&whole.headers) || !is_innermost && around.iter().any(alike);
            assert!(is_known, "{length}: {:?}", part.headers);
        }
    }
}
