//! What holds for any filter, any set and any text.
//!
//! `PROPTEST_CASES=100000 cargo test --package xdplive-filter --test properties` looks longer.

#![allow(clippy::indexing_slicing, clippy::panic, reason = "a test may stop at the first surprise")]
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod contradictions;
mod filters;
mod frames;
mod readings;
mod sets;
mod texts;
mod witness;

use std::env;

use proptest::prelude::*;

/// Cases for each property, where `PROPTEST_CASES` does not say how many.
const CASES: u32 = 500;

fn config() -> ProptestConfig {
    let default = ProptestConfig::default();
    let cases = if env::var_os("PROPTEST_CASES").is_some() { default.cases } else { CASES };
    // A case that fails is printed; it belongs into a test of its own, not into a file of seeds.
    ProptestConfig { cases, failure_persistence: None, ..default }
}
