//! The columns of rates: what was counted in one interval after the other.

use std::{ops::RangeInclusive, time::Duration};

use xdplive_capture::source::Interval;

use super::{Cells, rounded};

columns! {
    /// A column of the counts themselves.
    CountColumn of [Interval], counted by <[Interval]>::len, written by write_intervals;
    Time "time" Time false 14 "End of the interval";
    Group "group" String true 48 "What the packets have in common; null where they are not grouped";
    Packets "packets" Count false 20 "Packets in the interval, as the hook saw them";
    Segments "segments" Count false 20 "Packets on the wire in the interval";
    Bytes "bytes" Count false 20 "Bytes on the wire in the interval";
}

columns! {
    /// A column of a time series.
    SeriesColumn of [Interval], counted by <[Interval]>::len, written by write_intervals;
    Time "time" Time false 14 "End of the interval";
    Packets "packets" Decimal false 20 "Packets on the wire, per second" in "pps";
    Bits "bits" Decimal false 20 "Bits on the wire, per second" in "bps";
    Size "size" Decimal true 20 "Mean size of a packet on the wire, bytes; null without packets" in "decbytes";
}

/// The seconds of a time range (ms since 1970) as intervals of at least `length`.
#[must_use]
pub fn intervals(seconds: &[Interval], range: RangeInclusive<i64>, length: Duration) -> Vec<Interval> {
    // A second that is a little short must not make an interval of two.
    let enough = length.saturating_sub(Duration::from_millis(50));
    let mut intervals: Vec<Interval> = Vec::new();
    for second in seconds.iter().filter(|second| range.contains(&second.time)) {
        match intervals.last_mut().filter(|last| last.length < enough && is_followed_by(last, second)) {
            Some(last) => {
                last.time = second.time;
                last.length += second.length;
                last.packets += second.packets;
                last.segments += second.segments;
                last.bytes += second.bytes;
            }
            None => intervals.push(*second),
        }
    }
    intervals
}

impl CountColumn {
    fn write_intervals<C: Cells>(self, intervals: &[Interval], cells: &mut C) {
        for interval in intervals {
            match self {
                Self::Time => cells.time(interval.time),
                Self::Group => cells.null(),
                Self::Packets => cells.count(interval.packets),
                Self::Segments => cells.count(interval.segments),
                Self::Bytes => cells.count(interval.bytes),
            }
        }
    }
}

impl SeriesColumn {
    fn write_intervals<C: Cells>(self, intervals: &[Interval], cells: &mut C) {
        for interval in intervals {
            let Interval { time, segments, bytes, .. } = *interval;
            match self {
                Self::Time => cells.time(time),
                Self::Packets => cells.decimal(per_second(interval, segments as f64)),
                Self::Bits => cells.decimal(per_second(interval, 8.0 * bytes as f64)),
                Self::Size if segments == 0 => cells.null(),
                Self::Size => cells.decimal(rounded(bytes as f64 / segments as f64)),
            }
        }
    }
}

/// Whether `second` begins where `last` ends: nothing was counted in a gap.
fn is_followed_by(last: &Interval, second: &Interval) -> bool {
    let length = i64::try_from(second.length.as_millis()).unwrap_or(i64::MAX);
    (second.time.saturating_sub(length) - last.time).abs() <= GAP
}

/// `count` of an interval as a rate.
fn per_second(interval: &Interval, count: f64) -> f64 {
    // An interval without length has no packets.
    rounded(count / interval.length.as_secs_f64().max(f64::MIN_POSITIVE))
}

/// Milliseconds by which two clocks may differ over one second.
const GAP: i64 = 250;

#[cfg(test)]
mod tests;
