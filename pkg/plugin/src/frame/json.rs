//! Grafana's frame JSON, as its front end's `StreamingDataFrame` reads it: the schema once, then values only,
//! column by column, on one line, never without a row.

use std::sync::Arc;

use serde::Serialize;

use super::Config;
use crate::columns::{Cells, Column, ColumnType};

/// Bytes of a message at most; Grafana disconnects a browser that has 4 MiB waiting.
pub const MAX_MESSAGE: usize = 512 * 1024;

/// Writes the messages of one stream.
#[derive(Clone, Debug)]
pub struct Encoder<C> {
    columns: Vec<C>,
    host: Arc<str>,
    schema_sent: bool,
}

impl<C: Column> Encoder<C> {
    /// For a stream of these columns, of the machine `host`.
    #[must_use]
    pub fn new(columns: Vec<C>, host: Arc<str>) -> Self {
        Self { columns, host, schema_sent: false }
    }

    /// Rows that fit a message.
    #[must_use]
    pub fn most_rows(&self) -> usize {
        // A comma each.
        let width: usize = self.columns.iter().map(|column| column.width() + 1).sum();
        MAX_MESSAGE / width.max(1)
    }

    /// The next message, with these rows. There must be one.
    pub fn message(&mut self, rows: &C::Rows) -> Vec<u8> {
        let width: usize = self.columns.iter().map(|column| column.width() + 1).sum();
        let room = C::count(rows) * width + 4096;
        let mut out = JsonCells { json: String::with_capacity(room), is_first: true };
        out.json.push('{');
        if !self.schema_sent {
            // Grafana's Go SDK cannot read a frame whose schema comes after its data.
            out.json.push_str(&schema_member(&self.columns));
            out.json.push(',');
            self.schema_sent = true;
        }
        out.json.push_str("\"data\":{\"values\":[");
        for (position, column) in self.columns.iter().enumerate() {
            out.json.push_str(if position == 0 { "[" } else { ",[" });
            out.is_first = true;
            column.write(rows, &self.host, &mut out);
            out.json.push(']');
        }
        out.json.push_str("]}}");
        out.json.into_bytes()
    }
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

/// The cells of one column, with commas between them.
struct JsonCells {
    json: String,
    is_first: bool,
}

impl JsonCells {
    /// Begins a cell.
    fn cell(&mut self) -> &mut String {
        if !self.is_first {
            self.json.push(',');
        }
        self.is_first = false;
        &mut self.json
    }
}

impl Cells for JsonCells {
    fn null(&mut self) {
        self.cell().push_str("null");
    }

    fn time(&mut self, milliseconds: i64) {
        self.cell().push_str(itoa::Buffer::new().format(milliseconds));
    }

    fn number(&mut self, number: u32) {
        self.cell().push_str(itoa::Buffer::new().format(number));
    }

    fn count(&mut self, count: u64) {
        self.cell().push_str(itoa::Buffer::new().format(count));
    }

    fn decimal(&mut self, number: f64) {
        // What is no number is null in JSON.
        let value = serde_json::Value::from(number);
        self.cell().push_str(&value.to_string());
    }

    fn boolean(&mut self, value: bool) {
        self.cell().push_str(if value { "true" } else { "false" });
    }

    fn text(&mut self, text: &str) {
        // An interface's name may hold quotes and control characters.
        if text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\') {
            self.plain(|json| json.push_str(text));
        } else {
            let escaped = serde_json::Value::from(text).to_string();
            self.cell().push_str(&escaped);
        }
    }

    fn plain(&mut self, write: impl FnOnce(&mut String)) {
        let json = self.cell();
        json.push('"');
        write(json);
        json.push('"');
    }
}

#[cfg(test)]
mod tests;
