//! What of a flow's data is compared across readings of the table: see [`Stretch`].

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use xdplive_packet::flow::{Again, FlowKey, FlowRecord};

/// Flows that are remembered at most, in each half: 4 MB.
const MOST: usize = 32_768;
/// A flow without data for one to two times as long is forgotten. A lost segment is sent again after 120 s at most
/// (`TCP_RTO_MAX`, include/net/tcp.h).
const AGE: Duration = Duration::from_secs(120);

/// How far the data of flows had come when the table was read last.
#[derive(Debug)]
pub(super) struct Stretches {
    /// Since [`Self::turned`].
    young: HashMap<FlowKey, u32>,
    /// From the time before.
    old: HashMap<FlowKey, u32>,
    turned: Instant,
}

impl Stretches {
    /// Of no flow yet.
    pub(super) fn new(now: Instant) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), turned: now }
    }

    /// Forgets what is too old at the time `now`.
    pub(super) fn age(&mut self, now: Instant) {
        if now.duration_since(self.turned) >= AGE {
            self.turn(now);
        }
    }

    fn turn(&mut self, now: Instant) {
        self.old = std::mem::take(&mut self.young);
        self.turned = now;
    }

    /// Counts of a flow's first data what had been sent before the last reading, and remembers how far it has come.
    pub(super) fn join(&mut self, key: &FlowKey, record: &mut FlowRecord) {
        let Some(next) = record.stretch.next() else { return };
        let before = self.young.get(key).or_else(|| self.old.get(key)).copied();
        let mut furthest = next;
        if let Some(before) = before {
            let Again { packets, bytes } = record.stretch.again(before);
            record.counters.tcp.retransmits += packets;
            record.counters.tcp.retransmitted_bytes += bytes;
            // Only what had been sent before may have come since.
            if bytes != 0 && (before.wrapping_sub(next) as i32) > 0 {
                furthest = before;
            }
        }
        if self.young.len() >= MOST && !self.young.contains_key(key) {
            self.turn(self.turned);
        }
        self.young.insert(*key, furthest);
    }
}

#[cfg(test)]
mod tests;
