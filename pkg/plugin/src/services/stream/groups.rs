//! The groups of each interval.

use std::{collections::BTreeSet, sync::Arc};

use xdplive_packet::{
    event::Direction,
    flow::{FlowCounters, FlowKey, Sum},
};
use xdplive_source::{GroupBy, Groups as Sums, Host, HostId, names_of};

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
    sums: Sums,
    /// Those that have counted.
    hosts: BTreeSet<Host>,
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
    fn add_host(&mut self, host: &Host) {
        if !self.hosts.contains(host) {
            self.hosts.insert(host.clone());
        }
    }

    fn add(&mut self, _host: HostId, interface: &Arc<str>, key: &FlowKey, counters: &FlowCounters) -> bool {
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
        let sums = Sums::new(by, MOST_GROUPS);
        Self { sums, hosts: BTreeSet::new(), choice, size: groups::size(query.measure) }
    }
}

impl Tabulate for Groups {
    type Row = CountRow;

    fn rows(&mut self, Ended { time, length }: Ended) -> Arc<[CountRow]> {
        let host = names_of(&self.hosts);
        let rows = match &mut self.choice {
            Choice::Each(top) => groups::counts(&host, &self.sums.top(*top, self.size), time, length),
            Choice::Steady(steady) => {
                let (sums, other) = self.sums.take();
                groups::series(&host, &steady.next(sums, other, self.size), time, length)
            }
        };
        rows.into()
    }
}
