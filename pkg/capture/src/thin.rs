//! Keeping a stream to its budget of rows a second, spread over the second.
//!
//! A bucket that is refilled 50 times a second of the packets' own time and holds a tenth of a second's
//! budget: a burst may use what the last moments left over, a flood comes through evenly.

/// Time between refills, nanoseconds.
const REFILL: u64 = 20_000_000;
/// Refills in a second.
const REFILLS: u64 = 50;
/// Refills that the bucket can hold.
const CAPACITY: u64 = 5;

/// Decides packet by packet; the packets come in the order of their times.
#[derive(Clone, Debug)]
pub struct Thinner {
    /// Rows a second.
    limit: u64,
    /// Number of the refill interval of the last packet.
    interval: u64,
    /// Rows that may still pass.
    left: u64,
}

impl Thinner {
    /// Lets at most `limit` rows a second pass.
    #[must_use]
    pub const fn new(limit: u32) -> Self {
        Self { limit: limit as u64, interval: 0, left: 0 }
    }

    /// Whether the packet seen at `time` (nanoseconds) passes.
    pub fn pass(&mut self, time: u64) -> bool {
        let interval = time / REFILL;
        if interval > self.interval {
            let from = self.interval.max(interval.saturating_sub(CAPACITY));
            // Differences of the running sum, so that a limit that is no multiple of 50 comes out exact.
            let refill = self.budget_until(interval) - self.budget_until(from);
            self.left = (self.left + refill).min(self.limit.div_ceil(REFILLS / CAPACITY));
            // A stream that has just begun has left nothing over.
            if self.interval == 0 {
                self.left = self.left.min(self.budget_until(interval) - self.budget_until(interval - 1));
            }
            self.interval = interval;
        }
        let passes = self.left > 0;
        self.left -= u64::from(passes);
        passes
    }

    /// Rows allowed in the second of refill interval `interval` up to its end, counted through all seconds.
    fn budget_until(&self, interval: u64) -> u64 {
        // Saturating: the highest limit and time together fit 64 bits for 500 years of uptime.
        self.limit.saturating_mul(interval + 1) / REFILLS
    }
}

#[cfg(test)]
mod tests;
