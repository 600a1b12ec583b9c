use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use xdplive_packet::event::Direction;

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
}
