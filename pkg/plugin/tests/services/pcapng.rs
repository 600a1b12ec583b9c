//! Packets as a file.

use std::time::Duration;

use grafana_plugin_sdk::pluginv2::CallResourceResponse;
use serde_json::{Value, json};
use tonic::Streaming;
use xdplive_packet::accounting::Limit;
use xdplive_plugin::services::ACCOUNTS;
use xdplive_source::Counted;

use crate::{
    context::{asked_by, person, service, viewer, viewer_called, with_settings},
    grafana::{Grafana, patiently},
    source::Machine,
};

const PACKET: u32 = 6;
const STATISTICS: u32 = 5;

/// Types of the blocks in a piece of a file.
fn blocks(mut piece: &[u8]) -> Vec<u32> {
    let number = |bytes: &[u8]| u32::from_le_bytes(bytes[..4].try_into().unwrap());
    let mut blocks = Vec::new();
    while !piece.is_empty() {
        blocks.push(number(piece));
        piece = &piece[number(&piece[4..]) as usize..];
    }
    blocks
}

async fn next(download: &mut Streaming<CallResourceResponse>) -> Option<CallResourceResponse> {
    patiently(download.message()).await.unwrap()
}

/// The rest of a file: how many packets it has, whether statistics end it, and its accounts.
async fn rest(mut download: Streaming<CallResourceResponse>) -> (usize, bool, [u64; 5]) {
    let mut all = Vec::new();
    while let Some(piece) = next(&mut download).await {
        all.extend(blocks(&piece.body));
    }
    let trailers = download.trailers().await.unwrap().unwrap();
    let accounts = ACCOUNTS.map(|name| trailers.get(name).unwrap().to_str().unwrap().parse().unwrap());
    let packets = all.iter().filter(|kind| **kind == PACKET).count();
    (packets, all.last() == Some(&STATISTICS), accounts)
}

fn matched(seen: u64, matched: u64) -> Counted {
    Counted { seen, matched, ..Counted::default() }
}

#[tokio::test(start_paused = true)]
async fn a_file_comes_piece_by_piece_and_ends_with_its_statistics() {
    let mut grafana = Grafana::start().await;
    let query = r#"{"filter":"udp","direction":"in","limit":7,"count":5}"#;
    let (mut download, mut stream, first) = grafana.file(query).await;
    assert_eq!(first.headers["Content-Type"].values, ["application/x-pcapng"]);
    let disposition = &first.headers["Content-Disposition"].values[0];
    assert!(disposition.starts_with("attachment; filename=\"xdplive-eth0-2"), "{disposition}");
    // Section and interface are there before any packet.
    assert_eq!(blocks(&first.body), [0x0a0d_0d0a, 1]);
    let wanted = stream.request.wanted.as_ref().unwrap();
    assert!(wanted.header_bytes);
    assert_eq!((wanted.filter.to_string().as_str(), wanted.limit), ("udp", Limit::PerSecond(7)));

    stream.capture([1, 2], 0);
    let piece = next(&mut download).await.unwrap();
    assert_eq!((blocks(&piece.body), piece.headers.len()), (vec![PACKET; 2], 0));
    // One more than it may have.
    stream.capture([3, 4, 5, 6], 3);
    assert_eq!(blocks(&next(&mut download).await.unwrap().body), [PACKET; 3]);
    stream.ended().await;
    stream.capture([7], 0);
    stream.close_at_eth0(Counted { thinned: 2, lost: 1, ..matched(20, 13) });
    let accounts = [20, 7, 2 + 3 + 2, 1, 5];
    assert_eq!(rest(download).await, (0, true, accounts));
    assert_eq!(accounts[0], accounts[1..].iter().sum::<u64>());
}

#[tokio::test(start_paused = true)]
async fn a_count_that_is_reached_exactly_ends_the_file() {
    let mut grafana = Grafana::start().await;
    let (download, mut stream, _) = grafana.file(r#"{"count":2}"#).await;
    stream.capture([1, 2], 0);
    stream.ended().await;
    stream.close_at_eth0(matched(2, 2));
    assert_eq!(rest(download).await, (2, true, [2, 0, 0, 0, 2]));
}

#[tokio::test(start_paused = true)]
async fn time_ends_a_file() {
    let mut grafana = Grafana::start().await;
    for (query, seconds) in [(r#"{"seconds":3}"#, 3), ("{}", 10)] {
        let (download, mut stream, _) = grafana.file(query).await;
        let began = tokio::time::Instant::now();
        let rest = tokio::spawn(rest(download));
        stream.ended().await;
        let took = began.elapsed();
        assert!(took >= Duration::from_secs(seconds) && took < Duration::from_secs(seconds + 1), "{took:?}");
        stream.capture([1], 0);
        stream.close_at_eth0(matched(1, 1));
        assert_eq!(rest.await.unwrap(), (1, true, [1, 0, 0, 0, 1]));
    }
}

#[tokio::test(start_paused = true)]
async fn bytes_end_a_file() {
    let mut grafana = Grafana::start().await;
    let (_, _, first) = grafana.file("{}").await;
    // A packet without bytes takes 44.
    let most = first.body.len() + 44 * 3 + 43;
    let (download, mut stream, _) = grafana.file(&json!({ "bytes": most }).to_string()).await;
    stream.capture([1; 10], 0);
    stream.ended().await;
    stream.close_at_eth0(matched(10, 10));
    assert_eq!(rest(download).await, (3, true, [10, 0, 7, 0, 3]));
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_process_completes_a_file() {
    let mut grafana = Grafana::start_on(Machine::default(), &[("max_limit", "none")]).await;
    let unbounded = r#"{"limit":null,"count":null,"seconds":null,"bytes":null}"#;
    let (download, mut stream, _) = grafana.file(unbounded).await;
    assert_eq!(stream.request.wanted.as_ref().unwrap().limit, Limit::All);
    stream.capture([1; 2000], 0);
    grafana.shut_down().await;
    stream.ended().await;
    stream.capture([2], 0);
    stream.close_at_eth0(matched(2001, 2001));
    assert_eq!(rest(download).await, (2001, true, [2001, 0, 0, 0, 2001]));
}

#[tokio::test]
async fn who_goes_away_ends_the_capture() {
    let mut grafana = Grafana::start().await;
    let (download, mut stream, _) = grafana.file("{}").await;
    assert!(!stream.has_ended());
    drop(download);
    stream.ended().await;
}

#[tokio::test]
async fn no_more_than_two_at_a_time() {
    let mut grafana = Grafana::start().await;
    let mut running = vec![grafana.file("{}").await, grafana.file("{}").await];
    let refused = next(&mut grafana.download(viewer(), "{}").await).await.unwrap();
    assert_eq!(refused.code, 429);
    let said: Value = serde_json::from_slice(&refused.body).unwrap();
    assert_eq!(
        said["message"],
        "you already have 2 files being written, the most one user may have; try again when one has ended"
    );
    let another = viewer_called("bob", 1, "p4ck3ts");
    assert_eq!(next(&mut grafana.download(another, "{}").await).await.unwrap().code, 200);
    running.clear();
    patiently(async {
        while next(&mut grafana.download(viewer(), "{}").await).await.unwrap().code != 200 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// A download that is paused in a browser keeps others from theirs no longer than a while.
#[tokio::test(start_paused = true)]
async fn who_takes_nothing_loses_the_place() {
    let mut grafana = Grafana::start().await;
    let query = r#"{"seconds":3,"count":100000}"#;
    let mut stalled = [grafana.file(query).await, grafana.file(query).await];
    for (_, stream, _) in &mut stalled {
        // More than fits on the way.
        for _ in 0..40 {
            stream.capture([1; 2000], 0);
        }
    }
    let began = tokio::time::Instant::now();
    for (_, stream, _) in &mut stalled {
        stream.ended().await;
    }
    while next(&mut grafana.download(viewer(), "{}").await).await.unwrap().code != 200 {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert!(began.elapsed() < Duration::from_secs(40), "{:?}", began.elapsed());
    let [(mut download, ..), _] = stalled;
    let error = loop {
        match patiently(download.message()).await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("a file that was broken off looks complete"),
            Err(status) => break status,
        }
    };
    assert_eq!(error.message(), "the file was broken off: its reader took nothing for 30 s");
}

#[tokio::test]
async fn what_is_refused() {
    let grafana = Grafana::start_on(Machine::default(), &[("interfaces", "eth*")]).await;
    let ask = async |context, query: &str| {
        let first = next(&mut grafana.download(context, query).await).await.unwrap();
        assert_eq!(first.headers["Content-Type"].values, ["application/json"]);
        let body: Value = serde_json::from_slice(&first.body).unwrap();
        (first.code, body["message"].as_str().unwrap().to_owned())
    };
    for (context, query, code, beginning) in [
        (
            viewer(),
            r#"{"count":0}"#,
            400,
            "count: 0 is not allowed; it takes a whole number from 1 to 100000",
        ),
        (viewer(), r#"{"seconds":301}"#, 400, "seconds: 301 is not allowed"),
        (viewer(), r#"{"bytes":"x"}"#, 400, "bytes: \"x\" is not allowed"),
        (viewer(), r#"{"kind":"rates"}"#, 400, "kind: \"rates\" is not allowed"),
        (viewer(), r#"{"filter":"tcp port"}"#, 400, "filter: "),
        (viewer(), r#"{"limit":10001}"#, 400, "limit: "),
        (viewer(), "[]", 400, "the query is []"),
        (viewer(), r#"{"interfaces":["wg0"]}"#, 403, "interface \"wg0\" may not be watched"),
        (viewer(), r#"{"interfaces":["any"]}"#, 403, "all interfaces (any) may not be watched"),
        (viewer(), r#"{"interfaces":["eth7"]}"#, 400, "there is no interface \"eth7\""),
        (with_settings(r#"{"minimumRole":"Editor"}"#), "{}", 403, "the role Viewer may not see packets"),
        (asked_by(Some(person("None"))), "{}", 403, "the role None may not see packets"),
        (asked_by(Some(service("service"))), "{}", 403, "packets are not shown to public dashboards"),
    ] {
        let (status, message) = ask(context, query).await;
        assert_eq!(status, code, "{message}");
        assert!(message.starts_with(beginning), "{message}");
    }
    let (code, body) = grafana.resource(viewer(), "DELETE", "pcapng").await;
    assert_eq!((code, body), (405, json!({ "message": "pcapng can be had by GET and POST" })));
}
