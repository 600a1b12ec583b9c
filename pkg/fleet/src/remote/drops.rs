//! Dropped packets of several hosts as one feed, their rows in one order. Pure but for the queue.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use xdplive_packet::{Event, flow::Sum};
use xdplive_source::{DropNews, DropQueue, DropSite, Host, Moment, Tally, Thinner};

use crate::wire::{DropTally, Drops, Ended};

/// How long rows are held back, nanoseconds: hosts tell five times a second, or more often.
const HOLD: u64 = 350_000_000;

/// What comes of all hosts.
pub(super) struct DropSink {
    queue: Arc<DropQueue>,
    runs: HashMap<usize, Told>,
    /// Rows that are held back.
    held: Vec<(Event, DropSite)>,
    /// Rows that are held back at most.
    most: usize,
    news: DropNews,
    tally: Tally,
    /// Keeps all hosts together to the limit.
    thinner: Option<Box<Thinner>>,
}

/// What one host's run has told so far.
#[derive(Debug, Default)]
struct Told {
    tally: DropTally,
    sent: u64,
    /// Rows that came.
    received: u64,
    /// Rows that did not, as far as it was told on.
    lost: u64,
    reasons: BTreeMap<Arc<str>, Sum>,
}

impl DropSink {
    pub(super) fn new(queue: Arc<DropQueue>, most: usize, limit: Option<u32>) -> Self {
        Self {
            queue,
            runs: HashMap::new(),
            held: Vec::new(),
            most,
            news: DropNews::default(),
            tally: Tally::default(),
            thinner: limit.map(|limit| Box::new(Thinner::new(limit))),
        }
    }

    /// A host's run has begun anew.
    pub(super) fn begin_anew(&mut self, place: usize) {
        self.runs.remove(&place);
    }

    /// Takes what a host has told, of which `sent` rows were sent so far; its clock is `ahead` nanoseconds ahead.
    pub(super) fn take(&mut self, host: &Host, drops: Drops, sent: u64, ahead: i64) {
        let told = self.runs.entry(host.id.number().into()).or_default();
        told.received += drops.len() as u64;
        self.tally = add(self.tally, told.go_on(drops.tally, sent));
        for (name, sum) in &drops.reasons {
            let before = told.reasons.insert(Arc::clone(name), *sum).unwrap_or_default();
            let more = Sum {
                packets: sum.packets.saturating_sub(before.packets),
                segments: sum.segments.saturating_sub(before.segments),
                bytes: sum.bytes.saturating_sub(before.bytes),
            };
            if more != Sum::default() {
                *self.news.reasons.entry(Arc::clone(name)).or_default() += more;
            }
        }
        self.held.extend(drops.into_rows(host, ahead));
    }

    /// A host's run has ended, and came to this.
    pub(super) fn settle(&mut self, place: usize, all: &Ended) {
        let Ended { seen, matched, thinned, lost, sent } = *all;
        let counted = matched.saturating_sub(thinned + lost + sent);
        let tally = DropTally { unmatched: seen.saturating_sub(matched), thinned, lost, counted };
        let told = self.runs.entry(place).or_default();
        self.tally = add(self.tally, told.go_on(tally, sent));
    }

    /// Hands on what has been held back long enough.
    pub(super) fn hand_on(&mut self, now: Moment) {
        let until = u64::try_from(now.wall).unwrap_or(0).saturating_sub(HOLD);
        self.release(until, now);
    }

    /// Hands on everything.
    pub(super) fn close(mut self, now: Moment) {
        self.release(u64::MAX, now);
        self.queue.close();
    }

    fn release(&mut self, until: u64, now: Moment) {
        self.held.sort_by_key(|(event, _)| event.time);
        let surplus = self.held.len().saturating_sub(self.most);
        let due = self.held.partition_point(|(event, _)| event.time <= until).max(surplus);
        for row in self.held.drain(..due) {
            if self.thinner.as_mut().is_none_or(|thinner| thinner.pass(&row.0)) {
                self.news.rows.push(row);
            } else {
                self.tally.thinned += 1;
            }
        }
        if !self.news.rows.is_empty() || !self.news.reasons.is_empty() || self.tally != Tally::default() {
            let news = DropNews { at: now, ..std::mem::take(&mut self.news) };
            self.queue.push(news, std::mem::take(&mut self.tally));
        }
    }
}

impl Told {
    /// What has become of packets since it was last told; rows that came are told of by whoever takes them.
    fn go_on(&mut self, tally: DropTally, sent: u64) -> Tally {
        let before = std::mem::replace(&mut self.tally, tally);
        let rows = sent.saturating_sub(std::mem::replace(&mut self.sent, sent));
        let missing = sent.saturating_sub(self.received);
        let gone = missing.saturating_sub(self.lost);
        self.lost = self.lost.max(missing);
        let unmatched = tally.unmatched.saturating_sub(before.unmatched);
        let thinned = tally.thinned.saturating_sub(before.thinned);
        let lost = tally.lost.saturating_sub(before.lost);
        let delivered = tally.counted.saturating_sub(before.counted);
        let seen = unmatched + thinned + lost + delivered + rows;
        Tally { seen, unmatched, thinned, lost: lost + gone, delivered }
    }
}

fn add(one: Tally, more: Tally) -> Tally {
    Tally {
        seen: one.seen + more.seen,
        unmatched: one.unmatched + more.unmatched,
        thinned: one.thinned + more.thinned,
        lost: one.lost + more.lost,
        delivered: one.delivered + more.delivered,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lost_on_the_way_is_counted_once() {
        let mut told = Told::default();
        let tally = |unmatched, thinned, lost| DropTally { unmatched, thinned, lost, counted: 0 };
        told.received = 10;
        let first = told.go_on(tally(5, 1, 0), 10);
        assert_eq!(first, Tally { seen: 16, unmatched: 5, thinned: 1, lost: 0, delivered: 0 });
        // A message with 7 rows did not come, and one with 3 did.
        told.received = 13;
        let second = told.go_on(tally(6, 1, 2), 20);
        assert_eq!(second, Tally { seen: 13, unmatched: 1, thinned: 0, lost: 2 + 7, delivered: 0 });
        // Nor did the last with 4, as is known at the end.
        let last = told.go_on(tally(6, 1, 2), 24);
        assert_eq!(last, Tally { seen: 4, lost: 4, ..Tally::default() });
        let all = add(add(first, second), last);
        assert_eq!(all.seen, all.unmatched + all.thinned + all.lost + told.received);
    }
}
