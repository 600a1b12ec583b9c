//! The columns of rates: what was counted in one interval after the other.

use std::time::Duration;

use super::Cells;

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

/// What was counted in one interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Its end, milliseconds since 1970.
    pub time: i64,
    /// Its length.
    pub length: Duration,
    /// Packets as the hook saw them.
    pub packets: u64,
    /// Packets on the wire.
    pub segments: u64,
    /// Bytes on the wire.
    pub bytes: u64,
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
                Self::Packets => cells.decimal(interval.per_second(segments as f64)),
                Self::Bits => cells.decimal(interval.per_second(8.0 * bytes as f64)),
                Self::Size if segments == 0 => cells.null(),
                Self::Size => cells.decimal(rounded(bytes as f64 / segments as f64)),
            }
        }
    }
}

impl Interval {
    fn per_second(&self, count: f64) -> f64 {
        // An interval without length has no packets.
        rounded(count / self.length.as_secs_f64().max(f64::MIN_POSITIVE))
    }
}

/// To a hundredth: more digits say no more.
fn rounded(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests;
