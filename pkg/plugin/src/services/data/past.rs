//! What was counted and seen before a query was asked.

use std::{ops::RangeInclusive, sync::Arc, time::Duration};

use serde_json::{Value, json};
use xdplive_capture::{clock, source::Batch};

use crate::{
    asked::Asked,
    columns::{
        capture::CaptureRow,
        flows::FlowRow,
        rates::{CountRow, intervals},
    },
    query::Since,
    sent::Last,
    services::Plugin,
};

/// Rows of accounts that an answer has at most, but for those of one moment; of a longer time there are fewer moments.
const MOST_ACCOUNTS: usize = 10_000;

impl Plugin {
    /// What was counted in a time range, as far as it was.
    pub(super) fn past_counts(&self, asked: &Asked, range: RangeInclusive<i64>) -> Vec<CountRow> {
        if asked.query.is_of_flows() {
            return self.past_groups(asked, &range);
        }
        let seconds = self.recorder.past(&asked.request);
        let intervals = intervals(&seconds, range, Duration::from_millis(asked.query.interval));
        intervals.into_iter().map(CountRow::from).collect()
    }

    /// The groups of a time range, as they were sent.
    pub(super) fn past_groups(&self, asked: &Asked, range: &RangeInclusive<i64>) -> Vec<CountRow> {
        let sent = self.sent.groups.of(&asked.request.label);
        sent.iter()
            .flat_map(|rows| rows.iter())
            .filter(|row| range.contains(&row.interval.time))
            .cloned()
            .collect()
    }

    /// The last rows of a time range.
    pub(super) fn past_packets(&self, asked: &Asked, range: &RangeInclusive<i64>) -> Vec<Batch> {
        let sent = self.sent.packets.of(&asked.request.label);
        sent.iter()
            .map(|batch| batch.between(*range.start(), *range.end()))
            .filter(|rows| !rows.is_empty())
            .collect()
    }

    /// The conversations of the last interval, or since the stream began that runs.
    pub(super) fn past_flows(&self, asked: &Asked) -> Arc<[FlowRow]> {
        let last = self.sent.flows.last(&asked.request.label);
        // An interval without packets sends nothing; the next one may be a little late.
        let fresh = Duration::from_millis(asked.query.interval) * 5 / 2 + Duration::from_secs(1);
        let is_current = |last: &Last<_>| match asked.query.since {
            Some(Since::Start) => last.runs,
            _ => last.at.elapsed() < fresh,
        };
        last.filter(is_current).map_or_else(|| Arc::from([]), |last| last.piece)
    }

    /// The accounts of a time range, and those of now where it has not ended.
    pub(super) async fn past_accounts(&self, asked: &Asked, range: &RangeInclusive<i64>) -> Vec<CaptureRow> {
        let past = self.recorder.accounts(*range.start(), *range.end());
        let mut moments: Vec<Vec<CaptureRow>> = Vec::new();
        let mut last = None;
        let length = i64::try_from(asked.query.interval).unwrap_or(i64::MAX);
        for (time, accounts) in past {
            // A second that is a little short is one all the same.
            if last.is_none_or(|last| time - last >= length - TOLERANCE) {
                last = Some(time);
                moments.push(asked.view().rows(&accounts, time));
            }
        }
        if *range.end() >= clock::milliseconds() - NOW {
            moments.push(asked.accounts(&*self.source).await);
        }
        thin(moments)
    }
}

/// Milliseconds by which a second may be short.
const TOLERANCE: i64 = 50;
/// Milliseconds within which a range that ends now has been asked for.
const NOW: i64 = 5000;

/// Leaves moments out where there are too many rows, from the newest back.
fn thin(moments: Vec<Vec<CaptureRow>>) -> Vec<CaptureRow> {
    let rows: usize = moments.iter().map(Vec::len).sum();
    let step = rows.div_ceil(MOST_ACCOUNTS).max(1);
    let last = moments.len().saturating_sub(1);
    let kept = moments.into_iter().enumerate().filter(|(number, _)| (last - number).is_multiple_of(step));
    kept.flat_map(|(_, rows)| rows).collect()
}

/// Says that there is nothing from before `since`, ms since 1970.
pub(super) fn notice_of_beginning(since: i64) -> Value {
    let time = chrono::DateTime::from_timestamp_millis(since)
        .map(|time| time.format("%Y-%m-%d %H:%M:%S UTC").to_string())
        .unwrap_or_default();
    let text = format!(
        "Counting since {time}. What was before is not known; it is counted on for at least 10 minutes after this was \
         last asked for."
    );
    json!({ "severity": "info", "text": text })
}
