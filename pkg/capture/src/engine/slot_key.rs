//! What a slot is for, and a budget.

use std::sync::Arc;

use xdplive_filter::Filter;
use xdplive_packet::{accounting::Limit, event::Direction};
use xdplive_source::{Decapsulate, InterfaceSet, Request, Wanted};

/// What streams of one slot have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Which packets.
    pub filter: Arc<Filter>,
    /// The ways they go.
    pub directions: Vec<Direction>,
    /// Which of their headers count.
    pub decapsulate: Decapsulate,
    /// How many of them become rows.
    pub limit: Limit,
    /// Whether own traffic is left out.
    pub hides_own: bool,
    /// Whether rows come with the bytes of their headers.
    pub header_bytes: bool,
    /// Where a limit holds for all together; none without a limit.
    pub together: Option<InterfaceSet>,
}

impl Key {
    /// The key of a stream's slot; none where it wants no packets.
    #[must_use]
    pub fn of(request: &Request) -> Option<Self> {
        let Wanted { filter, limit, hides_own, header_bytes } = request.wanted.as_ref()?;
        let is_limited = matches!(limit, Limit::PerSecond(_));
        Some(Self {
            filter: Arc::clone(filter),
            directions: request.directions.clone(),
            decapsulate: request.decapsulate,
            limit: *limit,
            hides_own: *hides_own,
            header_bytes: *header_bytes,
            together: is_limited.then(|| request.interfaces.clone()),
        })
    }

    /// Whether packets become rows; they are only counted otherwise.
    #[must_use]
    pub fn has_rows(&self) -> bool {
        self.limit != Limit::None
    }

    /// Whether streams with either key are for the same packets.
    #[must_use]
    pub fn has_packets_of(&self, other: &Self) -> bool {
        self.filter == other.filter
            && self.directions == other.directions
            && self.decapsulate == other.decapsulate
            && self.hides_own == other.hides_own
    }

    /// Whether they differ in their limits at most, and that of a single interface.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        self.has_packets_of(other)
            && self.header_bytes == other.header_bytes
            && self.together == other.together
            && self.together.as_ref().is_some_and(|set| !set.may_be_several())
    }

    /// Whether slots of other interfaces may have the same budget.
    #[must_use]
    pub fn may_share_budget(&self) -> bool {
        self.together.as_ref().is_some_and(InterfaceSet::may_be_several)
    }
}
