use serde_json::{Value, json};

use super::*;
use crate::columns::{Column, tests::Values};

fn row(speed: Option<u64>, counted: Option<(Duration, LinkCounters)>) -> InterfaceRow {
    InterfaceRow {
        time: 1_767_225_600_500,
        host: "nas".into(),
        interface: "eth0".into(),
        state: "up".into(),
        speed,
        counted,
    }
}

/// Half a second of a link with a megabit.
fn busy() -> InterfaceRow {
    let counters = LinkCounters {
        in_bytes: 12_500,
        out_bytes: 1,
        in_packets: 12,
        out_packets: 1,
        in_dropped: 5,
        in_missed: 2,
        out_dropped: 6,
        in_errors: 7,
        out_errors: 8,
        carrier_changes: 9,
        queue_dropped: 10,
    };
    row(Some(1_000_000), Some((Duration::from_millis(500), counters)))
}

fn cells(row: &InterfaceRow) -> Vec<(&'static str, Value)> {
    let all = InterfaceColumn::ALL.iter().chain(InterfaceColumn::BESIDES);
    all.map(|column| {
        let mut cells = Values::default();
        column.write(std::slice::from_ref(row), &mut cells);
        (column.name(), cells.0.remove(0))
    })
    .collect()
}

#[test]
fn bits_are_per_second_and_all_else_is_of_the_interval() {
    assert_eq!(
        cells(&busy()),
        [
            ("time", json!(1_767_225_600_500_i64)),
            ("interface", json!("eth0")),
            ("state", json!("up")),
            ("speed", json!(1_000_000)),
            ("in_bits", json!(200_000.0)),
            ("out_bits", json!(16.0)),
            ("in_packets", json!(12)),
            ("out_packets", json!(1)),
            ("in_dropped", json!(5)),
            ("out_dropped", json!(6)),
            ("in_errors", json!(7)),
            ("out_errors", json!(8)),
            ("utilisation_in", json!(20.0)),
            ("utilisation_out", json!(0.0016)),
            ("carrier_changes", json!(9)),
            ("queue_dropped", json!(10)),
            ("in_missed", json!(2)),
            ("host", json!("nas")),
        ]
    );
}

#[test]
fn what_is_not_known_is_null() {
    for (row, known) in [
        (row(None, None), &["time", "interface", "state", "host"][..]),
        (row(Some(10), None), &["time", "interface", "state", "speed", "host"]),
        (row(Some(0), None), &["time", "interface", "state", "speed", "host"]),
    ] {
        for (name, value) in cells(&row) {
            assert_eq!(!value.is_null(), known.contains(&name), "{name}: {value}");
        }
    }
    let of_unknown = cells(&InterfaceRow { speed: None, ..busy() });
    let null: Vec<&str> =
        of_unknown.iter().filter(|(_, value)| value.is_null()).map(|(name, _)| *name).collect();
    assert_eq!(null, ["speed", "utilisation_in", "utilisation_out"]);
}
