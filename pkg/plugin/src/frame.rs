//! Rows as Grafana's data frames: [`json`] for streams, [`arrow`] for answers to queries.

pub mod arrow;
pub mod json;

#[cfg(test)]
mod tests;
