//! Interfaces of containers: they come and go all the time, each under a name of its own.

use std::{
    collections::VecDeque,
    thread,
    time::{Duration, Instant},
};

use xdplive_corpus::named;
use xdplive_lab::{
    footprint::Footprint,
    namespace::{Namespace, pair_lines},
    send::Sender,
    watch::Watch,
};

/// Its length in seconds, where it is to be longer: `make soak`.
const SECONDS: &str = "XDPLIVE_SOAK_SECONDS";
/// Pairs that come, and go, in a second.
const A_SECOND: u32 = 5;
/// Pairs there are at a time.
const AT_A_TIME: usize = 10;
/// What is sent over each pair.
const PACKETS: u32 = 10;
/// Memory for the accounts of one direction of an interface in one second, bytes: twice what interfaces that stay were
/// measured to take.
const KEPT: u64 = 450;
/// When everything is as it stays.
const WARM: Duration = Duration::from_secs(20);

/// Nothing grows with interfaces that were, and every packet over an interface that was attached is counted.
#[test]
#[ignore = "memory has to settle first, which takes half a minute: make soak"]
fn interfaces_that_come_and_go_leave_nothing_behind() {
    let seconds = xdplive_lab::number(SECONDS).unwrap_or(30) as u64;
    let length = Duration::from_secs(seconds);
    assert!(length > WARM, "{SECONDS}: more than {WARM:?}");
    let namespace = Namespace::new();
    namespace.run(&["sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1"]);
    let watch = Watch::attached(
        &namespace,
        1,
        &["--interface", "any", "--direction", "in", "--columns", "interface"],
    );
    let [_, plugin, loader] = watch.processes();

    let start = Instant::now();
    let mut there = VecDeque::new();
    let (mut sent, mut received, mut number) = (0, 0, 0);
    let mut warm = None;
    let mut slowest = Duration::ZERO;
    while start.elapsed() < length {
        thread::sleep(
            (start + Duration::from_secs(1) * number / A_SECOND).saturating_duration_since(Instant::now()),
        );
        let (one, other) = (format!("a{number}"), format!("b{number}"));
        let since = Instant::now();
        namespace.batch(&pair_lines(&one, &other));
        watch.wait_for_line(&format!("attached {one} in by tcx"), 1);
        slowest = slowest.max(since.elapsed());
        let sender = Sender::new(&namespace, &other);
        (0..PACKETS).for_each(|_| sender.send(&named::ssdp().bytes()));
        sent += u64::from(PACKETS);
        there.push_back(one);
        if there.len() > AT_A_TIME {
            let gone = there.pop_front().unwrap();
            received += namespace.counter(&gone, "rx_packets");
            namespace.ip(&["link", "del", "dev", &gone]);
        }
        if warm.is_none() && start.elapsed() >= WARM {
            warm = Some(Footprint::of(&[plugin, loader]));
        }
        number += 1;
    }
    let (warm, end) = (warm.expect("it ran that long"), Footprint::of(&[plugin, loader]));
    received += there.iter().map(|name| namespace.counter(name, "rx_packets")).sum::<u64>();
    let outcome = watch.stop();
    let taken = start.elapsed();
    eprintln!(
        "{number} pairs in {taken:.1?}, each attached within {slowest:.1?}\nwarm {warm:?}\nend  {end:?}"
    );
    outcome.assert_well();
    assert_eq!(namespace.attached_tcx(), 0);
    assert!(u64::from(number) >= seconds * u64::from(A_SECOND) * 9 / 10, "{number} pairs only");
    let accounts = outcome.accounts(0);
    assert_eq!(received, sent, "the wire itself lost packets");
    assert_eq!([accounts["seen"], accounts["delivered"]], [sent, sent], "{accounts:?}");
    assert_eq!(outcome.rows.len() as u64, sent);
    assert!(!outcome.errors.iter().any(|line| line.starts_with("refused ")), "{:#?}", outcome.errors);
    // What is kept of the last hour's accounts grows with time, whatever comes and goes: a row a second for each direction
    // of each interface.
    let kept = (taken - WARM).as_secs() * 2 * (2 * (AT_A_TIME as u64 + 1) + 1) * KEPT;
    for (what, warm, end) in [
        ("resident", warm.resident + kept, end.resident),
        ("descriptors", warm.descriptors as u64, end.descriptors as u64),
        ("maps", warm.maps as u64, end.maps as u64),
        ("map memory", warm.map_memory, end.map_memory),
    ] {
        assert!(end <= warm + warm / 10, "{what}: {warm} after {WARM:?}, {end} after {taken:?}");
    }
}
