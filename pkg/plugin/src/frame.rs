//! Rows as Grafana's data frames: [`json`] for streams, [`arrow`] for answers to queries, and [`wide`] for answers that
//! are evaluated.

pub mod arrow;
pub mod json;
pub mod wide;

use serde::Serialize;

use crate::columns::Column;

/// How a field is shown, unless the panel says otherwise: Grafana's FieldConfig.
#[derive(Serialize)]
struct Config {
    unit: &'static str,
}

impl Config {
    /// Of a column; none where there is nothing to say.
    fn of<C: Column>(column: C) -> Option<Self> {
        column.unit().map(|unit| Self { unit })
    }
}

#[cfg(test)]
mod tests;
