use xdplive_corpus::frame::{Arp, Ethernet, Ipv4, Ipv6, Payload, Tag, Tcp, Udp, tcp_flag::ACK};
use xdplive_packet::{
    Event, LinkType, Wire,
    event::Direction,
    flow::{FlowCounters, FlowKey, Sum},
    parse,
};
use xdplive_source::HostId;

use super::*;
use crate::tests::{batch, ethernet};

const MAC: [u8; 6] = [2, 0, 0, 0, 0, 1];
const ONE: [u8; 4] = [192, 0, 2, 1];
const TWO: [u8; 4] = [192, 0, 2, 2];

fn frame(packet: impl Into<Payload>) -> Ethernet {
    Ethernet::new(MAC, MAC, packet)
}

/// The packet that passes at this moment.
fn at(time: u64, frame: Ethernet) -> Event {
    Event { time, ..ethernet(&frame.bytes()) }
}

fn tcp(from: u16, to: u16) -> Ethernet {
    frame(Ipv4::new(ONE, TWO, Tcp::new(from, to, ACK)))
}

fn udp(from: u16, to: u16) -> Ethernet {
    frame(Ipv4::new(TWO, [192, 0, 2, 3], Udp::new(from, to, [0; 10])))
}

/// One conversation of so many packets to, and from, who started it.
fn table(frame: Ethernet, forward: u64, reverse: u64) -> Arc<[FlowRow]> {
    let headers = parse(&mut &*frame.bytes(), &Wire::new(LinkType::Ethernet));
    let counted =
        |packets| FlowCounters { sum: Sum { packets, ..Sum::default() }, ..FlowCounters::default() };
    let key = FlowKey::of(&headers, Direction::Out);
    let conversation =
        Conversation { host: HostId::ONLY, key, forward: counted(forward), reverse: counted(reverse) };
    Arc::new([FlowRow::new("nas".into(), conversation)])
}

fn found(what: What, batches: &[Batch], tables: &[Arc<[FlowRow]>]) -> Vec<(String, u64)> {
    let seen = values(what, batches.to_vec(), tables, |interface| interface != "secret");
    seen.into_iter().map(|Seen { value, packets }| (value, packets)).collect()
}

fn expected(values: &[(&str, u64)]) -> Vec<(String, u64)> {
    values.iter().map(|(value, packets)| ((*value).to_owned(), *packets)).collect()
}

#[test]
fn nothing_seen_is_an_empty_list() {
    for what in What::ALL {
        assert_eq!(found(what, &[], &[]), []);
        assert_eq!(found(what, &[batch("eth0", [])], &[Arc::new([])]), []);
    }
}

#[test]
fn values_of_either_side_come_most_frequent_first() {
    let ipv6 = Ipv6::new([0x20; 16], [0x21; 16], Udp::new(53, 53, [0; 10]));
    let arp = Arp::request(MAC, ONE, [192, 0, 2, 254]);
    let packets = [
        at(1, tcp(50_000, 443)),
        at(2, tcp(50_001, 443)),
        at(3, udp(50_000, 443)),
        at(4, frame(ipv6).tagged([Tag::customer(40)])),
        at(5, frame(arp)),
    ];
    let batches = [batch("eth0", packets)];
    let hosts = [
        ("192.0.2.1", 3),
        ("192.0.2.2", 3),
        ("192.0.2.3", 1),
        ("192.0.2.254", 1),
        ("2020:2020:2020:2020:2020:2020:2020:2020", 1),
        ("2121:2121:2121:2121:2121:2121:2121:2121", 1),
    ];
    assert_eq!(found(What::Hosts, &batches, &[]), expected(&hosts));
    // A port that both sides have is one packet's.
    let ports = [("443", 3), ("50000", 2), ("53", 1), ("50001", 1)];
    assert_eq!(found(What::Ports, &batches, &[]), expected(&ports));
    assert_eq!(found(What::Vlans, &batches, &[]), expected(&[("40", 1)]));
    assert_eq!(found(What::Protocols, &batches, &[]), expected(&[("TCP", 2), ("UDP", 2)]));
}

#[test]
fn a_packet_that_two_streams_sent_counts_once() {
    let batches = [
        batch("eth0", [at(1, tcp(1, 2)), at(2, tcp(1, 2))]),
        batch("eth0", [at(2, tcp(1, 2)), at(3, udp(3, 4))]),
        // The same moment elsewhere is another packet.
        batch("eth1", [at(2, tcp(1, 2))]),
    ];
    assert_eq!(found(What::Protocols, &batches, &[]), expected(&[("TCP", 3), ("UDP", 1)]));
}

#[test]
fn interfaces_that_may_not_be_watched_count_for_nothing() {
    let batches = [batch("secret", [at(1, tcp(1, 2))]), batch("eth0", [at(2, udp(3, 4))])];
    assert_eq!(found(What::Protocols, &batches, &[]), expected(&[("UDP", 1)]));
}

#[test]
fn conversations_count_with_both_ways_and_are_not_added_to_packets() {
    let rows = [batch("eth0", [at(1, tcp(50_000, 443)), at(2, tcp(50_000, 443)), at(3, udp(1, 53))])];
    let tables = [table(tcp(50_000, 443), 5, 2), table(tcp(50_000, 443), 4, 0), table(udp(9, 9), 1, 0)];
    let ports = [("443", 7), ("50000", 7), ("1", 1), ("9", 1), ("53", 1)];
    assert_eq!(found(What::Ports, &rows, &tables), expected(&ports));
    let hosts = [("192.0.2.2", 8), ("192.0.2.1", 7), ("192.0.2.3", 1)];
    assert_eq!(found(What::Hosts, &rows, &tables), expected(&hosts));
    assert_eq!(found(What::Protocols, &rows, &tables), expected(&[("TCP", 7), ("UDP", 1)]));
    assert_eq!(
        found(What::Vlans, &rows, &[table(tcp(1, 2).tagged([Tag::customer(7)]), 0, 3)]),
        expected(&[("7", 3)])
    );
}

#[test]
fn a_protocol_is_named_as_a_filter_can_name_it() {
    for (number, name) in [(6, "TCP"), (58, "IPv6-ICMP"), (39, "39"), (124, "124"), (253, "253")] {
        assert_eq!(Value::Protocol(number).text(), name);
    }
}

#[test]
fn a_list_has_an_end() {
    let batches: Vec<_> = (0..300).map(|port| batch("eth0", [at(port.into(), tcp(port, 9))])).collect();
    let ports = found(What::Ports, &batches, &[]);
    assert_eq!(ports.len(), VALUES);
    assert_eq!(ports[0], ("9".to_owned(), 300));
    // Of those seen equally often, the lowest.
    assert_eq!(ports[1..4], expected(&[("0", 1), ("1", 1), ("2", 1)]));
    assert_eq!(ports[VALUES - 1], ("199".to_owned(), 1));
}
