//! What is counted on several machines, added up.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod common;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use common::{Server, agent, finish, fleet, hosts, packets, until};
use tokio::time::{Instant, sleep, timeout_at};
use xdplive_fleet::{
    ceiling::Ceiling,
    synthetic::{BYTES, Making},
};
use xdplive_packet::{accounting::Limit, event::Direction, flow::Sum};
use xdplive_source::{Chosen, Counting, Cut, HostPatterns, HostSet, InterfaceSet, Source};

fn making(host: &str, rate: u32) -> Making {
    Making { host: host.to_owned(), rate, flows: 9000, ..Making::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rates_of_all_hosts_are_those_of_one_moment() {
    let server = Server::start();
    let agents = [("a", 1000), ("b", 500)]
        .map(|(host, rate)| agent(&server.url(), making(host, rate), Ceiling::default()));
    let fleet = fleet(&server.url()).await;
    hosts(&fleet, 2).await;
    let source = Arc::new(fleet) as Arc<dyn Source>;
    let mut counting = Counting::begin(Arc::clone(&source), &packets(Limit::None)).await.unwrap();
    sleep(Duration::from_secs(2)).await;
    counting.lap().await;
    let mut rates = Vec::new();
    for _ in 0..5 {
        sleep(Duration::from_secs(1)).await;
        let lap = counting.lap().await.unwrap();
        let interval = lap.of(&[Direction::In]);
        rates.push(interval.packets as f64 / interval.length.as_secs_f64());
    }
    assert!(rates.iter().all(|rate| (1350.0..=1650.0).contains(rate)), "packets a second: {rates:?}");
    counting.finish().await;
    let made: u64 = agents.iter().map(|agent| agent.source.made()).sum();
    let tally = counting.tally();
    assert_eq!((tally.delivered, tally.seen, tally.lost), (made, 2 * made, 0), "{tally:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flows_of_all_hosts_come_whole_and_the_rest_is_other() {
    let server = Server::start();
    let few = Ceiling { flows_per_interval: 100, ..Ceiling::default() };
    let agents = [
        agent(&server.url(), making("a", 1), Ceiling { flows_per_interval: 20_000, ..Ceiling::default() }),
        agent(&server.url(), making("b", 1), few),
    ];
    let fleet = fleet(&server.url()).await;
    hosts(&fleet, 2).await;
    let mut feed = fleet.flows(&packets(Limit::None), Duration::from_millis(500)).await.unwrap();
    let (mut sums, mut spans): (BTreeMap<String, Sum>, BTreeMap<String, u64>) = Default::default();
    let mut note = |snapshot: &xdplive_source::FlowSnapshot| {
        let (host, taken) = (snapshot.host.name.to_string(), &snapshot.taken);
        assert_eq!(taken.entries.len(), if host == "a" { 9000 } else { 100 });
        if host == "b" {
            // The largest have the highest numbers.
            let least = taken.entries.iter().map(|(_, one)| one.sum.bytes).min();
            assert_eq!((least, taken.other[0].packets), (Some(BYTES + 8900), 8900));
            let bytes = (0..8900).map(|number| BYTES + number).sum();
            let sum = Sum { packets: 8900, segments: 8900, bytes };
            assert_eq!(snapshot.cut, Cut { sum, largest: BYTES + 8899 }, "no other has more");
        } else {
            assert!(snapshot.cut.is_none());
        }
        let end = spans.insert(host.clone(), taken.to);
        assert!(end.is_none_or(|end| end.abs_diff(taken.from) < 50_000_000), "they follow each other");
        *sums.entry(host).or_default() += taken.sum();
    };
    let until = Instant::now() + Duration::from_secs(4);
    while let Ok(Some(snapshot)) = timeout_at(until, feed.next()).await {
        note(&snapshot);
    }
    feed.end();
    while let Some(snapshot) = feed.next().await {
        note(&snapshot);
    }
    let made: u64 = agents.iter().map(|agent| agent.source.made()).sum();
    assert_eq!(sums.values().map(|sum| sum.packets).sum::<u64>(), made, "to the packet");
    assert_eq!(feed.missed().packets, [0, 0]);
    assert!(made > 100_000, "{made}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cards_count_is_had_from_every_host_as_far_as_it_is_lent() {
    let server = Server::start();
    let none = Ceiling { interfaces: Chosen::read(["wlan*"].into_iter()).unwrap(), ..Ceiling::default() };
    let agents = [
        agent(&server.url(), making("a", 100), Ceiling::default()),
        agent(&server.url(), making("b", 100), Ceiling::default()),
        agent(&server.url(), making("c", 100), none),
    ];
    let fleet = fleet(&server.url()).await;
    // One of them has no interface to tell of.
    let have_told = || {
        let known = fleet.known();
        known.len() == 3 && !known.iter().any(|known| known.has_news())
    };
    until("hosts that have described themselves", Duration::from_secs(10), have_told).await;
    let stream = fleet.subscribe(&packets(Limit::All)).await.unwrap();
    sleep(Duration::from_secs(1)).await;
    _ = finish(stream, |_| {}).await;
    let of = |patterns: &[&str]| {
        HostSet::Matching(HostPatterns::new(patterns.iter().map(|one| (*one).to_owned())))
    };
    let read = fleet.link_counters(&HostSet::All, &InterfaceSet::Any).await.unwrap();
    let mut counted: Vec<_> =
        read.iter().map(|one| (&*one.host.name, &*one.interface, one.counters.in_packets)).collect();
    counted.sort_unstable();
    let made = agents.each_ref().map(|agent| agent.source.made());
    assert!(made[0] > 0 && made[1] > 0);
    assert_eq!(counted, [("a", "eth0", made[0]), ("b", "eth0", made[1])], "c lends no such interface");
    let named = InterfaceSet::read(["eth0"].into_iter()).unwrap();
    let refused = fleet.link_counters(&of(&["c"]), &named).await.unwrap_err().to_string();
    assert!(refused.contains("wlan*"), "{refused}");
    let nobody = fleet.link_counters(&of(&["d"]), &named).await.unwrap_err().to_string();
    assert!(nobody.contains('a') && nobody.contains('c'), "{nobody}");
}
