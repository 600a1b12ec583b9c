use xdplive_corpus::frame::{Ethernet, Ipv4, Udp};
use xdplive_names::{About, Name, NameSource};
use xdplive_packet::{
    LinkType, Wire,
    event::Direction,
    flow::{FlowCounters, FlowKey, Sum},
    parse,
};
use xdplive_source::{HostId, conversations};

use super::*;

/// What a host sends to another.
fn sent(source: [u8; 4], destination: [u8; 4], port: u16, bytes: u64) -> (FlowKey, FlowCounters) {
    let packet = Ipv4::new(source, destination, Udp::new(port, port, b"?"));
    let frame = Ethernet::new([2; 6], [2; 6], packet).bytes();
    let headers = parse(&mut &*frame, &Wire::new(LinkType::Ethernet));
    let sum = Sum { packets: 1, segments: 1, bytes };
    (FlowKey::of(&headers, Direction::In), FlowCounters { sum, first: 1, last: 2, ..FlowCounters::default() })
}

fn matrix(flows: &[(FlowKey, FlowCounters)], networks: Masks, names: &[([u8; 4], &str)]) -> Matrix {
    let about = |address: &IpAddr| {
        let name = names.iter().find(|(one, _)| IpAddr::from(*one) == *address);
        let name = name.map(|(_, text)| Name { text: Arc::from(*text), source: NameSource::Hosts });
        About { name, ..About::default() }
    };
    let found = conversations(HostId::ONLY, flows.iter().copied());
    let rows: Vec<FlowRow> =
        found.into_iter().map(|one| FlowRow::new("machine".into(), one).told(about)).collect();
    Matrix::of(&rows, Duration::from_secs(2), networks)
}

fn ip(last: u8) -> [u8; 4] {
    [192, 0, 2, last]
}

#[test]
fn each_sender_has_what_it_sends_to_each_receiver() {
    let flows = [
        sent(ip(1), ip(20), 80, 1000),
        sent(ip(1), ip(20), 443, 500),
        sent(ip(20), ip(1), 443, 9000),
        sent(ip(2), ip(20), 53, 100),
    ];
    let Matrix { senders, receivers } = matrix(&flows, Masks::NONE, &[(ip(20), "nas")]);
    assert_eq!(senders, ["nas", "192.0.2.1", "192.0.2.2"]);
    let expected = [
        ("192.0.2.1".to_owned(), vec![Some(36_000.0), None, None]),
        ("nas".to_owned(), vec![None, Some(6000.0), Some(400.0)]),
    ];
    assert_eq!(receivers, expected);
    assert_eq!(matrix(&[], Masks::NONE, &[]), Matrix::default());
}

#[test]
fn networks_are_put_together_and_names_of_two_hosts_are_none() {
    let flows = [sent(ip(1), [198, 51, 100, 7], 80, 1000), sent(ip(2), [198, 51, 100, 8], 80, 500)];
    let Matrix { senders, receivers } = matrix(&flows, Masks { ipv4: 24, ..Masks::NONE }, &[(ip(1), "nas")]);
    assert_eq!(senders, ["192.0.2.0/24"]);
    assert_eq!(receivers, [("198.51.100.0/24".to_owned(), vec![Some(6000.0)])]);
    // Two fields of one name are one to Grafana, and the names of its own are taken.
    let doubled =
        matrix(&flows, Masks::NONE, &[(ip(1), "web"), (ip(2), "web"), ([198, 51, 100, 7], "source")]);
    assert_eq!(doubled.senders, ["192.0.2.1", "192.0.2.2"]);
    assert_eq!(doubled.receivers[0].0, "198.51.100.7");
}

#[test]
fn the_smallest_are_put_together() {
    let flows: Vec<_> = (1..=40).map(|last| sent(ip(last), ip(200), 80, 1000 + u64::from(last))).collect();
    let Matrix { senders, receivers } = matrix(&flows, Masks::NONE, &[]);
    assert_eq!((senders.len(), senders[0].as_str(), senders[30].as_str()), (31, "192.0.2.40", "other"));
    let [(name, bits)] = &receivers[..] else { panic!("{receivers:?}") };
    assert_eq!(name, "192.0.2.200");
    // 1,001 to 1,010 bytes of ten of them, in two seconds.
    assert_eq!(bits[30], Some((1001..=1010).sum::<u32>() as f64 * 4.0));
    let all: f64 = bits.iter().flatten().sum();
    assert_eq!(all, (1001..=1040).sum::<u32>() as f64 * 4.0);
}
