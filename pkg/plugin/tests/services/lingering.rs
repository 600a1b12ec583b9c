//! A stream whose last panel has gone: it goes on for a while, for a browser whose connection was cut.

use std::{sync::atomic::Ordering, time::Duration};

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{
    context::viewer,
    grafana::{Grafana, LiveChannel, message, meta, next, query_over, rows},
    source::{Machine, Stream},
};

const TTL: &str = r#"{"columns":["ttl"]}"#;

/// Runs the stream of a query once more, which begins none at the source.
async fn run_again(
    grafana: &mut Grafana,
    json: &str,
) -> tonic::Streaming<grafana_plugin_sdk::pluginv2::StreamPacket> {
    let LiveChannel { path, data } = grafana.channel(json).await;
    let running = grafana.run(viewer(), &path, data).await.unwrap();
    let begun = grafana.all_started();
    assert!(begun.iter().all(|stream| !stream.request.has_rows()), "the stream goes on");
    running
}

/// Run, number of the first row, and TTLs of a message.
fn place(message: &Value) -> (String, i64, &Value) {
    let run = message["run"].as_str().unwrap().to_owned();
    (run, message["first"].as_i64().unwrap(), &message["data"]["values"][0])
}

#[tokio::test(start_paused = true)]
async fn a_browser_that_comes_back_has_every_row_that_came_meanwhile() {
    let mut grafana = Grafana::start().await;
    let (mut running, stream) = grafana.stream(TTL).await;
    stream.capture([1, 2], 0);
    let first = message(next(&mut running).await);
    drop(running);
    sleep(Duration::from_secs(40)).await;
    stream.capture([3, 4, 5], 0);
    sleep(Duration::from_secs(1)).await;

    let mut running = run_again(&mut grafana, TTL).await;
    stream.capture([6], 0);
    let second = message(next(&mut running).await);
    assert!(second["schema"]["fields"][0]["name"] == "ttl", "it names its columns anew: {second}");
    let (run, begin, ttls) = place(&first);
    assert_eq!((begin, ttls), (0, &json!([1, 2])));
    assert_eq!(place(&second), (run.clone(), 5, &json!([6])));
    stream.capture([7], 0);
    let third = message(next(&mut running).await);
    assert_eq!(third["schema"], Value::Null);
    assert_eq!(place(&third), (run.clone(), 6, &json!([7])));

    // What the page lacks is in an answer, with its place.
    let mut answers = grafana.query(Some(viewer()), vec![query_over("A", TTL, 0..=1)]).await;
    let frame = answers.remove("A").unwrap().frames.remove(0);
    assert_eq!(rows(&frame)[0].1, json!([1, 2, 3, 4, 5, 6, 7]));
    let custom = &meta(&frame)["custom"];
    assert_eq!((&custom["run"], &custom["first"]), (&json!(run), &json!(0)));
}

#[tokio::test(start_paused = true)]
async fn nobody_comes_back_for_ever() {
    let mut grafana = Grafana::start().await;
    let (running, mut stream) = grafana.stream(TTL).await;
    drop(running);
    sleep(Duration::from_secs(59)).await;
    assert!(!stream.has_ended());
    sleep(Duration::from_secs(2)).await;
    assert!(stream.has_ended());
    // The next one begins anew.
    let (_running, _stream) = grafana.stream(TTL).await;
}

#[tokio::test(start_paused = true)]
async fn no_more_than_a_few_linger() {
    let mut grafana = Grafana::start().await;
    let mut streams: Vec<Stream> = Vec::new();
    for limit in 1..=20 {
        let (running, stream) = grafana.stream(&format!(r#"{{"columns":["ttl"],"limit":{limit}}}"#)).await;
        drop(running);
        // That it was dropped is heard of.
        sleep(Duration::from_millis(10)).await;
        streams.push(stream);
    }
    let ended: Vec<bool> = streams.iter_mut().map(Stream::has_ended).collect();
    assert_eq!(ended, [[true; 4].as_slice(), &[false; 16]].concat(), "the last ones linger");
}

#[tokio::test(start_paused = true)]
async fn an_administrator_can_have_none_linger() {
    let mut grafana = Grafana::start_on(Machine::default(), &[("linger_seconds", "0")]).await;
    let (running, mut stream) = grafana.stream(TTL).await;
    drop(running);
    sleep(Duration::from_millis(10)).await;
    assert!(stream.has_ended());
}

#[tokio::test(start_paused = true)]
async fn what_lingers_gives_way_to_what_is_asked() {
    let mut grafana = Grafana::start().await;
    let (running, mut stream) = grafana.stream(TTL).await;
    grafana.source.room.store(0, Ordering::Release);
    let other = r#"{"columns":["ttl"],"filter":"udp"}"#;
    assert!(grafana.answer(viewer(), other).await.error.contains("slots"), "a panel looks at it");
    drop(running);
    sleep(Duration::from_millis(10)).await;
    assert!(!stream.has_ended());
    let _ = grafana.answer(viewer(), other).await;
    assert!(stream.has_ended());
}

#[tokio::test(start_paused = true)]
async fn what_lingers_ends_with_the_process() {
    let mut grafana = Grafana::start().await;
    let (running, mut stream) = grafana.stream(TTL).await;
    drop(running);
    sleep(Duration::from_millis(10)).await;
    assert!(!stream.has_ended());
    grafana.shut_down().await;
    sleep(Duration::from_millis(10)).await;
    assert!(stream.has_ended());
}
