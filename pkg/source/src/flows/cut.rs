//! The largest conversations of what was counted, where not all can be handed on.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;
use xdplive_packet::flow::{FlowKey, Sum};

use super::{conversations::ends_of, taken::Taken};

/// What was counted of conversations that were not handed on one by one; it is among [`Taken::other`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    /// All packets of them.
    pub sum: Sum,
    /// Bytes of the largest of them, both ways: none of them has more.
    pub largest: u64,
}

impl Cut {
    /// Whether everything was handed on.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.sum.packets == 0
    }
}

impl Taken {
    /// Leaves the largest conversations, both ways of each, with `most` flows together; all others go to
    /// [`Taken::other`].
    pub fn cut(&mut self, most: usize) -> Cut {
        if self.entries.len() <= most {
            return Cut::default();
        }
        // Seeded at random: whoever sends packets chooses their addresses.
        let mut sizes: HashMap<FlowKey, (u64, usize), RandomState> = HashMap::default();
        for (key, counters) in &self.entries {
            let (bytes, flows) = sizes.entry(ends_of(key)).or_default();
            *bytes = bytes.saturating_add(counters.sum.bytes);
            *flows += 1;
        }
        let place = |key: &FlowKey| {
            (key.source, key.source_port, key.destination, key.destination_port, key.protocol)
        };
        let mut ranked: Vec<(FlowKey, (u64, usize))> = sizes.into_iter().collect();
        // Of the same size always the same ones.
        ranked.sort_unstable_by(|(one, (bytes, _)), (other, (more, _))| {
            more.cmp(bytes).then_with(|| place(one).cmp(&place(other)))
        });
        let (mut flows, mut largest) = (0, 0);
        let mut kept: HashSet<FlowKey, RandomState> = HashSet::default();
        for (ends, (bytes, more)) in ranked {
            flows += more;
            if flows > most {
                largest = bytes;
                break;
            }
            kept.insert(ends);
        }
        let mut sum = Sum::default();
        let Self { entries, other, .. } = self;
        entries.retain(|(key, counters)| {
            let is_kept = kept.contains(&ends_of(key));
            if !is_kept {
                sum += counters.sum;
                other.get_mut(key.direction() as usize).into_iter().for_each(|other| *other += counters.sum);
            }
            is_kept
        });
        Cut { sum, largest }
    }
}

#[cfg(test)]
mod tests {
    use bytemuck::Zeroable as _;
    use xdplive_packet::{event::Direction, flow::FlowCounters};

    use super::*;

    fn flow(from: u8, to: u8, direction: Direction, bytes: u64) -> (FlowKey, FlowCounters) {
        let mut key = FlowKey { direction: direction as u8, ..FlowKey::zeroed() };
        (key.source[0], key.destination[0]) = (from, to);
        let sum = Sum { packets: 1, segments: 2, bytes };
        (key, FlowCounters { sum, ..FlowCounters::default() })
    }

    #[test]
    fn the_largest_conversations_stay_with_both_ways() {
        use Direction::{In, Out};
        let entries = vec![
            flow(1, 9, In, 100),
            flow(9, 1, Out, 900),
            flow(2, 9, In, 600),
            flow(3, 9, In, 300),
            flow(9, 3, Out, 200),
            flow(4, 9, Out, 10),
        ];
        let whole = Taken { entries, ..Taken::default() };
        let left = |most: usize| {
            let mut taken = whole.clone();
            let cut = taken.cut(most);
            assert_eq!(taken.packets(), whole.packets(), "no packet is lost");
            assert_eq!(taken.sum(), whole.sum());
            let mut left: Vec<u64> = taken.entries.iter().map(|(_, one)| one.sum.bytes).collect();
            left.sort_unstable();
            (left, cut.sum.bytes, cut.largest)
        };
        assert_eq!(left(6), (vec![10, 100, 200, 300, 600, 900], 0, 0));
        assert_eq!(left(5), (vec![100, 200, 300, 600, 900], 10, 10));
        // The third would not fit with both of its ways.
        assert_eq!(left(4), (vec![100, 600, 900], 510, 500));
        assert_eq!(left(1), (vec![], 2110, 1000));
    }
}
