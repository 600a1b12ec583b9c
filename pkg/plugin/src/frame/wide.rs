//! Time series as Grafana evaluates them: one column of times and a field of numbers for each series, which labels tell
//! from one another.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use arrow_array::{ArrayRef, Float64Array, TimestampNanosecondArray};
use arrow_schema::Field;
use serde_json::Value;
use xdplive_source::GroupBy;

use super::{
    Config,
    arrow::{EncodeError, NANOSECONDS, data_type, in_metadata, write},
};
use crate::{
    columns::{
        Cells, Column, ColumnType,
        capture::{CaptureColumn, CaptureRow},
        interfaces::{InterfaceColumn, InterfaceRow},
        rates::{CountColumn, CountRow, NO_GROUP, SeriesColumn},
    },
    groups::{self, OTHER},
    query::{Query, Word as _},
    utilisation::has_no_other,
};

/// Names and values that tell a series from others.
pub type Labels = BTreeMap<&'static str, String>;

/// A field of numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its name.
    pub name: &'static str,
    /// Grafana's name of its unit.
    pub unit: Option<&'static str>,
    /// What tells it from others of its name.
    pub labels: Labels,
    /// One for each time; none where there is no value then.
    pub values: Vec<Option<f64>>,
}

/// A frame of series over `times`, ms since 1970.
///
/// # Errors
/// [`EncodeError`], which means that Arrow cannot hold what we have.
pub fn frame(ref_id: &str, times: &[i64], series: &[Series], meta: &Value) -> Result<Vec<u8>, EncodeError> {
    let mut fields = vec![Field::new("time", data_type(ColumnType::Time), false)];
    let rows = times.len();
    let times: TimestampNanosecondArray =
        times.iter().map(|time| Some(time.saturating_mul(NANOSECONDS))).collect();
    let mut arrays: Vec<ArrayRef> = vec![Arc::new(times)];
    for one in series {
        let mut metadata = in_metadata(one.unit.map(|unit| Config { unit: Some(unit), description: None }));
        metadata.insert("labels".to_owned(), serde_json::json!(one.labels).to_string());
        fields.push(Field::new(one.name, data_type(ColumnType::Decimal), true).with_metadata(metadata));
        arrays.push(Arc::new(Float64Array::from(one.values.clone())));
    }
    write(ref_id, fields, arrays, rows, meta)
}

/// The times of accounts, and the columns of numbers of each hook and stream.
#[must_use]
pub fn of_accounts(columns: &[CaptureColumn], rows: &[CaptureRow]) -> (Vec<i64>, Vec<Series>) {
    // A hook's own figures stand in each of its rows; whoever comes and goes must not change whose they are.
    let (of_streams, of_hooks): (Vec<CaptureColumn>, Vec<CaptureColumn>) =
        columns.iter().partition(|column| column.is_of_stream());
    // With one host labels, by which alert rules know what fires, stay as they are.
    let several = CaptureRow::are_of_several_hosts(rows);
    let of_hook = |row: &CaptureRow| row.labels_of_hook(several);
    let of_stream = |row: &CaptureRow| row.labels_of_stream(several);
    let (times, mut series) = of_rows(&of_hooks, rows, CaptureRow::time, of_hook);
    series.extend(of_rows(&of_streams, rows, CaptureRow::time, of_stream).1);
    with_names((times, series))
}

/// The times of rows of interfaces, and the columns of numbers of each interface.
#[must_use]
pub fn of_interfaces(columns: &[InterfaceColumn], rows: &[InterfaceRow]) -> (Vec<i64>, Vec<Series>) {
    let several = InterfaceRow::are_of_several_hosts(rows);
    with_names(of_rows(columns, rows, |row| row.time, |row| row.labels(several)))
}

/// The times of counts, and the columns of numbers of each group.
#[must_use]
pub fn of_counts(columns: &[CountColumn], rows: &[CountRow], query: &Query) -> (Vec<i64>, Vec<Series>) {
    with_names(of_rows(columns, rows, time_of, |row| labels_of(row, query.group_by)))
}

/// The times of groups, and what is measured of each: of the largest of all the time, as many as the query shows, and of
/// all others together.
#[must_use]
pub fn of_groups(columns: &[SeriesColumn], rows: &[CountRow], query: &Query) -> (Vec<i64>, Vec<Series>) {
    let rows = largest(rows, query);
    let (times, mut series) = of_rows(columns, &rows, time_of, |row| labels_of(row, query.group_by));
    series.sort_by_key(|one| one.labels.values().any(|label| label == OTHER));
    if series.is_empty() {
        // A frame with no field but a time is no time series to Grafana, and an error.
        series = of_columns(columns, &[]);
    }
    (times, series)
}

/// Adds each series' name to its labels: Grafana evaluates series by their labels alone, and refuses two with the same.
fn with_names((times, mut series): (Vec<i64>, Vec<Series>)) -> (Vec<i64>, Vec<Series>) {
    for one in &mut series {
        one.labels.insert(COLUMN, one.name.to_owned());
    }
    (times, series)
}

/// Label for the name of a column.
const COLUMN: &str = "column";

/// The columns of numbers of rows, and the times of all of them. Rows of one time differ in their labels.
fn of_rows<C, R>(
    columns: &[C],
    rows: &[R],
    time: impl Fn(&R) -> i64,
    labels: impl Fn(&R) -> Labels,
) -> (Vec<i64>, Vec<Series>)
where
    C: Column<Rows = [R]>,
    R: Clone,
{
    let mut times: Vec<i64> = rows.iter().map(&time).collect();
    times.sort_unstable();
    times.dedup();
    let mut groups: Vec<(Labels, Vec<R>)> = Vec::new();
    let mut places: BTreeMap<Labels, usize> = BTreeMap::new();
    for row in rows {
        let labels = labels(row);
        let place = *places.entry(labels.clone()).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, rows)) => rows.push(row.clone()),
            None => groups.push((labels, vec![row.clone()])),
        }
    }
    let mut series = Vec::new();
    for (labels, rows) in &groups {
        for one in of_columns(columns, rows) {
            let known: BTreeMap<i64, Option<f64>> = rows.iter().map(&time).zip(one.values).collect();
            let values = times.iter().map(|time| known.get(time).copied().flatten()).collect();
            series.push(Series { labels: labels.clone(), values, ..one });
        }
    }
    (times, series)
}

/// The columns of numbers of rows that are all of one series.
fn of_columns<C: Column>(columns: &[C], rows: &C::Rows) -> Vec<Series> {
    let numbers = columns.iter().filter(|column| is_number(**column));
    numbers
        .map(|column| {
            let mut cells = Numbers::default();
            column.write(rows, &mut cells);
            Series { name: column.name(), unit: column.unit(), labels: Labels::new(), values: cells.0 }
        })
        .collect()
}

const fn time_of(row: &CountRow) -> i64 {
    row.interval.time
}

fn labels_of(row: &CountRow, by: Option<GroupBy>) -> Labels {
    let group = || row.group.as_deref().unwrap_or(NO_GROUP).to_owned();
    by.map(|by| (by.name(), group())).into_iter().collect()
}

/// The rows of the groups that are largest over all rows, the largest first; those of all others are added to the group
/// of others.
fn largest(rows: &[CountRow], query: &Query) -> Vec<CountRow> {
    let size = groups::size(query.measure);
    let is_other = |row: &CountRow| row.group.as_deref() == Some(OTHER);
    let mut sizes: HashMap<&Option<Arc<str>>, u64> = HashMap::new();
    for row in rows.iter().filter(|row| !is_other(row)) {
        *sizes.entry(&row.group).or_default() += size(&row.interval.sum());
    }
    let mut ranked: Vec<_> = sizes.into_iter().map(|(group, size)| (Reverse(size), group)).collect();
    ranked.sort_unstable();
    ranked.truncate(query.top);
    let mut shown: Vec<CountRow> = Vec::new();
    for (_, group) in &ranked {
        shown.extend(rows.iter().filter(|row| row.group == **group && !is_other(row)).cloned());
    }
    if has_no_other(query) {
        return shown;
    }
    let mut others: BTreeMap<i64, CountRow> = BTreeMap::new();
    for row in
        rows.iter().filter(|row| is_other(row) || !ranked.iter().any(|(_, group)| **group == row.group))
    {
        match others.get_mut(&row.interval.time) {
            Some(other) => other.interval.add(&row.interval),
            None => {
                let other = CountRow { group: Some(Arc::from(OTHER)), ..row.clone() };
                others.insert(row.interval.time, other);
            }
        }
    }
    shown.extend(others.into_values());
    shown
}

fn is_number<C: Column>(column: C) -> bool {
    matches!(column.kind(), ColumnType::Number | ColumnType::Count | ColumnType::Decimal)
}

/// Cells of numbers.
#[derive(Default)]
struct Numbers(Vec<Option<f64>>);

impl Cells for Numbers {
    fn null(&mut self) {
        self.0.push(None);
    }

    fn time(&mut self, milliseconds: i64) {
        self.decimal(milliseconds as f64);
    }

    fn number(&mut self, number: u32) {
        self.decimal(number.into());
    }

    fn count(&mut self, count: u64) {
        self.decimal(count as f64);
    }

    fn decimal(&mut self, number: f64) {
        self.0.push(Some(number));
    }

    fn boolean(&mut self, _value: bool) {
        self.null();
    }

    fn text(&mut self, _text: &str) {
        self.null();
    }

    fn plain(&mut self, _write: impl FnOnce(&mut String)) {
        self.null();
    }
}
