//! Frames as Arrow IPC files with Grafana's metadata, as answers to queries carry them.

use std::{collections::HashMap, sync::Arc};

use arrow_array::{
    ArrayRef, RecordBatch, RecordBatchOptions,
    builder::{
        BooleanBuilder, Float64Builder, StringBuilder, TimestampNanosecondBuilder, UInt32Builder,
        UInt64Builder,
    },
};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema, TimeUnit};
use serde_json::Value;
use thiserror::Error;

use super::Config;
use crate::columns::{Cells, Column, ColumnType};

/// In a millisecond.
pub(super) const NANOSECONDS: i64 = 1_000_000;

/// The frame could not be written.
#[derive(Debug, Error)]
#[error("the answer cannot be written as an Arrow frame: {0}")]
pub struct EncodeError(#[from] ArrowError);

/// A frame of `columns` with these rows, for the query `ref_id`, with `meta` (Grafana's FrameMeta).
///
/// # Errors
/// [`EncodeError`], which means that Arrow cannot hold what we have.
pub fn frame<C: Column>(
    ref_id: &str,
    columns: &[C],
    rows: &C::Rows,
    meta: &Value,
) -> Result<Vec<u8>, EncodeError> {
    let fields: Vec<Field> = columns
        .iter()
        .map(|column| {
            let field = Field::new(column.name(), data_type(column.kind()), column.nullable());
            field.with_metadata(in_metadata(Some(Config::of(*column))))
        })
        .collect();
    let arrays = columns.iter().map(|column| array(*column, rows)).collect();
    write(ref_id, fields, arrays, C::count(rows), meta)
}

/// A field's metadata with Grafana's FieldConfig in it.
pub(super) fn in_metadata(config: Option<Config>) -> HashMap<String, String> {
    let config = config.and_then(|config| serde_json::to_string(&config).ok());
    config.map(|config| ("config".to_owned(), config)).into_iter().collect()
}

/// A frame of any fields.
pub(super) fn write(
    ref_id: &str,
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
    rows: usize,
    meta: &Value,
) -> Result<Vec<u8>, EncodeError> {
    let metadata = HashMap::from([
        // One name for all frames: Grafana puts differing ones before the names of the fields.
        ("name".to_owned(), String::new()),
        ("refId".to_owned(), ref_id.to_owned()),
        ("meta".to_owned(), meta.to_string()),
    ]);
    let schema = Arc::new(Schema::new_with_metadata(fields, metadata));
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    let records = RecordBatch::try_new_with_options(Arc::clone(&schema), arrays, &options)?;
    let mut writer = FileWriter::try_new(Vec::new(), &schema)?;
    writer.write(&records)?;
    Ok(writer.into_inner()?)
}

/// Grafana's Go SDK knows no other unit of time than nanoseconds.
pub(super) fn data_type(kind: ColumnType) -> DataType {
    match kind {
        ColumnType::Time => DataType::Timestamp(TimeUnit::Nanosecond, None),
        ColumnType::String => DataType::Utf8,
        ColumnType::Number => DataType::UInt32,
        ColumnType::Count => DataType::UInt64,
        ColumnType::Decimal => DataType::Float64,
        ColumnType::Boolean => DataType::Boolean,
    }
}

fn array<C: Column>(column: C, rows: &C::Rows) -> ArrayRef {
    let mut cells = ArrowCells::new(column.kind());
    column.write(rows, &mut cells);
    cells.finish()
}

/// A builder for each type; a column's cells are all of its own type.
enum ArrowCells {
    Time(TimestampNanosecondBuilder),
    String(StringBuilder),
    Number(UInt32Builder),
    Count(UInt64Builder),
    Decimal(Float64Builder),
    Boolean(BooleanBuilder),
}

impl ArrowCells {
    fn new(kind: ColumnType) -> Self {
        match kind {
            ColumnType::Time => Self::Time(TimestampNanosecondBuilder::new()),
            ColumnType::String => Self::String(StringBuilder::new()),
            ColumnType::Number => Self::Number(UInt32Builder::new()),
            ColumnType::Count => Self::Count(UInt64Builder::new()),
            ColumnType::Decimal => Self::Decimal(Float64Builder::new()),
            ColumnType::Boolean => Self::Boolean(BooleanBuilder::new()),
        }
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::Time(mut builder) => Arc::new(builder.finish()),
            Self::String(mut builder) => Arc::new(builder.finish()),
            Self::Number(mut builder) => Arc::new(builder.finish()),
            Self::Count(mut builder) => Arc::new(builder.finish()),
            Self::Decimal(mut builder) => Arc::new(builder.finish()),
            Self::Boolean(mut builder) => Arc::new(builder.finish()),
        }
    }
}

impl Cells for ArrowCells {
    fn null(&mut self) {
        match self {
            Self::Time(builder) => builder.append_null(),
            Self::String(builder) => builder.append_null(),
            Self::Number(builder) => builder.append_null(),
            Self::Count(builder) => builder.append_null(),
            Self::Decimal(builder) => builder.append_null(),
            Self::Boolean(builder) => builder.append_null(),
        }
    }

    fn time(&mut self, milliseconds: i64) {
        if let Self::Time(builder) = self {
            builder.append_value(milliseconds.saturating_mul(NANOSECONDS));
        }
    }

    fn number(&mut self, number: u32) {
        if let Self::Number(builder) = self {
            builder.append_value(number);
        }
    }

    fn count(&mut self, count: u64) {
        if let Self::Count(builder) = self {
            builder.append_value(count);
        }
    }

    fn decimal(&mut self, number: f64) {
        if let Self::Decimal(builder) = self {
            builder.append_value(number);
        }
    }

    fn boolean(&mut self, value: bool) {
        if let Self::Boolean(builder) = self {
            builder.append_value(value);
        }
    }

    fn text(&mut self, text: &str) {
        if let Self::String(builder) = self {
            builder.append_value(text);
        }
    }

    fn plain(&mut self, write: impl FnOnce(&mut String)) {
        let mut text = String::new();
        write(&mut text);
        self.text(&text);
    }
}

#[cfg(test)]
mod tests;
