//! The end that Grafana asks for: streams bring what was captured, then their accounts.

use grafana_plugin_sdk::pluginv2::StreamPacket;
use tonic::Streaming;
use xdplive_plugin::services::ACCOUNTS;
use xdplive_source::Counted;

use crate::{
    grafana::{Grafana, next, ttls},
    source::Machine,
};

const LIMITED: &str = r#"{"columns":["ttl"]}"#;
const UNLIMITED: &str = r#"{"columns":["ttl"],"limit":null}"#;

/// Requires that the stream ends well, and returns its accounts: seen, unmatched, thinned, lost, delivered.
async fn accounts(running: &mut Streaming<StreamPacket>) -> [u64; 5] {
    assert_eq!(next(running).await, None);
    let trailers = running.trailers().await.unwrap().unwrap();
    ACCOUNTS.map(|name| trailers.get(name).unwrap().to_str().unwrap().parse().unwrap())
}

#[test]
fn the_accounts_have_the_names_that_watch_prints() {
    assert_eq!(
        ACCOUNTS,
        ["xdplive-seen", "xdplive-unmatched", "xdplive-thinned", "xdplive-lost", "xdplive-delivered"]
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_captured_is_sent_and_adds_up() {
    let mut grafana = Grafana::start_on(Machine::default(), &[("max_limit", "none")]).await;
    let mut streams = Vec::new();
    for query in [LIMITED, UNLIMITED] {
        let (mut running, stream) = grafana.stream(query).await;
        stream.capture([1, 2, 3], 0);
        assert_eq!(ttls(next(&mut running).await), [1, 2, 3]);
        streams.push((running, stream));
    }

    grafana.shut_down().await;

    for (running, stream) in &mut streams {
        stream.ended().await;
        // Captured before the end, and only now read from the ring.
        stream.capture([4, 5], 4);
        stream.close(Counted { seen: 20, matched: 11, thinned: 0, lost: 2, ..Counted::default() });
        assert_eq!(ttls(next(running).await), [4, 5]);
        let [seen, unmatched, thinned, lost, delivered] = accounts(running).await;
        assert_eq!([seen, unmatched, thinned, lost, delivered], [20, 9, 4, 2, 5]);
        assert_eq!(seen, unmatched + thinned + lost + delivered);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_never_had_a_row_ends_well_too() {
    let mut grafana = Grafana::start().await;
    let (mut running, mut stream) = grafana.stream(LIMITED).await;
    grafana.shut_down().await;
    stream.ended().await;
    stream.close(Counted { seen: 7, matched: 0, thinned: 0, lost: 0, ..Counted::default() });
    assert_eq!(accounts(&mut running).await, [7, 7, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_run_after_that_ends_at_once() {
    let mut grafana = Grafana::start().await;
    grafana.shut_down().await;
    let (mut running, mut stream) = grafana.stream(LIMITED).await;
    stream.ended().await;
    stream.close(Counted::default());
    assert_eq!(accounts(&mut running).await, [0; 5]);
}

#[tokio::test(start_paused = true)]
async fn asking_twice_is_asking_once() {
    let mut grafana = Grafana::start().await;
    let (mut running, mut stream) = grafana.stream(LIMITED).await;
    grafana.shut_down().await;
    grafana.shut_down().await;
    stream.ended().await;
    stream.close(Counted::default());
    assert_eq!(accounts(&mut running).await, [0; 5]);
}
