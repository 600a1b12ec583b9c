//! Packets that the kernels of several machines drop.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod common;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use common::{Server, agent, assert_adds_up, fleet, hosts, packets, until};
use tokio::time::{Instant, timeout_at};
use xdplive_fleet::{
    ceiling::Ceiling,
    synthetic::{BYTES, Making, REASON},
};
use xdplive_packet::accounting::Limit;
use xdplive_source::{DropFeed, DropNews, HostSet, Source};

fn making(host: &str, rate: u32) -> Making {
    Making { host: host.to_owned(), rate, ..Making::default() }
}

/// Takes what comes for so long, and to the end.
async fn take(mut feed: DropFeed, long: Duration, mut with: impl FnMut(&DropNews)) -> xdplive_source::Tally {
    let until = Instant::now() + long;
    while let Ok(Some(news)) = timeout_at(until, feed.next()).await {
        with(&news);
    }
    feed.end();
    while let Some(news) = feed.next().await {
        with(&news);
    }
    feed.tally()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn drops_of_all_hosts_come_in_order_and_are_counted() {
    let server = Server::start();
    let ahead = Making { clock_ahead: 3_600_000_000_000, ..making("b", 100) };
    let agents = [
        agent(&server.url(), making("a", 300), Ceiling::default()),
        agent(&server.url(), ahead, Ceiling::default()),
    ];
    let fleet = fleet(&server.url()).await;
    hosts(&fleet, 2).await;
    until("the clock is known", Duration::from_secs(10), || {
        fleet.machines().iter().all(|machine| machine.clock.is_some())
    })
    .await;
    assert!(fleet.prepare_drops(&HostSet::All).await.unwrap().is_empty());
    let feed = fleet.drops(&packets(Limit::PerSecond(1000))).await.unwrap();
    let (mut rows, mut reasons, mut last) = (BTreeMap::<String, u64>::new(), 0, 0);
    let mut note = |news: &DropNews| {
        for (event, site) in &news.rows {
            assert!(event.time >= last, "in the order of their times, by this machine's clock");
            last = event.time;
            assert_eq!((site.interface.as_deref(), &*site.reason), (Some("eth0"), REASON));
            *rows.entry(site.host.name.to_string()).or_default() += 1;
        }
        for (reason, sum) in &news.reasons {
            assert_eq!((&**reason, sum.bytes), (REASON, sum.packets * BYTES));
            reasons += sum.packets;
        }
    };
    let tally = take(feed, Duration::from_secs(3), &mut note).await;
    assert_adds_up(tally);
    let made = agents.each_ref().map(|agent| agent.source.made());
    assert!(made[0] > 500 && made[1] > 150, "{made:?}");
    assert_eq!(rows, [("a".to_owned(), made[0]), ("b".to_owned(), made[1])].into());
    let all = made[0] + made[1];
    assert_eq!((reasons, tally.delivered, tally.lost, tally.seen), (all, all, 0, 2 * all), "{tally:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_is_that_of_all_hosts() {
    let server = Server::start();
    let _agents = ["a", "b"].map(|host| agent(&server.url(), making(host, 1000), Ceiling::default()));
    let fleet = fleet(&server.url()).await;
    hosts(&fleet, 2).await;
    let feed = fleet.drops(&packets(Limit::PerSecond(100))).await.unwrap();
    let (mut from, mut reasons) = (BTreeSet::new(), 0);
    let tally = take(feed, Duration::from_secs(4), |news| {
        from.extend(news.rows.iter().map(|(_, site)| site.host.name.to_string()));
        reasons += news.reasons.values().map(|sum| sum.packets).sum::<u64>();
    })
    .await;
    assert_adds_up(tally);
    assert!((100..=700).contains(&tally.delivered), "{tally:?}");
    assert_eq!(from.len(), 2);
    assert_eq!(reasons, tally.seen - tally.unmatched, "each is counted, with a row or without");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn drops_are_lent_as_packets_are() {
    let server = Server::start();
    let none = Ceiling { packets: false, ..Ceiling::default() };
    let agents = [agent(&server.url(), making("a", 100), none)];
    let fleet = fleet(&server.url()).await;
    hosts(&fleet, 1).await;
    let Err(refused) = fleet.drops(&packets(Limit::PerSecond(10))).await else { panic!("rows") };
    assert!(refused.to_string().contains("packets = false"), "{refused}");
    // How many there are of each reason, is what rates tell, too.
    let feed = fleet.drops(&packets(Limit::None)).await.unwrap();
    let mut reasons = 0;
    let tally = take(feed, Duration::from_secs(2), |news| {
        assert!(news.rows.is_empty());
        reasons += news.reasons.values().map(|sum| sum.packets).sum::<u64>();
    })
    .await;
    assert_adds_up(tally);
    let made = agents[0].source.made();
    assert_eq!((reasons, tally.delivered), (made, made));
}
