//! Set algebra, against sets of single values.

use std::collections::BTreeSet;

use proptest::prelude::*;
use xdplive_filter::{Range, Set};

use crate::config;

/// Fields of 6 bits are small enough to try every value.
const BITS: u32 = 6;
const MAX: u128 = (1 << BITS) - 1;

fn sets() -> impl Strategy<Value = Set> {
    let range = (0..=MAX, 0..=MAX).prop_map(|(first, last)| Range { first, last });
    (prop::collection::vec(range, 0..6), any::<bool>())
        .prop_map(|(ranges, absent)| Set::new(ranges).with_absent(absent))
}

/// Every value of the field, and its absence.
fn values() -> impl Iterator<Item = Option<u128>> {
    (0..=MAX).map(Some).chain([None])
}

fn assert_canonical(set: &Set) {
    let ranges = set.ranges();
    assert!(ranges.iter().all(|range| range.first <= range.last), "{set:?}");
    assert!(ranges.windows(2).all(|pair| pair[0].last + 1 < pair[1].first), "{set:?}");
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn operations_are_those_of_sets(a in sets(), b in sets()) {
        let (union, both, opposite) = (a.union(&b), a.intersection(&b), a.complement(MAX));
        for value in values() {
            let (in_a, in_b) = (a.contains(value), b.contains(value));
            prop_assert_eq!(union.contains(value), in_a || in_b);
            prop_assert_eq!(both.contains(value), in_a && in_b);
            prop_assert_eq!(opposite.contains(value), !in_a);
        }
        for set in [&union, &both, &opposite] {
            assert_canonical(set);
        }
        prop_assert_eq!(a.includes(&b), values().all(|value| a.contains(value) || !b.contains(value)));
        prop_assert_eq!(a.is_empty(), !values().any(|value| a.contains(value)));
        prop_assert_eq!(a.is_all(MAX), values().all(|value| a.contains(value)));
        prop_assert_eq!(a == b, values().all(|value| a.contains(value) == b.contains(value)));
    }

    #[test]
    fn prefixes_hold_the_values_once(set in sets()) {
        let prefixes = set.prefixes(BITS);
        let values: Vec<u128> =
            prefixes.iter().flat_map(|prefix| (0..1 << (BITS - prefix.length)).map(|rest| prefix.value | rest)).collect();
        let expected: Vec<u128> = (0..=MAX).filter(|value| set.contains(Some(*value))).collect();
        prop_assert_eq!(&values, &expected);
        // The fewest: no two of them are the halves of another.
        let halves: BTreeSet<(u128, u32)> =
            prefixes.iter().map(|prefix| (prefix.value >> (BITS - prefix.length), prefix.length)).collect();
        prop_assert!(halves.iter().all(|(value, length)| *length == 0 || !halves.contains(&(value ^ 1, *length))));
    }

    /// At the edges of 128 bits, where numbers could overflow.
    #[test]
    fn ranges_of_all_bits(a in any::<u128>(), b in any::<u128>()) {
        let set = Set::range(a.min(b), a.max(b));
        let opposite = set.complement(u128::MAX);
        prop_assert!(opposite.absent());
        prop_assert_eq!(&opposite.complement(u128::MAX), &set);
        prop_assert!(set.union(&opposite).is_all(u128::MAX));
        let prefixes = set.prefixes(128);
        prop_assert!(prefixes.len() <= 254);
        let last = prefixes.last().unwrap();
        prop_assert_eq!(prefixes[0].value, a.min(b));
        prop_assert_eq!(last.value | u128::MAX.checked_shr(last.length).unwrap_or(0), a.max(b));
    }
}
