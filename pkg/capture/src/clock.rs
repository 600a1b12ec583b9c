//! The kernel's clock and the wall clock of this machine.

use std::time::Duration;

use rustix::time::{ClockId, Timespec, clock_gettime};
use xdplive_source::{Moment, WallClock};

const NANOSECONDS: i64 = 1_000_000_000;

/// Nanoseconds of `CLOCK_MONOTONIC`, the clock of the kernel programs (`bpf_ktime_get_ns`).
#[must_use]
pub fn monotonic() -> u64 {
    nanoseconds(clock_gettime(ClockId::Monotonic)).try_into().unwrap_or(0)
}

/// Milliseconds since 1970 (UTC), now.
#[must_use]
pub fn milliseconds() -> i64 {
    nanoseconds(clock_gettime(ClockId::Realtime)).div_euclid(1_000_000)
}

/// This moment on this machine.
#[must_use]
pub fn now() -> Moment {
    let steady = nanoseconds(clock_gettime(ClockId::Boottime));
    let wall = nanoseconds(clock_gettime(ClockId::Realtime));
    Moment { wall, steady: Duration::from_nanos(steady.try_into().unwrap_or(0)) }
}

/// Time that this thread has had of the processor.
#[must_use]
pub fn processor_time() -> Duration {
    let time = nanoseconds(clock_gettime(ClockId::ThreadCPUTime));
    Duration::from_nanos(time.try_into().unwrap_or(0))
}

/// How far the wall clock is ahead of the kernel's clock now, by reading both.
#[must_use]
pub fn wall_clock() -> WallClock {
    // The wall clock between two readings of the other: half the distance is the error, below 1 µs.
    let before = nanoseconds(clock_gettime(ClockId::Monotonic));
    let wall = nanoseconds(clock_gettime(ClockId::Realtime));
    let after = nanoseconds(clock_gettime(ClockId::Monotonic));
    WallClock::ahead_by(wall - (before + (after - before) / 2))
}

fn nanoseconds(time: Timespec) -> i64 {
    time.tv_sec.saturating_mul(NANOSECONDS).saturating_add(time.tv_nsec)
}
