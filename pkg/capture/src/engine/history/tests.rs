use xdplive_packet::accounting::Limit;

use super::*;
use crate::{
    hook::HookChoice,
    source::{Label, Wanted},
};

fn request(filter: &str) -> Request {
    let filter = Arc::new(Filter::parse(filter).unwrap());
    Request {
        asker: "a test".to_owned(),
        label: Label::default(),
        interfaces: InterfaceSet::Any,
        directions: Direction::ALL.to_vec(),
        hook: HookChoice::Auto,
        wanted: Some(Wanted { filter, limit: Limit::None, hides_own: false }),
    }
}

fn counts(packets: u64) -> Counts {
    Counts { matched: packets, segments: 2 * packets, bytes: 100 * packets, ..Counts::default() }
}

fn packets(histories: &Histories, filter: &str) -> Vec<u64> {
    histories.of(&request(filter)).iter().map(|second| second.packets).collect()
}

#[test]
fn each_second_has_what_came_in_it() {
    let (mut histories, start) = (Histories::default(), Instant::now());
    for (second, total) in [(1, 5), (2, 8), (3, 8), (5, 20)] {
        histories.record(1, &request("udp"), start, counts(total), start + second * SECOND);
    }
    assert_eq!(packets(&histories, "udp"), [5, 3, 0, 12]);
    let last = histories.of(&request("udp"))[3];
    assert_eq!((last.segments, last.bytes, last.length), (24, 1200, 2 * SECOND));
    assert!(histories.of(&request("tcp")).is_empty());
}

/// A stream that begins anew begins at zero, and what came between is not known.
#[test]
fn nothing_is_made_up_between_two_streams() {
    let (mut histories, start) = (Histories::default(), Instant::now());
    histories.record(1, &request("udp"), start, counts(7), start + SECOND);
    let later = start + 9 * SECOND;
    histories.record(2, &request("udp"), later, counts(3), later + SECOND);
    histories.record(2, &request("udp"), later, counts(4), later + 2 * SECOND);
    assert_eq!(packets(&histories, "udp"), [7, 3, 1]);
    assert!(histories.of(&request("udp")).iter().all(|one| one.length == SECOND));
}

#[test]
fn two_streams_of_one_subject_are_counted_once() {
    let (mut histories, start) = (Histories::default(), Instant::now());
    for second in 1..4 {
        for stream in [1, 2] {
            let total = counts(10 * u64::from(second));
            histories.record(stream, &request("udp"), start, total, start + second * SECOND);
        }
    }
    assert_eq!(packets(&histories, "udp"), [10, 10, 10]);
    // The first ends, and the other takes over.
    for second in 6..9 {
        histories.record(2, &request("udp"), start, counts(10 * u64::from(second)), start + second * SECOND);
    }
    assert_eq!(packets(&histories, "udp"), [10, 10, 10, 10, 10]);
}

#[test]
fn it_is_bounded() {
    let (mut histories, start) = (Histories::default(), Instant::now());
    for second in 0..=SECONDS as u32 + 5 {
        histories.record(1, &request("udp"), start, counts(second.into()), start + second * SECOND);
    }
    assert_eq!(packets(&histories, "udp").len(), SECONDS);
    let later = start + Duration::from_secs(10_000);
    for number in 0..SUBJECTS as u32 {
        histories.record(2, &request(&format!("port {number}")), later, counts(0), later + number * SECOND);
    }
    assert_eq!(histories.0.len(), SUBJECTS);
    assert!(histories.of(&request("udp")).is_empty(), "the oldest gave way");
}
