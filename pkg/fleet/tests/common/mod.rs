//! A real server of NATS, and agents and a client that use it.

#![allow(dead_code, reason = "no test needs all of it")]

pub mod measure;

use std::{
    env, fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use tempfile::TempDir;
use tokio::{
    runtime::{Builder, Runtime},
    sync::watch,
    time::Instant,
};
use xdplive_fleet::{
    agent::{Agent, AgentSettings},
    ceiling::Ceiling,
    nats::{Access, Connection},
    remote::{Fleet, FleetSettings},
    synthetic::{INTERFACE, Making, Synthetic},
    wire::{DEFAULT_PREFIX, Subjects},
};
use xdplive_packet::accounting::Limit;
use xdplive_source::{Batch, HookChoice, HostPatterns, InterfaceSet, Request, Source, Subscription, Tally};

/// The program, as `tools/nats-server.sh` gets it.
fn program() -> PathBuf {
    if let Some(given) = env::var_os("XDPLIVE_NATS_SERVER") {
        return given.into();
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let output = Command::new(root.join("tools/nats-server.sh")).output().unwrap();
    assert!(
        output.status.success(),
        "nats-server is needed and cannot be had: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().into()
}

/// A server of its own on a port of its own, which ends with it.
pub struct Server {
    child: Child,
    pub port: u16,
    config: PathBuf,
    _directory: TempDir,
}

impl Server {
    /// One that lets everybody do everything.
    pub fn start() -> Self {
        Self::with("")
    }

    /// One with these lines in its configuration.
    pub fn with(lines: &str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let directory = TempDir::new().unwrap();
        let config = directory.path().join("nats.conf");
        fs::write(&config, format!("listen: 127.0.0.1:{port}\n{lines}\n")).unwrap();
        let child = spawn(&config);
        let server = Self { child, port, config, _directory: directory };
        server.wait();
        server
    }

    fn wait(&self) {
        let until = std::time::Instant::now() + Duration::from_secs(10);
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(std::time::Instant::now() < until, "the server does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status();
        assert!(status.unwrap().success());
    }

    /// Ends it, without a word to its clients.
    pub fn kill(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }

    /// Starts it again.
    pub fn restart(&mut self) {
        self.child = spawn(&self.config);
        self.wait();
    }
}

fn spawn(config: &Path) -> Child {
    let mut command = Command::new(program());
    command.arg("-c").arg(config).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A connection to it.
pub async fn connect(url: &str, name: &str) -> Connection {
    let access = Access { servers: vec![url.to_owned()], name: name.to_owned(), ..Access::default() };
    access.connect().await.unwrap()
}

/// An agent that runs, and what it lends. It has threads of its own, as a process has.
pub struct RunningAgent {
    pub source: Arc<Synthetic>,
    end: watch::Sender<bool>,
    runtime: Option<Runtime>,
}

impl RunningAgent {
    /// Ends as a process does that is asked to.
    pub async fn stop(mut self) {
        _ = self.end.send(true);
        until("the agent has ended", Duration::from_secs(5), || self.end.is_closed()).await;
        self.halt();
    }

    /// Ends as a process does that is killed.
    pub fn kill(mut self) {
        self.halt();
    }

    fn halt(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Drop for RunningAgent {
    fn drop(&mut self) {
        self.halt();
    }
}

pub fn agent(url: &str, making: Making, ceiling: Ceiling) -> RunningAgent {
    let access = Access { servers: vec![url.to_owned()], name: making.host.clone(), ..Access::default() };
    agent_by(access, subjects(), making, ceiling)
}

pub fn agent_by(access: Access, subjects: Subjects, making: Making, ceiling: Ceiling) -> RunningAgent {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let source = Arc::new(Synthetic::new(&making));
    let settings = AgentSettings {
        host: making.host,
        subjects,
        labels: [("site".to_owned(), "test".to_owned())].into(),
        ceiling,
        release: "0.0.0-test".to_owned(),
    };
    let (end, ended) = watch::channel(false);
    let lent = Arc::clone(&source) as Arc<dyn Source>;
    runtime.spawn(async move {
        let agent = Agent::new(access.connect().await.unwrap(), lent, settings).unwrap();
        agent.run(ended).await.unwrap();
    });
    RunningAgent { source, end, runtime: Some(runtime) }
}

pub fn subjects() -> Subjects {
    Subjects::new(DEFAULT_PREFIX).unwrap()
}

pub async fn fleet(url: &str) -> Fleet {
    fleet_on(connect(url, "client").await).await
}

pub async fn fleet_on(connection: Connection) -> Fleet {
    fleet_of(connection, subjects()).await
}

pub async fn fleet_of(connection: Connection, subjects: Subjects) -> Fleet {
    let settings = FleetSettings {
        subjects,
        client: "test".to_owned(),
        hosts: HostPatterns::default(),
        queue_rows: 65_536,
    };
    Fleet::new(connection, settings).await.unwrap()
}

/// Packets of all hosts, at most so many a second.
pub fn packets(limit: Limit) -> Request {
    let mut request = Request::counting(InterfaceSet::Any, HookChoice::Auto, false);
    request.wanted.as_mut().unwrap().limit = limit;
    request
}

/// Waits until so many hosts are there and have said what they have.
pub async fn hosts(fleet: &Fleet, count: usize) {
    until("hosts that have described themselves", Duration::from_secs(10), || {
        let hosts = fleet.hosts();
        hosts.len() == count && hosts.iter().all(|host| fleet.interfaces_of(host.id).get(INTERFACE).is_some())
    })
    .await;
}

/// Whether a host is known and answers.
pub fn is_here(fleet: &Fleet, name: &str) -> bool {
    fleet.known().iter().any(|known| &*known.host.name == name && known.is_here())
}

/// Waits until something is so.
pub async fn until(what: &str, patience: Duration, mut is_so: impl FnMut() -> bool) -> Duration {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < patience, "not within {patience:?}: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    begun.elapsed()
}

/// Takes the rows of a stream for so long, and hands each batch on.
pub async fn take(stream: &Subscription, long: Duration, mut with: impl FnMut(&Batch)) {
    let until = Instant::now() + long;
    while let Ok(Some(batches)) = tokio::time::timeout_at(until, stream.next(4096)).await {
        batches.iter().for_each(&mut with);
    }
}

/// Ends a stream and takes the rest.
pub async fn finish(mut stream: Subscription, mut with: impl FnMut(&Batch)) -> Tally {
    stream.end();
    while let Some(batches) = stream.next(4096).await {
        batches.iter().for_each(&mut with);
    }
    stream.tally()
}

/// `seen = unmatched + thinned + lost + delivered`.
pub fn assert_adds_up(tally: Tally) {
    let Tally { seen, unmatched, thinned, lost, delivered } = tally;
    assert_eq!(seen, unmatched + thinned + lost + delivered, "{tally:?}");
}
