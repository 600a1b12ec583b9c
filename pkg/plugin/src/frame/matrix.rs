//! A matrix as a frame: the senders, and a field of numbers for each receiver.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, StringArray};
use arrow_schema::Field;
use serde_json::Value;

use super::{
    Config,
    arrow::{EncodeError, data_type, in_metadata, write},
};
use crate::{
    columns::ColumnType,
    matrix::{Matrix, SOURCE},
};

/// Grafana's unit of bits a second.
const UNIT: &str = "bps";

/// A frame of a matrix.
///
/// # Errors
/// [`EncodeError`], which means that Arrow cannot hold what we have.
pub fn frame(ref_id: &str, matrix: &Matrix, meta: &Value) -> Result<Vec<u8>, EncodeError> {
    let described = |unit: Option<&'static str>, text: &'static str| {
        in_metadata(Some(Config { unit, description: Some(text) }))
    };
    let mut fields = vec![
        Field::new(SOURCE, data_type(ColumnType::String), false).with_metadata(described(None, "Who sends")),
    ];
    let senders: StringArray = matrix.senders.iter().map(Some).collect();
    let mut arrays: Vec<ArrayRef> = vec![Arc::new(senders)];
    for (receiver, bits) in &matrix.receivers {
        let metadata = described(Some(UNIT), "Bits per second that it receives of each sender");
        fields.push(Field::new(receiver, data_type(ColumnType::Decimal), true).with_metadata(metadata));
        arrays.push(Arc::new(Float64Array::from(bits.clone())));
    }
    write(ref_id, fields, arrays, matrix.senders.len(), meta)
}
