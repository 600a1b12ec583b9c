//! Conversations as the rows of a table.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap, hash_map::Entry},
    sync::Arc,
    time::Duration,
};

use foldhash::fast::RandomState;
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
            .map(|(_, first, others)| others.iter().chain([first]).map(|host| name(*host)).collect())
            .unwrap_or_default();
        seen_at.sort_unstable();
        FlowRow::new(name(one.host), one).seen_at(&seen_at.join(", "))
    };
    largest(merged.values().map(|(one, ..)| *one), most).into_iter().map(row).collect()
}

/// Bytes in a time as bits a second, in whole numbers.
#[must_use]
pub fn bits_a_second(bytes: u64, time: Duration) -> f64 {
    (8.0 * bytes as f64 / time.as_secs_f64().max(1e-3)).round()
}

/// The same rows with what is known of their ends now, where there is somebody to ask.
#[must_use]
pub fn told(rows: Arc<[FlowRow]>, naming: Option<&Naming>) -> Arc<[FlowRow]> {
    let Some(known) = naming.map(Naming::now) else { return rows };
    rows.iter().map(|row| row.clone().told(|address| known.about(address))).collect()
}

/// Conversations that several hosts saw as one, by its ends: as the host counted that saw most of it, and all that saw it. They
/// are not added up: each saw the same packets.
fn merged(conversations: impl Iterator<Item = Conversation>) -> HashMap<FlowKey, Merged, RandomState> {
    // Seeded at random: whoever sends packets chooses their addresses.
    let mut merged: HashMap<FlowKey, Merged, RandomState> = HashMap::default();
    for one in conversations {
        match merged.entry(one.ends()) {
            Entry::Vacant(place) => _ = place.insert((one, one.host, Vec::new())),
            Entry::Occupied(mut known) => {
                let (largest, _, others) = known.get_mut();
                others.push(one.host);
                let size = |of: &Conversation| (of.sum().bytes, of.sum().packets);
                if size(&one) > size(largest) {
                    *largest = one;
                }
            }
        }
    }
    merged
}

/// A conversation, the host that was first to tell of it, and the others, which most have none of.
type Merged = (Conversation, HostId, Vec<HostId>);

/// The `most` largest by bytes both ways, the largest first.
fn largest(conversations: impl Iterator<Item = Conversation>, most: usize) -> Vec<Conversation> {
    let order = |one: &Conversation| {
        let (sum, key) = (one.sum(), &one.key);
        let ends = (key.source, key.source_port, key.destination, key.destination_port);
        // Of the same size always the same ones.
        (Reverse(sum.bytes), Reverse(sum.packets), ends, key.protocol, key.vlan, key.ethertype, one.host)
    };
    // Mostly the bytes tell.
    let compare = |one: &Conversation, other: &Conversation| {
        let bytes = |of: &Conversation| of.forward.sum.bytes.saturating_add(of.reverse.sum.bytes);
        bytes(other).cmp(&bytes(one)).then_with(|| order(one).cmp(&order(other)))
    };
    let mut all: Vec<Conversation> = conversations.collect();
    if most < all.len() {
        all.select_nth_unstable_by(most, compare);
        all.truncate(most);
    }
    all.sort_unstable_by(compare);
    all
}

#[cfg(test)]
mod tests;
