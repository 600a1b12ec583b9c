//! Standing queries: those of alert rules and public dashboards, which come again and never subscribe. What they ask for
//! goes on being counted from one time to the next, for as long as a lease lasts.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use xdplive_source::Label;

/// Shortest lease.
pub const SHORTEST_LEASE: Duration = Duration::from_secs(600);
/// Longest lease: what asks less often than every eight hours is counted anew each time.
pub const LONGEST_LEASE: Duration = Duration::from_secs(24 * 3600);
/// A lease lasts so many times the time between the last two calls, if that is longer.
const CALLS: u32 = 3;
/// Queries whose last call is remembered, so that the time between two is known although nothing was counted meanwhile.
const REMEMBERED: usize = 256;

/// The leases, each with what runs for it and ends when it is dropped.
#[derive(Debug)]
pub struct Standing<R>(Arc<Mutex<Vec<Lease<R>>>>);

impl<R> Clone for Standing<R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<R> Default for Standing<R> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

#[derive(Debug)]
struct Lease<R> {
    label: Arc<Label>,
    /// An alert rule's is the last to give way.
    is_of_rule: bool,
    asked: Instant,
    /// The time between the last two calls; nothing where there was one.
    between: Duration,
    until: Instant,
    /// Since when it is counted, ms since 1970.
    since: i64,
    /// `None` once it has ended.
    running: Option<R>,
}

impl<R> Lease<R> {
    /// Makes it last on.
    fn renew(&mut self, now: Instant) {
        self.between = now.saturating_duration_since(self.asked);
        self.asked = now;
        self.until = now + SHORTEST_LEASE.max(CALLS * self.between).min(LONGEST_LEASE);
    }

    /// Whether it was asked for again, and the next call is not overdue.
    fn is_in_use(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.asked) < 2 * self.between
    }
}

/// Who asks for a standing query, and for which.
#[derive(Clone, Debug)]
pub struct Asker {
    /// The query.
    pub label: Arc<Label>,
    /// Whether it is an alert rule's.
    pub is_rule: bool,
}

impl<R> Standing<R> {
    /// Makes the lease of a query last on, if there is one. Returns since when it is counted, ms since 1970.
    pub fn renew(&self, label: &Label, now: Instant) -> Option<i64> {
        let mut leases = self.lock();
        let lease = leases.iter_mut().find(|lease| *lease.label == *label)?;
        if lease.running.is_none() || lease.until <= now {
            return None;
        }
        lease.renew(now);
        Some(lease.since)
    }

    /// Begins a lease with what runs for it since `since`, ms since 1970. Returns what ran for the same query, and is to
    /// end.
    pub fn begin(&self, asker: Asker, since: i64, running: R, now: Instant) -> Option<R> {
        let mut leases = self.lock();
        let Asker { label, is_rule } = asker;
        let mut lease = match leases.iter().position(|lease| lease.label == label) {
            Some(position) => leases.swap_remove(position),
            None => Lease {
                label,
                is_of_rule: is_rule,
                asked: now,
                between: Duration::ZERO,
                until: now,
                since,
                running: None,
            },
        };
        let ended = lease.running.replace(running);
        lease.renew(now);
        (lease.since, lease.is_of_rule) = (since, is_rule);
        if leases.len() >= REMEMBERED {
            let forgotten = leases.iter().enumerate().filter(|(_, lease)| lease.running.is_none());
            let oldest = forgotten.min_by_key(|(_, lease)| lease.asked).map(|(place, _)| place);
            oldest.map(|place| leases.swap_remove(place));
        }
        leases.push(lease);
        ended
    }

    /// Ends the least recent lease of those that help. Returns what ran for it.
    pub fn give_way(&self, helps: impl Fn(&R) -> bool) -> Option<R> {
        least_recent(self.lock().iter_mut(), helps)
    }

    /// The same for another standing query, to which those do not give way that are in use: of more than there may be, all
    /// would begin anew each time. One that was asked for once may never be again.
    pub fn give_way_unused(&self, helps: impl Fn(&R) -> bool, now: Instant) -> Option<R> {
        least_recent(self.lock().iter_mut().filter(|lease| !lease.is_in_use(now)), helps)
    }

    /// Ends the lease of a query if what runs for it is not what is wanted any more. Returns what ran.
    pub fn replace(&self, label: &Label, is_wanted: impl Fn(&R) -> bool) -> Option<R> {
        let mut leases = self.lock();
        let lease = leases.iter_mut().find(|lease| *lease.label == *label)?;
        lease.running.take_if(|running| !is_wanted(running))
    }

    /// Ends the lease of a query if it is over. Returns whether there is none.
    pub fn is_over(&self, label: &Label, now: Instant) -> bool {
        let mut leases = self.lock();
        let Some(lease) = leases.iter_mut().find(|lease| *lease.label == *label) else { return true };
        if lease.until <= now {
            lease.running = None;
        }
        lease.running.is_none()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Lease<R>>> {
        // Nothing that holds the lock can panic half-way through a change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn least_recent<'a, R: 'a>(
    leases: impl Iterator<Item = &'a mut Lease<R>>,
    helps: impl Fn(&R) -> bool,
) -> Option<R> {
    let helping = leases.filter(|lease| lease.running.as_ref().is_some_and(&helps));
    helping.min_by_key(|lease| (lease.is_of_rule, lease.asked))?.running.take()
}

#[cfg(test)]
mod tests;
