//! The flows since an interface is counted, as long as they are not quiet for too long.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use xdplive_packet::flow::{FlowCounters, FlowKey};

/// See the module's text. What is forgotten begins anew when it comes again, and says so by its first packet.
#[derive(Debug, Default)]
pub(super) struct FlowsSince {
    flows: HashMap<FlowKey, FlowCounters, RandomState>,
}

impl FlowsSince {
    pub(super) fn len(&self) -> usize {
        self.flows.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&FlowKey, &FlowCounters)> {
        self.flows.iter()
    }

    /// Adds what was counted. Where there are more than `most` then, those that were quiet for longest are forgotten, and an
    /// eighth of the room with them, so that it need not be done for each.
    pub(super) fn add_all(&mut self, entries: &[(FlowKey, FlowCounters)], most: usize) {
        for (key, counters) in entries {
            if let Some(known) = self.flows.get_mut(key) {
                *known += *counters;
                continue;
            }
            if most == 0 {
                continue;
            }
            if self.flows.len() >= most {
                self.forget_quietest(most - most.div_ceil(8));
            }
            self.flows.insert(*key, *counters);
        }
    }

    /// Forgets flows without a packet since `time`, nanoseconds since 1970.
    pub(super) fn forget_before(&mut self, time: u64) {
        self.flows.retain(|_, counters| counters.last >= time);
    }

    /// Leaves at most `left`, those with the latest packets.
    fn forget_quietest(&mut self, left: usize) {
        let surplus = self.flows.len().saturating_sub(left);
        if surplus == 0 {
            return;
        }
        let mut times: Vec<u64> = self.flows.values().map(|counters| counters.last).collect();
        let (_, edge, _) = times.select_nth_unstable(surplus - 1);
        let edge = *edge;
        // Many may have their last packets at the same time.
        let mut left_over = surplus;
        self.flows.retain(|_, counters| {
            let goes = counters.last <= edge && left_over > 0;
            left_over -= usize::from(goes);
            !goes
        });
    }
}

#[cfg(test)]
mod tests {
    use bytemuck::Zeroable as _;
    use xdplive_packet::flow::Sum;

    use super::*;

    fn flow(port: u16, packets: u64, last: u64) -> (FlowKey, FlowCounters) {
        let sum = Sum { packets, segments: packets, bytes: 100 * packets };
        let key = FlowKey { source_port: port, ..FlowKey::zeroed() };
        (key, FlowCounters { sum, first: last, last, ..FlowCounters::default() })
    }

    fn ports(flows: &FlowsSince) -> Vec<(u16, u64)> {
        let mut found: Vec<(u16, u64)> =
            flows.iter().map(|(key, counters)| (key.source_port, counters.sum.packets)).collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn they_grow_and_the_quietest_give_way() {
        let mut flows = FlowsSince::default();
        let all: Vec<_> = (1..=16).map(|port| flow(port, 1, u64::from(port))).collect();
        flows.add_all(&all, 16);
        flows.add_all(&[flow(1, 5, 100)], 16);
        assert_eq!((flows.len(), ports(&flows)[0]), (16, (1, 6)));
        // Room for an eighth is made, by those that have been quiet for longest: that is no longer the first.
        flows.add_all(&[flow(77, 1, 101)], 16);
        let left: Vec<u16> = ports(&flows).iter().map(|(port, _)| *port).collect();
        assert_eq!(left, [1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 77]);
        flows.forget_before(16);
        assert_eq!(ports(&flows), [(1, 6), (16, 1), (77, 1)]);
        flows.add_all(&[flow(78, 1, 102)], 0);
        assert_eq!(flows.len(), 3, "without room there is nothing to add to");
    }

    #[test]
    fn many_may_be_quiet_for_the_same_time() {
        let mut flows = FlowsSince::default();
        let all: Vec<_> = (1..=100).map(|port| flow(port, 1, 7)).collect();
        flows.add_all(&all, 64);
        assert!((56..=64).contains(&flows.len()), "{}", flows.len());
    }
}
