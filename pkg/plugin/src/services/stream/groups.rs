//! The groups of each interval.

use std::{collections::BTreeSet, sync::Arc};

use xdplive_packet::{
    event::Direction,
    flow::{FlowCounters, FlowKey, Sum},
};
use xdplive_source::{
    GroupBy, Groups as Counted, Host, Lone, Place, Source, Sums, Top, Unanswered, names_of,
};

use super::{
    intake::{Ended, Sink},
    tables::Tabulate,
};
use crate::{
    attribution::Attribution,
    columns::rates::CountRow,
    groups::{self, Steady},
    naming::Naming,
    query::{Measure, Query},
    utilisation::{LinkSpeeds, has_no_other, is_of_busier},
};

/// Groups of one interval at most; what comes beyond is in no group. 7.5 MB for each stream, where there are so many.
const MOST_GROUPS: usize = 65_536;

/// What is counted of groups.
pub(super) struct Groups {
    source: Arc<dyn Source>,
    query: Query,
    sums: Counted,
    /// Those of packets that are sent, counted apart where of each group the busier direction is shown.
    sent: Option<Counted>,
    /// Those that have counted.
    hosts: BTreeSet<Host>,
    choice: Choice,
    size: fn(&Sum) -> u64,
    /// Requests without an answer, where they are what is measured.
    unanswered: Option<Unanswered<At>>,
    /// Who knows the names of hosts, where groups are of names.
    naming: Option<Naming>,
    /// Who knows processes, where groups are of them.
    attribution: Option<Attribution>,
}

/// Where a flow was counted: the machine and the interface.
type At = (Host, Arc<str>);

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

    fn add(&mut self, host: &Host, interface: &Arc<str>, key: &FlowKey, counters: &FlowCounters) -> bool {
        if let Some(sum) = groups::counted(self.query.measure, key, counters) {
            self.count(host, interface, key, sum);
        }
        true
    }

    fn hear(
        &mut self,
        host: &Host,
        interface: &Arc<str>,
        key: &FlowKey,
        counters: &FlowCounters,
        is_wanted: bool,
    ) -> u64 {
        let Some(unanswered) = &mut self.unanswered else { return 0 };
        unanswered.add(&(host.clone(), Arc::clone(interface)), key, counters, is_wanted)
    }

    fn add_other(&mut self, host: &Host, interface: &Arc<str>, direction: Direction, sum: &Sum) -> bool {
        // Nobody knows what TCP there was among them.
        if self.query.measure.is_of_tcp() {
            return false;
        }
        self.sums_of(direction).add_other(Place { host: &host.name, interface }, direction, *sum);
        true
    }

    fn add_tcp_flags(&mut self, flags: &[Sum; 8]) {
        if !self.query.measure.is_of_tcp() {
            self.sums.add_tcp_flags(flags);
        }
    }
}

impl Groups {
    /// The largest groups of each interval by itself.
    pub(super) fn of_each(query: &Query, source: Arc<dyn Source>, naming: Option<Naming>) -> Self {
        Self::new(query, source, Choice::Each(query.top), naming)
    }

    /// Groups that stay for a while, for a line each.
    pub(super) fn steady(query: &Query, source: Arc<dyn Source>, naming: Option<Naming>) -> Self {
        Self::new(query, source, Choice::Steady(Steady::new(query.top)), naming)
    }

    fn new(query: &Query, source: Arc<dyn Source>, choice: Choice, naming: Option<Naming>) -> Self {
        // Without a group it would not have come here.
        let by = query.group_by.unwrap_or(GroupBy::Protocol);
        Self {
            source,
            sums: Counted::new(by, MOST_GROUPS),
            sent: is_of_busier(query).then(|| Counted::new(by, MOST_GROUPS)),
            hosts: BTreeSet::new(),
            choice,
            size: groups::size(query.measure),
            unanswered: (query.measure == Measure::Unanswered).then(|| Unanswered::new(MOST_GROUPS)),
            naming,
            attribution: None,
            query: query.clone(),
        }
    }

    /// The same with who knows processes.
    pub(super) fn with(self, attribution: Option<Attribution>) -> Self {
        Self { attribution, ..self }
    }

    /// Adds requests to their groups that have had no answer by now.
    fn add_unanswered(&mut self) {
        let lone = self.unanswered.as_mut().map(Unanswered::advance).unwrap_or_default();
        for Lone { place: (host, interface), key, requests, .. } in lone {
            self.count(&host, &interface, &key, Sum { packets: requests, segments: requests, bytes: 0 });
        }
    }

    /// Adds what is counted of a flow to its group.
    fn count(&mut self, host: &Host, interface: &Arc<str>, key: &FlowKey, sum: Sum) {
        let known = self.attribution.as_ref().map(|attribution| attribution.known(host.id, *key));
        let key = known.as_ref().unwrap_or(key);
        self.sums_of(key.direction()).add(Place { host: &host.name, interface }, key, sum);
    }

    fn sums_of(&mut self, direction: Direction) -> &mut Counted {
        match &mut self.sent {
            Some(sent) if direction == Direction::Out => sent,
            _ => &mut self.sums,
        }
    }
}

/// All groups of the interval, and what is in none; of each the busier direction, where they are counted apart.
fn take(sums: &mut Counted, sent: Option<&mut Counted>) -> (Sums, Sum) {
    let (mut sums, other) = sums.take();
    let Some(sent) = sent else { return (sums, other) };
    let (sent, other_sent) = sent.take();
    for (group, sum) in sent {
        let most = sums.entry(group).or_default();
        *most = busier(*most, sum);
    }
    (sums, busier(other, other_sent))
}

fn busier(one: Sum, other: Sum) -> Sum {
    if other.bytes > one.bytes { other } else { one }
}

impl Tabulate for Groups {
    type Row = CountRow;

    fn rows(&mut self, Ended { time, length }: Ended) -> Arc<[CountRow]> {
        self.add_unanswered();
        let host = names_of(&self.hosts);
        let (mut sums, other) = take(&mut self.sums, self.sent.as_mut());
        if let Some(naming) = &self.naming {
            sums = naming.now().by_name(sums);
        }
        if let Some((attribution, by)) = self.attribution.as_ref().zip(self.query.group_by) {
            sums = attribution.by_process(sums, by);
        }
        let rows = match &mut self.choice {
            Choice::Each(top) => groups::counts(&host, &Top::of(sums, other, *top, self.size), time, length),
            Choice::Steady(steady) => {
                let mut shown = steady.next(sums, other, self.size);
                if has_no_other(&self.query) {
                    shown.other = None;
                }
                let speeds = LinkSpeeds::of(&self.query, &*self.source);
                groups::series(&host, &shown, (time, length), |group| speeds.of_group(group))
            }
        };
        rows.into()
    }
}
