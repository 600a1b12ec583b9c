//! Conversations as the rows of a table.

use std::{cmp::Reverse, collections::BTreeMap, sync::Arc};

use xdplive_source::{Conversation, HostId};

use crate::columns::flows::FlowRow;

/// The `most` largest by bytes both ways, the largest first, on hosts with these names.
#[must_use]
pub fn rows(
    conversations: impl Iterator<Item = Conversation>,
    hosts: &BTreeMap<HostId, Arc<str>>,
    most: usize,
) -> Arc<[FlowRow]> {
    let host = |one: &Conversation| hosts.get(&one.host).cloned().unwrap_or_default();
    largest(conversations, most).into_iter().map(|one| FlowRow::new(host(&one), one)).collect()
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
