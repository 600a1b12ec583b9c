//! Quotas: who asks for more than there may be gets that much, and nobody else notices.

use std::{sync::atomic::Ordering, time::Duration};

use grafana_plugin_sdk::pluginv2::{PluginContext, StreamPacket};
use serde_json::json;
use tokio::time::{Instant, sleep, timeout};
use tonic::Streaming;
use xdplive_plugin::{channel, query::Query, settings::LimitCeiling};

use crate::{
    context::{asked_by, service, viewer_called},
    grafana::{Grafana, LiveChannel, next, patiently, ttls},
    log::Log,
    source::{Machine, Stream},
};

fn ada() -> PluginContext {
    viewer_called("ada", 1, "a")
}

fn bob() -> PluginContext {
    viewer_called("bob", 1, "b")
}

/// A query with a filter of its own, as the kernel sees it.
fn packets(number: usize) -> String {
    format!(r#"{{"columns":["ttl"],"limit":{}}}"#, number + 1)
}

/// A query with a stream of its own that takes no filter.
fn accounts(number: usize) -> String {
    format!(r#"{{"kind":"capture","interval":{}}}"#, 40_000 + number)
}

/// The channel of a query, also of one that is not answered.
fn channel_of(json: &str) -> LiveChannel {
    let ceiling = LimitCeiling::Rows(10_000);
    let query = Query::parse(json.as_bytes(), &Machine::default().interfaces, ceiling).unwrap();
    LiveChannel { path: channel::path(&query), data: json!(query) }
}

async fn run(grafana: &Grafana, context: PluginContext, json: &str) -> Streaming<StreamPacket> {
    let LiveChannel { path, data } = channel_of(json);
    patiently(grafana.run(context, &path, data)).await.unwrap()
}

/// Runs the streams of so many queries.
async fn run_all(
    grafana: &Grafana,
    context: fn() -> PluginContext,
    queries: impl Iterator<Item = String>,
) -> Vec<Streaming<StreamPacket>> {
    let mut running = Vec::new();
    for query in queries {
        running.push(run(grafana, context(), &query).await);
    }
    running
}

/// Those that send rows, and not those that count beside them.
fn of_rows(streams: Vec<Stream>) -> Vec<Stream> {
    streams.into_iter().filter(|stream| stream.request.has_rows()).collect()
}

/// Status and error of the answer to a query.
async fn asked(grafana: &Grafana, context: PluginContext, json: &str) -> (i32, String) {
    let answer = grafana.answer(context, json).await;
    (answer.status, answer.error)
}

const NO_STREAM: &str =
    "you already have 256 streams running, the most one user may have; close panels or ask for fewer";
const NO_FILTER: &str = "you already have 32 different filters on interface \"eth0\", the most one user may have; close \
     panels, or give them the same filter, direction and limit; 20 values joined by or are one filter";

/// What was measured before there were quotas: 37 MB/s of log, and 12.6 s for others' queries.
#[tokio::test(start_paused = true)]
async fn who_opens_2000_streams_takes_nothing_from_others() {
    let (log, _guard) = Log::start();
    let mut grafana = Grafana::start().await;
    let mut running = run_all(&grafana, ada, (0..2000).map(packets)).await;
    assert_eq!(of_rows(grafana.all_started()).len(), 32, "filters");
    running.extend(run_all(&grafana, ada, (0..2000).map(accounts)).await);
    assert_eq!(grafana.all_started().len(), 256 - 32);
    assert_eq!(asked(&grafana, ada(), &packets(2000)).await, (429, NO_FILTER.to_owned()));
    assert_eq!(asked(&grafana, ada(), &accounts(2000)).await, (429, NO_STREAM.to_owned()));
    // What runs already needs nothing more.
    assert_eq!(asked(&grafana, ada(), &packets(0)).await, (200, String::new()));

    // They wait for hours, without a message and without an end.
    sleep(Duration::from_secs(7200)).await;
    assert_eq!(grafana.all_started().len(), 0);
    let waiting = running.last_mut().unwrap();
    assert!(timeout(Duration::from_secs(60), waiting.message()).await.is_err());

    let began = Instant::now();
    let (mut bobs, stream) = grafana.stream_as(bob(), r#"{"columns":["ttl"],"limit":7}"#).await;
    stream.capture([64], 0);
    assert_eq!(ttls(next(&mut bobs).await), [64]);
    assert_eq!(began.elapsed(), Duration::ZERO);

    let lines = log.lines();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(
        lines[0],
        format!(
            "WARN data source 1/a: {NO_FILTER}. What else is refused there is counted, and said when it has ended"
        )
    );
    drop(running);
    sleep(Duration::from_secs(180)).await;
    let refused = (2000 - 32) + (2000 - (256 - 32)) + 2;
    let lines = log.lines();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!(lines[1], format!("INFO data source 1/a: {refused} requests were refused; none is any more"));
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_waits_runs_when_another_has_ended() {
    let mut grafana = Grafana::start().await;
    let mut running = run_all(&grafana, ada, (0..32).map(packets)).await;
    assert_eq!(of_rows(grafana.all_started()).len(), 32);
    let mut waiting = run(&grafana, ada(), &packets(32)).await;
    sleep(Duration::from_secs(600)).await;
    assert_eq!(of_rows(grafana.all_started()).len(), 0);
    running.pop();
    let began = Instant::now();
    let mut stream = grafana.started().await;
    while !stream.request.has_rows() {
        stream = grafana.started().await;
    }
    assert!(began.elapsed() <= Duration::from_secs(75), "{:?}", began.elapsed());
    stream.capture([7], 0);
    assert_eq!(ttls(next(&mut waiting).await), [7]);
    // When it ends, nobody has anything.
    drop((running, waiting));
    sleep(Duration::from_secs(1)).await;
    let again = run_all(&grafana, ada, (100..132).map(packets)).await;
    assert_eq!(of_rows(grafana.all_started()).len(), again.len());
}

/// The call is cancelled, and not just its stream.
#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_gives_back_what_it_had() {
    let mut grafana = Grafana::start().await;
    for round in 0..3 {
        let LiveChannel { path, data } = channel_of(&packets(round));
        // Long enough to be let in, and too short for an answer.
        for polls in 0..20 {
            let call = grafana.run(ada(), &path, &data);
            tokio::pin!(call);
            for _ in 0..polls {
                if futures::poll!(&mut call).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        sleep(Duration::from_secs(1)).await;
        grafana.all_started();
    }
    let running = run_all(&grafana, ada, (100..132).map(packets)).await;
    assert_eq!(of_rows(grafana.all_started()).len(), running.len());
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_process_ends_streams_that_wait() {
    let grafana = Grafana::start().await;
    let _running = run_all(&grafana, ada, (0..32).map(packets)).await;
    let mut waiting = run(&grafana, ada(), &packets(32)).await;
    grafana.shut_down().await;
    assert_eq!(next(&mut waiting).await, None);
}

/// The capture keeps a slot for it as long.
#[tokio::test(start_paused = true)]
async fn what_a_query_was_promised_counts_for_ten_seconds() {
    let grafana = Grafana::start().await;
    let answered = (200, String::new());
    for number in 0..32 {
        assert_eq!(asked(&grafana, ada(), &packets(number)).await, answered);
    }
    assert_eq!(asked(&grafana, ada(), &packets(32)).await, (429, NO_FILTER.to_owned()));
    assert_eq!(asked(&grafana, bob(), &packets(32)).await, answered);
    sleep(Duration::from_secs(9)).await;
    assert_eq!(asked(&grafana, ada(), &packets(32)).await.0, 429);
    // Asked for again, it lasts on.
    assert_eq!(asked(&grafana, ada(), &packets(0)).await, answered);
    sleep(Duration::from_secs(2)).await;
    for number in 32..63 {
        assert_eq!(asked(&grafana, ada(), &packets(number)).await, answered);
    }
    assert_eq!(asked(&grafana, ada(), &packets(63)).await.0, 429);
}

#[tokio::test(start_paused = true)]
async fn a_promise_ends_when_its_stream_begins() {
    let grafana = Grafana::start().await;
    for number in 0..32 {
        assert_eq!(asked(&grafana, ada(), &packets(number)).await.0, 200);
    }
    let running = run(&grafana, ada(), &packets(0)).await;
    assert_eq!(asked(&grafana, ada(), &packets(32)).await.0, 429);
    drop(running);
    // Much less than ten seconds.
    sleep(Duration::from_millis(1)).await;
    assert_eq!(asked(&grafana, ada(), &packets(32)).await.0, 200);
}

#[tokio::test(start_paused = true)]
async fn services_count_apart_from_people() {
    let mut grafana = Grafana::start().await;
    // As many as all people together may have.
    let carol = || viewer_called("carol", 2, "c");
    let of = |first: usize, most: usize| (first..first + most).map(packets);
    let _running = [
        run_all(&grafana, ada, of(0, 32)).await,
        run_all(&grafana, bob, of(100, 16)).await,
        run_all(&grafana, carol, of(200, 8)).await,
    ];
    assert_eq!(of_rows(grafana.all_started()).len(), 56);
    let (status, error) = asked(&grafana, viewer_called("dave", 3, "d"), &packets(300)).await;
    assert_eq!(status, 429);
    assert!(error.starts_with("all users together already have 56 different filters on "), "{error}");

    let scheduler = || asked_by(Some(service("grafana_scheduler")));
    let rule = |number: usize| format!(r#"{{"kind":"rates","filter":"ttl {number}"}}"#);
    let mut standing = Vec::new();
    for number in 0..24 {
        assert_eq!(asked(&grafana, scheduler(), &rule(number)).await, (200, String::new()));
        standing.push(grafana.started().await);
    }
    // One more than a service may have: the one that was asked for least recently gives way.
    assert_eq!(asked(&grafana, scheduler(), &rule(24)).await, (200, String::new()));
    standing[0].ended().await;
    assert_eq!(standing.iter_mut().filter_map(|one| one.has_ended().then_some(())).count(), 0, "no other");
    // Public dashboards are another service.
    assert_eq!(asked(&grafana, asked_by(Some(service("service"))), r#"{"kind":"rates"}"#).await.0, 200);
}

/// Names need not exist: a stream waits for its interface.
#[tokio::test(start_paused = true)]
async fn interfaces_that_are_watched_by_name_are_bounded() {
    let mut grafana = Grafana::start().await;
    let names = |number: usize| format!(r#"{{"kind":"capture","interfaces":["veth{number}"]}}"#);
    let _running = run_all(&grafana, ada, (0..70).map(names)).await;
    assert_eq!(grafana.all_started().len(), 64);
    let (status, error) = asked(&grafana, ada(), "{}").await;
    assert_eq!(
        (status, error.as_str()),
        (
            429,
            "you already have 64 different interfaces watched by name, the most one user may have; close panels, or ask \
             for all interfaces (any)"
        )
    );
    assert_eq!(asked(&grafana, ada(), r#"{"interfaces":["any"]}"#).await.0, 200);
}

#[tokio::test(start_paused = true)]
async fn grouped_rates_and_conversations_are_bounded() {
    let mut grafana = Grafana::start().await;
    let flows = |number: usize| format!(r#"{{"kind":"flows","top":{}}}"#, number + 1);
    let _running = run_all(&grafana, ada, (0..40).map(flows)).await;
    assert_eq!(grafana.all_started().len(), 32);
    let (status, error) = asked(&grafana, ada(), &flows(50)).await;
    assert_eq!(status, 429);
    assert!(
        error.starts_with(
            "you already have 32 different queries of grouped rates and conversations running, "
        ),
        "{error}"
    );
    assert_eq!(asked(&grafana, ada(), &flows(0)).await.0, 200, "it runs");
    assert_eq!(asked(&grafana, bob(), &flows(50)).await.0, 200);
}

/// `xdplive watch` is alone with its capture.
#[tokio::test(start_paused = true)]
async fn the_administrator_can_change_or_lift_quotas() {
    for (percent, expected) in [("50", 16), ("none", 100)] {
        let mut grafana = Grafana::start_on(Machine::default(), &[("quota_percent", percent)]).await;
        grafana.source.room.store(1000, Ordering::Relaxed);
        let _running = run_all(&grafana, ada, (0..100).map(packets)).await;
        assert_eq!(of_rows(grafana.all_started()).len(), expected);
    }
}
