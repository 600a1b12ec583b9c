use serde_json::{Value, json};

use super::*;
use crate::columns::{Column, tests::Values};

/// Three packets of 1500 bytes in one frame, and one of 60, in half a second.
const BUSY: Interval = Interval {
    time: 1_767_225_600_500,
    length: Duration::from_millis(500),
    packets: 2,
    segments: 4,
    bytes: 4560,
};
const IDLE: Interval = Interval {
    time: 1_767_225_601_000,
    length: Duration::from_millis(500),
    packets: 0,
    segments: 0,
    bytes: 0,
};

fn all(interval: Interval) -> CountRow {
    CountRow::of_all("nas".into(), interval)
}

fn cells<C: Column<Rows = [CountRow]>>(column: C) -> Vec<Value> {
    let mut cells = Values::default();
    column.write(&[all(BUSY), all(IDLE)], &mut cells);
    cells.0
}

#[test]
fn counts_are_those_of_the_interval() {
    let names: Vec<&str> = CountColumn::ALL.iter().map(|column| column.name()).collect();
    assert_eq!(names, ["time", "group", "packets", "segments", "bytes"]);
    // What `xdplive watch` asks for.
    assert_eq!(names, xdplive_protocol::columns::COUNTS);
    assert_eq!(cells(CountColumn::Time), [json!(1_767_225_600_500_i64), json!(1_767_225_601_000_i64)]);
    assert_eq!(cells(CountColumn::Group), [Value::Null, Value::Null]);
    assert_eq!(cells(CountColumn::Packets), [json!(2), json!(0)]);
    assert_eq!(cells(CountColumn::Segments), [json!(4), json!(0)]);
    assert_eq!(cells(CountColumn::Bytes), [json!(4560), json!(0)]);
}

#[test]
fn series_are_per_second_and_of_the_wire() {
    assert_eq!(cells(SeriesColumn::Packets), [json!(8.0), json!(0.0)]);
    assert_eq!(cells(SeriesColumn::Bits), [json!(72_960.0), json!(0.0)]);
    // Nothing has no size, and zero would draw a line to the ground.
    assert_eq!(cells(SeriesColumn::Size), [json!(1140.0), Value::Null]);
}

#[test]
fn utilisation_is_of_a_speed_that_is_known() {
    for (speed, expected) in [
        (Some(1_000_000), json!(7.296)),
        (Some(400_000_000_000), json!(0.000_018)),
        (Some(0), Value::Null),
        (None, Value::Null),
    ] {
        let mut values = Values::default();
        SeriesColumn::Utilisation.write(&[CountRow { speed, ..all(BUSY) }], &mut values);
        assert_eq!(values.0, [expected], "{speed:?}");
    }
}

#[test]
fn a_group_is_null_among_counts_and_never_in_a_series() {
    let rows = [Some("TCP"), None].map(|group| CountRow {
        host: "nas".into(),
        group: group.map(Arc::from),
        interval: BUSY,
        speed: None,
    });
    let (mut counts, mut series) = (Values::default(), Values::default());
    CountColumn::Group.write(&rows, &mut counts);
    SeriesColumn::Group.write(&rows, &mut series);
    assert_eq!(counts.0, [json!("TCP"), Value::Null]);
    assert_eq!(series.0, [json!("TCP"), json!("none")]);
    assert!(CountColumn::Group.nullable() && !SeriesColumn::Group.nullable());
}

#[test]
fn an_interval_without_length_is_no_number_beyond_bounds() {
    let none = Interval { length: Duration::ZERO, ..IDLE };
    let mut values = Values::default();
    SeriesColumn::Bits.write(&[all(none)], &mut values);
    assert_eq!(values.0, [json!(0.0)]);
}

/// A second that ends then, with one packet of 100 bytes.
fn second(time: i64) -> Interval {
    Interval { time, length: Duration::from_secs(1), packets: 1, segments: 1, bytes: 100 }
}

fn shown(intervals: &[Interval]) -> Vec<(i64, u64, u64)> {
    intervals.iter().map(|one| (one.time, one.length.as_secs(), one.packets)).collect()
}

#[test]
fn history_comes_in_the_intervals_asked_for() {
    let seconds: Vec<Interval> = (1..=7).map(|number| second(1000 * number)).collect();
    let of = |range, length| shown(&intervals(&seconds, range, Duration::from_millis(length)));
    assert_eq!(of(2000..=4000, 100), [(2000, 1, 1), (3000, 1, 1), (4000, 1, 1)]);
    assert_eq!(of(0..=9000, 1000).len(), 7);
    assert_eq!(of(0..=9000, 3000), [(3000, 3, 3), (6000, 3, 3), (7000, 1, 1)]);
    assert_eq!(of(8000..=9000, 1000), []);
}

#[test]
fn a_gap_is_no_part_of_an_interval() {
    let seconds = [second(1000), second(2000), second(60_000), second(61_000)];
    let intervals = intervals(&seconds, 0..=i64::MAX, Duration::from_secs(10));
    assert_eq!(shown(&intervals), [(2000, 2, 2), (60_000, 1, 1), (61_000, 1, 1)]);
}

/// Whatever the range begins with, and although a second ends a little after the whole one.
#[test]
fn intervals_end_at_multiples_of_their_length() {
    let seconds: Vec<Interval> = (1..=12).map(|number| second(1000 * number + 3)).collect();
    let of = |range| shown(&intervals(&seconds, range, Duration::from_secs(5)));
    assert_eq!(of(0..=i64::MAX), [(5003, 5, 5), (10_003, 5, 5), (12_003, 2, 2)]);
    assert_eq!(of(4000..=i64::MAX), [(5003, 2, 2), (10_003, 5, 5), (12_003, 2, 2)]);
    // The last is not over, and would look like a drop.
    let mut rows: Vec<CountRow> =
        intervals(&seconds, 0..=i64::MAX, Duration::from_secs(5)).into_iter().map(all).collect();
    drop_unfinished(&mut rows, Duration::from_secs(5), 12_500);
    assert_eq!(rows.iter().map(|row| row.interval.time).collect::<Vec<_>>(), [5003, 10_003]);
    drop_unfinished(&mut rows, Duration::from_secs(5), 12_500);
    assert_eq!(rows.len(), 2);
}
