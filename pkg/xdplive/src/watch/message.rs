//! Grafana's frame JSON, read without taking the values apart: they are printed as they came.

use serde::Deserialize;
use serde_json::value::RawValue;

/// A stream's message.
#[derive(Debug, Deserialize)]
pub struct Message<'a> {
    /// The columns, in the first message only.
    #[serde(borrow)]
    pub schema: Option<Schema<'a>>,
    /// The rows.
    #[serde(borrow)]
    pub data: Data<'a>,
}

/// The columns of a stream.
#[derive(Debug, Deserialize)]
pub struct Schema<'a> {
    /// One after the other.
    #[serde(borrow)]
    pub fields: Vec<Field<'a>>,
}

/// A column.
#[derive(Debug, Deserialize)]
pub struct Field<'a> {
    /// Its name.
    pub name: &'a str,
}

/// Rows, column by column.
#[derive(Debug, Deserialize)]
pub struct Data<'a> {
    /// For each column its cells.
    #[serde(borrow)]
    pub values: Vec<Vec<&'a RawValue>>,
}
