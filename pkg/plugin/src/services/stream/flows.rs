//! The largest conversations of each interval, or since a stream began.

use std::{cmp::Reverse, collections::BTreeMap, sync::Arc};

use tracing::warn;
use xdplive_packet::{
    event::Direction,
    flow::{FlowCounters, FlowKey, Sum},
};
use xdplive_source::{Conversation, Conversations, Host, HostId};

use super::{
    intake::{Ended, Sink},
    tables::Tabulate,
};
use crate::{
    columns::flows::FlowRow,
    query::{Query, Since},
};

/// Conversations that a stream knows at most: 23 MB, where there are so many.
const MOST_CONVERSATIONS: usize = 65_536;

/// The conversations counted.
pub(super) struct Flows {
    conversations: Conversations,
    /// Names of the hosts that have counted.
    hosts: BTreeMap<HostId, Arc<str>>,
    /// Whether something was added to them in this interval.
    has_changed: bool,
    /// Whether it has been said that there is no room for more.
    has_warned: bool,
    is_of_interval: bool,
    top: usize,
}

impl Sink for Flows {
    fn add_host(&mut self, host: &Host) {
        self.hosts.entry(host.id).or_insert_with(|| Arc::clone(&host.name));
    }

    fn add(&mut self, host: HostId, _interface: &Arc<str>, key: &FlowKey, counters: &FlowCounters) -> bool {
        let has_room = self.conversations.add(host, *key, *counters);
        self.has_changed |= has_room;
        if !has_room && !self.has_warned {
            self.has_warned = true;
            warn!(
                "a stream of flows knows {MOST_CONVERSATIONS} conversations; what belongs to others is counted as lost"
            );
        }
        has_room
    }

    fn add_other(&mut self, _interface: &Arc<str>, _direction: Direction, _sum: &Sum) -> bool {
        // They belong to conversations, and nobody knows to which.
        false
    }
}

impl Flows {
    /// None yet, for what a query asks.
    pub(super) fn new(query: &Query) -> Self {
        Self {
            conversations: Conversations::new(MOST_CONVERSATIONS),
            hosts: BTreeMap::new(),
            has_changed: false,
            has_warned: false,
            is_of_interval: query.since != Some(Since::Start),
            top: query.top,
        }
    }
}

impl Tabulate for Flows {
    type Row = FlowRow;

    fn rows(&mut self, _interval: Ended) -> Arc<[FlowRow]> {
        // What a panel shows stays as it is.
        if !std::mem::take(&mut self.has_changed) {
            return Arc::from([]);
        }
        let top = largest(self.conversations.iter(), self.top);
        if self.is_of_interval {
            self.conversations.clear();
        }
        let host = |one: &Conversation| self.hosts.get(&one.host).cloned().unwrap_or_default();
        top.into_iter().map(|one| FlowRow::new(host(&one), one)).collect()
    }
}

/// The `most` largest by bytes both ways, the largest first.
fn largest(conversations: impl Iterator<Item = Conversation>, most: usize) -> Vec<Conversation> {
    let order = |one: &Conversation| {
        let (sum, key) = (one.sum(), &one.key);
        let ends = (key.source, key.source_port, key.destination, key.destination_port);
        // Of the same size always the same ones.
        (Reverse(sum.bytes), Reverse(sum.packets), ends, key.protocol, key.vlan, key.ethertype, one.host)
    };
    let mut all: Vec<Conversation> = conversations.collect();
    if most < all.len() {
        all.select_nth_unstable_by_key(most, order);
        all.truncate(most);
    }
    all.sort_unstable_by_key(order);
    all
}

#[cfg(test)]
mod tests;
