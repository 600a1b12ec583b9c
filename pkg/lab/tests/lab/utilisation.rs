//! Percent of a link's speed, against a flood of known size. A veth pair says 10 Gbit/s.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use xdplive_corpus::named;
use xdplive_lab::{client, namespace::Namespace, send::Sender};

/// Bits a second in each direction.
const SPEED: f64 = 10e9;
const PACKETS: u64 = 20_000;

/// `bits` a second as percent of the speed, as far as both are rounded.
fn is_share(percent: f64, bits: f64) -> bool {
    (percent - 100.0 * bits / SPEED).abs() < 2e-6
}

/// Both directions of an interface have its whole speed, so it is as busy as the busier one.
#[tokio::test]
async fn it_is_the_bits_of_the_busier_direction() {
    let directory = tempfile::tempdir().unwrap();
    let namespace = Namespace::with_pair();
    let (to_a, from_a) = (Sender::new(&namespace, "b"), Sender::new(&namespace, "a"));
    let plugin = client::plugin(&namespace, directory.path()).await;
    let query = |direction: &str, more: Value| {
        let mut query = json!({ "kind": "rates", "interfaces": ["a"], "direction": direction });
        query.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        query
    };
    let utilisation = query("both", json!({ "measure": "utilisation" }));
    let channel = client::ask(&plugin, utilisation.clone()).await;
    let mut running = client::run(&plugin, &channel).await;
    let frame = named::ssdp().bytes();
    for number in 0..PACKETS {
        to_a.send(&frame);
        if number % 4 == 0 {
            from_a.send(&frame);
        }
    }
    let bytes = query("in", json!({ "columns": ["bytes"] }));
    let counted = async {
        while client::numbers(&plugin, bytes.clone()).await.iter().sum::<u64>() < PACKETS * frame.len() as u64
        {
            client::message(&mut running).await;
        }
    };
    tokio::time::timeout(client::SOON, counted).await.expect("all are counted soon");
    // All of these are of the same seconds.
    let received = client::series(&plugin, query("in", json!({ "measure": "bits" }))).await;
    let sent = client::series(&plugin, query("out", json!({ "measure": "bits" }))).await;
    let found = client::series(&plugin, utilisation).await;
    let of_out = client::series(&plugin, query("out", json!({ "measure": "utilisation" }))).await;
    let busy = found.iter().filter(|(_, percent)| *percent > 0.0).count();
    assert!(busy > 0, "{found:?}");
    for (((time, percent), (_, received)), ((_, sent), (_, of_out))) in
        found.iter().zip(&received).zip(sent.iter().zip(&of_out))
    {
        assert!(is_share(*percent, received.max(*sent)), "{time}: {percent} of {received} and {sent}");
        assert!(is_share(*of_out, *sent), "{time}: {of_out} of {sent}");
    }
    plugin.ask_to_end().await;
    assert!(plugin.wait().await);
}

/// The series of a message by time and group.
fn add(found: &mut BTreeMap<(i64, String), f64>, message: &Value) {
    let [times, groups, values] = &message["data"]["values"].as_array().unwrap()[..] else {
        panic!("{message}")
    };
    for ((time, group), value) in
        times.as_array().unwrap().iter().zip(groups.as_array().unwrap()).zip(values.as_array().unwrap())
    {
        let key = (time.as_i64().unwrap(), group.as_str().unwrap().to_owned());
        assert_eq!(found.insert(key, value.as_f64().unwrap()), None, "a row comes once");
    }
}

/// When the intervals of these rows end.
fn ends(rows: &BTreeMap<(i64, String), f64>) -> BTreeSet<i64> {
    rows.keys().map(|(time, _)| *time).collect()
}

/// Shares of groups are those of their bits, made of the same intervals.
#[tokio::test]
async fn groups_have_their_share() {
    for (group_by, direction) in [("direction", "both"), ("interface", "both"), ("host_ip", "in")] {
        let directory = tempfile::tempdir().unwrap();
        let namespace = Namespace::with_pair();
        let sender = Sender::new(&namespace, "b");
        let plugin = client::plugin(&namespace, directory.path()).await;
        let query = |measure: &str| {
            json!({
                "kind": "rates", "interfaces": ["a"], "direction": direction, "groupBy": group_by, "measure": measure,
                "interval": 200,
            })
        };
        let (bits, percent) =
            (client::ask(&plugin, query("bits")).await, client::ask(&plugin, query("utilisation")).await);
        let mut bits = client::run(&plugin, &bits).await;
        let mut percent = client::run(&plugin, &percent).await;
        let (mut of_bits, mut shares) = (BTreeMap::new(), BTreeMap::new());
        // The first interval of each has no end before it that tells where it begins.
        sender.send(&named::ssdp().bytes());
        add(&mut of_bits, &client::message(&mut bits).await);
        add(&mut shares, &client::message(&mut percent).await);
        for _ in 0..PACKETS {
            sender.send(&named::ssdp().bytes());
        }
        for _ in 0..8 {
            add(&mut of_bits, &client::message(&mut bits).await);
            add(&mut shares, &client::message(&mut percent).await);
        }
        // Streams begin one after the other: what begins and ends at the same time is the same interval.
        let (ends, ends_of_bits) = (ends(&shares), ends(&of_bits));
        let before = |ends: &BTreeSet<i64>, time: i64| ends.range(..time).next_back().copied();
        let is_same =
            |time: i64| before(&ends, time).is_some() && before(&ends, time) == before(&ends_of_bits, time);
        let both: Vec<_> = shares
            .iter()
            .filter(|((time, _), _)| is_same(*time))
            .filter_map(|(key, share)| Some((key, *share, *of_bits.get(key)?)))
            .collect();
        assert!(both.iter().any(|(_, share, _)| *share > 0.0), "{group_by}: {shares:?} {of_bits:?}");
        for (key, share, bits) in both {
            assert!(is_share(share, bits), "{group_by} {key:?}: {share} of {bits}");
        }
        plugin.ask_to_end().await;
        assert!(plugin.wait().await);
    }
}
