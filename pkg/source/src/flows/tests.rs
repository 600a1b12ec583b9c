use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};

use bytemuck::Zeroable as _;
use xdplive_packet::{
    event::Direction,
    flow::{ACCEPTS, FlowCounters, FlowKey, OPENS, Sum, TcpCounts},
    headers::present,
};

use super::*;
use crate::{Host, HostId, clock::WallClock, flows::Place};

const ALL: u16 = present::ETHERNET | present::ADDRESSES | present::PROTOCOL | present::PORTS;

/// A TCP flow between hosts of 10.0.0.0/24.
fn key(source: (u8, u16), destination: (u8, u16), direction: Direction) -> FlowKey {
    let mut key = FlowKey { ethertype: 0x0800, vlan: FlowKey::NO_VLAN, ..FlowKey::zeroed() };
    key.source[..4].copy_from_slice(&[10, 0, 0, source.0]);
    key.destination[..4].copy_from_slice(&[10, 0, 0, destination.0]);
    (key.source_port, key.destination_port) = (source.1, destination.1);
    (key.protocol, key.version, key.direction, key.present) = (6, 4, direction as u8, ALL);
    key
}

const fn packets(packets: u64, first: u64) -> FlowCounters {
    let sum = Sum { packets, segments: packets, bytes: 100 * packets };
    FlowCounters { sum, first, last: first, ttl: 64, tcp_flags: 0, tcp: TcpCounts::ZERO }
}

fn starter(flows: &[(FlowKey, FlowCounters)]) -> (u8, u64, u64) {
    let found = conversations(HostId::ONLY, flows.iter().copied());
    let [found] = found[..] else { panic!("{found:?}") };
    (found.key.source[3], found.forward.sum.packets, found.reverse.sum.packets)
}

#[test]
fn who_started_a_conversation() {
    let (there, back) =
        (key((1, 50_000), (2, 443), Direction::Out), key((2, 443), (1, 50_000), Direction::In));
    let flows = [(back, packets(3, 10)), (there, packets(2, 20))];
    // The higher port, although the other was seen first in this interval.
    assert_eq!(starter(&flows), (1, 2, 3));
    assert_eq!(starter(&[flows[1], flows[0]]), (1, 2, 3));
    // A SYN is stronger than ports.
    let opening = FlowCounters { tcp_flags: OPENS | 0x12, ..packets(3, 10) };
    assert_eq!(starter(&[(there, packets(2, 5)), (back, opening)]), (2, 3, 2));
    // So is that one was accepted, even if nothing else was seen.
    let accepting = FlowCounters { tcp_flags: ACCEPTS | 0x12, ..packets(1, 10) };
    assert_eq!(starter(&[(back, accepting)]), (1, 0, 1));
    assert_eq!(starter(&[(there, accepting)]), (2, 0, 1));
    // Only one way was seen: who has sent nothing starts nothing, whatever the ports.
    assert_eq!(starter(&flows[..1]), (2, 3, 0));
    assert_eq!(starter(&flows[1..]), (1, 2, 0));
    assert_eq!(starter(&[(back, opening)]), (2, 3, 0));
    // The same ports on both sides: who was seen first, and at the same time the lower address.
    let (there, back) = (key((1, 123), (2, 123), Direction::In), key((2, 123), (1, 123), Direction::Out));
    assert_eq!(starter(&[(there, packets(1, 9)), (back, packets(4, 8))]), (2, 4, 1));
    assert_eq!(starter(&[(back, packets(4, 8)), (there, packets(1, 8))]), (1, 1, 4));
}

#[test]
fn conversations_lose_nothing_and_mix_nothing() {
    let tagged = FlowKey { vlan: 7, ..key((1, 50_000), (2, 443), Direction::In) };
    let flows = [
        (key((1, 50_000), (2, 443), Direction::In), packets(1, 1)),
        (tagged, packets(10, 1)),
        (key((1, 50_001), (2, 443), Direction::In), packets(100, 1)),
        (key((2, 443), (1, 50_000), Direction::In), packets(1000, 1)),
        // A loopback interface sees a packet on its way out and on its way in.
        (key((1, 50_000), (2, 443), Direction::Out), packets(10_000, 1)),
    ];
    let found = conversations(HostId::ONLY, flows);
    let sums: Vec<_> = found.iter().map(|one| (one.forward.sum.packets, one.reverse.sum.packets)).collect();
    assert_eq!(sums, [(10_001, 1000), (10, 0), (100, 0)]);
}

#[test]
fn conversations_grow_to_a_bound() {
    let (there, back) =
        (key((1, 50_000), (2, 443), Direction::Out), key((2, 443), (1, 50_000), Direction::In));
    let other = key((1, 50_001), (2, 443), Direction::Out);
    let mut found = Conversations::new(1);
    assert!(found.add(HostId::ONLY, back, packets(1, 10)));
    assert!(!found.add(HostId::ONLY, other, packets(5, 11)));
    assert!(found.add(HostId::ONLY, there, packets(2, 12)) && found.add(HostId::ONLY, back, packets(4, 13)));
    let [one] = found.iter().collect::<Vec<_>>()[..] else { panic!("{found:?}") };
    assert_eq!((one.key.source_port, one.forward.sum.packets, one.reverse.sum.packets), (50_000, 2, 5));
    assert_eq!((one.sum().packets, one.reverse.first, one.reverse.last), (7, 10, 13));
    assert_eq!(found.len(), 1);
    found.clear();
    assert!(found.is_empty() && found.add(HostId::ONLY, other, packets(1, 1)));
}

fn snapshot(interface: &str, entries: Vec<(FlowKey, FlowCounters)>, other: [u64; 2]) -> FlowSnapshot {
    let other = other.map(|other| packets(other, 0).sum);
    FlowSnapshot {
        host: Host::only("nas"),
        interface: Arc::from(interface),
        taken: Taken { from: 1, to: 2, entries, other, ..Taken::default() },
        cut: Cut::default(),
        cpu: Duration::ZERO,
    }
}

fn counts(top: &Top) -> (Vec<(Group, u64)>, u64) {
    let groups = top.groups.iter().map(|(group, sum)| (group.clone(), sum.packets));
    (groups.collect(), top.other.packets)
}

/// What is handed on has the times of a wall clock.
#[test]
fn times_are_read_by_a_clock() {
    let flow = (key((1, 5), (2, 80), Direction::In), FlowCounters { last: 700, ..packets(2, 500) });
    let taken = Taken { from: 400, to: 900, entries: vec![flow], ..Taken::default() };
    let read = taken.clone().by(WallClock::ahead_by(1_000_000));
    let (from, to, counters) = (read.from, read.to, read.entries[0].1);
    assert_eq!([from, counters.first, counters.last, to], [1_000_400, 1_000_500, 1_000_700, 1_000_900]);
    assert_eq!(read.sum(), taken.sum());
    // A host without a clock of its own begins with 1970.
    assert_eq!(taken.by(WallClock::ahead_by(-450)).from, 0);
}

#[test]
fn the_largest_groups_and_all_others() {
    let none = FlowKey { vlan: FlowKey::NO_VLAN, ..FlowKey::zeroed() };
    let arp = FlowKey { ethertype: 0x0806, present: present::ETHERNET | present::ADDRESSES, ..none };
    let length = FlowKey { present: present::ETHERNET | present::LENGTH_FIELD, ..none };
    let snapshots = [
        snapshot(
            "a",
            vec![
                (key((1, 5), (2, 80), Direction::In), packets(5, 0)),
                (key((1, 6), (3, 80), Direction::In), packets(1, 0)),
                (key((2, 80), (1, 5), Direction::Out), packets(7, 0)),
            ],
            [20, 0],
        ),
        snapshot("b", vec![(arp, packets(3, 0)), (length, packets(6, 0))], [0, 100]),
    ];
    let total = 5 + 1 + 7 + 3 + 6 + 20 + 100;
    let by = |by, most| {
        let top = top(&snapshots, by, most, |sum| sum.packets);
        let sum: u64 = top.groups.iter().map(|(_, sum)| sum.packets).sum();
        assert_eq!(sum + top.other.packets, total, "{by:?}");
        counts(&top)
    };
    let host = |last| Some(IpAddr::V4(Ipv4Addr::new(10, 0, 0, last)));
    assert_eq!(
        by(GroupBy::Protocol, 9),
        (vec![(Group::Protocol(Some(6)), 13), (Group::Protocol(None), 9)], 120)
    );
    assert_eq!(by(GroupBy::Source, 1), (vec![(Group::Source(host(2)), 7)], total - 7));
    // Two groups of six: the lesser first, however many there are to be.
    let sources = vec![(Group::Source(host(2)), 7), (Group::Source(None), 6), (Group::Source(host(1)), 6)];
    assert_eq!(by(GroupBy::Source, 3), (sources, 123));
    assert_eq!(by(GroupBy::Source, 2).0[1], (Group::Source(None), 6));
    // What found no room is known by interface and direction.
    let out = (Group::Direction(Direction::Out), 107);
    assert_eq!(by(GroupBy::Direction, 2), (vec![out, (Group::Direction(Direction::In), 35)], 0));
    assert_eq!(by(GroupBy::Interface, 1), (vec![(Group::Interface("b".into()), 109)], 33));
    let types = [LinkProtocol::Type(0x0800), LinkProtocol::Length, LinkProtocol::Type(0x0806)];
    let types = types.map(|kind| Group::Ethertype(Some(kind)));
    assert_eq!(by(GroupBy::Ethertype, 3), (types.into_iter().zip([13, 6, 3]).collect(), 120));
    let ports = vec![(Group::DestinationPort(None), 9), (Group::DestinationPort(Some(5)), 7)];
    assert_eq!(by(GroupBy::DestinationPort, 2), (ports, 126));
    assert_eq!(by(GroupBy::Vlan, 100), (vec![(Group::Vlan(None), 22)], 120));
    assert_eq!(by(GroupBy::Cast, 0), (vec![], total));
}

#[test]
fn machines_are_groups_also_of_what_the_table_has_no_room_for() {
    let at = |host: &str, interface: &str, number, other| FlowSnapshot {
        host: Host::only(host),
        ..snapshot(interface, vec![(key((1, 5), (2, 80), Direction::In), packets(number, 0))], [other, 0])
    };
    let snapshots = [at("web1", "eth0", 3, 1), at("web2", "eth0", 10, 0), at("web1", "eth1", 5, 0)];
    let found = counts(&top(&snapshots, GroupBy::Host, 9, |sum| sum.packets));
    assert_eq!(found, (vec![(Group::Host("web2".into()), 10), (Group::Host("web1".into()), 9)], 0));
}

#[test]
fn groups_grow_to_a_bound_and_lose_nothing() {
    let mut groups = Groups::new(GroupBy::DestinationPort, 2);
    let (host, interface) = (Arc::from("nas"), Arc::from("a"));
    let place = Place { host: &host, interface: &interface };
    for (port, number) in [(80, 1), (443, 5), (22, 10), (80, 100), (22, 1000)] {
        groups.add(place, &key((1, 50_000), (2, port), Direction::In), packets(number, 0).sum);
    }
    groups.add_other(place, Direction::In, packets(10_000, 0).sum);
    groups.add_tcp_flags(&[packets(1, 0).sum; 8]);
    let found = counts(&groups.top(9, |sum| sum.packets));
    let expected = [(80, 101), (443, 5)].map(|(port, number)| (Group::DestinationPort(Some(port)), number));
    assert_eq!(found, (expected.to_vec(), 11_010));
    assert_eq!(groups.take(), Default::default(), "nothing is left");
}

#[test]
fn groups_by_tcp_flag_overlap() {
    let mut one = snapshot("a", vec![], [4, 0]);
    one.taken.tcp_flags[0][1] = packets(3, 0).sum;
    one.taken.tcp_flags[1][1] = packets(2, 0).sum;
    one.taken.tcp_flags[1][4] = packets(9, 0).sum;
    let found = counts(&top([&one], GroupBy::TcpFlag, 1, |sum| sum.bytes));
    assert_eq!(found, (vec![(Group::TcpFlag(4), 9)], 5));
}

/// Who talks at all: each packet is its source's and its destination's.
#[test]
fn groups_by_host_have_packets_of_both_sides() {
    let none = FlowKey { vlan: FlowKey::NO_VLAN, ..FlowKey::zeroed() };
    let flows = vec![
        (key((1, 5), (2, 80), Direction::In), packets(1, 0)),
        (key((2, 80), (1, 5), Direction::Out), packets(10, 0)),
        (key((3, 5), (2, 80), Direction::In), packets(100, 0)),
        // To itself, and without an address: once.
        (key((4, 5), (4, 80), Direction::In), packets(1000, 0)),
        (none, packets(10_000, 0)),
    ];
    let snapshots = [snapshot("a", flows, [100_000, 0])];
    let host = |last| Group::HostIp(Some(IpAddr::V4(Ipv4Addr::new(10, 0, 0, last))));
    let by = |most| counts(&top(&snapshots, GroupBy::HostIp, most, |sum| sum.packets));
    let groups =
        vec![(Group::HostIp(None), 10_000), (host(4), 1000), (host(2), 111), (host(3), 100), (host(1), 11)];
    assert_eq!(by(9), (groups.clone(), 200_000), "what found no room in the table has two hosts, too");
    assert_eq!(by(3), (groups[..3].to_vec(), 200_111));
}

#[test]
fn both_ways_and_several_clients_are_one_service() {
    let mut groups = Groups::new(GroupBy::Service, 10);
    let place = Place { host: &Arc::from("h"), interface: &Arc::from("eth0") };
    for (flow, sum) in [
        (key((1, 50_000), (2, 443), Direction::Out), packets(2, 0)),
        (key((2, 443), (1, 50_000), Direction::In), packets(3, 0)),
        (key((3, 50_001), (2, 443), Direction::Out), packets(4, 0)),
        (key((1, 50_000), (3, 50_001), Direction::Out), packets(1, 0)),
    ] {
        groups.add(place, &flow, sum.sum);
    }
    let found: Vec<(Group, u64)> = groups
        .top(10, |sum| sum.packets)
        .groups
        .into_iter()
        .map(|(group, sum)| (group, sum.packets))
        .collect();
    assert_eq!(found, [(Group::Service(Some("https")), 9), (Group::Service(None), 1)]);
}
