use super::{
    Arp, Dccp, Ethernet, Extension, Geneve, Gre, Gtp, Icmp, Ipv4, Ipv6, Mpls, Padding, Payload, Pppoe, Sctp,
    Tag, Tcp, Udp, Upper, Vxlan, tcp_flag,
};

const A: [u8; 6] = [2, 0, 0, 0, 0, 1];
const B: [u8; 6] = [2, 0, 0, 0, 0, 2];
const A6: [u8; 16] = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
const B6: [u8; 16] = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];

fn experiment(bytes: &[u8]) -> Payload {
    Payload::Other { ethertype: 0x88b5, bytes: bytes.to_vec() }
}

#[test]
fn ethernet_with_tags() {
    let frame = Ethernet { padding: Padding::None, ..Ethernet::new(A, B, experiment(&[0xee])) };
    let frame = frame.tagged([Tag::service(100), Tag::customer(40)]);
    #[rustfmt::skip]
    let expected = [
        2, 0, 0, 0, 0, 2,  2, 0, 0, 0, 0, 1,  0x88, 0xa8, 0, 100,  0x81, 0x00, 0, 40,  0x88, 0xb5,  0xee,
    ];
    assert_eq!(frame.bytes(), expected);
}

#[test]
fn ethernet_padding() {
    let padded = |padding, length: usize| {
        Ethernet { padding, ..Ethernet::new(A, B, experiment(&vec![1; length])) }.bytes().len()
    };
    assert_eq!(padded(Padding::None, 1), 15);
    assert_eq!(padded(Padding::Minimum, 1), 60);
    assert_eq!(padded(Padding::Minimum, 46), 60);
    assert_eq!(padded(Padding::Minimum, 47), 61);
    assert_eq!(padded(Padding::Bytes(vec![0xff; 4]), 1), 19);
}

#[test]
fn a_length_in_the_place_of_the_type() {
    let bytes = Ethernet::new(A, B, Payload::Length(vec![0x42, 0x42, 0x03])).bytes();
    assert_eq!(bytes[12..17], [0, 3, 0x42, 0x42, 0x03]);
}

#[test]
fn arp() {
    #[rustfmt::skip]
    let expected = [
        0, 1,  8, 0,  6, 4,  0, 2,  2, 0, 0, 0, 0, 1,  10, 0, 0, 1,  2, 0, 0, 0, 0, 2,  10, 0, 0, 2,
    ];
    assert_eq!(Arp::reply(A, [10, 0, 0, 1], B, [10, 0, 0, 2]).bytes(), expected);
}

/// A header whose checksum is known: 0xb861.
#[test]
fn ipv4() {
    let datagram = Udp::new(1, 2, [0; 87]);
    let packet = Ipv4 { dont_fragment: true, ..Ipv4::new([192, 168, 0, 1], [192, 168, 0, 199], datagram) };
    #[rustfmt::skip]
    let expected = [
        0x45, 0x00, 0x00, 0x73,  0x00, 0x00, 0x40, 0x00,  0x40, 0x11, 0xb8, 0x61,
        0xc0, 0xa8, 0x00, 0x01,  0xc0, 0xa8, 0x00, 0xc7,
    ];
    assert_eq!(packet.bytes()[..20], expected);
    assert_eq!(packet.bytes().len(), 0x73);
}

#[test]
fn ipv4_options_fill_whole_words() {
    let packet = |options| Ipv4 { options, ..Ipv4::new([10, 0, 0, 1], [10, 0, 0, 2], Upper::none()) }.bytes();
    assert_eq!((packet(vec![])[0], packet(vec![]).len()), (0x45, 20));
    assert_eq!((packet(vec![7])[0], packet(vec![7]).len()), (0x46, 24));
    assert_eq!((packet(vec![1; 40])[0], packet(vec![1; 40]).len()), (0x4f, 60));
}

#[test]
fn ipv4_lies() {
    let packet = Ipv4::new([10, 0, 0, 1], [10, 0, 0, 2], Upper::none());
    let packet = Ipv4 { version: Some(6), header_words: Some(3), total_length: Some(9), ..packet };
    assert_eq!(packet.bytes()[..4], [0x63, 0, 0, 9]);
    assert_eq!(packet.bytes().len(), 20);
}

#[test]
fn ipv4_fragments_make_up_the_packet() {
    let packet = Ipv4::new([10, 0, 0, 1], [10, 0, 0, 2], Udp::new(1, 2, [0xaa; 30]));
    let fragments = packet.fragments(16);
    let place: Vec<_> = fragments.iter().map(|part| (part.fragment_offset, part.more_fragments)).collect();
    assert_eq!(place, [(0, true), (2, true), (4, false)]);
    let whole: Vec<u8> = fragments.iter().flat_map(|part| part.bytes()[20..].to_vec()).collect();
    assert_eq!(whole, packet.bytes()[20..]);
}

#[test]
fn ipv6() {
    let packet = Ipv6 { dscp: 46, ecn: 1, flow_label: 0x12345, ..Ipv6::new(A6, B6, Udp::new(1, 2, [])) };
    let bytes = packet.bytes();
    assert_eq!(bytes[..8], [0x6b, 0x91, 0x23, 0x45, 0, 8, 17, 64]);
    assert_eq!((&bytes[8..24], &bytes[24..40]), (&A6[..], &B6[..]));
    assert_eq!(bytes.len(), 48);
}

#[test]
fn ipv6_extension_headers_name_each_other() {
    let extensions = vec![
        Extension::HopByHop(vec![5, 2, 0, 0]),
        Extension::Routing { kind: 253, data: vec![0xdd; 8] },
        Extension::Authentication(vec![0xcc; 12]),
        Extension::DestinationOptions(vec![]),
        Extension::Fragment { offset: 3, more: true, identification: 0x01020304 },
    ];
    let bytes = Ipv6 { extensions, ..Ipv6::new(A6, B6, Upper::none()) }.bytes();
    #[rustfmt::skip]
    let expected = [
        43, 0,  5, 2, 0, 0,  1, 0,
        51, 1,  253, 0,  0, 0, 0, 0,  0xdd, 0xdd, 0xdd, 0xdd, 0xdd, 0xdd, 0xdd, 0xdd,
        60, 4,  0, 0,  0, 0, 0x10, 0,  0, 0, 0, 1,
        0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc,
        44, 0,  1, 4, 0, 0, 0, 0,
        59, 0,  0, 0x19,  1, 2, 3, 4,
    ];
    assert_eq!((bytes[5], bytes[6]), (expected.len() as u8, 0));
    assert_eq!(bytes[40..], expected);
}

/// Pad1 for one byte, PadN for more, nothing where nothing is missing.
#[test]
fn ipv6_options_are_padded() {
    for (options, padding) in
        [(5, &[0][..]), (4, &[1, 0]), (3, &[1, 1, 0]), (6, &[]), (7, &[1, 5, 0, 0, 0, 0, 0])]
    {
        let extensions = vec![Extension::HopByHop(vec![0xee; options])];
        let bytes = Ipv6 { extensions, ..Ipv6::new(A6, B6, Upper::none()) }.bytes();
        assert_eq!(&bytes[42 + options..], padding);
        assert_eq!(usize::from(bytes[41]) * 8 + 8, bytes.len() - 40);
    }
}

#[test]
fn ipv6_fragments_make_up_the_packet() {
    let packet = Ipv6::new(A6, B6, Udp::new(1, 2, [0xaa; 30]));
    let fragments = packet.fragments(16, 7);
    assert_eq!(fragments.len(), 3);
    let whole: Vec<u8> = fragments.iter().flat_map(|part| part.bytes()[48..].to_vec()).collect();
    assert_eq!(whole, packet.bytes()[40..]);
    let offsets: Vec<_> = fragments.iter().map(|part| part.bytes()[42..44].to_vec()).collect();
    assert_eq!(offsets, [[0, 1], [0, 17], [0, 32]]);
}

#[test]
fn what_a_length_field_cannot_say_is_0() {
    let datagram = Udp::new(1, 2, vec![0; 65_528]);
    assert_eq!(Ipv4::new([10, 0, 0, 1], [10, 0, 0, 2], datagram.clone()).bytes()[2..4], [0, 0]);
    let bytes = Ipv6::new(A6, B6, datagram).bytes();
    assert_eq!((&bytes[4..6], &bytes[44..46]), (&[0, 0][..], &[0, 0][..]));
}

/// What a receiver does: the sum over everything, checksum included, has all bits set.
#[test]
fn transport_checksums() {
    let uppers: [(Upper, u8); 3] = [
        (Tcp { payload: vec![1, 2, 3], ..Tcp::new(1, 2, tcp_flag::SYN) }.into(), 6),
        (Udp::new(1, 2, [1, 2, 3]).into(), 17),
        (Upper::Icmpv6(Icmp::new(128, 0, 1, &[1, 2, 3])), 58),
    ];
    for (upper, protocol) in uppers {
        let segment = &Ipv6::new(A6, B6, upper).bytes()[40..];
        let length = (segment.len() as u32).to_be_bytes();
        let all = [&A6[..], &B6, &length, &[0, 0, 0, protocol], segment, &[0]].concat();
        let sum: u64 = all.chunks_exact(2).map(|pair| u64::from(pair[0]) << 8 | u64::from(pair[1])).sum();
        assert_eq!(sum % 0xffff, 0, "protocol {protocol}");
    }
}

/// A checksum of zero would say that there is none (RFC 768).
#[test]
fn a_udp_checksum_is_never_zero() {
    // The first word of the data is chosen so that the sum of everything has all bits set.
    let bytes =
        |word: u16| Ipv4::new([10, 0, 0, 1], [10, 0, 0, 2], Udp::new(1, 2, word.to_be_bytes())).bytes();
    let without = u16::from_be_bytes([bytes(0)[26], bytes(0)[27]]);
    assert_eq!(bytes(without)[26..28], [0xff, 0xff]);
}

#[test]
fn sctp_checksum_goes_out_low_byte_first() {
    let bytes = Ipv4::new([10, 0, 0, 1], [10, 0, 0, 2], Sctp::new(1, 2)).bytes();
    let with_zero = [&bytes[20..28], &[0; 4], &bytes[32..]].concat();
    assert_eq!(bytes[28..32], crate::checksum::crc32c(&with_zero).to_le_bytes());
}

/// A frame of 15 bytes to carry.
fn small() -> Ethernet {
    Ethernet { padding: Padding::None, ..Ethernet::new(A, B, experiment(&[0xee])) }
}

/// A packet of 20 bytes to carry.
fn nothing() -> Ipv4 {
    Ipv4::new([10, 0, 0, 1], [10, 0, 0, 2], Upper::Other { protocol: 253, bytes: Vec::new() })
}

#[test]
fn vxlan() {
    let datagram = Vxlan::new(0x0012_3456, small()).from_port(50_000);
    assert_eq!(datagram.destination_port, 4789);
    assert_eq!(datagram.payload[..8], [0x08, 0, 0, 0, 0x12, 0x34, 0x56, 0]);
    assert_eq!(datagram.payload[8..], small().bytes());

    let datagram = Vxlan::generic(5, nothing()).from_port(50_000);
    assert_eq!(datagram.destination_port, 4790);
    assert_eq!(datagram.payload[..8], [0x0c, 0, 0, 1, 0, 0, 5, 0]);
    assert_eq!(Vxlan::generic(5, small()).bytes()[3], 3);
}

#[test]
fn geneve() {
    let geneve = Geneve { options: Geneve::option(1), ..Geneve::new(5, small()) };
    assert_eq!(geneve.from_port(50_000).destination_port, 6081);
    let expected = [2, 0, 0x65, 0x58, 0, 0, 5, 0, 0xff, 0xff, 0x42, 1, 0xee, 0xee, 0xee, 0xee];
    assert_eq!(geneve.bytes()[..16], expected);
    assert_eq!(geneve.bytes()[16..], small().bytes());
}

#[test]
fn gre_with_everything() {
    let gre = Gre { with_checksum: true, key: Some(5), sequence: Some(7), ..Gre::new(nothing()) };
    let bytes = gre.bytes();
    assert_eq!(bytes[..4], [0xb0, 0, 0x08, 0x00]);
    assert_eq!(bytes[6..16], [0, 0, 0, 0, 0, 5, 0, 0, 0, 7]);
    assert_eq!(bytes[16..], nothing().bytes());
    let sum: u64 = bytes.chunks_exact(2).map(|pair| u64::from(pair[0]) << 8 | u64::from(pair[1])).sum();
    assert_eq!(sum % 0xffff, 0);
}

#[test]
fn gre_of_others() {
    assert_eq!(Gre::nvgre(5, 6, small()).bytes()[..8], [0x20, 0, 0x65, 0x58, 0, 0, 5, 6]);
    let pptp = Gre { acknowledgment: Some(9), ..Gre::pptp(7, 8, nothing()) };
    let expected =
        [0x30, 0x81, 0x88, 0x0b, 0, 24, 0, 7, 0, 0, 0, 8, 0, 0, 0, 9, 0xff, 0x03, 0x00, 0x21, 0x45];
    assert_eq!(pptp.bytes()[..21], expected);
    assert_eq!(Gre::erspan1(&small()).bytes()[..6], [0, 0, 0x88, 0xbe, 2, 0]);
    let erspan = Gre::erspan2(1, 3, &small()).bytes();
    assert_eq!(erspan[..16], [0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 40, 0, 3, 0, 0, 0, 7]);
    assert_eq!(erspan[16..], small().bytes());
    assert_eq!(Gre::erspan3(1, 3, false, &small()).bytes()[20..], small().bytes());
    assert_eq!(Gre::erspan3(1, 3, true, &small()).bytes()[28..], small().bytes());
}

#[test]
fn mpls() {
    let stack = Mpls::ipv4([1000, 16], &nothing());
    assert_eq!(stack.bytes()[..8], [0x00, 0x3e, 0x80, 64, 0x00, 0x01, 0x01, 64]);
    assert_eq!(stack.bytes()[8..], nothing().bytes());
    assert_eq!(Mpls::pseudowire([16], &small()).bytes()[4..8], [0; 4]);
    assert_eq!(Payload::from(stack.clone()).ethertype(), 0x8847);
    assert_eq!(Upper::from(stack).protocol(), 137);
}

#[test]
fn pppoe() {
    let session = Pppoe::new(0x1234, nothing());
    assert_eq!(session.bytes()[..8], [0x11, 0, 0x12, 0x34, 0, 22, 0x00, 0x21]);
    assert_eq!(Payload::from(session).ethertype(), 0x8864);
    assert_eq!(Pppoe::discovery().ethertype(), 0x8863);
}

#[test]
fn gtp() {
    let gtp = Gtp::new(0x1234_5678, &[0x45]);
    assert_eq!(gtp.from_port(50_000).destination_port, 2152);
    assert_eq!(gtp.bytes(), [0x30, 255, 0, 1, 0x12, 0x34, 0x56, 0x78, 0x45]);
    let gtp = Gtp { sequence: Some(9), extensions: vec![(0x85, vec![0, 9])], ..gtp };
    #[rustfmt::skip]
    let expected = [0x36, 255, 0, 9, 0x12, 0x34, 0x56, 0x78, 0, 9, 0, 0x85, 1, 0, 9, 0, 0x45];
    assert_eq!(gtp.bytes(), expected);
    assert_eq!(Gtp::echo(9).bytes(), [0x32, 1, 0, 4, 0, 0, 0, 0, 0, 9, 0, 0]);
}

#[test]
fn dccp() {
    let bytes = |long| Ipv4::new([10, 0, 0, 1], [10, 0, 0, 2], Dccp::new(1, 2, long)).bytes()[20..].to_vec();
    let (short, long) = (bytes(false), bytes(true));
    assert_eq!((&short[..6], &short[8..]), (&[0, 1, 0, 2, 3, 0][..], &[4, 0, 0, 1][..]));
    assert_eq!((&long[..6], &long[8..]), (&[0, 1, 0, 2, 4, 0][..], &[5, 0, 0, 0, 0, 0, 0, 1][..]));
}
