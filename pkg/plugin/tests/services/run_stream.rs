//! RunStream: messages as they come, at a pace that a browser bears, until somebody ends it.

use grafana_plugin_sdk::pluginv2::StreamPacket;
use std::time::Duration;

use tokio::time::{Instant, timeout};
use tonic::Code;
use xdplive_packet::accounting::Limit;
use xdplive_source::{Counted, FLUSH_INTERVAL, InterfaceSet, SourceError};

use crate::{
    context::viewer,
    grafana::{Grafana, LiveChannel, next, patiently, ttls},
    source::Machine,
};

const LIMITED: &str = r#"{"columns":["ttl"]}"#;
const UNLIMITED: &str = r#"{"columns":["ttl"],"limit":null}"#;

/// Grafana with the plugin as `xdplive watch` starts it.
async fn without_ceiling() -> Grafana {
    Grafana::start_on(Machine::default(), &[("max_limit", "none")]).await
}

#[tokio::test(start_paused = true)]
async fn the_first_message_has_schema_and_data_and_the_others_values_only() {
    const SCHEMA: &str = concat!(
        r#""schema":{"fields":[{"name":"ttl","type":"number","#,
        r#""typeInfo":{"frame":"uint32","nullable":true},"config":{"description":"TTL or hop limit"}}]},"#,
    );
    let mut grafana = without_ceiling().await;
    let (mut running, stream) = grafana.stream(UNLIMITED).await;
    stream.capture([64, 1], 0);
    let message = |packet: Option<StreamPacket>| String::from_utf8(packet.unwrap().data).unwrap();
    let first = format!(r#"{{{SCHEMA}"data":{{"values":[[64,1]]}}}}"#);
    assert_eq!(message(next(&mut running).await), first);
    for ttl in [2, 3] {
        stream.capture([ttl], 0);
        assert_eq!(message(next(&mut running).await), format!(r#"{{"data":{{"values":[[{ttl}]]}}}}"#));
    }
    // Rows within a budget are kept, and numbered by that.
    let (mut running, stream) = grafana.stream(LIMITED).await;
    stream.capture([64, 1], 0);
    let first = message(next(&mut running).await);
    let (before, rest) = first.split_once(r#""run":""#).unwrap();
    assert_eq!(before, format!("{{{SCHEMA}"));
    let (run, rest) = rest.split_once('"').unwrap();
    assert!(run.len() == 16 && run.bytes().all(|byte| byte.is_ascii_hexdigit()), "{run}");
    assert_eq!(rest, r#","first":0,"data":{"values":[[64,1]]}}"#);
    stream.capture([2], 0);
    let second = format!(r#"{{"run":"{run}","first":2,"data":{{"values":[[2]]}}}}"#);
    assert_eq!(message(next(&mut running).await), second);
}

/// The plugin was killed, or the stream came to an end: a new one begins with the schema again.
#[tokio::test(start_paused = true)]
async fn a_stream_that_is_run_again_begins_anew() {
    let mut grafana = without_ceiling().await;
    for _ in 0..2 {
        let (mut running, stream) = grafana.stream(UNLIMITED).await;
        stream.capture([1], 0);
        assert!(next(&mut running).await.unwrap().data.starts_with(b"{\"schema\":"));
    }
}

#[tokio::test(start_paused = true)]
async fn the_source_is_asked_for_what_the_query_says() {
    let mut grafana = Grafana::start().await;
    let (_running, stream) = grafana.stream(r#"{"interfaces":["wg0"],"limit":7}"#).await;
    assert_eq!(stream.request.interfaces, InterfaceSet::Named(vec!["wg0".to_owned()]));
    assert_eq!(stream.request.wanted.as_ref().unwrap().limit, Limit::PerSecond(7));
    assert_eq!(stream.request, grafana.source.prepared.lock().unwrap()[0]);
}

#[tokio::test(start_paused = true)]
async fn it_stays_open_while_nothing_comes() {
    let mut grafana = without_ceiling().await;
    for query in [LIMITED, UNLIMITED] {
        let (mut running, mut stream) = grafana.stream(query).await;
        let day = Duration::from_secs(86_400);
        assert!(timeout(day, running.message()).await.is_err(), "a message without rows, or the end");
        assert!(!stream.has_ended());
        // Rows that were left out are no rows.
        stream.capture([], 1000);
        assert!(timeout(day, running.message()).await.is_err(), "a message without rows, or the end");
        stream.capture([1], 0);
        assert_eq!(ttls(next(&mut running).await), [1]);
    }
}

/// A panel draws itself anew for each message.
#[tokio::test(start_paused = true)]
async fn a_stream_with_a_budget_is_paced() {
    let (mut running, stream) = Grafana::start().await.stream(LIMITED).await;
    let start = Instant::now();
    stream.capture([1], 0);
    assert_eq!(ttls(next(&mut running).await), [1]);
    assert_eq!(start.elapsed(), Duration::ZERO, "the first message comes at once");
    for message in 1..4 {
        stream.capture([2], 0);
        stream.capture([3, 4], 0);
        assert_eq!(ttls(next(&mut running).await), [2, 3, 4]);
        let elapsed = start.elapsed();
        assert!((message * FLUSH_INTERVAL..(message + 1) * FLUSH_INTERVAL).contains(&elapsed), "{elapsed:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_without_a_budget_is_not() {
    let (mut running, stream) = without_ceiling().await.stream(UNLIMITED).await;
    let start = Instant::now();
    for ttl in 0..20 {
        stream.capture([ttl], 0);
        assert_eq!(ttls(next(&mut running).await), [u64::from(ttl)]);
    }
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn what_has_piled_up_is_sent_in_messages_of_bearable_size() {
    const ROWS: usize = 100_000;
    let (mut running, stream) = without_ceiling().await.stream(UNLIMITED).await;
    for _ in 0..10 {
        stream.capture(std::iter::repeat_n(255, ROWS / 10), 0);
    }
    let mut messages = Vec::new();
    while messages.iter().sum::<usize>() < ROWS {
        let packet = next(&mut running).await.unwrap();
        assert!(packet.data.len() <= 512 * 1024, "{} bytes", packet.data.len());
        messages.push(ttls(Some(packet)).len());
    }
    assert_eq!(messages.iter().sum::<usize>(), ROWS);
    assert!(messages.len() > 1, "{messages:?}");
}

/// Grafana runs a stream again upon an error, and only then.
#[tokio::test(start_paused = true)]
async fn when_the_source_ends_by_itself_that_is_an_error() {
    let mut grafana = without_ceiling().await;
    for query in [LIMITED, UNLIMITED] {
        let (mut running, stream) = grafana.stream(query).await;
        stream.capture([1, 2], 0);
        stream.close(Counted::default());
        assert_eq!(ttls(next(&mut running).await), [1, 2]);
        let status = patiently(running.message()).await.unwrap_err();
        assert_eq!((status.code(), status.message()), (Code::Unavailable, "the capture has ended"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_source_that_has_ended_before_is_an_error_too() {
    let LiveChannel { path, data } = Grafana::start().await.channel(LIMITED).await;
    let machine = Machine { refusal: Some(SourceError::Gone), ..Machine::default() };
    let status = Grafana::start_on(machine, &[]).await.run(viewer(), &path, data).await.err().unwrap();
    assert_eq!(status.code(), Code::Unavailable);
    assert_eq!(status.message(), "the capture has ended; Grafana restarts it within a second");
}

/// Nobody looks any more: whether the stream waits for packets or for its pace.
#[tokio::test(start_paused = true)]
async fn dropping_the_stream_ends_the_subscription() {
    let mut grafana = without_ceiling().await;
    for query in [LIMITED, UNLIMITED] {
        let (running, mut stream) = grafana.stream(query).await;
        assert!(!stream.has_ended());
        drop(running);
        stream.ended().await;

        let (mut running, mut stream) = grafana.stream(query).await;
        stream.capture([1], 0);
        assert_eq!(ttls(next(&mut running).await), [1]);
        stream.capture([2], 0);
        drop(running);
        stream.ended().await;
    }
}

#[tokio::test(start_paused = true)]
async fn streams_do_not_wait_for_each_other() {
    let mut grafana = Grafana::start().await;
    let (_silent, _) = grafana.stream(LIMITED).await;
    let (mut running, stream) = grafana.stream(r#"{"columns":["ttl"],"direction":"in"}"#).await;
    stream.capture([7], 0);
    assert_eq!(ttls(next(&mut running).await), [7]);
}
