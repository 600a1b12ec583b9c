//! Several CPUs at once.

use std::{
    sync::{
        Barrier,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
};

use super::*;

const THREADS: u64 = 4;

/// The times of the rows when several threads ask one bucket as fast as they can. The clock is one that all of them turn
/// on, by a step with every packet.
fn rows(limit: u32, step: u64, seconds: u64, packet: impl Fn(u64) -> Headers + Sync) -> Vec<u64> {
    let (bucket, memory) = (Bucket::default(), Memory::new());
    let (clock, barrier) = (AtomicU64::new(SECOND), Barrier::new(THREADS as usize));
    let end = SECOND + seconds * SECOND;
    let mut rows: Vec<u64> = thread::scope(|scope| {
        let ask = |thread: u64| {
            let mut rows = Vec::new();
            let mut number = thread << 20;
            barrier.wait();
            loop {
                let now = clock.fetch_add(step, Relaxed);
                if now >= end {
                    return rows;
                }
                number += 1;
                let recent = |number: u32| memory.0.get(number as usize);
                if bucket.passes(limit, now, &packet(number), 0, recent) {
                    rows.push(now);
                }
            }
        };
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || ask(thread))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    rows.sort_unstable();
    rows
}

#[test]
fn several_cpus_keep_to_the_limit_and_reach_it() {
    for limit in [1, 2, 10, 100, 101, 1000, 10_000] {
        for (new_ones, packet) in [(false, known as fn(u64) -> Headers), (true, new)] {
            let packet = |number| packet(if new_ones { number } else { number % 64 });
            let rows = rows(limit, 20_000, 12, packet);
            let least = 12 * limit as usize;
            // A thread that is held up between the clock and the bucket is late with its packet.
            let most = allowed(limit, 12) + limit.div_ceil(10) as usize + THREADS as usize;
            assert!(rows.len() + THREADS as usize >= least, "{} rows, limit {limit}", rows.len());
            assert!(rows.len() <= most, "{} rows of {most}, limit {limit}", rows.len());
        }
    }
}

/// However late a thread is, a place has one row in a second: with a packet every eighth of a second, threads that run
/// at the same time want the same places all the time.
#[test]
fn no_two_cpus_take_the_same_place() {
    const SECONDS: u64 = 20_000;
    for limit in [1, 2, 3] {
        let rows = rows(limit, SECOND / 8, SECONDS, |_| known(0));
        // The first packet may be new to several threads at once, and the reserve has one row for that.
        let most = limit as usize * SECONDS as usize + 1;
        assert!(rows.len() <= most && rows.len() >= most * 9 / 10, "{} rows of {most}", rows.len());
    }
}
