//! The clocks of the machine that this runs on.

use std::time::Duration;

use rustix::time::{ClockId, Timespec, clock_gettime};
use xdplive_source::Moment;

/// This moment on this machine, by the clocks that the capture of this machine goes by.
#[must_use]
pub fn now() -> Moment {
    let steady = nanoseconds(clock_gettime(ClockId::Boottime));
    let wall = nanoseconds(clock_gettime(ClockId::Realtime));
    Moment { wall, steady: Duration::from_nanos(steady.try_into().unwrap_or(0)) }
}

/// Nanoseconds since 1970 (UTC), now.
#[must_use]
pub fn wall() -> i64 {
    nanoseconds(clock_gettime(ClockId::Realtime))
}

fn nanoseconds(time: Timespec) -> i64 {
    time.tv_sec.saturating_mul(1_000_000_000).saturating_add(time.tv_nsec)
}
