//! The kind `rates`: counted in the kernel, whatever becomes of rows.

use serde_json::{Value, json};
use xdplive::host::Plugin;
use xdplive_corpus::named;
use xdplive_lab::{client, namespace::Namespace, send::Sender, watch::Watch};

fn sum(rows: &[Value], stream: u64, column: &str) -> u64 {
    rows.iter().filter(|row| row["stream"] == stream).map(|row| row[column].as_u64().unwrap()).sum()
}

#[test]
fn the_intervals_add_up_to_what_was_sent() {
    const PACKETS: u64 = 200_000;
    for hook in ["xdp-native", "tcx"] {
        let namespace = Namespace::with_pair();
        let sender = Sender::new(&namespace, "b");
        let frame = named::ssdp().bytes();
        let options = [
            "--interface",
            "a",
            "--direction",
            "in",
            "--hook",
            hook,
            "--query",
            "rates",
            "--interval",
            "100",
            "--filter",
            "udp port 1900",
            "--filter",
            "ttl > 1",
        ];
        let watch = Watch::attached(&namespace, 1, &options);
        for _ in 0..PACKETS {
            sender.send(&frame);
        }
        let outcome = watch.stop();
        outcome.assert_well();
        for (stream, packets) in [(0, PACKETS), (1, 0)] {
            assert_eq!(sum(&outcome.rows, stream, "packets"), packets, "{hook}");
            assert_eq!(sum(&outcome.rows, stream, "segments"), packets, "{hook}");
            assert_eq!(sum(&outcome.rows, stream, "bytes"), packets * frame.len() as u64, "{hook}");
            let accounts = outcome.accounts(stream as usize);
            let counts = ["seen", "unmatched", "thinned", "lost", "delivered"].map(|name| accounts[name]);
            assert_eq!(counts, [PACKETS, PACKETS - packets, 0, 0, packets], "{hook}");
        }
        let times =
            |stream| outcome.rows.iter().filter(move |row| row["stream"] == stream).map(|row| &row["time"]);
        assert!(times(0).zip(times(0).skip(1)).all(|(one, next)| one.as_u64() < next.as_u64()), "{hook}");
        assert!(outcome.rows.iter().all(|row| row["group"].is_null()));
    }
}

/// A stream that counts takes nothing from one that has rows, and is none in the accounts of rows.
#[tokio::test]
async fn counting_sends_no_rows() {
    let directory = tempfile::tempdir().unwrap();
    let namespace = Namespace::with_pair();
    let sender = Sender::new(&namespace, "b");
    let plugin = client::plugin(&namespace, directory.path()).await;
    let query = |kind: &str, columns: Value| json!({ "kind": kind, "interfaces": ["a"], "direction": "in", "columns": columns, "interval": 100 });
    let rates = client::ask(&plugin, query("rates", json!([]))).await;
    let counters = client::ask(&plugin, query("capture", json!(["seen", "streams", "channel"]))).await;
    let mut rates = client::run(&plugin, &rates).await;
    let mut counting = client::run(&plugin, &counters).await;
    for _ in 0..50 {
        sender.send(&named::ssdp().bytes());
    }
    let mut first = None;
    loop {
        let message = client::message(&mut rates).await;
        first.get_or_insert(message["schema"].clone());
        let values = &message["data"]["values"];
        assert_eq!(values.as_array().unwrap().len(), 2);
        if values[1][0].as_f64().unwrap() > 0.0 {
            break;
        }
    }
    let fields = first.unwrap()["fields"].take();
    assert_eq!(
        fields[1],
        json!({
            "name": "packets", "type": "number", "typeInfo": { "frame": "float64" },
            "config": { "unit": "pps", "description": "Packets on the wire, per second" },
        })
    );
    // The first ones may be from before.
    let counted = async {
        while client::message(&mut counting).await["data"]["values"] != json!([[50], [0], [null]]) {}
    };
    tokio::time::timeout(client::SOON, counted).await.expect("all is counted soon, and no stream has rows");
    assert!(
        client::metrics(&plugin)
            .await
            .contains("xdplive_rows_thinned_total{direction=\"in\",interface=\"a\"} 0\n")
    );
    plugin.ask_to_end().await;
    assert!(plugin.wait().await);
}

/// What a query is answered with once so many packets have been counted.
async fn past(plugin: &Plugin, query: &Value, packets: u64) -> Vec<u64> {
    let counted = async {
        loop {
            let past = client::numbers(plugin, query.clone()).await;
            if past.iter().sum::<u64>() == packets {
                break past;
            }
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(client::SOON, counted).await.expect("the past is there soon")
}

/// A panel opened later shows what was counted for another, up to now.
#[tokio::test]
async fn the_past_is_there_when_a_panel_opens() {
    let directory = tempfile::tempdir().unwrap();
    let namespace = Namespace::with_pair();
    let sender = Sender::new(&namespace, "b");
    let plugin = client::plugin(&namespace, directory.path()).await;
    let query = json!({
        "kind": "rates", "interfaces": ["a"], "direction": "in", "filter": "udp", "columns": ["packets"],
    });
    let channel = client::ask(&plugin, query.clone()).await;
    let running = client::run(&plugin, &channel).await;
    for _ in 0..500 {
        sender.send(&named::ssdp().bytes());
    }
    let before = past(&plugin, &query, 500).await;
    drop(running);
    let after = client::numbers(&plugin, query).await;
    assert_eq!(after[..before.len()], before, "nobody looks any more, and it is still there");
    assert_eq!(after.iter().sum::<u64>(), 500);
    plugin.ask_to_end().await;
    assert!(plugin.wait().await);
}

/// What a panel of packets left out has been counted all the same, in its slot, for whoever asks how many there were.
#[tokio::test]
async fn packets_that_are_looked_at_are_counted_whatever_the_limit_leaves_out() {
    let directory = tempfile::tempdir().unwrap();
    let namespace = Namespace::with_pair();
    let sender = Sender::new(&namespace, "b");
    let plugin = client::plugin(&namespace, directory.path()).await;
    let packets =
        |filter: &str| json!({ "interfaces": ["a"], "direction": "in", "filter": filter, "limit": 1 });
    let rates = json!({
        "kind": "rates", "interfaces": ["a"], "direction": "in", "filter": "udp", "columns": ["packets"],
    });
    let channel = client::ask(&plugin, packets("udp")).await;
    let running = client::run(&plugin, &channel).await;
    for _ in 0..500 {
        sender.send(&named::ssdp().bytes());
    }
    past(&plugin, &rates, 500).await;
    let metrics = client::metrics(&plugin).await;
    let thinned =
        metrics.lines().find(|line| line.starts_with("xdplive_rows_thinned_total{direction=\"in\""));
    let thinned: u64 = thinned.unwrap().rsplit(' ').next().unwrap().parse().unwrap();
    assert!((400..=500).contains(&thinned), "{thinned} of 500 were left out");
    // 63 more filters of packets, each with its counts, are no more than there is room for.
    let mut others = Vec::new();
    for ttl in 1..64 {
        let channel = client::ask(&plugin, packets(&format!("ttl {ttl}"))).await;
        others.push(client::run(&plugin, &channel).await);
    }
    drop((running, others));
    plugin.ask_to_end().await;
    assert!(plugin.wait().await);
}
