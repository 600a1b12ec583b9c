//! What is remembered of flows.

use super::*;

fn hash(packet: &Headers) -> u64 {
    flow(conversation(packet, 0), packet)
}

#[test]
fn a_flow_is_new_once_and_again_after_ten_seconds_of_silence() {
    for start in [20 * SECOND, 100 * SECOND + 1, u64::MAX / 4] {
        let memory = Memory::new();
        let hash = hash(&headers(1, 50_000, 53));
        assert!(memory.is_new(hash, start));
        assert!(!memory.is_new(hash, start + 1));
        let mut now = start;
        for _ in 0..30 {
            now += 9_500_000_000;
            assert!(!memory.is_new(hash, now));
        }
        for _ in 0..30 {
            now += 10 * SECOND;
            assert!(memory.is_new(hash, now));
            assert!(!memory.is_new(hash, now));
        }
    }
}

/// The clocks of two CPUs may be in different ticks.
#[test]
fn a_flow_that_another_cpu_has_seen_a_moment_later_is_not_new() {
    let memory = Memory::new();
    let hash = hash(&headers(1, 50_000, 53));
    for tick in 100..200 {
        memory.is_new(hash, tick << 28);
        assert!(!memory.is_new(hash, (tick << 28) - 1));
    }
}

#[test]
fn the_higher_port_makes_no_other_flow() {
    assert_eq!(hash(&headers(1, 50_000, 53)), hash(&headers(1, 50_001, 53)));
    assert_ne!(hash(&headers(1, 50_000, 53)), hash(&headers(1, 50_000, 54)));
}

#[test]
fn slots_remember_apart() {
    let packet = headers(1, 50_000, 53);
    assert_ne!(conversation(&packet, 0), conversation(&packet, 1));
}

/// Sixty-four flows at a time, as in a flood, must not throw each other out: they would be new again and again,
/// and take the reserve that is kept for the one that really is.
#[test]
fn a_flood_of_flows_stays_known() {
    let memory = Memory::new();
    let flows: Vec<u64> = (0..64).map(|number| hash(&known(number))).collect();
    assert!(flows.iter().all(|hash| memory.is_new(*hash, 7 * SECOND)));
    for second in 7..30 {
        assert!(flows.iter().all(|hash| !memory.is_new(*hash, second * SECOND)));
    }
}

/// A packet is new by its conversation, else by its flow; a budget that lets all of them pass remembers them.
#[test]
fn what_passes_is_remembered() {
    let mut slot = Slot::new(100);
    let start = 100 * SECOND;
    assert!(slot.pass(start, &headers(1, 50_000, 53)));
    assert!(slot.pass(start, &headers(1, 50_000, 54)));
    let of = |packet: &Headers| novelty(packet, 0, start + 1, |number| slot.memory.0.get(number as usize));
    assert_eq!(of(&headers(1, 50_000, 54)), Novelty::None);
    assert_eq!(of(&headers(1, 50_000, 55)), Novelty::Flow);
    assert_eq!(of(&headers(2, 50_000, 53)), Novelty::Conversation);
}
