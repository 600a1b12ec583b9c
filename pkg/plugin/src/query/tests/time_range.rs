//! The time range of a panel.

use super::*;

const MAX: i64 = 8_640_000_000_000_000;

#[test]
fn ranges_that_a_browser_can_express() {
    for range in
        [(0, 0), (0, 1), (-MAX, MAX), (MAX, MAX), (-MAX, -MAX), (1_767_225_600_000, 1_767_225_900_000)]
    {
        assert_eq!(check_time_range(Some(range)), Ok(range.0..=range.1), "{range:?}");
    }
}

#[test]
fn other_ranges_are_refused() {
    for range in [
        (1, 0),
        (MAX, -MAX),
        (0, MAX + 1),
        (-MAX - 1, 0),
        (i64::MIN, i64::MAX),
        (i64::MAX, i64::MIN),
        (i64::MIN, i64::MIN),
        (i64::MAX, i64::MAX),
    ] {
        let (from, to) = range;
        let expected = format!(
            "the time range from {from} to {to} is not allowed; it takes two times in ms between ±8.64e15, in \
             order"
        );
        assert_eq!(check_time_range(Some(range)).unwrap_err().to_string(), expected);
    }
}

#[test]
fn there_must_be_one() {
    let error = check_time_range(None).unwrap_err().to_string();
    assert!(error.starts_with("the time range from nothing to nothing is not allowed; "), "{error}");
}
