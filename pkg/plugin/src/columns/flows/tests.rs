use std::{fs, path::Path};

use serde_json::{Value, json};
use xdplive_corpus::{
    frame::{
        Arp, Ethernet, Icmp, Ipv4, Ipv6, Payload, Tag, Tcp, Upper,
        tcp_flag::{ACK, FIN, SYN},
    },
    named,
};
use xdplive_packet::{
    LinkType, Wire,
    event::Direction,
    flow::{FlowKey, Sum, marks},
    parse,
};
use xdplive_source::{HostId, conversations};

use super::*;
use crate::columns::{Column as _, tests::Values};

const CONTRACT: [&str; 14] = [
    "source_ip",
    "source_port",
    "destination_ip",
    "destination_port",
    "protocol",
    "vlan",
    "packets",
    "bytes",
    "reverse_packets",
    "reverse_bytes",
    "first_seen",
    "last_seen",
    "ttl",
    "tcp_flags",
];

const HOST: [u8; 6] = [2, 0, 0, 0, 0, 1];
const ROUTER: [u8; 6] = [2, 0, 0, 0, 0, 0xfe];

#[test]
fn the_columns_are_those_of_the_contract() {
    let names: Vec<&str> = FlowColumn::ALL.iter().map(|column| column.name()).collect();
    assert_eq!(names, CONTRACT);
}

#[test]
fn the_documentation_knows_the_same_columns() {
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference.md");
    let text = fs::read_to_string(reference).unwrap();
    let (_, section) = text.split_once("## Columns of flows").unwrap();
    for column in FlowColumn::ALL {
        assert!(section.contains(&format!("`{}`", column.name())), "{}", column.name());
    }
}

/// What is counted of one frame at a time in ms.
fn flow(link: LinkType, bytes: &[u8], time: u64) -> (FlowKey, FlowCounters) {
    let headers = parse(&mut &*bytes, &Wire::new(link));
    let counters = FlowCounters {
        sum: Sum { packets: 1, segments: 1, bytes: bytes.len() as u64 },
        first: (1000 + time) * 1_000_000,
        last: (1000 + time) * 1_000_000,
        ttl: headers.ttl().unwrap_or(0).into(),
        tcp_flags: headers.tcp_flags().map_or(0, marks),
        ..FlowCounters::default()
    };
    (FlowKey::of(&headers, Direction::In), counters)
}

/// The row that frames become, each with its time.
fn rows_of(link: LinkType, frames: &[(Vec<u8>, u64)]) -> [FlowRow; 1] {
    let found = conversations(HostId::ONLY, frames.iter().map(|(bytes, time)| flow(link, bytes, *time)));
    let [conversation] = found[..] else { panic!("{found:?}") };
    [FlowRow::new("nas".into(), conversation)]
}

/// The cells of all columns in it.
fn row(link: LinkType, frames: &[(Vec<u8>, u64)]) -> Vec<Value> {
    let rows = rows_of(link, frames);
    let cells = FlowColumn::ALL.iter().map(|column| {
        let mut cells = Values::default();
        column.write(&rows, &mut cells);
        cells.0.remove(0)
    });
    cells.collect()
}

#[test]
fn both_ways_of_a_connection_are_one_row() {
    let (client, server) = ([192, 0, 2, 1], [198, 51, 100, 7]);
    let out = |flags| Ethernet::new(HOST, ROUTER, Ipv4::new(client, server, Tcp::new(50_085, 443, flags)));
    let back = Ipv4 { ttl: 57, ..Ipv4::new(server, client, Tcp::new(443, 50_085, SYN | ACK)) };
    let back = Ethernet::new(ROUTER, HOST, back);
    let tag = || [Tag::customer(40)];
    let frames = [
        (back.tagged(tag()).bytes(), 7),
        (out(SYN).tagged(tag()).bytes(), 5),
        (out(ACK).tagged(tag()).bytes(), 12),
    ];
    let length = frames[0].0.len();
    let expected = json!([
        "192.0.2.1",
        50_085,
        "198.51.100.7",
        443,
        "TCP",
        40,
        2,
        2 * length,
        1,
        length,
        1005,
        1012,
        64,
        "SYN,ACK",
    ]);
    assert_eq!(Value::from(row(LinkType::Ethernet, &frames)), expected);
}

/// The product's acceptance case: a device that announces itself.
#[test]
fn one_way_is_a_conversation() {
    let frame = named::ssdp().bytes();
    let length = frame.len();
    let expected = json!([
        named_source(),
        50_085,
        "239.255.255.250",
        1900,
        "UDP",
        null,
        1,
        length,
        0,
        0,
        1003,
        1003,
        1,
        null,
    ]);
    assert_eq!(Value::from(row(LinkType::Ethernet, &[(frame, 3)])), expected);
}

fn named_source() -> String {
    let bytes = named::ssdp().bytes();
    let address: [u8; 4] = bytes[26..30].try_into().unwrap();
    std::net::Ipv4Addr::from(address).to_string()
}

/// Only the answering side was seen: nothing says so, and who has sent nothing starts nothing.
#[test]
fn the_answering_side_alone() {
    let back = Ipv4 { ttl: 57, ..Ipv4::new([198, 51, 100, 7], [192, 0, 2, 1], Tcp::new(443, 50_085, FIN)) };
    let found = row(LinkType::RawIp, &[(back.bytes(), 0)]);
    assert_eq!(found[..4], [json!("198.51.100.7"), json!(443), json!("192.0.2.1"), json!(50_085)]);
    assert_eq!(found[6..10], [json!(1), json!(40), json!(0), json!(0)]);
    assert_eq!(found[12..], [json!(57), json!("FIN")]);
}

#[test]
fn what_a_packet_does_not_have_is_null() {
    let null = Value::Null;
    let arp = Ethernet::new(HOST, ROUTER, Arp::request(HOST, [192, 0, 2, 1], [192, 0, 2, 2])).bytes();
    let found = row(LinkType::Ethernet, &[(arp, 0)]);
    assert_eq!(
        found[..6],
        [json!("192.0.2.1"), null.clone(), json!("192.0.2.2"), null.clone(), null.clone(), null.clone()]
    );
    assert_eq!(found[12..], [null.clone(), null.clone()]);
    let other = Ethernet::new(HOST, ROUTER, Payload::Other { ethertype: 0x88cc, bytes: vec![0; 46] }).bytes();
    let found = row(LinkType::Ethernet, &[(other, 0)]);
    assert_eq!(found[..6], [const { Value::Null }; 6]);
    let address = [0xfe; 16];
    let ping = Ipv6::new(address, address, Upper::Icmpv6(Icmp::new(128, 0, 0, &[])));
    let found = row(LinkType::RawIp, &[(ping.bytes(), 0)]);
    assert_eq!(found[1], null);
    assert_eq!(found[4], json!("IPv6-ICMP"));
    assert_eq!(found[12..], [json!(64), null]);
}

#[test]
fn the_service_of_a_conversation() {
    let ssdp = rows_of(LinkType::Ethernet, &[(named::ssdp().bytes(), 0)]);
    let mut cells = Values::default();
    FlowColumn::Service.write(&ssdp, &mut cells);
    assert_eq!(cells.0, [json!("ssdp")]);
    let arp = Ethernet::new(HOST, ROUTER, Arp::request(HOST, [192, 0, 2, 1], [192, 0, 2, 2])).bytes();
    let mut cells = Values::default();
    FlowColumn::Service.write(&rows_of(LinkType::Ethernet, &[(arp, 0)]), &mut cells);
    assert_eq!(cells.0, [Value::Null]);
}
