//! Grafana's frame JSON, as its front end's `StreamingDataFrame` reads it: the schema once, then values only,
//! column by column, on one line, never without a row.

mod cells;

use serde::Serialize;

use self::cells::JsonCells;
use super::Config;
use crate::{
    columns::{Column, ColumnType},
    sent::Place,
};

/// Bytes of a message at most; Grafana disconnects a browser that has 4 MiB waiting.
pub const MAX_MESSAGE: usize = 512 * 1024;

/// Writes the messages of one stream.
#[derive(Clone, Debug)]
pub struct Encoder<C> {
    columns: Vec<C>,
    schema_sent: bool,
    /// Bytes that a row of the next message is expected to take.
    row: usize,
}

impl<C: Column> Encoder<C> {
    /// For a stream of these columns.
    #[must_use]
    pub fn new(columns: Vec<C>) -> Self {
        let row = width(&columns);
        Self { columns, schema_sent: false, row }
    }

    /// Rows that fit a message.
    #[must_use]
    pub fn most_rows(&self) -> usize {
        MAX_MESSAGE / width(&self.columns).max(1)
    }

    /// The next message, with these rows. There must be one.
    pub fn message(&mut self, rows: &C::Rows) -> Vec<u8> {
        self.message_at(rows, None)
    }

    /// The same with where its rows stand, which Grafana hands on untouched.
    pub fn message_at(&mut self, rows: &C::Rows, place: Option<&Place>) -> Vec<u8> {
        let count = C::count(rows);
        let mut cells = JsonCells::in_json(Vec::with_capacity(count * self.row + 4096));
        cells.json.push(b'{');
        if !self.schema_sent {
            // Grafana's Go SDK cannot read a frame whose schema comes after its data.
            cells.json.extend_from_slice(schema_member(&self.columns).as_bytes());
            cells.json.push(b',');
            self.schema_sent = true;
        }
        if let Some(Place { run, first }) = place {
            // A name of hexadecimal digits.
            cells.json.extend_from_slice(format!("\"run\":\"{run}\",\"first\":{first},").as_bytes());
        }
        cells.json.extend_from_slice(b"\"data\":{\"values\":[");
        for (position, column) in self.columns.iter().enumerate() {
            cells.json.extend_from_slice(if position == 0 { b"[" } else { b",[" });
            column.write(rows, &mut cells);
            cells.end();
        }
        cells.json.extend_from_slice(b"]}}");
        // Most rows take half of what they could, and rows like these follow.
        let row = cells.json.len() / count.max(1);
        self.row = (row + row / 4).min(width(&self.columns));
        cells.json
    }
}

/// Bytes of a row at most, but for odd names: a cell of each column, with a comma.
fn width<C: Column>(columns: &[C]) -> usize {
    columns.iter().map(|column| column.width() + 1).sum()
}

/// A message with the schema alone, for a subscriber who comes while the stream runs.
#[must_use]
pub fn schema<C: Column>(columns: &[C]) -> Vec<u8> {
    format!("{{{}}}", schema_member(columns)).into_bytes()
}

#[derive(Serialize)]
struct Schema<'a> {
    fields: Vec<Field<'a>>,
}

#[derive(Serialize)]
struct Field<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: ColumnType,
    #[serde(rename = "typeInfo")]
    type_info: TypeInfo<'a>,
    config: Config,
}

#[derive(Serialize)]
struct TypeInfo<'a> {
    frame: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    nullable: bool,
}

fn schema_member<C: Column>(columns: &[C]) -> String {
    let fields = columns
        .iter()
        .map(|column| Field {
            name: column.name(),
            kind: column.kind(),
            type_info: TypeInfo { frame: go_type(column.kind()), nullable: column.nullable() },
            config: Config::of(*column),
        })
        .collect();
    // Plain structures of text: there is nothing that could not be written.
    let schema = serde_json::to_string(&Schema { fields }).unwrap_or_default();
    format!("\"schema\":{schema}")
}

/// Grafana's own name of the type, as its Go SDK gives it.
const fn go_type(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Time => "time.Time",
        ColumnType::String => "string",
        ColumnType::Number => "uint32",
        ColumnType::Count => "uint64",
        ColumnType::Decimal => "float64",
        ColumnType::Boolean => "bool",
    }
}

#[cfg(test)]
mod tests;
