//! Both ways of a conversation as one.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use xdplive_packet::{
    TunnelKind,
    flow::{FlowCounters, FlowKey, Sum},
};

use crate::host::HostId;

/// What two sides said to each other, as far as seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// The host that saw it. Another that saw the same packets has a conversation of its own.
    pub host: HostId,
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
/// Who started it is the side that sent a SYN without ACK, or was sent one with ACK. Else, where one side has sent nothing, as a
/// group of stations never does, it is the other one. Else it is the one with the higher port, because services have low ones; else the one seen first. When a flow was first seen says less than ports do, because tables are emptied
/// again and again: it mostly says who spoke first in that interval. In the order in which conversations first appear.
pub fn conversations(
    host: HostId,
    flows: impl IntoIterator<Item = (FlowKey, FlowCounters)>,
) -> Vec<Conversation> {
    let mut found = Conversations::new(usize::MAX);
    for (key, counters) in flows {
        found.add(host, key, counters);
    }
    found.iter().collect()
}

/// Conversations that grow as their flows are counted on, see [`conversations`].
#[derive(Clone, Debug)]
pub struct Conversations {
    most: usize,
    /// Where in `found`, by host and ends. Seeded at random: whoever sends packets chooses their addresses.
    places: HashMap<(HostId, FlowKey), usize, RandomState>,
    /// The key is that of the flow seen first, whoever started it.
    found: Vec<Conversation>,
}

impl Conversations {
    /// None yet, and so many at most.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most, places: HashMap::default(), found: Vec::new() }
    }

    /// Adds what a host has counted of a flow; says whether there was room for it.
    pub fn add(&mut self, host: HostId, key: FlowKey, counters: FlowCounters) -> bool {
        let (ends, swapped) = ends(&key);
        let place = self.places.get(&(host, ends)).copied().unwrap_or(self.found.len());
        match self.found.get_mut(place) {
            Some(known) if is_swapped(&known.key) == swapped => known.forward += counters,
            Some(known) => known.reverse += counters,
            None if place < self.most => {
                self.places.insert((host, ends), place);
                let reverse = FlowCounters::default();
                self.found.push(Conversation { host, key, forward: counters, reverse });
            }
            None => return false,
        }
        true
    }

    /// Each with the side that started it first, in the order in which they first appeared.
    pub fn iter(&self) -> impl Iterator<Item = Conversation> {
        self.found.iter().map(|conversation| conversation.turned())
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Forgets all of them.
    pub fn clear(&mut self) {
        self.places.clear();
        self.found.clear();
    }
}

impl Conversation {
    /// Packets both ways.
    #[must_use]
    pub fn sum(&self) -> Sum {
        let mut sum = self.forward.sum;
        sum += self.reverse.sum;
        sum
    }

    /// Requests for a connection that had no answer, as far as seen. One of the last moment may yet have one.
    #[must_use]
    pub fn unanswered(&self) -> u64 {
        self.forward.tcp.requests.saturating_sub(self.reverse.tcp.answers())
    }

    /// What it has in common with the same conversation as another host saw it, whichever side started it there.
    #[must_use]
    pub fn ends(&self) -> FlowKey {
        ends(&self.key).0
    }

    /// The same with the side that started it first.
    fn turned(self) -> Self {
        let Self { key, forward, reverse, .. } = self;
        // What speaks for either side, the strongest first.
        let started = |sent: &FlowCounters, received: &FlowCounters| sent.opens() || received.accepts();
        let spoke = |sent: &FlowCounters| sent.sum.packets > 0;
        let order = started(&forward, &reverse)
            .cmp(&started(&reverse, &forward))
            .then(spoke(&forward).cmp(&spoke(&reverse)))
            .then(key.source_port.cmp(&key.destination_port))
            .then(reverse.first.cmp(&forward.first))
            .then(key.destination.cmp(&key.source));
        if order.is_ge() {
            return self;
        }
        Self { key: reversed(&key), forward: reverse, reverse: forward, ..self }
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

/// What both ways of a conversation have in common.
pub(super) fn ends_of(key: &FlowKey) -> FlowKey {
    ends(key).0
}

/// What both ways of a conversation have in common, and whether `key` is the way back.
fn ends(key: &FlowKey) -> (FlowKey, bool) {
    let mut neutral = FlowKey { direction: 0, cast: 0, ..*key };
    // Each end of a GTP tunnel has an id of its own.
    if key.tunnels().last() == Some(TunnelKind::Gtp) {
        neutral.tunnel_id = 0;
    }
    let swapped = is_swapped(key);
    (if swapped { reversed(&neutral) } else { neutral }, swapped)
}

/// Whether `key` is the way back of what [`ends_of`] has.
pub(super) fn is_swapped(key: &FlowKey) -> bool {
    (key.source, key.source_port) > (key.destination, key.destination_port)
}
