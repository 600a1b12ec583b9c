use std::{collections::HashSet, thread};

use xdplive_corpus::{generate, named};

use super::*;
use crate::{
    accounting::wire_bytes,
    event::{Direction, SEGMENTS_UNKNOWN},
    headers::{Headers, present},
    parse,
    wire::{LinkType, Tag, Wire},
};

fn headers(mut bytes: &[u8], wire: &Wire) -> Headers {
    parse(&mut bytes, wire)
}

#[test]
fn the_key_of_the_acceptance_frame() {
    let ethernet = Wire::new(LinkType::Ethernet);
    let key = FlowKey::of(&headers(&named::ssdp().bytes(), &ethernet), Direction::Out);
    assert_eq!(key.ports(), Some((50_085, 1900)));
    assert_eq!((key.protocol(), key.version(), key.ethertype()), (Some(17), Some(4), Some(0x0800)));
    assert_eq!((key.vlan(), key.cast(), key.direction()), (None, Cast::Multicast, Direction::Out));
    assert_eq!(key.destination[..5], [239, 255, 255, 250, 0]);
    assert!(key.has(FlowKey::FIELDS & !present::LENGTH_FIELD) && !key.has(present::LENGTH_FIELD));
    // A tag that was taken off before counts as one that is there, and a priority tag is tag 0.
    let tagged = Wire { link: LinkType::Ethernet, tag: Tag::taken_off(0xe000) };
    let key = FlowKey::of(&headers(&named::ssdp().bytes(), &tagged), Direction::In);
    assert_eq!((key.vlan(), key.direction()), (Some(0), Direction::In));
    let raw = Wire::new(LinkType::RawIp);
    let key = FlowKey::of(&headers(&named::ssdp().bytes()[14..], &raw), Direction::In);
    assert_eq!((key.ethertype(), key.cast(), key.cast().name()), (None, Cast::None, None));
}

/// Packets with the same fields have the same key, and others have not.
#[test]
fn a_key_is_its_fields() {
    let (mut keys, mut fields) = (HashSet::new(), HashSet::new());
    for sample in generate(1, 5000) {
        let headers = headers(&sample.bytes, &Wire::new(LinkType::from_raw(sample.link as u32)));
        let key = FlowKey::of(&headers, Direction::In);
        assert_eq!((key.protocol(), key.vlan()), (headers.protocol(), headers.vlan()), "{sample}");
        assert_eq!((key.version(), key.ethertype()), (headers.version(), headers.ethertype()), "{sample}");
        assert_eq!(key.ports(), headers.source_port().zip(headers.destination_port()), "{sample}");
        keys.insert(key);
        fields.insert((
            (headers.source_ip, headers.destination_ip, headers.source_port(), headers.destination_port()),
            (headers.protocol(), headers.vlan(), headers.version(), headers.ethertype()),
            (key.cast, headers.has(present::ADDRESSES), headers.has(present::LENGTH_FIELD)),
        ));
    }
    assert!(keys.len() > 500, "{}", keys.len());
    assert_eq!(keys.len(), fields.len());
}

const fn packet(time: u64, bytes: u64, tcp_flags: u8) -> Counted {
    let segment = Segment { data: Data { sequence: 0, bytes: 0, packets: 1 }, events: 0 };
    Counted { time, segments: 1, bytes, ttl: time, tcp_flags: marks(tcp_flags), segment }
}

#[test]
fn counters_in_the_table() {
    let counters = SharedCounters::default();
    counters.add(&packet(1, 1, 0xff));
    counters.begin(&packet(5, 100, SYN));
    counters.add(&packet(7, 60, ACK));
    let expected = FlowCounters {
        sum: Sum { packets: 2, segments: 2, bytes: 160 },
        first: 5,
        last: 7,
        ttl: 7,
        tcp_flags: OPENS | 0x12,
        tcp: TcpCounts { round_trip: 2, ..TcpCounts::default() },
    };
    assert_eq!(counters.read().counters, expected);
    assert!(expected.opens());
    counters.begin(&packet(9, 1, SYN | ACK));
    assert!(!counters.read().counters.opens(), "the answer to a SYN");

    counters.begin(&packet(0, 0, 0));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope
                .spawn(|| (0..10_000).for_each(|number| counters.add(&packet(number, 3, 1 << (number % 8)))));
        }
    });
    let sum = counters.read().counters;
    assert_eq!(sum.sum, Sum { packets: 40_001, segments: 40_001, bytes: 120_000 });
    assert_eq!(sum.tcp_flags, 0xff | OPENS);
}

#[test]
fn counters_of_two_times_are_one() {
    let counters = |first, last, ttl, tcp_flags| FlowCounters {
        sum: Sum { packets: 2, segments: 3, bytes: 100 },
        first,
        last,
        ttl,
        tcp_flags,
        tcp: TcpCounts { resets: 1, round_trip: first, ..TcpCounts::default() },
    };
    let mut sum = FlowCounters::default();
    sum += counters(10, 20, 64, 1);
    assert_eq!(sum, counters(10, 20, 64, 1));
    sum += counters(5, 12, 63, 2);
    sum += FlowCounters::default();
    let three = Sum { packets: 4, segments: 6, bytes: 200 };
    let tcp = TcpCounts { resets: 2, round_trip: 5, ..TcpCounts::default() };
    assert_eq!(sum, FlowCounters { sum: three, first: 5, last: 20, ttl: 64, tcp_flags: 3, tcp });
}

#[test]
fn single_flags_from_all_combinations() {
    let mut beside = Beside::default();
    for flags in [0_u8, 0x02, 0x12, 0x10, 0xff] {
        beside.add_tcp(
            View::Whole,
            flags,
            &Counted { time: 9, segments: 2, bytes: 3, ttl: 64, tcp_flags: 0, segment: Segment::default() },
        );
    }
    let times = |n| Sum { packets: n, segments: 2 * n, bytes: 3 * n };
    assert_eq!(beside.tcp_flags, [1, 3, 1, 1, 3, 1, 1, 1].map(times));
}

#[test]
fn bytes_on_the_wire() {
    assert_eq!(wire_bytes(1514, 1, 54, 0), 1514);
    assert_eq!(wire_bytes(54 + 2000, 3, 54, 0), 2000 + 3 * 54);
    // Eight bytes of the headers are for the kernel alone, and go to the wire with none of the packets.
    assert_eq!(wire_bytes(82 + 100_000, 70, 82, 8), 100_000 + 70 * 74);
    assert_eq!(wire_bytes(82 + 1000, 1, 82, 8), 82 + 1000);
    assert_eq!(wire_bytes(3000, SEGMENTS_UNKNOWN, 54, 0), 3000);
    assert_eq!(wire_bytes(u32::MAX, u16::MAX, 65_535, 0), u64::from(u32::MAX) + 65_534 * 65_535);
}
