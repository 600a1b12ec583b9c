use xdplive_packet::{
    event::Direction,
    flow::{Counted, Data, FlowCounters, Segment, SharedCounters},
    headers::Headers,
};

use super::*;

/// What the table has of a flow with these data, by sequence number and bytes.
fn record(data: &[(u32, u32)]) -> FlowRecord {
    let shared = SharedCounters::default();
    for (number, (sequence, bytes)) in data.iter().enumerate() {
        let data = Data { sequence: *sequence, bytes: *bytes, packets: 1 };
        let segment = Segment { data, events: 0 };
        let packet = Counted { time: 1, segments: 1, bytes: 60, ttl: 64, tcp_flags: 0, segment };
        if number == 0 { shared.begin(&packet) } else { shared.add(&packet) }
    }
    shared.read()
}

fn key(port: u16) -> FlowKey {
    FlowKey { source_port: port, ..FlowKey::of(&Headers::EMPTY, Direction::In) }
}

/// What was sent again by the count of the table and of the memory, in packets and bytes.
fn join(stretches: &mut Stretches, data: &[(u32, u32)]) -> (u64, u64) {
    let mut record = record(data);
    stretches.join(&key(1), &mut record);
    let FlowCounters { tcp, .. } = record.counters;
    (tcp.retransmits, tcp.retransmitted_bytes)
}

#[test]
fn the_first_data_of_a_reading_is_compared_with_the_last_of_the_one_before() {
    let mut stretches = Stretches::new(Instant::now());
    assert_eq!(join(&mut stretches, &[(1000, 100), (1100, 100)]), (0, 0));
    assert_eq!(join(&mut stretches, &[(1200, 100)]), (0, 0), "it goes on");
    assert_eq!(join(&mut stretches, &[(1200, 100)]), (1, 100), "sent again, and nothing else");
    assert_eq!(join(&mut stretches, &[]), (0, 0), "nothing");
    assert_eq!(join(&mut stretches, &[(1200, 100), (1300, 50)]), (1, 100), "and then it goes on");
    assert_eq!(join(&mut stretches, &[(1300, 50)]), (1, 50));
    assert_eq!(join(&mut stretches, &[(1250, 50)]), (1, 50), "from before what is known");
    assert_eq!(join(&mut stretches, &[(1300, 50)]), (1, 50), "what is known is not what was seen last");
    assert_eq!(join(&mut stretches, &[(9000, 50)]), (0, 0), "after a gap");

    let mut stretches = Stretches::new(Instant::now());
    assert_eq!(join(&mut stretches, &[(u32::MAX - 49, 50)]), (0, 0));
    assert_eq!(join(&mut stretches, &[(0, 50)]), (0, 0), "numbers turn");
    assert_eq!(join(&mut stretches, &[(u32::MAX - 9, 20)]), (1, 20));
}

#[test]
fn flows_are_forgotten_by_age_and_by_number() {
    let begin = Instant::now();
    let mut stretches = Stretches::new(begin);
    join(&mut stretches, &[(1000, 100)]);
    stretches.age(begin + AGE);
    assert_eq!(join(&mut stretches, &[(1000, 100)]), (1, 100), "still known");
    stretches.age(begin + AGE * 2);
    stretches.age(begin + AGE * 3);
    assert_eq!(join(&mut stretches, &[(1000, 100)]), (0, 0), "forgotten");

    for port in 2..=u16::MAX {
        for to in [1, 2] {
            let key = FlowKey { destination_port: to, ..key(port) };
            stretches.join(&key, &mut record(&[(1, 1)]));
        }
    }
    assert!(stretches.young.len() <= MOST && stretches.old.len() <= MOST);
    assert_eq!(join(&mut stretches, &[(1000, 100)]), (0, 0), "others came since");
}
