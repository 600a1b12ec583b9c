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

#[test]
fn what_two_hosts_saw_is_one_row_as_the_one_counted_that_saw_more() {
    let at = |host: u16, port, forward, reverse| Conversation {
        host: HostId::new(host),
        ..conversation(port, forward, reverse)
    };
    // The second saw the same conversation, a little more of it, and began with the other side.
    let second = {
        let one = at(2, 1, 30, 80);
        let key = FlowKey {
            source_port: one.key.destination_port,
            destination_port: one.key.source_port,
            ..one.key
        };
        Conversation { key, forward: one.reverse, reverse: one.forward, ..one }
    };
    let seen = [at(1, 1, 20, 80), second, at(1, 7, 100, 0)];
    let hosts = BTreeMap::from([(HostId::new(1), Arc::from("web1")), (HostId::new(2), Arc::from("web2"))]);
    let told = |are_told_apart| {
        let rows = rows(seen.into_iter(), &hosts, 9, are_told_apart);
        let told = |row: &FlowRow| (row.conversation().sum().bytes, row.places().to_owned());
        rows.iter().map(told).collect::<Vec<_>>()
    };
    let row = |bytes, places: &str| (bytes, places.to_owned());
    assert_eq!(told(false), [row(110, "web1, web2"), row(100, "web1")]);
    assert_eq!(told(true), [row(110, "web2"), row(100, "web1"), row(100, "web1")]);
}
