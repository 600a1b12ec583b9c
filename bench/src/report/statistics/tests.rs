use super::*;

#[test]
fn the_median_is_the_middle_one_or_the_mean_of_both() {
    assert_eq!(Summary::of(&[3.0, 1.0, 10.0]), Summary { median: 3.0, least: 1.0, most: 10.0 });
    assert_eq!(Summary::of(&[4.0, 1.0, 2.0, 8.0]), Summary { median: 3.0, least: 1.0, most: 8.0 });
    assert_eq!(Summary::of(&[7.0]), Summary { median: 7.0, least: 7.0, most: 7.0 });
    assert!(Summary::of(&[]).median.is_nan());
}

#[test]
fn rounds_are_compared_with_each_other() {
    // The machine was three times slower in the second round; the ratio does not show it.
    let ratios = by_round(&[20.0, 60.0, 20.0], &[10.0, 30.0, 10.0], |one, other| one / other);
    assert_eq!(ratios, [2.0, 2.0, 2.0]);
}
