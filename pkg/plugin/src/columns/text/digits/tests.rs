use proptest::prelude::*;

use super::*;

/// As text, and what stands behind it.
fn written(number: u32) -> (String, Vec<u8>) {
    let (bytes, length) = digits(number);
    let bytes = bytes.to_le_bytes();
    let (text, rest) = bytes.split_at(length);
    (String::from_utf8(text.to_vec()).unwrap(), rest.to_vec())
}

/// Every port, and every number of so many digits' first and last.
#[test]
fn they_are_those_of_the_standard_library() {
    let powers = (0..8).map(|power| 10_u32.pow(power));
    let ends = powers.flat_map(|power| [power - 1, power, power + 1, 10 * power - 1]);
    for number in (0..=70_000).chain(ends) {
        let (text, rest) = written(number);
        assert_eq!(text, number.to_string());
        assert!(rest.iter().all(|byte| *byte == 0), "{number}");
    }
}

#[test]
fn a_short_number_has_room_behind_it() {
    assert_eq!(digits(SHORT - 1).1, 7);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_number_is_written_as_the_standard_library_does(number in 0..100_000_000_u32) {
        prop_assert_eq!(written(number).0, number.to_string());
    }
}
