//! Many agents at one server and one client, and what that costs each of them: the real protocol with made-up packets.
//! Takes minutes, so it is run by hand, in a release build:
//! `XDPLIVE_AGENTS=1000 cargo test --release -p xdplive-fleet --test simulate -- --ignored --nocapture`

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod common;

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use common::{
    Server, assert_adds_up, finish, fleet,
    measure::{free_port, made, many, memory, number, processor, threads, varz},
    packets, take, until,
};
use serde_json::Value;
use tokio::sync::watch;
use xdplive_fleet::synthetic::Making;
use xdplive_packet::accounting::Limit;
use xdplive_source::Source;

#[test]
#[ignore = "takes minutes"]
fn many_agents() {
    let (count, rate) = (number("XDPLIVE_AGENTS", 1000), number("XDPLIVE_RATE", 100) as u32);
    let seconds = number("XDPLIVE_SECONDS", 20);
    let http = free_port();
    let server = Server::with(&format!("http: 127.0.0.1:{http}"));
    let process = server.id().to_string();
    let alone = memory(&process);
    let (lenders, asking) = (threads("lenders", 2), threads("asking", 2));
    let (end, ended) = watch::channel(false);
    let making = Making { rate, unwanted: 0, queue_rows: 4096, ..Making::default() };
    let sources = many(&server.url(), &lenders, count, &making, &ended);
    asking.block_on(async {
        until("all are connected", Duration::from_secs(60), || varz(http)["connections"] == count).await;
        // Go looks for garbage every two minutes where nothing asks it to.
        tokio::time::sleep(Duration::from_secs(number("XDPLIVE_SETTLE", 15))).await;
        let (before, begun, used) = (varz(http), Instant::now(), processor(&process, None));
        tokio::time::sleep(Duration::from_secs(20)).await;
        let after = varz(http);
        let bytes = |varz: &Value, key: &str| varz[key].as_u64().unwrap();
        let payload = (bytes(&after, "in_bytes") - bytes(&before, "in_bytes")) as f64;
        let lasted = begun.elapsed().as_secs_f64();
        println!(
            "idle: {count} agents; payload {:.1} B/s an agent; server {:.1} KB an agent; server {:.2} % of a core",
            payload / lasted / count as f64,
            (memory(&process) - alone) as f64 / count as f64,
            100.0 * (processor(&process, None) - used) / lasted,
        );

        let begun = Instant::now();
        let fleet = fleet(&server.url()).await;
        until("all are known", Duration::from_secs(20), || fleet.hosts().len() as u64 == count).await;
        println!("all known after {:.2} s", begun.elapsed().as_secs_f64());
        until("all have described themselves", Duration::from_secs(30), || {
            fleet.known().iter().all(|known| known.interfaces.get("eth0").is_some())
        })
        .await;
        println!("all described after {:.2} s", begun.elapsed().as_secs_f64());
        for limit in [1000, 100_000] {
            let begun = Instant::now();
            let stream = fleet.subscribe(&packets(Limit::PerSecond(limit))).await.unwrap();
            let (mut heard, mut all, mut behind) = (BTreeSet::new(), None, Vec::new());
            let mut note = |batch: &xdplive_source::Batch| {
                let now = i64::try_from(
                    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos(),
                )
                .unwrap();
                for row in batch.rows() {
                    behind.push((now - batch.time(row)) / 1_000_000);
                    if heard.insert(row.origin.host) && heard.len() as u64 == count {
                        all = Some(begun.elapsed());
                    }
                }
            };
            take(&stream, Duration::from_secs(5), &mut note).await;
            let used = [processor(&process, None), processor("self", Some("lenders")), processor("self", Some("asking"))];
            let (counted, from) = (Instant::now(), made(&sources));
            let mut rows = 0;
            take(&stream, Duration::from_secs(seconds), |batch| {
                rows += batch.len();
                note(batch);
            })
            .await;
            let lasted = counted.elapsed().as_secs_f64();
            let shares = [processor(&process, None), processor("self", Some("lenders")), processor("self", Some("asking"))];
            let percent: Vec<String> =
                shares.iter().zip(used).map(|(now, before)| format!("{:.1}", 100.0 * (now - before) / lasted)).collect();
            let made = made(&sources) - from;
            let tally = finish(stream, &mut note).await;
            assert_adds_up(tally);
            behind.sort_unstable();
            println!(
                "limit {limit}: last host's first row after {all:?}; {:.0} rows/s of {:.0} made; server, agents, client: {} % of a \
                 core; rows behind by {} ms (p50), {} ms (p99); {tally:?}",
                rows as f64 / lasted,
                made as f64 / lasted,
                percent.join(", "),
                behind[behind.len() / 2],
                behind[behind.len() * 99 / 100],
            );
        }
        println!("server's memory at the end: {} KB", memory(&process));
    });
    _ = end.send(true);
    lenders.shutdown_background();
    asking.shutdown_background();
}
