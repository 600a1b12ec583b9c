//! Requests for a connection that nobody answered.

use std::{collections::HashMap, hash::Hash};

use foldhash::fast::RandomState;
use xdplive_packet::flow::{FlowCounters, FlowKey};

use super::conversations::{ends_of, is_swapped};

/// Requests that had no answer by the end of the interval after the one in which they were sent. An answer is a packet that
/// accepts the connection, or refuses it. `P` is where packets were seen: at a host, or at one of its interfaces.
#[derive(Debug)]
pub struct Unanswered<P> {
    /// Conversations of which something is to be known, by place and ends. Seeded at random: whoever sends packets chooses their
    /// addresses.
    known: HashMap<(P, FlowKey), Known, RandomState>,
    most: usize,
    left_out: u64,
}

/// What is known of a conversation.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    /// The flow of the last request; `None` where only answers were seen.
    request: Option<(FlowKey, FlowCounters)>,
    /// Requests of the interval before that had no answer in it.
    before: u64,
    /// Requests of this interval, by whether the flow is the swapped one of the conversation.
    requests: [u64; 2],
    /// Acceptances of this interval, in the same way.
    acceptances: [u64; 2],
    /// Refusals.
    refusals: [u64; 2],
}

/// Requests of one conversation without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lone<P> {
    /// Where they were seen.
    pub place: P,
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
        Self { known: HashMap::default(), most, left_out: 0 }
    }

    /// Adds what was counted of a flow in this interval. `is_wanted` says whether its requests are to be told; its answers to
    /// others count in any case.
    pub fn add(&mut self, place: &P, key: &FlowKey, counters: &FlowCounters, is_wanted: bool) {
        let tcp = &counters.tcp;
        let requests = if is_wanted { tcp.requests } else { 0 };
        if requests | tcp.acceptances | tcp.resets == 0 {
            return;
        }
        let ends = (place.clone(), ends_of(key));
        // An answer to nothing that is known needs no place.
        if requests == 0 && !self.known.contains_key(&ends) && self.known.len() >= self.most {
            return;
        }
        if self.known.len() >= self.most && !self.known.contains_key(&ends) {
            self.left_out = self.left_out.saturating_add(requests);
            return;
        }
        let known = self.known.entry(ends).or_default();
        let way = usize::from(is_swapped(key));
        let add = |sums: &mut [u64; 2], more: u64| {
            sums.get_mut(way).into_iter().for_each(|sum| *sum = sum.saturating_add(more));
        };
        add(&mut known.requests, requests);
        add(&mut known.acceptances, tcp.acceptances);
        add(&mut known.refusals, tcp.resets);
        if requests > 0 {
            known.request = Some((*key, *counters));
        }
    }

    /// Ends the interval: the requests of the one before that have had no answer by now, by conversation.
    pub fn advance(&mut self) -> Vec<Lone<P>> {
        let mut lone = Vec::new();
        self.known.retain(|(place, _), known| {
            let way = known.request.map_or(0, |(key, _)| usize::from(is_swapped(&key)));
            let of = |sums: &[u64; 2], way: usize| sums.get(way).copied().unwrap_or(0);
            let acceptances = of(&known.acceptances, 1 - way);
            // Of a connection that was accepted, a reset is its end.
            let answers = if acceptances > 0 { acceptances } else { of(&known.refusals, 1 - way) };
            let without = known.before.saturating_sub(answers);
            if let Some((key, counters)) = known.request.filter(|_| without > 0) {
                lone.push(Lone { place: place.clone(), key, counters, requests: without });
            }
            let left = answers.saturating_sub(known.before);
            let before = of(&known.requests, way).saturating_sub(left);
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

    /// Requests of conversations for which there was no room.
    #[must_use]
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }
}

#[cfg(test)]
mod tests;
