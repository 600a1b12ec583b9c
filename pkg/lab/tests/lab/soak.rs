//! A long time at half of what can be carried, while people open and close panels.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use fastrand::Rng;
use grafana_plugin_sdk::pluginv2::{PluginContext, StreamPacket};
use serde_json::{Value, json};
use tokio::{task::JoinHandle, time::sleep};
use tonic::Streaming;
use xdplive::host::Plugin;
use xdplive_bench::rows::processors;
use xdplive_corpus::named;
use xdplive_lab::{
    client::{self, ask_as, context, run_as},
    footprint::Footprint,
    namespace::Namespace,
    process::children,
    send::Sender,
};

/// Its length in seconds, where it is to be longer: `make soak`.
const SECONDS: &str = "XDPLIVE_PANELS_SECONDS";
/// What the panels are drawn from, where a run is to be repeated.
const SEED: &str = "XDPLIVE_SEED";
/// How long it is found out what can be carried.
const FLOOD: Duration = Duration::from_secs(3);
/// Frames sent at once; the ring of a veth pair has room for 256.
const AT_ONCE: u32 = 64;
/// Panels that are open at a time.
const PANELS: usize = 12;
/// Something is shown in a panel that has been open for longer: intervals are a second at most.
const SHOWN: Duration = Duration::from_secs(3);
/// Times that everything is closed and looked at.
const LOOKS: u32 = 3;
/// A minute of counts is kept, and a second of what nobody looks at: so what is held is soon what is in use.
const SETTINGS: [(&str, &str); 3] = [
    ("GF_PLUGIN_LINGER_SECONDS", "1"),
    ("GF_PLUGIN_HISTORY_SECONDS", "60"),
    ("GF_PLUGIN_HISTORY_ROWS", "1000"),
];
/// Bytes of memory that a second of counts may take, of all that is kept by the second: until a minute is full, and of
/// groups for longer.
const KEPT: u64 = 4000;

/// What panels ask.
fn queries() -> Vec<Value> {
    let mut all = vec![
        json!({"limit": 100}),
        json!({"limit": 1000, "filter": "udp"}),
        json!({"limit": 1000, "filter": "host 192.0.2.7", "columns": ["time", "source_ip"]}),
        json!({"limit": 10, "filter": "tcp"}),
        json!({"kind": "rates"}),
        json!({"kind": "rates", "filter": "udp portrange 0-9999", "interval": 500}),
        json!({"kind": "rates", "groupBy": "protocol"}),
        json!({"kind": "rates", "groupBy": "source", "measure": "bits", "top": 3}),
        json!({"kind": "flows"}),
        json!({"kind": "flows", "since": "start", "top": 3}),
        json!({"kind": "capture"}),
    ];
    for query in &mut all {
        query["interfaces"] = json!(["a"]);
        query["direction"] = json!("in");
    }
    all
}

/// A packet of one of some thousand conversations.
fn packet(number: u32) -> Vec<u8> {
    let mut frame = named::ssdp().bytes();
    let scattered = number.wrapping_mul(0x9e37_79b9) >> 20;
    frame[29] = scattered as u8;
    frame[34..36].copy_from_slice(&(1024 + scattered as u16).to_be_bytes());
    frame
}

/// A stream of all packets, and how many rows of it have come.
struct Everything {
    rows: Arc<AtomicU64>,
    taken: JoinHandle<[u64; 5]>,
}

impl Everything {
    async fn of(plugin: &Plugin) -> Self {
        let columns = ["time", "source_ip", "destination_ip", "protocol", "frame_length"];
        let query = json!({"interfaces": ["a"], "direction": "in", "limit": null, "columns": columns});
        let channel = client::ask(plugin, query).await;
        let mut stream = client::run(plugin, &channel).await;
        let rows = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&rows);
        let taken = tokio::spawn(async move {
            while let Some(packet) = stream.message().await.expect("a stream") {
                counted.fetch_add(client::rows(&packet.data), Relaxed);
            }
            client::accounts(&mut stream).await
        });
        Self { rows, taken }
    }

    /// The number of rows, and the accounts: seen, unmatched, thinned, lost, delivered. The plugin is to end before.
    async fn end(self) -> (u64, [u64; 5]) {
        let accounts = self.taken.await.expect("a good end");
        (self.rows.load(Relaxed), accounts)
    }
}

/// Packets a second that a stream of all packets gets, of more than it can get or of as many as can be sent.
async fn capacity(namespace: &Namespace) -> u32 {
    let directory = tempfile::tempdir().unwrap();
    let plugin = client::plugin(namespace, directory.path()).await;
    let everything = Everything::of(&plugin).await;
    let begun = Instant::now();
    let sender = Sender::new(namespace, "b");
    let sent = tokio::task::block_in_place(|| {
        let mut sent = 0;
        while begun.elapsed() < FLOOD {
            (0..AT_ONCE).for_each(|number| sender.send(&packet(sent + number)));
            sent += AT_ONCE;
        }
        sent
    });
    plugin.ask_to_end().await;
    let (rows, [.., lost, delivered]) = everything.end().await;
    let taken = begun.elapsed();
    assert_eq!(rows, delivered);
    assert!(plugin.wait().await);
    let capacity = (rows as f64 / taken.as_secs_f64()) as u32;
    eprintln!("{sent} packets in {FLOOD:?}: {rows} rows in {taken:.1?}, {capacity} a second; {lost} lost");
    capacity
}

/// Sends so many packets a second until it is told to stop. Returns how many; what is late is left out, so that there is
/// no flood.
fn send(namespace: &Namespace, per_second: u32, stop: &AtomicBool) -> u32 {
    processors::sender();
    let sender = Sender::new(namespace, "b");
    let pause = Duration::from_secs(1) * AT_ONCE / per_second;
    let mut sent = 0_u32;
    while !stop.load(Relaxed) {
        let due = Instant::now() + pause;
        (0..AT_ONCE).for_each(|number| sender.send(&packet(sent.wrapping_add(number))));
        sent = sent.wrapping_add(AT_ONCE);
        thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    sent
}

/// One of some people.
fn person(number: usize) -> PluginContext {
    let mut context = context();
    if let Some(user) = &mut context.user {
        (user.login, user.role) = (format!("user-{number}"), "Viewer".to_owned());
    }
    context
}

/// A panel that somebody looks at.
struct Panel {
    query: Value,
    opened: Instant,
    messages: Arc<AtomicU64>,
    reading: JoinHandle<()>,
}

impl Panel {
    fn new(query: Value, mut stream: Streaming<StreamPacket>) -> Self {
        let messages: Arc<AtomicU64> = Arc::default();
        let came = Arc::clone(&messages);
        let reading = tokio::spawn(async move {
            while let Ok(Some(message)) = stream.message().await {
                let message: Value = serde_json::from_slice(&message.data).expect("JSON");
                assert!(message["data"]["values"].is_array(), "{message}");
                came.fetch_add(1, Relaxed);
            }
        });
        Self { query, opened: Instant::now(), messages, reading }
    }

    /// As where a browser closes it. Returns whether it has been open for so long that something must have come.
    async fn close(self) -> bool {
        self.reading.abort();
        if let Err(error) = self.reading.await {
            assert!(error.is_cancelled(), "{error}");
        }
        let is_judged = self.opened.elapsed() > SHOWN;
        // The filter for TCP finds nothing here.
        let is_empty = self.messages.load(Relaxed) == 0 && self.query["filter"] != "tcp";
        assert!(!is_judged || !is_empty, "nothing came in {:?} of {}", self.opened.elapsed(), self.query);
        is_judged
    }
}

/// Has panels opened and closed for a while, and closes all. Returns how many were opened, and how many of them were open for
/// long enough to be judged.
async fn look_around(plugin: &Plugin, dice: &mut Rng, queries: &[Value], length: Duration) -> [usize; 2] {
    let mut open: Vec<Panel> = Vec::new();
    let (begun, mut opened, mut judged) = (Instant::now(), 0, 0);
    while begun.elapsed() < length {
        if open.is_empty() || open.len() < PANELS && dice.bool() {
            let query = &queries[dice.usize(..queries.len())];
            let who = person(dice.usize(..3));
            let channel = ask_as(plugin, who.clone(), query.clone()).await;
            open.push(Panel::new(query.clone(), run_as(plugin, who, &channel).await));
            opened += 1;
        } else {
            judged += usize::from(open.swap_remove(dice.usize(..open.len())).close().await);
        }
        sleep(Duration::from_millis(dice.u64(20..500))).await;
    }
    for panel in open {
        judged += usize::from(panel.close().await);
    }
    [opened, judged]
}

/// What the plugin and its loader hold when nobody looks but the streams that were there before.
async fn quiet(plugin: &Plugin, streams: u64) -> Footprint {
    let begun = Instant::now();
    while sum(&client::metrics(plugin).await, "xdplive_streams{", "") > streams {
        assert!(begun.elapsed() < Duration::from_secs(60), "{}", client::metrics(plugin).await);
        sleep(Duration::from_millis(200)).await;
    }
    // Interfaces and standing streams linger for a second.
    sleep(Duration::from_secs(3)).await;
    let id = plugin.id().unwrap();
    let processes: Vec<u32> = [id].into_iter().chain(children(id)).collect();
    Footprint::of(&processes)
}

/// The sum of a metric's values with some label.
fn sum(metrics: &str, name: &str, label: &str) -> u64 {
    let lines = metrics.lines().filter(|line| line.starts_with(name) && line.contains(label));
    lines.map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap() as u64).sum()
}

/// Nothing is lost, nothing grows, and what is counted is what was sent.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn panels_open_and_close_at_half_capacity() {
    let length = Duration::from_secs(xdplive_lab::number(SECONDS).unwrap_or(30) as u64);
    let seed = xdplive_lab::number(SEED).map_or_else(|| fastrand::u64(..1_000_000), |seed| seed as u64);
    let mut dice = Rng::with_seed(seed);
    eprintln!("{SEED}={seed} {SECONDS}={}", length.as_secs());
    let namespace = Arc::new(Namespace::with_pair());
    let per_second = capacity(&namespace).await / 2;

    let directory = tempfile::tempdir().unwrap();
    let plugin = client::plugin_with(&namespace, directory.path(), &SETTINGS).await;
    let everything = Everything::of(&plugin).await;
    let rates =
        json!({"kind": "rates", "interfaces": ["a"], "direction": "in", "columns": ["packets", "bytes"]});
    let rates = client::ask(&plugin, rates).await;
    let mut rates = client::run(&plugin, &rates).await;
    let counted = tokio::spawn(async move {
        let mut sums = [0_u64; 2];
        while let Some(packet) = rates.message().await.expect("a stream") {
            let message: Value = serde_json::from_slice(&packet.data).expect("JSON");
            let values = message["data"]["values"].as_array().expect("columns");
            sums.iter_mut()
                .zip(values)
                .for_each(|(sum, column)| *sum += column[0].as_u64().expect("a number"));
        }
        sums
    });
    let always = sum(&client::metrics(&plugin).await, "xdplive_streams{", "");
    let counters = || ["rx_packets", "rx_bytes", "rx_dropped"].map(|name| namespace.counter("a", name));
    let before = counters();
    let stop = Arc::new(AtomicBool::new(false));
    let sending = {
        let (namespace, stop) = (Arc::clone(&namespace), Arc::clone(&stop));
        thread::spawn(move || send(&namespace, per_second, &stop))
    };

    let (queries, begun) = (queries(), Instant::now());
    let mut looks: Vec<(Duration, Footprint)> = Vec::new();
    let (mut opened, mut judged) = (0, 0);
    for _ in 0..LOOKS {
        let [more, longer] = look_around(&plugin, &mut dice, &queries, length / LOOKS).await;
        (opened, judged) = (opened + more, judged + longer);
        looks.push((begun.elapsed(), quiet(&plugin, always).await));
        let (at, held) = looks.last().expect("one at least");
        eprintln!("after {at:.0?}: {opened} panels opened, {held:?}");
    }
    stop.store(true, Relaxed);
    let sent = u64::from(sending.join().expect("the sender"));
    let metrics = client::metrics(&plugin).await;
    let [packets, bytes, dropped] = counters().map({
        let mut before = before.into_iter();
        move |now| now - before.next().expect("as many")
    });
    plugin.ask_to_end().await;
    let (rows, [seen, unmatched, thinned, lost, delivered]) = everything.end().await;
    eprintln!(
        "{opened} panels ({judged} for longer than {SHOWN:?}) in {:.0?} at {per_second} packets a second: sent {sent}, received {packets}, rows {rows}, lost {lost}",
        begun.elapsed()
    );
    assert_eq!(packets + dropped, sent, "the pair has lost some itself");
    assert_eq!([seen, unmatched, thinned, lost], [packets, 0, 0, 0]);
    assert_eq!([rows, delivered], [packets; 2]);
    assert_eq!(counted.await.expect("rates"), [packets, bytes], "rates, and what the interface counts");
    for cause in ["ring", "queue"] {
        assert_eq!(sum(&metrics, "xdplive_rows_lost_total{", &format!("cause=\"{cause}\"")), 0, "{metrics}");
    }
    assert!(judged > 0, "no panel was open for longer than {SHOWN:?}");
    let [(since, first), .., (until, last)] = &looks[..] else { panic!("too few looks") };
    let kept = (*until - *since).as_secs() * KEPT;
    for (what, first, last) in [
        ("resident", first.resident + kept, last.resident),
        ("descriptors", first.descriptors as u64, last.descriptors as u64),
        ("maps", first.maps as u64, last.maps as u64),
        ("map memory", first.map_memory, last.map_memory),
    ] {
        assert!(last <= first + first / 10, "{what}: {first} after {since:.0?}, {last} after {until:.0?}");
    }
    assert!(plugin.wait().await);
}
