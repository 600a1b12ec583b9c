//! One interface being watched: what it is like, and the streams that are part of it.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use xdplive_filter::Environment;
use xdplive_packet::{LinkType, event::Direction};
use xdplive_source::{Host, InForce, Interface, InterfaceNumber, InterfaceState, LeftOut, Request, StreamId};

use super::{
    flow_server::Overflow,
    generations::{Counts, Generation, Members},
    slots::Slots,
    way::{Way, Wish},
};

/// A watched interface. It lives on while the interface is away, for those who asked for it by name.
pub struct Tap {
    /// The host.
    pub host: Host,
    /// The interface's name.
    pub name: Arc<str>,
    /// Its number with us.
    pub number: InterfaceNumber,
    /// Where it is now; none while there is no interface of this name.
    pub there: Option<There>,
    /// Whether it is an uplink, or was when it was last there.
    pub uplink: bool,
    /// By [`Direction`].
    pub ways: [Way; Direction::ALL.len()],
    /// The slots of the next generation.
    pub slots: Slots,
    /// Streams that are to be in the next generation.
    pub wanted: Members,
    /// Which flows are to be counted in the next generation: bits of [`xdplive_packet::accounting::flows`].
    pub flows: u32,
    /// The generation in force.
    pub current: Option<Generation>,
    /// Generations that are out of force, and of which it is not known yet what they counted.
    pub past: Vec<Generation>,
    /// What has been counted in the generations that have ended, by [`Direction`].
    pub passed: [Passed; Direction::ALL.len()],
    /// What the table of flows has had no room for.
    pub flow_overflow: Arc<Overflow>,
    /// Streams for which there is no slot.
    pub left_out: BTreeMap<StreamId, String>,
    /// Why the next generation cannot begin.
    pub trouble: Option<String>,
    /// What was last said of a direction.
    pub reported: [Option<String>; Direction::ALL.len()],
    /// Since when there has been no stream.
    pub idle_since: Instant,
}

/// An interface that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct There {
    /// Its index.
    pub index: u32,
    /// How its frames begin.
    pub link: LinkType,
    /// The longest IP packet that it takes, bytes.
    pub mtu: u32,
    /// What filters may depend on.
    pub environment: Environment,
    /// See [`Interface::uplink`].
    pub uplink: bool,
}

impl There {
    /// What matters of an interface; none where its packets cannot be read.
    #[must_use]
    pub fn of(interface: &Interface) -> Option<Self> {
        let link = interface.link.layout()?;
        let environment = Environment { broadcasts: interface.broadcasts() };
        Some(Self { index: interface.index, link, mtu: interface.mtu, environment, uplink: interface.uplink })
    }
}

/// What remains of generations and streams that have ended.
#[derive(Clone, Copy, Debug, Default)]
pub struct Passed {
    /// Packets seen in earlier generations.
    pub seen: u64,
    /// Those of them that were own traffic.
    pub own: u64,
    /// What streams that have ended had counted.
    pub streams: xdplive_source::Counts,
}

impl Tap {
    /// Nobody watches it yet.
    #[must_use]
    pub fn new(host: Host, name: &str, number: InterfaceNumber) -> Self {
        Self {
            host,
            name: Arc::from(name),
            number,
            there: None,
            uplink: false,
            ways: Direction::ALL.map(Way::new),
            slots: Slots::default(),
            wanted: Members::new(),
            flows: 0,
            current: None,
            past: Vec::new(),
            passed: Default::default(),
            flow_overflow: Arc::default(),
            left_out: BTreeMap::new(),
            trouble: None,
            reported: Default::default(),
            idle_since: Instant::now(),
        }
    }

    /// Remembers what is there now.
    pub fn set_there(&mut self, there: Option<There>) {
        self.uplink = there.as_ref().map_or(self.uplink, |there| there.uplink);
        self.there = there;
    }

    /// Whether no stream is part of it, or is to be.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.wanted.is_empty()
            && self.left_out.is_empty()
            && self.current.as_ref().is_none_or(|current| current.members.is_empty())
    }

    /// The state of one direction.
    #[must_use]
    pub fn way(&self, direction: Direction) -> &Way {
        let [received, sent] = &self.ways;
        match direction {
            Direction::In => received,
            Direction::Out => sent,
        }
    }

    /// The same to be changed.
    pub fn way_mut(&mut self, direction: Direction) -> &mut Way {
        let [received, sent] = &mut self.ways;
        match direction {
            Direction::In => received,
            Direction::Out => sent,
        }
    }

    /// What people see of one direction, and why; none where nobody has asked for it.
    #[must_use]
    pub fn state(&self, direction: Direction, now: Instant) -> Option<(InterfaceState, String)> {
        let (state, reason) = self.way(direction).state(self.there.is_some(), now)?;
        match (&self.trouble, state) {
            (Some(trouble), InterfaceState::Attached | InterfaceState::Attaching) => {
                Some((InterfaceState::Refused, trouble.clone()))
            }
            _ => Some((state, reason)),
        }
    }

    /// Whether nothing is on its way in these directions.
    #[must_use]
    pub fn is_decided(&self, directions: &[Direction]) -> bool {
        self.there.is_none() || directions.iter().all(|direction| !self.way(*direction).is_attaching())
    }

    /// What is in force.
    pub fn in_force(&self) -> impl Iterator<Item = InForce> {
        self.ways.iter().filter_map(|way| {
            let attachment = way.attachment()?;
            Some(InForce {
                host: self.host.clone(),
                interface: self.name.to_string(),
                hook: attachment.hook,
                reason: attachment.reason.clone(),
                expected: attachment.expected,
            })
        })
    }

    /// What is not in force of these directions.
    pub fn left_out(&self, directions: &[Direction], now: Instant) -> impl Iterator<Item = LeftOut> {
        directions.iter().filter_map(move |direction| {
            let (state, reason) = self.state(*direction, now)?;
            let interface = self.name.to_string();
            let (host, direction) = (self.host.clone(), *direction);
            (state != InterfaceState::Attached).then_some(LeftOut {
                host,
                interface,
                direction,
                state,
                reason,
            })
        })
    }

    /// Adds what an ended generation counted, whatever slots want.
    pub fn add(&mut self, counts: &Counts) {
        for (direction, passed) in Direction::ALL.into_iter().zip(&mut self.passed) {
            let hook = counts.hook(direction);
            passed.seen += hook.seen;
            passed.own += hook.own;
        }
    }

    /// The generations of which it is not known for good yet what they counted, the oldest first.
    pub fn running(&mut self) -> impl Iterator<Item = &mut Generation> {
        self.past.iter_mut().chain(&mut self.current)
    }
}

/// What a request asks of a direction.
#[must_use]
pub fn wish(request: &Request) -> Wish {
    Wish { choice: request.hook, owner: request.label.owner.clone() }
}
