//! What was seen before a query is asked, and what is counted for those who never subscribe.

use std::{
    ops::RangeInclusive,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use grafana_plugin_sdk::pluginv2::PluginContext;
use serde_json::{Value, json};
use xdplive_packet::{
    Hook,
    accounting::Limit,
    event::Direction::{self, Out},
};
use xdplive_source::{Counts, Host, InForce, Label, Lap, Moment, StreamAccounts};

use crate::{
    accounts::hook,
    context::{asked_by, service, viewer, with_settings},
    feed::{arp, flow, tcp, udp},
    grafana::{Grafana, message, meta, next, query_over, rows},
    source::Machine,
};

const TTL: &str = r#"{"columns":["ttl"]}"#;

/// The frame that a query over a range of milliseconds since 1970 is answered with.
async fn frame_over(
    grafana: &Grafana,
    context: PluginContext,
    json: &str,
    range: RangeInclusive<i64>,
) -> Vec<u8> {
    let mut answers = grafana.query(Some(context), vec![query_over("A", json, range)]).await;
    let mut answer = answers.remove("A").unwrap();
    assert_eq!(answer.error, "");
    answer.frames.remove(0)
}

/// The TTLs of its rows.
async fn ttls(grafana: &Grafana, json: &str, range: RangeInclusive<i64>) -> Value {
    rows(&frame_over(grafana, viewer(), json, range).await)[0].1.clone()
}

#[tokio::test(start_paused = true)]
async fn a_panel_opened_again_shows_its_last_rows() {
    let mut grafana = Grafana::start().await;
    let (mut running, stream) = grafana.stream(TTL).await;
    stream.capture(1..=4, 0);
    next(&mut running).await.unwrap();
    stream.capture(5..=6, 3);
    // The tests' packets are from the beginning of 1970.
    assert_eq!(
        ttls(&grafana, TTL, 0..=1).await,
        json!([1, 2, 3, 4]),
        "what has not been sent is still to come"
    );
    next(&mut running).await.unwrap();
    drop(running);
    assert_eq!(ttls(&grafana, TTL, 0..=1).await, json!([1, 2, 3, 4, 5, 6]));
    assert_eq!(ttls(&grafana, TTL, 1..=2).await, json!([]), "that is another time");
    let other = r#"{"columns":["ttl"],"filter":"udp"}"#;
    assert_eq!(ttls(&grafana, other, 0..=1).await, json!([]), "that is another query");
}

/// By run and number a page joins what it was answered and what it was sent.
#[tokio::test(start_paused = true)]
async fn an_answer_says_where_its_rows_stand_in_the_stream() {
    let mut grafana = Grafana::start().await;
    let (mut running, stream) = grafana.stream(TTL).await;
    stream.capture(1..=4, 0);
    let first = message(next(&mut running).await);
    stream.capture(5..=6, 3);
    let second = message(next(&mut running).await);
    let run = first["run"].as_str().unwrap();
    assert_eq!((&first["first"], &second["first"]), (&json!(0), &json!(4)));
    assert_eq!(second["run"], run);
    let custom = |range| {
        let grafana = &grafana;
        async move { meta(&frame_over(grafana, viewer(), TTL, range).await)["custom"].clone() }
    };
    let all = custom(0..=1).await;
    assert_eq!((&all["run"], &all["first"]), (&json!(run), &json!(0)));
    assert!(custom(1..=2).await["first"] == 6, "of a later time there are none, and they would follow");
    assert_eq!(custom(1..=2).await["kept_from"], 0, "whatever the range");
    drop(running);
}

#[tokio::test(start_paused = true)]
async fn a_panel_is_shown_what_was_seen_in_other_columns() {
    let mut grafana = Grafana::start().await;
    let (mut running, stream) = grafana.stream(TTL).await;
    stream.capture(1..=4, 0);
    next(&mut running).await.unwrap();
    assert_eq!(ttls(&grafana, r#"{"columns":["ttl","length"]}"#, 0..=1).await, json!([1, 2, 3, 4]));
    let other_limit = r#"{"columns":["ttl"],"limit":7}"#;
    assert_eq!(ttls(&grafana, other_limit, 0..=1).await, json!([]), "that are other rows");
}

/// A panel of packets is made one of rates, and Explore asks how many packets there were.
#[tokio::test(start_paused = true)]
async fn what_packets_are_looked_at_is_counted_as_long() {
    let mut grafana = Grafana::start().await;
    let (running, _stream) = grafana.stream(r#"{"filter":"udp","limit":7}"#).await;
    let mut counted = grafana.counting().await;
    let wanted = counted.request.wanted.as_ref().unwrap();
    assert_eq!((wanted.filter.to_string().as_str(), wanted.limit), ("udp", Limit::None));
    drop(running);
    counted.ended().await;
}

#[tokio::test(start_paused = true)]
async fn an_administrator_can_have_no_rows_kept() {
    let mut grafana = Grafana::start_on(Machine::default(), &[("history_rows", "0")]).await;
    let (mut running, stream) = grafana.stream(TTL).await;
    stream.capture(1..=4, 0);
    next(&mut running).await.unwrap();
    assert_eq!(ttls(&grafana, TTL, 0..=1).await, json!([]));
}

/// eth0 with a stream of the tests' data source that has lost rows.
fn losing() -> Machine {
    let label = Label { owner: "1/p4ck3ts".to_owned(), stream: "packets/1f".to_owned() };
    let stream = StreamAccounts {
        id: 1,
        has_rows: true,
        label: Arc::new(label),
        filter: Arc::default(),
        counts: Counts { matched: 20, lost_ring: 7, delivered: 13, ..Counts::default() },
    };
    let accounts = vec![hook("eth0", Direction::In, vec![stream]), hook("eth0", Direction::Out, Vec::new())];
    Machine { accounts, ..Machine::default() }
}

#[tokio::test(start_paused = true)]
async fn accounts_are_taken_down_although_nobody_looks() {
    let grafana = Grafana::start_on(losing(), &[]).await;
    tokio::time::sleep(Duration::from_secs(600)).await;
    let query = r#"{"kind":"capture","columns":["interface","lost_ring"],"interval":60000}"#;
    let answer = grafana.answer(viewer(), query).await;
    assert_eq!(answer.error, "");
    // The wall clock hardly moves, so that the first of them alone is shown beside those of now.
    let columns = rows(&answer.frames[0]);
    assert_eq!(columns[1], ("lost_ring".to_owned(), json!([7, 0, 7, 0])));
}

/// Grafana evaluates time series only: one field of numbers each, told apart by labels.
#[tokio::test(start_paused = true)]
async fn alert_rules_get_accounts_as_series() {
    let mut grafana = Grafana::start_on(losing(), &[]).await;
    grafana.headers.insert("FromAlert".to_owned(), "true".to_owned());
    let context = asked_by(Some(service("grafana_scheduler")));
    let query = r#"{"kind":"capture","columns":["time","interface","lost_ring","lost_queue"]}"#;
    let answer = grafana.answer(context, query).await;
    assert_eq!(answer.error, "");
    let frame = &answer.frames[0];
    let columns = rows(frame);
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["time", "lost_ring", "lost_queue", "lost_ring", "lost_queue"]);
    assert_eq!([&columns[1].1, &columns[3].1], [&json!([7.0]), &json!([0.0])]);
    let schema = arrow_ipc::reader::FileReader::try_new(std::io::Cursor::new(frame), None).unwrap().schema();
    let labels = |number: usize| -> Value {
        serde_json::from_str(&schema.field(number).metadata()["labels"]).unwrap()
    };
    // Other people's streams, and what is looked for, are not an alert rule's to know.
    assert_eq!(
        labels(1),
        json!({ "channel": "other/1", "column": "lost_ring", "direction": "in", "interface": "eth0" })
    );
    assert_eq!(labels(3), json!({ "column": "lost_ring", "direction": "out", "interface": "eth0" }));
    assert!(meta(frame)["notices"][0]["text"].as_str().unwrap().starts_with("Counting since "));
}

/// An alert rule never subscribes: what it asks for is counted because it will ask again.
#[tokio::test(start_paused = true)]
async fn what_alert_rules_ask_for_is_counted_for_them() {
    let mut grafana = Grafana::start().await;
    let scheduler = || asked_by(Some(service("grafana_scheduler")));
    let query = r#"{"kind":"rates","filter":"multicast and ttl 1"}"#;
    let answer = grafana.answer(scheduler(), query).await;
    assert!(meta(&answer.frames[0])["notices"][0]["text"].as_str().unwrap().starts_with("Counting since "));
    let mut counted = grafana.started().await;
    let wanted = counted.request.wanted.as_ref().unwrap();
    assert_eq!(
        (wanted.filter.to_string().as_str(), wanted.limit),
        ("ether multicast and ttl == 1", Limit::None)
    );
    // It asks every minute for an hour, and one stream does for all of that.
    for _ in 0..60 {
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(grafana.answer(scheduler(), query).await.error, "");
    }
    assert!(!counted.has_ended());
}

/// A public dashboard that may show conversations shows those of the last interval, and asks again.
#[tokio::test(start_paused = true)]
async fn public_dashboards_have_tables_too() {
    let mut grafana = Grafana::start().await;
    let allowed = with_settings(r#"{"allowPacketsToServices":true}"#);
    let public = || PluginContext { user: Some(service("service")), ..allowed.clone() };
    let json = r#"{"kind":"flows","columns":["protocol","packets"]}"#;
    let answer = grafana.answer(public(), json).await;
    assert_eq!((answer.error.as_str(), &rows(&answer.frames[0])[1].1), ("", &json!([])));
    let stream = grafana.started().await;
    stream.count(0, vec![flow(tcp(1, 443), Out, 5)], 0);
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(rows(&grafana.answer(public(), json).await.frames[0])[1].1, json!([5]));
}

/// People's panels subscribe; a query of theirs that does not is an edit, or a refresh.
#[tokio::test(start_paused = true)]
async fn nothing_is_counted_for_a_query_alone() {
    let mut grafana = Grafana::start().await;
    assert_eq!(grafana.answer(viewer(), r#"{"kind":"rates"}"#).await.error, "");
    let (_running, first) = grafana.stream(r#"{"kind":"rates","filter":"tcp"}"#).await;
    assert_eq!(first.request.wanted.unwrap().filter.to_string(), "tcp");
}

#[tokio::test(start_paused = true)]
async fn standing_queries_give_way_where_there_is_no_room() {
    let mut grafana = Grafana::start().await;
    let scheduler = asked_by(Some(service("grafana_scheduler")));
    assert_eq!(grafana.answer(scheduler, r#"{"kind":"rates","filter":"udp"}"#).await.error, "");
    let mut counted = grafana.started().await;
    grafana.source.room.store(0, Ordering::Relaxed);
    assert_eq!(grafana.answer(viewer(), r#"{"filter":"tcp"}"#).await.error, "");
    counted.ended().await;
    grafana.source.room.store(0, Ordering::Relaxed);
    let answer = grafana.answer(viewer(), r#"{"filter":"tcp"}"#).await;
    assert_eq!(answer.error, "the filter cannot be used on interface \"eth0\" now: all slots are taken");
    assert_eq!(answer.status, 400);
}

/// All groups that a panel's stream has sent, as series: what Grafana draws and evaluates.
#[tokio::test(start_paused = true)]
async fn groups_come_back_as_series() {
    let mut grafana = Grafana::start().await;
    let json = r#"{"kind":"rates","groupBy":"protocol","measure":"bits","top":1}"#;
    let (mut running, stream) = grafana.stream(json).await;
    stream.count(0, vec![flow(tcp(1, 443), Out, 5), flow(arp(), Out, 3), flow(udp(1, 53), Out, 1)], 0);
    next(&mut running).await.unwrap();
    stream.count(1, vec![flow(arp(), Out, 9)], 0);
    next(&mut running).await.unwrap();
    drop(running);
    let all = 0..=xdplive_capture::clock::milliseconds();
    let answer = grafana.query(Some(viewer()), vec![query_over("A", json, all)]).await.remove("A").unwrap();
    assert_eq!(answer.error, "");
    let frame = &answer.frames[0];
    let columns = rows(frame);
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    // ARP has no protocol, and is the largest over both seconds. What the stream showed of the other is in the rest.
    assert_eq!(names, ["time", "bits", "bits"]);
    assert_eq!([&columns[1].1, &columns[2].1], [&json!([null, 7200.0]), &json!([7200.0, 0.0])]);
    let schema = arrow_ipc::reader::FileReader::try_new(std::io::Cursor::new(frame), None).unwrap().schema();
    let field = |number: usize, key: &str| -> Value {
        serde_json::from_str(&schema.field(number).metadata()[key]).unwrap()
    };
    assert_eq!(
        [field(1, "labels"), field(2, "labels")],
        [json!({ "protocol": "none" }), json!({ "protocol": "other" })]
    );
    assert_eq!(field(1, "config"), json!({ "unit": "bps" }));
}

/// The table of the last interval, for as long as there can be no other.
#[tokio::test(start_paused = true)]
async fn a_table_of_flows_is_there_at_once() {
    let mut grafana = Grafana::start().await;
    let json = r#"{"kind":"flows","columns":["protocol","packets"]}"#;
    let (mut running, stream) = grafana.stream(json).await;
    stream.count(0, vec![flow(tcp(1, 443), Out, 5)], 0);
    next(&mut running).await.unwrap();
    stream.count(1, vec![flow(udp(1, 53), Out, 9)], 0);
    next(&mut running).await.unwrap();
    let answer = grafana.answer(viewer(), json).await;
    assert_eq!(rows(&answer.frames[0])[1].1, json!([9]));
    let other = grafana
        .answer(viewer(), r#"{"kind":"flows","columns":["protocol","packets"],"since":"start"}"#)
        .await;
    assert_eq!(rows(&other.frames[0])[1].1, json!([]));
}

/// What is kept is the table of now, and no answer to what was there yesterday.
#[tokio::test(start_paused = true)]
async fn a_table_of_flows_is_of_its_time() {
    for since in ["interval", "start"] {
        let mut grafana = Grafana::start().await;
        let json = format!(r#"{{"kind":"flows","columns":["packets"],"since":"{since}"}}"#);
        let (mut running, stream) = grafana.stream(&json).await;
        stream.count(0, vec![flow(tcp(1, 443), Out, 5)], 0);
        next(&mut running).await.unwrap();
        let now = xdplive_capture::clock::milliseconds();
        for (range, expected) in [
            (now - 300_000..=now, json!([5])),
            // Clocks of browsers and servers differ a little.
            (now - 300_000..=now - 3000, json!([5])),
            (now - 300_000..=now - 10_000, json!([])),
            (now - 86_400_000..=now - 43_200_000, json!([])),
            (now..=now + 300_000, json!([5])),
            (now + 300_000..=now + 600_000, json!([])),
        ] {
            let from_now = [range.start() - now, range.end() - now];
            let frame = frame_over(&grafana, viewer(), &json, range).await;
            assert_eq!(rows(&frame)[0].1, expected, "{since} {from_now:?}");
        }
    }
}

/// The notices of its frame.
async fn notices(grafana: &Grafana, context: PluginContext, json: &str, range: RangeInclusive<i64>) -> Value {
    meta(&frame_over(grafana, context, json, range).await)["notices"].take()
}

/// Nothing will come of a range that is over: the answer itself has to say why it is empty.
#[tokio::test(start_paused = true)]
async fn an_empty_answer_about_the_past_says_why() {
    let mut grafana = Grafana::start().await;
    let (mut running, stream) = grafana.stream(TTL).await;
    stream.capture(1..=4, 0);
    next(&mut running).await.unwrap();
    let now = xdplive_capture::clock::milliseconds();
    let kept = "the last 10000 rows that panels with this query were sent, while Grafana runs and other queries leave \
                them room";
    let text = format!("No packets are kept of this time range. What is kept: {kept}.");
    let expected = json!([{ "severity": "info", "text": text }]);
    assert_eq!(notices(&grafana, viewer(), TTL, 2..=3).await, expected);
    assert_eq!(notices(&grafana, viewer(), TTL, 0..=1).await, Value::Null, "there are rows");
    assert_eq!(notices(&grafana, viewer(), TTL, now - 1000..=now).await, Value::Null, "rows are to come");
    for json in [
        r#"{"kind":"flows"}"#,
        r#"{"kind":"capture"}"#,
        r#"{"kind":"rates"}"#,
        r#"{"kind":"rates","columns":["time"]}"#,
        r#"{"kind":"rates","groupBy":"vlan"}"#,
    ] {
        let said = notices(&grafana, viewer(), json, 2..=3).await;
        assert!(said[0]["text"].as_str().unwrap().contains(" kept of this time range. "), "{json}: {said}");
        assert_eq!(said.as_array().unwrap().len(), 1);
        assert_eq!(notices(&grafana, viewer(), json, now - 1000..=now).await, Value::Null, "{json}");
    }
}

/// A panel on a range that ends now fills while one looks, and says itself what is missing.
#[tokio::test(start_paused = true)]
async fn an_answer_says_from_when_on_something_is_kept() {
    let grafana = Grafana::start().await;
    let json = r#"{"kind":"rates"}"#;
    let now = xdplive_capture::clock::milliseconds();
    let custom = |range| {
        let grafana = &grafana;
        async move { meta(&frame_over(grafana, viewer(), json, range).await)["custom"].clone() }
    };
    assert_eq!(custom(now - 1000..=now).await["kept_from"], Value::Null, "nothing is");
    let request = grafana.source.prepared.lock().unwrap()[0].clone();
    let second = |end: i64| {
        let at = Moment { wall: end * 1_000_000, steady: Duration::ZERO };
        Lap { at, length: Duration::from_secs(1), sums: Default::default() }
    };
    let from = now - 3_600_000;
    grafana.recorder.add(&request, &[second(from + 1000), second(now - 60_000)]);
    for range in [from - 1_000_000..=now, now - 1000..=now, from - 1_000_000..=now - 10_000] {
        assert_eq!(custom(range).await["kept_from"], from);
    }
    let all = from - 900_000..=now;
    assert_eq!(notices(&grafana, viewer(), json, all.clone()).await, Value::Null);
    let over = from - 900_000..=now - 10_000;
    let said = notices(&grafana, viewer(), json, over).await;
    let text = said[0]["text"].as_str().unwrap();
    assert!(text.starts_with("Nothing is kept from before "), "{text}");
    assert!(text.ends_with(": the first 15 minutes of this time range are empty."), "{text}");
}

/// What hooks are in force now has no part in why there is nothing of a range that is over.
#[tokio::test(start_paused = true)]
async fn accounts_of_the_past_do_not_speak_of_hooks() {
    let reason = "xdp-native refused: out of queues".to_owned();
    let hook = InForce {
        host: Host::only("nas"),
        interface: "eth0".to_owned(),
        hook: Hook::TcxIngress,
        reason,
        expected: false,
    };
    let grafana = Grafana::start_on(Machine { in_force: vec![hook], ..Machine::default() }, &[]).await;
    let json = r#"{"kind":"capture"}"#;
    let said = notices(&grafana, viewer(), json, 2..=3).await;
    assert!(said[0]["text"].as_str().unwrap().starts_with("No accounts are kept "), "{said}");
    assert_eq!(said.as_array().unwrap().len(), 1, "a panel's header shows the last one alone");
    let now = xdplive_capture::clock::milliseconds();
    let said = notices(&grafana, viewer(), json, 0..=now).await;
    assert_eq!(said[0]["text"], "eth0 in by tcx: xdp-native refused: out of queues");
}

/// A public dashboard is told since when there is something, and a rule has no use for an empty frame's reasons.
#[tokio::test(start_paused = true)]
async fn who_asks_again_hears_of_the_beginning() {
    let grafana = Grafana::start().await;
    let public = asked_by(Some(service("service")));
    let said = notices(&grafana, public, r#"{"kind":"rates"}"#, 2..=3).await;
    assert!(said[0]["text"].as_str().unwrap().starts_with("Counting since "), "{said}");
    assert_eq!(said.as_array().unwrap().len(), 1);
    let mut grafana = Grafana::start_on(Machine::default(), &[("max_limit", "none")]).await;
    grafana.headers.insert("FromAlert".to_owned(), "true".to_owned());
    assert_eq!(notices(&grafana, viewer(), r#"{"limit":null}"#, 2..=3).await, Value::Null);
}
