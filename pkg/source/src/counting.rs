//! A stream that only counts, one interval after the other.

use std::{sync::Arc, time::Duration};

use xdplive_packet::{event::Direction, flow::Sum};

use crate::{
    accounts::{DirectionCounts, Interval, Reading},
    clock::Moment,
    error::SourceError,
    queue::Counted,
    request::Request,
    seam::Source,
    subscription::Subscription,
    tally::Tally,
};

/// What is counted for a request from its beginning on.
pub struct Counting {
    subscription: Subscription,
    source: Arc<dyn Source>,
    /// What had been counted at the end of the last interval, and when that was read.
    before: Reading,
}

/// What was counted in one interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lap {
    /// Its end: when what had been counted was read.
    pub at: Moment,
    /// Its length.
    pub length: Duration,
    /// What was counted in it.
    pub sums: DirectionCounts,
}

impl Lap {
    /// Its end, milliseconds since 1970.
    #[must_use]
    pub const fn time(&self) -> i64 {
        self.at.milliseconds()
    }

    /// Its beginning, milliseconds since 1970.
    #[must_use]
    pub fn begin(&self) -> i64 {
        self.time().saturating_sub(i64::try_from(self.length.as_millis()).unwrap_or(i64::MAX))
    }

    /// What was counted in these directions.
    #[must_use]
    pub fn of(&self, directions: &[Direction]) -> Interval {
        let mut sum = Sum::default();
        for (direction, one) in Direction::ALL.into_iter().zip(&self.sums) {
            if directions.contains(&direction) {
                sum += *one;
            }
        }
        let Sum { packets, segments, bytes } = sum;
        Interval { time: self.time(), length: self.length, packets, segments, bytes }
    }
}

impl Lap {
    /// What was counted in the direction that had more bytes: a link has its whole speed in each.
    #[must_use]
    pub fn busier(&self, directions: &[Direction]) -> Interval {
        let each = directions.iter().map(|direction| self.of(&[*direction]));
        each.max_by_key(|interval| interval.bytes).unwrap_or_else(|| self.of(&[]))
    }
}

impl Counting {
    /// Has what `request` wants counted from now on. It should want no rows.
    ///
    /// # Errors
    /// As [`Source::subscribe`].
    pub async fn begin(source: Arc<dyn Source>, request: &Request) -> Result<Self, SourceError> {
        let subscription = source.subscribe(request).await?;
        let before = Reading { at: subscription.begun(), sums: DirectionCounts::default() };
        Ok(Self { subscription, source, before })
    }

    /// What was counted since the last call, or the beginning; `None` where nothing is attached, which is not the same
    /// as zero. What is counted until there is something again, is in the next one.
    pub async fn lap(&mut self) -> Option<Lap> {
        let reading = self.source.counts(self.subscription.id()).await?;
        Some(self.until(reading))
    }

    /// Waits until the stream has come to its end by itself.
    pub async fn ended(&self) {
        // There are no rows to come before.
        while self.subscription.next(1).await.is_some() {}
    }

    /// Ends it. What was counted since the last lap, to the last packet, is the interval returned.
    pub async fn finish(&mut self) -> Interval {
        self.subscription.end();
        self.ended().await;
        let counted = self.subscription.counted().unwrap_or_default();
        let mut before = Sum::default();
        self.before.sums.iter().for_each(|sum| before += *sum);
        let at = self.subscription.ended().unwrap_or_else(|| self.source.now());
        let lap = self.until(Reading { at, sums: DirectionCounts::default() });
        Interval {
            time: lap.time(),
            length: lap.length,
            packets: counted.matched.saturating_sub(before.packets),
            segments: counted.segments.saturating_sub(before.segments),
            bytes: counted.bytes.saturating_sub(before.bytes),
        }
    }

    /// What has become of all packets; complete after [`Self::finish`]. Counting a packet is all there is to deliver.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let Counted { seen, matched, .. } = self.subscription.counted().unwrap_or_default();
        // What is thinned or lost of its slot are rows of others.
        Tally { seen, unmatched: seen.saturating_sub(matched), delivered: matched, ..Tally::default() }
    }

    fn until(&mut self, now: Reading) -> Lap {
        let before = std::mem::replace(&mut self.before, now);
        let mut lap = Lap { at: now.at, length: now.at.since(before.at), sums: DirectionCounts::default() };
        let (sums, before) = (now.sums, before.sums);
        for ((lap, now), before) in lap.sums.iter_mut().zip(&sums).zip(&before) {
            lap.packets = now.packets.saturating_sub(before.packets);
            lap.segments = now.segments.saturating_sub(before.segments);
            lap.bytes = now.bytes.saturating_sub(before.bytes);
        }
        lap
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_busier_direction_is_the_one_with_more_bytes() {
        let sum = |packets, bytes| Sum { packets, segments: packets, bytes };
        let lap = |received, sent| Lap {
            at: Moment::default(),
            length: Duration::from_secs(1),
            sums: [received, sent],
        };
        let few_large = lap(sum(9, 540), sum(1, 1500));
        let packets = |directions: &[Direction]| few_large.busier(directions).packets;
        assert_eq!([packets(&Direction::ALL), packets(&[Direction::In]), packets(&[])], [1, 9, 0]);
        assert_eq!(lap(sum(2, 3000), sum(3, 1500)).busier(&Direction::ALL).bytes, 3000);
    }
}
