//! Keeping a slot to its budget of packets a second, in a way that keeps the rare ones.
//!
//! A [`Bucket`] lets a packet pass in one of three ways, asked in this order:
//!
//! 1. As long as the second before it has fewer rows than the limit, or than [`ROWS`] where the limit is higher.
//!    The times of the last rows are kept for this ([`log`]), so it holds to the nanosecond.
//! 2. At a limit above [`ROWS`], at the pace of the limit, with no more than a tenth of a second's rows at once
//!    ([`Pace`]).
//! 3. As one of a conversation or a flow that has not been seen in the last ten seconds ([`Recent`]), from a reserve
//!    ([`Reserve`]): the one packet of a new flow passes in a flood of others.
//!
//! Every row is charged to the first two, whichever way it passed. In any ten or more whole seconds there are at
//! most 1.1 times the limit of rows, and one more at limits of 10 and 11.

mod log;
mod pace;
mod recent;
mod reserve;

pub use log::ROWS;
pub use recent::{FLOWS, Recent, WAYS, conversation, flow};

use core::num::NonZero;

use crate::headers::Headers;
use log::Log;
use pace::{Pace, SECOND};
use recent::{Novelty, novelty};
use reserve::Reserve;

/// How often a CPU tries to change what others change at the same time. Then the packet goes without: the kernel takes no
/// program that might try for ever.
const TRIES: u32 = 4;

/// A limit's pace allows what is due in this time at once: a tenth of a second.
const AT_ONCE: u64 = SECOND / 10;
/// Rows that did not wait for the pace put it off by no more than this: a second.
const PUT_OFF: u64 = SECOND;

/// What has passed lately. Shared by all CPUs, without locks. One of all zeros is fresh.
#[derive(Debug, Default)]
#[repr(C)]
pub struct Bucket {
    /// The pace of a limit above [`ROWS`].
    pace: Pace,
    /// What is kept for new conversations and flows.
    reserve: Reserve,
    /// The last rows.
    log: Log,
}

impl Bucket {
    /// Whether a packet at `now` (nanoseconds of a clock that never goes back) passes under a budget of `limit`
    /// packets a second, where 0 counts as 1. `recent` gives the memory's bucket of a number below [`FLOWS`]; `slot`
    /// keeps slots that share a memory apart.
    #[inline(always)]
    pub fn passes<'a>(
        &self,
        limit: u32,
        now: u64,
        headers: &Headers,
        slot: u32,
        recent: impl Fn(u32) -> Option<&'a Recent>,
    ) -> bool {
        let limit = NonZero::new(limit as u64).unwrap_or(NonZero::<u64>::MIN);
        let rows = if limit.get() < ROWS { limit.get() } else { ROWS };
        let is_paced = limit.get() > ROWS;
        let is_logged = self.log.take(rows, now);
        let by_budget = is_logged || is_paced && self.pace.take(now, AT_ONCE, || pace::interval(1, limit));
        // Asked whatever has been decided: a conversation that has passed until the flood began is known in it.
        let from_reserve = match novelty(headers, slot, now, recent) {
            Novelty::None => false,
            new => self.reserve.take(limit, now, new),
        };
        if !by_budget && !from_reserve {
            return false;
        }
        if !is_logged {
            self.log.enter(rows, now);
        }
        if is_paced && (is_logged || !by_budget) {
            self.pace.take(now, PUT_OFF, || pace::interval(1, limit));
        }
        true
    }
}

#[cfg(test)]
mod tests;
