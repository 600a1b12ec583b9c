//! What is missing of an answer about the past: all of it, or its beginning.

use std::{ops::RangeInclusive, time::Duration};

use serde_json::{Value, json};
use xdplive_filter::Filter;
use xdplive_history::accounts::POINTS;

use super::past::reaches;
use crate::{
    query::{Kind, Query},
    sent::{GROUP_ROWS, INTERFACE_ROWS},
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
        Kind::Rates if query.is_of_flows() => {
            let from_the_start = (*query.filter == Filter::default() && !query.interfaces.is_open())
                .then(|| format!("the last {history} of interfaces that the setting watch names, and "));
            ("groups", from_the_start.unwrap_or_default() + &last_rows(GROUP_ROWS))
        }
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
        Kind::Drops if query.group_by.is_some() => ("reasons", last_rows(GROUP_ROWS)),
        Kind::Drops => ("dropped packets", last_rows(server.history_rows)),
        Kind::Interfaces => ("counters of interfaces", last_rows(INTERFACE_ROWS)),
    };
    let text = format!("No {what} are kept of this time range. What is kept: {kept}.");
    Some(json!({ "severity": "info", "text": text }))
}

/// Says that there is nothing from before `since`, ms since 1970.
pub(super) fn notice_of_beginning(since: i64, goes_on: Duration) -> Value {
    let text = format!(
        "Counting since {}. What was before is not known; it is counted on for at least {} minutes after this was last \
         asked for.",
        time(since),
        goes_on.as_secs() / 60
    );
    json!({ "severity": "info", "text": text })
}

/// Says that a time range (ms since 1970) begins before anything is kept, which is from `from` on. `None` where it hardly
/// does.
pub(super) fn notice_of_gap(range: &RangeInclusive<i64>, from: i64) -> Option<Value> {
    let missing = from.min(*range.end()).saturating_sub(*range.start());
    let text = format!(
        "Nothing is kept from before {}: the first {} of this time range are empty.",
        time(from),
        about(missing)
    );
    (missing > HARDLY).then(|| json!({ "severity": "info", "text": text }))
}

/// Milliseconds that may be missing without a word: what is kept begins with an interval or a packet.
const HARDLY: i64 = 5000;

/// A time (ms since 1970) as people read it.
fn time(milliseconds: i64) -> String {
    chrono::DateTime::from_timestamp_millis(milliseconds)
        .map(|time| time.format("%Y-%m-%d %H:%M:%S UTC").to_string())
        .unwrap_or_default()
}

/// Milliseconds in the unit of which there are at least two, or in seconds: `35 seconds`, `59 minutes`.
fn about(milliseconds: i64) -> String {
    let units = [("days", 86_400_000), ("hours", 3_600_000), ("minutes", 60_000)];
    let fits = units.into_iter().find(|(_, unit)| milliseconds >= 2 * unit);
    let (name, unit) = fits.unwrap_or(("seconds", 1000));
    format!("{} {name}", (milliseconds + unit / 2) / unit)
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
