//! So many a second, evenly: the generic cell rate algorithm in its form with a theoretical arrival time (ITU-T
//! I.371, annex A).

use core::num::NonZero;

use super::TRIES;
use crate::shared::Shared;

/// Time is counted in sixteenths of a nanosecond, so that an interval of a high limit is not much off. It wraps around,
/// after 36 years.
const UNITS: u32 = 4;
/// A second.
pub(super) const SECOND: u64 = 1_000_000_000 << UNITS;

/// The time when the next one would be due, were they evenly spaced; 0 before the first.
#[derive(Debug, Default)]
#[repr(transparent)]
pub(super) struct Pace(Shared);

impl Pace {
    /// Takes one at `now` (nanoseconds) where the next one is due in less than `ahead`, and puts it off by `interval`.
    #[inline(always)]
    pub(super) fn take(&self, now: u64, ahead: u64, interval: impl Fn() -> u64) -> bool {
        let now = now << UNITS;
        let mut tries = 0;
        while tries < TRIES {
            let due = self.0.get();
            let mut wait = due.wrapping_sub(now);
            // In the past.
            if due == 0 || wait > u64::MAX / 2 {
                wait = 0;
            }
            // In a flood this mostly ends here, without a division and without a locked bus.
            if wait >= ahead {
                return false;
            }
            let next = now.wrapping_add(wait).wrapping_add(interval());
            if self.0.advance(due, if next == 0 { 1 } else { next }) {
                return true;
            }
            tries += 1;
        }
        false
    }
}

/// The time between two of `number` in `seconds`, 1 to 20, rounded up.
#[inline(always)]
pub(super) fn interval(seconds: u64, number: NonZero<u64>) -> u64 {
    (seconds * SECOND - 1) / number + 1
}
