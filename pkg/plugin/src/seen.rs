//! Which hosts, ports, VLANs and protocols there were in packets that streams have sent: what a person chooses from who
//! looks for one of them. Nothing is captured for it.

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
    sync::Arc,
};

use serde::Serialize;
use xdplive_packet::headers::present;
use xdplive_source::{Batch, Conversation, Row, ip};

use crate::columns::{flows::FlowRow, text};

/// Values in a list at most.
pub const VALUES: usize = 200;
/// Packets that are looked at, the newest first: some milliseconds' work.
const ROWS: usize = 100_000;

/// What a list is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// IP addresses of either side; of ARP those it is about.
    Hosts,
    /// Ports of either side.
    Ports,
    /// Ids of the outer VLAN tag.
    Vlans,
    /// IP protocols, by the names that columns have for them.
    Protocols,
}

impl What {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Hosts, Self::Ports, Self::Vlans, Self::Protocols];

    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hosts => "hosts",
            Self::Ports => "ports",
            Self::Vlans => "vlans",
            Self::Protocols => "protocols",
        }
    }

    fn of_row(self, row: &Row) -> [Option<Value>; 2] {
        let headers = &row.event.headers;
        match self {
            Self::Hosts if headers.has(present::ADDRESSES) => {
                [headers.source_ip, headers.destination_ip].map(|ip| Some(address(headers.version, ip)))
            }
            Self::Hosts => [None, None],
            Self::Ports => {
                [headers.source_port(), headers.destination_port()].map(|port| port.map(Value::Number))
            }
            Self::Vlans => [headers.vlan().map(Value::Number), None],
            Self::Protocols => [headers.protocol().map(Value::Protocol), None],
        }
    }

    fn of_conversation(self, Conversation { key, .. }: &Conversation) -> [Option<Value>; 2] {
        match self {
            Self::Hosts if key.has(present::ADDRESSES) => {
                [key.source, key.destination].map(|ip| Some(address(key.version, ip)))
            }
            Self::Hosts => [None, None],
            Self::Ports => key
                .ports()
                .map_or([None, None], |(one, other)| [Some(Value::Number(one)), Some(Value::Number(other))]),
            Self::Vlans => [key.vlan().map(Value::Number), None],
            Self::Protocols => [key.protocol().map(Value::Protocol), None],
        }
    }
}

/// One value, and how often it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// As it stands in a column; a protocol whose name is no word of a filter by its number.
    pub value: String,
    /// Packets that have it on either side. No less passed: those that were thinned, say, are not known.
    pub packets: u64,
}

/// In the order in which values that are seen equally often come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Value {
    Address(IpAddr),
    Number(u16),
    Protocol(u8),
}

impl Value {
    fn text(self) -> String {
        match self {
            Self::Address(address) => address.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Protocol(number) => {
                let mut name = String::new();
                text::protocol(number, &mut name);
                // Not "ISIS over IPv4", say.
                let is_word = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
                if is_word { name } else { number.to_string() }
            }
        }
    }
}

fn address(version: u8, bytes: [u8; 16]) -> Value {
    Value::Address(ip(version, bytes))
}

/// The values in rows of the interfaces that `is_watched`, and in tables of conversations, the most frequent first, at most
/// [`VALUES`].
///
/// A packet that several streams sent counts once, and a conversation as in the table that knows most of it. What is in
/// both is not added up: it may be the same packets.
#[must_use]
pub fn values(
    what: What,
    batches: Vec<Batch>,
    tables: &[Arc<[FlowRow]>],
    is_watched: impl Fn(&str) -> bool,
) -> Vec<Seen> {
    let mut counts = in_rows(what, batches, is_watched);
    for (value, packets) in in_tables(what, tables) {
        let known = counts.entry(value).or_default();
        *known = packets.max(*known);
    }
    let mut sorted: Vec<(Value, u64)> = counts.into_iter().collect();
    sorted.sort_unstable_by(|(one, most), (other, least)| least.cmp(most).then(one.cmp(other)));
    sorted.truncate(VALUES);
    sorted.into_iter().map(|(value, packets)| Seen { value: value.text(), packets }).collect()
}

fn in_rows(what: What, mut batches: Vec<Batch>, is_watched: impl Fn(&str) -> bool) -> HashMap<Value, u64> {
    batches.sort_by_key(|batch| std::cmp::Reverse(batch.rows().last().map(|row| batch.time(row))));
    let newest = batches.iter().flat_map(|batch| batch.rows().iter().rev().map(move |row| (batch, row)));
    let mut watched: HashMap<&str, bool> = HashMap::new();
    let mut packets = HashSet::new();
    let mut counts = HashMap::new();
    for (batch, row) in newest.take(ROWS) {
        let name = batch.names.interface(row.origin);
        let packet = (row.origin.host, name, row.event.hook, row.event.time);
        if *watched.entry(name).or_insert_with(|| is_watched(name)) && packets.insert(packet) {
            count(&mut counts, what.of_row(row), 1);
        }
    }
    counts
}

fn in_tables(what: What, tables: &[Arc<[FlowRow]>]) -> HashMap<Value, u64> {
    let mut conversations = HashMap::new();
    for row in tables.iter().flat_map(|table| table.iter()) {
        let conversation = row.conversation();
        let packets = conversation.forward.sum.packets + conversation.reverse.sum.packets;
        let known = conversations.entry((conversation.host, conversation.key)).or_insert((conversation, 0));
        known.1 = packets.max(known.1);
    }
    let mut counts = HashMap::new();
    for (conversation, packets) in conversations.into_values() {
        count(&mut counts, what.of_conversation(conversation), packets);
    }
    counts
}

/// Counts packets for their one value or two; for one that both sides have, once.
fn count(counts: &mut HashMap<Value, u64>, [one, other]: [Option<Value>; 2], packets: u64) {
    for value in [one, other.filter(|_| other != one)].into_iter().flatten() {
        *counts.entry(value).or_default() += packets;
    }
}

#[cfg(test)]
mod tests;
