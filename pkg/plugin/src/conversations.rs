//! Conversations as the rows of a table.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use xdplive_packet::flow::FlowKey;
use xdplive_source::{Conversation, HostId};

use crate::{columns::flows::FlowRow, naming::Naming};

/// The `most` largest by bytes both ways, the largest first, on hosts with these names. What several hosts saw is a row for
/// each where they are told apart, else one.
#[must_use]
pub fn rows(
    conversations: impl Iterator<Item = Conversation>,
    hosts: &BTreeMap<HostId, Arc<str>>,
    most: usize,
    are_told_apart: bool,
) -> Arc<[FlowRow]> {
    let name = |host: HostId| hosts.get(&host).cloned().unwrap_or_default();
    if are_told_apart || hosts.len() <= 1 {
        return largest(conversations, most)
            .into_iter()
            .map(|one| FlowRow::new(name(one.host), one))
            .collect();
    }
    let merged = merged(conversations);
    let row = |one: Conversation| {
        let mut seen_at: Vec<Arc<str>> = merged
            .get(&one.ends())
            .map(|(_, hosts)| hosts.iter().map(|host| name(*host)).collect())
            .unwrap_or_default();
        seen_at.sort_unstable();
        FlowRow::new(name(one.host), one).seen_at(&seen_at.join(", "))
    };
    largest(merged.values().map(|(one, _)| *one), most).into_iter().map(row).collect()
}

/// The same rows with what is known of their ends now, where there is somebody to ask.
#[must_use]
pub fn told(rows: Arc<[FlowRow]>, naming: Option<&Naming>) -> Arc<[FlowRow]> {
    let Some(known) = naming.map(Naming::now) else { return rows };
    rows.iter().map(|row| row.clone().told(|address| known.about(address))).collect()
}

/// Conversations that several hosts saw as one, by its ends: as the host counted that saw most of it, and all that saw it. They
/// are not added up: each saw the same packets.
fn merged(
    conversations: impl Iterator<Item = Conversation>,
) -> HashMap<FlowKey, (Conversation, Vec<HostId>)> {
    let mut merged: HashMap<FlowKey, (Conversation, Vec<HostId>)> = HashMap::new();
    for one in conversations {
        let (largest, hosts) = merged.entry(one.ends()).or_insert_with(|| (one, Vec::new()));
        hosts.push(one.host);
        let size = |of: &Conversation| (of.sum().bytes, of.sum().packets);
        if size(&one) > size(largest) {
            *largest = one;
        }
    }
    merged
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
