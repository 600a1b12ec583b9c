//! A filter and its terms decide the same about every packet.

use proptest::prelude::*;
use xdplive_filter::{Environment, Field, Filter, Set};
use xdplive_packet::event::Direction;

use crate::{
    config,
    frames::{FRAMES, PACKETS, Seen},
    texts::filters,
};

/// How many frames each filter decides about.
const DECIDED: usize = 300;

/// Some of them.
fn packets() -> impl Strategy<Value = &'static [Seen]> {
    (0..FRAMES - DECIDED).prop_map(|start| &PACKETS[start..start + DECIDED])
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn terms_decide_as_the_filter(text in filters(), packets in packets()) {
        let environment = Environment { broadcasts: vec![[192, 0, 2, 20].into(), [10, 1, 2, 3].into()] };
        let Ok(filter) = Filter::parse(&text) else { return Ok(()) };
        // Too many terms are an answer, too; it is rare with so few conditions.
        let Ok(terms) = filter.terms(&environment) else { return Ok(()) };
        for (number, seen) in packets.iter().enumerate() {
            let packet = seen.packet(Direction::ALL[number % 2]);
            let ours = filter.matches(&packet, &environment);
            prop_assert_eq!(terms.iter().any(|term| term.matches(&packet)), ours, "{}: {:?}", text, packet);
        }
        for (field, set) in terms.iter().flat_map(|term| term.sets()) {
            prop_assert!(!set.is_empty() && !set.is_all(field.max()), "{}: {:?} {:?}", text, field, set);
            prop_assert!(set.ranges().iter().all(|range| range.last <= field.max()), "{}: {:?}", text, field);
        }
    }

    /// Whoever wants a packet does not want it with `not` in front.
    #[test]
    fn not_is_the_opposite(text in filters(), packets in packets()) {
        let environment = Environment::default();
        let Ok(filter) = Filter::parse(&text) else { return Ok(()) };
        let opposite = Filter::parse(&format!("not ({text})"));
        let Ok(opposite) = opposite else { return Ok(()) };
        for seen in packets {
            let packet = seen.packet(Direction::In);
            prop_assert_ne!(filter.matches(&packet, &environment), opposite.matches(&packet, &environment));
        }
    }

    /// The sets of Ethernet addresses hold single ones, or all but single ones.
    #[test]
    fn sets_of_ethernet_addresses_are_finite_or_cofinite(text in filters()) {
        let Ok(filter) = Filter::parse(&text) else { return Ok(()) };
        let Ok(terms) = filter.terms(&Environment::default()) else { return Ok(()) };
        for term in terms {
            for field in [Field::SourceMac, Field::DestinationMac] {
                let Some(set) = term.set(field) else { continue };
                let count = |set: &Set| {
                    set.ranges().iter().map(|range| range.last - range.first + 1).sum::<u128>()
                };
                prop_assert!(count(set) <= 20 || count(&set.complement(field.max())) <= 20, "{}", text);
            }
        }
    }
}
