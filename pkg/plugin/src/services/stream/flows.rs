//! A stream of conversations that is being sent: the largest ones, again after each interval.

use std::{cmp::Reverse, sync::Arc};

use grafana_plugin_sdk::pluginv2::StreamPacket;
use tonic::Status;
use tracing::warn;
use xdplive_capture::source::{Conversation, Conversations};
use xdplive_packet::{
    event::Direction,
    flow::{FlowCounters, FlowKey, Sum},
};

use super::{
    State, end, ended_by_itself,
    intake::{Ended, Intake, Sink, Step},
};
use crate::{
    columns::flows::{FlowColumn, FlowRow},
    frame::json::Encoder,
    query::{Query, Since},
    sent::Keeper,
};

/// Conversations that a stream knows at most: 23 MB, where there are so many.
const MOST_CONVERSATIONS: usize = 65_536;

/// See the module's text.
pub(super) struct Flows {
    intake: Intake,
    /// Whoever opens a panel later finds what was sent last.
    keeper: Keeper<Arc<[FlowRow]>>,
    known: Known,
    is_of_interval: bool,
    top: usize,
    encoder: Encoder<FlowColumn>,
    state: State,
}

/// The conversations counted.
struct Known {
    conversations: Conversations,
    /// Whether something was added to them in this interval.
    has_changed: bool,
    /// Whether it has been said that there is no room for more.
    has_warned: bool,
}

impl Sink for Known {
    fn add(&mut self, _interface: &Arc<str>, key: &FlowKey, counters: &FlowCounters) -> bool {
        let has_room = self.conversations.add(*key, *counters);
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
    /// Sends the largest conversations of each interval, or since now.
    pub(super) fn new(
        intake: Intake,
        keeper: Keeper<Arc<[FlowRow]>>,
        columns: Vec<FlowColumn>,
        query: &Query,
    ) -> Self {
        let conversations = Conversations::new(MOST_CONVERSATIONS);
        let known = Known { conversations, has_changed: false, has_warned: false };
        Self {
            intake,
            keeper,
            known,
            is_of_interval: query.since != Some(Since::Start),
            top: query.top,
            encoder: Encoder::new(columns),
            state: State::Running,
        }
    }

    /// The next message; after the last one the status with which the stream ends.
    pub(super) async fn next(mut self) -> Option<(Result<StreamPacket, Status>, Self)> {
        while self.state == State::Running {
            let interval = match self.intake.next(&mut self.known).await {
                Step::Interval(interval) => Some(interval),
                Step::End(interval) => {
                    self.state = State::Ending;
                    interval
                }
                Step::Gone => {
                    self.state = State::Ended;
                    return Some((Err(ended_by_itself()), self));
                }
            };
            // What a panel shows stays as it is.
            if !std::mem::take(&mut self.known.has_changed) {
                continue;
            }
            if let Some(Ended { clock, .. }) = interval {
                let top = largest(self.known.conversations.iter(), self.top);
                let rows: Arc<[FlowRow]> = top.into_iter().map(|one| FlowRow::new(one, clock)).collect();
                if self.is_of_interval {
                    self.known.conversations.clear();
                }
                self.keeper.keep(&[Arc::clone(&rows)]);
                let data = self.encoder.message(&rows);
                return Some((Ok(StreamPacket { data }), self));
            }
        }
        if self.state == State::Ended {
            return None;
        }
        self.state = State::Ended;
        let tally = self.intake.tally();
        Some((Err(end(tally)), self))
    }
}

/// The `most` largest by bytes both ways, the largest first.
fn largest(conversations: impl Iterator<Item = Conversation>, most: usize) -> Vec<Conversation> {
    let order = |one: &Conversation| {
        let (sum, key) = (one.sum(), &one.key);
        let ends = (key.source, key.source_port, key.destination, key.destination_port);
        // Of the same size always the same ones.
        (Reverse(sum.bytes), Reverse(sum.packets), ends, key.protocol, key.vlan, key.ethertype)
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
