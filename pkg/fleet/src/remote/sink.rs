//! Where what comes for a lease goes: rows in one order into a queue, or flows into another.

use std::{collections::HashMap, sync::Arc};

use tokio::time::Instant;
use xdplive_source::{
    Batch, Counted, FlowQueue, Host, Hosts, InterfaceNumber, Missed, Order, Queue, RowCounts, Thinner,
    WallClock,
};

use super::{drops::DropSink, parts::Parts, run::Run, turns::Turns};
use crate::{
    clock,
    wire::{Drops, Ended, FlowsPart, Rows},
};

/// What was counted at one interface of one host.
pub(super) type OfInterface = (usize, Arc<str>, Counted);

/// Where what comes for a lease goes.
pub(super) enum Sink {
    /// Rows of all hosts, in the order of their times; kept to a limit here where there are more hosts than rows a second,
    /// because no host's share is less than one.
    Rows { order: Box<Order>, queue: Arc<Queue>, kept_to: Option<Box<(Thinner, Turns)>> },
    /// Dropped packets of all hosts.
    Drops(Box<DropSink>),
    /// Flows of all hosts.
    Flows { queue: Arc<FlowQueue>, parts: HashMap<usize, Parts> },
}

impl Sink {
    pub(super) fn rows(queue: Arc<Queue>, hosts: Arc<Hosts>) -> Self {
        Self::Rows { order: Box::new(Order::new(hosts)), queue, kept_to: None }
    }

    /// Keeps all hosts together to so many rows a second, or leaves that to their shares.
    pub(super) fn keep_to(&mut self, limit: Option<u32>) {
        if let Self::Rows { kept_to, .. } = self
            && limit.is_some() != kept_to.is_some()
        {
            *kept_to = limit.map(|limit| Box::new((Thinner::new(limit), Turns::default())));
        }
    }

    pub(super) fn flows(queue: Arc<FlowQueue>) -> Self {
        queue.begin();
        Self::Flows { queue, parts: HashMap::new() }
    }

    /// Takes rows that `run` brought from `host`, whose clock is `ahead` nanoseconds ahead.
    pub(super) fn take_rows(&mut self, host: &Host, run: &mut Run, rows: Rows, ahead: i64) {
        let Self::Rows { order, .. } = self else { return };
        for (number, name) in &rows.names {
            run.name(*number, name, host);
        }
        let batch = rows.batch(Arc::clone(&run.names), WallClock::ahead_by(ahead.saturating_neg()));
        order.add(usize::from(host.id.number()), &batch, Instant::now());
    }

    /// Takes flows of `host`.
    pub(super) fn take_flows(&mut self, host: &Host, part: FlowsPart, ahead: i64) {
        let Self::Flows { queue, parts } = self else { return };
        let mut missed = Missed::default();
        let parts = parts.entry(usize::from(host.id.number())).or_default();
        for snapshot in parts.add(part, host, ahead, &mut missed) {
            queue.push(Arc::new(snapshot));
        }
        if missed != Missed::default() {
            queue.miss(&missed);
        }
    }

    /// Takes dropped packets of `host`, which has sent so many rows so far.
    pub(super) fn take_drops(&mut self, host: &Host, drops: Drops, sent: u64, ahead: i64) {
        if let Self::Drops(sink) = self {
            sink.take(host, drops, sent, ahead);
        }
    }

    /// A host's run has ended, and has come to this.
    pub(super) fn settle(&mut self, place: usize, all: &Ended) {
        if let Self::Drops(sink) = self {
            sink.settle(place, all);
        }
    }

    /// A host's run has begun anew: what comes now is not the rest of what came before.
    pub(super) fn begin_anew(&mut self, place: usize) {
        match self {
            Self::Flows { parts, .. } => _ = parts.remove(&place),
            Self::Drops(sink) => sink.begin_anew(place),
            Self::Rows { .. } => {}
        }
    }

    /// Hands on the rows that have been held back long enough.
    pub(super) fn hand_on(&mut self) {
        if let Self::Rows { order, queue, kept_to } = self
            && let Some(batch) = order.take(Instant::now())
        {
            push(queue, kept_to, batch);
        }
        if let Self::Drops(sink) = self {
            sink.hand_on(clock::now());
        }
    }

    /// Hands on all rows, and what was counted: the end.
    pub(super) fn close(self, counted: Counted, by_interface: Vec<OfInterface>, now: xdplive_source::Moment) {
        match self {
            Self::Rows { mut order, queue, mut kept_to } => {
                if let Some(batch) = order.take_all() {
                    push(&queue, &mut kept_to, batch);
                }
                let itemised: Vec<(Arc<str>, InterfaceNumber, Counted)> = by_interface
                    .into_iter()
                    .map(|(part, name, counted)| {
                        let number = order.number_of(part, &name);
                        let number = number.unwrap_or_else(|| order.new_number(&name));
                        (name, number, counted)
                    })
                    .collect();
                queue.itemise(itemised);
                queue.end_at(now);
                queue.close(counted);
            }
            Self::Drops(sink) => sink.close(now),
            Self::Flows { queue, .. } => queue.close(),
        }
    }
}

fn push(queue: &Queue, kept_to: &mut Option<Box<(Thinner, Turns)>>, batch: Batch) {
    match kept_to.as_deref_mut() {
        Some((thinner, turns)) => {
            let (batch, thinned) = batch.sift(|row| {
                let host = row.origin.host;
                let passes = turns.is_next(host, row.event.time) && thinner.pass(&row.event);
                if passes {
                    turns.take(host);
                }
                passes
            });
            queue.push(batch.counted(), &thinned);
        }
        None => queue.push(batch, &RowCounts::default()),
    }
}
