//! Moments by the clocks of a host. Reading a clock is the business of who is there.

use std::time::Duration;

/// One moment by two clocks of a host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Nanoseconds since 1970 (UTC) by the wall clock, which may be set at any time.
    pub wall: i64,
    /// Time since the host was started, asleep or not. Only the time between two moments of one host means something.
    pub steady: Duration,
}

impl Moment {
    /// Milliseconds since 1970 (UTC).
    #[must_use]
    pub const fn milliseconds(self) -> i64 {
        self.wall.div_euclid(1_000_000)
    }

    /// How long this is after another moment of the same host.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        self.steady.saturating_sub(earlier.steady)
    }

    /// The moment at which the wall clock showed `wall`, as far as this later one tells; this one, if that is still to come.
    #[must_use]
    pub fn back_at(self, wall: i64) -> Self {
        let wall = wall.min(self.wall);
        let ago = Duration::from_nanos(self.wall.saturating_sub(wall).unsigned_abs());
        Self { wall, steady: self.steady.saturating_sub(ago) }
    }

    /// How far the wall clock was set forward since an earlier moment of the same host, nanoseconds; negative where it was
    /// set back.
    #[must_use]
    pub fn step_since(self, earlier: Self) -> i64 {
        let passed = i64::try_from(self.since(earlier).as_nanos()).unwrap_or(i64::MAX);
        self.wall.saturating_sub(earlier.wall).saturating_sub(passed)
    }

    /// By how much the wall clock was set since an earlier moment of the same host, as [`Self::step_since`] says it; `None`
    /// where it was not, or has only been corrected by less than half a second.
    #[must_use]
    pub fn set_since(self, earlier: Self) -> Option<i64> {
        let step = self.step_since(earlier);
        (step.unsigned_abs() >= 500_000_000).then_some(step)
    }
}

/// How far the wall clock is ahead of the kernel's clock, at one moment. Looked at anew for every batch: it
/// changes when the wall clock is set and while the machine sleeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WallClock {
    offset: i64,
}

impl WallClock {
    /// A clock with a fixed distance in nanoseconds.
    #[must_use]
    pub const fn ahead_by(offset: i64) -> Self {
        Self { offset }
    }

    /// Nanoseconds since 1970 (UTC) of a kernel time in nanoseconds.
    #[inline]
    #[must_use]
    pub fn nanoseconds(self, kernel_time: u64) -> i64 {
        i64::try_from(kernel_time).unwrap_or(i64::MAX).saturating_add(self.offset)
    }

    /// Milliseconds since 1970 (UTC) of a kernel time in nanoseconds.
    #[inline]
    #[must_use]
    pub fn milliseconds(self, kernel_time: u64) -> i64 {
        self.nanoseconds(kernel_time).div_euclid(1_000_000)
    }
}
