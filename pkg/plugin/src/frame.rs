//! Rows as Grafana's data frames: [`json`] for streams, [`arrow`] for answers to queries, [`wide`] for answers that are evaluated,
//! and [`matrix`] for who sends to whom.

pub mod arrow;
pub mod json;
pub mod matrix;
pub mod wide;

use serde::Serialize;

use crate::columns::Column;

/// How a field is shown, unless the panel says otherwise: Grafana's FieldConfig.
#[derive(Serialize)]
struct Config {
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'static str>,
}

impl Config {
    /// Of a column.
    fn of<C: Column>(column: C) -> Self {
        Self { unit: column.unit(), description: Some(column.description()) }
    }
}

#[cfg(test)]
mod tests;
