//! Why an answer has no rows whose time range is past, so that none will come.

use std::ops::RangeInclusive;

use serde_json::{Value, json};
use xdplive_history::accounts::POINTS;

use super::past::reaches;
use crate::{
    query::{Kind, Query},
    sent::GROUP_ROWS,
    settings::ServerSettings,
};

/// Says that nothing is kept of a time range (ms since 1970), and what is. `None` where the range is not over at `now`:
/// its stream has the reasons.
pub(super) fn notice_of_absence(
    query: &Query,
    range: &RangeInclusive<i64>,
    now: i64,
    server: &ServerSettings,
) -> Option<Value> {
    if reaches(range, now) {
        return None;
    }
    let history = length(server.history_seconds);
    let (what, kept) = match query.kind {
        Kind::Packets if query.limit.is_none() => {
            ("packets", "nothing of a query without a limit".to_owned())
        }
        Kind::Packets if server.history_rows == 0 => {
            ("packets", "nothing, as the server's administrator has it (history_rows = 0)".to_owned())
        }
        Kind::Packets => ("packets", last_rows(server.history_rows)),
        Kind::Rates if query.is_of_flows() => ("groups", last_rows(GROUP_ROWS)),
        Kind::Rates => (
            "counts",
            format!(
                "the last {history} of what somebody looked at, alert rules asked for or the setting watch names, while \
                 Grafana runs"
            ),
        ),
        Kind::Flows => ("conversations", "the last table alone, which is of now".to_owned()),
        Kind::Capture => (
            "accounts",
            format!("the last {history} of what was watched, {POINTS} rows at most, while Grafana runs"),
        ),
    };
    let text = format!("No {what} are kept of this time range. What is kept: {kept}.");
    Some(json!({ "severity": "info", "text": text }))
}

fn last_rows(most: usize) -> String {
    format!(
        "the last {most} rows that panels with this query were sent, while Grafana runs and other queries leave them room"
    )
}

/// `60 minutes`
fn length(seconds: usize) -> String {
    if seconds.is_multiple_of(60) && seconds > 60 {
        format!("{} minutes", seconds / 60)
    } else {
        format!("{seconds} seconds")
    }
}

#[cfg(test)]
mod tests;
