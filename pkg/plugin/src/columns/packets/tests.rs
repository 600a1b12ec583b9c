use serde_json::{Map, Value, json};
use xdplive_packet::Event;

use super::*;
use crate::tests::{batch, ethernet, event, raw};

mod faults;
mod frame;
mod ip;
mod link;
mod upper;
mod vocabulary;

/// Cells as JSON values.
#[derive(Default)]
struct Values(Vec<Value>);

impl Cells for Values {
    fn null(&mut self) {
        self.0.push(Value::Null);
    }

    fn time(&mut self, milliseconds: i64) {
        self.0.push(milliseconds.into());
    }

    fn number(&mut self, number: u32) {
        self.0.push(number.into());
    }

    fn boolean(&mut self, value: bool) {
        self.0.push(value.into());
    }

    fn text(&mut self, text: &str) {
        self.0.push(text.into());
    }

    fn plain(&mut self, write: impl FnOnce(&mut String)) {
        let mut text = String::new();
        write(&mut text);
        self.0.push(text.into());
    }
}

/// The cell of one column in the row of a packet on `eth0`.
fn cell(column: Column, event: Event) -> Value {
    let batch = batch("eth0", [event]);
    let mut cells = Values::default();
    column.write(&batch.rows()[0], &Context { names: &batch.names, clock: batch.clock }, &mut cells);
    let [value] = <[Value; 1]>::try_from(cells.0).unwrap();
    value
}

/// Columns that do not come from the packet's headers, but from where it was seen.
const FRAME: [Column; 5] =
    [Column::Time, Column::Interface, Column::Direction, Column::FrameLength, Column::Segments];

/// The columns that come from the packet's headers, without those that are null.
fn headers(event: Event) -> Value {
    let columns = Column::ALL.iter().filter(|column| !FRAME.contains(column));
    let cells: Map<String, Value> = columns
        .map(|column| (column.name().to_owned(), cell(*column, event)))
        .filter(|(_, value)| !value.is_null())
        .collect();
    Value::Object(cells)
}
