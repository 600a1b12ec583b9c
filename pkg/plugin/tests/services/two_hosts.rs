//! Two hosts as one source: `nas`, whose clock is right, and `box`, whose clock is three seconds ahead.

use std::sync::Arc;

use grafana_plugin_sdk::pluginv2::collect_metrics_response::Payload;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use xdplive_packet::{
    event::Direction::{In, Out},
    flow::{FlowCounters, FlowKey, Sum},
};
use xdplive_source::{
    Counted, HookAccounts, HookChoice, Host, HostId, HostSet, InterfaceSet, Merged, Request, Source,
};

use crate::{
    accounts::hook,
    context::viewer,
    feed::{accounts, columns, flow, tcp},
    grafana::{Grafana, patiently, query_over, rows},
    source::{FakeSource, Machine, Stream},
};

/// Milliseconds by which the clock of `box` is ahead.
const AHEAD: u64 = 3000;

/// What a machine has counted for whatever stream.
fn counted(received: u64, sent: u64) -> Option<[Sum; 2]> {
    Some([received, sent].map(|packets| Sum { packets, segments: packets, bytes: 100 * packets }))
}

/// The plugin on both, and the streams that `box` is asked for.
async fn start() -> (Grafana, mpsc::UnboundedReceiver<Stream>) {
    let nas = Machine {
        counts: counted(600, 400),
        accounts: vec![hook("eth0", In, Vec::new())],
        ..Machine::default()
    };
    let host = Host::only("box");
    let accounts = vec![HookAccounts { host: host.clone(), ..hook("eth0", In, Vec::new()) }];
    let ahead = AHEAD as i64 * 1_000_000;
    let second = Machine { host, ahead, counts: counted(60, 40), accounts, ..Machine::default() };
    let (second, streams) = FakeSource::new(second);
    let both = |first| Arc::new(Merged::new(first, vec![second], 100_000)) as Arc<dyn Source>;
    (Grafana::start_with(nas, both, &[]).await, streams)
}

/// The stream of `box` that has rows.
async fn with_rows(streams: &mut mpsc::UnboundedReceiver<Stream>) -> Stream {
    loop {
        let stream = patiently(streams.recv()).await.unwrap();
        if stream.request.has_rows() {
            return stream;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn packets_of_both_come_in_order() {
    let (mut grafana, mut streams) = start().await;
    let query = r#"{"columns":["time","host","interface","ttl"]}"#;
    let (mut running, mut nas) = grafana.stream(query).await;
    let mut other = with_rows(&mut streams).await;
    // Nobody knows which source is the faster one.
    other.capture_at([(AHEAD + 10_010, 2), (AHEAD + 10_030, 4)], 0);
    nas.capture_at([(10_000, 1), (10_020, 3), (10_040, 5)], 2);
    let expected = json!([
        [10_000, 10_010, 10_020, 10_030, 10_040],
        ["nas", "box", "nas", "box", "nas"],
        ["eth0", "eth0", "eth0", "eth0", "eth0"],
        [1, 2, 3, 4, 5],
    ]);
    assert_eq!(columns(&mut running).await, expected);
    let kept = grafana.query(Some(viewer()), vec![query_over("A", query, 10_010..=10_030)]).await;
    let kept = rows(&kept["A"].frames[0]);
    assert_eq!(kept[1], ("host".to_owned(), json!(["box", "nas", "box"])));
    assert_eq!(kept[3], ("ttl".to_owned(), json!([2, 3, 4])));
    grafana.shut_down().await;
    for stream in [&mut nas, &mut other] {
        stream.ended().await;
    }
    other.capture_at([(AHEAD + 10_050, 6)], 0);
    nas.close_at_eth0(Counted { seen: 20, matched: 9, thinned: 1, lost: 3, ..Counted::default() });
    other.close_at_eth0(Counted { seen: 7, matched: 3, ..Counted::default() });
    assert_eq!(columns(&mut running).await, json!([[10_050], ["box"], ["eth0"], [6]]));
    assert_eq!(accounts(&mut running).await, [27, 15, 3, 3, 6]);
}

#[tokio::test(start_paused = true)]
async fn rates_add_up() {
    let (mut grafana, mut streams) = start().await;
    let query = r#"{"kind":"rates","columns":["packets","bytes","host"]}"#;
    let (mut running, nas) = grafana.stream(query).await;
    assert_eq!(columns(&mut running).await, json!([[1100], [110_000], ["nas, box"]]));
    // Nothing new was counted.
    assert_eq!(columns(&mut running).await, json!([[0], [0], ["nas, box"]]));
    grafana.shut_down().await;
    let counted = |packets| Counted {
        seen: 2 * packets,
        matched: packets,
        segments: packets,
        bytes: 100 * packets,
        ..Counted::default()
    };
    for stream in std::iter::once(nas).chain(grafana.all_started()) {
        stream.close(counted(1005));
    }
    while let Ok(stream) = streams.try_recv() {
        stream.close(counted(102));
    }
    assert_eq!(columns(&mut running).await, json!([[7], [700], ["nas, box"]]));
    assert_eq!(accounts(&mut running).await, [2214, 1107, 0, 0, 1107]);
}

/// A request can be for some hosts only; the others are not even asked.
#[tokio::test(start_paused = true)]
async fn hosts_are_asked_for_what_is_theirs() {
    let (first, mut of_first) = FakeSource::new(Machine::default());
    let machine = Machine { host: Host::only("box"), counts: counted(60, 40), ..Machine::default() };
    let (second, mut of_second) = FakeSource::new(machine);
    let both = Merged::new(first, vec![second], 1000);
    let [nas, other] = [both.hosts()[0].id, both.hosts()[1].id];
    let all = Request::counting(InterfaceSet::Any, HookChoice::Auto, false);
    let request = Request { hosts: HostSet::Of([other].into()), ..all };
    let subscription = both.subscribe(&request).await.unwrap();
    assert!(of_first.try_recv().is_err());
    // The second source knows its only host by another id.
    let stream = of_second.try_recv().unwrap();
    assert_eq!(stream.request.hosts, HostSet::Of([HostId::ONLY].into()));
    assert_ne!(nas, other);
    let reading = both.counts(subscription.id()).await.unwrap();
    assert_eq!(reading.sums.map(|sum| sum.packets), [60, 40]);
    let nobody = Request { hosts: HostSet::Of([HostId::new(7)].into()), ..request };
    let error = both.prepare(&nobody).await.unwrap_err();
    assert_eq!(error.to_string(), "these hosts are not known; there are nas, box");
}

/// Of the same conversation, as the two see it.
#[tokio::test(start_paused = true)]
async fn conversations_have_the_times_of_one_clock() {
    let (mut grafana, mut streams) = start().await;
    let query = r#"{"kind":"flows","columns":["host","packets","first_seen","last_seen"]}"#;
    let (mut running, nas) = grafana.stream(query).await;
    let other = patiently(streams.recv()).await.unwrap();
    let seen = |way, packets, first: u64, last: u64| -> Vec<(FlowKey, FlowCounters)> {
        let (key, counters) = flow(tcp(1, 443), way, packets);
        vec![(key, FlowCounters { first: first * 1_000_000, last: last * 1_000_000, ..counters })]
    };
    let received = seen(In, 3, AHEAD + 10_101, AHEAD + 10_901);
    other.count_on("eth0", AHEAD + 10_005, AHEAD + 11_005, received, 0);
    nas.count_on("eth0", 10_000, 11_000, seen(Out, 5, 10_100, 10_900), 0);
    let expected: Value = json!([["nas", "box"], [5, 3], [10_100, 10_101], [10_900, 10_901]]);
    assert_eq!(columns(&mut running).await, expected);
    // And again where one of them has nothing.
    nas.count_on("eth0", 11_000, 12_000, seen(Out, 2, 11_500, 11_600), 0);
    assert_eq!(columns(&mut running).await, json!([["nas"], [2], [11_500], [11_600]]));
    drop((nas, other));
}

#[tokio::test(start_paused = true)]
async fn groups_and_accounts_name_both() {
    let (mut grafana, mut streams) = start().await;
    let query = r#"{"kind":"rates","groupBy":"protocol","columns":["host","group","packets"]}"#;
    let (mut running, nas) = grafana.stream(query).await;
    let other = patiently(streams.recv()).await.unwrap();
    other.count_on("eth0", AHEAD + 10_000, AHEAD + 11_000, vec![flow(tcp(1, 443), In, 3)], 0);
    nas.count_on("eth0", 10_000, 11_000, vec![flow(tcp(2, 443), Out, 5)], 0);
    assert_eq!(columns(&mut running).await, json!([["nas, box"], ["TCP"], [8]]));
    let (mut running, _stream) = grafana.stream(r#"{"kind":"capture","columns":["host","interface"]}"#).await;
    assert_eq!(columns(&mut running).await, json!([["nas", "box"], ["eth0", "eth0"]]));
    let Some(Payload { prometheus }) = grafana.metrics().await.metrics else { panic!("no metrics") };
    let text = String::from_utf8(prometheus).unwrap();
    for host in ["nas", "box"] {
        let line = format!(
            "xdplive_packets_seen_total{{direction=\"in\",host=\"{host}\",interface=\"eth0\"}} 100\n"
        );
        assert!(text.contains(&line), "{text}");
    }
}
