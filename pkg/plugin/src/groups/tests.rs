use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bytemuck::Zeroable as _;
use xdplive_packet::{event::Direction, flow::TcpCounts, headers::present};

use super::*;

#[test]
fn names_are_those_of_packets() {
    let v4 = IpAddr::from(Ipv4Addr::new(192, 0, 2, 1));
    let v6 = IpAddr::from(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1));
    for (group, expected) in [
        (Group::Protocol(Some(6)), Some("TCP")),
        (Group::Protocol(Some(58)), Some("IPv6-ICMP")),
        (Group::Protocol(Some(253)), Some("253")),
        (Group::Protocol(None), None),
        (Group::Direction(Direction::Out), Some("out")),
        (Group::Vlan(Some(0)), Some("0")),
        (Group::Vlan(None), None),
        (Group::Interface(Arc::from("eth0")), Some("eth0")),
        (Group::Source(Some(v4)), Some("192.0.2.1")),
        (Group::Destination(Some(v6)), Some("2001:db8::1")),
        (Group::Source(None), None),
        (Group::HostIp(Some(v6)), Some("2001:db8::1")),
        (Group::HostIp(None), None),
        (Group::SourcePort(Some(65_535)), Some("65535")),
        (Group::DestinationPort(None), None),
        (Group::Ethertype(Some(LinkProtocol::Type(0x0806))), Some("ARP")),
        (Group::Ethertype(Some(LinkProtocol::Type(0x88cc))), Some("LLDP")),
        (Group::Ethertype(Some(LinkProtocol::Length)), Some("802.3")),
        (Group::Ethertype(None), None),
        (Group::Cast(Cast::Unicast), Some("unicast")),
        (Group::Cast(Cast::Multicast), Some("multicast")),
        (Group::Cast(Cast::Broadcast), Some("broadcast")),
        (Group::Cast(Cast::None), None),
        (Group::TcpFlag(0), Some("FIN")),
        (Group::TcpFlag(1), Some("SYN")),
        (Group::TcpFlag(7), Some("CWR")),
    ] {
        assert_eq!(name(&group).as_deref(), expected, "{group:?}");
    }
}

#[test]
fn other_is_there_where_it_has_packets() {
    let sum = |packets| Sum { packets, segments: 2 * packets, bytes: 100 * packets };
    let (host, length) = (Arc::from("nas"), Duration::from_secs(1));
    let groups = vec![(Group::Protocol(Some(17)), sum(9)), (Group::Protocol(None), sum(1))];
    let shown = |rows: Vec<CountRow>| {
        let cells = |CountRow { group, interval, .. }: CountRow| {
            let Interval { time, packets, segments, bytes, .. } = interval;
            (group.map(|name| name.to_string()), time, packets, segments, bytes)
        };
        rows.into_iter().map(cells).collect::<Vec<_>>()
    };
    let (udp, none) = ((Some("UDP".to_owned()), 5, 9, 18, 900), (None, 5, 1, 2, 100));
    let top = |other| Top { groups: groups.clone(), other: sum(other) };
    assert_eq!(shown(counts(&host, &top(0), 5, length)), [udp.clone(), none.clone()]);
    let other = |packets| (Some(OTHER.to_owned()), 5, packets, 2 * packets, 100 * packets);
    assert_eq!(shown(counts(&host, &top(4), 5, length)), [udp.clone(), none.clone(), other(4)]);
    // A line that is there stays for a while.
    let all = Shown { groups: groups.clone(), other: Some(sum(0)) };
    assert_eq!(shown(series(&host, &all, (5, length), |_| None)), [udp, none, other(0)]);
    assert_eq!(series(&host, &Shown { other: None, ..all }, (5, length), |_| None).len(), 2);
}

#[test]
fn groups_are_ranked_by_what_is_shown() {
    let sum = Sum { packets: 1, segments: 40, bytes: 60_000 };
    assert_eq!(
        [Measure::Packets, Measure::Bits, Measure::Size, Measure::Utilisation]
            .map(|measure| size(measure)(&sum)),
        [40, 60_000, 40, 60_000]
    );
    // Of TCP by what is counted, and then by packets; nothing overflows, whatever another machine tells.
    let size = size(Measure::Resets);
    let of = |packets, segments| size(&Sum { packets, segments, bytes: 0 });
    assert!(of(1, 2) > of(u64::MAX, 1) && of(2, 1) > of(1, 1) && of(1, 0) > of(0, 0));
    assert!(of(u64::MAX, u64::MAX).checked_mul(10).is_some());
}

#[test]
fn measures_of_tcp_are_counted_in_the_place_of_packets() {
    let tcp = TcpCounts {
        requests: 1,
        acceptances: 2,
        resets: 3,
        zero_windows: 4,
        retransmits: 5,
        retransmitted_bytes: 6000,
        round_trip: 7_000_999,
    };
    let sum = Sum { packets: 90, segments: 91, bytes: 92 };
    let counters = FlowCounters { sum, tcp, ..FlowCounters::default() };
    let mut key = FlowKey { protocol: 6, present: present::PROTOCOL, ..FlowKey::zeroed() };
    let of = |key: &FlowKey, measure| counted(measure, key, &counters);
    let each = |segments, bytes| Some(Sum { packets: 90, segments, bytes });
    assert_eq!(of(&key, Measure::Bits), Some(sum));
    assert_eq!(of(&key, Measure::Retransmits), each(5, 6000));
    assert_eq!(of(&key, Measure::Resets), each(3, 0));
    assert_eq!(of(&key, Measure::ZeroWindows), each(4, 0));
    assert_eq!(of(&key, Measure::Rtt), each(1, 7000));
    assert_eq!(of(&key, Measure::Unanswered), each(0, 0), "known at the end");
    key.protocol = 17;
    assert_eq!((of(&key, Measure::Bits), of(&key, Measure::Resets)), (Some(sum), None));
}
