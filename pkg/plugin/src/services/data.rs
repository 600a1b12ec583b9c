//! QueryData: answers each query of a call on its own. A query that can be streamed is answered with the
//! channel where its rows come.

use std::{collections::HashMap, ops::RangeInclusive, sync::Arc, time::Duration};

use grafana_plugin_sdk::pluginv2::{
    DataQuery, DataResponse, PluginContext, QueryDataRequest, QueryDataResponse, data_server::Data,
};
use serde_json::{Value, json};
use tonic::{Request, Response, Status, async_trait};
use xdplive_capture::source::{InForce, Interval};

use super::Plugin;
use crate::{
    asked::{self, Asked, Refusal},
    channel,
    columns::rates::intervals,
    frame::arrow,
    query::{Columns, check_time_range},
};

#[async_trait]
impl Data for Plugin {
    async fn query_data(
        &self,
        request: Request<QueryDataRequest>,
    ) -> Result<Response<QueryDataResponse>, Status> {
        let request = request.into_inner();
        let mut responses = HashMap::new();
        for query in &request.queries {
            let response = match self.answer(request.plugin_context.as_ref(), query).await {
                Ok(frame) => DataResponse { frames: vec![frame], status: 200, ..DataResponse::default() },
                Err(refusal) => DataResponse {
                    error: refusal.to_string(),
                    status: refusal.status(),
                    ..DataResponse::default()
                },
            };
            responses.insert(query.ref_id.clone(), response);
        }
        Ok(Response::new(QueryDataResponse { responses }))
    }
}

impl Plugin {
    /// A frame with the columns of the rows to come, and in its metadata where they come from, what is in force, and
    /// where the accounts of that are. The front end subscribes itself (no `meta.channel`), because Grafana's
    /// automatic way passes no data.
    async fn answer(&self, context: Option<&PluginContext>, query: &DataQuery) -> Result<Vec<u8>, Refusal> {
        let range = query.time_range.as_ref().map(|range| (range.from_epoch_ms, range.to_epoch_ms));
        let range = check_time_range(range)?;
        let asked = asked::read(context, &query.json, &*self.source, &self.server)?;
        let hooks = self.source.prepare(&asked.request).await?;
        let (path, data) = (channel::path(&asked.query), &asked.query);
        let in_force: Vec<Value> =
            hooks.iter().filter(|hook| asked.asks_for(hook)).map(hook_in_json).collect();
        let plain = || json!({ "custom": { "channel": path, "data": data, "hooks": in_force } });
        match &asked.query.columns {
            Columns::Packets(columns) => {
                let accounts = asked.query.accounts(self.server.ceiling);
                let capture = json!({ "channel": channel::path(&accounts), "data": &accounts });
                let own = if asked.hides_own() { self.source.own_ports() } else { Arc::default() };
                let custom = json!({
                    "channel": path, "data": data, "hooks": in_force, "capture": capture, "ownPorts": *own,
                });
                Ok(arrow::frame(&query.ref_id, columns, &[], &json!({ "custom": custom }))?)
            }
            Columns::Counts(columns) => {
                let past = self.past(&asked, range).await;
                Ok(arrow::frame(&query.ref_id, columns, &past, &plain())?)
            }
            Columns::Series(columns) => {
                let past = self.past(&asked, range).await;
                Ok(arrow::frame(&query.ref_id, columns, &past, &plain())?)
            }
            Columns::Capture(columns) => {
                let rows = asked.accounts(&*self.source).await;
                let custom = json!({ "channel": path, "data": data, "hooks": in_force });
                let notice = notice(hooks.iter().filter(|hook| asked.asks_for(hook)));
                let meta = json!({ "custom": custom, "notices": notice.into_iter().collect::<Vec<_>>() });
                Ok(arrow::frame(&query.ref_id, columns, &rows, &meta)?)
            }
        }
    }
}

impl Plugin {
    /// What was counted in a time range, as far as it was.
    async fn past(&self, asked: &Asked, range: RangeInclusive<i64>) -> Vec<Interval> {
        let seconds = self.source.history(&asked.request).await;
        intervals(&seconds, range, Duration::from_millis(asked.query.interval))
    }
}

/// A hook in force. Its reason stands there only where it is not what a person would expect: a panel shows it.
fn hook_in_json(InForce { interface, hook, reason, expected }: &InForce) -> Value {
    json!({
        "interface": interface,
        "direction": hook.direction().name(),
        "hook": hook.name(),
        "reason": if *expected { "" } else { reason },
    })
}

/// Why hooks are in force that a person would not expect, in one notice: Grafana shows no more than one.
fn notice<'a>(hooks: impl Iterator<Item = &'a InForce>) -> Option<Value> {
    let unexpected: Vec<String> = hooks
        .filter(|hook| !hook.expected)
        .map(|InForce { interface, hook, reason, .. }| {
            format!("{interface} {} by {}: {reason}", hook.direction().name(), hook.name())
        })
        .collect();
    let text = unexpected.iter().take(HOOKS_NAMED).map(String::as_str).collect::<Vec<_>>().join("; ");
    let more = unexpected.len().saturating_sub(HOOKS_NAMED);
    let text = if more == 0 { text } else { format!("{text}; and {more} more") };
    (!unexpected.is_empty()).then(|| json!({ "severity": "info", "text": text }))
}

/// Hooks that a notice names at most.
const HOOKS_NAMED: usize = 5;
