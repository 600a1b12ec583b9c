//! The second that is being counted.

use std::{sync::Arc, time::Duration};

use xdplive_packet::{
    event::Direction,
    flow::{FlowKey, Sum},
};
use xdplive_source::{Groups, Moment, Place, Taken};

use super::second::{Half, KEYS, OWN, Second, Side};

/// Groups of one key that are told apart in a second, one direction and own traffic apart. Of more, the flows with most bytes
/// are seen to first, and what is left is in no group.
const MOST_GROUPS: usize = 8192;

/// What each group had since the second began. Own traffic is counted apart: some who ask leave it out.
#[derive(Debug)]
pub(super) struct Tally {
    /// By direction.
    sides: [Counted; Direction::ALL.len()],
}

/// What was counted in one direction.
#[derive(Debug, Default)]
struct Counted {
    /// All but own traffic, and own traffic.
    halves: [CountedHalf; OWN.len()],
    flags: [Sum; 8],
}

#[derive(Debug)]
struct CountedHalf {
    total: Sum,
    /// By each of [`KEYS`].
    groups: Vec<Groups>,
}

impl Default for CountedHalf {
    fn default() -> Self {
        let groups = KEYS.into_iter().map(|by| Groups::new(by, MOST_GROUPS)).collect();
        Self { total: Sum::default(), groups }
    }
}

impl Default for Tally {
    fn default() -> Self {
        Self { sides: Direction::ALL.map(|_| Counted::default()) }
    }
}

impl Tally {
    /// Adds what was counted; `is_own` knows own traffic.
    pub(super) fn add(&mut self, taken: &Taken, is_own: impl Fn(&FlowKey) -> bool) {
        // No group is by interface or machine.
        let nowhere: Arc<str> = Arc::from("");
        let place = Place { host: &nowhere, interface: &nowhere };
        let mut add = |key: &FlowKey, sum: Sum| {
            let Some(side) = self.sides.get_mut(key.direction() as usize) else { return };
            let Some(half) = side.halves.get_mut(usize::from(is_own(key))) else { return };
            half.total += sum;
            half.groups.iter_mut().for_each(|groups| groups.add(place, key, sum));
        };
        if taken.entries.len() <= MOST_GROUPS {
            taken.entries.iter().for_each(|(key, counters)| add(key, counters.sum));
        } else {
            let mut order: Vec<&_> = taken.entries.iter().collect();
            order.select_nth_unstable_by_key(MOST_GROUPS, |(_, counters)| {
                std::cmp::Reverse(counters.sum.bytes)
            });
            order.iter().for_each(|(key, counters)| add(key, counters.sum));
        }
        for ((direction, side), (other, flags)) in
            Direction::ALL.into_iter().zip(&mut self.sides).zip(taken.other.iter().zip(&taken.tcp_flags))
        {
            // Nobody knows whether it was own traffic.
            if let Some(half) = side.halves.first_mut() {
                half.total += *other;
                half.groups.iter_mut().for_each(|groups| groups.add_other(place, direction, *other));
            }
            side.flags.iter_mut().zip(flags).for_each(|(sum, more)| *sum += *more);
        }
    }

    /// The second, which ends at `at`; the next one begins.
    pub(super) fn finish(&mut self, at: Moment, length: Duration) -> Second {
        let half = |half: &mut CountedHalf| Half {
            total: std::mem::take(&mut half.total),
            groups: half.groups.iter_mut().map(Groups::take).collect(),
        };
        let side = |side: &mut Counted| Side {
            halves: side.halves.each_mut().map(half),
            flags: std::mem::take(&mut side.flags),
        };
        Second::new(at, length, self.sides.each_mut().map(side))
    }
}
