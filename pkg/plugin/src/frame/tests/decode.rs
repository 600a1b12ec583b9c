//! Frames read back, column by column, as JSON values; a time is in ms since 1970.

use std::io::Cursor;

use arrow_array::{
    Array as _, ArrayRef, RecordBatch,
    cast::AsArray as _,
    types::{Float64Type, TimestampNanosecondType, UInt32Type, UInt64Type},
};
use arrow_ipc::reader::FileReader;
use arrow_schema::{DataType, SchemaRef, TimeUnit};
use serde_json::Value;

/// The values of one message of a stream.
pub(crate) fn json(message: &[u8]) -> Vec<Vec<Value>> {
    let mut message: Value = serde_json::from_slice(message).unwrap();
    serde_json::from_value(message["data"]["values"].take()).unwrap()
}

/// The values of all messages of a stream.
pub(crate) fn json_stream<'a>(messages: impl IntoIterator<Item = &'a Vec<u8>>) -> Vec<Vec<Value>> {
    let mut columns: Vec<Vec<Value>> = Vec::new();
    for message in messages {
        let values = json(message);
        columns.resize(values.len(), Vec::new());
        for (column, more) in columns.iter_mut().zip(values) {
            column.extend(more);
        }
    }
    columns
}

/// Schema and records of an Arrow file.
pub(crate) fn arrow_file(file: &[u8]) -> (SchemaRef, Vec<RecordBatch>) {
    let reader = FileReader::try_new(Cursor::new(file), None).unwrap();
    (reader.schema(), reader.map(Result::unwrap).collect())
}

/// The values of an Arrow file.
pub(crate) fn arrow(file: &[u8]) -> Vec<Vec<Value>> {
    let (schema, batches) = arrow_file(file);
    let column = |index| batches.iter().flat_map(move |batch| values(batch.column(index))).collect();
    (0..schema.fields().len()).map(column).collect()
}

fn values(array: &ArrayRef) -> Vec<Value> {
    let value = |row| match array.data_type() {
        _ if array.is_null(row) => Value::Null,
        DataType::Timestamp(TimeUnit::Nanosecond, None) => {
            (array.as_primitive::<TimestampNanosecondType>().value(row) / 1_000_000).into()
        }
        DataType::Utf8 => array.as_string::<i32>().value(row).into(),
        DataType::UInt32 => array.as_primitive::<UInt32Type>().value(row).into(),
        DataType::UInt64 => array.as_primitive::<UInt64Type>().value(row).into(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).into(),
        DataType::Boolean => array.as_boolean().value(row).into(),
        other => panic!("a column of {other}"),
    };
    (0..array.len()).map(value).collect()
}
