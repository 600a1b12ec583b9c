use super::{Range, Set, prefix::Prefix};

#[test]
fn ranges_that_touch_are_one() {
    let range = |first, last| Range { first, last };
    let set = Set::new([range(7, 9), range(1, 3), range(4, 5), range(8, 20), range(3, 1)]);
    assert_eq!(set.ranges(), [range(1, 5), range(7, 20)]);
    let set = Set::new([range(5, u128::MAX), range(9, 9)]);
    assert_eq!(set.ranges(), [range(5, u128::MAX)]);
}

#[test]
fn the_absent_field_is_a_value_of_its_own() {
    let port = Set::value(80_u16);
    assert!(!port.contains(None));
    let others = port.complement(65_535);
    assert!(others.contains(None) && others.contains(Some(0)) && !others.contains(Some(80)));
    assert!(!others.includes(&port) && others.includes(&Set::EMPTY.with_absent(true)));
}

#[test]
fn prefixes() {
    let prefix = |value, length| Prefix { value, length };
    assert_eq!(Set::range(0_u32, u32::MAX).prefixes(32), [prefix(0, 0)]);
    assert_eq!(Set::range(0_u32, u128::MAX).prefixes(128), [prefix(0, 0)]);
    assert_eq!(Set::value(5_u8).prefixes(8), [prefix(5, 8)]);
    assert_eq!(Set::range(1_u8, 6_u8).prefixes(8), [prefix(1, 8), prefix(2, 7), prefix(4, 7), prefix(6, 8)]);
    assert_eq!(Set::range(u128::MAX - 1, u128::MAX).prefixes(128), [prefix(u128::MAX - 1, 127)]);
    // The worst there is: all but the first and the last value.
    assert_eq!(Set::range(1_u8, u128::MAX - 1).prefixes(128).len(), 254);
    assert_eq!(Set::EMPTY.prefixes(32), []);
}
