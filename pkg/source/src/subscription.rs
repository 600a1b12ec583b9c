//! A running stream, as who asked for it holds it.

use std::sync::Arc;

use crate::{
    batch::Batch,
    clock::Moment,
    ids::StreamId,
    queue::{Counted, Queue},
    tally::Tally,
};

/// A running stream. Dropping it ends the stream; what was not taken counts as closed, see [`Queue::abandon`].
pub struct Subscription {
    id: StreamId,
    begun: Moment,
    queue: Arc<Queue>,
    end: Option<Box<dyn FnOnce() + Send + Sync>>,
}

impl Subscription {
    /// The stream `id`, whose packets count from `begun` on, fed through `queue`; `end` asks its source to stop and to
    /// close the queue.
    #[must_use]
    pub fn new(id: StreamId, begun: Moment, queue: Arc<Queue>, end: Box<dyn FnOnce() + Send + Sync>) -> Self {
        Self { id, begun, queue, end: Some(end) }
    }

    /// Since when packets are the stream's, by the clock of [`Source::now`](super::Source::now).
    #[must_use]
    pub const fn begun(&self) -> Moment {
        self.begun
    }

    /// Until when packets were the stream's; `None` until [`Subscription::next`] has returned `None`.
    #[must_use]
    pub fn ended(&self) -> Option<Moment> {
        self.queue.ended()
    }

    /// Names it among the source's streams.
    #[must_use]
    pub const fn id(&self) -> StreamId {
        self.id
    }

    /// The next rows, at most `most` and at least one; `None` when the stream has ended.
    pub async fn next(&self, most: usize) -> Option<Vec<Batch>> {
        self.queue.next(most).await
    }

    /// Asks for the end: packets from now on are not the stream's any more, those before still come.
    pub fn end(&mut self) {
        if let Some(end) = self.end.take() {
            end();
        }
    }

    /// What the kernel counted for the stream; `None` until [`Subscription::next`] has returned `None`.
    #[must_use]
    pub fn counted(&self) -> Option<Counted> {
        self.queue.counted()
    }

    /// What became of the stream's packets at each interface that it was attached to; complete when
    /// [`Subscription::next`] has returned `None`, and empty before.
    #[must_use]
    pub fn by_interface(&self) -> Vec<(Arc<str>, Tally)> {
        self.queue.by_interface()
    }

    /// What became of the stream's packets; complete when [`Subscription::next`] has returned `None`.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.queue.tally()
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        // First: rows that come until the source has heard of the end must not push others out, as if somebody were slow.
        self.queue.abandon();
        self.end();
    }
}
