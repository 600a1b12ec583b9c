//! What is counted for whom, and how long.

use std::{sync::Arc, time::Instant};

use tokio::sync::Notify;

use super::{seconds::Seconds, subject::Subject};
use crate::{
    counting::Lap,
    source::{Interval, Request},
};

/// Records at most, 230 KiB each with an hour of seconds; of those that nobody needs, the one that has not been needed
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
    state: State,
    /// Signalled when it may be needed no more, and when it has ended.
    changed: Arc<Notify>,
    touched: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Counted now.
    Running,
    /// Counting has ended by itself.
    Failed,
    Ended,
}

impl Record {
    const fn is_needed(&self) -> bool {
        self.holds > 0
    }

    const fn is_running(&self) -> bool {
        matches!(self.state, State::Running)
    }

    /// Has it run. Returns whether that has to be begun.
    fn run(&mut self, now: Instant) -> bool {
        self.touched = now;
        let begins = !self.is_running();
        if begins {
            self.state = State::Running;
        }
        begins
    }
}

impl Records {
    /// No records yet, each of at most so many seconds.
    pub const fn new(seconds: usize) -> Self {
        Self { records: Vec::new(), next: 0, seconds }
    }

    /// Has a record needed until [`Self::release`]. Returns its number, and the request that is to be counted from now
    /// on, where that is not done already. `None` where there is no room.
    pub fn hold(
        &mut self,
        subject: Subject,
        request: &Request,
        now: Instant,
    ) -> Option<(u64, Option<Request>)> {
        let record = self.find(subject, now)?;
        record.holds += 1;
        let begins = record.run(now).then(|| request.clone());
        Some((record.number, begins))
    }

    /// Takes back a hold.
    pub fn release(&mut self, number: u64) {
        if let Some(record) = self.get(number) {
            record.holds = record.holds.saturating_sub(1);
            record.changed.notify_one();
        }
    }

    /// What has been counted of `subject`, the oldest first.
    pub fn past(&self, subject: &Subject) -> Vec<Interval> {
        let covering = self.records.iter().filter(|record| record.subject.covers(subject));
        let best = covering.max_by_key(|record| (record.is_running(), record.touched));
        best.map(|record| record.past.iter().map(|lap| lap.of(&subject.directions)).collect())
            .unwrap_or_default()
    }

    pub fn is_needed(&self, number: u64) -> bool {
        self.records.iter().any(|record| record.number == number && record.is_needed())
    }

    /// Where a subject is counted for nobody any more and has not ended yet: signalled when it has.
    pub fn ending(&self, subject: &Subject) -> Option<Arc<Notify>> {
        let ending =
            |record: &&Record| record.is_running() && !record.is_needed() && record.subject.covers(subject);
        self.records.iter().find(ending).map(|record| Arc::clone(&record.changed))
    }

    /// Signalled when a record may be needed no more.
    pub fn changed(&mut self, number: u64) -> Arc<Notify> {
        self.get(number).map(|record| Arc::clone(&record.changed)).unwrap_or_default()
    }

    /// Adds what was counted.
    pub fn add(&mut self, number: u64, lap: Lap) {
        if let Some(record) = self.get(number) {
            record.touched = Instant::now();
            record.past.add(lap);
        }
    }

    /// Adds what was counted elsewhere.
    pub fn add_all(&mut self, subject: Subject, laps: &[Lap], now: Instant) {
        if let Some(record) = self.find(subject, now) {
            laps.iter().for_each(|lap| _ = record.past.add(*lap));
        }
    }

    /// Counting has ended by itself, or never begun.
    pub fn fail(&mut self, number: u64) {
        if let Some(record) = self.get(number) {
            record.state = State::Failed;
            record.changed.notify_waiters();
        }
    }

    /// Nothing is counted any more. Returns whether that may stay so.
    pub fn end(&mut self, number: u64) -> bool {
        let Some(record) = self.get(number) else { return true };
        if record.state != State::Failed && record.is_needed() {
            return false;
        }
        record.state = State::Ended;
        record.changed.notify_waiters();
        true
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
            state: State::Ended,
            changed: Arc::default(),
            touched: now,
        });
        self.records.last_mut()
    }
}

#[cfg(test)]
mod tests;
