use proptest::{collection::vec, prelude::*};

use super::*;

/// What one column's cells become.
fn column(write: impl FnOnce(&mut JsonCells)) -> String {
    let mut cells = JsonCells::in_json(Vec::new());
    write(&mut cells);
    cells.end();
    String::from_utf8(cells.json).unwrap()
}

/// As the standard library or serde_json has them.
fn joined<T>(values: &[T], write: impl Fn(&T) -> String) -> String {
    values.iter().map(write).collect::<Vec<_>>().join(",") + "]"
}

#[test]
fn a_column_without_cells_is_closed() {
    assert_eq!(column(|_| {}), "]");
}

#[test]
fn what_is_not_there_and_truth_values() {
    let text = column(|cells| {
        cells.boolean(true);
        cells.null();
        cells.boolean(false);
    });
    assert_eq!(text, "true,null,false]");
}

#[test]
fn numbers_of_every_size() {
    let numbers = [0, 9, 10, 65_535, SHORT - 1, SHORT, 99_999_999, 100_000_000, u32::MAX];
    let text = column(|cells| numbers.iter().for_each(|number| cells.number(*number)));
    assert_eq!(text, joined(&numbers, u32::to_string));
    let counts = [0, 9_999_999, 10_000_000, 1 << 32, (1 << 32) + 1, u64::MAX];
    let text = column(|cells| counts.iter().for_each(|count| cells.count(*count)));
    assert_eq!(text, joined(&counts, u64::to_string));
}

/// The cell of a time is made from the one before.
#[test]
fn times_do_not_keep_anything_of_the_last_one() {
    let times = [0, 0, -1, 1, 999, 1000, 999, i64::MIN, -1000, -999, i64::MAX, i64::MAX - 1, 0];
    let text = column(|cells| times.iter().for_each(|time| cells.time(*time)));
    assert_eq!(text, joined(&times, i64::to_string));
}

#[test]
fn a_word_is_the_text() {
    let word: Word<24> = Word::new(b"ISIS over IPv4").unwrap();
    let text = column(|cells| {
        cells.word(&word);
        cells.text("ISIS over IPv4");
        cells.plain(|text| text.push_str("ISIS over IPv4"));
    });
    assert_eq!(text, r#""ISIS over IPv4","ISIS over IPv4","ISIS over IPv4"]"#);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_as_serde_json_has_it(texts in vec(".*", 0..5)) {
        let text = column(|cells| texts.iter().for_each(|text| cells.text(text)));
        prop_assert_eq!(text, joined(&texts, |text| serde_json::to_string(text).unwrap()));
    }

    #[test]
    fn times_that_follow_each_other(begin in -5_000..1_800_000_000_000_i64, steps in vec(-3..2_000_i64, 1..200)) {
        let times: Vec<i64> = steps.iter().scan(begin, |time, step| { *time += step; Some(*time) }).collect();
        let text = column(|cells| times.iter().for_each(|time| cells.time(*time)));
        prop_assert_eq!(text, joined(&times, i64::to_string));
    }
}
