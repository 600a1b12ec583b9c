use proptest::prelude::*;
use xdplive_packet::{
    flow::{FlowCounters, FlowKey},
    headers::present,
};
use xdplive_source::{Groups, Place, Taken};

use super::*;
use crate::watched::tally::Tally;

fn is_own(key: &FlowKey) -> bool {
    key.source_port == 3
}

fn flow() -> impl Strategy<Value = (FlowKey, FlowCounters)> {
    let addresses = (any::<bool>(), 0..6_u8, 0..6_u8);
    let rest = (0..5_u16, 0..4_u16, 0..2_u8, 0..4_u8, 0..32_u16, 1..1_000_000_u64);
    (addresses, rest, prop::sample::select(vec![FlowKey::NO_VLAN, 0, 40])).prop_map(
        |((is_v6, source, destination), (ports, kind, direction, cast, fields, packets), vlan)| {
            let mut key = FlowKey {
                source_port: ports,
                destination_port: 65_535 - ports,
                ethertype: [0x0800, 0x86dd, 0x0806, 0xffff][usize::from(kind)],
                vlan,
                protocol: (kind as u8) * 85,
                version: if is_v6 { 6 } else { 4 },
                direction,
                cast,
                ..bytemuck::Zeroable::zeroed()
            };
            let width = if is_v6 { 15 } else { 3 };
            (key.source[width], key.destination[width]) = (source, destination);
            let bits = [
                present::ETHERNET,
                present::LENGTH_FIELD,
                present::ADDRESSES,
                present::PROTOCOL,
                present::PORTS,
            ];
            for (place, bit) in bits.iter().enumerate() {
                key.present |= if fields >> place & 1 == 1 { *bit } else { 0 };
            }
            let sum = Sum { packets, segments: packets + u64::from(ports), bytes: 100 * packets };
            (key, FlowCounters { sum, ..FlowCounters::default() })
        },
    )
}

fn taken(entries: Vec<(FlowKey, FlowCounters)>, other: u64) -> Taken {
    let sum = |packets| Sum { packets, segments: packets, bytes: 60 * packets };
    let mut taken = Taken { to: 1_000_000_000, entries, other: [sum(other), sum(0)], ..Taken::default() };
    taken.tcp_flags[0][1] = sum(other);
    taken.tcp_flags[1][7] = sum(3);
    taken
}

fn second(taken: &Taken) -> Second {
    let mut tally = Tally::default();
    tally.add(taken, is_own);
    let second = tally.finish(Moment::default(), Duration::from_secs(1));
    assert_eq!(
        tally.finish(Moment::default(), Duration::ZERO).totals(true),
        [Sum::default(); 2],
        "nothing is left"
    );
    second
}

/// What a stream would make of the same flows.
fn streamed(taken: &Taken, asked: Asked<'_>) -> (Sums, Sum) {
    let (host, interface) = (Arc::from("nas"), Arc::from("eth0"));
    let place = Place { host: &host, interface: &interface };
    let mut groups = Groups::new(asked.by, usize::MAX);
    for (key, counters) in &taken.entries {
        if asked.directions.contains(&key.direction()) && (asked.own || !is_own(key)) {
            groups.add(place, key, counters.sum);
        }
    }
    for direction in asked.directions {
        groups.add_other(place, *direction, taken.other[*direction as usize]);
        groups.add_tcp_flags(&taken.tcp_flags[*direction as usize]);
    }
    groups.take()
}

fn read(second: &Second, asked: Asked<'_>) -> (Sums, Sum) {
    let (mut sums, mut other) = (Sums::default(), Sum::default());
    second.read(&Arc::from("eth0"), asked, |group, sum| match group {
        Some(group) => *sums.entry(group).or_default() += sum,
        None => other += sum,
    });
    (sums, other)
}

proptest! {
    /// What is kept of a second is what a stream would have sent of it, as long as there are few groups.
    #[test]
    fn a_second_is_what_was_streamed(entries in prop::collection::vec(flow(), 0..20), other in 0..3_u64) {
        let taken = taken(entries, other);
        let second = second(&taken);
        for by in GroupBy::ALL.into_iter().filter(|by| knows(*by)) {
            for directions in [&Direction::ALL[..], &[Direction::In], &[Direction::Out]] {
                for own in OWN {
                    let asked = Asked { by, directions, own };
                    prop_assert_eq!(read(&second, asked), streamed(&taken, asked), "{:?}", asked);
                }
            }
        }
    }
}

/// Of many groups the largest are kept by bytes and by packets, and nothing is lost of the others.
#[test]
fn of_many_groups_the_largest_are_kept() {
    let flow = |port: u16, packets: u64, bytes: u64| {
        let key = FlowKey { source_port: port, present: present::PORTS, ..bytemuck::Zeroable::zeroed() };
        let sum = Sum { packets, segments: packets, bytes };
        (key, FlowCounters { sum, ..FlowCounters::default() })
    };
    // Every third has many bytes, and every third many packets.
    let entries: Vec<_> = (4..=3000_u16)
        .map(|port| match port % 3 {
            0 => flow(port, 1, 1_000_000 + u64::from(port)),
            1 => flow(port, 1000 + u64::from(port), 100),
            _ => flow(port, 2, 200),
        })
        .collect();
    let total = taken(entries.clone(), 0).sum();
    let second = second(&taken(entries, 0));
    let asked = Asked { by: GroupBy::SourcePort, directions: &Direction::ALL, own: true };
    let (sums, other) = read(&second, asked);
    let mut ports: Vec<u16> = sums
        .keys()
        .map(|group| match group {
            Group::SourcePort(Some(port)) => *port,
            group => panic!("{group:?}"),
        })
        .collect();
    ports.sort_unstable();
    let last = |rest: u16| (0..20).map(move |step| 3000 - (3 - rest) % 3 - 3 * step);
    let mut expected: Vec<u16> = last(0).chain(last(1)).collect();
    expected.sort_unstable();
    assert_eq!(ports, expected);
    let mut sum = other;
    sums.values().for_each(|one| sum += *one);
    assert_eq!(sum, total);
    assert!(second.bytes() < 600, "{} bytes", second.bytes());
}

/// As wide as it gets: a second of a busy network, both ways, with addresses of IPv6.
#[test]
fn a_second_takes_a_few_kilobytes() {
    let entries = (0..2000_u32).map(|number| {
        let mut key = FlowKey {
            source_port: number as u16 + 1000,
            destination_port: 443,
            ethertype: 0x86dd,
            vlan: FlowKey::NO_VLAN,
            protocol: 6,
            version: 6,
            direction: (number % 2) as u8,
            present: FlowKey::FIELDS & !present::LENGTH_FIELD,
            ..bytemuck::Zeroable::zeroed()
        };
        key.source[12..].copy_from_slice(&number.to_be_bytes());
        key.destination[12..].copy_from_slice(&(number * 7 % 1999).to_be_bytes());
        let sum = Sum { packets: 1000, segments: 2000 + u64::from(number), bytes: 1_000_000 };
        (key, FlowCounters { sum, ..FlowCounters::default() })
    });
    let bytes = second(&taken(entries.collect(), 1)).bytes();
    // An hour of that takes at most as much as is kept.
    assert!((4000..7000).contains(&bytes) && 3600 * bytes < crate::watched::SECONDS_BYTES, "{bytes}");
}

/// What was not written is nothing.
#[test]
fn data_that_is_cut_short_is_read_as_nothing() {
    let whole = second(&taken(vec![], 5));
    for length in 0..whole.data.len() {
        let cut = Second { data: whole.data.iter().take(length).copied().collect(), ..whole.clone() };
        for by in GroupBy::ALL {
            let (sums, other) = read(&cut, Asked { by, directions: &Direction::ALL, own: true });
            let packets = sums.values().map(|sum| sum.packets).sum::<u64>() + other.packets;
            assert!(packets <= 10, "{by:?}: {packets}");
        }
    }
}
