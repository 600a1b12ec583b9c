//! Many agents in one process, and what they and the server cost.

use std::{
    env, fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::Arc,
};

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
use xdplive_source::Source;

use super::subjects;

/// A number that whoever starts the test may give.
pub fn number(name: &str, otherwise: u64) -> u64 {
    env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Threads of a name of their own, so that what they cost can be told.
pub fn threads(name: &str, count: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(count).thread_name(name).enable_all().build().unwrap()
}

/// Seconds of the processor that a process, or those of its threads of this name, have had.
pub fn processor(process: &str, thread: Option<&str>) -> f64 {
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
pub fn memory(process: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// What the server says of itself.
pub fn varz(port: u16) -> Value {
    let mut connection = TcpStream::connect(("127.0.0.1", port)).unwrap();
    connection.write_all(b"GET /varz HTTP/1.0\r\n\r\n").unwrap();
    let mut text = String::new();
    connection.read_to_string(&mut text).unwrap();
    serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// A port that nobody listens at.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// So many agents on the threads of `runtime`, each with what `making` says and a name of its own.
pub fn many(
    url: &str,
    runtime: &Runtime,
    count: u64,
    making: &Making,
    ended: &watch::Receiver<bool>,
) -> Vec<Arc<Synthetic>> {
    let named = |place| Making { host: format!("host{place:05}"), ..making.clone() };
    (0..count).map(|place| agent(url, runtime, &named(place), ended.clone())).collect()
}

fn agent(url: &str, runtime: &Runtime, making: &Making, ended: watch::Receiver<bool>) -> Arc<Synthetic> {
    let access = Access { servers: vec![url.to_owned()], name: making.host.clone(), ..Access::default() };
    let settings = AgentSettings {
        host: making.host.clone(),
        subjects: subjects(),
        labels: [].into(),
        ceiling: Ceiling::default(),
        release: "0.1.0".to_owned(),
    };
    let source = Arc::new(Synthetic::new(making));
    let lent = Arc::clone(&source) as Arc<dyn Source>;
    runtime.spawn(async move {
        let agent = Agent::new(access.connect().await.unwrap(), lent, settings).unwrap();
        agent.run(ended).await.unwrap();
    });
    source
}

/// Packets that all of these have made.
pub fn made(sources: &[Arc<Synthetic>]) -> u64 {
    sources.iter().map(|source| source.made()).sum()
}
