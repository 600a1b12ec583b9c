//! Somebody's flows.

use std::sync::Arc;

use super::{
    queue::{FlowQueue, Missed},
    snapshot::FlowSnapshot,
};
use crate::subscription::Subscription;

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
        self.queue.missed()
    }
}
