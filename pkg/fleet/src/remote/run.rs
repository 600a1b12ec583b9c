//! One run of a lease at one host: what came of it, and what it has come to. Pure.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;
use xdplive_packet::flow::Sum;
use xdplive_source::{DirectionCounts, InterfaceNumber, Names};

use crate::wire::{Ended, Head, Progress, Settled, Sums};

/// How long a run may be silent; it is heard of every second.
pub const SILENT: Duration = Duration::from_millis(2600);

/// A run as it is here.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its number.
    pub number: u64,
    /// The agent's life in which it began.
    pub epoch: u64,
    /// Rows that came.
    pub received: u64,
    /// Messages that did not come, as far as it is known.
    pub missing: u64,
    /// What its last message said.
    pub progress: Progress,
    /// What its last messages counted, the newest last.
    pub sums: Track,
    /// When the last message came.
    pub heard: Instant,
    /// When it was asked for the first time what it had come to, since the host answers again, and when last.
    pub asked: Option<(Instant, Instant)>,
    /// The names of the interfaces that rows came from.
    pub names: Arc<Names>,
    next: u64,
}

/// How a message is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taking {
    /// It is the next.
    InOrder,
    /// So many before it did not come.
    After(u64),
    /// It is of another run or life, or came before.
    Stale,
}

impl Run {
    /// A run that has been asked for at `now` of an agent in this life.
    #[must_use]
    pub fn new(number: u64, epoch: u64, now: Instant) -> Self {
        Self {
            number,
            epoch,
            received: 0,
            missing: 0,
            progress: Progress::default(),
            sums: Track::default(),
            heard: now,
            asked: None,
            names: Arc::default(),
            next: 0,
        }
    }

    /// A message has come, with `rows` rows.
    pub fn take(&mut self, head: &Head, rows: u64, now: Instant) -> Taking {
        if head.run != self.number || head.epoch != self.epoch || head.sequence < self.next {
            return Taking::Stale;
        }
        let missing = head.sequence - self.next;
        self.next = head.sequence.saturating_add(1);
        self.missing = self.missing.saturating_add(missing);
        self.received = self.received.saturating_add(rows);
        self.progress = head.progress;
        (self.heard, self.asked) = (now, None);
        if missing == 0 { Taking::InOrder } else { Taking::After(missing) }
    }

    /// Its agent has begun it, in this life.
    pub fn begun(&mut self, epoch: u64) {
        if !self.has_come() {
            self.epoch = epoch;
        }
    }

    /// Whether a message has come.
    #[must_use]
    pub const fn has_come(&self) -> bool {
        self.next > 0
    }

    /// Rows that were sent and did not come, as far as it is known.
    #[must_use]
    pub const fn lost(&self) -> u64 {
        self.progress.sent.saturating_sub(self.received)
    }

    /// Remembers the name of an interface.
    pub fn name(&mut self, number: InterfaceNumber, name: &Arc<str>, host: &xdplive_source::Host) {
        let known = self.names.interfaces.get(usize::from(number));
        if known != Some(name) || self.names.hosts.is_empty() {
            let names = Arc::make_mut(&mut self.names);
            names.hosts = vec![xdplive_source::Host::only(Arc::clone(&host.name))];
            names.set(number, Arc::clone(name));
        }
    }

    /// What has become of its packets, by what its agent says it has come to.
    #[must_use]
    pub fn came_to(&self, settled: &Settled) -> Outcome {
        let Ended { seen, matched, thinned, lost, sent } = settled.all;
        let lost_network = sent.saturating_sub(self.received);
        Outcome {
            seen,
            matched,
            thinned,
            lost,
            lost_network,
            segments: settled.segments,
            bytes: settled.bytes,
        }
    }

    /// The same where its agent is gone: by the last that was heard. What was matched and is nowhere else was lost with it.
    #[must_use]
    pub fn broke_off(&self, has_rows: bool) -> Outcome {
        let Progress { matched, thinned, lost_ring, lost_queue, sent } = self.progress;
        let counted = self.sums.last();
        let lost = lost_ring.saturating_add(lost_queue);
        if !has_rows {
            let Sum { packets, segments, bytes } = total(&counted);
            return Outcome { seen: packets, matched: packets, segments, bytes, ..Outcome::default() };
        }
        // Rows came faster than it was counted what they are of.
        let matched = matched.max(thinned.saturating_add(lost).saturating_add(sent.max(self.received)));
        let lost_network = matched - thinned - lost - self.received;
        Outcome { seen: matched, matched, thinned, lost, lost_network, ..Outcome::default() }
    }
}

/// What has become of a run's packets: `matched = thinned + lost + lost_network + received`, where it has rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Packets that the hooks saw.
    pub seen: u64,
    /// Those that the filter accepts.
    pub matched: u64,
    /// Those left out to keep to a budget.
    pub thinned: u64,
    /// Those lost at the host.
    pub lost: u64,
    /// Those lost on the way, or with the host.
    pub lost_network: u64,
    /// Packets on the wire in those matched.
    pub segments: u64,
    /// Bytes of them.
    pub bytes: u64,
}

/// What was counted at some moments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Track(Vec<(i64, DirectionCounts)>);

/// Readings that are kept: 4 s of them.
const KEPT: usize = 16;

impl Track {
    /// Adds a reading, by this machine's clock.
    pub fn add(&mut self, sums: &Sums, ahead: i64) {
        let at = sums.at.saturating_sub(ahead);
        // A clock that was set back; what was counted before would come twice.
        self.0.retain(|(before, _)| *before < at);
        if self.0.len() == KEPT {
            self.0.remove(0);
        }
        self.0.push((at, sums.sums));
    }

    /// When the last reading was.
    #[must_use]
    pub fn newest(&self) -> Option<i64> {
        self.0.last().map(|(at, _)| *at)
    }

    /// The last reading.
    #[must_use]
    pub fn last(&self) -> DirectionCounts {
        self.0.last().map(|(_, sums)| *sums).unwrap_or_default()
    }

    /// What had been counted at a moment: between two readings in proportion to the time, before the first and after the
    /// last what these say.
    #[must_use]
    pub fn at(&self, moment: i64) -> DirectionCounts {
        let next = self.0.partition_point(|(at, _)| *at <= moment);
        let before = next.checked_sub(1).and_then(|place| self.0.get(place));
        match (before, self.0.get(next)) {
            (Some((begin, from)), Some((end, to))) => {
                let part = (i128::from(moment) - i128::from(*begin), i128::from(*end) - i128::from(*begin));
                let mut sums = *from;
                for ((sum, from), to) in sums.iter_mut().zip(from).zip(to) {
                    sum.packets = between(from.packets, to.packets, part);
                    sum.segments = between(from.segments, to.segments, part);
                    sum.bytes = between(from.bytes, to.bytes, part);
                }
                sums
            }
            (Some((_, sums)), None) => *sums,
            (None, Some((_, sums))) if self.0.len() > 1 => *sums,
            _ => DirectionCounts::default(),
        }
    }
}

fn between(from: u64, to: u64, (part, whole): (i128, i128)) -> u64 {
    let more = i128::from(to.saturating_sub(from)) * part / whole.max(1);
    from.saturating_add(u64::try_from(more).unwrap_or(0))
}

/// Both directions together.
#[must_use]
pub fn total(sums: &DirectionCounts) -> Sum {
    let mut all = Sum::default();
    sums.iter().for_each(|sum| all += *sum);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(sequence: u64, sent: u64) -> Head {
        let progress = Progress { sent, ..Progress::default() };
        Head { run: 3, epoch: 9, sequence, progress, ..Head::default() }
    }

    #[test]
    fn what_did_not_come_is_known_from_the_next_message() {
        let now = Instant::now();
        let mut run = Run::new(3, 9, now);
        assert_eq!(run.take(&head(0, 10), 10, now), Taking::InOrder);
        assert_eq!((run.lost(), run.missing), (0, 0));
        assert_eq!(run.take(&head(3, 45), 5, now), Taking::After(2));
        assert_eq!((run.lost(), run.missing), (30, 2));
        assert_eq!(run.take(&head(3, 45), 5, now), Taking::Stale, "twice");
        assert_eq!(run.take(&Head { epoch: 8, ..head(4, 50) }, 5, now), Taking::Stale);
        assert_eq!(run.received, 15);
    }

    #[test]
    fn a_run_that_ended_is_exact() {
        let now = Instant::now();
        let mut run = Run::new(3, 9, now);
        run.take(&head(0, 10), 10, now);
        let all = Ended { seen: 100, matched: 60, thinned: 20, lost: 5, sent: 35 };
        let outcome = run.came_to(&Settled { all, ..Settled::default() });
        assert_eq!((outcome.lost_network, outcome.matched, outcome.seen), (25, 60, 100));
        assert_eq!(outcome.matched, outcome.thinned + outcome.lost + outcome.lost_network + run.received);
    }

    #[test]
    fn a_run_that_broke_off_adds_up_all_the_same() {
        let now = Instant::now();
        let mut run = Run::new(3, 9, now);
        run.take(&head(0, 10), 10, now);
        // The agent had sent 7 more, which did not come, and 3 waited.
        let progress = Progress { matched: 40, thinned: 15, lost_ring: 4, lost_queue: 1, sent: 22 };
        run.take(&Head { progress, ..head(2, 0) }, 5, now);
        let Outcome { seen, matched, thinned, lost, lost_network, .. } = run.broke_off(true);
        assert_eq!((seen, matched, thinned, lost), (42, 42, 15, 5));
        assert_eq!((lost_network, matched), (7, thinned + lost + lost_network + run.received));
    }

    #[test]
    fn sums_between_readings_are_in_proportion() {
        let sums = |at, packets| Sums {
            at,
            sums: [Sum { packets, segments: packets, bytes: 10 * packets }, Sum::default()],
        };
        let mut track = Track::default();
        assert_eq!(track.at(5), DirectionCounts::default());
        track.add(&sums(1_000_100, 10), 1_000_000);
        track.add(&sums(1_000_200, 30), 1_000_000);
        let packets = |at| track.at(at)[0].packets;
        assert_eq!([packets(100), packets(150), packets(200), packets(900)], [10, 20, 30, 30]);
        assert_eq!(track.newest(), Some(200));
        assert_eq!(total(&track.last()).bytes, 300);
    }
}
