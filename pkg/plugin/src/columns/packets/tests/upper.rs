//! TCP, SCTP, ICMP and ICMPv6.

use xdplive_corpus::frame::{Icmp, Ipv4, Ipv6, Sctp, Tcp, Upper, tcp_flag};

use super::*;

fn ipv4(payload: impl Into<Upper>) -> Event {
    raw(&Ipv4::new([192, 0, 2, 1], [192, 0, 2, 20], payload).bytes())
}

fn ipv6(payload: Upper) -> Event {
    raw(&Ipv6::new([0x20; 16], [0x20; 16], payload).bytes())
}

#[test]
fn tcp_flags_stand_in_the_order_of_their_bits() {
    use tcp_flag::{ACK, CWR, ECE, FIN, PSH, RST, SYN, URG};
    for (flags, text) in [
        (0, ""),
        (FIN, "FIN"),
        (SYN, "SYN"),
        (RST, "RST"),
        (PSH, "PSH"),
        (ACK, "ACK"),
        (URG, "URG"),
        (ECE, "ECE"),
        (CWR, "CWR"),
        (ACK | SYN, "SYN,ACK"),
        (ACK | PSH, "PSH,ACK"),
        (ACK | FIN, "FIN,ACK"),
        (ACK | RST, "RST,ACK"),
        (CWR | ECE | SYN, "SYN,ECE,CWR"),
        (URG | PSH | FIN, "FIN,PSH,URG"),
        (0xff, "FIN,SYN,RST,PSH,ACK,URG,ECE,CWR"),
    ] {
        assert_eq!(cell(PacketColumn::TcpFlags, ipv4(Tcp::new(443, 50_085, flags))), json!(text));
    }
}

#[test]
fn sctp_has_ports() {
    let event = ipv4(Sctp::new(2905, 65_535));
    assert_eq!(cell(PacketColumn::Protocol, event), json!("SCTP"));
    assert_eq!(cell(PacketColumn::SourcePort, event), json!(2905));
    assert_eq!(cell(PacketColumn::DestinationPort, event), json!(65_535));
    assert_eq!(cell(PacketColumn::TcpFlags, event), Value::Null);
}

/// Of an ICMP error, type and code are its own, and ports of the packet that it quotes are not.
#[test]
fn icmp_has_type_and_code() {
    let quoted = Ipv4::new([192, 0, 2, 20], [192, 0, 2, 1], Tcp::new(443, 50_085, tcp_flag::SYN)).bytes();
    let expected = json!({
        "version": 4,
        "source_ip": "192.0.2.1",
        "destination_ip": "192.0.2.20",
        "protocol": "ICMP",
        "length": 68,
        "ttl": 64,
        "dscp": 0,
        "fragment": false,
        "icmp_type": 3,
        "icmp_code": 13,
    });
    assert_eq!(headers(ipv4(Upper::Icmp(Icmp::new(3, 13, 0, &quoted)))), expected);
}

#[test]
fn icmpv6_has_type_and_code() {
    let expected = json!({
        "version": 6,
        "source_ip": "2020:2020:2020:2020:2020:2020:2020:2020",
        "destination_ip": "2020:2020:2020:2020:2020:2020:2020:2020",
        "protocol": "IPv6-ICMP",
        "length": 64,
        "ttl": 64,
        "dscp": 0,
        "fragment": false,
        "icmp_type": 135,
        "icmp_code": 0,
    });
    assert_eq!(headers(ipv6(Upper::Icmpv6(Icmp::new(135, 0, 0, &[0xfe; 16])))), expected);
}

#[test]
fn other_protocols_have_neither_ports_nor_types() {
    let expected = json!({
        "version": 4,
        "source_ip": "192.0.2.1",
        "destination_ip": "192.0.2.20",
        "protocol": "ESP",
        "length": 44,
        "ttl": 64,
        "dscp": 0,
        "fragment": false,
    });
    assert_eq!(headers(ipv4(Upper::esp(1, 1, &[0x5a; 16]))), expected);
}

#[test]
fn the_service_is_that_of_the_side_with_a_known_port_whichever_way_a_packet_goes() {
    let answer = ipv4(Tcp::new(443, 50_123, tcp_flag::ACK));
    for event in [ipv4(Tcp::new(50_123, 443, tcp_flag::SYN)), answer] {
        assert_eq!(cell(PacketColumn::Service, event), json!("https"));
    }
    for without in
        [ipv4(Tcp::new(50_123, 50_124, tcp_flag::SYN)), ipv6(Upper::Icmpv6(Icmp::new(128, 0, 0, &[])))]
    {
        assert_eq!(cell(PacketColumn::Service, without), json!(null));
    }
}
