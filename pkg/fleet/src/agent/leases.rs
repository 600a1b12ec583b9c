//! The leases there are, and what those came to that have ended.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::watch, time::Instant};
use xdplive_packet::Event;
use xdplive_source::{StreamId, Thinner};

use super::here::Here;
use crate::{
    ceiling::{BeyondCeiling, Ceiling},
    wire::Settled,
};

/// How long a lease lasts that nobody renews. It is looked at four times a second, so that its stream has ended after 5 s.
pub const LEASE: Duration = Duration::from_millis(4500);
/// How long it is remembered what a run came to: longer than the partition of a network that a panel is left open for.
const REMEMBERED: Duration = Duration::from_secs(600);
/// Of how many runs that is remembered at most.
const MOST_REMEMBERED: usize = 1024;

/// Whose lease it is, and which.
pub(super) type Key = (Arc<str>, u64);

/// Why a run is to end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Ending {
    /// It is not.
    #[default]
    Not,
    /// It was asked for.
    Asked,
    /// Nobody has renewed the lease.
    Expired,
    /// The agent ends, or serves nobody any more.
    Agent,
}

/// A run as others see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// Who asked.
    pub client: Arc<str>,
    /// What for, in words.
    pub what: String,
    /// Rows sent so far.
    pub sent: u64,
}

/// A run that goes on.
pub(super) struct Lease {
    pub(super) run: u64,
    pub(super) stream: StreamId,
    pub(super) what: String,
    pub(super) here: Arc<Mutex<Here>>,
    pub(super) end: watch::Sender<Ending>,
    pub(super) share: watch::Sender<Option<u32>>,
    renewed: Instant,
}

impl Lease {
    pub(super) fn new(
        run: u64,
        stream: StreamId,
        what: String,
        here: Arc<Mutex<Here>>,
        share: Option<u32>,
    ) -> Self {
        let (end, share) = (watch::channel(Ending::Not).0, watch::channel(share).0);
        Self { run, stream, what, here, end, share, renewed: Instant::now() }
    }
}

/// The leases there are.
pub(super) struct Leases {
    most: usize,
    running: Mutex<HashMap<Key, Lease>>,
    settled: Mutex<VecDeque<(Key, u64, Instant, Settled)>>,
    /// Keeps all together to the ceiling's rows a second.
    thinner: Option<Mutex<Thinner>>,
}

impl Leases {
    pub(super) fn new(ceiling: &Ceiling) -> Self {
        let thinner = ceiling.rows_per_second.map(|rows| Mutex::new(Thinner::new(rows.max(1))));
        Self { most: ceiling.streams, running: Mutex::default(), settled: Mutex::default(), thinner }
    }

    /// Whether there is room for one more.
    ///
    /// # Errors
    /// [`BeyondCeiling::Streams`] where there is not.
    pub(super) fn room(&self, key: &Key) -> Result<(), BeyondCeiling> {
        let running = lock(&self.running);
        let is_full = running.len() >= self.most && !running.contains_key(key);
        if is_full { Err(BeyondCeiling::Streams(self.most)) } else { Ok(()) }
    }

    /// Adds one. The run before, if there is one, is to end.
    pub(super) fn begin(&self, key: Key, lease: Lease) {
        if let Some(before) = lock(&self.running).insert(key, lease) {
            before.end.send_replace(Ending::Asked);
        }
    }

    /// A run has ended, and has come to this.
    pub(super) fn settle(&self, key: &Key, run: u64, came_to: Settled) {
        let mut running = lock(&self.running);
        if running.get(key).is_some_and(|lease| lease.run == run) {
            running.remove(key);
        }
        drop(running);
        let mut settled = lock(&self.settled);
        settled.push_back((key.clone(), run, Instant::now(), came_to));
        while settled.len() > MOST_REMEMBERED
            || settled.front().is_some_and(|(.., at, _)| at.elapsed() > REMEMBERED)
        {
            settled.pop_front();
        }
    }

    /// What a run came to; `None` where it has not ended, or is not known any more.
    pub(super) fn settled(&self, key: &Key, run: u64) -> Option<Settled> {
        let settled = lock(&self.settled);
        settled.iter().rev().find(|(of, number, ..)| of == key && *number == run).map(|(.., one)| one.clone())
    }

    /// Somebody still wants what these leases are for.
    pub(super) fn renew(&self, leases: &[u64]) {
        let now = Instant::now();
        for ((_, lease), running) in lock(&self.running).iter_mut() {
            if leases.contains(lease) {
                running.renewed = now;
            }
        }
    }

    /// Has those end that nobody has renewed.
    pub(super) fn expire(&self) {
        for lease in lock(&self.running).values().filter(|lease| lease.renewed.elapsed() >= LEASE) {
            lease.end.send_if_modified(|end| {
                let is_new = *end == Ending::Not;
                if is_new {
                    *end = Ending::Expired;
                }
                is_new
            });
        }
    }

    /// Has all of them end.
    pub(super) fn end_all(&self) {
        lock(&self.running).values().for_each(|lease| _ = lease.end.send_replace(Ending::Agent));
    }

    /// Has one run end; whether it was there.
    pub(super) fn end(&self, key: &Key, run: u64) -> bool {
        let running = lock(&self.running);
        let lease = running.get(key).filter(|lease| lease.run == run);
        lease.map(|lease| lease.end.send_replace(Ending::Asked)).is_some()
    }

    /// Gives one another share of the rows.
    pub(super) fn share(&self, key: &Key, rows: u32) {
        if let Some(lease) = lock(&self.running).get(key) {
            lease.share.send_replace(Some(rows));
        }
    }

    /// Whether a row passes that all leases together may have.
    pub(super) fn pass(&self, event: &Event) -> bool {
        self.thinner.as_ref().is_none_or(|thinner| lock(thinner).pass(event))
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        lock(&self.running).is_empty()
    }

    /// The streams of one client, with their leases and what happened to their rows here.
    pub(super) fn of(&self, client: &str) -> HashMap<StreamId, (u64, Arc<Mutex<Here>>)> {
        let running = lock(&self.running);
        let of_it = running.iter().filter(|((of, _), _)| &**of == client);
        of_it.map(|((_, id), lease)| (lease.stream, (*id, Arc::clone(&lease.here)))).collect()
    }

    /// All of them, as others see them.
    pub(super) fn served(&self) -> Vec<Served> {
        let running = lock(&self.running);
        let served = |((client, _), lease): (&Key, &Lease)| Served {
            client: Arc::clone(client),
            what: lease.what.clone(),
            sent: {
                let here = lock(&lease.here);
                here.sent.total() + here.drops_sent
            },
        };
        running.iter().map(served).collect()
    }
}

/// Nothing that holds one of these locks can panic half-way through a change.
pub(super) fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
