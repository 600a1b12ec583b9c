//! What was counted of flows at one interface between two moments.

use xdplive_packet::{
    event::Direction,
    flow::{FlowCounters, FlowKey, Sum},
};

use crate::clock::WallClock;

/// What was counted between two moments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Since when packets are counted here, nanoseconds. As a table is read it is by `CLOCK_MONOTONIC`, like all times
    /// here; as a source hands it on, since 1970 (UTC), see [`Self::by`].
    pub from: u64,
    /// Until when. A packet seen while the banks were swapped, which takes some milliseconds, may be on either side.
    pub to: u64,
    /// The flows, in no order. After an error while reading, a flow can be there twice.
    pub entries: Vec<(FlowKey, FlowCounters)>,
    /// Packets of flows for which the table had no room, by [`Direction`].
    pub other: [Sum; Direction::ALL.len()],
    /// TCP packets by flag, FIN to CWR, by [`Direction`]. A packet with two flags is part of both.
    pub tcp_flags: [[Sum; 8]; Direction::ALL.len()],
}

impl Taken {
    /// The same with nanoseconds since 1970 (UTC) for times of the kernel's clock.
    #[must_use]
    pub fn by(mut self, clock: WallClock) -> Self {
        // Before 1970 there was no packet.
        let read = |time: &mut u64| *time = clock.nanoseconds(*time).try_into().unwrap_or(0);
        read(&mut self.from);
        read(&mut self.to);
        for (_, counters) in &mut self.entries {
            read(&mut counters.first);
            read(&mut counters.last);
        }
        self
    }

    /// All packets.
    #[must_use]
    pub fn sum(&self) -> Sum {
        let mut sum = Sum::default();
        self.entries.iter().map(|(_, counters)| &counters.sum).chain(&self.other).for_each(|one| sum += *one);
        sum
    }

    /// Packets as the hook saw them, by [`Direction`].
    #[must_use]
    pub fn packets(&self) -> [u64; Direction::ALL.len()] {
        Direction::ALL.map(|direction| {
            let flows = self.entries.iter().filter(|(key, _)| key.direction() == direction);
            let other = self.other.get(direction as usize).map_or(0, |other| other.packets);
            flows.map(|(_, counters)| counters.sum.packets).sum::<u64>() + other
        })
    }
}
