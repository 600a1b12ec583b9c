use super::*;
use crate::flow::{Counted, FlowCounters, SharedCounters, marks};

const FIN: u8 = 1;

/// A packet of a connection as the parser and the programs have it: its flags, sequence number, bytes of data, and window.
fn segment(flags: u8, sequence: u32, bytes: u32, window: u16) -> Segment {
    let mut headers = Headers { tcp_flags: flags, tcp_window: window, ..Headers::EMPTY };
    headers.present = present::TCP_FLAGS | present::WINDOW;
    let layers = Layers { payload: 54, end: 54 + bytes, ..Layers::EMPTY };
    Segment::of(&headers, &layers, sequence, u64::from(bytes.div_ceil(1000).max(1)))
}

/// What is counted of these packets, a millisecond apart.
fn counted(packets: &[(u8, Segment)]) -> FlowCounters {
    let counters = SharedCounters::default();
    for (number, (flags, segment)) in (0..).zip(packets) {
        let packet = Counted {
            time: 5_000_000 + number * 1_000_000,
            segments: 1,
            bytes: 60,
            ttl: 64,
            tcp_flags: marks(*flags),
            segment: *segment,
        };
        if number == 0 { counters.begin(&packet) } else { counters.add(&packet) }
    }
    counters.read().counters
}

fn data(packets: &[(u32, u32)]) -> (u64, u64) {
    let packets: Vec<_> =
        packets.iter().map(|(sequence, bytes)| (ACK, segment(ACK, *sequence, *bytes, 100))).collect();
    let tcp = counted(&packets).tcp;
    (tcp.retransmits, tcp.retransmitted_bytes)
}

#[test]
fn what_was_sent_again() {
    assert_eq!(data(&[(100, 1000), (1100, 1000), (2100, 500)]), (0, 0));
    assert_eq!(data(&[(100, 1000), (1100, 1000), (100, 1000)]), (1, 1000));
    assert_eq!(data(&[(100, 1000), (1100, 0), (2100, 500), (1100, 1000)]), (1, 1000), "it was missing");
    assert_eq!(data(&[(100, 3000), (1100, 3000)]), (2, 2000), "two of three packets in a frame");
    assert_eq!(data(&[(100, 3000), (1200, 3000)]), (2, 1900));
    assert_eq!(data(&[(u32::MAX - 99, 1000), (900, 100), (u32::MAX - 99, 1000)]), (1, 1000), "numbers turn");
    // The other end is asked whether it lives.
    assert_eq!(data(&[(100, 1000), (1099, 1), (1100, 1000)]), (0, 0));
    assert_eq!(data(&[(100, 1000), (1099, 0)]), (0, 0));
    // After the end of what was sent again it goes on where it had stopped.
    assert_eq!(data(&[(100, 1000), (1100, 1000), (100, 1000), (2100, 1000), (2100, 1000)]), (2, 2000));
}

#[test]
fn requests_answers_and_windows() {
    let counts = |packets: &[Segment]| {
        let packets: Vec<_> = packets.iter().map(|one| (0, *one)).collect();
        let tcp = counted(&packets).tcp;
        (tcp.requests, tcp.acceptances, tcp.resets, tcp.zero_windows)
    };
    let syn = segment(SYN, 7, 0, 0);
    assert_eq!(counts(&[syn, syn, segment(SYN | ACK, 7, 0, 0), segment(RST, 7, 0, 0)]), (2, 1, 1, 0));
    assert_eq!(counts(&[segment(SYN | ACK, 7, 0, 0)]), (0, 1, 0, 0));
    let full = segment(ACK, 7, 0, 0);
    assert_eq!(counts(&[full, full, segment(ACK, 7, 0, 1), segment(FIN | ACK, 7, 0, 0)]), (0, 0, 0, 3));
    // A connection of the same ports begins with other numbers.
    let old = segment(ACK, 5000, 100, 9);
    let again = counted(&[(ACK, old), (SYN, segment(SYN, 999, 0, 9)), (ACK, segment(ACK, 1000, 50, 9))]);
    assert_eq!((again.tcp.requests, again.tcp.retransmits), (1, 0));
}

#[test]
fn the_round_trip_is_from_the_request_to_the_next_packet() {
    let (syn, ack) = ((SYN, segment(SYN, 7, 0, 9)), (ACK, segment(ACK, 8, 0, 9)));
    let round_trip = |packets: &[(u8, Segment)]| counted(packets).tcp.round_trip;
    assert_eq!(round_trip(&[syn, ack, ack]), 1_000_000);
    assert_eq!(round_trip(&[syn, syn, ack]), 0, "nobody knows which of them was answered");
    assert_eq!(round_trip(&[ack, syn, ack]), 0, "another connection of the same ports was before");
    assert_eq!(round_trip(&[(SYN | ACK, segment(SYN | ACK, 7, 0, 9)), ack]), 0);
    assert_eq!(round_trip(&[syn, (RST, segment(RST, 8, 0, 0))]), 0);
}

#[test]
fn what_is_cut_or_a_fragment_says_nothing_of_data() {
    let layers = Layers { payload: 54, end: 154, ..Layers::EMPTY };
    let headers = Headers { tcp_flags: ACK, tcp_window: 1, present: present::WINDOW, ..Headers::EMPTY };
    assert_eq!(Segment::of(&headers, &layers, 5, 1).data, Data { sequence: 5, bytes: 100, packets: 1 });
    let cut = Headers { malformed: 1, ..headers };
    assert_eq!(Segment::of(&cut, &layers, 5, 1).data.bytes, 0);
    let fragment = Headers { present: present::WINDOW | present::FRAGMENT, ..headers };
    assert_eq!(Segment::of(&fragment, &layers, 5, 1).data.bytes, 0);
}

#[test]
fn first_data_is_one_number() {
    for (sequence, bytes, packets) in [(0, 1, 1), (u32::MAX, 524_280, 4095), (7, 0, 1), (1 << 31, 1460, 1)] {
        let data = Data { sequence, bytes, packets };
        assert_ne!(data.pack(), 0);
        assert_eq!(Data::unpack(data.pack()), data);
    }
    let too_much = Data { sequence: 9, bytes: u32::MAX, packets: u32::MAX };
    let most = Data { sequence: 9, bytes: (1 << 20) - 1, packets: 4095 };
    assert_eq!(Data::unpack(too_much.pack()), most);
}
