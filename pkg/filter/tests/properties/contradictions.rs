//! No packet can match exactly those filters that are said to be contradictory.

use proptest::prelude::*;
use xdplive_filter::{Environment, Filter};
use xdplive_packet::event::Direction;

use crate::{
    config,
    frames::PACKETS,
    texts::{CONDITIONS, EXTRACTING, filters},
    witness,
};

/// Whether a packet of the corpus matches.
fn is_met(filter: &Filter) -> bool {
    let matches = |direction| {
        PACKETS.iter().any(|seen| filter.matches(&seen.packet(direction), &Environment::default()))
    };
    Direction::ALL.into_iter().any(matches)
}

/// Either no packet matches, and that is said; or one does.
fn check(text: &str) -> bool {
    // Tags beyond the second are refused.
    let Ok(filter) = Filter::parse(text) else { return false };
    match filter.contradiction() {
        Some(contradiction) => {
            assert!(!is_met(&filter) && !witness::exists(&filter), "{text}: {contradiction}");
            assert!(!contradiction.conditions.is_empty() && !contradiction.reasons.is_empty(), "{text}");
            true
        }
        // Which addresses are broadcast addresses depends on the interface.
        None if text.contains("ip broadcast") => false,
        // No frame is made for what they ask.
        None if EXTRACTING.iter().any(|condition| text.contains(condition)) => false,
        None => {
            assert!(is_met(&filter) || witness::exists(&filter), "{text}: nothing matches");
            false
        }
    }
}

#[test]
fn two_conditions_contradict_each_other_or_a_packet_meets_both() {
    let (mut contradictions, mut pairs) = (0, 0);
    for (place, first) in CONDITIONS.iter().enumerate() {
        for second in CONDITIONS[place + 1..].iter().chain(EXTRACTING) {
            for text in [format!("({first}) and ({second})"), format!("not ({first}) and ({second})")] {
                pairs += 1;
                contradictions += usize::from(check(&text));
            }
        }
    }
    assert!(contradictions > 1000 && pairs - contradictions > 2000, "{contradictions} of {pairs}");
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_said_to_be_contradictory_is(text in filters()) {
        check(&text);
    }
}
