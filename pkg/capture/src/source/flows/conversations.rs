//! Both ways of a conversation as one.

use std::collections::HashMap;

use xdplive_packet::flow::{FlowCounters, FlowKey};

/// What two sides said to each other, as far as seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// The flow from who started it, see [`conversations`].
    pub key: FlowKey,
    /// Packets from who started it.
    pub forward: FlowCounters,
    /// Packets to who started it; zeros where none was seen.
    pub reverse: FlowCounters,
}

/// Flows put together by their two ends, whatever the direction at the interface and the kind of MAC address: packets
/// in both directions of a loopback interface are counted twice, as everywhere else.
///
/// Who started it is the side that sent a SYN without ACK; else the one with the higher port, because services have
/// low ones; else the one seen first. When a flow was first seen says less than ports do, because tables are emptied
/// again and again: it mostly says who spoke first in that interval. In the order in which conversations first appear.
pub fn conversations(flows: impl IntoIterator<Item = (FlowKey, FlowCounters)>) -> Vec<Conversation> {
    let mut places: HashMap<FlowKey, usize> = HashMap::new();
    let mut found: Vec<Conversation> = Vec::new();
    for (key, counters) in flows {
        let (ends, swapped) = ends(&key);
        let place = *places.entry(ends).or_insert(found.len());
        match found.get_mut(place) {
            Some(known) if ends_swapped(&known.key) == swapped => known.forward += counters,
            Some(known) => known.reverse += counters,
            None => found.push(Conversation { key, forward: counters, reverse: FlowCounters::default() }),
        }
    }
    for conversation in &mut found {
        conversation.turn();
    }
    found
}

impl Conversation {
    /// Puts the side that started it first.
    fn turn(&mut self) {
        let Self { key, forward, reverse } = *self;
        if reverse.sum.packets == 0 {
            // The only side seen may well be the answering one.
            if forward.opens() || key.source_port >= key.destination_port {
                return;
            }
        } else {
            let order = forward
                .opens()
                .cmp(&reverse.opens())
                .then(key.source_port.cmp(&key.destination_port))
                .then(reverse.first.cmp(&forward.first))
                .then(key.destination.cmp(&key.source));
            if order.is_ge() {
                return;
            }
        }
        *self = Self { key: reversed(&key), forward: reverse, reverse: forward };
    }
}

/// The same flow the other way.
fn reversed(key: &FlowKey) -> FlowKey {
    FlowKey {
        source: key.destination,
        destination: key.source,
        source_port: key.destination_port,
        destination_port: key.source_port,
        ..*key
    }
}

/// What both ways of a conversation have in common, and whether `key` is the way back.
fn ends(key: &FlowKey) -> (FlowKey, bool) {
    let neutral = FlowKey { direction: 0, cast: 0, ..*key };
    let swapped = ends_swapped(key);
    (if swapped { reversed(&neutral) } else { neutral }, swapped)
}

fn ends_swapped(key: &FlowKey) -> bool {
    (key.source, key.source_port) > (key.destination, key.destination_port)
}
