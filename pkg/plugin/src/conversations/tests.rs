use bytemuck::Zeroable as _;
use xdplive_packet::flow::{FlowCounters, FlowKey, Sum};

use super::*;

/// A conversation of a port with so many bytes each way.
fn conversation(port: u16, forward: u64, reverse: u64) -> Conversation {
    let counters = |bytes| {
        let sum = Sum { packets: 1, segments: 1, bytes };
        FlowCounters { sum, ..FlowCounters::default() }
    };
    let key = FlowKey { source_port: port, ..FlowKey::zeroed() };
    Conversation { host: HostId::ONLY, key, forward: counters(forward), reverse: counters(reverse) }
}

#[test]
fn the_largest_are_those_with_most_bytes_both_ways() {
    let all = [(1, 100, 0), (2, 60, 60), (3, 0, 130), (4, 50, 50), (5, 1, 0)];
    let all = all.map(|(port, forward, reverse)| conversation(port, forward, reverse));
    let ports = |most| {
        let found = largest(all.into_iter(), most);
        found.iter().map(|one| one.key.source_port).collect::<Vec<_>>()
    };
    assert_eq!(ports(2), [3, 2]);
    assert_eq!(ports(3), [3, 2, 1], "of the same size the lesser key");
    assert_eq!(ports(9), [3, 2, 1, 4, 5]);
}
