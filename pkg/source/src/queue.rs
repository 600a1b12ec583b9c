//! Rows on their way from the reader to one stream: bounded, dropping the oldest, counting what it drops.

use std::{
    collections::VecDeque,
    ops::AddAssign,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::Notify;

use crate::{batch::Batch, clock::Moment, ids::InterfaceNumber, row_counts::RowCounts, tally::Tally};

/// Time between two batches of a stream at most; rows are at most so old when they are handed on.
pub const FLUSH_INTERVAL: Duration = Duration::from_millis(100);

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
    thinned: RowCounts,
    lost: RowCounts,
    closed: RowCounts,
    delivered: RowCounts,
    /// Whether nobody will ask for rows any more.
    abandoned: bool,
    /// What the kernel counted, once the stream has come to its end.
    counted: Option<Counted>,
    /// When its last generation ended.
    ended: Option<Moment>,
    /// The same for each interface, with its name.
    by_interface: Vec<(Arc<str>, InterfaceNumber, Counted)>,
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
    /// Packets on the wire in those matched.
    pub segments: u64,
    /// Bytes of those matched.
    pub bytes: u64,
}

impl AddAssign for Counted {
    fn add_assign(&mut self, more: Self) {
        let Self { seen, matched, thinned, lost, segments, bytes } = more;
        self.seen += seen;
        self.matched += matched;
        self.thinned += thinned;
        self.lost += lost;
        self.segments += segments;
        self.bytes += bytes;
    }
}

/// What became of the rows that the reader had for a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handled {
    /// Rows left out because several interfaces together had more than the stream's budget.
    pub thinned: RowCounts,
    /// Rows for which the queue had no room: whoever takes them is too slow.
    pub lost: RowCounts,
    /// Rows that still waited when whoever took them went away, which is no loss to anybody.
    pub closed: RowCounts,
    /// Rows that were taken.
    pub delivered: RowCounts,
}

impl Queue {
    /// An empty queue for at most `capacity` rows.
    #[must_use]
    pub fn new(capacity: usize) -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), changed: Notify::new(), capacity })
    }

    /// Adds rows; the oldest make room where there is none. `thinned` were left out beside them. Where nobody will ask
    /// for them, they count as closed.
    pub fn push(&self, batch: Batch, thinned: &RowCounts) {
        let mut state = self.lock();
        state.thinned.add_counts(thinned);
        if state.abandoned {
            batch.add_to(&mut state.closed);
            return;
        }
        state.rows += batch.len();
        if !batch.is_empty() {
            state.batches.push_back(batch);
        }
        state.keep(self.capacity);
        drop(state);
        self.changed.notify_one();
    }

    /// Rows that wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.lock().rows
    }

    /// Keeps the newest `most` rows; older ones count as lost.
    pub fn keep(&self, most: usize) {
        self.lock().keep(most);
    }

    /// Says what the kernel counted at each interface. To be called before [`Queue::close`].
    pub fn itemise(&self, by_interface: Vec<(Arc<str>, InterfaceNumber, Counted)>) {
        self.lock().by_interface = by_interface;
    }

    /// An interface has gone, and its number may be another's.
    pub fn fold(&self, interface: InterfaceNumber) {
        let mut state = self.lock();
        let State { thinned, lost, closed, delivered, .. } = &mut *state;
        [thinned, lost, closed, delivered].into_iter().for_each(|counts| counts.fold(interface));
    }

    /// Says when the last packet was counted. To be called before [`Queue::close`].
    pub fn end_at(&self, moment: Moment) {
        self.lock().ended = Some(moment);
    }

    /// When the last packet was counted; `None` until that is known.
    #[must_use]
    pub fn ended(&self) -> Option<Moment> {
        self.lock().ended
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

    /// Nobody will ask for rows any more: those that wait, and those that still come, count as closed and not as lost.
    pub fn abandon(&self) {
        let mut state = self.lock();
        state.abandoned = true;
        state.rows = 0;
        for batch in std::mem::take(&mut state.batches) {
            batch.add_to(&mut state.closed);
        }
    }

    /// What became of the stream's packets; complete when the stream has ended and the queue is empty. Its five figures
    /// are a contract: rows that waited when it was abandoned are among those lost.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let state = self.lock();
        let counted = state.counted.unwrap_or_default();
        Tally {
            seen: counted.seen,
            unmatched: counted.seen.saturating_sub(counted.matched),
            thinned: counted.thinned + state.thinned.total(),
            lost: counted.lost + state.lost.total() + state.closed.total(),
            delivered: state.delivered.total(),
        }
    }

    /// What became of the stream's packets at each interface; complete when the stream has ended and the queue is
    /// empty, and empty before.
    #[must_use]
    pub fn by_interface(&self) -> Vec<(Arc<str>, Tally)> {
        let state = self.lock();
        let tally = |(name, interface, counted): &(Arc<str>, InterfaceNumber, Counted)| {
            let tally = Tally {
                seen: counted.seen,
                unmatched: counted.seen.saturating_sub(counted.matched),
                thinned: counted.thinned + state.thinned.at(*interface),
                lost: counted.lost + state.lost.at(*interface) + state.closed.at(*interface),
                delivered: state.delivered.at(*interface),
            };
            (Arc::clone(name), tally)
        };
        state.by_interface.iter().map(tally).collect()
    }

    /// What the kernel programs counted; `None` until the stream has come to its end.
    #[must_use]
    pub fn counted(&self) -> Option<Counted> {
        self.lock().counted
    }

    /// What has become so far of the rows that came.
    #[must_use]
    pub fn handled(&self) -> Handled {
        let state = self.lock();
        Handled {
            thinned: state.thinned.clone(),
            lost: state.lost.clone(),
            closed: state.closed.clone(),
            delivered: state.delivered.clone(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can panic half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Drops the oldest rows beyond `most`, and counts them as lost.
    fn keep(&mut self, most: usize) {
        while self.rows > most {
            let surplus = self.rows - most;
            let Some(oldest) = self.batches.front_mut() else { break };
            let dropped = oldest.take_oldest(surplus);
            if oldest.is_empty() {
                self.batches.pop_front();
            }
            self.rows -= dropped.len();
            dropped.add_to(&mut self.lost);
        }
    }

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
            batch.add_to(&mut self.delivered);
            taken.push(batch);
        }
        self.rows -= most - room;
        taken
    }
}

#[cfg(test)]
mod tests;
