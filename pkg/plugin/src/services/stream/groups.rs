//! A stream of grouped rates that is being sent: all groups of one interval after the other.

use std::sync::Arc;

use grafana_plugin_sdk::pluginv2::StreamPacket;
use tonic::Status;
use xdplive_capture::source::{self, GroupBy};
use xdplive_packet::{
    event::Direction,
    flow::{FlowCounters, FlowKey, Sum},
};

use super::{
    State, end, ended_by_itself,
    intake::{Ended, Intake, Sink, Step},
};
use crate::{
    columns::{Column, rates::CountRow},
    frame::json::Encoder,
    groups::{self, Steady},
    query::Query,
    sent::Keeper,
};

/// Groups of one interval at most; what comes beyond is in no group. 7.5 MB for each stream, where there are so many.
const MOST_GROUPS: usize = 65_536;

/// See the module's text.
pub(super) struct Groups<C> {
    intake: Intake,
    /// Whoever opens a panel later finds what was sent.
    keeper: Keeper<Arc<[CountRow]>>,
    sums: Sums,
    choice: Choice,
    encoder: Encoder<C>,
    size: fn(&Sum) -> u64,
    state: State,
}

/// Which groups are shown.
enum Choice {
    /// The largest of each interval, so many at most.
    Each(usize),
    /// Those that were largest for a while.
    Steady(Steady),
}

/// What is counted of groups.
struct Sums(source::Groups);

impl Sink for Sums {
    fn add(&mut self, interface: &Arc<str>, key: &FlowKey, counters: &FlowCounters) -> bool {
        self.0.add(interface, key, counters.sum);
        true
    }

    fn add_other(&mut self, interface: &Arc<str>, direction: Direction, sum: &Sum) -> bool {
        self.0.add_other(interface, direction, *sum);
        true
    }

    fn add_tcp_flags(&mut self, flags: &[Sum; 8]) {
        self.0.add_tcp_flags(flags);
    }
}

impl<C: Column<Rows = [CountRow]>> Groups<C> {
    /// The largest groups of each interval by itself.
    pub(super) fn of_each(
        intake: Intake,
        keeper: Keeper<Arc<[CountRow]>>,
        columns: Vec<C>,
        query: &Query,
    ) -> Self {
        Self::new(intake, keeper, columns, query, Choice::Each)
    }

    /// Groups that stay for a while, for a line each.
    pub(super) fn steady(
        intake: Intake,
        keeper: Keeper<Arc<[CountRow]>>,
        columns: Vec<C>,
        query: &Query,
    ) -> Self {
        Self::new(intake, keeper, columns, query, |top| Choice::Steady(Steady::new(top)))
    }

    fn new(
        intake: Intake,
        keeper: Keeper<Arc<[CountRow]>>,
        columns: Vec<C>,
        query: &Query,
        choice: impl FnOnce(usize) -> Choice,
    ) -> Self {
        // Without a group it would not have come here.
        let by = query.group_by.unwrap_or(GroupBy::Protocol);
        Self {
            intake,
            keeper,
            sums: Sums(source::Groups::new(by, MOST_GROUPS)),
            choice: choice(query.top),
            encoder: Encoder::new(columns),
            size: groups::size(query.measure),
            state: State::Running,
        }
    }

    /// The next message; after the last one the status with which the stream ends.
    pub(super) async fn next(mut self) -> Option<(Result<StreamPacket, Status>, Self)> {
        while self.state == State::Running {
            let interval = match self.intake.next(&mut self.sums).await {
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
            let rows = interval.map(|interval| self.rows(interval)).unwrap_or_default();
            // A message without rows is none.
            if !rows.is_empty() {
                let rows: Arc<[CountRow]> = rows.into();
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

    fn rows(&mut self, Ended { time, length, .. }: Ended) -> Vec<CountRow> {
        match &mut self.choice {
            Choice::Each(top) => groups::counts(&self.sums.0.top(*top, self.size), time, length),
            Choice::Steady(steady) => {
                let (sums, other) = self.sums.0.take();
                groups::series(&steady.next(sums, other, self.size), time, length)
            }
        }
    }
}
