use std::sync::Arc;

use xdplive_filter::Filter;

use super::*;

fn key(filter: &str, limit: Limit) -> Key {
    Key {
        filter: Arc::new(Filter::parse(filter).unwrap()),
        directions: Direction::ALL.to_vec(),
        limit,
        hides_own: false,
        header_bytes: false,
    }
}

fn join(slots: &mut Slots, stream: StreamId, filter: &str, limit: Limit) -> Result<Joined, NoSlot> {
    slots.join(stream, key(filter, limit), &Environment::default(), Instant::now())
}

#[test]
fn equal_filters_share_a_slot_however_they_are_written() {
    let mut slots = Slots::default();
    assert_eq!(
        join(&mut slots, 1, "tcp port 80", Limit::PerSecond(10)).unwrap(),
        Joined { slot: 0, is_new: true }
    );
    assert_eq!(
        join(&mut slots, 2, "tcp  port http", Limit::PerSecond(10)).unwrap(),
        Joined { slot: 0, is_new: false }
    );
    assert_eq!(
        join(&mut slots, 3, "tcp port 80", Limit::PerSecond(11)).unwrap(),
        Joined { slot: 1, is_new: true }
    );
    assert_eq!(join(&mut slots, 4, "tcp port 80", Limit::All).unwrap(), Joined { slot: 2, is_new: true });
    let received = Key { directions: vec![Direction::In], ..key("tcp port 80", Limit::PerSecond(10)) };
    assert_eq!(slots.join(5, received, &Environment::default(), Instant::now()).unwrap().slot, 3);
}

/// What the programs go by.
fn built(slots: &Slots) -> Box<Rules> {
    let mut rules: Box<Rules> = bytemuck::zeroed_box();
    let Rules { configuration, tables } = &mut *rules;
    assert!(slots.build(configuration, tables).unwrap());
    rules
}

/// The limits in force, of the first slots.
fn limits<const N: usize>(slots: &Slots) -> [Limit; N] {
    let limits = [Limit::None, Limit::All, Limit::PerSecond(10), Limit::PerSecond(20)];
    let limit = |raw: &_| limits.into_iter().find(|limit| limit.raw() == *raw).unwrap();
    built(slots).configuration.limits.first_chunk::<N>().unwrap().each_ref().map(limit)
}

#[test]
fn who_only_counts_shares_the_slot_of_the_same_packets() {
    let mut slots = Slots::default();
    assert_eq!(join(&mut slots, 1, "udp", Limit::PerSecond(10)).unwrap().slot, 0);
    assert_eq!(join(&mut slots, 2, "udp", Limit::None).unwrap(), Joined { slot: 0, is_new: false });
    assert_eq!(join(&mut slots, 3, "udp", Limit::PerSecond(20)).unwrap().slot, 1, "another budget");
    assert_eq!(join(&mut slots, 4, "tcp", Limit::None).unwrap().slot, 2, "other packets");
    let received = Key { directions: vec![Direction::In], ..key("udp", Limit::None) };
    assert_eq!(slots.join(5, received, &Environment::default(), Instant::now()).unwrap().slot, 3);
    assert_eq!(limits(&slots), [Limit::PerSecond(10), Limit::PerSecond(20), Limit::None, Limit::None]);
}

#[test]
fn rows_that_nobody_has_are_not_made() {
    let mut slots = Slots::default();
    join(&mut slots, 1, "udp", Limit::All).unwrap();
    join(&mut slots, 2, "udp", Limit::None).unwrap();
    slots.leave(1, Instant::now());
    assert_eq!(limits(&slots), [Limit::None]);
    // Whoever has rows from there next begins with a whole budget.
    assert_eq!(join(&mut slots, 3, "udp", Limit::PerSecond(10)).unwrap(), Joined { slot: 0, is_new: true });
    assert_eq!(limits(&slots), [Limit::PerSecond(10)]);
    slots.leave(2, Instant::now());
    assert_eq!(limits(&slots), [Limit::PerSecond(10)]);
}

#[test]
fn a_slot_that_is_promised_stays_what_it_is() {
    let (mut slots, environment, now) = (Slots::default(), Environment::default(), Instant::now());
    slots.reserve(key("udp", Limit::PerSecond(10)), &environment, now).unwrap();
    assert_eq!(slots.join(1, key("udp", Limit::None), &environment, now).unwrap().slot, 0);
    assert_eq!(slots.join(2, key("udp", Limit::PerSecond(20)), &environment, now).unwrap().slot, 1);
    assert_eq!(
        slots.join(3, key("udp", Limit::PerSecond(10)), &environment, now).unwrap(),
        Joined { slot: 0, is_new: true }
    );
    // The promise outlives those who only count.
    slots.reserve(key("tcp", Limit::PerSecond(10)), &environment, now).unwrap();
    slots.join(4, key("tcp", Limit::None), &environment, now).unwrap();
    slots.leave(4, now);
    assert_eq!(slots.join(5, key("tcp", Limit::PerSecond(10)), &environment, now).unwrap().slot, 2);
    assert_eq!(slots.held.len(), 3);
}

#[test]
fn streams_with_the_bytes_of_headers_have_slots_of_their_own() {
    let mut slots = Slots::default();
    join(&mut slots, 1, "tcp", Limit::All).unwrap();
    for (stream, filter, slot) in [(2, "tcp", 1), (3, "udp", 2), (4, "tcp", 1)] {
        let key = Key { header_bytes: true, ..key(filter, Limit::All) };
        assert_eq!(slots.join(stream, key, &Environment::default(), Instant::now()).unwrap().slot, slot);
    }
    assert_eq!(built(&slots).configuration.headers, 0b110);
    slots.leave(3, Instant::now());
    assert_eq!(built(&slots).configuration.headers, 0b010);
}

#[test]
fn a_slot_is_free_when_its_last_stream_has_left() {
    let mut slots = Slots::default();
    join(&mut slots, 1, "tcp", Limit::All).unwrap();
    join(&mut slots, 2, "tcp", Limit::All).unwrap();
    slots.leave(1, Instant::now());
    assert!(!join(&mut slots, 3, "tcp", Limit::All).unwrap().is_new);
    slots.leave(2, Instant::now());
    slots.leave(3, Instant::now());
    assert_eq!(join(&mut slots, 4, "udp", Limit::All).unwrap(), Joined { slot: 0, is_new: true });
}

#[test]
fn sixty_four_filters_and_no_more() {
    let mut slots = Slots::default();
    for stream in 1..=64 {
        join(&mut slots, stream, &format!("ttl {stream}"), Limit::All).unwrap();
    }
    let error = join(&mut slots, 65, "tcp", Limit::All).unwrap_err().to_string();
    assert!(error.starts_with("all 64 slots are taken, by \"ttl"), "{error}");
    assert!(error.ends_with("and 59 others"), "{error}");
    assert!(join(&mut slots, 66, "ttl 7", Limit::All).is_ok(), "one that shares a slot");
}

#[test]
fn what_does_not_fit_changes_nothing() {
    let mut slots = Slots::default();
    // Three alternatives each, of which two go into the second half of the terms: 60 of 64.
    for stream in 1..=30 {
        join(&mut slots, stream, &format!("port {stream} or ttl {stream}"), Limit::All).unwrap();
    }
    let error =
        join(&mut slots, 31, "port 1 or ttl 2 or dscp 3 or len = 4 or vlan 5", Limit::All).unwrap_err();
    assert!(matches!(error, NoSlot::Capacity { .. }), "{error}");
    assert_eq!(join(&mut slots, 32, "tcp", Limit::All).unwrap().slot, 30);
}

#[test]
fn a_slot_is_kept_for_whom_it_was_promised() {
    let (mut slots, environment, now) = (Slots::default(), Environment::default(), Instant::now());
    for ttl in 0..64 {
        slots.reserve(key(&format!("ttl {ttl}"), Limit::All), &environment, now).unwrap();
    }
    slots.reserve(key("tcp", Limit::All), &environment, now).unwrap_err();
    assert!(slots.join(1, key("ttl 63", Limit::All), &environment, now).unwrap().is_new);
    // Nobody else has come for theirs.
    let later = now + RESERVED;
    slots.reserve(key("tcp", Limit::All), &environment, later).unwrap();
    assert_eq!(slots.join(2, key("ttl 63", Limit::All), &environment, later).unwrap().slot, 63);
}

/// What is only promised costs no packet anything.
#[test]
fn a_slot_without_a_stream_is_not_live() {
    let (mut slots, environment, now) = (Slots::default(), Environment::default(), Instant::now());
    slots.reserve(key("tcp", Limit::All), &environment, now).unwrap();
    slots.join(1, key("udp", Limit::All), &environment, now).unwrap();
    let mut rules: Box<Rules> = bytemuck::zeroed_box();
    let Rules { configuration, tables } = &mut *rules;
    slots.build(configuration, tables).unwrap();
    assert_eq!(configuration.live, [[0b10, 0]; 2]);
}
