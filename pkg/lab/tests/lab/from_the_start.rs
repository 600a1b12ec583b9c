//! What is counted with nobody there, by real programs.

use std::time::Duration;

use grafana_plugin_sdk::pluginv2::CheckHealthRequest;
use serde_json::{Value, json};
use xdplive::host::{self, Plugin};
use xdplive_corpus::named;
use xdplive_lab::{
    client::{self, SOON},
    namespace::Namespace,
    send::Sender,
    watch::Watch,
};

/// A pair, one end of which has the default route.
fn with_default_route() -> Namespace {
    let namespace = Namespace::with_pair();
    namespace.ip(&["addr", "add", "192.0.2.1/24", "dev", "a"]);
    namespace.ip(&["route", "add", "default", "via", "192.0.2.254"]);
    namespace
}

/// The check `watch` of health, once it says `word`.
async fn health(plugin: &Plugin, word: &str) -> String {
    let found = async {
        loop {
            let request = CheckHealthRequest {
                plugin_context: Some(client::context()),
                ..CheckHealthRequest::default()
            };
            let health = plugin.diagnostics().check_health(request).await.unwrap().into_inner();
            let details: Value = serde_json::from_slice(&health.json_details).unwrap();
            let checks = details["report"]["checks"].as_array().unwrap().clone();
            let check = checks.iter().find(|check| check["name"] == "watch").unwrap();
            let detail = check["detail"].as_str().unwrap().to_owned();
            if detail.contains(word) {
                return detail;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(SOON, found).await.expect("health says so soon")
}

/// Waits until the column of numbers of a query adds up to so many, and returns the numbers.
async fn adds_up(plugin: &Plugin, query: Value, expected: u64) -> Vec<u64> {
    let counted = async {
        loop {
            let numbers = client::numbers(plugin, query.clone()).await;
            if numbers.iter().sum::<u64>() == expected {
                return numbers;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(SOON, counted).await.expect("all of them are counted soon")
}

/// Nobody has asked for anything before: the first answers have what came meanwhile, to the packet.
#[tokio::test]
async fn the_first_look_shows_what_came_before() {
    const PACKETS: u64 = 3000;
    let directory = tempfile::tempdir().unwrap();
    let namespace = with_default_route();
    let plugin = client::plugin_as_installed(&namespace, directory.path(), &[]).await;
    let said = health(&plugin, "in by tcx, out by tcx").await;
    assert!(said.starts_with("counted from the start: a (") && said.contains("watch = none"), "{said}");
    let sender = Sender::new(&namespace, "b");
    let frame = named::ssdp().bytes();
    sender.send_at(1500, PACKETS as u32, |_| frame.clone());
    let query = |more: Value| {
        let mut query = json!({ "kind": "rates", "direction": "in" });
        query.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        query
    };
    let packets = adds_up(&plugin, query(json!({ "columns": ["packets"] })), PACKETS).await;
    assert!(packets.iter().filter(|packets| **packets > 0).count() >= 2, "by the second: {packets:?}");
    for group_by in
        ["protocol", "source", "destination", "source_port", "destination_port", "cast", "interface"]
    {
        adds_up(&plugin, query(json!({ "columns": ["packets"], "groupBy": group_by })), PACKETS).await;
    }
    let bytes = PACKETS * frame.len() as u64;
    adds_up(&plugin, query(json!({ "columns": ["bytes"], "groupBy": "cast", "interval": 10_000 })), bytes)
        .await;
    adds_up(&plugin, query(json!({ "columns": ["packets"], "groupBy": "host_ip" })), 2 * PACKETS).await;
    let since_start =
        json!({ "kind": "flows", "since": "start", "columns": ["packets"], "filter": "udp port 1900" });
    adds_up(&plugin, since_start, PACKETS).await;
    plugin.ask_to_end().await;
    assert!(plugin.wait().await);
}

/// Who asks for another hook gets it, and what is counted from the start goes on by that.
#[tokio::test]
async fn another_hook_is_not_in_the_way() {
    let directory = tempfile::tempdir().unwrap();
    let namespace = with_default_route();
    let plugin = client::plugin_as_installed(&namespace, directory.path(), &[]).await;
    let sender = Sender::new(&namespace, "b");
    let frame = named::ssdp().bytes();
    let mut sent = 0;
    for hook in ["auto", "xdp-generic", "tcx"] {
        let expected = if hook == "auto" { "tcx" } else { hook };
        let context = host::context(&json!({ "hook": hook }));
        let answer = client::frame(&plugin, context, json!({ "direction": "in", "columns": ["ttl"] })).await;
        let custom = client::custom_of(&answer);
        assert_eq!(custom["hooks"][0]["hook"], expected, "{custom}");
        health(&plugin, &format!("in by {expected}")).await;
        (0..500).for_each(|_| sender.send(&frame));
        sent += 500;
        let udp =
            json!({ "kind": "rates", "direction": "in", "groupBy": "protocol", "columns": ["packets"] });
        adds_up(&plugin, udp, sent).await;
    }
    plugin.ask_to_end().await;
    assert!(plugin.wait().await);
}

/// The command attaches what it is asked for, and nothing else.
#[test]
fn the_command_counts_nothing_from_the_start() {
    let namespace = with_default_route();
    namespace.add_pair("c", "d");
    let options = ["--interface", "c", "--hook", "tcx", "--query", "rates", "--count", "3"];
    let outcome = Watch::start(&namespace, &options).finish();
    outcome.assert_well();
    let attached: Vec<&String> = outcome.errors.iter().filter(|line| line.starts_with("attached ")).collect();
    assert_eq!(attached, ["attached c in by tcx", "attached c out by tcx"]);
}
