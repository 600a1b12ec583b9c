//! Snapshots on their way to one who asked: bounded, dropping the oldest, counting what it drops.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;
use xdplive_packet::event::Direction;

use super::snapshot::FlowSnapshot;

/// Flows that wait for one who asked, at most, over all snapshots: four full tables of the default size, 27 MB, shared
/// with all others who ask.
pub const MAX_WAITING_FLOWS: usize = 4 * 65_536;
/// Snapshots of one machine that wait at most, whatever is in them: 16 seconds of 64 interfaces, at one a second.
pub const MAX_WAITING_SNAPSHOTS: usize = 1024;

/// What somebody did not get for not taking it in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Missed {
    /// Snapshots.
    pub snapshots: u64,
    /// Packets counted in them, by [`Direction`].
    pub packets: [u64; Direction::ALL.len()],
}

/// Snapshots on their way to one who asked. Beyond a bound the oldest goes, and is counted.
#[derive(Debug)]
pub struct FlowQueue {
    /// Snapshots that wait at most.
    most: usize,
    state: Mutex<State>,
    /// Signalled when there is something new to see.
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Arc<FlowSnapshot>>,
    /// Flows in them.
    flows: usize,
    missed: Missed,
    begun: bool,
    closed: bool,
}

impl Default for FlowQueue {
    fn default() -> Self {
        Self::with_room(MAX_WAITING_SNAPSHOTS)
    }
}

impl FlowQueue {
    /// For so many snapshots that wait, some 500 bytes each and their flows.
    #[must_use]
    pub fn with_room(most: usize) -> Self {
        Self { most, state: Mutex::default(), changed: Notify::new() }
    }

    /// Adds a snapshot.
    pub fn push(&self, snapshot: Arc<FlowSnapshot>) {
        let mut state = self.lock();
        state.flows += snapshot.taken.entries.len();
        state.waiting.push_back(snapshot);
        // One alone stays, however large.
        while state.waiting.len() > 1 && (state.flows > MAX_WAITING_FLOWS || state.waiting.len() > self.most)
        {
            if let Some(oldest) = state.waiting.pop_front() {
                state.flows -= oldest.taken.entries.len();
                state.missed.snapshots += 1;
                for (missed, packets) in state.missed.packets.iter_mut().zip(oldest.taken.packets()) {
                    *missed += packets;
                }
            }
        }
        drop(state);
        self.changed.notify_one();
    }

    /// Counts what did not even come here.
    pub fn miss(&self, before: &Missed) {
        let mut state = self.lock();
        state.missed.snapshots += before.snapshots;
        for (missed, packets) in state.missed.packets.iter_mut().zip(before.packets) {
            *missed += packets;
        }
    }

    /// Says that flows are counted for this one from now on, where there is an interface.
    pub fn begin(&self) {
        self.lock().begun = true;
        self.changed.notify_one();
    }

    /// Says that nothing more comes.
    pub fn close(&self) {
        let mut state = self.lock();
        (state.begun, state.closed) = (true, true);
        drop(state);
        self.changed.notify_one();
    }

    /// Waits for [`Self::begin`] or [`Self::close`].
    pub async fn begun(&self) {
        while !self.lock().begun {
            self.changed.notified().await;
        }
    }

    /// The next snapshot; `None` after [`Self::close`] and the last one.
    pub(super) async fn next(&self) -> Option<Arc<FlowSnapshot>> {
        loop {
            {
                let mut state = self.lock();
                if let Some(snapshot) = state.waiting.pop_front() {
                    state.flows -= snapshot.taken.entries.len();
                    return Some(snapshot);
                }
                if state.closed {
                    return None;
                }
            }
            self.changed.notified().await;
        }
    }

    /// What was not taken in time, since the beginning.
    pub(super) fn missed(&self) -> Missed {
        self.lock().missed
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
