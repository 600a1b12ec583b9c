//! A stream as the control thread knows it, and what has become of its packets.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use xdplive_packet::{accounting::SlotCounters, event::Direction, flow::Sum};

use super::{capture::Membership, maps};
use crate::{
    queue::{Counted, Handled, Queue},
    reader::RingNumber,
    source::{Counts, DirectionCounts, Request},
};

/// A stream, running or ended.
pub struct Stream {
    /// What it is to have.
    pub request: Request,
    /// Where its rows go.
    pub queue: Arc<Queue>,
    /// The captures it is, or has been, part of.
    pub joined: BTreeSet<String>,
    /// What was counted for it in generations that have ended.
    counted: BTreeMap<(RingNumber, Direction), Sums>,
}

/// Sums over generations.
#[derive(Clone, Copy, Default)]
struct Sums {
    /// Packets that the hook saw.
    seen: u64,
    slot: SlotCounters,
}

impl Sums {
    fn add(&mut self, slot: Option<&SlotCounters>) {
        if let Some(slot) = slot {
            maps::add_slot(&mut self.slot, slot);
        }
    }
}

impl Stream {
    /// A stream that is part of nothing yet.
    pub fn new(request: Request, queue: Arc<Queue>) -> Self {
        Self { request, queue, joined: BTreeSet::new(), counted: BTreeMap::new() }
    }

    /// Whether it has rows; its packets are only counted otherwise.
    pub fn has_rows(&self) -> bool {
        self.request.has_rows()
    }

    /// Adds what was counted in one generation of a capture that it was part of.
    pub fn add(&mut self, ring: RingNumber, counts: &maps::Counts, membership: &Membership) {
        for (direction, hook) in Direction::ALL.into_iter().zip(counts) {
            if membership.directions.contains(&direction) {
                let counted = self.counted.entry((ring, direction)).or_default();
                counted.seen += hook.seen;
                counted.add(membership.slot_of(&hook.slots));
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

    /// What was counted at one interface in both directions.
    pub fn counted_at(&self, ring: RingNumber) -> Counted {
        sum(self.counted.iter().filter(|((at, _), _)| *at == ring).map(|(_, sums)| sums))
    }

    /// What has become of the packets of one interface and direction. `handled` is what became of the rows, taken
    /// before `running`, what the kernel has counted in the generation in force.
    pub fn counts(
        &self,
        ring: RingNumber,
        direction: Direction,
        handled: &Handled,
        running: Option<&SlotCounters>,
    ) -> Counts {
        let mut sums = self.counted.get(&(ring, direction)).copied().unwrap_or_default();
        sums.add(running);
        let Sums { slot: SlotCounters { matched, thinned, lost, segments, bytes }, .. } = sums;
        Counts {
            matched,
            segments,
            bytes,
            thinned: thinned + handled.thinned.of(ring, direction),
            lost_ring: lost,
            lost_queue: handled.lost.of(ring, direction),
            delivered: handled.delivered.of(ring, direction),
        }
    }
}

fn sum<'a>(sums: impl Iterator<Item = &'a Sums>) -> Counted {
    sums.fold(Counted::default(), |sum, one| Counted {
        seen: sum.seen + one.seen,
        matched: sum.matched + one.slot.matched,
        thinned: sum.thinned + one.slot.thinned,
        lost: sum.lost + one.slot.lost,
        segments: sum.segments + one.slot.segments,
        bytes: sum.bytes + one.slot.bytes,
    })
}

impl Membership {
    /// The member's slot among `slots`; none for a member without one.
    pub fn slot_of<'a>(&self, slots: &'a [SlotCounters]) -> Option<&'a SlotCounters> {
        slots.get(self.slot? as usize)
    }
}
