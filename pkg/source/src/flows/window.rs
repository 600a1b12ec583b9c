//! Where an interval ends: with a snapshot, because what is in one cannot be divided.

use std::time::Duration;

use super::{
    pace::{SLACK, from_reading},
    taken::Taken,
};

/// From one moment to another, nanoseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The beginning.
    pub from: u64,
    /// The end.
    pub to: u64,
}

/// Adds snapshots up to intervals. Several interfaces bring one each, and others may need them more often than this
/// stream.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    length: u64,
    /// Since when; `None` before the first snapshot.
    from: Option<u64>,
    /// The end of the last snapshot.
    last: Option<u64>,
    /// Whether there was one since the last interval.
    has_some: bool,
    /// The end of the interval, once a snapshot has brought it.
    over: Option<u64>,
}

impl Window {
    /// Intervals of this length, as far as snapshots can be added up to it.
    #[must_use]
    pub fn new(length: Duration) -> Self {
        let length = u64::try_from(length.as_nanos()).unwrap_or(u64::MAX);
        Self { length, from: None, last: None, has_some: false, over: None }
    }

    /// Adds a snapshot. Says whether the interval is over with it.
    pub fn take(&mut self, taken: &Taken) -> bool {
        let mut from = *self.from.get_or_insert(taken.from);
        let last = self.last.unwrap_or(taken.from);
        if from.saturating_sub(taken.to) > self.length {
            // The clock was set back. What was counted by the time before is in this interval all the same.
            (from, self.last) = (taken.from, None);
        } else if !self.has_some && taken.from.saturating_sub(from) > self.length {
            // Nothing was attached for a while, which is no part of any interval.
            from = taken.from;
        } else if taken.from.saturating_sub(last) > self.length {
            // The same, or the clock was set forward.
            from = from.saturating_add(taken.from - last);
        }
        self.from = Some(from);
        self.last = self.last.max(Some(taken.to));
        self.has_some = true;
        // A snapshot may come a little early, and the next one may be further from the end than this one.
        let half = taken.to.saturating_sub(taken.from) / 2;
        let slack = half.min(self.length / SLACK);
        let long = taken.to.saturating_sub(from);
        // One who comes in the middle has a shorter interval first.
        let is_first = from_reading(from, self.length) > slack
            && from_reading(taken.to, self.length) <= slack
            && long > self.length / SLACK;
        if self.over.is_none() && (long.saturating_add(slack) >= self.length || is_first) {
            self.over = Some(taken.to);
        }
        self.over.is_some()
    }

    /// Whether a snapshot has brought its end.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.over.is_some()
    }

    /// Whether a snapshot goes on to the end of the interval that is over: no more of it comes from there.
    #[must_use]
    pub fn is_whole(&self, taken: &Taken) -> bool {
        self.over.is_some_and(|over| taken.to.saturating_add(self.length / SLACK) >= over)
    }

    /// Whether the interval was over when what is in a snapshot began to be counted.
    #[must_use]
    pub fn is_before(&self, taken: &Taken) -> bool {
        self.over.is_some_and(|over| over <= taken.from)
    }

    /// Begins the next interval. Returns the one that is over.
    pub fn advance(&mut self) -> Option<Span> {
        let to = self.over.take()?;
        self.has_some = false;
        Some(Span { from: self.from.replace(to)?, to })
    }

    /// Ends the interval where it is; `None` where nothing was taken in it.
    pub fn end(&mut self) -> Option<Span> {
        let (from, to) = (self.from?, self.last.filter(|_| self.has_some)?);
        // What comes late is of some interval all the same.
        let to = if from < to { to } else { from.saturating_add(self.length) };
        *self = Self { from: Some(to), has_some: false, over: None, ..*self };
        Some(Span { from, to })
    }
}

#[cfg(test)]
mod tests;
