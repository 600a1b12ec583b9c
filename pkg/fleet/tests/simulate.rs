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
    env, fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::Arc,
    time::{Duration, Instant},
};

use common::{Server, assert_adds_up, finish, fleet, packets, subjects, take, until};
use serde_json::Value;
use tokio::{
    runtime::{Builder, Runtime},
    sync::watch,
};
use xdplive_fleet::{
    agent::{Agent, AgentSettings},
    ceiling::Ceiling,
    nats::Access,
    synthetic::{Making, Synthetic},
};
use xdplive_packet::accounting::Limit;
use xdplive_source::Source;

fn number(name: &str, otherwise: u64) -> u64 {
    env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Threads of a name of their own, so that what they cost can be told.
fn threads(name: &str, count: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(count).thread_name(name).enable_all().build().unwrap()
}

/// Seconds of the processor that a process, or those of its threads of this name, have had.
fn processor(process: &str, thread: Option<&str>) -> f64 {
    let of = |stat: String| -> f64 {
        let rest = stat.rsplit_once(')').unwrap().1.split_whitespace().collect::<Vec<_>>();
        // User and system time, in hundredths of a second (proc_pid_stat(5)).
        (rest[11].parse::<f64>().unwrap() + rest[12].parse::<f64>().unwrap()) / 100.0
    };
    let Some(thread) = thread else {
        return of(fs::read_to_string(format!("/proc/{process}/stat")).unwrap());
    };
    let tasks = fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let stats = tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("stat")).ok());
    stats.filter(|stat| stat.contains(&format!("({thread})"))).map(of).sum()
}

/// Kilobytes of memory that a process has.
fn memory(process: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// What the server says of itself.
fn varz(port: u16) -> Value {
    let mut connection = TcpStream::connect(("127.0.0.1", port)).unwrap();
    connection.write_all(b"GET /varz HTTP/1.0\r\n\r\n").unwrap();
    let mut text = String::new();
    connection.read_to_string(&mut text).unwrap();
    serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap()
}

fn agent(
    url: &str,
    runtime: &Runtime,
    place: u64,
    rate: u32,
    ended: watch::Receiver<bool>,
) -> Arc<Synthetic> {
    let making =
        Making { host: format!("host{place:05}"), rate, unwanted: 0, queue_rows: 4096, ..Making::default() };
    let access = Access { servers: vec![url.to_owned()], name: making.host.clone(), ..Access::default() };
    let settings = AgentSettings {
        host: making.host.clone(),
        subjects: subjects(),
        labels: [].into(),
        ceiling: Ceiling::default(),
        release: "0.1.0".to_owned(),
    };
    let source = Arc::new(Synthetic::new(&making));
    let lent = Arc::clone(&source) as Arc<dyn Source>;
    runtime.spawn(async move {
        let agent = Agent::new(access.connect().await.unwrap(), lent, settings).unwrap();
        agent.run(ended).await.unwrap();
    });
    source
}

#[test]
#[ignore = "takes minutes"]
fn many_agents() {
    let (count, rate) = (number("XDPLIVE_AGENTS", 1000), number("XDPLIVE_RATE", 100) as u32);
    let seconds = number("XDPLIVE_SECONDS", 20);
    let http = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let server = Server::with(&format!("http: 127.0.0.1:{http}"));
    let process = server.id().to_string();
    let alone = memory(&process);
    let (lenders, asking) = (threads("lenders", 2), threads("asking", 2));
    let (end, ended) = watch::channel(false);
    let sources: Vec<_> =
        (0..count).map(|place| agent(&server.url(), &lenders, place, rate, ended.clone())).collect();
    asking.block_on(async {
        until("all are connected", Duration::from_secs(60), || varz(http)["connections"] == count).await;
        tokio::time::sleep(Duration::from_secs(15)).await;
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

fn made(sources: &[Arc<Synthetic>]) -> u64 {
    sources.iter().map(|source| source.made()).sum()
}
