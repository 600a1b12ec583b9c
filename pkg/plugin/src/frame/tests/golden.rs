//! Streams exactly as they go to a browser, in `testdata/frames`, which the front end's tests play into a
//! panel. What a panel is to make of them is written down from the other encoder, Arrow's.
//!
//! `UPDATE_GOLDEN=1 cargo test --package xdplive-plugin golden` writes them anew.

use std::{env, fmt::Write as _, fs, net::Ipv6Addr, path::Path};

use serde_json::{Value, json};
use xdplive_corpus::{
    frame::{
        Arp, Ethernet, Extension, Icmp, Ipv4, Ipv6, Payload, Sctp, Tag, Tcp, Udp, Upper, ethertype, tcp_flag,
    },
    named,
};
use xdplive_packet::{Event, Hook};

use super::decode;
use crate::{
    columns::{Column, packets::PacketColumn},
    frame::{arrow, json::Encoder},
    tests::{batch, ethernet, raw},
};

const HOST: [u8; 6] = [0x02, 0x00, 0x00, 0x00, 0x00, 0x01];
const ROUTER: [u8; 6] = [0x02, 0x00, 0x00, 0x00, 0x00, 0xfe];

/// Requires that a stream of `messages` is what the golden files of this name hold.
pub(super) fn assert_golden<C: Column<Rows = [R]>, R: Clone>(name: &str, columns: &[C], messages: &[Vec<R>]) {
    let mut encoder = Encoder::new(columns.to_vec());
    let mut stream = String::new();
    for rows in messages {
        stream += str::from_utf8(&encoder.message(rows)).unwrap();
        stream.push('\n');
    }
    assert_file(&format!("{name}.jsonl"), &stream);
    assert_file(&format!("{name}.expected.json"), &expected(columns, &messages.concat()));
}

/// What a panel is to hold when all of `rows` have come.
fn expected<C: Column<Rows = [R]>, R>(columns: &[C], rows: &[R]) -> String {
    let values = decode::arrow(&arrow::frame("A", columns, rows, &Value::Null).unwrap());
    let mut text = "{\n  \"fields\": [".to_owned();
    for (position, (column, values)) in columns.iter().zip(values).enumerate() {
        let field = json!({ "name": column.name(), "type": column.kind(), "values": values });
        write!(text, "{}\n    {field}", if position == 0 { "" } else { "," }).unwrap();
    }
    text + "\n  ]\n}\n"
}

fn assert_file(name: &str, contents: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/frames").join(name);
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, contents).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), contents, "{name}");
}

/// An event `milliseconds` after the machine's start.
fn at(milliseconds: u64, event: Event) -> Event {
    Event { time: milliseconds * 1_000_000, ..event }
}

fn sent(event: Event) -> Event {
    Event { hook: Hook::TcxEgress as u8, ..event }
}

fn from_host(packet: impl Into<Payload>) -> Event {
    sent(ethernet(&Ethernet::new(HOST, ROUTER, packet).bytes()))
}

fn to_host(packet: impl Into<Payload>) -> Event {
    ethernet(&Ethernet::new(ROUTER, HOST, packet).bytes())
}

fn ipv6(text: &str) -> [u8; 16] {
    text.parse::<Ipv6Addr>().unwrap().octets()
}

/// The columns of the dashboard "Live packets".
#[test]
fn live_packets() {
    use tcp_flag::{ACK, SYN};
    let columns = [
        PacketColumn::Time,
        PacketColumn::Interface,
        PacketColumn::Direction,
        PacketColumn::Ethertype,
        PacketColumn::Protocol,
        PacketColumn::SourceIp,
        PacketColumn::SourcePort,
        PacketColumn::DestinationIp,
        PacketColumn::DestinationPort,
        PacketColumn::FrameLength,
        PacketColumn::Ttl,
        PacketColumn::TcpFlags,
    ];
    let (host, server) = ([192, 0, 2, 1], [198, 51, 100, 7]);
    let request = |flags| from_host(Ipv4::new(host, server, Tcp::new(50_085, 443, flags)));
    let answer = |flags| to_host(Ipv4 { ttl: 57, ..Ipv4::new(server, host, Tcp::new(443, 50_085, flags)) });
    let tunnelled = raw(&Ipv4::new([10, 1, 2, 3], [10, 200, 0, 1], Udp::new(1024, 53, [0; 30])).bytes());
    assert_golden(
        "live-packets",
        &columns,
        &[
            vec![batch("eth0", [at(0, ethernet(&named::ssdp().bytes()))])],
            vec![
                batch("eth0", [at(100, request(SYN)), at(109, answer(SYN | ACK)), at(109, request(ACK))]),
                batch("wg0", [at(110, sent(tunnelled))]),
            ],
            vec![batch("eth0", [at(1000, to_host(Arp::request(ROUTER, [192, 0, 2, 254], host)))])],
        ],
    );
}

#[test]
fn all_columns() {
    let (host, server) = ([192, 0, 2, 1], [198, 51, 100, 7]);
    let segment = Tcp::new(80, 50_085, tcp_flag::PSH | tcp_flag::ACK);
    let segments = Tcp { payload: vec![0; 42 * 1448], ..segment };
    let web = Ipv4 { dscp: 10, ttl: 57, ..Ipv4::new(server, host, segments) };
    let merged = Event { segments: 42, ..to_host(web.clone()) };
    let uncounted = Event { segments: 0, hook: Hook::XdpGeneric as u8, ..to_host(web) };
    let pieces = Ipv4::new(host, server, Udp::new(1024, 53, [0; 40])).fragments(24);
    let ping = Ipv4::new(host, server, Upper::Icmp(Icmp::new(8, 0, 7, &[0; 8])));
    assert_golden(
        "all-columns",
        PacketColumn::ALL,
        &[
            vec![batch(
                "eth0",
                [at(3, ethernet(&named::ssdp().bytes())), at(4, ethernet(&named::ssdp_in_vlan().bytes()))],
            )],
            vec![
                batch("eth0", pieces.into_iter().map(|piece| at(5, from_host(piece)))),
                batch("wg0", [at(6, sent(raw(&ping.bytes())))]),
                batch("eth0", [at(6, merged)]),
            ],
            vec![batch(
                "eth0",
                [at(200, uncounted), at(201, to_host(Ipv4::new(server, host, Sctp::new(2905, 2905))))],
            )],
        ],
    );
}

#[test]
fn odd_packets() {
    let columns = [
        PacketColumn::Time,
        PacketColumn::Interface,
        PacketColumn::Ethertype,
        PacketColumn::Vlan,
        PacketColumn::InnerVlan,
        PacketColumn::Version,
        PacketColumn::SourceIp,
        PacketColumn::Protocol,
        PacketColumn::Length,
        PacketColumn::Fragment,
        PacketColumn::IcmpType,
        PacketColumn::Malformed,
    ];
    let (host, group) = (ipv6("fe80::211:32ff:fee5:795c"), ipv6("ff02::1:ff00:1"));
    let solicitation = Ipv6::new(host, group, Upper::Icmpv6(Icmp::new(135, 0, 0, &[0xfe; 16])));
    let in_vlans = Ethernet::new(HOST, ROUTER, solicitation.clone());
    let in_vlans = in_vlans.tagged([Tag::service(100), Tag::customer(0)]);
    let extended = Ipv6 {
        extensions: vec![Extension::HopByHop(vec![5, 2, 0, 0]), Extension::DestinationOptions(vec![])],
        ..solicitation.clone()
    };
    let too_many =
        Ipv6 { extensions: vec![Extension::DestinationOptions(vec![]); 9], ..solicitation.clone() };
    let pieces = solicitation.fragments(16, 9);
    let three_tags = named::ssdp().tagged([Tag::service(1), Tag::customer(2), Tag::customer(3)]);
    let short = Ipv4 { total_length: Some(19), ..Ipv4::new([192, 0, 2, 1], [192, 0, 2, 20], Upper::none()) };
    let other = |ethertype| to_host(Payload::Other { ethertype, bytes: vec![0; 46] });
    assert_golden(
        "odd-packets",
        &columns,
        &[
            vec![batch("eth0", [at(1, to_host(solicitation)), at(2, ethernet(&in_vlans.bytes()))])],
            vec![
                batch("br-\"größe\"", [at(2, to_host(extended)), at(2, to_host(too_many))]),
                batch("tun\\0", pieces.iter().map(|piece| at(3, raw(&piece.bytes())))),
            ],
            vec![batch(
                "eth0",
                [
                    at(4, ethernet(&three_tags.bytes())),
                    at(5, to_host(Payload::Length(vec![0x42; 38]))),
                    at(5, other(ethertype::LLDP)),
                    at(6, to_host(short)),
                    at(7, ethernet(&named::ssdp().bytes()[..20])),
                    at(8, ethernet(&[])),
                ],
            )],
            vec![batch("tun\\0", [at(9, raw(&[0; 20]))])],
        ],
    );
}
