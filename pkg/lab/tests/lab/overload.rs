//! More packets than can be shown.

use std::thread;

use serde_json::{Value, json};
use xdplive_bench::{
    bpf::programs::Generator,
    packets::{Kind, Packets},
    rows::processors,
};
use xdplive_corpus::named;
use xdplive_lab::{client, footprint::Footprint, namespace::Namespace, send::Sender, watch::Watch};

/// A UDP packet between two hosts, from a port of its own.
fn flood(number: u32, flows: u32) -> Vec<u8> {
    let mut frame = named::ssdp().bytes();
    frame[30..34].copy_from_slice(&[198, 51, 100, 7]);
    let flow = number % flows;
    frame[29] = flow as u8;
    frame[22] = 64;
    // Ports: random, and 9.
    frame[34..36].copy_from_slice(&(number.wrapping_mul(0x9e37_79b9) >> 16).to_be_bytes()[2..]);
    frame[36..38].copy_from_slice(&9_u16.to_be_bytes());
    frame
}

/// Sends so many packets as fast as they go.
fn send(sender: &Sender, packets: u32, flows: u32) {
    thread::scope(|scope| {
        scope.spawn(|| {
            processors::sender();
            (0..packets).for_each(|number| sender.send(&flood(number, flows)));
        });
    });
}

#[test]
fn every_packet_of_a_flood_is_accounted_for() {
    const PACKETS: u32 = 400_000;
    let namespace = Namespace::with_pair();
    let sender = Sender::new(&namespace, "b");
    let before = namespace.counter("a", "rx_packets");
    for (limit, columns) in [(None, "ttl"), (Some("1000"), "ttl,source_port")] {
        let mut options = vec![
            "--interface",
            "a",
            "--direction",
            "in",
            "--columns",
            columns,
            "--filter",
            "",
            "--filter",
            "udp src portrange 0-9999",
            "--filter",
            "tcp",
        ];
        options.extend(limit.iter().flat_map(|limit| ["--limit", limit]));
        let watch = Watch::attached(&namespace, 1, &options);
        send(&sender, PACKETS, 64);
        let outcome = watch.stop();
        outcome.assert_well();
        for stream in 0..3 {
            let accounts = outcome.accounts(stream);
            let rows = outcome.rows.iter().filter(|row| row["stream"] == stream).count() as u64;
            assert_eq!(accounts["seen"], u64::from(PACKETS), "{stream}: {accounts:?}");
            assert_eq!(accounts["delivered"], rows, "{stream}: {accounts:?}");
            match (stream, limit) {
                (0, _) => assert_eq!(accounts["unmatched"], 0, "{accounts:?}"),
                (1, _) => {
                    let matched = (0..PACKETS)
                        .filter(|number| {
                            u16::from_be_bytes(flood(*number, 64)[34..36].try_into().unwrap()) <= 9999
                        })
                        .count() as u64;
                    assert_eq!(accounts["seen"] - accounts["unmatched"], matched, "{accounts:?}");
                }
                _ => assert_eq!(accounts["unmatched"], u64::from(PACKETS), "{accounts:?}"),
            }
            if limit.is_none() {
                assert_eq!(accounts["thinned"], 0, "{stream}: {accounts:?}");
            }
        }
    }
    assert_eq!(namespace.counter("a", "rx_packets") - before, 2 * u64::from(PACKETS));
}

/// The one packet that matters, among many others, and with a budget far below them.
#[test]
fn a_rare_packet_is_seen_in_a_flood() {
    for flows in [1, 64] {
        let namespace = Namespace::with_pair();
        let sender = Sender::new(&namespace, "b");
        let options =
            ["--interface", "a", "--direction", "in", "--limit", "1000", "--columns", "ttl,destination_port"];
        let watch = Watch::attached(&namespace, 1, &options);
        send(&sender, 200_000, flows);
        sender.send(&named::ssdp().bytes());
        send(&sender, 100_000, flows);
        let outcome = watch.stop();
        let accounts = outcome.accounts(0);
        assert_eq!(accounts["seen"], 300_001, "{accounts:?}");
        assert!(accounts["thinned"] > 100_000, "no flood: {accounts:?}");
        let rare = outcome.rows.iter().filter(|row| row["ttl"] == 1).count();
        assert_eq!(rare, 1, "{flows} flows: {accounts:?}");
    }
}

/// Frames made by the kernel itself, faster than any reader takes them: what is lost is counted, also for a stream
/// that joins late and for one that is stopped in the middle, both of a slot that another stream has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_overload_is_accounted_for_with_streams_that_come_and_go() {
    const PART: u32 = 3_400_000;
    let directory = tempfile::tempdir().unwrap();
    let namespace = Namespace::with_pair();
    let settings = [("GF_PLUGIN_HOOK", "xdp-native")];
    let plugin = client::plugin_with(&namespace, directory.path(), &settings).await;
    let query = |filter: &str, limit: Value, columns: &[&str]| json!({ "interfaces": ["a"], "direction": "in", "filter": filter, "limit": limit, "columns": columns });
    let everything = client::ask(&plugin, query("", json!(null), &["ttl"])).await;
    let budgeted = client::ask(&plugin, query("", json!(1000), &["ttl"])).await;
    let filtered = client::ask(&plugin, query("tcp", json!(null), &["ttl"])).await;
    // The same slot as the first, under another path.
    let late = client::ask(&plugin, query("", json!(null), &["ttl", "protocol"])).await;
    let stopped = client::ask(&plugin, query("", json!(null), &["protocol"])).await;

    let mut streams = Vec::new();
    for channel in [&everything, &budgeted, &filtered] {
        streams.push(tokio::spawn(client::taken(client::run(&plugin, channel).await)));
    }
    let stopped = client::run(&plugin, &stopped).await;
    let before = arrived(&namespace);
    overload(&namespace, PART);
    let middle = arrived(&namespace).packets;
    streams.push(tokio::spawn(client::taken(client::run(&plugin, &late).await)));
    overload(&namespace, PART);
    // It has not taken a row.
    drop(stopped);
    overload(&namespace, PART);
    let after = arrived(&namespace);
    assert_eq!(before.all_until(after), 3 * u64::from(PART), "{before:?}, {after:?}");
    let (before, after) = (before.packets, after.packets);
    plugin.ask_to_end().await;

    let mut matched = Vec::new();
    for (number, stream) in streams.into_iter().enumerate() {
        let (rows, [seen, unmatched, thinned, lost, delivered]) = stream.await.unwrap();
        let expected = if number == 3 { after - middle } else { after - before };
        eprintln!(
            "stream {number}: seen={seen} unmatched={unmatched} thinned={thinned} lost={lost} delivered={delivered}"
        );
        assert_eq!(seen, expected, "{number}");
        assert_eq!(seen, unmatched + thinned + lost + delivered, "{number}");
        assert_eq!(delivered, rows, "{number}");
        if number != 1 {
            assert_eq!(thinned, 0, "{number}");
        }
        matched.push(seen - unmatched);
    }
    let all = after - before;
    assert_eq!(matched[..2], [all, all]);
    assert!(matched[2] > all / 10 && matched[2] < all, "some packets are TCP: {matched:?}");
    assert_eq!(matched[3], after - middle);
    assert!(plugin.wait().await);
}

/// A browser whose connection hangs, and that is not closed: it takes a bounded room, nothing from others, and what it did
/// not get is accounted for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscriber_that_never_reads() {
    const PACKETS: u32 = 300_000;
    const ROOM: u64 = 96 << 20;
    let directory = tempfile::tempdir().unwrap();
    let namespace = Namespace::with_pair();
    let plugin = client::plugin(&namespace, directory.path()).await;
    // All columns, so that it is soon full between the two.
    let stuck = json!({ "interfaces": ["a"], "direction": "in", "limit": null });
    let reads = json!({ "interfaces": ["a"], "direction": "in", "limit": null, "columns": ["ttl"] });
    let stuck = client::ask(&plugin, stuck).await;
    let stuck = client::run(&plugin, &stuck).await;
    let reads = client::ask(&plugin, reads).await;
    let reads = tokio::spawn(client::taken(client::run(&plugin, &reads).await));
    let sender = Sender::new(&namespace, "b");
    let id = plugin.id().unwrap();
    let mut held = Vec::new();
    for _ in 0..3 {
        tokio::task::block_in_place(|| send(&sender, PACKETS, 64));
        held.push(Footprint::of(&[id]).resident);
    }
    eprintln!("resident after each {PACKETS} packets: {held:?}");
    // It reads at last: what waited, and its accounts.
    let stuck = tokio::spawn(client::taken(stuck));
    plugin.ask_to_end().await;
    let (rows, [seen, unmatched, thinned, lost, delivered]) = reads.await.unwrap();
    assert_eq!([seen, unmatched, thinned], [3 * u64::from(PACKETS), 0, 0]);
    assert_eq!((rows, delivered + lost), (delivered, seen));
    let (rows, [stuck_seen, unmatched, thinned, stuck_lost, delivered]) = stuck.await.unwrap();
    eprintln!("the one who reads lost {lost}; the one who does not {stuck_lost} of {stuck_seen}");
    assert_eq!([stuck_seen, unmatched, thinned], [seen, 0, 0]);
    assert_eq!((rows, delivered + stuck_lost), (delivered, seen));
    assert!(stuck_lost > lost && stuck_lost > 0, "{stuck_lost} and {lost}");
    assert!(held[2] < held[0] + ROOM / 8 && held[2] < ROOM, "{held:?}");
    assert!(plugin.wait().await);
}

/// What is counted is what the interface itself counts: while rows are left out and lost, in each interval, and to the
/// last packet and byte at the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_an_overload_rates_are_the_interface_s_own_counters() {
    const FROM_THE_KERNEL: u32 = 6_000_000;
    const FROM_A_SOCKET: u32 = 600_000;
    for hook in ["xdp-native", "tcx"] {
        let directory = tempfile::tempdir().unwrap();
        let namespace = Namespace::with_pair();
        let plugin = client::plugin_with(&namespace, directory.path(), &[("GF_PLUGIN_HOOK", hook)]).await;
        let query = |kind: &str, columns: Value| json!({ "kind": kind, "interfaces": ["a"], "direction": "in", "columns": columns, "limit": 1000 });
        let rows = client::ask(&plugin, query("packets", json!(["ttl"]))).await;
        let rates = client::ask(&plugin, query("rates", json!(["packets", "segments", "bytes"]))).await;
        let rows = tokio::spawn(client::taken(client::run(&plugin, &rows).await));
        let mut rates = client::run(&plugin, &rates).await;
        let counters = || ["rx_packets", "rx_bytes"].map(|name| namespace.counter("a", name));
        let (start, before) = (arrived(&namespace), counters());
        let since = || counters().iter().zip(before).map(|(now, before)| now - before).collect::<Vec<_>>();
        let is_sent = std::sync::atomic::AtomicBool::new(false);
        let (mut sum, mut largest) = ([0; 3], 0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                if hook == "xdp-native" {
                    overload(&namespace, FROM_THE_KERNEL);
                } else {
                    send(&Sender::new(&namespace, "b"), FROM_A_SOCKET, 64);
                }
                is_sent.store(true, std::sync::atomic::Ordering::Release);
            });
            tokio::task::block_in_place(|| {
                let runtime = tokio::runtime::Handle::current();
                while !is_sent.load(std::sync::atomic::Ordering::Acquire) {
                    let message = runtime.block_on(client::message(&mut rates));
                    let now = since();
                    let lap = [0, 1, 2].map(|column| message["data"]["values"][column][0].as_u64().unwrap());
                    sum.iter_mut().zip(lap).for_each(|(sum, lap)| *sum += lap);
                    largest = largest.max(lap[0]);
                    // It ended a moment before the counters were read.
                    assert!(sum[0] <= now[0], "{hook}: {sum:?}, {now:?}");
                    assert!(now[0] - sum[0] <= 2 * largest, "{hook}: {sum:?}, {now:?}, {largest}");
                }
            });
        });
        assert!(sum[0] > 0, "{hook}: no interval ended while packets came");
        plugin.ask_to_end().await;
        while let Some(packet) = rates.message().await.unwrap() {
            let message: Value = serde_json::from_slice(&packet.data).unwrap();
            let lap = [0, 1, 2].map(|column| message["data"]["values"][column][0].as_u64().unwrap());
            sum.iter_mut().zip(lap).for_each(|(sum, lap)| *sum += lap);
        }
        let sent = u64::from(if hook == "xdp-native" { FROM_THE_KERNEL } else { FROM_A_SOCKET });
        let now = since();
        assert_eq!(start.all_until(arrived(&namespace)), sent, "{hook}");
        assert!(now[0] > sent / 2, "{hook}: {now:?} of {sent}");
        assert_eq!(sum, [now[0], now[0], now[1]], "{hook}");
        let (_, [seen, _, thinned, lost, delivered]) = rows.await.unwrap();
        eprintln!("{hook}: {sum:?}; rows: thinned={thinned} lost={lost} delivered={delivered}");
        assert_eq!(seen, now[0], "{hook}");
        assert!(thinned + lost > sent / 2, "{hook}: no overload");
        assert!(plugin.wait().await);
    }
}

/// The kernel's own counters of the receiving end.
#[derive(Clone, Copy, Debug)]
struct Arrived {
    /// Received.
    packets: u64,
    /// Thrown away by the pair itself before any program saw them: on a busy machine the ring of 256 frames overflows
    /// when the sender moves to another processor.
    dropped: u64,
}

impl Arrived {
    /// What was sent from here to `later`.
    fn all_until(self, later: Self) -> u64 {
        later.packets - self.packets + later.dropped - self.dropped
    }
}

fn arrived(namespace: &Namespace) -> Arrived {
    let [packets, dropped] = ["rx_packets", "rx_dropped"].map(|name| namespace.counter("a", name));
    Arrived { packets, dropped }
}

/// Sends so many different packets from inside the kernel, as fast as it goes.
fn overload(namespace: &Namespace, packets: u32) {
    /// Number of the loopback interface in every namespace.
    const LOOPBACK: u32 = 1;
    const AT_ONCE: u32 = 100_000;
    let index = namespace.run(&["cat", "/sys/class/net/b/ifindex"]).trim().parse().unwrap();
    namespace.enter(|| {
        processors::sender();
        let generator = Generator::new(&Packets::new(Kind::Mixed, 7), index, LOOPBACK).unwrap();
        for _ in 0..packets / AT_ONCE {
            generator.send(AT_ONCE, 64).unwrap();
        }
    });
}
