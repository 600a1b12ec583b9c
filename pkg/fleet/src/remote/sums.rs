//! What has been counted so far for one stream, over all its hosts. Pure.

use std::{collections::HashMap, sync::Arc};

use xdplive_source::DirectionCounts;

use super::run::Track;

/// How far behind the newest a host may be whose counts are waited for, nanoseconds: what is asked for now is what all
/// hosts had counted then.
const BEHIND: i64 = 700_000_000;

/// What has been counted so far for one stream.
#[derive(Debug, Default)]
pub(super) struct StreamSums {
    /// Of runs that have ended.
    ended: DirectionCounts,
    /// Of those that go on, by host.
    live: HashMap<Arc<str>, Track>,
    /// What was said last: sums do not fall.
    last: (i64, DirectionCounts),
    /// Rows that were lost on the way, by host.
    lost: HashMap<Arc<str>, u64>,
}

impl StreamSums {
    /// A host's run has new readings.
    pub(super) fn set(&mut self, host: &Arc<str>, track: &Track) {
        self.live.insert(Arc::clone(host), track.clone());
    }

    /// A host's run has ended with so many packets, packets on the wire and bytes.
    pub(super) fn end(&mut self, host: &str, [packets, segments, bytes]: [u64; 3]) {
        let last = self.live.remove(host).unwrap_or_default().last();
        for (sum, one) in self.ended.iter_mut().zip(&last) {
            *sum += *one;
        }
        // What was counted after the last reading, whichever way it went.
        let [received, sent] = last;
        self.ended[0].packets += packets.saturating_sub(received.packets + sent.packets);
        self.ended[0].segments += segments.saturating_sub(received.segments + sent.segments);
        self.ended[0].bytes += bytes.saturating_sub(received.bytes + sent.bytes);
    }

    /// So many rows of a host have been lost on the way.
    pub(super) fn lose(&mut self, host: &Arc<str>, rows: u64) {
        if rows > 0 {
            self.lost.insert(Arc::clone(host), rows);
        }
    }

    /// Rows of a host that have been lost on the way.
    pub(super) fn lost(&self, host: &str) -> u64 {
        self.lost.get(host).copied().unwrap_or(0)
    }

    /// What had been counted at the last moment of which all hosts have told, and that moment; `None` before the first.
    /// `now` is nanoseconds since 1970.
    pub(super) fn reading(&mut self, now: i64) -> Option<(i64, DirectionCounts)> {
        let oldest = self.live.values().filter_map(Track::newest).filter(|at| *at >= now - BEHIND).min();
        let moment = oldest.unwrap_or(now - BEHIND).min(now).max(self.last.0);
        if self.live.is_empty() && self.ended == DirectionCounts::default() {
            return None;
        }
        let mut sums = self.ended;
        for track in self.live.values() {
            for (sum, one) in sums.iter_mut().zip(track.at(moment)) {
                *sum += one;
            }
        }
        for (sum, last) in sums.iter_mut().zip(&self.last.1) {
            sum.packets = sum.packets.max(last.packets);
            sum.segments = sum.segments.max(last.segments);
            sum.bytes = sum.bytes.max(last.bytes);
        }
        self.last = (moment, sums);
        Some(self.last)
    }
}

#[cfg(test)]
mod tests {
    use xdplive_packet::flow::Sum;

    use super::*;
    use crate::wire::Sums;

    const MS: i64 = 1_000_000;

    fn track(readings: &[(i64, u64)]) -> Track {
        let mut track = Track::default();
        for (at, packets) in readings {
            let sum = Sum { packets: *packets, segments: *packets, bytes: 100 * packets };
            track.add(&Sums { at: at * MS, sums: [sum, Sum::default()] }, 0);
        }
        track
    }

    #[test]
    fn hosts_are_added_up_at_one_moment() {
        let mut sums = StreamSums::default();
        assert_eq!(sums.reading(10_000 * MS), None);
        sums.set(&"a".into(), &track(&[(1000, 100), (1250, 200)]));
        sums.set(&"b".into(), &track(&[(1100, 10), (1350, 60)]));
        let (at, all) = sums.reading(1400 * MS).unwrap();
        // At 1250: 200 of a, and 10 + 50 * 150 / 250 of b.
        assert_eq!((at, all[0].packets, all[0].bytes), (1250 * MS, 240, 24_000));
        // One that is silent is not waited for.
        sums.set(&"b".into(), &track(&[(1100, 10), (1350, 60), (2000, 90)]));
        let (at, all) = sums.reading(2100 * MS).unwrap();
        assert_eq!((at, all[0].packets), (2000 * MS, 290));
        sums.end("a", [230, 230, 23_000]);
        assert_eq!(sums.reading(2110 * MS).unwrap().1[0].packets, 320);
    }
}
