//! What is counted for whom, and how long.

use std::{cmp::Reverse, sync::Arc, time::Instant};

use tokio::sync::{Notify, watch};
use xdplive_source::{Lap, Moment};

use crate::{fill::fill, seconds::Seconds, subject::Subject};

/// Records at most, 253 KiB each with an hour of seconds of 72 bytes; of those that nobody needs, the one that has not been needed
/// for longest gives way.
pub const RECORDS: usize = 64;

/// All records. What runs for them is started and ended by whoever uses this.
#[derive(Debug)]
pub struct Records {
    records: Vec<Record>,
    next: u64,
    /// Seconds that each has room for.
    seconds: usize,
}

#[derive(Debug)]
struct Record {
    number: u64,
    subject: Subject,
    past: Seconds<Lap>,
    /// Who needs it.
    holds: usize,
    /// What counts for it, or did last.
    run: Option<Arc<Run>>,
    touched: Instant,
}

/// One time that something is counted, from its beginning to its end.
#[derive(Debug, Default)]
pub struct Run {
    phase: watch::Sender<Phase>,
    /// Signalled when it may be needed no more.
    pub released: Notify,
}

/// Where a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// It will be counted soon.
    #[default]
    Beginning,
    /// It is counted.
    Counting,
    /// Nobody needs it any more.
    Ending,
    /// It is not counted any more, or could not be.
    Over,
}

impl Run {
    /// Says where it is.
    pub fn reach(&self, phase: Phase) {
        self.phase.send_replace(phase);
    }

    /// Waits until it has begun, or cannot.
    pub async fn begun(&self) {
        // It does not fail: the other end is here.
        let _ = self.phase.subscribe().wait_for(|phase| *phase != Phase::Beginning).await;
    }

    /// Waits until it is over.
    pub async fn over(&self) {
        let _ = self.phase.subscribe().wait_for(|phase| *phase == Phase::Over).await;
    }

    fn goes_on(&self) -> bool {
        matches!(*self.phase.borrow(), Phase::Beginning | Phase::Counting)
    }
}

impl Record {
    const fn is_needed(&self) -> bool {
        self.holds > 0
    }

    fn is_running(&self) -> bool {
        self.run.as_ref().is_some_and(|run| run.goes_on())
    }

    /// Where the wall clock was set since the last second, those before get the times that it would have given them: they
    /// stay in order, and as far apart as they were.
    fn follow_clock(&mut self, now: Moment) {
        let Some(last) = self.past.iter().next_back() else { return };
        if let Some(step) = now.set_since(last.at) {
            self.past.iter_mut().for_each(|lap| lap.at.wall = lap.at.wall.saturating_add(step));
        }
    }

    fn is_run_by(&self, run: &Arc<Run>) -> bool {
        self.run.as_ref().is_some_and(|ours| Arc::ptr_eq(ours, run))
    }
}

/// Somebody's need of a record.
#[derive(Debug)]
pub struct Held {
    /// The record.
    pub record: u64,
    /// What counts for it.
    pub run: Arc<Run>,
    /// Whether that is to be begun now.
    pub begins: bool,
}

impl Records {
    /// No records yet, each of at most so many seconds.
    pub const fn new(seconds: usize) -> Self {
        Self { records: Vec::new(), next: 0, seconds }
    }

    /// Has a record needed until [`Self::release`]. `None` where there is no room.
    pub fn hold(&mut self, subject: Subject, now: Instant) -> Option<Held> {
        let record = self.find(subject, now)?;
        record.holds += 1;
        record.touched = now;
        let running = record.run.as_ref().filter(|run| run.goes_on());
        let begins = running.is_none();
        let run = running.cloned().unwrap_or_default();
        record.run = Some(Arc::clone(&run));
        Some(Held { record: record.number, run, begins })
    }

    /// Takes back a hold.
    pub fn release(&mut self, number: u64) {
        if let Some(record) = self.get(number) {
            record.holds = record.holds.saturating_sub(1);
            if let Some(run) = &record.run {
                run.released.notify_one();
            }
        }
    }

    /// Whether a run is to end; from then on another one is begun for whoever needs the record.
    pub fn may_end(&mut self, number: u64, run: &Arc<Run>) -> bool {
        let is_needed = self.get(number).is_some_and(|record| record.is_needed() && record.is_run_by(run));
        if !is_needed {
            run.reach(Phase::Ending);
        }
        !is_needed
    }

    /// What still counts a subject, although nobody needs it any more.
    pub fn unneeded(&self, subject: &Subject) -> Option<Arc<Run>> {
        let unneeded =
            self.records.iter().find(|record| record.subject.covers(subject) && !record.is_needed());
        unneeded?.run.clone()
    }

    /// What has been counted of `subject`, the oldest first: of the record that counts it now, or did last, and where that has
    /// nothing, of others that have it, too. In other directions than the subject's there may be something, too.
    pub fn past(&self, subject: &Subject) -> Vec<Lap> {
        let mut covering: Vec<&Record> =
            self.records.iter().filter(|record| record.subject.covers(subject)).collect();
        covering.sort_by_key(|record| Reverse((record.is_running(), record.touched)));
        let mut covering = covering.into_iter().map(|record| record.past.iter().copied());
        let first = covering.next().into_iter().flatten().collect();
        covering.fold(first, fill)
    }

    /// Adds what was counted by a run.
    pub fn add(&mut self, number: u64, run: &Arc<Run>, lap: Lap) {
        if let Some(record) = self.get(number).filter(|record| record.is_run_by(run)) {
            record.touched = Instant::now();
            record.follow_clock(lap.at);
            record.past.add(lap);
        }
    }

    /// Adds what was counted elsewhere.
    pub fn add_all(&mut self, subject: Subject, laps: &[Lap], now: Instant) {
        if let Some(record) = self.find(subject, now) {
            laps.iter().for_each(|lap| _ = record.past.add(*lap));
        }
    }

    fn get(&mut self, number: u64) -> Option<&mut Record> {
        self.records.iter_mut().find(|record| record.number == number)
    }

    /// The record for a subject: one that counts it already, or has counted just it, or a new one.
    fn find(&mut self, subject: Subject, now: Instant) -> Option<&mut Record> {
        let counts = |record: &Record| record.is_running() && record.subject.covers(&subject);
        let position = self.records.iter().position(counts);
        let position = position.or_else(|| self.records.iter().position(|record| record.subject == subject));
        if let Some(position) = position {
            return self.records.get_mut(position);
        }
        if self.records.len() >= RECORDS {
            let unneeded = self.records.iter().enumerate().filter(|(_, record)| !record.is_needed());
            let (oldest, _) = unneeded.min_by_key(|(_, record)| record.touched)?;
            self.records.swap_remove(oldest);
        }
        let number = self.next;
        self.next += 1;
        self.records.push(Record {
            number,
            subject,
            past: Seconds::new(self.seconds),
            holds: 0,
            run: None,
            touched: now,
        });
        self.records.last_mut()
    }
}

#[cfg(test)]
mod tests;
