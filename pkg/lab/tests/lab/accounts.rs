//! Every packet is accounted for.

use serde_json::Value;
use xdplive_corpus::named;
use xdplive_lab::{namespace::Namespace, send::Sender, watch::Watch};

/// The acceptance frame with a number in its source port.
fn numbered(number: u32) -> Vec<u8> {
    let mut frame = named::ssdp().bytes();
    let port = u16::try_from(number).unwrap();
    frame[34..36].copy_from_slice(&port.to_be_bytes());
    frame
}

fn numbers(rows: &[Value]) -> Vec<u64> {
    rows.iter().map(|row| row["source_port"].as_u64().unwrap()).collect()
}

#[test]
fn ten_thousand_packets_are_ten_thousand_rows() {
    for hook in ["xdp-native", "tcx"] {
        let namespace = Namespace::with_pair();
        let sender = Sender::new(&namespace, "b");
        let before = namespace.counter("a", "rx_packets");
        let options = ["--interface", "a", "--direction", "in", "--hook", hook, "--count", "10000"];
        let watch = Watch::attached(&namespace, 1, &options);
        sender.send_at(5000, 10_000, numbered);
        let outcome = watch.finish();
        outcome.assert_well();
        assert_eq!(
            namespace.counter("a", "rx_packets") - before,
            10_000,
            "{hook}: the wire itself lost packets"
        );
        assert_eq!(numbers(&outcome.rows), (0..10_000).collect::<Vec<_>>(), "{hook}");
        let times: Vec<u64> = outcome.rows.iter().map(|row| row["time"].as_u64().unwrap()).collect();
        assert!(times.is_sorted(), "{hook}");
        let accounts = outcome.accounts(0);
        assert_eq!([accounts["seen"], accounts["delivered"]], [10_000, 10_000], "{hook}: {accounts:?}");
    }
}

#[test]
fn a_budget_is_kept_and_what_it_leaves_out_is_counted() {
    let namespace = Namespace::with_pair();
    let sender = Sender::new(&namespace, "b");
    let watch = Watch::attached(&namespace, 1, &["--interface", "a", "--direction", "in", "--limit", "500"]);
    // Two seconds.
    sender.send_at(5000, 10_000, numbered);
    let outcome = watch.stop();
    outcome.assert_well();
    let accounts = outcome.accounts(0);
    assert_eq!([accounts["seen"], accounts["lost"]], [10_000, 0], "{accounts:?}");
    assert_eq!(accounts["delivered"], outcome.rows.len() as u64);
    // At least two seconds' worth; at most as long as the sending really took.
    let rows = numbers(&outcome.rows);
    let time = |row: &Value| row["time"].as_u64().unwrap();
    let took = time(outcome.rows.last().unwrap()) - time(&outcome.rows[0]);
    assert!(rows.len() as u64 <= took / 2 + 60, "{} rows in {took} ms", rows.len());
    assert!(rows.len() >= 900, "{} rows in {took} ms", rows.len());
    // Spread: no gap as long as a fifth of a second's packets.
    assert!(rows.windows(2).all(|pair| pair[0] < pair[1] && pair[1] - pair[0] < 1000), "{rows:?}");
}

#[test]
fn ctrl_c_in_the_middle_of_traffic_loses_nothing() {
    let namespace = Namespace::with_pair();
    let sender = Sender::new(&namespace, "b");
    let watch = Watch::attached(&namespace, 1, &["--interface", "a", "--direction", "in"]);
    let outcome = std::thread::scope(|scope| {
        scope.spawn(|| sender.send_at(5000, 10_000, numbered));
        watch.wait_for_rows(2000);
        watch.stop()
    });
    outcome.assert_well();
    let accounts = outcome.accounts(0);
    assert_eq!([accounts["unmatched"], accounts["thinned"], accounts["lost"]], [0, 0, 0], "{accounts:?}");
    // What the kernel saw until the end is what came out, from the first packet on without a gap.
    assert_eq!(numbers(&outcome.rows), (0..accounts["seen"]).collect::<Vec<_>>());
    assert!(accounts["seen"] < 10_000, "the end came after the last packet");
}

#[test]
fn count_is_kept_however_many_come_at_once() {
    let namespace = Namespace::with_pair();
    let sender = Sender::new(&namespace, "b");
    let watch = Watch::attached(&namespace, 1, &["--interface", "a", "--direction", "in", "--count", "5"]);
    for number in 0..50 {
        sender.send(&numbered(number));
    }
    let outcome = watch.finish();
    outcome.assert_well();
    assert_eq!(numbers(&outcome.rows), [0, 1, 2, 3, 4]);
    let accounts = outcome.accounts(0);
    assert_eq!([accounts["seen"], accounts["delivered"], accounts["thinned"]], [50, 5, 45], "{accounts:?}");
}

#[test]
fn several_interfaces_make_one_stream_in_order() {
    let namespace = Namespace::with_pair();
    namespace.add_pair("c", "d");
    let senders = [Sender::new(&namespace, "b"), Sender::new(&namespace, "d")];
    let watch =
        Watch::attached(&namespace, 2, &["--interface", "a", "--interface", "c", "--direction", "in"]);
    for number in 0..1000 {
        senders[number as usize % 2].send(&numbered(number));
    }
    watch.wait_for_rows(1000);
    let outcome = watch.stop();
    assert_eq!(numbers(&outcome.rows), (0..1000).collect::<Vec<_>>());
    assert!(outcome.rows.iter().enumerate().all(|(number, row)| row["interface"] == ["a", "c"][number % 2]));
    assert_eq!(outcome.accounts(0)["seen"], 1000);
}

#[test]
fn nothing_sent_is_nothing_seen() {
    let namespace = Namespace::with_pair();
    let outcome = Watch::attached(&namespace, 2, &["--interface", "a", "--duration", "0.5"]).finish();
    outcome.assert_well();
    assert!(outcome.rows.is_empty());
    assert_eq!(outcome.accounts(0)["seen"], 0);
}
