//! The kind `capture`: what has been counted, as an answer, as a stream, and as metrics.

use std::{sync::Arc, time::Duration};

use grafana_plugin_sdk::pluginv2::collect_metrics_response::Payload;
use serde_json::{Value, json};
use tokio::time::Instant;
use xdplive_filter::Filter;
use xdplive_packet::{Hook, event::Direction};
use xdplive_source::{
    Counted, Counts, HookAccounts, Host, InForce, InterfaceState, Label, LeftOut, StreamAccounts,
};

use crate::{
    context::{asked_by, service, viewer, with_settings},
    grafana::{Grafana, meta, next},
    source::Machine,
};

const QUERY: &str =
    r#"{"kind":"capture","columns":["interface","direction","seen","matched","channel","filter"]}"#;

/// A hook that is in force and has seen 100 packets.
pub(crate) fn hook(interface: &str, direction: Direction, streams: Vec<StreamAccounts>) -> HookAccounts {
    HookAccounts {
        host: Host::only("nas"),
        state: None,
        reason: String::new(),
        interface: interface.into(),
        uplink: false,
        direction,
        hook: Some(Hook::TcxIngress),
        seen: 100,
        own: 0,
        streams,
        ended: Counts::default(),
        ring_used: 0.0,
        kernel_time: None,
        flow_overflow: 0,
    }
}

/// A machine that has counted for a stream of the tests' data source and for one of another.
fn machine() -> Machine {
    let stream = |owner: &str, filter| StreamAccounts {
        id: if owner == "1/p4ck3ts" { 1 } else { 2 },
        has_rows: true,
        label: Arc::new(Label { owner: owner.to_owned(), stream: "packets/1f".to_owned() }),
        filter: Arc::new(Filter::parse(filter).unwrap()),
        counts: Counts { matched: 20, delivered: 20, ..Counts::default() },
    };
    let accounts = vec![
        hook("eth0", Direction::In, vec![stream("1/p4ck3ts", "udp"), stream("2/p4ck3ts", "host 192.0.2.7")]),
        hook("eth0", Direction::Out, Vec::new()),
        hook("wg0", Direction::In, Vec::new()),
    ];
    let in_force = |hook, reason: &str| InForce {
        host: Host::only("nas"),
        interface: "eth0".to_owned(),
        hook,
        reason: reason.to_owned(),
        expected: reason.is_empty(),
    };
    let in_force = vec![in_force(Hook::TcxIngress, "the device is virtual"), in_force(Hook::TcxEgress, "")];
    Machine { accounts, in_force, ..Machine::default() }
}

fn values(message: &[u8]) -> Value {
    let mut message: Value = serde_json::from_slice(message).unwrap();
    message["data"]["values"].take()
}

fn expected() -> Value {
    json!([
        ["eth0", "eth0", "eth0"],
        ["in", "in", "out"],
        [100, 100, 100],
        [20, 20, 0],
        ["packets/1f", "other/2", null],
        ["udp", null, null],
    ])
}

#[tokio::test(start_paused = true)]
async fn they_come_again_after_each_interval() {
    let mut grafana = Grafana::start_on(machine(), &[]).await;
    let query = QUERY.replace("\"capture\",", "\"capture\",\"interval\":250,");
    let (mut running, stream) = grafana.stream(&query).await;
    assert_eq!(stream.request.wanted, None);
    let start = Instant::now();
    for message in 0..3 {
        let packet = next(&mut running).await.unwrap();
        assert_eq!(packet.data.starts_with(b"{\"schema\":"), message == 0);
        assert_eq!(values(&packet.data), expected());
        assert_eq!(start.elapsed().as_millis() / 10, Duration::from_millis(250).as_millis() * message / 10);
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_brings_them_once_more() {
    let mut grafana = Grafana::start_on(machine(), &[]).await;
    let (mut running, mut stream) = grafana.stream(QUERY).await;
    next(&mut running).await.unwrap();
    grafana.shut_down().await;
    assert_eq!(values(&next(&mut running).await.unwrap().data), expected());
    stream.ended().await;
    stream.close(Counted { seen: 100, matched: 0, thinned: 0, lost: 0, ..Counted::default() });
    assert_eq!(next(&mut running).await, None);
    let trailers = running.trailers().await.unwrap().unwrap();
    let counts = ["seen", "unmatched", "thinned", "lost", "delivered"]
        .map(|name| trailers.get(format!("xdplive-{name}")).unwrap().to_str().unwrap().to_owned());
    assert_eq!(counts, ["100", "100", "0", "0", "0"]);
}

/// The capture comes to its end by itself when the loader does.
#[tokio::test(start_paused = true)]
async fn a_capture_that_ends_is_an_error() {
    let mut grafana = Grafana::start_on(machine(), &[]).await;
    let (mut running, stream) = grafana.stream(QUERY).await;
    next(&mut running).await.unwrap();
    stream.close(Counted::default());
    let error = running.message().await.unwrap_err();
    assert_eq!(error.message(), "the capture has ended");
}

#[tokio::test(start_paused = true)]
async fn where_nothing_is_attached_it_waits() {
    let mut grafana = Grafana::start().await;
    let (mut running, mut stream) = grafana.stream(QUERY).await;
    let hour = Duration::from_secs(3600);
    assert!(
        tokio::time::timeout(hour, running.message()).await.is_err(),
        "a message without rows, or the end"
    );
    assert!(!stream.has_ended());
}

#[tokio::test]
async fn the_answer_has_the_first_rows_and_says_why_a_hook_is_in_force() {
    let grafana = Grafana::start_on(machine(), &[]).await;
    let answer = grafana.answer(viewer(), r#"{"kind":"capture"}"#).await;
    assert_eq!(answer.error, "");
    let meta = meta(&answer.frames[0]);
    let notice = json!({ "severity": "info", "text": "eth0 in by tcx: the device is virtual" });
    assert_eq!(meta["notices"], json!([notice]));
    let hooks = json!([
        { "host": "nas", "interface": "eth0", "direction": "in", "hook": "tcx", "state": "attached", "reason": "the device is virtual" },
        { "host": "nas", "interface": "eth0", "direction": "out", "hook": "tcx", "state": "attached", "reason": "" },
    ]);
    assert_eq!(meta["custom"]["hooks"], hooks);
    assert_eq!(meta["custom"]["leftOut"], Value::Null, "nothing is");
    assert!(meta["custom"]["channel"].as_str().unwrap().starts_with("capture/"));
    let file = std::io::Cursor::new(&answer.frames[0]);
    let rows: usize = arrow_ipc::reader::FileReader::try_new(file, None)
        .unwrap()
        .map(|batch| batch.unwrap().num_rows())
        .sum();
    assert_eq!(rows, 3);
}

/// Hundreds of interfaces can be asked for: the first that are left out are named, all are counted.
#[tokio::test]
async fn the_answer_says_what_is_left_out_and_why() {
    let left_out = |number: usize, state: InterfaceState, reason: &str| LeftOut {
        host: Host::only("nas"),
        interface: format!("veth{number}"),
        direction: Direction::In,
        state,
        reason: reason.to_owned(),
    };
    let attaching = (0..30).map(|number| left_out(number, InterfaceState::Attaching, ""));
    let refused = left_out(77, InterfaceState::Refused, "tcx: no room; tried again in 4 s");
    let left_out = attaching.chain([refused]).collect();
    let grafana = Grafana::start_on(Machine { left_out, ..machine() }, &[]).await;
    let answer = grafana.answer(viewer(), r#"{"kind":"capture"}"#).await;
    let meta = meta(&answer.frames[0]);
    let hooks = meta["custom"]["hooks"].as_array().unwrap();
    assert_eq!(hooks.len(), 2 + 20);
    let first = json!({
        "host": "nas", "interface": "veth77", "direction": "in", "hook": null, "state": "refused",
        "reason": "tcx: no room; tried again in 4 s",
    });
    assert_eq!(hooks[2], first, "what is refused comes first");
    assert_eq!(
        meta["custom"]["leftOut"],
        json!({ "refused": 1, "attaching": 30, "absent": 0, "unreachable": 0 })
    );
    let text = "Left out: veth77 in (refused: tcx: no room; tried again in 4 s), veth0 in (attaching), veth1 in (attaching) \
                and 28 more";
    assert_eq!(meta["notices"], json!([{ "severity": "warning", "text": text }]));
}

/// A packet's answer names the accounts of its hooks, which can be subscribed to as they are named.
#[tokio::test(start_paused = true)]
async fn packets_lead_to_their_accounts() {
    let grafana = Grafana::start_on(machine(), &[]).await;
    let answer = grafana.answer(viewer(), r#"{"direction":"in","filter":"udp","limit":5}"#).await;
    let custom = meta(&answer.frames[0])["custom"].take();
    assert_eq!(custom["hooks"].as_array().unwrap().len(), 1, "of the direction asked for");
    let other = grafana.answer(viewer(), r#"{"direction":"in","columns":["ttl"]}"#).await;
    let same = meta(&other.frames[0])["custom"]["capture"].take();
    assert_eq!(custom["capture"], same, "panels on one interface share them");
    let path = same["channel"].as_str().unwrap();
    let (status, _) = grafana.subscribe(viewer(), path, &same["data"]).await;
    assert_eq!(status as i32, 0);
    let asked = grafana.answer(viewer(), &same["data"].to_string()).await;
    assert_eq!(meta(&asked.frames[0])["custom"]["channel"], path);
}

/// How many packets there are is no secret; an interface that may not be watched is.
#[tokio::test]
async fn services_may_see_them_but_not_beyond_the_interfaces_allowed() {
    let grafana = Grafana::start_on(machine(), &[]).await;
    for login in ["service", "grafana_scheduler"] {
        let answer = grafana.answer(asked_by(Some(service(login))), r#"{"kind":"capture"}"#).await;
        assert_eq!(answer.error, "", "{login}");
    }
    let narrowed = with_settings(r#"{"allowedInterfaces":["wg*"]}"#);
    let answer = grafana.answer(narrowed, r#"{"kind":"capture"}"#).await;
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn the_columns_can_be_listed() {
    let grafana = Grafana::start().await;
    let (status, body) = grafana.resource(viewer(), "GET", "columns?kind=capture").await;
    assert_eq!(status, 200);
    let seen = json!({
        "name": "seen", "type": "number", "nullable": false,
        "description": "Packets seen there since it is watched",
    });
    assert!(body["columns"].as_array().unwrap().contains(&seen));
    let (status, body) = grafana.resource(viewer(), "GET", "columns?kind=hosts").await;
    let message = "there are no columns of kind \"hosts\"; there are packets, rates, flows, capture, \
                   interfaces and drops";
    assert_eq!((status, body), (400, json!({ "message": message })));
}

#[tokio::test]
async fn metrics_are_theirs() {
    let metrics = Grafana::start_on(machine(), &[]).await.metrics().await.metrics;
    let Some(Payload { prometheus }) = metrics else { panic!("no metrics") };
    let text = String::from_utf8(prometheus).unwrap();
    assert!(
        text.contains("xdplive_rows_delivered_total{direction=\"in\",interface=\"eth0\"} 40\n"),
        "{text}"
    );
}
