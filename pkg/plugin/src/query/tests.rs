use serde_json::json;

use super::*;
use crate::tests::{interface, machine};

mod any_input;
mod canonical;
mod columns;
mod dashboards;
mod drops;
mod filter;
mod interfaces;
mod keys;
mod limit;
mod of_flows;
mod tcp;
mod time_range;
mod utilisation;
mod variables;

/// The ceiling where the administrator does not say.
const CEILING: LimitCeiling = LimitCeiling::Rows(10_000);

fn parse(query: &Value) -> Result<Query, QueryError> {
    Query::parse(query.to_string().as_bytes(), &machine(), CEILING)
}

fn refusal(query: &Value) -> String {
    parse(query).unwrap_err().to_string()
}

/// Requires that every one of `values` is refused at `key`, in a sentence with what was given and what is
/// allowed.
fn assert_refused(key: &str, values: impl IntoIterator<Item = Value>, allowed: &str) {
    for value in values {
        assert_eq!(refusal(&json!({ key: value })), format!("{key}: {value} is not allowed; {allowed}"));
    }
}
