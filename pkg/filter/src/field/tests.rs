use xdplive_corpus::frame::{Arp, Ethernet, Icmp, Ipv4, Ipv6, Payload, Tag, Tcp, Upper};
use xdplive_packet::{LinkType, Wire, event::Direction, parse};

use super::{Field, Packet, cast};

const A: [u8; 6] = [2, 0, 0, 0, 0, 1];
const B: [u8; 6] = [2, 0, 0, 0, 0, 2];
const EVERYONE: [u8; 6] = [0xff; 6];
const GROUP: [u8; 6] = [1, 0, 0x5e, 0, 0, 1];

/// The values of `fields` in a frame.
fn values<const N: usize>(link: LinkType, bytes: &[u8], fields: [Field; N]) -> [Option<u128>; N] {
    let headers = parse(&mut &*bytes, &Wire::new(link));
    let packet = Packet {
        headers: &headers,
        frame_length: bytes.len() as u32,
        direction: Direction::Out,
        bytes: None,
    };
    fields.map(|field| field.value(&packet))
}

fn ethernet<const N: usize>(frame: &Ethernet, fields: [Field; N]) -> [Option<u128>; N] {
    values(LinkType::Ethernet, &frame.bytes(), fields)
}

#[test]
fn a_tagged_segment() {
    use Field::*;
    let packet = Ipv4 {
        dscp: 46,
        ecn: 1,
        ttl: 5,
        ..Ipv4::new([10, 0, 0, 1], [10, 0, 0, 2], Tcp::new(1024, 80, 0x12))
    };
    let frame = Ethernet::new(A, B, packet).tagged([Tag::service(0x4064), Tag::customer(7)]);
    let link =
        [Direction, Ethertype, Vlan, InnerVlan, FrameLength, SourceMac, DestinationMac, DestinationCast];
    let expected = [1, 0x0800, 100, 7, 62, 0x0200_0000_0001, 0x0200_0000_0002, 0];
    assert_eq!(ethernet(&frame, link), expected.map(Some));
    let upper =
        [Protocol, Ttl, TrafficClass, TcpFlags, SourcePort, DestinationPort, SourceIpv4, DestinationIpv4];
    assert_eq!(
        ethernet(&frame, upper),
        [6, 5, 46 << 2 | 1, 0x12, 1024, 80, 0x0a00_0001, 0x0a00_0002].map(Some)
    );
    assert_eq!(ethernet(&frame, [IcmpType, IcmpCode, SourceIpv6, DestinationIpv6]), [None; 4]);
}

#[test]
fn addresses_of_arp_are_of_ipv4_without_a_version() {
    use Field::*;
    let frame = Ethernet::new(A, EVERYONE, Arp::request(A, [10, 0, 0, 1], [10, 0, 0, 2]));
    let fields = [SourceIpv4, DestinationIpv4, Ethertype, DestinationCast, Ttl, Protocol];
    let expected = [Some(0x0a00_0001), Some(0x0a00_0002), Some(0x0806), Some(cast::BROADCAST), None, None];
    assert_eq!(ethernet(&frame, fields), expected);
}

#[test]
fn ipv6_on_both_kinds_of_link() {
    use Field::*;
    let packet = Ipv6::new([0xfe; 16], [0xff; 16], Upper::Icmpv6(Icmp::new(135, 3, 0, &[])));
    let fields = [Ethertype, SourceIpv6, DestinationIpv6, IcmpType, IcmpCode, SourceIpv4];
    let address = |byte| Some(u128::from_be_bytes([byte; 16]));
    let expected = [Some(0x86dd), address(0xfe), address(0xff), Some(135), Some(3), None];
    assert_eq!(values(LinkType::RawIp, &packet.bytes(), fields), expected);
    assert_eq!(ethernet(&Ethernet::new(A, GROUP, packet.clone()), fields), expected);
    let link = [SourceMac, DestinationMac, DestinationCast];
    assert_eq!(values(LinkType::RawIp, &packet.bytes(), link), [None; 3]);
    assert_eq!(ethernet(&Ethernet::new(A, GROUP, packet), link)[2], Some(cast::MULTICAST));
}

#[test]
fn a_length_is_no_type_and_a_long_frame_counts_as_the_longest() {
    let frame = Ethernet::new(A, B, Payload::Length(vec![0x42, 0x42, 3]));
    assert_eq!(ethernet(&frame, [Field::Ethertype]), [None]);
    let long = Ethernet::new(A, B, Payload::Other { ethertype: 0x88b5, bytes: vec![0; 70_000] });
    assert_eq!(ethernet(&long, [Field::FrameLength]), [Some(65_535)]);
}

#[test]
fn the_largest_values() {
    assert_eq!(Field::SourceIpv6.max(), u128::MAX);
    assert_eq!((Field::Vlan.max(), Field::DestinationCast.max(), Field::Direction.max()), (4095, 2, 1));
    assert_eq!(Field::SourceMac.max(), 0xffff_ffff_ffff);
}
