//! Hundreds of interfaces, all of them watched.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use grafana_plugin_sdk::pluginv2::CheckHealthRequest;
use serde_json::{Value, json};
use xdplive::host::Plugin;
use xdplive_corpus::named;
use xdplive_lab::{client, footprint::Footprint, namespace::Namespace, send::Sender, verdict, watch::Watch};

const PAIRS: usize = 150;
/// Those of the pairs, and the loopback interface.
const INTERFACES: usize = 2 * PAIRS + 1;
const LINKS: usize = 2 * INTERFACES;
/// How long the end may take: 2 s, and 20 ms for each link.
const END: Duration = Duration::from_millis(2000 + 20 * LINKS as u64);
const MEGABYTE: u64 = 1 << 20;

fn hundreds() -> Namespace {
    let namespace = Namespace::new();
    let names = |number| (format!("a{number}"), format!("b{number}"));
    namespace.add_pairs(&(0..PAIRS).map(names).collect::<Vec<_>>());
    assert_eq!(namespace.interfaces().len(), INTERFACES);
    namespace
}

/// What the kernel takes for as many links to a program that does nothing is the measure: with a soft limit of
/// descriptors far below their number, a row at once, small when idle, and nothing left behind.
#[test]
fn all_are_watched_as_fast_as_the_kernel_attaches() {
    /// A machine that does other things too is given twice what a person may be let wait.
    const FIRST_ROW: Duration = Duration::from_secs(2);
    let namespace = hundreds();
    assert_eq!(namespace.attached_tcx(), 0);
    let interfaces = namespace.interfaces();
    let start = Instant::now();
    let bare = verdict::bare(&namespace, &interfaces);
    let for_bare = start.elapsed();
    assert_eq!(bare.len(), LINKS);
    drop(bare);
    assert_eq!(namespace.attached_tcx(), 0);

    let sender = Sender::new(&namespace, "b0");
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Acquire) {
                sender.send(&named::ssdp().bytes());
                thread::sleep(Duration::from_millis(10));
            }
        });
        let before = "ulimit -S -n 256 && ulimit -H -n 20000";
        let start = Instant::now();
        let watch = Watch::start_after(before, &namespace, &["--interface", "any", "--limit", "1000"]);
        watch.wait_for_rows(1);
        let first_row = start.elapsed();
        watch.wait_for_attachments(LINKS);
        let for_all = start.elapsed();
        is_over.store(true, Ordering::Release);
        eprintln!(
            "{LINKS} links: {for_all:.2?}, bare {for_bare:.2?}, ratio {:.2}; first row after {first_row:.2?}",
            for_all.as_secs_f64() / for_bare.as_secs_f64()
        );
        assert_eq!(namespace.attached_tcx(), LINKS);

        let [_, plugin, loader] = watch.processes();
        let footprint = Footprint::of(&[plugin, loader]);
        eprintln!(
            "idle: {} MB resident ({} and {}), {} maps of {} MB, {} descriptors",
            footprint.resident / MEGABYTE,
            Footprint::of(&[plugin]).resident / MEGABYTE,
            Footprint::of(&[loader]).resident / MEGABYTE,
            footprint.maps,
            footprint.map_memory / MEGABYTE,
            footprint.descriptors
        );

        let start = Instant::now();
        let outcome = watch.stop();
        let for_the_end = start.elapsed();
        eprintln!("end: {for_the_end:.2?}");
        outcome.assert_well();
        assert_eq!(namespace.attached_tcx(), 0);

        let lines: Vec<_> = outcome.errors.iter().filter(|line| line.starts_with("attached ")).collect();
        assert_eq!(lines.len(), LINKS);
        let told: BTreeSet<String> = lines.iter().map(|line| (*line).clone()).collect();
        let expected = interfaces
            .iter()
            .flat_map(|name| ["in", "out"].map(|way| format!("attached {name} {way} by tcx")));
        assert_eq!(told, expected.collect());
        assert!(!outcome.errors.iter().any(|line| line.starts_with("refused ")), "{:#?}", outcome.errors);
        assert!(first_row <= FIRST_ROW, "{first_row:?}");
        assert!(for_all <= for_bare.mul_f64(1.5), "{for_all:?}, bare {for_bare:?}");
        assert!(for_the_end <= END, "{for_the_end:?}");
        assert!(footprint.resident <= 96 * MEGABYTE, "{footprint:?}");
        assert!(footprint.map_memory <= 64 * MEGABYTE, "{footprint:?}");
        assert!(footprint.map_memory > 0, "{footprint:?}");
    });
}

/// The slowest answers to one question.
struct Answers {
    what: &'static str,
    times: Vec<Duration>,
}

impl Answers {
    async fn time<T>(&mut self, answer: impl Future<Output = T>) -> T {
        let start = Instant::now();
        let answer = answer.await;
        self.times.push(start.elapsed());
        answer
    }
}

/// Attaching to all of them takes seconds, and nobody else waits for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_are_answered_while_hundreds_are_attached() {
    /// A machine that does other things too is given three times what a person may be let wait, and one that is slow at
    /// attaching a tenth of what that takes it: who waits for all links waits ten times as long.
    const PATIENCE: Duration = Duration::from_millis(300);
    const PART: u32 = 10;
    let directory = tempfile::tempdir().unwrap();
    let namespace = hundreds();
    let mut plugin = client::plugin(&namespace, directory.path()).await;
    let [mut all, mut lo, mut accounts, mut health] =
        ["any", "lo", "accounts", "health"].map(|what| Answers { what, times: Vec::new() });

    let query = json!({ "interfaces": ["any"], "columns": ["ttl"], "limit": 1000 });
    let start = Instant::now();
    let channel = all.time(client::ask(&plugin, query)).await;
    let mut any = all.time(client::run(&plugin, &channel)).await;
    let counters = json!({ "kind": "capture", "interfaces": ["any"], "columns": ["state", "interface", "direction"], "interval": 250 });
    let counters = client::ask(&plugin, counters).await;
    let mut counters = client::run(&plugin, &counters).await;
    let attached = AtomicUsize::new(0);
    let count = async {
        while attached.load(Ordering::Acquire) < LINKS {
            let message = client::message(&mut counters).await;
            let [states, interfaces, directions] =
                [0, 1, 2].map(|column| message["data"]["values"][column].as_array().unwrap());
            // There is a row for each stream, on lo for those of the others too.
            let hooks: BTreeSet<(String, String)> = states
                .iter()
                .zip(interfaces.iter().zip(directions))
                .filter(|(state, _)| **state == json!("attached"))
                .map(|(_, (interface, direction))| (interface.to_string(), direction.to_string()))
                .collect();
            attached.store(hooks.len(), Ordering::Release);
        }
    };
    let ask = async {
        let mut number = 0;
        while attached.load(Ordering::Acquire) < LINKS {
            number += 1;
            let query =
                json!({ "interfaces": ["lo"], "filter": format!("ttl {}", number % 50), "columns": ["ttl"] });
            let channel = lo.time(client::ask(&plugin, query)).await;
            let stream = lo.time(client::run(&plugin, &channel)).await;
            let metrics = accounts.time(client::metrics(&plugin)).await;
            assert!(metrics.contains("interface=\"lo\""), "{metrics}");
            let told = health.time(told(&plugin)).await;
            assert!(told.contains("is ready on"), "{told}");
            drop(stream);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let both = async { tokio::join!(count, ask) };
    tokio::time::timeout(Duration::from_secs(60), both).await.expect("all are attached");
    let attaching = start.elapsed();
    eprintln!("attached after {attaching:.2?}");
    assert_eq!(namespace.attached_tcx(), LINKS);

    // Every one of them counts for the stream that asked for all.
    Sender::new(&namespace, "b149").send(&named::ssdp().bytes());
    assert_eq!(client::message(&mut any).await["data"]["values"], json!([[1, 1]]));
    // Each program is loaded when it is first needed, and health needs all four: the first who asks waits for the kernel's
    // verifier, some 0.4 s a program.
    for Answers { what, times } in [&mut lo, &mut health] {
        let first = times.remove(0);
        eprintln!("{what}, the first: {first:.1?}");
        assert!(first <= Duration::from_secs(3), "{what}: {first:?}");
    }
    for Answers { what, times } in [all, lo, accounts, health] {
        let slowest = times.iter().max().unwrap();
        let mean = times.iter().sum::<Duration>() / times.len() as u32;
        eprintln!("{what}: {} answers, mean {mean:.1?}, slowest {slowest:.1?}", times.len());
        assert!(times.len() > 10 || what == "any", "{what}: asked {} times only", times.len());
        assert!(*slowest <= PATIENCE.max(attaching / PART), "{what}: {slowest:?}");
    }
    let start = Instant::now();
    plugin.ask_to_end().await;
    let status = tokio::time::timeout(END, plugin.ended()).await.expect("it ends in time");
    assert!(status.unwrap().success());
    eprintln!("end: {:.2?}", start.elapsed());
    assert_eq!(namespace.attached_tcx(), 0);
}

async fn told(plugin: &Plugin) -> String {
    let request =
        CheckHealthRequest { plugin_context: Some(client::context()), ..CheckHealthRequest::default() };
    plugin.diagnostics().check_health(request).await.unwrap().into_inner().message
}

/// Beyond the limit of descriptors interfaces are refused, each with the limit as the reason, and the others are watched.
#[test]
fn a_limit_of_descriptors_is_told_of_each_interface_beyond_it() {
    const PAIRS: usize = 40;
    let namespace = Namespace::new();
    let names = |number| (format!("a{number}"), format!("b{number}"));
    namespace.add_pairs(&(0..PAIRS).map(names).collect::<Vec<_>>());
    let options = [
        "--interface",
        "any",
        "--direction",
        "in",
        "--query",
        "capture",
        "--columns",
        "time,interface,direction,hook,state,reason",
    ];
    let watch = Watch::start_after("ulimit -S -n 64 && ulimit -H -n 64", &namespace, &options);
    let all = 2 * PAIRS + 1;
    let decided = || watch.count_errors(|line| line.starts_with("attached ") || line.starts_with("refused "));
    let is_decided = xdplive_lab::eventually(Duration::from_secs(20), || decided() >= all);
    assert!(is_decided, "{} of {all}: {:#?}", decided(), watch.errors());
    // A moment that began after that.
    let rows = watch.rows();
    watch.wait_for_rows(rows + 2 * all);
    let attached = namespace.attached_tcx();
    let outcome = watch.stop();
    outcome.assert_well();
    assert_eq!(namespace.attached_tcx(), 0);

    let refused: BTreeSet<String> = outcome
        .errors
        .iter()
        .filter_map(|line| line.strip_prefix("refused "))
        .map(|rest| {
            let (interface, reason) = rest.split_once(" in: ").expect("IF in: REASON");
            assert!(reason.contains("may have 64 files open"), "{rest}");
            interface.to_owned()
        })
        .collect();
    let lines = outcome.errors.iter().filter(|line| line.starts_with("refused ")).count();
    eprintln!("{attached} attached, {} refused", refused.len());
    assert_eq!(lines, refused.len(), "each is told once: {:#?}", outcome.errors);
    assert_eq!(attached + refused.len(), all);
    // The loader needs some for maps and programs.
    assert!(attached >= 16 && refused.len() > 81 - 64, "{attached} attached, {} refused", refused.len());

    let last = &outcome.rows.last().unwrap()["time"];
    let moment: Vec<&Value> = outcome.rows.iter().filter(|row| row["time"] == *last).collect();
    assert_eq!(moment.len(), all);
    for row in moment {
        let interface = row["interface"].as_str().unwrap();
        if refused.contains(interface) {
            assert_eq!([&row["state"], &row["hook"]], [&json!("refused"), &Value::Null], "{row}");
            assert!(row["reason"].as_str().unwrap().contains("may have 64 files open"), "{row}");
        } else {
            assert_eq!([&row["state"], &row["hook"]], [&json!("attached"), &json!("tcx")], "{row}");
        }
    }
}

/// A hook that some interfaces have not is refused there, and the others have it.
#[test]
fn a_hook_that_some_refuse() {
    let namespace = Namespace::with_pair();
    namespace.ip(&["link", "add", "name", "bridge", "type", "bridge"]);
    namespace.silence("bridge");
    let watch = Watch::attached(&namespace, 6, &["--interface", "any", "--hook", "xdp-native"]);
    let refusals = || watch.count_errors(|line| line.starts_with("refused "));
    assert!(xdplive_lab::eventually(Duration::from_secs(5), || refusals() >= 2), "{:#?}", watch.errors());
    Sender::new(&namespace, "b").send(&named::ssdp().bytes());
    watch.wait_for_rows(2);
    let outcome = watch.stop();
    outcome.assert_well();
    let begin = |begin: &str| {
        let lines = outcome.errors.iter().filter(|line| line.starts_with(begin));
        lines.map(|line| line.split(": ").next().unwrap()).collect::<BTreeSet<_>>()
    };
    assert_eq!(
        begin("refused "),
        BTreeSet::from(["refused bridge in", "refused lo in"]),
        "{:#?}",
        outcome.errors
    );
    let attached = [
        "attached a in by xdp-native",
        "attached a out by tcx",
        "attached b in by xdp-native",
        "attached b out by tcx",
        "attached bridge out by tcx",
        "attached lo out by tcx",
    ];
    assert_eq!(begin("attached "), BTreeSet::from(attached));
    for line in outcome.errors.iter().filter(|line| line.starts_with("refused ")) {
        assert!(line.contains("xdp-native") && line.contains("not supported"), "{line}");
    }
    let rows: Vec<_> = outcome.rows.iter().map(|row| (&row["interface"], &row["direction"])).collect();
    assert_eq!(rows, [(&json!("b"), &json!("out")), (&json!("a"), &json!("in"))]);
}
