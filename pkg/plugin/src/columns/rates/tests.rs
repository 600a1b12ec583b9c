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

fn cells<C: Column<Rows = [Interval]>>(column: C) -> Vec<Value> {
    let mut cells = Values::default();
    column.write(&[BUSY, IDLE], &mut cells);
    cells.0
}

#[test]
fn counts_are_those_of_the_interval() {
    let names: Vec<&str> = CountColumn::ALL.iter().map(|column| column.name()).collect();
    assert_eq!(names, ["time", "group", "packets", "segments", "bytes"]);
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
fn an_interval_without_length_is_no_number_beyond_bounds() {
    let none = Interval { length: Duration::ZERO, ..IDLE };
    let mut values = Values::default();
    SeriesColumn::Bits.write(&[none], &mut values);
    assert_eq!(values.0, [json!(0.0)]);
}
