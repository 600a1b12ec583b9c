//! Flows by way of the whole capture: loader process, control thread, and the thread that reads tables.
//!
//! This program starts itself again inside a network namespace, sends packets from outside, and the one inside, which
//! has no rights left, compares what it is told with what was sent.

use std::{
    fs,
    io::{BufRead, BufReader, Write, stdin},
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use tokio::time::timeout;
use xdplive_capture::{at_start::AtStart, engine::LocalSource, own::Ports, settings::Settings};
use xdplive_corpus::named;
use xdplive_lab::{namespace::Namespace, send::Sender};
use xdplive_loader::{Loader, identity::Identity, policy::Policy, privilege};
use xdplive_packet::{event::Direction, flow::Sum};
use xdplive_source::{Decapsulate, FlowFeed, HookChoice, HostSet, InterfaceSet, Request, Source};

/// The argument of the one inside.
const INSIDE: &str = "inside";
/// Packets of each round, and flows in them.
const PACKETS: u32 = 1000;
const FLOWS: u32 = 10;

fn main() {
    if std::env::args().nth(1).as_deref() == Some(INSIDE) { inside() } else { outside() }
}

/// Sends a round of packets whenever the one inside asks for it.
fn outside() {
    let namespace = Namespace::with_pair();
    let sender = Sender::new(&namespace, "b");
    let program = std::env::current_exe().unwrap();
    let mut inside = namespace
        .command(&[program.to_str().unwrap(), INSIDE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = inside.stdin.take().unwrap();
    for line in BufReader::new(inside.stdout.take().unwrap()).lines() {
        println!("{}", line.unwrap());
        for number in 0..PACKETS {
            let mut frame = named::ssdp().bytes();
            frame[29] = (number % FLOWS) as u8;
            sender.send(&frame);
        }
        writeln!(input).unwrap();
    }
    assert!(inside.wait().unwrap().success());
}

fn inside() {
    let at_start = AtStart::look().unwrap();
    let identity = Identity::choose(None).unwrap();
    // SAFETY: this process has one thread.
    let loader = unsafe { Loader::fork(Policy::open(), identity) }.unwrap();
    privilege::give_up_all(identity).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let own = Ports::default();
        let source =
            LocalSource::start("nas".into(), loader, at_start, Settings::default(), own).await.unwrap();
        check(&source).await;
        source.stop().await;
    });
}

async fn check(source: &LocalSource) {
    let received = [Direction::In];
    let mut first = flows(source, InterfaceSet::Named(vec!["a".to_owned()]), &received, 200).await;
    let with_table = maps();
    packets("the only feed");
    assert_eq!(collect(&first, PACKETS).await, sum(PACKETS));

    let mut second = flows(source, InterfaceSet::Named(vec!["a".to_owned()]), &received, 100).await;
    assert_eq!(maps(), with_table, "both share a table");
    packets("two feeds");
    assert_eq!(collect(&first, PACKETS).await, sum(PACKETS));
    assert_eq!(collect(&second, PACKETS).await, sum(PACKETS));

    first.end();
    assert_eq!(rest(&first).await, Sum::default());
    packets("the other feed, which ends before its next reading is due");
    second.end();
    assert_eq!(rest(&second).await, sum(PACKETS));
    // Two tables, and what is counted beside each; what programs find them by stays.
    assert_eq!(maps(), with_table - 4, "the tables are gone");

    let mut all = flows(source, InterfaceSet::Any, &Direction::ALL, 100).await;
    packets("all interfaces, both ways");
    // Out of one end of the pair, and in at the other.
    assert_eq!(collect(&all, 2 * PACKETS).await, sum(2 * PACKETS));
    packets("the end of the capture");
    all.end();
    assert_eq!(rest(&all).await, sum(2 * PACKETS));
    assert_eq!(all.missed(), Default::default());
}

async fn flows(
    source: &LocalSource,
    interfaces: InterfaceSet,
    directions: &[Direction],
    ms: u64,
) -> FlowFeed {
    let request = Request {
        hosts: HostSet::All,
        label: Arc::default(),
        interfaces,
        directions: directions.to_vec(),
        hook: HookChoice::Auto,
        decapsulate: Decapsulate::None,
        wanted: None,
    };
    // Of all interfaces some are still on their way when it answers; what is sent meanwhile is not seen there.
    let ready = async {
        while !source.prepare(&request).await.unwrap().left_out.is_empty() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(Duration::from_secs(10), ready).await.expect("everything attached");
    source.flows(&request, Duration::from_millis(ms)).await.unwrap()
}

/// Has a round of packets sent, and waits until that is done.
fn packets(what: &str) {
    println!("{what}");
    stdin().lock().read_line(&mut String::new()).unwrap();
}

/// What so many packets of a round are.
fn sum(packets: u32) -> Sum {
    let packets = u64::from(packets);
    Sum { packets, segments: packets, bytes: packets * named::ssdp().bytes().len() as u64 }
}

/// Snapshots until there have been so many packets.
async fn collect(feed: &FlowFeed, packets: u32) -> Sum {
    let mut sum = Sum::default();
    while sum.packets < packets.into() {
        let snapshot = timeout(Duration::from_secs(10), feed.next()).await.expect("a snapshot").unwrap();
        assert!(snapshot.taken.from < snapshot.taken.to);
        assert!(snapshot.taken.entries.len() <= FLOWS as usize);
        sum += snapshot.taken.sum();
    }
    sum
}

/// Snapshots until the end.
async fn rest(feed: &FlowFeed) -> Sum {
    let mut sum = Sum::default();
    while let Some(snapshot) = timeout(Duration::from_secs(10), feed.next()).await.expect("the end") {
        sum += snapshot.taken.sum();
    }
    sum
}

/// Maps that this process holds.
fn maps() -> usize {
    let fds = fs::read_dir("/proc/self/fd").unwrap();
    let targets = fds.filter_map(|fd| fs::read_link(fd.unwrap().path()).ok());
    targets.filter(|target| target.to_string_lossy().contains("bpf-map")).count()
}
