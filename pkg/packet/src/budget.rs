//! Keeping a slot to its budget of packets a second, in a way that keeps the rare ones.
//!
//! A [`Bucket`] is refilled [`REFILLS`] times a second, so that what passes is spread over the second. A
//! quarter of each refill goes into a reserve, as far as that has room, for packets of conversations and flows
//! that have not been seen lately ([`Recent`]): the one packet of a new flow passes in a flood of others. New
//! conversations may use all of the reserve, new flows of known ones its upper half, so that a flood between
//! two hosts from ever new ports leaves something for the others.

mod recent;

pub use recent::{FLOWS, Recent, WAYS, conversation, flow};

use crate::{headers::Headers, shared::Shared};

/// Refills in a second: one every 20 ms.
pub const REFILLS: u64 = 50;
/// Nanoseconds between two refills.
const REFILL: u64 = 1_000_000_000 / REFILLS;
/// Refills that a bucket holds at most: what the last tenth of a second has left over.
const CAPACITY: u64 = 5;
/// One part in this many of a refill is the reserve's.
const RESERVE_PART: u64 = 4;
/// One part in this many of a second's budget is what the reserve holds.
const RESERVE_CAPACITY_PART: u64 = 8;

/// What may still pass. Shared by all CPUs, without locks: what two of them do at the same moment may let one
/// packet less through than could, never more. One of all zeros is empty.
#[derive(Debug, Default)]
#[repr(C)]
pub struct Bucket {
    /// Number of the refill interval of the last refill.
    interval: Shared,
    /// Packets that may pass; signed.
    left: Shared,
    /// Packets of new flows that may pass besides; signed.
    reserve: Shared,
}

impl Bucket {
    /// Adds what has become due by `now` (nanoseconds of a clock that never goes back) under a budget of
    /// `limit` packets a second.
    #[inline(always)]
    pub fn refill(&self, limit: u32, now: u64) {
        let interval = now / REFILL;
        let last = self.interval.get();
        if interval <= last || !self.interval.advance(last, interval) {
            return;
        }
        // A slot that has just begun has left nothing over.
        let from = if last == 0 { interval - 1 } else { max(last, interval.saturating_sub(CAPACITY)) };
        // Differences of a sum that runs through the second, so that a limit that is no multiple of the refills
        // comes out exact.
        let within = from % REFILLS;
        let until = within + (interval - from);
        let limit = limit as u64;
        let due = (limit * until / REFILLS - limit * within / REFILLS) as i64;
        let room = reserve_capacity(limit) - self.reserve.get() as i64;
        let reserve = min(due / RESERVE_PART as i64, if room < 0 { 0 } else { room });
        if reserve > 0 {
            self.reserve.add(reserve as u64);
        }
        let most = limit.div_ceil(REFILLS / CAPACITY) as i64;
        let excess = self.left.add((due - reserve) as u64) as i64 + due - reserve - most;
        if excess > 0 {
            self.left.add(-excess as u64);
        }
    }

    /// Whether a packet passes: of the budget, or as one of a new conversation or flow. `recent` gives the
    /// memory's bucket of a number below [`FLOWS`]; `slot` keeps slots that share a memory apart.
    #[inline(always)]
    pub fn passes<'a>(
        &self,
        limit: u32,
        now: u64,
        headers: &Headers,
        slot: u32,
        recent: impl Fn(u32) -> Option<&'a Recent>,
    ) -> bool {
        self.refill(limit, now);
        if take(&self.left, 0) {
            return true;
        }
        let hash = conversation(headers, slot);
        let Some(bucket) = recent(Recent::bucket(hash)) else { return false };
        if bucket.is_new(hash, now) {
            return take(&self.reserve, 0);
        }
        let hash = flow(hash, headers);
        let Some(bucket) = recent(Recent::bucket(hash)) else { return false };
        bucket.is_new(hash, now) && take(&self.reserve, reserve_capacity(limit as u64) / 2)
    }
}

/// Packets that the reserve of a slot with this budget holds.
#[inline(always)]
const fn reserve_capacity(limit: u64) -> i64 {
    limit.div_ceil(RESERVE_CAPACITY_PART) as i64
}

/// Takes one, where there are more than `floor`.
#[inline(always)]
fn take(left: &Shared, floor: i64) -> bool {
    // In a flood this mostly ends here, without a locked bus.
    if left.get() as i64 <= floor {
        return false;
    }
    if left.add(u64::MAX) as i64 > floor {
        return true;
    }
    left.add(1);
    false
}

#[inline(always)]
const fn max(a: u64, b: u64) -> u64 {
    if a > b { a } else { b }
}

#[inline(always)]
const fn min(a: i64, b: i64) -> i64 {
    if a < b { a } else { b }
}

#[cfg(test)]
mod tests;
