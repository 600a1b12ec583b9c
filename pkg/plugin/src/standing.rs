//! Standing queries: those of alert rules and public dashboards, which come again and never subscribe. What they ask for
//! goes on being counted from one time to the next, for as long as a lease lasts.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use xdplive_capture::source::Label;

/// Shortest lease.
pub const SHORTEST_LEASE: Duration = Duration::from_secs(600);
/// A lease lasts so many times the time between the last two calls, if that is longer.
const CALLS: u32 = 3;
/// Standing queries at most; of more, the least recent gives way.
pub const MOST: usize = 64;

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
    asked: Instant,
    until: Instant,
    /// Since when it is counted, ms since 1970.
    since: i64,
    running: R,
}

impl<R> Standing<R> {
    /// Makes the lease of a query last on, if there is one. Returns since when it is counted, ms since 1970.
    pub fn renew(&self, label: &Label, now: Instant) -> Option<i64> {
        let mut leases = self.lock();
        let lease = leases.iter_mut().find(|lease| *lease.label == *label && lease.until > now)?;
        let between = now.saturating_duration_since(lease.asked);
        lease.asked = now;
        lease.until = now + SHORTEST_LEASE.max(CALLS * between);
        Some(lease.since)
    }

    /// Begins a lease with what runs for it since `since`, ms since 1970. Returns what is to end: what ran for the same
    /// query, and for the least recent one where there are too many.
    pub fn begin(&self, label: Arc<Label>, since: i64, running: R, now: Instant) -> Vec<R> {
        let mut leases = self.lock();
        let mut ended: Vec<R> =
            leases.extract_if(.., |lease| lease.label == label).map(|lease| lease.running).collect();
        if leases.len() >= MOST {
            ended.extend(least_recent(&mut leases));
        }
        leases.push(Lease { label, asked: now, until: now + SHORTEST_LEASE, since, running });
        ended
    }

    /// Ends the least recent lease. Returns what ran for it.
    pub fn give_way(&self) -> Option<R> {
        least_recent(&mut self.lock())
    }

    /// Ends the lease of a query if it is over. Returns whether there is none.
    pub fn is_over(&self, label: &Label, now: Instant) -> bool {
        let mut leases = self.lock();
        leases.retain(|lease| *lease.label != *label || lease.until > now);
        !leases.iter().any(|lease| *lease.label == *label)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Lease<R>>> {
        // Nothing that holds the lock can panic half-way through a change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn least_recent<R>(leases: &mut Vec<Lease<R>>) -> Option<R> {
    let (oldest, _) = leases.iter().enumerate().min_by_key(|(_, lease)| lease.asked)?;
    Some(leases.swap_remove(oldest).running)
}

#[cfg(test)]
mod tests;
