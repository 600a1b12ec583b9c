//! When flows are read. Pure.

use std::time::Duration;

/// One part in this many of an interval is no difference: a reading may be so early.
pub(super) const SLACK: u64 = 8;

/// How long to wait with the next reading, where flows are read every `interval`: until the time by the wall clock (`wall`
/// nanoseconds since 1970) is a multiple of it, so that the intervals of all machines are the same. The next but one where
/// that would be at once.
#[must_use]
pub fn until_reading(wall: i64, interval: Duration) -> Duration {
    let length = u64::try_from(interval.as_nanos()).unwrap_or(u64::MAX).max(1);
    let since = wall.rem_euclid(i64::try_from(length).unwrap_or(i64::MAX)).unsigned_abs();
    let left = length.saturating_sub(since);
    Duration::from_nanos(if left <= length / SLACK { left.saturating_add(length) } else { left })
}

/// How far a time is from the nearest one at which flows are read every `length`; nanoseconds.
pub(super) const fn from_reading(time: u64, length: u64) -> u64 {
    let length = if length == 0 { 1 } else { length };
    let since = time % length;
    if since < length - since { since } else { length - since }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1_000_000;

    #[test]
    fn readings_are_at_the_same_times_everywhere() {
        let until = |wall: i64, length| until_reading(wall * MS, Duration::from_millis(length)).as_millis();
        assert_eq!([until(12_000, 1000), until(12_001, 1000), until(12_400, 1000)], [1000, 999, 600]);
        // A timer that was a little early, and one who comes just before.
        assert_eq!([until(12_999, 1000), until(12_875, 1000), until(12_874, 1000)], [1001, 1125, 126]);
        assert_eq!([until(-300, 1000), until(61_000, 60_000)], [300, 59_000]);
        assert_eq!(
            [from_reading(2999, 1000), from_reading(3001, 1000), from_reading(3500, 1000)],
            [1, 1, 500]
        );
    }
}
