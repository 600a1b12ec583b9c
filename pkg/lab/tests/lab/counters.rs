//! The kind `capture`: the counters themselves, while they count.

use std::{collections::BTreeSet, time::Duration};

use serde_json::{Value, json};
use xdplive_corpus::named;
use xdplive_lab::{
    client::{SOON, ask, message, metrics, plugin, plugin_with, run},
    namespace::Namespace,
    process::MeasuredKernel,
    send::Sender,
    watch::Watch,
};

/// The acceptance frame, to this port.
fn to_port(port: u16) -> Vec<u8> {
    let mut frame = named::ssdp().bytes();
    frame[36..38].copy_from_slice(&port.to_be_bytes());
    frame
}

fn send(sender: &Sender, packets: usize, port: u16) {
    for _ in 0..packets {
        sender.send(&to_port(port));
    }
}

/// The rows of a message, each an object.
fn rows(message: &Value, columns: &[&str]) -> Vec<Value> {
    let values = message["data"]["values"].as_array().unwrap();
    assert_eq!(values.len(), columns.len());
    (0..values[0].as_array().unwrap().len())
        .map(|row| {
            columns
                .iter()
                .zip(values)
                .map(|(name, column)| ((*name).to_owned(), column[row].clone()))
                .collect()
        })
        .collect()
}

#[test]
fn watch_shows_what_is_seen() {
    let namespace = Namespace::with_pair();
    let sender = Sender::new(&namespace, "b");
    let options = ["--interface", "a", "--query", "capture", "--interval", "200"];
    let watch = Watch::attached(&namespace, 2, &options);
    watch.wait_for_rows(2);
    send(&sender, 1234, 1900);
    let outcome = watch.stop();
    outcome.assert_well();
    let directions: Vec<&Value> = outcome.rows.iter().map(|row| &row["direction"]).collect();
    assert!(directions.chunks(2).all(|pair| pair == ["in", "out"]), "{directions:?}");
    for rows in outcome.rows.chunks(2).collect::<Vec<_>>().windows(2) {
        assert!(rows[0][0]["time"].as_u64() < rows[1][0]["time"].as_u64(), "{rows:?}");
        assert!(rows[0][0]["seen"].as_u64() <= rows[1][0]["seen"].as_u64(), "{rows:?}");
    }
    let [.., received, sent] = &outcome.rows[..] else { panic!("{:?}", outcome.rows) };
    for (row, seen) in [(received, 1234), (sent, 0)] {
        assert_eq!([&row["interface"], &row["hook"]], ["a", "tcx"]);
        assert_eq!(row["seen"], seen);
        for count in ["own", "streams", "matched", "thinned", "lost_ring", "lost_queue", "delivered"] {
            assert_eq!(row[count], 0, "{count}");
        }
        assert_eq!([&row["kernel_ns"], &row["channel"]], [&Value::Null, &Value::Null]);
    }
    let accounts = outcome.accounts(0);
    assert_eq!([accounts["seen"], accounts["unmatched"], accounts["delivered"]], [1234, 1234, 0]);
}

/// Two streams of one slot, one of them younger, and a third: each has what came in its own time.
#[tokio::test]
async fn every_stream_has_its_own_counts() {
    const COLUMNS: [&str; 7] =
        ["seen", "streams", "matched", "delivered", "lost_ring", "lost_queue", "channel"];
    let directory = tempfile::tempdir().unwrap();
    let namespace = Namespace::with_pair();
    let sender = Sender::new(&namespace, "b");
    let plugin = plugin(&namespace, directory.path()).await;
    let packets = |filter, columns| json!({ "interfaces": ["a"], "direction": "in", "filter": filter, "columns": columns, "limit": null });
    let ports = ask(&plugin, packets("udp port 1900", ["ttl"])).await;
    let same = ask(&plugin, packets("udp port 1900", ["source_ip"])).await;
    let other = ask(&plugin, packets("udp port 9", ["ttl"])).await;
    let counters =
        ask(&plugin, json!({ "kind": "capture", "interfaces": ["a"], "columns": COLUMNS, "direction": "in", "interval": 100 }))
            .await;

    let mut first = run(&plugin, &ports).await;
    send(&sender, 100, 1900);
    let mut second = run(&plugin, &same).await;
    let mut third = run(&plugin, &other).await;
    send(&sender, 50, 1900);
    send(&sender, 7, 9);
    let mut counting = run(&plugin, &counters).await;

    // Each stream takes all that is for it.
    for (stream, mut left) in [(&mut first, 150), (&mut second, 50), (&mut third, 7)] {
        while left > 0 {
            left -= message(stream).await["data"]["values"][0].as_array().unwrap().len();
        }
    }
    let settled = async {
        loop {
            let rows = rows(&message(&mut counting).await, &COLUMNS);
            if rows.iter().all(|row| row["matched"] == row["delivered"]) {
                break rows;
            }
        }
    };
    let rows_now = tokio::time::timeout(SOON, settled).await.expect("all is delivered soon");
    let row = |channel: &str, matched: u64| {
        json!({
            "seen": 157, "streams": 3, "matched": matched, "delivered": matched, "lost_ring": 0, "lost_queue": 0,
            "channel": channel,
        })
    };
    assert_eq!(rows_now, [row(&ports.path, 150), row(&same.path, 50), row(&other.path, 7)]);

    // One goes; what it had counted stays in the sums.
    drop(first);
    let gone = async {
        loop {
            let rows = rows(&message(&mut counting).await, &COLUMNS);
            if rows.len() == 2 {
                break rows;
            }
        }
    };
    let rows_now = tokio::time::timeout(SOON, gone).await.expect("it is gone soon");
    assert!(rows_now.iter().all(|row| row["streams"] == 2 && row["seen"] == 157), "{rows_now:?}");
    send(&sender, 3, 1900);
    let mut left = 3;
    while left > 0 {
        left -= message(&mut second).await["data"]["values"][0].as_array().unwrap().len();
    }
    let text = metrics(&plugin).await;
    for (name, count) in [
        ("xdplive_packets_seen_total", 160),
        ("xdplive_rows_matched_total", 210),
        ("xdplive_rows_delivered_total", 210),
        ("xdplive_streams", 2),
        ("xdplive_attached", 1),
    ] {
        let line = format!("{name}{{direction=\"in\",interface=\"a\"}} {count}\n");
        assert!(text.contains(&line), "{line}{text}");
    }
    plugin.ask_to_end().await;
    assert!(plugin.wait().await);
}

/// Somebody who does not take rows loses them, and the sums say how many and why.
#[tokio::test]
async fn rows_that_nobody_takes_are_lost_in_the_queue() {
    const PACKETS: u64 = 300_000;
    let directory = tempfile::tempdir().unwrap();
    let namespace = Namespace::with_pair();
    let sender = Sender::new(&namespace, "b");
    let plugin = plugin(&namespace, directory.path()).await;
    let everything = ask(&plugin, json!({ "interfaces": ["a"], "direction": "in", "limit": null })).await;
    let not_taken = run(&plugin, &everything).await;
    send(&sender, PACKETS as usize, 1900);
    drop(not_taken);
    let settled = async {
        loop {
            let text = metrics(&plugin).await;
            let count = |name: &str, more: &str| -> u64 {
                let series = format!("xdplive_rows_{name}_total{{{more}direction=\"in\",interface=\"a\"}} ");
                let line = text.lines().find_map(|line| line.strip_prefix(&series));
                line.unwrap_or_else(|| panic!("{series}: {text}")).parse().unwrap()
            };
            let [queue, ring, closed] =
                ["queue", "ring", "closed"].map(|cause| count("lost", &format!("cause=\"{cause}\",")));
            let handled = queue + ring + closed + count("thinned", "") + count("delivered", "");
            if count("matched", "") == PACKETS && handled == PACKETS {
                break (queue, closed);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let (lost, closed) = tokio::time::timeout(SOON, settled).await.expect("everything is accounted for soon");
    // The queue holds 65,536 rows, and what is on its way to us a few messages.
    assert!(lost > 100_000, "{lost}");
    // What was in the queue when we went away is nobody's loss.
    assert!(closed > 10_000, "{closed}");
    plugin.ask_to_end().await;
    assert!(plugin.wait().await);
}

/// Containers come and go, each with an interface of its own name, while one panel watches them all.
#[tokio::test]
async fn an_interface_that_has_gone_leaves_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    let namespace = Namespace::with_pair();
    let settings = [("GF_PLUGIN_LINGER_SECONDS", "1")];
    let plugin = plugin_with(&namespace, directory.path(), &settings).await;
    let any = ask(&plugin, json!({ "interfaces": ["any"], "columns": ["interface"], "limit": null })).await;
    let mut running = run(&plugin, &any).await;
    let interfaces = async || -> BTreeSet<String> {
        let text = metrics(&plugin).await;
        // Those where a program is attached now.
        let series = text.lines().filter(|line| line.starts_with("xdplive_attached") && line.ends_with(" 1"));
        series
            .filter_map(|line| Some(line.split_once("interface=\"")?.1.split_once('"')?.0.to_owned()))
            .collect()
    };
    let turn_into = async |expected: [&str; 5], count: usize| {
        let expected: BTreeSet<String> = expected[..count].iter().map(|name| (*name).to_owned()).collect();
        let same = async {
            while interfaces().await != expected {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        let now = tokio::time::timeout(SOON, same).await;
        assert!(now.is_ok(), "{:?} instead of {expected:?}", interfaces().await);
    };
    const ALL: [&str; 5] = ["a", "b", "lo", "c", "d"];
    turn_into(ALL, 3).await;
    for _ in 0..2 {
        namespace.add_pair("c", "d");
        turn_into(ALL, 5).await;
        // It is really watched, also under a name that was there before.
        Sender::new(&namespace, "d").send(&to_port(1900));
        let mut seen = BTreeSet::new();
        while !seen.contains("c") {
            let names = message(&mut running).await["data"]["values"][0].take();
            seen.extend(names.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()));
        }
        namespace.ip(&["link", "del", "dev", "c"]);
        turn_into(ALL, 3).await;
    }
    drop(running);
    plugin.ask_to_end().await;
    assert!(plugin.wait().await);
}

#[test]
fn the_kernel_says_what_a_packet_costs_while_it_measures() {
    let namespace = Namespace::with_pair();
    let sender = Sender::new(&namespace, "b");
    let _measured = MeasuredKernel::start();
    let options = ["--interface", "a", "--query", "capture", "--direction", "in", "--interval", "100"];
    let watch = Watch::attached(&namespace, 1, &options);
    send(&sender, 1000, 1900);
    let outcome = watch.stop();
    let cost = outcome.rows.last().unwrap()["kernel_ns"].as_f64().unwrap();
    assert!((1.0..100_000.0).contains(&cost), "{cost} ns");
}
