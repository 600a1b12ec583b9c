//! What was found out of addresses.

use std::{
    collections::HashSet,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use xdplive_names::{Aging, dns::reverse::Named};

/// Addresses of which something is known at most.
const MOST_KNOWN: usize = 16_384;
/// For how long a name is good at least and at most.
pub(super) const GOOD: (Duration, Duration) = (Duration::from_secs(600), Duration::from_secs(86_400));
/// For how long it is known that there is no name.
pub(super) const NO_NAME: Duration = Duration::from_secs(3600);
/// For how long an address is not asked for again of which no server has told anything.
const NO_ANSWER: Duration = Duration::from_secs(300);

/// What was found out, and what is about to be.
#[derive(Default)]
pub(super) struct Found(Mutex<State>);

pub(super) struct State {
    /// Names of addresses; `None` of those of which it is known that there is none.
    pub(super) known: Aging<Option<Arc<str>>>,
    /// Addresses that wait, and those that are asked for.
    pub(super) waiting: HashSet<IpAddr>,
    pub(super) counts: LookupCounts,
}

impl Default for State {
    fn default() -> Self {
        Self { known: Aging::new(MOST_KNOWN), waiting: HashSet::new(), counts: LookupCounts::default() }
    }
}

/// What became of the questions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LookupCounts {
    /// Addresses that have a name.
    pub named: u64,
    /// Addresses that have none.
    pub without: u64,
    /// Addresses of which no server has told anything.
    pub failed: u64,
    /// Of these, the last ones in a row.
    pub failed_in_a_row: u64,
    /// Times that an address was not asked for, because too many others waited.
    pub left_out: u64,
    /// Messages that came and were no answers.
    pub refused: u64,
}

impl Found {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can panic half-way through a change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps what was found out of an address.
    pub(super) fn add(&self, address: IpAddr, named: Named) {
        let now = Instant::now();
        let mut state = self.lock();
        let State { known, waiting, counts } = &mut *state;
        waiting.remove(&address);
        counts.failed_in_a_row = if named == Named::Unknown { counts.failed_in_a_row + 1 } else { 0 };
        let (name, lives) = match named {
            Named::As(name, seconds) => {
                counts.named += 1;
                (Some(name), Duration::from_secs(seconds.into()).clamp(GOOD.0, GOOD.1))
            }
            Named::Not => {
                counts.without += 1;
                (None, NO_NAME)
            }
            Named::Unknown => {
                counts.failed += 1;
                (None, NO_ANSWER)
            }
        };
        known.insert(address, name, lives, now);
    }
}
