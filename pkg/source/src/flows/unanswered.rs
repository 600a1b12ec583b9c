//! Requests for a connection that nobody answered.

use std::{collections::HashMap, hash::Hash};

use foldhash::fast::RandomState;
use xdplive_packet::flow::{FlowCounters, FlowKey, TcpCounts};

use super::conversations::{ends_of, is_swapped};

/// Requests that had no answer by the end of the interval after the one in which they were sent. An answer is a packet that
/// accepts the connection, or refuses it. `P` is where packets were seen: at a host, or at one of its interfaces.
#[derive(Debug)]
pub struct Unanswered<P> {
    /// Conversations of which something is to be known, by place and ends. Seeded at random: whoever sends packets chooses their
    /// addresses.
    known: HashMap<(P, FlowKey), Known, RandomState>,
    most: usize,
}

/// What is known of a conversation.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    /// The flow of the last request; `None` where only answers were seen.
    request: Option<(FlowKey, FlowCounters)>,
    /// Requests of the interval before that had no answer in it.
    before: u64,
    /// What was counted in this interval, of requests those that are wanted; the second of the flow that is the swapped one of the
    /// conversation.
    now: [TcpCounts; 2],
}

/// Requests of one conversation without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lone<P> {
    /// Where they were seen.
    pub place: P,
    /// What both ways of the conversation have in common, see [`Conversation::ends`](super::Conversation::ends).
    pub ends: FlowKey,
    /// The flow of who asked.
    pub key: FlowKey,
    /// What was counted of it when it asked last.
    pub counters: FlowCounters,
    /// How many.
    pub requests: u64,
}

impl<P: Clone + Eq + Hash> Unanswered<P> {
    /// None yet, and of so many conversations at most.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { known: HashMap::default(), most }
    }

    /// Adds what was counted of a flow in this interval. `is_wanted` says whether its requests are to be told; its answers to
    /// others count in any case. Returns how many wanted requests found no room, which are told never.
    pub fn add(&mut self, place: &P, key: &FlowKey, counters: &FlowCounters, is_wanted: bool) -> u64 {
        let mut tcp = counters.tcp;
        if !is_wanted {
            tcp.requests = 0;
        }
        if tcp.requests | tcp.answers() == 0 {
            return 0;
        }
        let ends = (place.clone(), ends_of(key));
        if self.known.len() >= self.most && !self.known.contains_key(&ends) {
            // An answer to nothing that is known needs no room.
            return tcp.requests;
        }
        let known = self.known.entry(ends).or_default();
        let [one, swapped] = &mut known.now;
        *(if is_swapped(key) { swapped } else { one }) += tcp;
        if tcp.requests > 0 {
            known.request = Some((*key, *counters));
        }
        0
    }

    /// Ends the interval: the requests of the one before that have had no answer by now, by conversation.
    pub fn advance(&mut self) -> Vec<Lone<P>> {
        let mut lone = Vec::new();
        self.known.retain(|(place, ends), known| {
            // Of what only answers were seen, nothing waits.
            let Some((key, counters)) = known.request else { return false };
            let [one, swapped] = known.now;
            let (asked, told) = if is_swapped(&key) { (swapped, one) } else { (one, swapped) };
            let answers = told.answers();
            let without = known.before.saturating_sub(answers);
            if without > 0 {
                lone.push(Lone { place: place.clone(), ends: *ends, key, counters, requests: without });
            }
            let left = answers.saturating_sub(known.before);
            let before = asked.requests.saturating_sub(left);
            *known = Known { request: known.request, before, ..Known::default() };
            before > 0
        });
        lone
    }

    /// Whether an interval without packets would have something to tell.
    #[must_use]
    pub fn are_waiting(&self) -> bool {
        !self.known.is_empty()
    }
}

#[cfg(test)]
mod tests;
