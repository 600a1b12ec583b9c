use xdplive_corpus::{
    frame::{Arp, Ethernet, Icmp, Ipv4, Ipv6, Tag, Tcp, Udp, Upper, tcp_flag::SYN},
    named,
};

use super::*;

const MASKS: Masks = Masks { ipv4: 24, ipv6: 64 };
const HOST: [u8; 6] = [0x02, 0x11, 0x32, 0xe5, 0x79, 0x5c];
const SOURCE: [u8; 4] = [192, 0, 2, 77];
const DESTINATION: [u8; 4] = [198, 51, 100, 99];

fn masked(link: LinkType, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    MASKS.frame(link, &mut bytes);
    bytes
}

/// Whether `bytes` hold these anywhere.
fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// What the Internet checksum of a header with its checksum in it has to be: all ones.
fn sums_up(header: &[u8]) -> bool {
    let sum: u32 = header.chunks(2).map(|word| u32::from(word[0]) << 8 | u32::from(word[1])).sum();
    (sum & 0xffff) + (sum >> 16) == 0xffff
}

#[test]
fn a_packet_keeps_its_headers_and_loses_what_tells_its_addresses() {
    let tcp = Ipv4::new(SOURCE, DESTINATION, Tcp::new(50_000, 443, SYN));
    let whole = Ethernet::new(HOST, [0xff; 6], tcp.clone()).tagged([Tag::customer(40)]).bytes();
    let found = masked(LinkType::Ethernet, &whole);
    let ip = 14 + 4;
    assert_eq!(found.len(), ip + 40, "nothing is cut of a segment without data");
    assert_eq!(found[..12], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0x11, 0x32, 0, 0, 0]);
    assert_eq!(found[12..ip + 10], whole[12..ip + 10]);
    assert_eq!(found[ip + 12..ip + 20], [192, 0, 2, 0, 198, 51, 100, 0]);
    assert!(sums_up(&found[ip..ip + 20]), "{:x?}", &found[ip..ip + 20]);
    let (upper, was) = (&found[ip + 20..], &whole[ip + 20..]);
    assert_eq!((&upper[..16], &upper[16..18], &upper[18..]), (&was[..16], &[0, 0][..], &was[18..20]));
    // The same without Ethernet.
    assert_eq!(masked(LinkType::RawIp, &tcp.bytes()), found[ip..]);
    let mut unmasked = whole.clone();
    Masks::NONE.frame(LinkType::Ethernet, &mut unmasked);
    assert_eq!(unmasked, whole);
}

#[test]
fn what_may_hold_an_address_is_emptied_or_cut() {
    // A route is recorded in options, and a redirect names a router.
    let options = [&[7, 7, 8][..], &SOURCE].concat();
    let routed = Ipv4 { options, ..Ipv4::new(SOURCE, DESTINATION, Udp::new(5353, 5353, SOURCE)) };
    let found = masked(LinkType::RawIp, &routed.bytes());
    assert_eq!(found.len(), 28 + 8);
    assert!(sums_up(&found[..28]));
    assert!(!holds(&found, &SOURCE) && !holds(&found, &DESTINATION), "{found:x?}");
    let redirect = Ipv4::new(SOURCE, DESTINATION, Upper::Icmp(Icmp::new(5, 1, 0, &SOURCE)));
    assert_eq!(masked(LinkType::RawIp, &redirect.bytes()).len(), 24);
    let echo = Ipv4::new(SOURCE, DESTINATION, Upper::Icmp(Icmp::new(8, 0, 0x0102_0304, &SOURCE)));
    let found = masked(LinkType::RawIp, &echo.bytes());
    assert_eq!(found[20..], [8, 0, 0, 0, 1, 2, 3, 4]);
    // A packet in another.
    let inner = Ipv4::new(SOURCE, DESTINATION, Udp::new(1, 2, b"?"));
    assert_eq!(masked(LinkType::RawIp, &Ipv4::new(SOURCE, DESTINATION, inner).bytes()).len(), 20);
}

#[test]
fn arp_and_ipv6() {
    let arp = Ethernet::new(HOST, [0xff; 6], Arp::request(HOST, SOURCE, DESTINATION)).bytes();
    let found = masked(LinkType::Ethernet, &arp);
    assert_eq!(found.len(), 42, "what fills the frame up is cut");
    assert_eq!(found[28..32], [192, 0, 2, 0]);
    assert_eq!(found[38..42], [198, 51, 100, 0]);
    assert!(!holds(&found, &HOST[3..]) && !holds(&found, &SOURCE) && !holds(&found, &DESTINATION));
    let (mut source, mut destination) = ([0x20; 16], [0x30; 16]);
    (source[15], destination[15]) = (1, 2);
    let six = Ipv6::new(source, destination, Udp::new(1, 2, source)).bytes();
    let found = masked(LinkType::RawIp, &six);
    assert_eq!(found.len(), 48);
    assert_eq!(found[8..24], [[0x20; 8], [0; 8]].concat());
    assert_eq!(found[24..40], [[0x30; 8], [0; 8]].concat());
    assert_eq!(found[46..], [0, 0]);
}

/// Wherever a frame is cut, what is left of it is masked, and nothing ends the process.
#[test]
fn a_frame_may_end_anywhere() {
    let whole = named::ssdp().bytes();
    let address = &whole[26..30];
    for length in 0..=whole.len() {
        let found = masked(LinkType::Ethernet, &whole[..length]);
        assert!(found.len() <= length && !holds(&found, address), "{length}");
    }
    let mut random: u64 = 1;
    for _ in 0..20_000 {
        let mut bytes: Vec<u8> = (0..80)
            .map(|_| {
                random =
                    random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                random.to_be_bytes()[0]
            })
            .collect();
        bytes[12..16].copy_from_slice(&[0x08, 0, 0x45, 0]);
        masked(LinkType::Ethernet, &bytes);
        masked(LinkType::RawIp, &bytes);
    }
}
