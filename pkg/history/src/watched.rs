//! What is kept of interfaces that are counted from the start, whether anybody looks or not: what each group had, by the
//! second, and the flows since the start.
//!
//! | module | holds |
//! |---|---|
//! | `tally` | the second that is being counted |
//! | `second` | one that is over, in as few bytes as it takes |
//! | `since` | the flows since the start |
//! | `past` | seconds as the intervals of a query |

mod past;
mod second;
mod since;
mod tally;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use xdplive_packet::flow::{FlowCounters, FlowKey};
use xdplive_source::{FlowSnapshot, HostId, Lap, Moment, WantedFlows, Window};

use crate::seconds::SECOND;

pub use self::{
    past::{Choice, GroupInterval, GroupsOf},
    second::TOP,
};
use self::{second::Second, since::FlowsSince, tally::Tally};

/// Bytes that the seconds of all interfaces may take together; beyond that the oldest go.
pub const SECONDS_BYTES: usize = 24 << 20;
/// Flows since the start of all interfaces together; beyond that those that have been quiet for longest are forgotten.
pub const FLOWS: usize = 32_768;
/// Bytes that a flow takes, a part of the room beside it among them.
pub const FLOW_BYTES: usize = (size_of::<FlowKey>() + size_of::<FlowCounters>() + 1) * 8 / 7;

/// All interfaces that are or were counted from the start.
#[derive(Debug)]
pub struct Watched {
    interfaces: BTreeMap<String, Kept>,
    /// How long a second is kept, and a flow that is quiet.
    time: Duration,
    /// Bytes of all seconds.
    bytes: usize,
    most_bytes: usize,
}

/// What is kept of one interface.
#[derive(Debug)]
struct Kept {
    name: Arc<str>,
    /// How many count it now.
    runs: usize,
    tally: Tally,
    window: Window,
    seconds: VecDeque<Second>,
    flows: FlowsSince,
    host: HostId,
    /// When the last snapshot was added.
    last: Option<Moment>,
    spent: Spent,
}

/// What it has cost to count an interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Over how long.
    pub over: Duration,
    /// The processor's time to read the tables and to add up what was in them.
    pub cpu: Duration,
}

/// An interface that is counted from the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Its name.
    pub interface: Arc<str>,
    /// Seconds that are kept.
    pub seconds: usize,
    /// Bytes that they take.
    pub bytes: usize,
    /// Flows that are kept.
    pub flows: usize,
    /// What it has cost since it began.
    pub spent: Spent,
}

impl Watched {
    /// Nothing yet, of at most so many seconds.
    #[must_use]
    pub fn new(seconds: usize) -> Self {
        let time = SECOND.saturating_mul(u32::try_from(seconds).unwrap_or(u32::MAX));
        Self { interfaces: BTreeMap::new(), time, bytes: 0, most_bytes: SECONDS_BYTES }
    }

    /// An interface is counted from now on.
    pub fn begin(&mut self, interface: &str) {
        let kept = self.interfaces.entry(interface.to_owned()).or_insert_with(|| Kept::new(interface));
        kept.runs += 1;
    }

    /// An interface is not counted any more. Its seconds stay for as long as others do.
    pub fn end(&mut self, interface: &str) {
        let Some(kept) = self.interfaces.get_mut(interface) else { return };
        kept.runs = kept.runs.saturating_sub(1);
        if kept.runs == 0 {
            *kept = Kept { seconds: std::mem::take(&mut kept.seconds), runs: 0, ..Kept::new(interface) };
        }
    }

    /// Adds what was counted at an interface until `now`; `wanted` knows own traffic.
    pub fn add(&mut self, snapshot: &FlowSnapshot, wanted: &WantedFlows, now: Moment) {
        let flows: usize = self.interfaces.values().map(|kept| kept.flows.len()).sum();
        let Some(kept) = self.interfaces.get_mut(&*snapshot.interface).filter(|kept| kept.runs > 0) else {
            return;
        };
        kept.follow_clock(now);
        let room = FLOWS.saturating_sub(flows - kept.flows.len());
        kept.flows.add_all(&snapshot.taken.entries, room);
        kept.host = snapshot.host.id;
        if let Some(second) = kept.count(snapshot, wanted, now) {
            self.bytes += second.bytes();
            kept.seconds.push_back(second);
            let oldest = u64::try_from(now.wall).unwrap_or(0).saturating_sub(nanoseconds(self.time));
            kept.flows.forget_before(oldest);
            self.forget(now);
        }
    }

    /// Notes what adding has cost.
    pub fn spend(&mut self, interface: &str, cpu: Duration) {
        if let Some(kept) = self.interfaces.get_mut(interface) {
            kept.spent.cpu += cpu;
        }
    }

    /// What was counted of all packets at these interfaces together, by the second, the oldest first; of own traffic, too,
    /// where it is asked for. `None` where one of them was never counted from the start.
    #[must_use]
    pub fn laps(&self, interfaces: &[String], own: bool) -> Option<Vec<Lap>> {
        Some(past::laps(&self.of(interfaces)?, own))
    }

    /// What the groups of a query had in its intervals; `None` as with [`Self::laps`].
    #[must_use]
    pub fn groups(&self, of: &GroupsOf<'_>) -> Option<Vec<GroupInterval>> {
        if !second::knows(of.by) {
            return None;
        }
        Some(past::groups(&self.of(of.interfaces)?, of))
    }

    /// From when on there is something of these interfaces, ms since 1970.
    #[must_use]
    pub fn from(&self, interfaces: &[String]) -> Option<i64> {
        let all = self.of(interfaces)?;
        all.iter().filter_map(|(_, seconds)| seconds.front()).map(Second::begin).min()
    }

    /// Whether all of these interfaces are counted now.
    #[must_use]
    pub fn counts(&self, interfaces: &[String]) -> bool {
        let is_counted = |name: &String| self.interfaces.get(name).is_some_and(|kept| kept.runs > 0);
        !interfaces.is_empty() && interfaces.iter().all(is_counted)
    }

    /// Gives the flows since the start of each of these interfaces to `take`, if all of them are counted now. Returns whether
    /// they are.
    pub fn flows(
        &self,
        interfaces: &[String],
        mut take: impl FnMut(HostId, &Arc<str>, &mut dyn Iterator<Item = (&FlowKey, &FlowCounters)>),
    ) -> bool {
        if !self.counts(interfaces) {
            return false;
        }
        for kept in interfaces.iter().filter_map(|name| self.interfaces.get(name)) {
            take(kept.host, &kept.name, &mut kept.flows.iter());
        }
        true
    }

    /// The interfaces that are counted now.
    #[must_use]
    pub fn states(&self) -> Vec<State> {
        let counted = self.interfaces.values().filter(|kept| kept.runs > 0);
        counted
            .map(|kept| State {
                interface: Arc::clone(&kept.name),
                seconds: kept.seconds.len(),
                bytes: kept.seconds.iter().map(Second::bytes).sum(),
                flows: kept.flows.len(),
                spent: kept.spent,
            })
            .collect()
    }

    /// The seconds of each of these interfaces; `None` where one has never been counted from the start.
    fn of(&self, interfaces: &[String]) -> Option<Vec<(&Arc<str>, &VecDeque<Second>)>> {
        let kept = |name: &String| self.interfaces.get(name).map(|kept| (&kept.name, &kept.seconds));
        interfaces.iter().map(kept).collect::<Option<Vec<_>>>().filter(|all| !all.is_empty())
    }

    /// Takes away what is too old at `now`, and the oldest of what is too much.
    fn forget(&mut self, now: Moment) {
        loop {
            let is_old = |second: &Second| now.since(second.at) > self.time;
            let oldest = self.interfaces.values_mut().filter(|kept| !kept.seconds.is_empty());
            let Some(kept) = oldest.min_by_key(|kept| kept.seconds.front().map(|second| second.at.steady))
            else {
                break;
            };
            let due = |second: &mut Second| is_old(second) || self.bytes > self.most_bytes;
            let Some(second) = kept.seconds.pop_front_if(due) else { break };
            self.bytes -= second.bytes();
        }
        self.interfaces.retain(|_, kept| kept.runs > 0 || !kept.seconds.is_empty());
    }
}

impl Kept {
    fn new(name: &str) -> Self {
        Self {
            name: Arc::from(name),
            runs: 0,
            tally: Tally::default(),
            window: Window::new(SECOND),
            seconds: VecDeque::new(),
            flows: FlowsSince::default(),
            host: HostId::ONLY,
            last: None,
            spent: Spent::default(),
        }
    }

    /// Adds a snapshot to the second that is being counted. Returns that second, where it is over.
    fn count(&mut self, snapshot: &FlowSnapshot, wanted: &WantedFlows, now: Moment) -> Option<Second> {
        let taken = &snapshot.taken;
        self.tally.add(taken, |key| wanted.is_own(key));
        self.spent.cpu += snapshot.cpu;
        self.spent.over += Duration::from_nanos(taken.to.saturating_sub(taken.from));
        if !self.window.take(taken) {
            return None;
        }
        let span = self.window.advance()?;
        let at = Moment { wall: i64::try_from(span.to).unwrap_or(i64::MAX), ..now };
        Some(self.tally.finish(at, Duration::from_nanos(span.to.saturating_sub(span.from))))
    }

    /// Where the wall clock was set since the last snapshot, seconds before get the times that it would have given them.
    fn follow_clock(&mut self, now: Moment) {
        if let Some(step) = self.last.replace(now).and_then(|last| now.set_since(last)) {
            self.seconds.iter_mut().for_each(|second| second.at.wall = second.at.wall.saturating_add(step));
        }
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
