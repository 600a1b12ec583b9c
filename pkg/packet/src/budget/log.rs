//! The times of the last rows.

use super::TRIES;
use crate::shared::Shared;

/// Rows that the log holds: so many may pass in a second without being spread over it.
pub const ROWS: u64 = 100;
/// A row counts for so long, in nanoseconds.
const SECOND: u64 = 1_000_000_000;

/// A ring of times, of which a budget of fewer rows a second than [`ROWS`] uses as many places. A time is written as one
/// nanosecond more than it is; 0 is a place that has not been used yet.
///
/// Who wants a place moves `oldest` on and then changes the place's time. Only one CPU can change it, so no place has
/// two rows; and whoever comes by in between already looks at the next place.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Log {
    /// The place with the oldest time.
    oldest: Shared,
    times: [Shared; ROWS as usize],
}

impl Default for Log {
    fn default() -> Self {
        Self { oldest: Shared::default(), times: core::array::from_fn(|_| Shared::default()) }
    }
}

impl Log {
    /// Enters a row at `now` where fewer than `rows` (1 to [`ROWS`]) have been entered in the second before. Returns
    /// whether that is so.
    #[inline(always)]
    pub(super) fn take(&self, rows: u64, now: u64) -> bool {
        self.replace(rows, now, SECOND)
    }

    /// Enters a row at `now` in place of the oldest, however old that is.
    #[inline(always)]
    pub(super) fn enter(&self, rows: u64, now: u64) {
        self.replace(rows, now, 0);
    }

    /// Enters `now` in place of the oldest time where that is at least `least` ago.
    #[inline(always)]
    fn replace(&self, rows: u64, now: u64, least: u64) -> bool {
        let rows = fresh(&rows);
        let now = now.wrapping_add(1);
        let mut tries = 0;
        while tries < TRIES {
            let number = self.oldest.get();
            let number = if number < rows { number } else { 0 };
            let place = self.place(number);
            let time = place.get();
            // In a flood this mostly ends here, without a locked bus. The time of another CPU may be a bit ahead.
            if time != 0 && now.saturating_sub(time) < least {
                return false;
            }
            let next = if number + 1 < rows { number + 1 } else { 0 };
            if self.oldest.advance(number, next) && place.advance(time, now) {
                return true;
            }
            tries += 1;
        }
        false
    }

    /// A place by its number, which is below [`ROWS`].
    #[inline(always)]
    fn place(&self, number: u64) -> &Shared {
        self.times.get(number as usize).unwrap_or(&self.times[0])
    }
}

/// `value` as it is in memory. The compiler knows no bound of it then, and leaves the checks of what is compared with
/// it in the kernel programs: the verifier does not see a bound by way of another number.
#[inline(always)]
fn fresh(value: &u64) -> u64 {
    // SAFETY: a reference is valid to read.
    unsafe { core::ptr::read_volatile(value) }
}
