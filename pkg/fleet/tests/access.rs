//! Who may do what, with the permissions that docs/fleet.md gives, at a real server with keys.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod common;

use std::{fs, time::Duration};

use common::{Server, agent_by, assert_adds_up, finish, hosts, is_here, packets, subjects, take, until};
use futures::StreamExt as _;
use nkeys::{KeyPair, KeyPairType};
use tempfile::TempDir;
use xdplive_fleet::{
    ceiling::Ceiling,
    nats::{Access, Credentials},
    remote::{Fleet, FleetSettings},
    synthetic::Making,
    wire::{Call, Presence, VERSION},
};
use xdplive_packet::accounting::Limit;
use xdplive_source::{HostPatterns, Source as _};

fn key(number: u8) -> KeyPair {
    KeyPair::new_from_raw(KeyPairType::User, [number; 32]).unwrap()
}

/// Permissions of an agent, and of a client.
fn agent_of(number: u8, host: &str) -> String {
    format!(
        "{{ nkey: {}, permissions: {{ publish: [\"xdplive.from.{host}.>\"], subscribe: [\"xdplive.to.{host}\", \
         \"xdplive.call\", \"xdplive.from.{host}.presence\"] }} }}",
        key(number).public_key()
    )
}

fn client_of(number: u8, client: &str) -> String {
    format!(
        "{{ nkey: {}, permissions: {{ publish: [\"xdplive.to.*\", \"xdplive.call\"], subscribe: \
         [\"xdplive.from.*.presence\", \"xdplive.from.*.{client}.>\"] }} }}",
        key(number).public_key()
    )
}

fn server() -> Server {
    let users = [agent_of(1, "a"), agent_of(2, "b"), client_of(3, "grafana")].join(", ");
    Server::with(&format!("authorization {{ users = [{users}] }}"))
}

fn access(server: &Server, number: u8) -> Access {
    let credentials = Credentials::Text(key(number).seed().unwrap());
    Access { servers: vec![server.url()], credentials, ..Access::default() }
}

fn making(host: &str) -> Making {
    Making { host: host.to_owned(), rate: 200, ..Making::default() }
}

async fn fleet(server: &Server) -> Fleet {
    let settings = FleetSettings {
        subjects: subjects(),
        client: "grafana".to_owned(),
        hosts: HostPatterns::default(),
        queue_rows: 65_536,
    };
    Fleet::new(access(server, 3).connect().await.unwrap(), settings).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_least_permissions_are_enough() {
    let server = server();
    let agents = ["a", "b"].map(|host| {
        agent_by(
            access(&server, if host == "a" { 1 } else { 2 }),
            subjects(),
            making(host),
            Ceiling::default(),
        )
    });
    let fleet = fleet(&server).await;
    hosts(&fleet, 2).await;
    let stream = fleet.subscribe(&packets(Limit::All)).await.unwrap();
    take(&stream, Duration::from_secs(3), |_| {}).await;
    assert_eq!(fleet.accounts().await.len(), 2);
    let tally = finish(stream, |_| {}).await;
    assert_adds_up(tally);
    assert_eq!((tally.lost, tally.delivered), (0, agents.iter().map(|agent| agent.source.made()).sum()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stolen_key_of_an_agent_shows_and_changes_nothing_of_others() {
    let server = server();
    let lender = agent_by(access(&server, 1), subjects(), making("a"), Ceiling::default());
    let fleet = fleet(&server).await;
    hosts(&fleet, 1).await;
    // The thief has the key of b.
    let thief = access(&server, 2).connect().await.unwrap().client;
    let mut heard = Vec::new();
    for subject in [
        "xdplive.>",
        "xdplive.to.a",
        "xdplive.to.*",
        "xdplive.from.a.>",
        "xdplive.from.*.grafana.>",
        "_INBOX.>",
        ">",
    ] {
        heard.push(thief.subscribe(subject).await.unwrap());
    }
    let forged =
        Presence { protocol: VERSION, host: "a".to_owned(), epoch: 6, bye: true, ..Presence::default() };
    for subject in [subjects().presence("a"), subjects().to("a"), subjects().call()] {
        thief.publish(subject, forged.to_json().into()).await.unwrap();
    }
    thief.publish(subjects().call(), Call::Hello.to_json().into()).await.unwrap();
    let own = Presence { epoch: 7, bye: false, ..forged };
    thief.publish(subjects().presence("b"), own.to_json().into()).await.unwrap();
    let stream = fleet.subscribe(&packets(Limit::All)).await.unwrap();
    take(&stream, Duration::from_secs(3), |_| {}).await;
    let tally = finish(stream, |_| {}).await;
    assert_eq!((tally.lost, tally.delivered), (0, lender.source.made()));
    assert!(is_here(&fleet, "a"));
    assert_eq!(fleet.hosts().len(), 1, "the thief can only say that it is b, and said that it is a");
    for mut subscription in heard {
        let message = tokio::time::timeout(Duration::from_millis(50), subscription.next()).await;
        assert!(!matches!(message, Ok(Some(_))), "the thief hears nothing of others: {message:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_credentials_get_nowhere_until_they_are_replaced() {
    let server = server();
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("agent.nk");
    fs::write(&path, key(9).seed().unwrap()).unwrap();
    let access = Access { credentials: Credentials::file(&path), ..access(&server, 1) };
    let _lender = agent_by(access, subjects(), making("a"), Ceiling::default());
    let fleet = fleet(&server).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(fleet.hosts().len(), 0);
    // While it runs.
    fs::write(&path, key(1).seed().unwrap()).unwrap();
    until("the agent is there", Duration::from_secs(15), || is_here(&fleet, "a")).await;
}
