//! What is counted, and which counts have the answer to what is asked.

use std::sync::Arc;

use xdplive_filter::Filter;
use xdplive_packet::event::Direction;
use xdplive_source::{Decapsulate, HostSet, InterfaceSet, Request};

/// What the streams of one record have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    hosts: HostSet,
    interfaces: InterfaceSet,
    /// Counted apart from each other.
    pub directions: Vec<Direction>,
    filter: Arc<Filter>,
    decapsulate: Decapsulate,
    hides_own: bool,
}

impl Subject {
    /// None for a request that wants no packets.
    #[must_use]
    pub fn of(request: &Request) -> Option<Self> {
        let wanted = request.wanted.as_ref()?;
        Some(Self {
            hosts: request.hosts.clone(),
            interfaces: request.interfaces.clone(),
            directions: request.directions.clone(),
            filter: Arc::clone(&wanted.filter),
            decapsulate: request.decapsulate,
            hides_own: wanted.hides_own,
        })
    }

    /// The interfaces of which every packet is counted, and whether own traffic is among them; `None` where a filter chooses,
    /// and for all interfaces.
    #[must_use]
    pub fn everything_of(&self) -> Option<(&[String], bool)> {
        match &self.interfaces {
            InterfaceSet::Named(names) if *self.filter == Filter::default() => Some((names, !self.hides_own)),
            _ => None,
        }
    }

    /// Whether what is counted for this has the answer for `other` in it.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.hosts == other.hosts
            && self.interfaces == other.interfaces
            && self.filter == other.filter
            && self.decapsulate == other.decapsulate
            && self.hides_own == other.hides_own
            && other.directions.iter().all(|direction| self.directions.contains(direction))
    }
}
