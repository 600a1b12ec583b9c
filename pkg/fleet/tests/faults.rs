//! What fails between machines, and that every row is accounted for all the same. What was made, the sources count.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod common;

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_nats::Client;
use common::{
    Server, agent, agent_by, assert_adds_up, connect, finish, fleet, fleet_of, hosts, is_here, packets,
    subjects, take, until,
};
use futures::StreamExt as _;
use xdplive_fleet::{
    ceiling::Ceiling,
    nats::Access,
    synthetic::Making,
    wire::{Presence, Subjects, VERSION},
};
use xdplive_packet::accounting::Limit;
use xdplive_source::{HookAccounts, InterfaceState, Source as _, Tally};

fn making(host: &str, rate: u32) -> Making {
    Making { host: host.to_owned(), rate, ..Making::default() }
}

/// That all packets are accounted for which the sources have made for streams that came to their ends.
fn assert_made(tally: Tally, made: u64) {
    assert_adds_up(tally);
    let Tally { seen, unmatched, .. } = tally;
    assert_eq!(
        (unmatched, seen),
        (made, 2 * made),
        "each wanted packet comes with one that is not: {tally:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_agent_is_named_within_three_seconds_and_the_other_goes_on() {
    let server = Server::start();
    let (killed, other) = (
        agent(&server.url(), making("a", 500), Ceiling::default()),
        agent(&server.url(), making("b", 500), Ceiling::default()),
    );
    let fleet = fleet(&server.url()).await;
    hosts(&fleet, 2).await;
    let stream = fleet.subscribe(&packets(Limit::All)).await.unwrap();
    take(&stream, Duration::from_secs(2), |_| {}).await;
    let states = async || {
        let one = |hook: HookAccounts| (hook.host.name.to_string(), hook.state, hook.seen > 0);
        // In the order of their names: which was heard first is a matter of chance.
        fleet.accounts().await.into_iter().map(one).collect::<BTreeSet<_>>()
    };
    let (here, silent) = (Some(InterfaceState::Attached), Some(InterfaceState::Unreachable));
    assert_eq!(states().await, [("a".to_owned(), here, true), ("b".to_owned(), here, true)].into());
    killed.kill();
    let rows = |host: &'static str| {
        let count = Arc::new(AtomicU64::new(0));
        let noted = Arc::clone(&count);
        (count, move |batch: &xdplive_source::Batch| {
            let of_it = batch.rows().iter().filter(|row| batch.names.host(row.origin) == host);
            noted.fetch_add(of_it.count() as u64, Ordering::Relaxed);
        })
    };
    let took = until("it is named", Duration::from_secs(4), || !is_here(&fleet, "a")).await;
    assert!(took <= Duration::from_secs(3), "{took:?}");
    // Its last accounts stay.
    assert_eq!(states().await, [("a".to_owned(), silent, true), ("b".to_owned(), here, true)].into());
    let (of_other, note) = rows("b");
    take(&stream, Duration::from_secs(2), note).await;
    let came = of_other.load(Ordering::Relaxed);
    assert!(came > 1500, "{came} rows of the other in four seconds and more");
    // And it comes back.
    let again = agent(&server.url(), making("a", 500), Ceiling::default());
    let took = until("it is there again", Duration::from_secs(5), || is_here(&fleet, "a")).await;
    let (of_it, note) = rows("a");
    take(&stream, Duration::from_secs(3), note).await;
    let came = of_it.load(Ordering::Relaxed);
    assert!(came > 500, "{came} rows after {took:?}");
    let tally = finish(stream, |_| {}).await;
    assert_adds_up(tally);
    // What was seen by the one that was killed is known as far as its last message said.
    let (least, all) = (other.source.made() + again.source.made(), tally.seen - tally.unmatched);
    assert!((least..least + 1500).contains(&all), "{all} matched, {least} of those that lived: {tally:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_row_is_accounted_for_when_the_server_is_killed_and_comes_back() {
    let mut server = Server::start();
    let agents = [
        agent(&server.url(), making("a", 500), Ceiling::default()),
        agent(&server.url(), making("b", 300), Ceiling::default()),
    ];
    let fleet = fleet(&server.url()).await;
    hosts(&fleet, 2).await;
    let stream = fleet.subscribe(&packets(Limit::All)).await.unwrap();
    take(&stream, Duration::from_secs(2), |_| {}).await;
    server.kill();
    take(&stream, Duration::from_secs(8), |_| {}).await;
    assert!(!is_here(&fleet, "a") && !is_here(&fleet, "b"));
    assert!(agents.iter().all(|agent| agent.source.running() == 0), "leases that nobody renews end");
    server.restart();
    until("both are there again", Duration::from_secs(10), || is_here(&fleet, "a") && is_here(&fleet, "b"))
        .await;
    let mut later = 0;
    take(&stream, Duration::from_secs(4), |batch| later += batch.len()).await;
    assert!(later > 800, "{later} rows after it was there again");
    let tally = finish(stream, |_| {}).await;
    assert_made(tally, agents.iter().map(|agent| agent.source.made()).sum());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_row_is_accounted_for_when_the_server_hangs() {
    let server = Server::start();
    // A queue that is full after a second.
    let short = Making { queue_rows: 500, ..making("a", 500) };
    let lender = agent(&server.url(), short, Ceiling::default());
    let fleet = fleet(&server.url()).await;
    hosts(&fleet, 1).await;
    let stream = fleet.subscribe(&packets(Limit::All)).await.unwrap();
    take(&stream, Duration::from_secs(2), |_| {}).await;
    server.signal("STOP");
    take(&stream, Duration::from_secs(10), |_| {}).await;
    assert!(!is_here(&fleet, "a"));
    server.signal("CONT");
    until("it is there again", Duration::from_secs(10), || is_here(&fleet, "a")).await;
    let mut later = 0;
    take(&stream, Duration::from_secs(5), |batch| later += batch.len()).await;
    assert!(later > 500, "{later} rows after it was there again");
    let tally = finish(stream, |_| {}).await;
    assert_made(tally, lender.source.made());
}

/// Brings messages from subjects below one prefix to those below another; of those of leases it drops one in `drops`.
async fn bridge(client: Client, from: &'static str, to: &'static str, drops: u64) -> Arc<AtomicU64> {
    let dropped = Arc::new(AtomicU64::new(0));
    let mut messages = client.subscribe(format!("{from}.>")).await.unwrap();
    client.flush().await.unwrap();
    let count = Arc::clone(&dropped);
    tokio::spawn(async move {
        let mut number = 0;
        while let Some(message) = messages.next().await {
            // PREFIX.from.HOST.CLIENT.LEASE
            let is_of_lease = message.subject.split('.').nth(4).is_some_and(|last| last.len() == 16);
            number += u64::from(is_of_lease);
            if is_of_lease && drops > 0 && number % drops == 0 {
                count.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            let subject = message.subject.replacen(from, to, 1);
            client.publish(subject, message.payload).await.unwrap();
        }
    });
    dropped
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_in_messages_that_the_network_loses_are_counted_exactly() {
    let server = Server::start();
    let there = Subjects::new("there").unwrap();
    let access = Access { servers: vec![server.url()], ..Access::default() };
    let lender = agent_by(access, there, making("a", 3000), Ceiling::default());
    let dropped = bridge(connect(&server.url(), "back").await.client, "there.from", "here.from", 5).await;
    bridge(connect(&server.url(), "to").await.client, "here.to", "there.to", 0).await;
    // A call has one subject.
    let call = connect(&server.url(), "call").await.client;
    let mut calls = call.subscribe("here.call").await.unwrap();
    call.flush().await.unwrap();
    tokio::spawn(async move {
        while let Some(message) = calls.next().await {
            call.publish("there.call", message.payload).await.unwrap();
        }
    });
    let fleet = fleet_of(connect(&server.url(), "client").await, Subjects::new("here").unwrap()).await;
    hosts(&fleet, 1).await;
    let stream = fleet.subscribe(&packets(Limit::All)).await.unwrap();
    take(&stream, Duration::from_secs(4), |_| {}).await;
    // While it runs, the accounts know the cause.
    let accounts = fleet.accounts().await;
    let counts = accounts.iter().flat_map(|hook| &hook.streams).next().unwrap().counts;
    assert!(counts.lost_network > 1000, "{counts:?}");
    let tally = finish(stream, |_| {}).await;
    assert!(dropped.load(Ordering::Relaxed) > 3);
    assert_made(tally, lender.source.made());
    assert!(tally.lost > 1000 && tally.delivered > 5000, "{tally:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_reads_too_slowly_loses_rows_and_counts_them() {
    let server = Server::start();
    let lender = agent(&server.url(), making("a", 12_000), Ceiling::default());
    let fleet = fleet(&server.url()).await;
    hosts(&fleet, 1).await;
    let stream = fleet.subscribe(&packets(Limit::All)).await.unwrap();
    // Nobody takes rows for eight seconds: 96,000 for a queue of 65,536.
    tokio::time::sleep(Duration::from_secs(8)).await;
    let tally = finish(stream, |_| {}).await;
    assert_made(tally, lender.source.made());
    assert!(tally.lost > 10_000, "{tally:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forged_name_and_a_long_message_change_nothing() {
    let server = Server::start();
    let lender = agent(&server.url(), making("a", 100), Ceiling::default());
    let fleet = fleet(&server.url()).await;
    hosts(&fleet, 1).await;
    let stranger = connect(&server.url(), "stranger").await.client;
    let forged = Presence { protocol: VERSION, host: "bank".to_owned(), epoch: 1, ..Presence::default() };
    stranger.publish(subjects().presence("a"), forged.to_json().into()).await.unwrap();
    let later = Presence { protocol: VERSION + 1, host: "new".to_owned(), ..forged };
    stranger.publish(subjects().presence("new"), later.to_json().into()).await.unwrap();
    for subject in [subjects().presence("a"), subjects().to("a"), subjects().call()] {
        stranger.publish(subject, vec![b'{'; 1_000_000].into()).await.unwrap();
    }
    // What is longer than the server takes does not even leave.
    assert!(stranger.publish(subjects().call(), vec![0; 60_000_000].into()).await.is_err());
    stranger.flush().await.unwrap();
    let stream = fleet.subscribe(&packets(Limit::All)).await.unwrap();
    take(&stream, Duration::from_secs(2), |_| {}).await;
    assert_eq!(fleet.hosts().iter().map(|host| host.name.to_string()).collect::<Vec<_>>(), ["a"]);
    let tally = finish(stream, |_| {}).await;
    assert_made(tally, lender.source.made());
    assert!(tally.delivered > 100);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_of_two_agents_of_one_name_waits_until_the_first_has_gone() {
    let server = Server::start();
    let first = agent(&server.url(), making("a", 100), Ceiling::default());
    let fleet = fleet(&server.url()).await;
    hosts(&fleet, 1).await;
    // What was there before is told by the second.
    tokio::time::sleep(Duration::from_millis(1200)).await;
    let epoch = fleet.known()[0].epoch;
    let second = agent(&server.url(), making("a", 100), Ceiling::default());
    let stream = fleet.subscribe(&packets(Limit::All)).await.unwrap();
    take(&stream, Duration::from_secs(12), |_| {}).await;
    assert_eq!(fleet.known()[0].epoch, epoch, "the first one's");
    assert_eq!(second.source.running(), 0);
    let tally = finish(stream, |_| {}).await;
    assert_adds_up(tally);
    first.stop().await;
    until("the second has taken over", Duration::from_secs(15), || {
        is_here(&fleet, "a") && fleet.known()[0].epoch != epoch
    })
    .await;
    second.stop().await;
}
