//! A stream as the control thread knows it, and what has become of its packets.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use xdplive_packet::{accounting::SlotCounters, event::Direction, flow::Sum};
use xdplive_source::{
    Counted, Counts, DirectionCounts, GONE, Handled, InterfaceNumber, Moment, Queue, Request,
};

use super::generations::{self, Membership, slot};
use crate::clock;

/// Interfaces that have gone and are still told apart in a stream that is asked for each of them.
const TOLD_APART: usize = 4096;

/// A stream, running or ended.
pub struct Stream {
    /// What it is to have.
    pub request: Request,
    /// Where its rows go.
    pub queue: Arc<Queue>,
    /// When the last generation that it was part of ended.
    pub ended: Moment,
    /// The interfaces it is part of, and those that it has been, while they are watched.
    pub joined: BTreeSet<String>,
    /// What was counted for it in generations that have ended.
    counted: BTreeMap<(InterfaceNumber, Direction), Sums>,
    /// The same of interfaces that are watched no more, for who is asked for each of them.
    apart: Vec<(Arc<str>, InterfaceNumber, Counted)>,
}

/// Sums over generations.
#[derive(Clone, Copy, Default)]
struct Sums {
    /// Packets that the hook saw.
    seen: u64,
    slot: SlotCounters,
}

impl Sums {
    fn counted(&self) -> Counted {
        let SlotCounters { matched, thinned, lost, segments, bytes } = self.slot;
        Counted { seen: self.seen, matched, thinned, lost, segments, bytes }
    }
}

impl Stream {
    /// A stream that is part of nothing yet.
    pub fn new(request: Request, queue: Arc<Queue>) -> Self {
        let (joined, counted, apart) = (BTreeSet::new(), BTreeMap::new(), Vec::new());
        Self { request, queue, ended: clock::now(), joined, counted, apart }
    }

    /// Whether it has rows; its packets are only counted otherwise.
    pub fn has_rows(&self) -> bool {
        self.request.has_rows()
    }

    /// Adds what was counted in one generation of an interface that it was part of.
    pub fn add(&mut self, interface: InterfaceNumber, counts: &generations::Counts, member: &Membership) {
        for direction in &member.directions {
            let counted = self.counted.entry((interface, *direction)).or_default();
            counted.seen += counts.hook(*direction).seen;
            if let Some(more) = slot(counts, member.slot, *direction) {
                counted.slot += more;
            }
        }
    }

    /// An interface is watched no more, and its number may be another's: what was counted there stays part of the sums.
    pub fn forget(&mut self, interface: InterfaceNumber, name: &str) {
        if !self.joined.remove(name) {
            return;
        }
        let tells = self.request.wanted.as_ref().is_some_and(|wanted| wanted.header_bytes);
        if tells && self.apart.len() < TOLD_APART {
            self.apart.push((Arc::from(name), interface, self.counted_at(interface)));
        } else {
            self.queue.fold(interface);
        }
        for direction in Direction::ALL {
            if let Some(Sums { seen, slot }) = self.counted.remove(&(interface, direction)) {
                let sum = self.counted.entry((GONE, direction)).or_default();
                sum.seen += seen;
                sum.slot += slot;
            }
        }
    }

    /// What was counted of each direction, over all interfaces, in generations that have ended.
    pub fn counted_by_direction(&self) -> DirectionCounts {
        let mut sums = DirectionCounts::default();
        for ((_, direction), counted) in &self.counted {
            for (other, sum) in Direction::ALL.iter().zip(&mut sums) {
                if other == direction {
                    let SlotCounters { matched, segments, bytes, .. } = counted.slot;
                    *sum += Sum { packets: matched, segments, bytes };
                }
            }
        }
        sums
    }

    /// What was counted over all interfaces and directions.
    pub fn counted(&self) -> Counted {
        sum(self.counted.values())
    }

    /// What was counted at each interface in both directions; `name` gives the names of those that are watched.
    pub fn by_interface(
        &self,
        name: impl Fn(InterfaceNumber) -> Option<Arc<str>>,
    ) -> Vec<(Arc<str>, InterfaceNumber, Counted)> {
        let mut numbers: Vec<InterfaceNumber> = self.counted.keys().map(|(number, _)| *number).collect();
        numbers.dedup();
        let watched =
            numbers.into_iter().filter_map(|number| Some((name(number)?, number, self.counted_at(number))));
        self.apart.iter().cloned().chain(watched).collect()
    }

    fn counted_at(&self, interface: InterfaceNumber) -> Counted {
        sum(self.counted.iter().filter(|((at, _), _)| *at == interface).map(|(_, sums)| sums))
    }

    /// What has become of the packets of one interface and direction. `handled` is what became of the rows, taken
    /// before `running`, what the kernel has counted in generations that have not ended.
    pub fn counts(
        &self,
        interface: InterfaceNumber,
        direction: Direction,
        handled: &Handled,
        running: SlotCounters,
    ) -> Counts {
        let mut sums = self.counted.get(&(interface, direction)).copied().unwrap_or_default();
        sums.slot += running;
        let SlotCounters { matched, thinned, lost, segments, bytes } = sums.slot;
        Counts {
            matched,
            segments,
            bytes,
            thinned: thinned + handled.thinned.of(interface, direction),
            lost_ring: lost,
            lost_queue: handled.lost.of(interface, direction),
            lost_network: 0,
            closed: handled.closed.of(interface, direction),
            delivered: handled.delivered.of(interface, direction),
        }
    }
}

fn sum<'a>(sums: impl Iterator<Item = &'a Sums>) -> Counted {
    sums.fold(Counted::default(), |sum, one| {
        let one = one.counted();
        Counted {
            seen: sum.seen + one.seen,
            matched: sum.matched + one.matched,
            thinned: sum.thinned + one.thinned,
            lost: sum.lost + one.lost,
            segments: sum.segments + one.segments,
            bytes: sum.bytes + one.bytes,
        }
    })
}
