//! Addresses shown as their networks: whatever a data source answers, no whole address is in it.

use std::sync::Arc;

use bytemuck::Zeroable as _;
use serde_json::{Value, json};
use xdplive_corpus::frame::{Arp, Ethernet, Ipv4, Ipv6, Udp};
use xdplive_packet::{
    Event, Hook, LinkType, Tunnel, Wire,
    event::Direction::{In, Out},
    parse,
};
use xdplive_source::{Batch, Captured, HeaderBytes, Names, Origin, Row, Tunnels};

use crate::{
    context::with_settings,
    feed::{answer, columns, end, flow, tcp},
    grafana::{Grafana, next, patiently, query_over},
    source::Stream,
};

const SETTINGS: &str = r#"{"maskIpv4":24,"maskIpv6":64,"allowPacketsToServices":true}"#;

/// Addresses in the packets of these tests, as text and as bytes.
const WHOLE: [(&str, &[u8]); 4] = [
    ("192.0.2.77", &[192, 0, 2, 77]),
    ("198.51.100.99", &[198, 51, 100, 99]),
    ("203.0.113.55", &[203, 0, 113, 55]),
    ("2001:db8::abcd", &[0, 0, 0, 0, 0xab, 0xcd]),
];
const MAC: [u8; 6] = [0x00, 0x11, 0x32, 0xe5, 0x79, 0x5c];

fn assert_masked(what: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for (address, octets) in WHOLE {
        assert!(!text.contains(address), "{what} has {address}: {text}");
        assert!(
            !bytes.windows(octets.len()).any(|window| window == octets),
            "{what} has the bytes of {address}"
        );
    }
    assert!(
        !text.contains("e5:79:5c") && !bytes.windows(3).any(|window| window == &MAC[3..]),
        "{what} has the card"
    );
}

/// Packets with these addresses: of both versions, in ARP and around another packet.
fn capture(stream: &Stream) {
    let six = |last| {
        let mut address = [0; 16];
        address[..4].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
        address[14..].copy_from_slice(&[0xab, last]);
        address
    };
    let frames = [
        Ethernet::new(
            MAC,
            [0xff; 6],
            Ipv4::new([192, 0, 2, 77], [198, 51, 100, 99], Udp::new(1, 53, [203, 0, 113, 55])),
        ),
        Ethernet::new(MAC, [2; 6], Ipv6::new(six(0xcd), six(0xcd), Udp::new(1, 53, b"?"))),
        Ethernet::new(MAC, [2; 6], Arp::request(MAC, [192, 0, 2, 77], [203, 0, 113, 55])),
    ];
    let mut bytes = HeaderBytes::default();
    let mut tunnels = Tunnels::default();
    let mut outer = Tunnel::zeroed();
    outer.outer_version = 4;
    outer.outer_source[..4].copy_from_slice(&[203, 0, 113, 55]);
    outer.outer_destination[..4].copy_from_slice(&[192, 0, 2, 77]);
    let rows = frames
        .iter()
        .map(|frame| {
            let frame = frame.bytes();
            let headers = parse(&mut &*frame, &Wire::new(LinkType::Ethernet));
            let event = Event { headers, hook: Hook::TcxIngress as u8, ..Event::zeroed() };
            let captured = Captured { bytes: &frame, tag: None };
            let origin = Origin { host: stream.host.id, interface: 0 };
            Row { origin, bytes: bytes.add(captured), tunnel: tunnels.add(outer), event }
        })
        .collect();
    let names = Names { hosts: vec![stream.host.clone()], interfaces: vec!["eth0".into()] };
    let batch = Batch::new(Arc::new(rows), Arc::new(names), stream.clock)
        .with_tunnels(tunnels.shared())
        .with_bytes(Some(Arc::new(bytes)));
    stream.push(batch);
}

#[tokio::test(start_paused = true)]
async fn packets() {
    let mut grafana = Grafana::start().await;
    let query = r#"{"decapsulate":"inner","columns":["source_ip","destination_ip","outer_source_ip","source_mac",
        "source_name","destination_name"]}"#;
    let (mut running, stream) = grafana.stream_as(with_settings(SETTINGS), query).await;
    capture(&stream);
    let message = next(&mut running).await.unwrap().data;
    assert_masked("a stream", &message);
    let message: Value = serde_json::from_slice(&message).unwrap();
    let expected = json!([
        ["192.0.2.0", "2001:db8::", "192.0.2.0"],
        ["198.51.100.0", "2001:db8::", "203.0.113.0"],
        ["203.0.113.0", "203.0.113.0", "203.0.113.0"],
        ["00:11:32:00:00:00", "00:11:32:00:00:00", "00:11:32:00:00:00"],
        [null, null, null],
        [null, null, null],
    ]);
    assert_eq!(message["data"]["values"], expected);
    // What a panel that opens later is answered, and what a person can choose from.
    // The tests' packets are from the beginning of 1970.
    let asked = vec![query_over("A", query, 0..=1)];
    let answered = grafana.query(Some(with_settings(SETTINGS)), asked).await.remove("A").unwrap();
    assert!(String::from_utf8_lossy(&answered.frames.concat()).contains("192.0.2.0"));
    assert_masked("an answer", &answered.frames.concat());
    for what in ["hosts", "ports"] {
        let seen = grafana.resource(with_settings(SETTINGS), "GET", &format!("seen?what={what}")).await;
        assert_eq!(seen.0, 200);
        assert_masked("values to choose from", seen.1.to_string().as_bytes());
    }
    // With other settings there is nothing of these rows, and nothing of others with these.
    for settings in ["", r#"{"maskIpv4":8}"#] {
        let seen = grafana.resource(with_settings(settings), "GET", "seen?what=hosts").await;
        assert_eq!(seen.1["values"], json!([]), "{settings}");
    }
}

/// Machine and packets: 192.0.2.1 is an address of the tests' machine.
#[tokio::test(start_paused = true)]
async fn flows_and_groups() {
    let mut grafana = Grafana::start().await;
    let masked = || with_settings(SETTINGS);
    let flows = || vec![flow(tcp(77, 443), Out, 5), flow(answer(77, 443), In, 3), flow(tcp(78, 443), Out, 1)];
    let query = r#"{"kind":"flows","columns":["source_ip","destination_ip","packets","reverse_packets","source_name"]}"#;
    let (mut running, mut stream) = grafana.stream_as(masked(), query).await;
    stream.count(0, flows(), 0);
    let rows = json!([["192.0.2.0"], ["198.51.100.0"], [6], [3], [null]]);
    assert_eq!(columns(&mut running).await, rows, "what looks alike is one conversation");
    assert_masked("an answer of flows", &grafana.answer(masked(), query).await.frames.concat());
    let seen = grafana.resource(masked(), "GET", "seen?what=hosts").await.1;
    assert_eq!(
        seen["values"],
        json!([{ "value": "192.0.2.0", "packets": 9 }, { "value": "198.51.100.0", "packets": 9 }])
    );
    for by in ["source", "destination", "host_ip", "source_name", "destination_name"] {
        let query = format!(r#"{{"kind":"rates","groupBy":"{by}","columns":["group","packets"]}}"#);
        let (mut running, stream) = grafana.stream_as(masked(), &query).await;
        stream.count(0, flows(), 0);
        let message = next(&mut running).await.unwrap().data;
        assert_masked(by, &message);
        assert!(String::from_utf8_lossy(&message).contains("192.0.2.0"), "{by}");
    }
    end(&grafana, &mut stream).await;
}

/// Whoever guesses an address must not learn by a filter whether it is there.
#[tokio::test(start_paused = true)]
async fn filters_are_of_what_is_shown() {
    let mut grafana = Grafana::start().await;
    for (filter, meant) in
        [("host 192.0.2.0", "net 192.0.2.0/24"), ("udp", "udp"), ("net 192.0.0.0/16", "net 192.0.0.0/16")]
    {
        let (_, stream) =
            grafana.stream_as(with_settings(SETTINGS), &json!({ "filter": filter }).to_string()).await;
        assert_eq!(stream.request.wanted.as_ref().unwrap().filter.to_string(), meant);
    }
    let mut grafana = Grafana::start().await;
    let flows = r#"{"kind":"flows","filter":"host 192.0.2.77","columns":["source_ip","packets"]}"#;
    let (mut running, stream) = grafana.stream_as(with_settings(SETTINGS), flows).await;
    stream.count(0, vec![flow(tcp(77, 443), Out, 5)], 0);
    let hour = std::time::Duration::from_secs(3600);
    assert!(tokio::time::timeout(hour, running.message()).await.is_err());
    let query = r#"{"filter":"ether host 00:11:32:e5:79:5c"}"#;
    let error = grafana.answer(with_settings(SETTINGS), query).await.error;
    assert!(error.starts_with("filter: conditions on Ethernet addresses are not allowed"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn files_and_interfaces() {
    let mut grafana = Grafana::start().await;
    let mut download = grafana.download(with_settings(SETTINGS), r#"{"count":3}"#).await;
    let stream = grafana.started().await;
    let _section = patiently(download.message()).await.unwrap().unwrap();
    capture(&stream);
    let piece = patiently(download.message()).await.unwrap().unwrap();
    assert!(piece.body.len() > 3 * 60, "{}", piece.body.len());
    assert_masked("a file", &piece.body);
    let (status, interfaces) = grafana.resource(with_settings(SETTINGS), "GET", "interfaces").await;
    assert_eq!(status, 200);
    let eth0 = &interfaces["interfaces"][0];
    assert_eq!((&eth0["addresses"], &eth0["mac"]), (&json!(["192.0.2.0/24"]), &Value::Null));
}
