//! Rows on their way from the reader to one stream: bounded, dropping the oldest, counting what it drops.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use crate::source::{Batch, Tally};

/// The queue of one stream; the reader fills it, the stream empties it.
#[derive(Debug)]
pub struct Queue {
    state: Mutex<State>,
    /// Signalled when there is something new to see.
    changed: Notify,
    /// Rows it holds at most.
    capacity: usize,
}

#[derive(Debug, Default)]
struct State {
    batches: VecDeque<Batch>,
    rows: usize,
    thinned: u64,
    lost: u64,
    delivered: u64,
    /// What the kernel counted, once the stream has come to its end.
    counted: Option<Counted>,
}

/// What the kernel programs counted for a stream, from its first generation to its last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Packets seen at the stream's hooks.
    pub seen: u64,
    /// Those that its filter accepts.
    pub matched: u64,
    /// Those of them that were left out to keep to the stream's budget.
    pub thinned: u64,
    /// Those of them that found no room in the ring.
    pub lost: u64,
}

impl Queue {
    /// An empty queue for at most `capacity` rows.
    #[must_use]
    pub fn new(capacity: usize) -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), changed: Notify::new(), capacity })
    }

    /// Adds rows; the oldest make room where there is none. `thinned` rows were left out beside them.
    pub fn push(&self, batch: Batch, thinned: u64) {
        let mut state = self.lock();
        state.thinned += thinned;
        state.rows += batch.len();
        if !batch.is_empty() {
            state.batches.push_back(batch);
        }
        while state.rows > self.capacity {
            let surplus = state.rows - self.capacity;
            let Some(oldest) = state.batches.front_mut() else { break };
            let dropped = oldest.drop_oldest(surplus);
            if oldest.is_empty() {
                state.batches.pop_front();
            }
            state.rows -= dropped;
            state.lost += dropped as u64;
        }
        drop(state);
        self.changed.notify_one();
    }

    /// Ends the stream: nothing more will be pushed.
    pub fn close(&self, counted: Counted) {
        self.lock().counted.get_or_insert(counted);
        self.changed.notify_one();
    }

    /// The next rows, at most `most` of them and at least one, counted as delivered; `None` at the end of the
    /// stream.
    pub async fn next(&self, most: usize) -> Option<Vec<Batch>> {
        loop {
            let changed = self.changed.notified();
            {
                let mut state = self.lock();
                let batches = state.take(most);
                if !batches.is_empty() {
                    return Some(batches);
                }
                if state.counted.is_some() {
                    return None;
                }
            }
            changed.await;
        }
    }

    /// Counts everything that is still queued as lost: nobody will ask for it.
    pub fn abandon(&self) {
        let mut state = self.lock();
        state.lost += state.rows as u64;
        state.rows = 0;
        state.batches.clear();
    }

    /// What became of the stream's packets; complete when the stream has ended and the queue is empty.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let state = self.lock();
        let counted = state.counted.unwrap_or_default();
        Tally {
            seen: counted.seen,
            unmatched: counted.seen.saturating_sub(counted.matched),
            thinned: counted.thinned + state.thinned,
            lost: counted.lost + state.lost,
            delivered: state.delivered,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can panic half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes the oldest rows away, at most `most`.
    fn take(&mut self, most: usize) -> Vec<Batch> {
        let mut taken = Vec::new();
        let mut room = most;
        while room > 0
            && let Some(front) = self.batches.front_mut()
        {
            let batch = front.take_oldest(room);
            if front.is_empty() {
                self.batches.pop_front();
            }
            room -= batch.len();
            taken.push(batch);
        }
        let rows = most - room;
        self.rows -= rows;
        self.delivered += rows as u64;
        taken
    }
}

#[cfg(test)]
mod tests;
