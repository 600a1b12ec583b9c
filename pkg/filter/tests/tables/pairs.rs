//! Pairs of a host and a port.

use std::ops::Range;

use proptest::{collection::vec, prelude::*, test_runner::TestRunner};
use xdplive_filter::{Environment, Filter, tables::CapacityError};
use xdplive_packet::event::Direction;

use crate::{
    agreement::{Sample, Wanted, assert_agreement, build, corpus, tunnelled, wanted},
    pair_lists,
};

/// Sets of filters that are tried.
const CASES: u32 = 30;

#[test]
fn any_lists_of_pairs_together() {
    let environment = Environment::default();
    let samples: Vec<Sample> = corpus().into_iter().chain(tunnelled()).collect();
    let config = ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() };
    let filters = vec((pair_lists::filters(), any::<bool>()), 1..4);
    TestRunner::new(config)
        .run(&filters, |filters| {
            let fits = |text: &String| Filter::parse(text).unwrap().terms(&environment).is_ok();
            let mut slots: Vec<Wanted> = filters
                .iter()
                .filter(|(text, _)| fits(text))
                .map(|(text, inner)| Wanted { inner: *inner, ..wanted(text, &Direction::ALL, &environment) })
                .collect();
            slots.push(wanted("tcp or payload > 100", &Direction::ALL, &environment));
            match build(&slots) {
                Ok(_) => assert_agreement(&slots, &samples, &environment),
                Err(error) => prop_assert!(matches!(error, CapacityError::Terms { .. }), "{}", error),
            }
            Ok(())
        })
        .unwrap();
}

fn pair(number: u32) -> String {
    let [_, a, b, c] = number.wrapping_mul(0x9e37_79b1).to_be_bytes();
    format!("(host 10.{a}.{b}.{c} and port {})", 1 + number % 60_000)
}

/// Thousands of pairs have room, and nine thousand do not.
#[test]
fn as_many_pairs_as_there_is_room_for() {
    let environment = Environment::default();
    let some = |numbers: Range<u32>| numbers.map(pair).collect::<Vec<_>>().join(" or ");
    let list = |pairs: u32| some(0..pairs);
    for pairs in [1000, 3000] {
        let slots = [wanted(&list(pairs), &Direction::ALL, &environment)];
        assert_eq!(slots[0].terms.len(), 4, "one for each side of address and port");
        build(&slots).unwrap();
    }
    let excluded = wanted(&format!("not ({})", list(1000)), &Direction::ALL, &environment);
    assert_eq!(excluded.terms.len(), 1);
    assert_eq!(excluded.terms[0].to_string().matches(" none of 1000 pairs").count(), 4);
    let two = [0..4500, 4500..9000].map(|numbers| wanted(&some(numbers), &Direction::ALL, &environment));
    let error = build(&two).err().unwrap();
    assert_eq!(error, CapacityError::Pairs { pairs: 9000 });
    assert_eq!(
        error.to_string(),
        "the filters on one interface name 9000 pairs of a host and a port, more than there is room for"
    );
}
