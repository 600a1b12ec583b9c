//! The reference: a thread that does nothing but take events out of the ring of the same program.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::Duration,
};

use aya::maps::{MapData, RingBuf};

use super::{
    RowsError,
    network::Network,
    offer::{Source, processor_time},
    trial::{Accounts, Trial},
};
use crate::bpf::product::{Bank, Product, rules};

/// Ring of the plugin by default.
const RING_BYTES: u32 = 8 << 20;
/// Time between two looks at the ring when it is empty.
const POLL: Duration = Duration::from_micros(500);

/// One trial: packets of `source` at `rate` for `time`.
///
/// # Errors
/// Any [`RowsError`].
pub fn trial(network: &Network, source: &Source, rate: f64, time: Duration) -> Result<Trial, RowsError> {
    let mut product = Product::load(RING_BYTES)?;
    product.enforce(&Bank::new(&*rules(&[(String::new(), None)])?)?)?;
    let mut ring = product.take_ring()?;
    product.attach(network.receiver)?;
    source.aim(network)?;
    let before = network.received()?;
    let (events, done) = (AtomicU64::new(0), AtomicBool::new(false));
    let (offered, arrived, reader) = thread::scope(|scope| {
        let reader = scope.spawn(|| drain(&mut ring, &events, &done));
        let offered = scope.spawn(|| source.offer(rate, time)).join();
        let arrived = events.load(Ordering::Relaxed);
        done.store(true, Ordering::Relaxed);
        (offered, arrived, reader.join())
    });
    let offered = offered.map_err(|_| RowsError::Thread)??;
    let reader = reader.map_err(|_| RowsError::Thread)?;
    let sent = source.should_be_seen(offered, before, network.received()?);
    let counted = product.counted()?;
    let delivered = events.load(Ordering::Relaxed);
    let accounts = Accounts {
        seen: counted.seen,
        unmatched: counted.seen - counted.matched,
        thinned: counted.thinned,
        lost: counted.lost,
        delivered,
    };
    accounts.check(sent, delivered)?;
    let arriving = arrived as f64 / offered.time.as_secs_f64();
    Ok(Trial { rate, offered, accounts, arrived, arriving, reader, client: Duration::ZERO })
}

/// Counts events until everything is `done` and the ring is empty; returns the processor time it took.
fn drain(ring: &mut RingBuf<MapData>, events: &AtomicU64, done: &AtomicBool) -> Duration {
    let start = processor_time();
    loop {
        let last = done.load(Ordering::Relaxed);
        let mut taken = 0;
        while ring.next().is_some() {
            taken += 1;
        }
        events.fetch_add(taken, Ordering::Relaxed);
        if last {
            return processor_time().saturating_sub(start);
        }
        if taken == 0 {
            thread::sleep(POLL);
        }
    }
}
