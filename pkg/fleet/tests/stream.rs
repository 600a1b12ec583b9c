//! Packets of agents at a client, through a real server.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod common;

use std::{collections::BTreeMap, time::Duration};

use common::{Server, agent, assert_adds_up, finish, fleet, hosts, packets, take, until};
use xdplive_fleet::{
    ceiling::Ceiling,
    synthetic::{Making, number_of},
};
use xdplive_packet::accounting::Limit;
use xdplive_source::{HostSet, InterfaceSet, Source as _, SourceError};

fn making(host: &str, rate: u32) -> Making {
    Making { host: host.to_owned(), rate, ..Making::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_of_two_agents_come_in_order_and_each_once() {
    let server = Server::start();
    let first = agent(&server.url(), making("a", 2000), Ceiling::default());
    // Its clock is an hour ahead.
    let ahead = Making { clock_ahead: 3_600_000_000_000, ..making("b.example", 1000) };
    let second = agent(&server.url(), ahead, Ceiling::default());
    let fleet = fleet(&server.url()).await;
    hosts(&fleet, 2).await;
    let prepared = fleet.prepare(&packets(Limit::All)).await.unwrap();
    assert_eq!((prepared.in_force.len(), prepared.left_out.len()), (4, 0), "{prepared:?}");

    let stream = fleet.subscribe(&packets(Limit::All)).await.unwrap();
    let mut seen: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    let (mut last, mut unordered) = (0, 0_u64);
    let mut note = |batch: &xdplive_source::Batch| {
        for row in batch.rows() {
            let time = batch.time(row);
            unordered += u64::from(time < last);
            last = time.max(last);
            seen.entry(batch.names.host(row.origin).to_owned()).or_default().push(number_of(row));
            assert_eq!(batch.names.interface(row.origin), "eth0");
        }
    };
    take(&stream, Duration::from_secs(3), &mut note).await;
    let by_interface = {
        let tally = finish(stream, &mut note).await;
        assert_adds_up(tally);
        assert_eq!((tally.lost, tally.thinned), (0, 0), "{tally:?}");
        // Both sources count elsewhere what they make.
        assert_eq!(tally.delivered, first.source.made() + second.source.made());
        assert_eq!(tally.unmatched, tally.delivered);
        tally.delivered
    };
    for (host, numbers) in &seen {
        assert!(numbers.iter().copied().eq(0..numbers.len() as u32), "{host}: each row once, in order");
    }
    assert_eq!(seen.keys().collect::<Vec<_>>(), ["a", "b.example"]);
    assert_eq!(by_interface, seen.values().map(|numbers| numbers.len() as u64).sum::<u64>());
    assert!(unordered * 100 < by_interface, "{unordered} of {by_interface} rows came before older ones");
    // The clocks differ by an hour, and that is known to some milliseconds.
    let known = fleet.known();
    let ahead = known.iter().find(|known| &*known.host.name == "b.example").unwrap();
    let (offset, bound) = ahead.offset.get().unwrap();
    assert!(offset.abs_diff(3_600_000_000_000) <= bound as u64, "{offset} ±{bound}");
    assert!(fleet.hosts().contains(&ahead.host));
    first.stop().await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_nobody_renews_ends_its_streams_within_five_seconds() {
    let server = Server::start();
    let lender = agent(&server.url(), making("a", 100), Ceiling::default());
    let client = fleet(&server.url()).await;
    hosts(&client, 1).await;
    let stream = client.subscribe(&packets(Limit::All)).await.unwrap();
    take(&stream, Duration::from_secs(7), |_| {}).await;
    assert_eq!(lender.source.running(), 1, "as long as it is renewed");
    // The client is gone without a word: nobody ends the stream, and nobody renews the lease any more.
    std::mem::forget(stream);
    drop(client);
    let took = until("the stream has ended", Duration::from_secs(8), || lender.source.running() == 0).await;
    assert!(took < Duration::from_millis(6600), "{took:?}: a renewal and 5 s");
    lender.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_hosts_a_request_is_refused_in_words() {
    let server = Server::start();
    let fleet = fleet(&server.url()).await;
    let refused = fleet.subscribe(&packets(Limit::All)).await.err();
    assert_eq!(refused, Some(SourceError::NoSuchHost { available: "none".to_owned() }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ceiling_holds_whatever_is_asked() {
    let server = Server::start();
    let ceiling = Ceiling { rows_per_second: Some(100), flows: false, ..Ceiling::default() };
    let lender = agent(&server.url(), making("a", 5000), ceiling);
    let fleet = fleet(&server.url()).await;
    hosts(&fleet, 1).await;
    let refused = fleet.prepare(&packets(Limit::All)).await.unwrap_err();
    assert!(refused.to_string().contains("rows_per_second = 100"), "{refused}");
    let streams = [
        fleet.subscribe(&packets(Limit::PerSecond(5000))).await.unwrap(),
        fleet.subscribe(&packets(Limit::PerSecond(5000))).await.unwrap(),
    ];
    tokio::time::sleep(Duration::from_secs(4)).await;
    let mut all = 0;
    for stream in streams {
        let tally = finish(stream, |_| {}).await;
        assert_adds_up(tally);
        assert_eq!(tally.lost, 0);
        all += tally.delivered;
    }
    assert!((300..=550).contains(&all), "{all} rows of both streams in four to five seconds");
    lender.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_is_that_of_all_hosts_together_and_a_quiet_one_loses_nothing() {
    let server = Server::start();
    let agents = [("busy1", 3000), ("busy2", 2000), ("quiet", 5)]
        .map(|(host, rate)| agent(&server.url(), making(host, rate), Ceiling::default()));
    let fleet = fleet(&server.url()).await;
    hosts(&fleet, 3).await;
    let stream = fleet.subscribe(&packets(Limit::PerSecond(300))).await.unwrap();
    let mut rows: BTreeMap<String, u64> = BTreeMap::new();
    let mut note = |batch: &xdplive_source::Batch| {
        for row in batch.rows() {
            *rows.entry(batch.names.host(row.origin).to_owned()).or_default() += 1;
        }
    };
    let begun = tokio::time::Instant::now();
    take(&stream, Duration::from_secs(10), &mut note).await;
    let lasted = begun.elapsed().as_secs_f64();
    let tally = finish(stream, &mut note).await;
    assert_adds_up(tally);
    let each = tally.delivered as f64 / lasted;
    assert!((200.0..=340.0).contains(&each), "{each} rows a second: {rows:?}");
    assert_eq!(rows["quiet"], agents[2].source.made(), "rows of the quiet one");
    assert!(rows["busy1"] > 800 && rows["busy2"] > 800, "equal parts of the rest: {rows:?}");
    let made: u64 = agents.iter().map(|agent| agent.source.made()).sum();
    assert_eq!((tally.seen, tally.lost), (2 * made, 0), "{tally:?}");
}

/// As two terminals on one machine have it, or two servers of Grafana.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_clients_of_one_name_do_not_take_each_others_answers() {
    let server = Server::start();
    let _agent = agent(&server.url(), making("a", 10), Ceiling::default());
    let (one, other) = (fleet(&server.url()).await, fleet(&server.url()).await);
    hosts(&one, 1).await;
    hosts(&other, 1).await;
    let request = packets(Limit::All);
    for _ in 0..50 {
        let links = other.link_counters(&HostSet::All, &InterfaceSet::Any);
        let (prepared, links) = tokio::join!(one.prepare(&request), links);
        assert_eq!(prepared.unwrap().in_force.len(), 2, "both directions");
        assert_eq!(links.unwrap().len(), 1);
    }
}
