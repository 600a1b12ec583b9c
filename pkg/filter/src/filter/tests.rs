use xdplive_corpus::frame::{Ethernet, Extension, Icmp, Ipv4, Ipv6, Payload, Tag, Tcp, Udp, Upper};
use xdplive_packet::{LinkType, Wire, event::Direction, parse};

use crate::{Environment, Filter, Packet};

const A: [u8; 6] = [2, 0, 0, 0, 0, 1];
const B: [u8; 6] = [2, 0, 0, 0, 0, 2];

/// Which of `texts` want a frame.
fn wanted<'t>(link: LinkType, bytes: &[u8], texts: &[&'t str]) -> Vec<&'t str> {
    let headers = parse(&mut &*bytes, &Wire::new(link));
    let packet =
        Packet { headers: &headers, frame_length: bytes.len() as u32, direction: Direction::In, bytes: None };
    let environment = Environment { broadcasts: vec![[10, 0, 0, 255].into()] };
    let wants = |text: &&&str| Filter::parse(text).unwrap().matches(&packet, &environment);
    texts.iter().filter(wants).copied().collect()
}

fn assert_wanted(payload: impl Into<Payload>, yes: &[&str], no: &[&str]) {
    let frame = Ethernet::new(A, B, payload);
    assert_frame(LinkType::Ethernet, &frame.bytes(), yes, no);
}

fn assert_frame(link: LinkType, bytes: &[u8], yes: &[&str], no: &[&str]) {
    assert_eq!(wanted(link, bytes, yes), yes);
    assert_eq!(wanted(link, bytes, no), [""; 0]);
}

fn ipv4(upper: impl Into<Upper>) -> Ipv4 {
    Ipv4::new([10, 0, 0, 1], [10, 0, 0, 2], upper)
}

/// A condition on a field that is not there is false, so its opposite is true.
#[test]
fn absent_fields() {
    let ping = ipv4(Upper::Icmp(Icmp::new(8, 0, 1, &[])));
    assert_wanted(
        ping,
        &["not port 80", "not tcp[13] = 2", "icmp", "not vlan"],
        &["port 80", "tcp[13] != 2", "vlan"],
    );
}

#[test]
fn tags_are_looked_through() {
    let frame =
        Ethernet::new(A, B, ipv4(Udp::new(53, 53, []))).tagged([Tag::customer(100), Tag::customer(40)]);
    let yes = [
        "ip",
        "udp port 53",
        "vlan",
        "vlan 100",
        "vlan 100 and vlan 40",
        "vlan and vlan and ip",
        "ip and vlan 100",
    ];
    let no = ["vlan 40", "vlan 40 and vlan 100", "vlan 100 and not vlan", "ip6"];
    assert_frame(LinkType::Ethernet, &frame.bytes(), &yes, &no);
    // Alternatives are about the same tag.
    assert_frame(LinkType::Ethernet, &frame.bytes(), &["vlan 5 or vlan 100"], &["vlan 5 or vlan 40"]);
}

#[test]
fn extension_headers_are_looked_through() {
    let extensions = vec![Extension::HopByHop(vec![]), Extension::DestinationOptions(vec![])];
    let packet = Ipv6 { extensions, ..Ipv6::new([1; 16], [2; 16], Tcp::new(1024, 80, 2)) };
    assert_wanted(packet, &["ip6 proto \\tcp", "tcp dst port 80", "ip6 protochain 6"], &["udp", "ah"]);
}

/// As in pcap-filter(7), bytes of transport headers are those in IPv4.
#[test]
fn bytes_of_transport_headers_are_of_ipv4() {
    let segment = Tcp::new(1024, 80, 2);
    let six = Ipv6::new([1; 16], [2; 16], segment.clone());
    assert_wanted(ipv4(segment), &["tcp[tcpflags] = tcp-syn", "tcp[2:2] = 80"], &["tcp[0] = 5"]);
    assert_wanted(six, &["tcp", "not tcp[tcpflags] = tcp-syn"], &["tcp[tcpflags] = tcp-syn"]);
}

#[test]
fn our_own_words() {
    let packet = Ipv4 { ttl: 3, dscp: 46, ecn: 2, ..ipv4(Udp::new(1, 2, [])) };
    assert_wanted(
        packet,
        &["ttl 3", "ttl < 5", "dscp ef", "dscp 46", "dscp >= 40", "inbound"],
        &["ttl 4", "dscp cs1", "outbound"],
    );
    let packet = Ipv6 { hop_limit: 3, dscp: 10, ..Ipv6::new([1; 16], [2; 16], Udp::new(1, 2, [])) };
    assert_wanted(packet, &["ttl 3", "ttl < 5", "dscp af11", "dscp 10 or 12"], &["ip[8] = 3", "dscp 11"]);
    assert_wanted(
        Payload::Other { ethertype: 0x88b5, bytes: vec![] },
        &["not ttl 3"],
        &["ttl != 3", "dscp 0"],
    );
}

#[test]
fn broadcasts_of_the_interface() {
    let to = |destination| Ipv4::new([10, 0, 0, 1], destination, Udp::new(1, 2, []));
    for address in [[10, 0, 0, 255], [255; 4], [0; 4]] {
        assert_wanted(to(address), &["ip broadcast"], &["not ip broadcast", "broadcast"]);
    }
    assert_wanted(to([10, 0, 1, 255]), &["not ip broadcast"], &["ip broadcast"]);
}

/// Without Ethernet, the version says what the type would.
#[test]
fn packets_without_ethernet() {
    let yes = ["ip", "ip[8] = 64", "udp src port 1", "not ether host 02:00:00:00:00:01", "not multicast"];
    let no = ["ip6", "arp", "ether[0] & 1 = 0", "ether[12:2] = 0x800", "multicast", "vlan"];
    assert_frame(LinkType::RawIp, &ipv4(Udp::new(1, 2, [])).bytes(), &yes, &no);
}

#[test]
fn later_fragments_have_no_ports() {
    let fragments = ipv4(Udp::new(53, 53, [0; 100])).fragments(64);
    assert_wanted(fragments[0].clone(), &["udp", "port 53", "udp[0:2] = 53"], &[]);
    assert_wanted(
        fragments[1].clone(),
        &["udp", "not port 53"],
        &["port 53", "udp[0:2] = 53", "udp[0:2] != 53"],
    );
}

#[test]
fn the_default_is_the_filter_without_a_word() {
    assert_eq!(Filter::default(), Filter::parse("").unwrap());
}
