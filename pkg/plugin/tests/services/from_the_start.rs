//! What is counted with nobody there, and shown to who looks for the first time.

use std::{ops::RangeInclusive, sync::Arc, time::Duration};

use grafana_plugin_sdk::pluginv2::PluginContext;
use serde_json::{Value, json};
use xdplive_packet::{
    event::Direction::{self, In, Out},
    flow::{FlowCounters, FlowKey},
};
use xdplive_source::{HookChoice, Interface, InterfaceSet, Interfaces};

use crate::{
    context::{asked_by, service, viewer, with_settings},
    feed::{answer, arp, columns, flow, tcp, udp},
    grafana::{Grafana, WATCH_UNSET, meta, query_over, rows},
    source::{Machine, Stream},
};

/// A plugin whose administrator has said nothing, and what counts from the start.
async fn started(machine: Machine) -> (Grafana, Stream) {
    let mut grafana = Grafana::start_on(machine, &[WATCH_UNSET]).await;
    let counted = grafana.started().await;
    (grafana, counted)
}

/// Waits until what was handed on is counted.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(10)).await;
}

fn name(stream: &Stream) -> &str {
    match &stream.request.interfaces {
        InterfaceSet::Named(names) => &names[0],
        others => panic!("{others:?}"),
    }
}

/// Rows and metadata of an answer over a range, ms since 1970.
async fn over(
    grafana: &Grafana,
    context: PluginContext,
    json: &str,
    range: RangeInclusive<i64>,
) -> (Vec<Value>, Value) {
    let mut answers = grafana.query(Some(context), vec![query_over("A", json, range)]).await;
    let answer = answers.remove("A").unwrap();
    assert_eq!(answer.error, "", "{json}");
    let frame = &answer.frames[0];
    (rows(frame).into_iter().map(|(_, values)| values).collect(), meta(frame))
}

#[tokio::test(start_paused = true)]
async fn the_interface_with_the_default_route_is_counted_in_a_way_that_harms_no_card() {
    let (grafana, mut counted) = started(Machine::default()).await;
    assert_eq!((name(&counted), counted.request.hook), ("eth0", HookChoice::Shared));
    assert_eq!(
        (&counted.request.wanted, counted.request.directions.as_slice()),
        (&None, &Direction::ALL[..])
    );
    assert_eq!(counted.flows.as_ref().unwrap().1, Duration::from_secs(1));
    let (_, settings) = grafana.resource(viewer(), "GET", "settings").await;
    assert_eq!(settings["settings"]["watch"], json!({ "value": ["eth0"], "set": false }));
    tokio::time::sleep(Duration::from_secs(3600)).await;
    assert!(!counted.has_ended());
}

#[tokio::test(start_paused = true)]
async fn it_follows_the_default_route() {
    let (mut grafana, mut first) = started(Machine::default()).await;
    let set = |grafana: &Grafana, default: Option<&str>| {
        let interfaces: Interfaces = Machine::default()
            .interfaces
            .iter()
            .map(|one| Interface { default: default == Some(&one.name), ..one.clone() })
            .collect();
        *grafana.source.interfaces.lock().unwrap() = Arc::new(interfaces);
    };
    set(&grafana, None);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(!first.has_ended(), "it may come back");
    set(&grafana, Some("wg0"));
    let second = grafana.started().await;
    assert_eq!(name(&second), "wg0");
    first.ended().await;
}

#[tokio::test(start_paused = true)]
async fn the_administrator_decides_what_is_counted() {
    for (settings, expected) in [
        (vec![WATCH_UNSET, ("interfaces", "wg*")], vec![]),
        (vec![("watch", "none")], vec![]),
        (vec![("watch", "")], vec![]),
        (vec![("watch", "eth0/1")], vec![]),
        (vec![("watch", "wg0 ppp0")], vec![("ppp0", HookChoice::Auto), ("wg0", HookChoice::Auto)]),
        (vec![("watch", "eth0"), ("hook", "xdp-native")], vec![("eth0", HookChoice::XdpNative)]),
    ] {
        let mut grafana = Grafana::start_on(Machine::default(), &settings).await;
        tokio::time::sleep(Duration::from_secs(60)).await;
        let started = grafana.all_started();
        let mut found: Vec<_> = started.iter().map(|one| (name(one), one.request.hook)).collect();
        found.sort_unstable_by_key(|(name, _)| *name);
        assert_eq!(found, expected, "{settings:?}");
    }
    let no_tcx = Machine { no_shared_hook: Some("no TCX".to_owned()), ..Machine::default() };
    let mut grafana = Grafana::start_on(no_tcx, &[WATCH_UNSET]).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(grafana.all_started().is_empty());
    let health = grafana.health(Some(with_settings(""))).await;
    let details: Value = serde_json::from_slice(&health.json_details).unwrap();
    let check =
        json!({ "name": "watch", "outcome": "ok", "detail": "nothing is counted from the start: no TCX" });
    assert_eq!(details["report"]["checks"][0], check);
}

/// Three seconds of packets at eth0: of a conversation, of Grafana's own, and others.
fn count_three_seconds(counted: &Stream) {
    let own = xdplive_corpus::frame::Ipv4 { source: [192, 0, 2, 1], ..answer(9, 3000) };
    counted.count(0, vec![flow(tcp(1, 443), Out, 5), flow(answer(1, 443), In, 7), flow(own, Out, 70)], 0);
    counted.count(1, vec![flow(udp(1, 53), Out, 9), flow(arp(), Out, 3)], 2);
    counted.count(2, vec![flow(tcp(1, 443), Out, 1)], 0);
}

/// Grouped or not, in each direction, in tables and graphs, with Grafana's own packets and without.
#[tokio::test(start_paused = true)]
async fn the_past_is_there_for_the_first_who_looks() {
    let (grafana, counted) = started(Machine::default()).await;
    count_three_seconds(&counted);
    settle().await;
    let shows_own = || with_settings(r#"{"showOwnTraffic":true}"#);
    for (context, json, expected) in [
        (viewer(), r#"{"kind":"rates"}"#, json!([[1000, 2000, 3000], [12.0, 14.0, 1.0]])),
        (viewer(), r#"{"kind":"rates","direction":"in"}"#, json!([[1000, 2000, 3000], [7.0, 2.0, 0.0]])),
        (shows_own(), r#"{"kind":"rates","interval":3000}"#, json!([[3000], [32.33]])),
        (
            viewer(),
            r#"{"kind":"rates","groupBy":"protocol","top":1}"#,
            json!([[1000, 2000, 3000], [12.0, 0.0, 1.0], [0.0, 14.0, 0.0]]),
        ),
        (
            viewer(),
            r#"{"kind":"rates","groupBy":"cast","measure":"bits","direction":"out"}"#,
            json!([[1000, 2000, 3000], [4000.0, 9600.0, 800.0]]),
        ),
        (
            shows_own(),
            r#"{"kind":"rates","groupBy":"source","columns":["time","group","packets"],"top":1}"#,
            json!([
                [1000, 1000, 2000, 2000, 3000],
                ["192.0.2.1", "other", "192.0.2.1", "other", "192.0.2.1"],
                [75, 7, 9, 5, 1],
            ]),
        ),
        (
            viewer(),
            r#"{"kind":"rates","groupBy":"interface","columns":["group","packets"],"interval":60000}"#,
            json!([["eth0"], [27]]),
        ),
    ] {
        let (found, meta) = over(&grafana, context, json, 0..=10_000).await;
        assert_eq!(json!(found), expected, "{json}");
        assert_eq!((&meta["custom"]["kept_from"], &meta["notices"]), (&json!(0), &Value::Null), "{json}");
    }
    // A filter was not asked for then, and nobody counts on all interfaces, or on another.
    for json in [
        r#"{"kind":"rates","filter":"udp"}"#,
        r#"{"kind":"rates","groupBy":"vlan","filter":"udp"}"#,
        r#"{"kind":"rates","groupBy":"vlan","interfaces":["any"]}"#,
        r#"{"kind":"rates","interfaces":["eth0","wg0"]}"#,
    ] {
        let (found, meta) = over(&grafana, viewer(), json, 0..=10_000).await;
        assert_eq!((&found[0], &meta["custom"]["kept_from"]), (&json!([]), &Value::Null), "{json}");
    }
}

/// What a stream has sent stands as it was sent; what was before it was counted from the start.
#[tokio::test(start_paused = true)]
async fn what_was_counted_and_what_is_streamed_are_joined() {
    let (mut grafana, counted) = started(Machine::default()).await;
    count_three_seconds(&counted);
    settle().await;
    let json = r#"{"kind":"rates","groupBy":"protocol","columns":["time","group","packets"]}"#;
    let (mut running, stream) = grafana.stream(json).await;
    // Of the second that has begun nothing is known before.
    stream.count_on("eth0", 3400, 4400, vec![flow(udp(1, 53), Out, 4)], 0);
    counted.count_on("eth0", 3000, 4000, vec![flow(udp(1, 53), Out, 900)], 0);
    counted.count_on("eth0", 4000, 5000, vec![flow(udp(1, 53), Out, 900)], 0);
    columns(&mut running).await;
    let expected = json!([
        [1000, 2000, 2000, 2000, 3000, 4400],
        ["TCP", "UDP", null, "other", "TCP", "UDP"],
        [12, 9, 3, 2, 1, 4],
    ]);
    assert_eq!(json!(over(&grafana, viewer(), json, 0..=10_000).await.0), expected);
    // Once nobody looks any more, all was counted from the start.
    drop((running, stream));
    tokio::time::sleep(Duration::from_secs(120)).await;
    let (found, _) = over(&grafana, viewer(), json, 3500..=10_000).await;
    assert_eq!(json!(found), json!([[4000, 5000], ["UDP", "UDP"], [900, 900]]));
}

/// A flow whose packets were seen just now.
fn recent(flow: (FlowKey, FlowCounters)) -> (FlowKey, FlowCounters) {
    let last = u64::try_from(xdplive_capture::clock::milliseconds()).unwrap() * 1_000_000;
    (flow.0, FlowCounters { first: last, last, ..flow.1 })
}

/// A table of conversations since the start begins with those of before, and goes on with the same.
#[tokio::test(start_paused = true)]
async fn conversations_are_those_since_the_start() {
    let (mut grafana, counted) = started(Machine::default()).await;
    let all = || {
        vec![
            recent(flow(tcp(1, 443), Out, 5)),
            recent(flow(answer(1, 443), In, 7)),
            recent(flow(udp(1, 53), Out, 2)),
        ]
    };
    counted.count(0, all(), 0);
    counted.count(1, all(), 0);
    settle().await;
    let json = |more: &str| {
        format!(
            r#"{{"kind":"flows","since":"start","columns":["destination_port","packets","reverse_packets"]{more}}}"#
        )
    };
    let now = || {
        let now = xdplive_capture::clock::milliseconds();
        now - 300_000..=now
    };
    for (more, expected) in [
        ("", json!([[443, 53], [10, 4], [14, 0]])),
        (r#","top":1"#, json!([[443], [10], [14]])),
        (r#","filter":"udp""#, json!([[53], [4], [0]])),
        (r#","filter":"src port 443""#, json!([[50_000], [14], [0]])),
        (r#","direction":"out""#, json!([[443, 53], [10, 4], [0, 0]])),
        (r#","interfaces":["wg0"]"#, json!([[], [], []])),
    ] {
        assert_eq!(json!(over(&grafana, viewer(), &json(more), now()).await.0), expected, "{more}");
    }
    let past = 0..=xdplive_capture::clock::milliseconds() - 60_000;
    assert_eq!(over(&grafana, viewer(), &json(""), past).await.0[0], json!([]), "it is of now");

    let (mut running, stream) = grafana.stream(&json("")).await;
    let more = || vec![recent(flow(udp(1, 53), Out, 100))];
    counted.count(2, more(), 0);
    settle().await;
    stream.count(2, more(), 0);
    assert_eq!(columns(&mut running).await, json!([[53, 443], [104, 10], [0, 14]]));
    // Where it is not counted from the start any more, the stream begins anew.
    *grafana.source.interfaces.lock().unwrap() = Arc::new(
        Machine::default()
            .interfaces
            .iter()
            .map(|one| Interface { default: one.name == "wg0", ..one.clone() })
            .collect(),
    );
    assert_eq!(name(&grafana.started().await), "wg0");
    settle().await;
    stream.count(3, more(), 0);
    assert_eq!(running.message().await.unwrap_err().code(), tonic::Code::Unavailable);
}

/// An alert rule is told of a beginning only where there is one.
#[tokio::test(start_paused = true)]
async fn a_rule_has_the_past_at_its_first_evaluation() {
    let (mut grafana, counted) = started(Machine::default()).await;
    count_three_seconds(&counted);
    settle().await;
    grafana.headers.insert("FromAlert".to_owned(), "true".to_owned());
    let scheduler = || asked_by(Some(service("grafana_scheduler")));
    let (found, meta) = over(&grafana, scheduler(), r#"{"kind":"rates"}"#, 0..=10_000).await;
    assert_eq!((&found[1], &meta["notices"]), (&json!([12.0, 14.0, 1.0]), &Value::Null));
    let (_, meta) = over(&grafana, scheduler(), r#"{"kind":"rates","filter":"udp"}"#, 0..=10_000).await;
    assert!(meta["notices"][0]["text"].as_str().unwrap().starts_with("Counting since "), "{meta}");
}
