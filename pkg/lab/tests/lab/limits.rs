//! Rows per second: what is rare is seen, and what is frequent keeps to the limit.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use serde_json::json;
use xdplive_corpus::named;
use xdplive_lab::{
    client,
    namespace::Namespace,
    send::Sender,
    watch::{Outcome, Watch},
};

const LIMITS: [u32; 4] = [1, 10, 100, 1000];
/// Packets of a flood that are sent at once, and the time between: it is one on a busy machine, and leaves room for
/// others.
const AT_ONCE: usize = 20;
const PACE: Duration = Duration::from_millis(1);
/// TTL of what is rare; that of the flood is another.
const RARE: u64 = 1;

fn watch(namespace: &Namespace, limit: u32) -> Watch {
    let limit = limit.to_string();
    let options =
        ["--interface", "a", "--direction", "in", "--limit", &limit, "--columns", "time,ttl,source_ip"];
    Watch::attached(namespace, 1, &options)
}

/// No packet is left out while the second before it has fewer rows than the limit.
#[test]
fn a_packet_every_two_seconds_is_seen_at_any_limit() {
    const PACKETS: u64 = 8;
    let namespace = Namespace::with_pair();
    let watches = [1, 5, 20].map(|limit| (limit, watch(&namespace, limit)));
    let sender = Sender::new(&namespace, "b");
    let start = Instant::now();
    for number in 0..PACKETS as u32 {
        thread::sleep((start + Duration::from_secs(2) * number).saturating_duration_since(Instant::now()));
        sender.send(&named::ssdp().bytes());
    }
    for (limit, watch) in watches {
        let outcome = watch.stop();
        outcome.assert_well();
        let accounts = outcome.accounts(0);
        assert_eq!([accounts["seen"], accounts["thinned"]], [PACKETS, 0], "limit {limit}: {accounts:?}");
        assert_eq!(outcome.rows.len() as u64, PACKETS, "limit {limit}");
    }
}

/// A packet of the one conversation that floods.
fn flood() -> Vec<u8> {
    let mut frame = named::ssdp().bytes();
    frame[22] = 64;
    frame[26..30].copy_from_slice(&[192, 0, 2, 99]);
    frame[30..34].copy_from_slice(&[198, 51, 100, 7]);
    frame
}

/// The acceptance frame, from a host of its own.
fn rare(number: u32) -> Vec<u8> {
    let mut frame = named::ssdp().bytes();
    frame[26..30].copy_from_slice(&[192, 0, 2, u8::try_from(number + 1).unwrap()]);
    frame
}

/// The most rows in any ten seconds. The rows' times are whole milliseconds, so a millisecond less is surely within.
fn most_in_ten_seconds(outcome: &Outcome) -> usize {
    let times: Vec<u64> = outcome.rows.iter().map(|row| row["time"].as_u64().unwrap()).collect();
    assert!(times.is_sorted());
    let until = |begin: u64| times.partition_point(|time| *time < begin + 9_999);
    times.iter().enumerate().map(|(first, begin)| until(*begin) - first).max().unwrap()
}

/// Of the most rows in ten seconds of a flood.
fn assert_near_the_limit(limit: u32, most: usize) {
    // At a limit of 10 one row more cannot be avoided.
    let allowed = limit as usize * 11 + usize::from(limit == 10);
    assert!(most <= allowed, "limit {limit}: {most} rows");
    assert!(most >= limit as usize * 9, "limit {limit}: {most} rows");
}

/// The kept rows are for what is new. Where everything is new, that is no way around the limit.
#[test]
fn a_flood_of_new_conversations_keeps_to_the_limit() {
    const LENGTH: Duration = Duration::from_secs(12);
    let namespace = Namespace::with_pair();
    let watches = LIMITS.map(|limit| (limit, watch(&namespace, limit)));
    let (sender, mut frame) = (Sender::new(&namespace, "b"), flood());
    let start = Instant::now();
    let mut sent = 0_u32;
    while start.elapsed() < LENGTH {
        for _ in 0..AT_ONCE {
            sent += 1;
            // Another host each time, for as long as it lasts.
            frame[27..30].copy_from_slice(&sent.to_be_bytes()[1..]);
            sender.send(&frame);
        }
        thread::sleep(PACE);
    }
    let a_second = f64::from(sent) / LENGTH.as_secs_f64();
    assert!(a_second > 5.0 * 1000.0, "no flood: {a_second:.0} packets a second");
    for (limit, watch) in watches {
        let outcome = watch.stop();
        outcome.assert_well();
        let accounts = outcome.accounts(0);
        assert_eq!(accounts["seen"], u64::from(sent), "limit {limit}: {accounts:?}");
        assert_eq!(accounts["delivered"], outcome.rows.len() as u64, "limit {limit}");
        let most = most_in_ten_seconds(&outcome);
        eprintln!("limit {limit}: {a_second:.0} conversations a second; at most {most} rows in 10 s");
        assert_near_the_limit(limit, most);
    }
}

/// Twenty devices announce themselves, one a second, while one conversation sends thousands of packets a second.
#[test]
fn in_a_flood_what_is_rare_is_seen_and_the_limit_is_kept() {
    const RARE_ONES: u32 = 20;
    let namespace = Namespace::with_pair();
    let watches = LIMITS.map(|limit| (limit, watch(&namespace, limit)));
    let sent = AtomicU64::new(0);
    let start = Instant::now();
    // Not on the second: nothing is to be in step with it.
    let length = Duration::from_millis(1013) * (RARE_ONES + 1);
    thread::scope(|scope| {
        scope.spawn(|| {
            let (sender, frame) = (Sender::new(&namespace, "b"), flood());
            while start.elapsed() < length {
                (0..AT_ONCE).for_each(|_| sender.send(&frame));
                sent.fetch_add(AT_ONCE as u64, Ordering::Relaxed);
                thread::sleep(PACE);
            }
        });
        scope.spawn(|| {
            let sender = Sender::new(&namespace, "b");
            for number in 0..RARE_ONES {
                let due = start + Duration::from_millis(1013) * (number + 1);
                thread::sleep(due.saturating_duration_since(Instant::now()));
                sender.send(&rare(number));
            }
        });
    });
    let sent = sent.into_inner();
    let a_second = sent as f64 / length.as_secs_f64();
    assert!(a_second > 5.0 * 1000.0, "no flood: {a_second:.0} packets a second");
    for (limit, watch) in watches {
        let outcome = watch.stop();
        outcome.assert_well();
        let accounts = outcome.accounts(0);
        assert_eq!(accounts["seen"], sent + u64::from(RARE_ONES), "limit {limit}: {accounts:?}");
        assert_eq!(accounts["delivered"], outcome.rows.len() as u64, "limit {limit}");
        let seen = outcome.rows.iter().filter(|row| row["ttl"] == RARE).count();
        let most = most_in_ten_seconds(&outcome);
        eprintln!(
            "limit {limit}: {seen} of {RARE_ONES} in {a_second:.0} a second; at most {most} rows in 10 s"
        );
        assert_near_the_limit(limit, most);
        if limit >= 10 {
            assert!(seen >= 19, "limit {limit}: {seen} of {RARE_ONES}");
        }
    }
}

/// As many budgets as an interface's programs have slots: each is kept, its accounts are exact, and one more gets a clear
/// error.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_budgets_at_once() {
    /// Below 100, where each limit has a budget of its own.
    const BUDGETS: u32 = 64;
    const LENGTH: Duration = Duration::from_secs(6);
    let directory = tempfile::tempdir().unwrap();
    let namespace = Namespace::with_pair();
    let plugin = client::plugin(&namespace, directory.path()).await;
    let query =
        |limit: u32| json!({"interfaces": ["a"], "direction": "in", "limit": limit, "columns": ["ttl"]});
    let mut streams = Vec::new();
    for limit in 1..=BUDGETS {
        let channel = client::ask(&plugin, query(limit)).await;
        streams.push((limit, tokio::spawn(client::taken(client::run(&plugin, &channel).await))));
    }
    let refused = client::refusal(&plugin, query(BUDGETS + 1)).await;
    assert!(refused.contains("all 64 slots are taken, by "), "{refused}");
    let sent = tokio::task::block_in_place(|| {
        let (sender, frame, start) = (Sender::new(&namespace, "b"), flood(), Instant::now());
        let mut sent = 0;
        while start.elapsed() < LENGTH {
            (0..AT_ONCE).for_each(|_| sender.send(&frame));
            sent += AT_ONCE as u64;
            thread::sleep(PACE);
        }
        sent
    });
    let refused = client::refusal(&plugin, query(BUDGETS + 1)).await;
    assert!(refused.contains("all 64 slots are taken"), "{refused}");
    plugin.ask_to_end().await;
    for (limit, stream) in streams {
        let (rows, [seen, unmatched, thinned, lost, delivered]) = stream.await.unwrap();
        let accounts =
            format!("limit {limit}: {seen} seen, {thinned} thinned, {lost} lost, {delivered} delivered");
        assert_eq!([seen, unmatched, lost], [sent, 0, 0], "{accounts}");
        assert_eq!((rows, thinned + delivered), (delivered, sent), "{accounts}");
        // As in ten seconds, of which these are some.
        let (least, most) = (u64::from(limit) * 5, u64::from(limit) * 11 + 1);
        assert!((least..=most).contains(&delivered), "{accounts}");
    }
    assert!(plugin.wait().await);
}
