//! What goes wrong around a capture that runs: it is told, nothing else is touched, and what was delivered stays exact.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use xdplive_corpus::named;
use xdplive_lab::{
    attached,
    control_group::ControlGroup,
    eventually,
    footprint::Footprint,
    namespace::Namespace,
    process::{children, go_on, hold, kill, links, lives},
    send::Sender,
    watch::Watch,
};
use xdplive_packet::Event;

/// How often something is killed, where that is to be more often: `make soak`.
const KILLS: &str = "XDPLIVE_KILLS";
/// How many seconds the ring is full, where that is to be longer: `make soak`.
const FULL_SECONDS: &str = "XDPLIVE_FULL_SECONDS";

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

/// As by `bpftool link detach`. It is noticed, told and put right; each packet that a program of ours saw is accounted for.
#[test]
fn a_program_that_another_process_detaches() {
    let line = |rest: &str| {
        let hook = "tcx: another process has detached our program";
        format!("detached a in: {hook}{rest}; stop what does that, such as bpftool link detach")
    };
    let namespace = Namespace::with_pair();
    let foreign = attached::links();
    let watch = watch(&namespace);
    let [_, _, loader] = watch.processes();
    let mut packets = 0;
    let held = Footprint::of(&[loader]).descriptors;
    for (round, times) in (1..).zip(["", " 2 times"]) {
        send(&namespace, 2);
        packets += 2;
        watch.wait_for_rows(packets);
        let ours: Vec<u32> = attached::links().difference(&foreign).copied().collect();
        let [link] = ours[..] else { panic!("links {ours:?}") };
        attached::detach(link);
        // Nobody sees these.
        send(&namespace, 3);
        watch.wait_for_line(&line(times), 1);
        watch.wait_for_attachments(1 + round);
        // The dead link is closed.
        assert_eq!(Footprint::of(&[loader]).descriptors, held);
    }
    send(&namespace, 1);
    watch.wait_for_rows(packets + 1);
    assert_exact(watch, packets as u64 + 1);
    assert_eq!(attached::links(), foreign);
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

/// Nobody empties the ring for a while: what it has no room for is lost, to the packet, and then it goes on.
#[test]
fn a_ring_that_stays_full() {
    const RING: usize = 65_536;
    /// Bytes of a packet in the ring, with the kernel's own header.
    const PACKET: usize = size_of::<Event>() + 8;
    const ROOM: usize = RING / PACKET;
    let length = Duration::from_secs(xdplive_lab::number(FULL_SECONDS).unwrap_or(3) as u64);
    let namespace = Namespace::with_pair();
    let options = ["--interface", "a", "--direction", "in"];
    let watch = Watch::start_after(&format!("export GF_PLUGIN_RING_BYTES={RING}"), &namespace, &options);
    watch.wait_for_attachments(1);
    send(&namespace, 1);
    watch.wait_for_rows(1);
    let [_, plugin, _] = watch.processes();
    hold(plugin);
    let begun = Instant::now();
    let mut sent = 1;
    while begun.elapsed() < length || sent <= 2 * ROOM {
        send(&namespace, 100);
        sent += 100;
        thread::sleep(Duration::from_millis(50));
    }
    go_on(plugin);
    watch.wait_for_rows(1 + ROOM);
    send(&namespace, 10);
    watch.wait_for_rows(1 + ROOM + 10);
    let outcome = watch.stop();
    outcome.assert_well();
    let accounts = outcome.accounts(0);
    let (seen, delivered) = (sent as u64 + 10, ROOM as u64 + 11);
    assert_eq!([accounts["seen"], accounts["delivered"]], [seen, delivered], "{accounts:?}");
    assert_eq!([accounts["lost"], accounts["unmatched"], accounts["thinned"]], [seen - delivered, 0, 0]);
    assert_eq!(outcome.rows.len() as u64, delivered);
}

/// It is looked at every few seconds: a capture that nobody can steer must not go on.
#[test]
fn a_loader_that_is_held_for_longer() {
    let before = links();
    let namespace = Namespace::with_pair();
    let watch = watch(&namespace);
    send(&namespace, 1);
    watch.wait_for_rows(1);
    let [_, plugin, loader] = watch.processes();
    hold(loader);
    let outcome = watch.finish();
    let word = "the loader process has not answered for 5 s, so that nothing can be watched any more";
    outcome.assert_failed(1, &[word]);
    assert_eq!(outcome.rows.len(), 1, "what came before is delivered");
    assert!(eventually(Duration::from_secs(5), || !lives(plugin) && !lives(loader)));
    assert_eq!(links(), before);
}

/// A ring that is larger than what the service or the container may have.
#[test]
fn no_memory_for_maps() {
    const RING: u64 = 256 << 20;
    let before = links();
    let namespace = Namespace::with_pair();
    let limit = ControlGroup::new("memory", &format!("xdplive-{}", std::process::id()));
    limit.set(&["memory.limit_in_bytes", "memory.max"], &(RING / 2).to_string());
    let (xdplive, plugin) = (xdplive_lab::xdplive(), xdplive_lab::plugin());
    let watch = ["watch", "--json", "--interface", "a", "--direction", "in"];
    let mut command = namespace.command(&[&[&*xdplive.to_string_lossy()], &watch[..]].concat());
    command.arg("--plugin").arg(plugin);
    let start =
        |ring: u64| Watch::spawn(limit.within(&command).env("GF_PLUGIN_RING_BYTES", ring.to_string()));
    let word = "interface \"a\" cannot be watched: the kernel has no memory left for eBPF maps (Cannot allocate memory (os \
                error 12)): give the machine more, or its service or container (systemd: MemoryMax=), or set a smaller ring_bytes \
                or flow_entries";
    start(RING).finish().assert_failed(1, &[word]);
    assert_eq!(links(), before);
    // With one that there is room for, it works.
    let watch = start(RING / 64);
    watch.wait_for_attachments(1);
    send(&namespace, 1);
    watch.wait_for_rows(1);
    assert_exact(watch, 1);
}

/// A file of packets ends with the last one that it has room for, and can be read.
#[test]
fn a_full_disk() {
    let directory = tempfile::tempdir().unwrap();
    let (disk, copy) = (directory.path().join("disk"), directory.path().join("copy"));
    fs::create_dir(&disk).unwrap();
    let file = disk.join("packets.pcapng");
    let namespace = Namespace::with_pair();
    // The mount is in a namespace of `ip netns exec`, which ends with it: so the file is copied out of it.
    let mut command = namespace.command(&["sh", "-c"]);
    command.arg(format!(
        "mount -t tmpfs -o size=64k none {disk} && {xdplive} watch --interface a --direction in --write {file} --plugin \
         {plugin}; status=$?; cp {file} {copy}; exit $status",
        disk = disk.display(),
        xdplive = xdplive_lab::xdplive().display(),
        file = file.display(),
        plugin = xdplive_lab::plugin().display(),
        copy = copy.display(),
    ));
    let watch = Watch::spawn(&mut command);
    watch.wait_for_attachments(1);
    let mut sent = 0;
    let is_full = || watch.count_errors(|line| line.contains("No space left on device")) > 0;
    // Each takes some hundred bytes of the file.
    while sent < 10_000 && !is_full() {
        send(&namespace, 100);
        sent += 100;
        thread::sleep(Duration::from_millis(50));
    }
    let outcome = watch.finish();
    let file = file.display();
    outcome.assert_failed(1, &[&format!("cannot write packets to {file}: No space left on device")]);
    let accounts = outcome.accounts(0);
    let captured =
        namespace.run(&["tshark", "-r", &copy.display().to_string(), "-T", "fields", "-e", "frame.number"]);
    assert_eq!(captured.lines().count() as u64, accounts["delivered"], "{accounts:?}");
    assert!(accounts["delivered"] > 100, "{accounts:?}");
    assert_eq!(accounts["seen"], accounts["delivered"] + accounts["lost"], "{accounts:?}");
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
