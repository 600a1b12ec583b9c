//! Who asks and has no stream: expressions that Grafana evaluates on the server, and scripts.

use std::{sync::atomic::Ordering, time::Duration};

use serde_json::{Value, json};
use tokio::time::sleep;
use xdplive_packet::event::Direction::Out;

use crate::{
    context::viewer,
    feed::{columns, flow, tcp, udp},
    grafana::{Grafana, meta, query_over, rows},
    source::{Machine, Stream},
};

const GROUPS: &str = r#"{"kind":"rates","groupBy":"protocol","columns":["group","packets"]}"#;

/// Grafana with a page on which queries have expressions beside them.
async fn with_expression(settings: &[(&str, &str)]) -> Grafana {
    let mut grafana = Grafana::start_on(Machine::default(), settings).await;
    grafana.headers.insert("http_X-Grafana-From-Expr".to_owned(), "true".to_owned());
    grafana
}

/// The columns of an answer over all times until now, and its notices.
async fn asked(grafana: &Grafana, json: &str) -> (Value, Value) {
    let all = 0..=xdplive_capture::clock::milliseconds();
    let answer = grafana.query(Some(viewer()), vec![query_over("A", json, all)]).await.remove("A").unwrap();
    assert_eq!(answer.error, "");
    let frame = &answer.frames[0];
    (rows(frame).into_iter().map(|(_, values)| values).collect(), meta(frame)["notices"].take())
}

#[tokio::test(start_paused = true)]
async fn what_it_asks_for_is_there_when_it_asks_again() {
    let mut grafana = with_expression(&[]).await;
    let (found, notices) = asked(&grafana, GROUPS).await;
    assert_eq!(found, json!([[], []]));
    let text = notices[0]["text"].as_str().unwrap();
    assert!(text.starts_with("Counting since ") && text.contains("at least 2 minutes"), "{text}");
    let mut stream = grafana.started().await;
    // A page that is refreshed every minute.
    for minute in 0..5 {
        sleep(Duration::from_secs(60)).await;
        stream.count(minute, vec![flow(tcp(1, 443), Out, minute + 1)], 0);
        sleep(Duration::from_millis(10)).await;
        let (found, _) = asked(&grafana, GROUPS).await;
        assert_eq!(found[1].as_array().unwrap().last(), Some(&json!(minute + 1)));
    }
    assert!(grafana.all_started().is_empty(), "one stream does for all of that");
    sleep(Duration::from_secs(119)).await;
    assert!(!stream.has_ended());
    sleep(Duration::from_secs(2)).await;
    assert!(stream.has_ended(), "nobody has asked for two minutes");
}

#[tokio::test(start_paused = true)]
async fn scripts_are_no_different() {
    let mut grafana = Grafana::start().await;
    grafana.headers.clear();
    asked(&grafana, r#"{"kind":"rates"}"#).await;
    let mut all = grafana.all_started();
    assert!(!all.is_empty() && all.iter_mut().all(|stream: &mut Stream| !stream.has_ended()));
    // Packets are no numbers to calculate with, and cost more.
    asked(&grafana, r#"{"columns":["ttl"]}"#).await;
    assert!(grafana.all_started().is_empty());
    // Of a time that is over nothing more can come.
    let past = query_over("A", r#"{"kind":"rates","filter":"udp"}"#, 0..=1000);
    grafana.query(Some(viewer()), vec![past]).await;
    assert!(grafana.all_started().is_empty());
}

/// A panel that shows the same has it counted already, and one that opens goes on with it.
#[tokio::test(start_paused = true)]
async fn panels_and_expressions_share_a_stream() {
    let mut grafana = with_expression(&[]).await;
    let (mut running, stream) = {
        let channel = grafana.channel(GROUPS).await;
        let stream = grafana.started().await;
        (grafana.run(viewer(), &channel.path, channel.data).await.unwrap(), stream)
    };
    assert!(grafana.all_started().is_empty(), "the panel has taken it over");
    stream.count(0, vec![flow(udp(1, 53), Out, 4)], 0);
    assert_eq!(columns(&mut running).await, json!([["UDP"], [4]]));
    let (found, notices) = asked(&grafana, GROUPS).await;
    assert_eq!((found, notices), (json!([["UDP"], [4]]), Value::Null));
    assert!(grafana.all_started().is_empty());
    // It lingers when the panel is closed, and an expression has it go on.
    drop(running);
    sleep(Duration::from_secs(50)).await;
    asked(&grafana, GROUPS).await;
    let mut stream = stream;
    sleep(Duration::from_secs(100)).await;
    assert!(!stream.has_ended());
    sleep(Duration::from_secs(30)).await;
    assert!(stream.has_ended());
}

#[tokio::test(start_paused = true)]
async fn they_give_way_to_what_is_asked_and_are_few() {
    let mut grafana = with_expression(&[]).await;
    asked(&grafana, r#"{"kind":"rates","filter":"udp"}"#).await;
    let mut streams = grafana.all_started();
    assert!(!streams.is_empty());
    grafana.source.room.store(0, Ordering::Release);
    grafana.headers.remove("http_X-Grafana-From-Expr");
    let _ = grafana.answer(viewer(), r#"{"columns":["ttl"],"filter":"tcp"}"#).await;
    sleep(Duration::from_secs(2)).await;
    assert!(streams.iter_mut().any(Stream::has_ended));

    let mut grafana = with_expression(&[]).await;
    for top in 1..=20 {
        asked(&grafana, &format!(r#"{{"kind":"rates","groupBy":"protocol","top":{top}}}"#)).await;
        sleep(Duration::from_millis(10)).await;
    }
    let ended: Vec<bool> = grafana.all_started().iter_mut().map(Stream::has_ended).collect();
    assert_eq!(ended, [[true; 4].as_slice(), &[false; 16]].concat());
}

#[tokio::test(start_paused = true)]
async fn where_nothing_goes_on_without_a_panel_it_says_so() {
    let mut grafana = with_expression(&[("linger_seconds", "0")]).await;
    let (_, notices) = asked(&grafana, GROUPS).await;
    let text = notices[0]["text"].as_str().unwrap();
    assert!(text.contains("linger_seconds = 0"), "{text}");
    assert!(grafana.all_started().is_empty());
}
