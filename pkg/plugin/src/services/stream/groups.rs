//! The groups of each interval.

use std::sync::Arc;

use xdplive_capture::source::{self, GroupBy};
use xdplive_packet::{
    event::Direction,
    flow::{FlowCounters, FlowKey, Sum},
};

use super::{
    intake::{Ended, Sink},
    tables::Tabulate,
};
use crate::{
    columns::rates::CountRow,
    groups::{self, Steady},
    query::Query,
};

/// Groups of one interval at most; what comes beyond is in no group. 7.5 MB for each stream, where there are so many.
const MOST_GROUPS: usize = 65_536;

/// What is counted of groups.
pub(super) struct Groups {
    sums: source::Groups,
    choice: Choice,
    size: fn(&Sum) -> u64,
}

/// Which groups are shown.
enum Choice {
    /// The largest of each interval, so many at most.
    Each(usize),
    /// Those that were largest for a while.
    Steady(Steady),
}

impl Sink for Groups {
    fn add(&mut self, interface: &Arc<str>, key: &FlowKey, counters: &FlowCounters) -> bool {
        self.sums.add(interface, key, counters.sum);
        true
    }

    fn add_other(&mut self, interface: &Arc<str>, direction: Direction, sum: &Sum) -> bool {
        self.sums.add_other(interface, direction, *sum);
        true
    }

    fn add_tcp_flags(&mut self, flags: &[Sum; 8]) {
        self.sums.add_tcp_flags(flags);
    }
}

impl Groups {
    /// The largest groups of each interval by itself.
    pub(super) fn of_each(query: &Query) -> Self {
        Self::new(query, Choice::Each(query.top))
    }

    /// Groups that stay for a while, for a line each.
    pub(super) fn steady(query: &Query) -> Self {
        Self::new(query, Choice::Steady(Steady::new(query.top)))
    }

    fn new(query: &Query, choice: Choice) -> Self {
        // Without a group it would not have come here.
        let by = query.group_by.unwrap_or(GroupBy::Protocol);
        Self { sums: source::Groups::new(by, MOST_GROUPS), choice, size: groups::size(query.measure) }
    }
}

impl Tabulate for Groups {
    type Row = CountRow;

    fn rows(&mut self, Ended { time, length, .. }: Ended) -> Arc<[CountRow]> {
        let rows = match &mut self.choice {
            Choice::Each(top) => groups::counts(&self.sums.top(*top, self.size), time, length),
            Choice::Steady(steady) => {
                let (sums, other) = self.sums.take();
                groups::series(&steady.next(sums, other, self.size), time, length)
            }
        };
        rows.into()
    }
}
