//! Columns of rows.

/// All columns of rates as counts. Without columns rates come as a time series.
pub const COUNTS: [&str; 5] = ["time", "group", "packets", "segments", "bytes"];
