//! The kind `flows`, against tshark's conversations of the same packets.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use xdplive_corpus::named;
use xdplive_lab::{client, namespace::Namespace, send::Sender, watch::Watch};

use crate::mixture::{Conversations, Mixture};

/// The options of a watch for flows, on the interface `a`.
const OPTIONS: [&str; 6] = ["--interface", "a", "--hook", "tcx", "--query", "flows"];

/// Both ways of rows, each by itself; ends without a port as their address alone. Each row is counted once more.
fn add(sums: &mut Conversations, row: &Value, with_ports: bool) {
    let end = |side: &str| {
        let address = row[format!("{side}_ip")].as_str().unwrap();
        let port = &row[format!("{side}_port")];
        if with_ports { format!("{address}:{port}") } else { address.to_owned() }
    };
    let (source, destination) = (end("source"), end("destination"));
    let mut put = |from: &str, to: &str, [packets, bytes]: [&str; 2]| {
        let (packets, bytes) = (row[packets].as_u64().unwrap(), row[bytes].as_u64().unwrap());
        if packets > 0 {
            let sum = sums.entry((from.to_owned(), to.to_owned())).or_default();
            (sum.0, sum.1) = (sum.0 + packets, sum.1 + bytes);
        }
    };
    put(&source, &destination, ["packets", "bytes"]);
    put(&destination, &source, ["reverse_packets", "reverse_bytes"]);
}

fn of_protocol(row: &Value, protocol: &str) -> bool {
    row["protocol"] == protocol && row["source_port"].is_number()
}

fn is_ipv4(row: &Value) -> bool {
    row["protocol"].is_string() && row["source_ip"].as_str().is_some_and(|address| address.contains('.'))
}

/// What rows come to, compared with what tshark counts.
fn compare(mixture: &Mixture, rows: &[Value]) {
    for (kind, protocol) in [("tcp", "TCP"), ("udp", "UDP"), ("sctp", "SCTP")] {
        let mut found = Conversations::new();
        rows.iter().filter(|row| of_protocol(row, protocol)).for_each(|row| add(&mut found, row, true));
        assert_eq!(found, mixture.conversations(kind), "{kind}");
    }
    let mut found = Conversations::new();
    rows.iter().filter(|row| is_ipv4(row)).for_each(|row| add(&mut found, row, false));
    assert_eq!(found, mixture.conversations("ip"));
    let total = rows.iter().fold((0, 0), |(packets, bytes), row| {
        let sum = |one: &str, other: &str| row[one].as_u64().unwrap() + row[other].as_u64().unwrap();
        (packets + sum("packets", "reverse_packets"), bytes + sum("bytes", "reverse_bytes"))
    });
    assert_eq!(total, (mixture.packets(), mixture.bytes()));
}

fn replay(mixture: &Mixture, more: &[&str]) -> (Vec<Value>, [u64; 5]) {
    let namespace = Namespace::with_pair();
    let watch = Watch::attached(&namespace, 2, &[&OPTIONS, more].concat());
    mixture.replay(&namespace);
    let outcome = watch.stop();
    outcome.assert_well();
    let accounts = outcome.accounts(0);
    (outcome.rows, ["seen", "unmatched", "thinned", "lost", "delivered"].map(|name| accounts[name]))
}

#[test]
fn the_sums_of_intervals_are_what_tshark_counts() {
    let mixture = Mixture::new();
    let (rows, accounts) = replay(&mixture, &["--interval", "100", "--top", "100"]);
    assert_eq!(accounts, [mixture.packets(), 0, 0, 0, mixture.packets()]);
    compare(&mixture, &rows);
}

/// Each message has everything until then; the last one is the sum.
#[test]
fn since_the_start_it_is_what_tshark_counts() {
    let mixture = Mixture::new();
    let (rows, accounts) = replay(&mixture, &["--interval", "100", "--top", "100", "--since", "start"]);
    assert_eq!(accounts, [mixture.packets(), 0, 0, 0, mixture.packets()]);
    // What is counted only goes up; a conversation may turn around when its opening comes to light.
    let mut last: BTreeMap<String, &Value> = BTreeMap::new();
    for row in &rows {
        let mut ends = [
            format!("{}:{}", row["source_ip"], row["source_port"]),
            format!("{}:{}", row["destination_ip"], row["destination_port"]),
        ];
        ends.sort();
        last.insert(format!("{ends:?} {} {}", row["protocol"], row["vlan"]), row);
    }
    let last: Vec<Value> =
        last.into_iter().filter(|(key, _)| !key.contains("null:null")).map(|(_, row)| row.clone()).collect();
    for (kind, protocol) in [("tcp", "TCP"), ("udp", "UDP")] {
        let mut found = Conversations::new();
        last.iter().filter(|row| of_protocol(row, protocol)).for_each(|row| add(&mut found, row, true));
        assert_eq!(found, mixture.conversations(kind), "{kind}");
    }
    let opened = last.iter().find(|row| row["source_port"] == 50_001 && row["protocol"] == "TCP").unwrap();
    assert_eq!(opened["tcp_flags"], "FIN,SYN,PSH,ACK,CWR");
    assert_eq!(
        (&opened["destination_port"], &opened["ttl"], &opened["vlan"]),
        (&json!(19_002), &json!(64), &Value::Null)
    );
    let [first, last] = ["first_seen", "last_seen"].map(|name| opened[name].as_i64().unwrap());
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64;
    assert!(first < last && last <= now && now - first < 60_000, "{first} to {last}, now {now}");
}

#[test]
fn filter_and_direction_choose_conversations() {
    let mixture = Mixture::new();
    let options = ["--interval", "100", "--top", "100", "--direction", "in", "--filter", "udp and vlan 7"];
    let namespace = Namespace::with_pair();
    let watch = Watch::attached(&namespace, 1, &[&OPTIONS[..], &options].concat());
    mixture.replay(&namespace);
    let outcome = watch.stop();
    outcome.assert_well();
    let expected = mixture.statistics(&["udp&&vlan.id==7&&eth.dst==02:00:00:00:00:0a".to_owned()]);
    let sum = |name: &str| outcome.rows.iter().map(|row| row[name].as_u64().unwrap()).sum::<u64>();
    assert_eq!(vec![(sum("packets"), sum("bytes"))], expected);
    assert_eq!((sum("reverse_packets"), outcome.rows[0]["vlan"].as_u64()), (0, Some(7)));
    let accounts = outcome.accounts(0);
    assert_eq!((accounts["seen"], accounts["delivered"]), (mixture.packets_to_a(), expected[0].0));
}

/// A UDP packet of one of so many flows, all from ports above the one they go to.
fn flood(flow: u32) -> Vec<u8> {
    let (host, port) = (flow / PORTS, FIRST_PORT + flow % PORTS);
    let mut frame = named::ssdp().bytes();
    frame[26..30].copy_from_slice(&(0x0a00_0000 | host).to_be_bytes());
    frame[34..36].copy_from_slice(&(port as u16).to_be_bytes());
    frame
}

const FIRST_PORT: u32 = 10_000;
const PORTS: u32 = 50_000;

const FLOWS: u32 = 100_000;
/// Flows with more packets than others: their numbers, and packets of each.
const LARGE: std::ops::Range<u32> = 0..10;

/// More flows than a table has room for: the large ones are right, and what found no room is counted.
fn send_flood(sender: &Sender) -> u64 {
    let large = LARGE.flat_map(|flow| std::iter::repeat_n(flow, 20 + flow as usize));
    let mut packets = 0;
    for flow in large.chain(LARGE.end..FLOWS) {
        sender.send(&flood(flow));
        packets += 1;
    }
    packets
}

fn is_the_top(rows: &[Value]) {
    let found: Vec<(String, u64, u64)> = rows
        .iter()
        .map(|row| {
            (row["source_port"].to_string(), row["packets"].as_u64().unwrap(), row["bytes"].as_u64().unwrap())
        })
        .collect();
    let length = flood(0).len() as u64;
    let expected: Vec<(String, u64, u64)> = LARGE
        .rev()
        .map(|flow| {
            let packets = 20 + u64::from(flow);
            ((FIRST_PORT + flow).to_string(), packets, packets * length)
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_hundred_thousand_flows() {
    let namespace = Namespace::with_pair();
    let sender = Sender::new(&namespace, "b");
    // All of them in one interval.
    let options = ["--direction", "in", "--interval", "60000"];
    let watch = Watch::attached(&namespace, 1, &[&OPTIONS[..], &options].concat());
    let packets = send_flood(&sender);
    let outcome = watch.stop();
    outcome.assert_well();
    is_the_top(&outcome.rows);
    let accounts = outcome.accounts(0);
    let counted: [u64; 3] = ["seen", "lost", "delivered"].map(|name| accounts[name]);
    // The kernel's count of entries is exact to a few for each CPU.
    assert_eq!((counted[0], counted[1] + counted[2]), (packets, packets));
    let room = counted[2] - LARGE.map(|flow| u64::from(19 + flow)).sum::<u64>();
    assert!(room.abs_diff(65_536) < 1000, "{accounts:?}");
}

#[test]
fn a_hundred_thousand_flows_in_groups() {
    let namespace = Namespace::with_pair();
    let sender = Sender::new(&namespace, "b");
    let options = [
        "--interface",
        "a",
        "--hook",
        "tcx",
        "--query",
        "rates",
        "--direction",
        "in",
        "--interval",
        "60000",
        "--group-by",
        "source_port",
    ];
    let watch = Watch::attached(&namespace, 1, &options);
    let packets = send_flood(&sender);
    let outcome = watch.stop();
    outcome.assert_well();
    let sum = |name: &str| outcome.rows.iter().map(|row| row[name].as_u64().unwrap()).sum::<u64>();
    assert_eq!((sum("packets"), sum("bytes")), (packets, packets * flood(0).len() as u64));
    assert_eq!(outcome.rows.len(), 11);
    assert_eq!(outcome.rows[0]["group"], "10009");
    assert_eq!(outcome.rows[10]["group"], "other");
    let accounts = outcome.accounts(0);
    assert_eq!(["seen", "lost", "delivered"].map(|name| accounts[name]), [packets, 0, packets]);
}

/// With a small table, what found no room can be seen while it goes on.
#[tokio::test]
async fn overflow_is_visible() {
    const PACKETS: u32 = 5000;
    let directory = tempfile::tempdir().unwrap();
    let namespace = Namespace::with_pair();
    let sender = Sender::new(&namespace, "b");
    let settings = [("GF_PLUGIN_FLOW_ENTRIES", "1024")];
    let plugin = client::plugin_with(&namespace, directory.path(), &settings).await;
    let query = |kind: &str, columns: Value| json!({ "kind": kind, "interfaces": ["a"], "columns": columns, "interval": 100, "top": 100 });
    let flows = client::ask(&plugin, query("flows", json!(["packets"]))).await;
    let counters = client::ask(&plugin, query("capture", json!(["direction", "flow_overflow"]))).await;
    let mut flows = client::run(&plugin, &flows).await;
    let mut counters = client::run(&plugin, &counters).await;
    (0..PACKETS).for_each(|flow| sender.send(&flood(flow)));
    let counted = async {
        let mut last = 0;
        loop {
            let message = client::message(&mut counters).await;
            let values = &message["data"]["values"];
            assert_eq!(values[0], json!(["in", "out"]));
            let [received, sent] = [0, 1].map(|row| values[1][row].as_u64().unwrap());
            assert_eq!(sent, 0);
            if received > 0 && received == last {
                break received;
            }
            last = received;
        }
    };
    let overflow = tokio::time::timeout(client::SOON, counted).await.expect("it is counted soon");
    assert!(overflow < PACKETS.into() && overflow > 0, "{overflow}");
    assert!(client::message(&mut flows).await["data"]["values"][0][0].is_number());
    let metric =
        format!("xdplive_flow_overflow_packets_total{{direction=\"in\",interface=\"a\"}} {overflow}\n");
    let metrics = client::metrics(&plugin).await;
    assert!(metrics.contains(&metric), "{metrics}");
    plugin.ask_to_end().await;
    // All of them were in the table, or were not.
    let mut trailers = None;
    while trailers.is_none() {
        if flows.message().await.expect("a good end").is_none() {
            trailers = flows.trailers().await.expect("trailers");
        }
    }
    let trailers = trailers.expect("the accounts");
    let count = |name: &str| trailers.get(name).unwrap().to_str().unwrap().parse::<u64>().unwrap();
    assert_eq!((count("xdplive-seen"), count("xdplive-lost")), (PACKETS.into(), overflow));
    assert!(plugin.wait().await);
}
