//! Flows: what was counted of them from one moment to the next, for those who ask.

mod conversations;
mod taken;
mod top;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;
use xdplive_packet::event::Direction;

pub use self::{
    conversations::{Conversation, Conversations, conversations},
    taken::Taken,
    top::{Group, GroupBy, Groups, LinkProtocol, Top, top},
};
use super::{Host, Subscription};

/// What was counted at one interface between two moments: every packet that its programs saw, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowSnapshot {
    /// The host.
    pub host: Host,
    /// The interface's name.
    pub interface: Arc<str>,
    /// What was counted; all times in it are nanoseconds since 1970 (UTC) by the clock that
    /// [`Source::now`](super::Source::now) goes by.
    pub taken: Taken,
}

/// Flows that wait for one who asked, at most, over all snapshots: four full tables of the default size, 27 MB, shared
/// with all others who ask.
pub const MAX_WAITING_FLOWS: usize = 4 * 65_536;
/// Snapshots that wait at most, whatever is in them: 16 seconds of 64 interfaces, at one a second.
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
#[derive(Debug, Default)]
pub struct FlowQueue {
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

impl FlowQueue {
    /// Adds a snapshot.
    pub fn push(&self, snapshot: Arc<FlowSnapshot>) {
        let mut state = self.lock();
        state.flows += snapshot.taken.entries.len();
        state.waiting.push_back(snapshot);
        // One alone stays, however large.
        while state.waiting.len() > 1
            && (state.flows > MAX_WAITING_FLOWS || state.waiting.len() > MAX_WAITING_SNAPSHOTS)
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

    async fn next(&self) -> Option<Arc<FlowSnapshot>> {
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

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody's flows, as long as it lives. The last one on an interface frees its table.
pub struct FlowFeed {
    queue: Arc<FlowQueue>,
    /// Holds the interfaces attached.
    stream: Subscription,
}

impl FlowFeed {
    /// What comes through `queue` for as long as `stream` lives.
    #[must_use]
    pub const fn new(queue: Arc<FlowQueue>, stream: Subscription) -> Self {
        Self { queue, stream }
    }

    /// What was counted next, of one interface at a time; `None` after the end. One taker at a time.
    ///
    /// Snapshots of one interface follow each other without a gap, but for [`Self::missed`]. They may come more often
    /// than was asked for, when somebody else needs them so. What was counted before this feed began is in none of them.
    pub async fn next(&self) -> Option<Arc<FlowSnapshot>> {
        self.queue.next().await
    }

    /// Asks for the end. What was counted until now still comes, and then `None`.
    pub fn end(&mut self) {
        self.stream.end();
    }

    /// What was not taken in time, since the beginning.
    #[must_use]
    pub fn missed(&self) -> Missed {
        self.queue.lock().missed
    }
}

#[cfg(test)]
mod tests;
