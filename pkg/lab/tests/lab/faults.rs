//! What goes wrong around a capture that runs: it is told, nothing else is touched, and what was delivered stays exact.

use std::{
    thread,
    time::{Duration, Instant},
};

use xdplive_corpus::named;
use xdplive_lab::{
    eventually,
    namespace::Namespace,
    process::{children, go_on, hold, kill, links, lives},
    send::Sender,
    watch::Watch,
};

/// How often something is killed, where that is to be more often: `make soak`.
const KILLS: &str = "XDPLIVE_KILLS";

fn watch(namespace: &Namespace) -> Watch {
    Watch::attached(namespace, 1, &["--interface", "a", "--direction", "in"])
}

fn send(namespace: &Namespace, times: usize) {
    let sender = Sender::new(namespace, "b");
    (0..times).for_each(|_| sender.send(&named::ssdp().bytes()));
}

/// Stops a capture that saw so many packets, and delivered each of them.
fn assert_exact(watch: Watch, packets: u64) {
    let outcome = watch.stop();
    outcome.assert_well();
    let accounts = outcome.accounts(0);
    assert_eq!([accounts["seen"], accounts["delivered"]], [packets; 2], "{accounts:?}");
    assert_eq!(outcome.rows.len() as u64, packets);
}

/// Waits until an interface whose one packet was seen is attached again, and stops the capture once it has seen another: both
/// are delivered, and nothing stays attached but what was `before`.
fn assert_back(watch: Watch, namespace: &Namespace, before: usize) {
    watch.wait_for_attachments(2);
    send(namespace, 1);
    watch.wait_for_rows(2);
    assert_exact(watch, 2);
    assert_eq!(links(), before);
}

/// A query names an interface, so that one of another name is another.
#[test]
fn an_interface_that_is_renamed_and_gets_its_name_back() {
    let before = links();
    let namespace = Namespace::with_pair();
    let watch = watch(&namespace);
    send(&namespace, 1);
    watch.wait_for_rows(1);
    let rename = |from: &str, to: &str| {
        namespace.ip(&["link", "set", "dev", from, "down"]);
        namespace.ip(&["link", "set", "dev", from, "name", to]);
        namespace.silence(to);
        namespace.ip(&["link", "set", "dev", to, "up"]);
    };
    rename("a", "c");
    watch.wait_for_line("gone a", 1);
    send(&namespace, 3);
    rename("c", "a");
    assert_back(watch, &namespace, before);
}

#[test]
fn an_interface_that_is_moved_to_another_namespace() {
    let before = links();
    let (namespace, other) = (Namespace::with_pair(), Namespace::new());
    let watch = watch(&namespace);
    send(&namespace, 1);
    watch.wait_for_rows(1);
    namespace.give(&other, "a");
    watch.wait_for_line("gone a", 1);
    assert!(eventually(Duration::from_secs(5), || links() == before), "{} links", links() - before);
    namespace.ip(&["link", "del", "dev", "b"]);
    namespace.add_pair("a", "b");
    assert_back(watch, &namespace, before);
}

/// Drivers set up their queues anew for it.
#[test]
fn another_mtu() {
    for hook in ["xdp-native", "xdp-generic", "tcx"] {
        let namespace = Namespace::with_pair();
        let options = ["--interface", "a", "--direction", "in", "--hook", hook];
        let watch = Watch::attached(&namespace, 1, &options);
        for (mtu, packets) in [("1300", 1), ("1500", 2)] {
            for interface in ["a", "b"] {
                namespace.ip(&["link", "set", "dev", interface, "mtu", mtu]);
            }
            send(&namespace, 1);
            watch.wait_for_rows(packets);
        }
        assert_exact(watch, 2);
    }
}

/// The kernel goes on counting and filling the ring. What waited there is delivered.
#[test]
fn processes_that_are_held_and_go_on() {
    const PACKETS: usize = 1000;
    let namespace = Namespace::with_pair();
    let watch = watch(&namespace);
    let [_, plugin, loader] = watch.processes();
    for (round, process) in (1..).zip([plugin, loader]) {
        hold(process);
        send(&namespace, PACKETS);
        thread::sleep(Duration::from_secs(1));
        go_on(process);
        watch.wait_for_rows(round * PACKETS);
    }
    assert_exact(watch, 2 * PACKETS as u64);
}

/// While it starts, attaches, streams or ends.
#[test]
fn killed_at_any_moment() {
    const LONGEST: u64 = 1200;
    let kills = xdplive_lab::number(KILLS).unwrap_or(15);
    let before = links();
    let mut moments = fastrand::Rng::with_seed(20_261_130);
    let mut killed = [0; 3];
    for number in 0..kills {
        let namespace = Namespace::with_pair();
        let watch = Watch::start(&namespace, &["--interface", "a"]);
        let begun = Instant::now();
        let moment = Duration::from_millis(moments.u64(..LONGEST));
        while begun.elapsed() < moment {
            send(&namespace, 1);
            thread::sleep(Duration::from_millis(5));
        }
        let plugin = children(watch.id());
        let loader = plugin.iter().flat_map(|plugin| children(*plugin)).collect::<Vec<_>>();
        let processes = [vec![watch.id()], plugin, loader];
        let victim = processes.iter().filter(|one| !one.is_empty()).count() - 1;
        let victim = moments.usize(..=victim);
        killed[victim] += 1;
        processes[victim].iter().for_each(|process| kill(*process));
        let _ = watch.finish();
        let gone = eventually(Duration::from_secs(5), || {
            links() == before && !processes.iter().flatten().any(|process| lives(*process))
        });
        assert!(
            gone,
            "kill {number}, of {victim} after {moment:?}: {} links, {processes:?}",
            links() - before
        );
    }
    println!("{kills} kills: {killed:?} of xdplive, the plugin and the loader");
    // What they left is in nobody's way.
    let namespace = Namespace::with_pair();
    let watch = watch(&namespace);
    send(&namespace, 1);
    watch.wait_for_rows(1);
    assert_exact(watch, 1);
}
