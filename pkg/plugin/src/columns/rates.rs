//! The columns of rates: what was counted in one interval after the other.

use std::{ops::RangeInclusive, sync::Arc, time::Duration};

use xdplive_source::Interval;

use super::{Cells, optional, rounded};

/// What was counted of a group, or of all packets, in one interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountRow {
    /// The name of the host; of several one after the other.
    pub host: Arc<str>,
    /// What the packets have in common; `None` without that field, and where they are not grouped.
    pub group: Option<Arc<str>>,
    /// What was counted, and when.
    pub interval: Interval,
    /// Speed of the link that the packets had in common, bits a second; `None` where it is not known, and where nobody asks.
    pub speed: Option<u64>,
}

impl CountRow {
    /// Packets of `host` that are not grouped.
    #[must_use]
    pub const fn of_all(host: Arc<str>, interval: Interval) -> Self {
        Self { host, group: None, interval, speed: None }
    }
}

/// In a series, the group of packets that do not have the field.
pub const NO_GROUP: &str = "none";

columns! {
    /// A column of the counts themselves.
    CountColumn of [CountRow], counted by <[CountRow]>::len, written by write_rows;
    Time "time" Time false 14 "End of the interval";
    Group "group" String true 48 "What the packets have in common; null without that field, and where they are not grouped";
    Packets "packets" Count false 20 "Packets in the interval, as the hook saw them";
    Segments "segments" Count false 20 "Packets on the wire in the interval";
    Bytes "bytes" Count false 20 "Bytes on the wire in the interval" in "decbytes";
    + Host "host" String false 66 "Name of the machine that saw the packets; shown where it is asked for by name";
}

columns! {
    /// A column of a time series, or of several, one after the other.
    SeriesColumn of [CountRow], counted by <[CountRow]>::len, written by write_rows;
    Time "time" Time false 14 "End of the interval";
    Group "group" String false 48 "What the packets have in common; none without that field";
    Packets "packets" Decimal false 20 "Packets on the wire, per second" in "pps";
    Bits "bits" Decimal false 20 "Bits on the wire, per second" in "bps";
    Size "size" Decimal true 20 "Mean size of a packet on the wire, bytes; null without packets" in "decbytes";
    Utilisation "utilisation" Decimal true 20 "Bits on the wire, percent of the link's speed; null where that is not known" in "percent";
    Retransmits "retransmits" Decimal false 20 "TCP segments whose data had been seen before, per second" in "pps";
    Resets "resets" Decimal false 20 "TCP packets with RST, per second" in "pps";
    ZeroWindows "zero_windows" Decimal false 20 "TCP packets with a window of zero, per second" in "pps";
    Unanswered "unanswered" Decimal false 20 "Requests for a connection without an answer by the end of the interval after, per second" in "reqps";
    Rtt "rtt" Decimal true 20 "Mean round trip of the handshakes that were seen; null without one" in "ms";
}

/// The seconds of a time range (ms since 1970) as intervals of `length`, which end at multiples of it, so that they are the
/// same whatever the range begins with. Shorter intervals than seconds there are none.
#[must_use]
pub fn intervals(seconds: &[Interval], range: RangeInclusive<i64>, length: Duration) -> Vec<Interval> {
    let mut intervals: Vec<Interval> = Vec::new();
    for second in seconds.iter().filter(|second| range.contains(&second.time)) {
        let belongs =
            |last: &&mut Interval| are_of_one(last.time, second.time, length) && is_followed_by(last, second);
        match intervals.last_mut().filter(belongs) {
            Some(last) => {
                last.add(second);
                last.time = second.time;
                last.length += second.length;
            }
            None => intervals.push(*second),
        }
    }
    intervals
}

impl CountColumn {
    fn write_rows<C: Cells>(self, rows: &[CountRow], cells: &mut C) {
        for CountRow { host, group, interval, .. } in rows {
            match self {
                Self::Time => cells.time(interval.time),
                Self::Group => optional(group.as_deref(), cells),
                Self::Packets => cells.count(interval.packets),
                Self::Segments => cells.count(interval.segments),
                Self::Bytes => cells.count(interval.bytes),
                Self::Host => cells.text(host),
            }
        }
    }
}

impl SeriesColumn {
    fn write_rows<C: Cells>(self, rows: &[CountRow], cells: &mut C) {
        for CountRow { group, interval, speed, .. } in rows {
            let Interval { time, segments, bytes, .. } = *interval;
            match self {
                Self::Time => cells.time(time),
                Self::Group => cells.text(group.as_deref().unwrap_or(NO_GROUP)),
                // The others are counted in the place of packets.
                Self::Packets | Self::Retransmits | Self::Resets | Self::ZeroWindows | Self::Unanswered => {
                    cells.decimal(per_second(interval, segments as f64));
                }
                Self::Bits => cells.decimal(per_second(interval, 8.0 * bytes as f64)),
                Self::Size | Self::Rtt if segments == 0 => cells.null(),
                // Microseconds are counted in the place of bytes.
                Self::Rtt => cells.decimal(rounded(bytes as f64 / segments as f64 / 1000.0)),
                Self::Size => cells.decimal(rounded(bytes as f64 / segments as f64)),
                Self::Utilisation => match speed.filter(|speed| *speed > 0) {
                    Some(speed) => cells.decimal(percent_of(speed, interval)),
                    None => cells.null(),
                },
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
    rounded(count / seconds(interval))
}

/// The bits of an interval as percent of what a link of `speed`, bits a second, can carry in it, to a millionth: of a fast
/// link a percent is much.
fn percent_of(speed: u64, interval: &Interval) -> f64 {
    let percent = 800.0 * interval.bytes as f64 / seconds(interval) / speed as f64;
    (percent * 1e6).round() / 1e6
}

fn seconds(interval: &Interval) -> f64 {
    // An interval without length has no packets.
    interval.length.as_secs_f64().max(f64::MIN_POSITIVE)
}

/// Takes the last interval away if it is not over yet at `now`, ms since 1970: it would look like a drop. One that is as long
/// as it is to be is over, whatever it ends with.
pub fn drop_unfinished(rows: &mut Vec<CountRow>, length: Duration, now: i64) {
    let is_whole = |row: &CountRow| row.interval.length + SECOND > length;
    rows.retain(|row| length <= SECOND || is_whole(row) || !are_of_one(row.interval.time, now, length));
}

/// Whether two times (ms since 1970) are of the same interval of `length`, or of the same second.
fn are_of_one(time: i64, other: i64, length: Duration) -> bool {
    let length = i64::try_from(length.max(SECOND).as_millis()).unwrap_or(i64::MAX);
    // A second ends a little after the whole one.
    let number = |time: i64| (time - TOLERANCE).div_euclid(length);
    number(time) == number(other)
}

/// Shortest interval there is of the past.
const SECOND: Duration = Duration::from_secs(1);
/// Milliseconds that a second may end late.
const TOLERANCE: i64 = 250;
/// Milliseconds by which two clocks may differ over one second.
const GAP: i64 = 250;

#[cfg(test)]
mod tests;
