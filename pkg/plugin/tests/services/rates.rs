//! The kind `rates`: what is counted, in each interval, and what was counted before anybody looked.

use std::time::Duration;

use xdplive_packet::{accounting::Limit, flow::Sum};
use xdplive_source::{Counted, Lap, Moment, Request};

use crate::{
    context::{asked_by, service, viewer},
    grafana::{Grafana, meta, next, query_over, rows},
};

/// A second that ends then, with packets received and sent.
fn second(time: i64) -> Lap {
    let sum = |packets| Sum { packets, segments: packets, bytes: 64 * packets };
    let at = Moment { wall: time * 1_000_000, steady: Duration::ZERO };
    Lap { at, length: Duration::from_secs(1), sums: [sum(600), sum(400)] }
}

/// A panel shows its past at once, as far as it falls into its time range.
#[tokio::test]
async fn the_answer_has_what_was_counted_in_the_range() {
    let grafana = Grafana::start().await;
    // What is asked for is what the source was asked for.
    grafana.answer(viewer(), r#"{"kind":"rates"}"#).await;
    let request = grafana.source.prepared.lock().unwrap()[0].clone();
    let begin = 1_767_225_600_000;
    let seconds: Vec<Lap> = (-3..=302).map(|number| second(begin + 1000 * number)).collect();
    grafana.recorder.add(&request, &seconds);
    for (json, count, value) in [
        (r#"{"kind":"rates"}"#, 301, 1000.0),
        (r#"{"kind":"rates","direction":"in"}"#, 301, 600.0),
        (r#"{"kind":"rates","measure":"bits"}"#, 301, 512_000.0),
        (r#"{"kind":"rates","measure":"size","interval":10000}"#, 31, 64.0),
        (r#"{"kind":"rates","filter":"udp"}"#, 0, 0.0),
    ] {
        let query = query_over("A", json, begin..=begin + 300_000);
        let answer = grafana.query(Some(viewer()), vec![query]).await.remove("A").unwrap();
        assert_eq!(answer.error, "");
        let columns = rows(&answer.frames[0]);
        let values = columns[1].1.as_array().unwrap();
        assert_eq!(values.len(), count, "{json}");
        assert!(values.iter().all(|one| (one.as_f64().unwrap() - value).abs() < 1e-9), "{json}");
        assert!(meta(&answer.frames[0])["custom"]["channel"].as_str().unwrap().starts_with("rates/"));
    }
}

/// How much there is, is no secret to alert rules and public dashboards.
#[tokio::test]
async fn services_may_see_rates() {
    let grafana = Grafana::start().await;
    let answer = grafana.answer(asked_by(Some(service("grafana_scheduler"))), r#"{"kind":"rates"}"#).await;
    assert_eq!(answer.error, "");
}

#[tokio::test(start_paused = true)]
async fn a_stream_asks_for_counts_and_no_rows() {
    let mut grafana = Grafana::start().await;
    let (_running, stream) = grafana.stream(r#"{"kind":"rates","filter":"udp","limit":7}"#).await;
    let Request { wanted, .. } = &stream.request;
    let wanted = wanted.as_ref().unwrap();
    assert_eq!((wanted.filter.to_string().as_str(), wanted.limit), ("udp", Limit::None));
}

/// What the last message brings is what the kernel had counted in all, less what was sent before.
#[tokio::test(start_paused = true)]
async fn the_last_interval_completes_the_sum() {
    let mut grafana = Grafana::start().await;
    let query = r#"{"kind":"rates","columns":["packets","segments","bytes"]}"#;
    let (mut running, mut stream) = grafana.stream(query).await;
    // Nothing is attached, so nothing is sent: that would read as zero.
    assert!(tokio::time::timeout(Duration::from_secs(3600), running.message()).await.is_err());
    grafana.shut_down().await;
    stream.ended().await;
    stream.close(Counted { seen: 40, matched: 30, segments: 33, bytes: 9000, ..Counted::default() });
    let last = next(&mut running).await.unwrap();
    assert!(String::from_utf8(last.data).unwrap().ends_with(r#""data":{"values":[[30],[33],[9000]]}}"#));
    assert_eq!(next(&mut running).await, None);
    let trailers = running.trailers().await.unwrap().unwrap();
    let counts = ["seen", "unmatched", "thinned", "lost", "delivered"]
        .map(|name| trailers.get(format!("xdplive-{name}")).unwrap().to_str().unwrap().to_owned());
    assert_eq!(counts, ["40", "10", "0", "0", "30"]);
}
