//! IPv4 and IPv6.

use std::net::Ipv6Addr;

use xdplive_corpus::frame::{Extension, Icmp, Ipv4, Ipv6, Tcp, Udp, Upper, protocol, tcp_flag};

use super::*;

fn ipv6(text: &str) -> [u8; 16] {
    text.parse::<Ipv6Addr>().unwrap().octets()
}

fn udp6() -> Ipv6 {
    Ipv6::new(ipv6("2001:db8::1"), ipv6("ff02::fb"), Udp::new(5353, 5353, b"mdns"))
}

fn udp4() -> Ipv4 {
    Ipv4::new([10, 0, 0, 255], [198, 51, 100, 7], Udp::new(1024, 53, [0; 40]))
}

#[test]
fn ipv6_counts_its_header() {
    let packet = Ipv6 { hop_limit: 255, dscp: 46, ecn: 3, flow_label: 0xabcde, ..udp6() };
    let expected = json!({
        "version": 6,
        "source_ip": "2001:db8::1",
        "destination_ip": "ff02::fb",
        "protocol": "UDP",
        "length": 52,
        "ttl": 255,
        "dscp": 46,
        "fragment": false,
        "source_port": 5353,
        "destination_port": 5353,
    });
    assert_eq!(headers(raw(&packet.bytes())), expected);
}

/// RFC 5952.
#[test]
fn ipv6_addresses_have_one_way_to_be_written() {
    for text in [
        "::",
        "::1",
        "fe80::211:32ff:fee5:795c",
        "2001:db8:0:1:1:1:1:1",
        "2001:db8::1:0:0:1",
        "::ffff:192.0.2.1",
        "2001:db8:1111:2222:3333:4444:5555:6666",
    ] {
        let packet = Ipv6 { source: ipv6(text), ..udp6() };
        assert_eq!(cell(PacketColumn::SourceIp, raw(&packet.bytes())), json!(text));
    }
}

#[test]
fn ipv4_addresses_and_code_points() {
    let packet = Ipv4 { dscp: 63, ecn: 3, ttl: 0, options: vec![7, 7, 4, 0, 0, 0, 0], ..udp4() };
    let expected = json!({
        "version": 4,
        "source_ip": "10.0.0.255",
        "destination_ip": "198.51.100.7",
        "protocol": "UDP",
        "length": 76,
        "ttl": 0,
        "dscp": 63,
        "fragment": false,
        "source_port": 1024,
        "destination_port": 53,
    });
    assert_eq!(headers(raw(&packet.bytes())), expected);
}

/// The protocol is the one behind the extension headers.
#[test]
fn extension_headers_are_passed_over() {
    let packet = Ipv6 {
        extensions: vec![
            Extension::HopByHop(vec![5, 2, 0, 0]),
            Extension::Routing { kind: 4, data: vec![0; 16] },
            Extension::DestinationOptions(vec![]),
        ],
        payload: Tcp::new(443, 50_085, tcp_flag::SYN | tcp_flag::ACK).into(),
        ..udp6()
    };
    let expected = json!({
        "version": 6,
        "source_ip": "2001:db8::1",
        "destination_ip": "ff02::fb",
        "protocol": "TCP",
        "length": 100,
        "ttl": 64,
        "dscp": 0,
        "fragment": false,
        "source_port": 443,
        "destination_port": 50085,
        "tcp_flags": "SYN,ACK",
    });
    assert_eq!(headers(raw(&packet.bytes())), expected);
}

#[test]
fn protocols_without_a_keyword_are_numbers() {
    for (number, text) in [
        (protocol::IGMP, "IGMP"),
        (protocol::IPV4, "IPv4"),
        (protocol::IPV6, "IPv6"),
        (protocol::GRE, "GRE"),
        (protocol::ESP, "ESP"),
        (protocol::OSPF, "OSPFIGP"),
        (135, "Mobility Header"),
        (61, "61"),
        (148, "148"),
        (protocol::EXPERIMENTAL, "253"),
        (255, "255"),
    ] {
        let packet =
            Ipv4::new([192, 0, 2, 1], [192, 0, 2, 20], Upper::Other { protocol: number, bytes: vec![0; 8] });
        assert_eq!(cell(PacketColumn::Protocol, raw(&packet.bytes())), json!(text));
    }
}

#[test]
fn nothing_behind_the_headers_has_a_name_too() {
    let packet = Ipv6::new(ipv6("2001:db8::1"), ipv6("2001:db8::2"), Upper::none());
    assert_eq!(cell(PacketColumn::Protocol, raw(&packet.bytes())), json!("IPv6-NoNxt"));
}

/// Ports stand in the first fragment only; that it is a fragment is true of all.
#[test]
fn fragments_of_ipv4() {
    let rows: Vec<Event> = udp4().fragments(24).iter().map(|fragment| raw(&fragment.bytes())).collect();
    let column = |column| rows.iter().map(|row| cell(column, *row)).collect::<Vec<_>>();
    assert_eq!(column(PacketColumn::Fragment), [true, true]);
    assert_eq!(column(PacketColumn::SourcePort), [json!(1024), Value::Null]);
    assert_eq!(column(PacketColumn::DestinationPort), [json!(53), Value::Null]);
    assert_eq!(column(PacketColumn::Protocol), ["UDP", "UDP"]);
    assert_eq!(column(PacketColumn::Length), [44, 44]);
    assert_eq!(column(PacketColumn::Malformed), [Value::Null, Value::Null]);
}

#[test]
fn fragments_of_ipv6() {
    let ping = Upper::Icmpv6(Icmp::new(128, 0, 7, &[0; 40]));
    let packet = Ipv6::new(ipv6("2001:db8::1"), ipv6("2001:db8::2"), ping);
    let rows: Vec<Event> = packet.fragments(32, 9).iter().map(|fragment| raw(&fragment.bytes())).collect();
    let column = |column| rows.iter().map(|row| cell(column, *row)).collect::<Vec<_>>();
    assert_eq!(column(PacketColumn::Fragment), [true, true]);
    assert_eq!(column(PacketColumn::IcmpType), [json!(128), Value::Null]);
    assert_eq!(column(PacketColumn::IcmpCode), [json!(0), Value::Null]);
    assert_eq!(column(PacketColumn::Protocol), ["IPv6-ICMP", "IPv6-ICMP"]);
    assert_eq!(column(PacketColumn::Length), [80, 64]);
}

/// A fragment header around a whole packet (RFC 6946) makes no fragment of it.
#[test]
fn an_atomic_fragment_is_whole() {
    let fragment = Extension::Fragment { offset: 0, more: false, identification: 9 };
    let event = raw(&Ipv6 { extensions: vec![fragment], ..udp6() }.bytes());
    assert_eq!(cell(PacketColumn::Fragment, event), json!(false));
    assert_eq!(cell(PacketColumn::SourcePort, event), json!(5353));
}
