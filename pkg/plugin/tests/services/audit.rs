//! The audit log: who was sent what, from when to when.

use std::time::Duration;

use chrono::DateTime;
use grafana_plugin_sdk::pluginv2::{CallResourceResponse, PluginContext};
use tokio::time::sleep;
use tonic::Streaming;
use xdplive_source::Counted;

use crate::{
    context::{service, viewer, viewer_called, with_settings},
    grafana::{Grafana, LiveChannel, next, patiently, query_over},
    log::Log,
};

const QUERY: &str = r#"{"columns":["ttl","source_ip"],"filter":"udp port 53"}"#;

/// The audit log, once it has so many lines.
async fn lines<const N: usize>(log: &Log) -> [String; N] {
    patiently(async {
        while log.audit().len() < N {
            sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
    log.audit().try_into().unwrap()
}

/// A line of an end without its times, which are in order.
fn without_times(line: &str) -> String {
    let (before, rest) = line.split_once(" from=").unwrap();
    let (from, rest) = rest.split_once(" to=").unwrap();
    let (to, after) = rest.split_once(' ').unwrap();
    let [from, to] = [from, to].map(|time| DateTime::parse_from_rfc3339(time).unwrap());
    assert!(from <= to, "{line}");
    format!("{before} {after}")
}

#[tokio::test(start_paused = true)]
async fn a_stream_has_a_line_for_each_subscriber_its_beginning_and_its_end() {
    let (log, _guard) = Log::start();
    let mut grafana = Grafana::start().await;
    // Nobody can have a line of their own written, or an escape sequence.
    let bob = || viewer_called("bob\nINFO end\u{1b}[2J", 3, "p4ck3ts");
    let LiveChannel { path, data } = grafana.channel(QUERY).await;
    grafana.subscribe(bob(), &path, data).await;
    let (mut running, stream) = grafana.stream_as(bob(), QUERY).await;
    let mut bytes = 0;
    for ttls in [&[64][..], &[65, 66]] {
        stream.capture(ttls.iter().copied(), 0);
        bytes += next(&mut running).await.unwrap().data.len();
    }
    drop(running);
    let [subscribed, begun, ended] = lines(&log).await;
    let subject = concat!(
        r#"login="bob\nINFO end\u{1b}[2J" organisation=3 data_source="p4ck3ts" kind=packets interfaces="eth0" "#,
        r#"directions="in,out" filter="udp port 53" columns="ttl,source_ip""#
    );
    assert_eq!(subscribed, format!("INFO subscribe {subject}"));
    assert_eq!(begun, format!("INFO begin stream=1 {subject}"));
    let sent = format!(r#"messages=2 rows=3 bytes={bytes} reason="its reader has gone""#);
    assert_eq!(without_times(&ended), format!("INFO end stream=1 {subject} {sent}"));
}

#[tokio::test(start_paused = true)]
async fn the_end_has_its_reason_and_who_has_not_signed_in_is_named_so() {
    let (log, _guard) = Log::start();
    let mut grafana = Grafana::start().await;
    let (mut running, mut stream) =
        grafana.stream_as(viewer_called("", 1, "p4ck3ts"), r#"{"columns":["ttl"]}"#).await;
    grafana.shut_down().await;
    stream.ended().await;
    stream.close(Counted::default());
    assert_eq!(next(&mut running).await, None);
    let [begun, ended] = lines(&log).await;
    let subject = concat!(
        r#"stream=1 login=anonymous organisation=1 data_source="p4ck3ts" kind=packets interfaces="eth0" "#,
        r#"directions="in,out" filter="" columns="ttl""#
    );
    assert_eq!(begun, format!("INFO begin {subject}"));
    let sent = r#"messages=0 rows=0 bytes=0 reason="the plugin is asked to end""#;
    assert_eq!(without_times(&ended), format!("INFO end {subject} {sent}"));
}

/// The bytes of all that is left of a file.
async fn rest(mut download: Streaming<CallResourceResponse>) -> usize {
    let mut bytes = 0;
    while let Some(piece) = patiently(download.message()).await.unwrap() {
        bytes += piece.body.len();
    }
    bytes
}

#[tokio::test(start_paused = true)]
async fn a_file_has_its_bounds_and_what_it_came_to() {
    let (log, _guard) = Log::start();
    let mut grafana = Grafana::start().await;
    let (download, mut stream, first) = grafana.file(r#"{"filter":"tcp","count":2}"#).await;
    stream.capture([1, 2], 0);
    stream.ended().await;
    stream.close_at_eth0(Counted { seen: 2, matched: 2, ..Counted::default() });
    let bytes = first.body.len() + rest(download).await;
    let [begun, ended] = lines(&log).await;
    let (subject, bounds) = begun.split_once(" most_count=").unwrap();
    assert_eq!(bounds, "2 most_seconds=10 most_size=67108864");
    let who = r#"INFO begin file=1 login="ada" organisation=1 data_source="p4ck3ts" kind=packets interfaces="eth0""#;
    assert!(subject.starts_with(who) && subject.contains(r#" filter="tcp" "#), "{subject}");
    let sent = format!(r#"packets=2 bytes={bytes} reason="it has as many packets as it may""#);
    let expected = format!("INFO end {} {sent}", begun.trim_start_matches("INFO begin "));
    assert_eq!(without_times(&ended), expected);
}

#[tokio::test(start_paused = true)]
async fn who_subscribes_in_a_loop_fills_no_log_and_hides_nobody() {
    let (log, _guard) = Log::start();
    let grafana = Grafana::start().await;
    let LiveChannel { path, data } = grafana.channel(QUERY).await;
    for _ in 0..500 {
        grafana.subscribe(viewer_called("eve", 1, "p4ck3ts"), &path, &data).await;
    }
    grafana.subscribe(viewer_called("ann", 1, "p4ck3ts"), &path, &data).await;
    let lines: [String; 122] = lines(&log).await;
    let eve = r#"INFO left-out login="eve" organisation=1 data_source="p4ck3ts""#;
    let word = r#" reason="more than 120 lines in a minute; their number comes with the next one""#;
    assert_eq!(lines[120], format!("{eve}{word}"));
    assert!(lines[121].starts_with(r#"INFO subscribe login="ann""#), "{}", lines[121]);
    sleep(Duration::from_secs(61)).await;
    grafana.subscribe(viewer_called("eve", 1, "p4ck3ts"), &path, &data).await;
    assert_eq!(log.audit()[122], format!("{eve} lines=380"));
    assert_eq!(log.audit().len(), 124);
}

/// Those who have no stream, such as public dashboards, and what a panel is shown of the past.
#[tokio::test(start_paused = true)]
async fn an_answer_with_rows_has_a_line() {
    let (log, _guard) = Log::start();
    let mut grafana = Grafana::start().await;
    let (mut running, stream) = grafana.stream(r#"{"columns":["ttl"]}"#).await;
    stream.capture([64, 65], 0);
    next(&mut running).await.unwrap();
    let as_service = |login| PluginContext {
        user: Some(service(login)),
        ..with_settings(r#"{"allowPacketsToServices":true}"#)
    };
    // The tests' packets are from the beginning of 1970.
    let past = || vec![query_over("A", r#"{"columns":["ttl"]}"#, 0..=1)];
    for context in [viewer(), as_service("service"), as_service("grafana_scheduler")] {
        assert_eq!(grafana.query(Some(context), past()).await["A"].error, "");
    }
    // What has no rows, or only counts, shows nobody.
    for query in [r#"{"columns":["ttl"],"filter":"tcp"}"#, r#"{"kind":"rates"}"#, r#"{"kind":"capture"}"#] {
        assert_eq!(grafana.answer(viewer(), query).await.error, "", "{query}");
    }
    let query = concat!(
        r#"organisation=1 data_source="p4ck3ts" kind=packets interfaces="eth0" directions="in,out" filter="" "#,
        r#"columns="ttl" rows=2"#
    );
    let expected = [r#"login="ada""#, r#"service="service""#, r#"service="grafana_scheduler""#]
        .map(|who| format!("INFO answer {who} {query}"));
    assert_eq!(log.audit()[1..], expected);
}

/// Counts, and the accounts of the capture, say nothing of who talks to whom.
#[tokio::test(start_paused = true)]
async fn what_shows_no_packets_is_not_in_it() {
    let (log, _guard) = Log::start();
    let mut grafana = Grafana::start().await;
    for query in [r#"{"kind":"rates"}"#, r#"{"kind":"capture"}"#] {
        let LiveChannel { path, data } = grafana.channel(query).await;
        grafana.subscribe(viewer(), &path, data).await;
        drop(grafana.stream(query).await);
    }
    sleep(Duration::from_secs(1)).await;
    assert_eq!(log.audit(), Vec::<String>::new());
}
