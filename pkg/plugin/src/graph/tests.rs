use xdplive_corpus::frame::{Arp, Ethernet, Ipv4, Payload, Tcp, Udp, tcp_flag::ACK};
use xdplive_names::{About, Name, NameSource};
use xdplive_packet::{
    LinkType, Wire,
    event::Direction,
    flow::{FlowCounters, FlowKey, Sum, TcpCounts},
    parse,
};
use xdplive_source::{HostId, conversations};

use super::*;

const MAC: [u8; 6] = [2; 6];

fn flow(packet: impl Into<Payload>, bytes: u64) -> (FlowKey, FlowCounters) {
    let frame = Ethernet::new(MAC, MAC, packet).bytes();
    let headers = parse(&mut &*frame, &Wire::new(LinkType::Ethernet));
    let sum = Sum { packets: bytes / 100, segments: bytes / 100, bytes };
    (FlowKey::of(&headers, Direction::In), FlowCounters { sum, first: 1, last: 2, ..FlowCounters::default() })
}

fn ip(last: u8) -> [u8; 4] {
    [192, 0, 2, last]
}

fn graph(flows: &[(FlowKey, FlowCounters)], time: Duration) -> Graph {
    graph_of(Masks::NONE, flows, time)
}

fn graph_of(networks: Masks, flows: &[(FlowKey, FlowCounters)], time: Duration) -> Graph {
    let name = |address: &IpAddr| About {
        name: (*address == IpAddr::from(ip(20)))
            .then(|| Name { text: Arc::from("nas"), source: NameSource::Hosts }),
        ..About::default()
    };
    let found = conversations(HostId::ONLY, flows.iter().copied());
    let rows: Vec<FlowRow> =
        found.into_iter().map(|one| FlowRow::new("machine".into(), one).told(name)).collect();
    Graph::of(&rows, time, networks)
}

#[test]
fn what_two_hosts_say_is_one_edge_and_each_host_one_node() {
    let flows = [
        flow(Ipv4::new(ip(1), ip(20), Tcp::new(50_000, 443, ACK)), 600),
        flow(Ipv4::new(ip(20), ip(1), Tcp::new(443, 50_000, ACK)), 9400),
        flow(Ipv4::new(ip(20), ip(1), Udp::new(50_001, 53, b"?")), 2000),
        flow(Ipv4::new(ip(2), ip(20), Udp::new(50_002, 50_003, b"?")), 800),
    ];
    let Graph { nodes, edges } = graph(&flows, Duration::from_secs(2));
    let edge = |source: &str, target: &str, bits, packets, services: Option<&str>, thickness| Edge {
        source: source.into(),
        target: target.into(),
        bits,
        packets,
        retransmits: 0,
        resets: 0,
        round_trip: None,
        services: services.map(str::to_owned),
        thickness,
    };
    assert_eq!(
        edges,
        [
            edge("192.0.2.1", "192.0.2.20", 48_000.0, 120, Some("dns, https"), 5.0),
            // ln 801 / ln 12001 of four pixels more than one.
            edge("192.0.2.2", "192.0.2.20", 3200.0, 8, None, 3.8),
        ]
    );
    let node = |address: &str, name: Option<&str>, bits, sent, peers| Node {
        address: address.into(),
        name: name.map(Arc::from),
        bits,
        sent,
        peers,
    };
    assert_eq!(
        nodes,
        [
            node("192.0.2.1", None, 48_000.0, 0.05, 1),
            node("192.0.2.2", None, 3200.0, 1.0, 1),
            // 11,400 of 12,800 bytes.
            node("192.0.2.20", Some("nas"), 51_200.0, 0.891, 2),
        ]
    );
}

#[test]
fn what_has_no_address_is_no_part_of_it() {
    let other = Payload::Other { ethertype: 0x88cc, bytes: vec![0; 46] };
    assert_eq!(graph(&[flow(other, 100)], Duration::from_secs(1)), Graph::default());
    // ARP is about addresses, and has no service.
    let Graph { nodes, edges } =
        graph(&[flow(Arp::request(MAC, ip(1), ip(20)), 100)], Duration::from_secs(1));
    assert_eq!((nodes.len(), edges.len(), edges[0].services.clone()), (2, 1, None));
}

#[test]
fn an_edge_tells_how_well_its_connections_are() {
    let there = |port, tcp| {
        let (key, counters) = flow(Ipv4::new(ip(1), ip(20), Tcp::new(port, 443, ACK)), 600);
        (key, FlowCounters { tcp, ..counters })
    };
    let back = |tcp| {
        let (key, counters) = flow(Ipv4::new(ip(20), ip(1), Tcp::new(443, 50_000, ACK)), 600);
        (key, FlowCounters { tcp, ..counters })
    };
    let tcp = TcpCounts { retransmits: 2, resets: 1, ..TcpCounts::ZERO };
    let flows = [
        there(50_000, TcpCounts { round_trip: 7_654_321, ..tcp }),
        there(50_001, TcpCounts { round_trip: 1_000_000, ..tcp }),
        back(TcpCounts { retransmits: 30, ..TcpCounts::ZERO }),
    ];
    let [edge] = &graph(&flows, Duration::from_secs(2)).edges[..] else { panic!("one edge") };
    assert_eq!((edge.retransmits, edge.resets, edge.round_trip), (34, 2, Some(7_654_321)));
}

#[test]
fn hosts_of_one_network_are_one_node() {
    let flows = [
        flow(Ipv4::new(ip(1), [198, 51, 100, 7], Tcp::new(50_000, 443, ACK)), 600),
        flow(Ipv4::new(ip(2), [198, 51, 100, 8], Tcp::new(50_000, 443, ACK)), 400),
        flow(Ipv4::new(ip(1), ip(20), Udp::new(50_001, 50_002, b"?")), 1000),
    ];
    let networks = Masks { ipv4: 24, ..Masks::NONE };
    let Graph { nodes, edges } = graph_of(networks, &flows, Duration::from_secs(1));
    let nodes: Vec<_> = nodes.iter().map(|node| (&*node.address, node.bits, node.peers)).collect();
    // What stays in a network is both sent and received there. Its hosts' names are not its own.
    assert_eq!(nodes, [("192.0.2.0/24", 24_000.0, 2), ("198.51.100.0/24", 8000.0, 1)]);
    let edges: Vec<_> = edges.iter().map(|edge| (&*edge.source, &*edge.target, edge.bits)).collect();
    assert_eq!(
        edges,
        [("192.0.2.0/24", "198.51.100.0/24", 8000.0), ("192.0.2.0/24", "192.0.2.0/24", 8000.0)]
    );
}
