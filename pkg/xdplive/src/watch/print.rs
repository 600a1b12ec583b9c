//! Rows as lines: aligned columns, or JSON.

use std::io::{self, BufWriter, Write};

use chrono::{DateTime, Local};
use thiserror::Error;

use super::message::Message;
use crate::output::{OutputError, STANDARD_OUTPUT};

/// Prints the rows of all streams.
pub struct Printer<W: Write> {
    out: BufWriter<W>,
    json: bool,
    columns: Vec<String>,
}

/// Why rows cannot be printed.
#[derive(Debug, Error)]
pub enum PrintError {
    /// The message is not as agreed.
    #[error("the plugin sent something that is no frame: {0}")]
    Message(#[from] serde_json::Error),
    /// Columns came that do not fit the stream.
    #[error("the plugin sent a frame with {got} columns, which are not {}", .expected.join(", "))]
    Columns {
        /// How many came.
        got: usize,
        /// The stream's columns.
        expected: Vec<String>,
    },
    /// Standard output does not take it.
    #[error(transparent)]
    Output(#[from] OutputError),
}

impl<W: Write> Printer<W> {
    /// Prints to `out`; all streams have the same columns.
    pub fn new(out: W, json: bool, columns: &[String]) -> Self {
        Self { out: BufWriter::with_capacity(1 << 16, out), json, columns: columns.to_vec() }
    }

    /// The names of the columns above their places.
    pub fn heading(&self) -> String {
        let names = self.columns.iter().map(|name| format!("{name:width$}", width = width(name)));
        names.collect::<Vec<_>>().join(" ").trim_end().to_owned()
    }

    /// Prints at most `most` of a message's rows, and returns how many those are. They are all out then.
    ///
    /// # Errors
    /// Any [`PrintError`].
    pub fn print(&mut self, stream: usize, message: &[u8], most: u64) -> Result<u64, PrintError> {
        let message: Message<'_> = serde_json::from_slice(message)?;
        let values = message.data.values;
        let as_agreed = message
            .schema
            .is_none_or(|schema| schema.fields.iter().map(|field| field.name).eq(&self.columns));
        if !as_agreed || values.len() != self.columns.len() {
            return Err(PrintError::Columns { got: values.len(), expected: self.columns.clone() });
        }
        let received = values.first().map_or(0, Vec::len) as u64;
        let rows = received.min(most);
        let written = (0..usize::try_from(rows).unwrap_or(usize::MAX)).try_for_each(|row| {
            let cells = self
                .columns
                .iter()
                .zip(&values)
                .map(|(name, column)| (name.as_str(), column.get(row).map_or("null", |cell| cell.get())));
            if self.json { json_line(&mut self.out, stream, cells) } else { text_line(&mut self.out, cells) }
        });
        written
            .and_then(|()| self.out.flush())
            .map_err(|error| OutputError::new("rows", STANDARD_OUTPUT, error))?;
        Ok(rows)
    }
}

fn json_line<'a>(
    out: &mut impl Write,
    stream: usize,
    cells: impl Iterator<Item = (&'a str, &'a str)>,
) -> io::Result<()> {
    write!(out, "{{\"stream\":{stream}")?;
    for (name, cell) in cells {
        write!(out, ",\"{name}\":{cell}")?;
    }
    out.write_all(b"}\n")
}

fn text_line<'a>(out: &mut impl Write, cells: impl Iterator<Item = (&'a str, &'a str)>) -> io::Result<()> {
    let mut line = String::new();
    for (name, cell) in cells {
        let text = match cell {
            "null" => "-".to_owned(),
            cell if matches!(name, "time" | "first_seen" | "last_seen") => time(cell),
            cell => serde_json::from_str::<String>(cell).unwrap_or_else(|_| cell.to_owned()),
        };
        line.push_str(&format!("{text:width$} ", width = width(name)));
    }
    writeln!(out, "{}", line.trim_end())
}

/// Milliseconds since 1970 as the time of day here.
fn time(milliseconds: &str) -> String {
    let time = milliseconds.parse().ok().and_then(DateTime::from_timestamp_millis);
    time.map_or_else(
        || milliseconds.to_owned(),
        |time| time.with_timezone(&Local).format("%H:%M:%S%.3f").to_string(),
    )
}

/// Characters that a column takes, so that usual values stand below each other.
fn width(name: &str) -> usize {
    let usual = match name {
        "time" | "first_seen" | "last_seen" => 12,
        "interface" => 8,
        "hook" | "matched" | "thinned" | "delivered" => 11,
        "seen" => 12,
        "source_mac" | "destination_mac" => 17,
        "source_ip" | "destination_ip" | "group" => 15,
        "protocol" => 9,
        "tcp_flags" => 11,
        "malformed" => 16,
        _ => 0,
    };
    usual.max(name.len())
}

#[cfg(test)]
mod tests;
