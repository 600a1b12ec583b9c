//! Streams that are made of flows, beside those of [`super::golden`].

use std::{sync::Arc, time::Duration};

use xdplive_corpus::frame::{
    Arp, Ethernet, Ipv4, Payload, Tag, Tcp, Udp,
    tcp_flag::{ACK, SYN},
};
use xdplive_packet::{
    LinkType, Wire,
    event::Direction,
    flow::{FlowCounters, FlowKey, Sum, marks},
    parse,
};
use xdplive_source::{HostId, Interval, conversations};

use super::golden::assert_golden;
use crate::{
    columns::{
        Column as _,
        flows::{FlowColumn, FlowRow},
        rates::{CountRow, SeriesColumn},
    },
    tests::EPOCH,
};

const HOST: [u8; 6] = [0x02, 0x00, 0x00, 0x00, 0x00, 0x01];
const ROUTER: [u8; 6] = [0x02, 0x00, 0x00, 0x00, 0x00, 0xfe];

/// What was counted of a group in the second that ends then.
fn count(second: i64, group: Option<&str>, segments: u64, bytes: u64) -> CountRow {
    let time = EPOCH / 1_000_000 + 1000 * second;
    let interval = Interval { time, length: Duration::from_secs(1), packets: segments, segments, bytes };
    CountRow { host: "nas".into(), group: group.map(Arc::from), interval, speed: None }
}

/// Two groups, of which one gives way to another, and what is in none of them.
#[test]
fn grouped_rates() {
    assert_golden(
        "grouped-rates",
        &[SeriesColumn::Time, SeriesColumn::Group, SeriesColumn::Bits],
        &[
            vec![count(1, Some("TCP"), 10, 15_000), count(1, None, 2, 120)],
            vec![count(2, Some("TCP"), 0, 0), count(2, Some("UDP"), 4, 514), count(2, Some("other"), 2, 120)],
            vec![count(3, Some("UDP"), 1, 143), count(3, Some("TCP"), 1, 60), count(3, Some("other"), 0, 0)],
        ],
    );
}

/// A flow with so many packets, seen from one moment to another, ms after the beginning of 2026.
fn flow(frame: &Ethernet, packets: u64, first: u64, last: u64) -> (FlowKey, FlowCounters) {
    let bytes = frame.bytes();
    let headers = parse(&mut &*bytes, &Wire::new(LinkType::Ethernet));
    let counters = FlowCounters {
        sum: Sum { packets, segments: packets, bytes: packets * bytes.len() as u64 },
        first: EPOCH as u64 + first * 1_000_000,
        last: EPOCH as u64 + last * 1_000_000,
        ttl: headers.ttl().unwrap_or(0).into(),
        tcp_flags: headers.tcp_flags().map_or(0, marks),
        ..FlowCounters::default()
    };
    (FlowKey::of(&headers, Direction::Out), counters)
}

fn frame(packet: impl Into<Payload>) -> Ethernet {
    Ethernet::new(HOST, ROUTER, packet)
}

#[test]
fn flows() {
    let (host, server) = ([192, 0, 2, 1], [198, 51, 100, 7]);
    let request = frame(Ipv4::new(host, server, Tcp::new(50_085, 443, SYN)));
    let answer = frame(Ipv4 { ttl: 57, ..Ipv4::new(server, host, Tcp::new(443, 50_085, SYN | ACK)) });
    let question = frame(Ipv4::new(host, server, Udp::new(50_086, 53, [0; 30]))).tagged([Tag::customer(40)]);
    let arp = frame(Arp::request(HOST, host, [192, 0, 2, 254]));
    let rows = |flows: &[(FlowKey, FlowCounters)]| -> Vec<FlowRow> {
        let found = conversations(HostId::ONLY, flows.iter().copied()).into_iter();
        found.map(|one| FlowRow::new("nas".into(), one)).collect()
    };
    assert_golden(
        "flows",
        FlowColumn::ALL,
        &[
            rows(&[flow(&request, 7, 3, 800), flow(&answer, 6, 5, 790), flow(&question, 2, 100, 101)]),
            rows(&[flow(&arp, 1, 1500, 1500)]),
        ],
    );
}
