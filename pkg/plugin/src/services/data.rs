//! QueryData: answers each query of a call on its own. A query that can be streamed is answered with the
//! channel where its rows come, after those that have come already.

mod absence;
mod left_out;
mod past;

use std::{
    collections::{BTreeSet, HashMap},
    ops::RangeInclusive,
    time::Duration,
};

use grafana_plugin_sdk::pluginv2::{
    DataQuery, DataResponse, QueryDataRequest, QueryDataResponse, data_server::Data,
};
use serde_json::{Value, json};
use tonic::{Request, Response, Status, async_trait};
use tracing::debug;
use xdplive_source::{
    Batch, DropRows, GroupBy, InForce, InterfaceSet, InterfaceState, Interfaces, LinkReading, Prepared,
    Source, SourceError,
};

use self::{
    absence::{notice_of_absence, notice_of_beginning, notice_of_gap},
    past::{Kept, reaches},
};
use super::{Plugin, standing::MOST_GIVING_WAY, stream::lingering::UNSEEN};
use crate::{
    asked::{self, Asked, Refusal},
    caller::Caller,
    channel,
    columns::{
        Column as _,
        capture::CaptureColumn,
        flows::FlowRow,
        graph::{EdgeColumn, NodeColumn},
    },
    frame::{arrow, matrix, wide},
    graph::Graph,
    matrix::Matrix,
    query::{Columns, Format, Kind, Query, Since, check_time_range},
    sent::Place,
    standing::SHORTEST_LEASE,
    utilisation,
};

#[async_trait]
impl Data for Plugin {
    async fn query_data(
        &self,
        request: Request<QueryDataRequest>,
    ) -> Result<Response<QueryDataResponse>, Status> {
        let request = request.into_inner();
        let user = request.plugin_context.as_ref().and_then(|context| context.user.as_ref());
        let caller = Caller::of(&request.headers, user);
        // Their values may be secrets.
        debug!(?caller, headers = ?request.headers.keys(), login = user.map(|user| &*user.login), "queries");
        let mut responses = HashMap::new();
        for query in &request.queries {
            let response = match self.answer(&request, query, caller).await {
                Ok(frames) => DataResponse { frames, status: 200, ..DataResponse::default() },
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

/// What is said of an answer besides its rows.
struct About {
    /// How Explore shows it: Grafana's word.
    shown_as: &'static str,
    custom: Value,
    notices: Vec<Value>,
    /// What is said instead where there are no rows.
    absence: Option<Value>,
    /// Since when (ms since 1970) what is asked is counted for who has no panel, where that is not all of the time range, and for
    /// how long after it was asked for.
    since: Option<(i64, Duration)>,
    /// The time range, of which is said what is missing at its beginning; `None` where somebody else does: its panel, which
    /// fills while one looks.
    range: Option<RangeInclusive<i64>>,
}

impl About {
    /// Adds a key of `meta.custom`.
    fn add(&mut self, key: &str, value: Value) {
        if let Some(custom) = self.custom.as_object_mut() {
            custom.insert(key.to_owned(), value);
        }
    }

    /// The metadata of an answer with these rows.
    fn meta_of<R>(mut self, kept: &Kept<R>, is_empty: bool) -> Value {
        if let Some(from) = kept.from {
            self.add("kept_from", json!(from));
        }
        // Where something was counted before, for whomever, that is what there is.
        match self.since.filter(|(since, _)| kept.from.is_none_or(|from| from >= *since)) {
            Some((since, time)) => self.notices.push(notice_of_beginning(since, time)),
            None => self.notices.extend(
                self.range.as_ref().zip(kept.from).and_then(|(range, from)| notice_of_gap(range, from)),
            ),
        }
        self.meta(is_empty)
    }

    fn meta(self, is_empty: bool) -> Value {
        let Self { shown_as, custom, notices, absence, .. } = self;
        let notices = match absence {
            Some(absence) if is_empty => vec![absence],
            _ => notices,
        };
        let mut meta = json!({ "preferredVisualisationType": shown_as, "custom": custom });
        if let Some(keys) = meta.as_object_mut().filter(|_| !notices.is_empty()) {
            keys.insert("notices".to_owned(), Value::Array(notices));
        }
        meta
    }
}

impl Plugin {
    /// A frame with the rows there are, and in its metadata where more come from, what is in force, and where the
    /// accounts of that are. The front end subscribes itself (no `meta.channel`), because Grafana's automatic way
    /// passes no data.
    async fn answer(
        &self,
        request: &QueryDataRequest,
        query: &DataQuery,
        caller: Caller,
    ) -> Result<Vec<Vec<u8>>, Refusal> {
        let range = query.time_range.as_ref().map(|range| (range.from_epoch_ms, range.to_epoch_ms));
        let range = check_time_range(range)?;
        let interfaces = self.source.interfaces();
        let asked = asked::read(request.plugin_context.as_ref(), &query.json, &interfaces, &self.server)?;
        if caller.comes_again {
            self.end_outdated(&asked).await;
        }
        let _permit = self.promise(&asked, caller).await?;
        let (prepared, readings) = match asked.query.kind {
            // Nothing has to be attached to read what the kernel counts anyway.
            Kind::Interfaces => (Prepared::default(), self.read_interfaces(&asked).await?),
            Kind::Drops => {
                let left_out = self.source.prepare_drops(&asked.request.hosts).await?;
                (Prepared { left_out, ..Prepared::default() }, Vec::new())
            }
            _ => (self.prepare(&asked).await?, Vec::new()),
        };
        let hooks: Vec<&InForce> = prepared.in_force.iter().filter(|hook| asked.asks_for(hook)).collect();
        let in_force =
            hooks.iter().map(|hook| hook_in_json(hook)).chain(left_out::entries(&prepared.left_out));
        let is_graph = asked.query.format == Format::Graph;
        let is_asked_again = asked.query.format != Format::Table;
        let mut about = About {
            shown_as: match asked.query.columns {
                _ if is_graph => "nodeGraph",
                Columns::Series(_) => "graph",
                _ => "table",
            },
            custom: json!({
                "channel": channel::path(&asked.query),
                "data": asked.query,
                "hooks": in_force.collect::<Vec<Value>>(),
                "host": self.only_host(),
                "now": self.source.now().milliseconds(),
            }),
            notices: Vec::new(),
            absence: None,
            since: None,
            range: None,
        };
        if is_asked_again && let Some(custom) = about.custom.as_object_mut() {
            // It is asked for again and again: a graph that is laid out anew with each message says nothing, and a matrix has other fields.
            custom.retain(|key, _| !matches!(&**key, "channel" | "data"));
        }
        if !prepared.left_out.is_empty() {
            about.add("leftOut", left_out::counts(&prepared.left_out));
        }
        if !matches!(asked.query.kind, Kind::Capture | Kind::Interfaces | Kind::Drops) {
            self.add_accounts(&asked, &mut about);
        }
        about.notices.extend(remarks(&asked, &*self.source, self.shortfalls.sentence(&asked.request.label)));
        about.notices.extend(self.notice_of_quality(&asked.query).await);
        about.notices.extend(self.notice_of_processes(&asked.query).await);
        if readings.is_empty()
            && let Some(text) = nothing_fits(&asked.request.interfaces, &interfaces)
        {
            about.notices.push(json!({ "severity": "warning", "text": text }));
            about.add("nothingFits", json!(text));
        }
        let contradiction = asked.query.filter.contradiction();
        about
            .notices
            .extend(contradiction.iter().map(|why| json!({ "severity": "warning", "text": why.sentence() })));
        // Without a limit nothing is kept of packets.
        let is_kept = !matches!(asked.query.kind, Kind::Packets | Kind::Drops) || asked.query.limit.is_some();
        if caller.comes_again && is_kept {
            let since = self.stand(&asked, caller.is_rule).await?;
            about.since = Some((since, SHORTEST_LEASE)).filter(|(since, _)| since > range.start());
        }
        // Only of what is not over yet something can come.
        let now = self.source.now().milliseconds();
        if (caller.has_no_stream || is_asked_again)
            && asked.query.kind != Kind::Packets
            && reaches(&range, now)
        {
            let since = self.count_unseen(&asked).await?;
            about.since = since.map(|since| (since, UNSEEN)).filter(|(since, _)| since > range.start());
            about.notices.extend(
                self.lingering.is_off().then(|| json!({ "severity": "warning", "text": NOT_COUNTED_ON })),
            );
        }
        // What is counted only since is not there either.
        if !caller.is_rule {
            if about.since.is_none() && contradiction.is_none() {
                about.absence = notice_of_absence(&asked.query, &range, now, &self.server);
            }
            let has_no_panel = caller.comes_again || caller.has_no_stream;
            about.range = (has_no_panel || !reaches(&range, now)).then(|| range.clone());
        }
        let name = &query.ref_id;
        let (rows, frame) = match &asked.query.columns {
            Columns::Packets(columns) => {
                let (kept, place) = self.past_packets(&asked, &range);
                if let Some(Place { run, first }) = place {
                    about.add("run", json!(run));
                    about.add("first", json!(first));
                }
                let meta = about.meta_of(&kept, kept.rows.is_empty());
                let rows = kept.rows.iter().map(Batch::len).sum();
                (rows, arrow::frame(name, columns, &kept.rows, &meta)?)
            }
            Columns::Series(columns) if asked.query.group_by.is_some() => {
                let kept = self.past_groups(&asked, &range);
                let (times, series) = wide::of_groups(columns, &kept.rows, &asked.query);
                let meta = about.meta_of(&kept, times.is_empty());
                (kept.rows.len(), wide::frame(name, &times, &series, &meta)?)
            }
            Columns::Counts(columns) if caller.is_rule => {
                let kept = self.past_counts_of_whole_intervals(&asked, range);
                let (times, series) = wide::of_counts(columns, &kept.rows, &asked.query);
                let meta = about.meta_of(&kept, times.is_empty());
                (kept.rows.len(), wide::frame(name, &times, &series, &meta)?)
            }
            Columns::Counts(columns) => {
                let kept = self.past_counts(&asked, range);
                let meta = about.meta_of(&kept, kept.rows.is_empty());
                (kept.rows.len(), arrow::frame(name, columns, &kept.rows, &meta)?)
            }
            Columns::Series(columns) => {
                let kept = self.past_counts(&asked, range);
                let meta = about.meta_of(&kept, kept.rows.is_empty());
                (kept.rows.len(), arrow::frame(name, columns, &kept.rows, &meta)?)
            }
            Columns::Flows(_) if asked.query.format == Format::Matrix => {
                let rows = self.past_flows(&asked, &range);
                let found = Matrix::of(&rows, counted_for(&asked.query, &rows), asked.query.networks());
                (rows.len(), matrix::frame(name, &found, &about.meta(rows.is_empty()))?)
            }
            Columns::Flows(_) if is_graph => {
                let rows = self.past_flows(&asked, &range);
                let graph = Graph::of(&rows, counted_for(&asked.query, &rows), asked.query.networks());
                let meta = about.meta(rows.is_empty());
                self.audit.answered(&asked, rows.len());
                return Ok(vec![
                    arrow::frame(name, NodeColumn::ALL, &graph.nodes, &meta)?,
                    arrow::frame(name, EdgeColumn::ALL, &graph.edges, &meta)?,
                ]);
            }
            Columns::Flows(columns) => {
                let rows = self.past_flows(&asked, &range);
                (rows.len(), arrow::frame(name, columns, &rows, &about.meta(rows.is_empty()))?)
            }
            Columns::Drops(columns) => {
                let kept = self.past_drops(&asked, &range);
                let meta = about.meta_of(&kept, kept.rows.is_empty());
                let rows = kept.rows.iter().map(DropRows::len).sum();
                (rows, arrow::frame(name, columns, &kept.rows, &meta)?)
            }
            Columns::Interfaces(columns) => {
                // To a rule, what is not counted yet is no figure.
                let readings = if caller.is_rule { Vec::new() } else { readings };
                let kept = self.past_interfaces(&asked, &range, &readings);
                if caller.is_rule {
                    let (times, series) = wide::of_interfaces(columns, &kept.rows);
                    (0, wide::frame(name, &times, &series, &about.meta_of(&kept, times.is_empty()))?)
                } else {
                    let meta = about.meta_of(&kept, kept.rows.is_empty());
                    (0, arrow::frame(name, columns, &kept.rows, &meta)?)
                }
            }
            Columns::Capture(columns) => {
                about.notices.extend(left_out::notice(&prepared.left_out).or_else(|| notice(&hooks)));
                // It names no packets.
                (0, self.answer_capture(name, &asked, columns, &range, caller, about).await?)
            }
        };
        self.audit.answered(&asked, rows);
        Ok(vec![frame])
    }

    /// The machine that answers, where it is the one whose packets these are, too.
    fn only_host(&self) -> Option<String> {
        let hosts = self.source.hosts();
        matches!(&*hosts, [one] if one.name == self.host).then(|| self.host.to_string())
    }

    /// Makes everything ready for a query. What nobody looks at gives way to it: streams that linger, where they are in its
    /// way, and where there is no room for its filter also standing queries.
    pub(super) async fn prepare(&self, asked: &Asked) -> Result<Prepared, SourceError> {
        for _ in 0..MOST_GIVING_WAY {
            match self.source.prepare(&asked.request).await {
                Err(SourceError::NoRoom { .. } | SourceError::HookConflict { .. })
                    if self.lingering.end_all().await => {}
                Err(SourceError::NoRoom { .. }) if self.give_way(asked).await => {}
                result => return result,
            }
        }
        self.source.prepare(&asked.request).await
    }

    /// What has been counted of the interfaces that are asked for. Each that is named has to be there.
    async fn read_interfaces(&self, asked: &Asked) -> Result<Vec<LinkReading>, SourceError> {
        let interfaces = &asked.request.interfaces;
        let readings = self.source.link_counters(&asked.request.hosts, interfaces).await?;
        let is_there = |name: &&String| readings.iter().any(|one| *one.interface == **name);
        match interfaces {
            InterfaceSet::Named(names) => match names.iter().find(|name| !is_there(name)) {
                Some(missing) => Err(SourceError::NoSuchInterface { given: missing.clone() }),
                None => Ok(readings),
            },
            _ => Ok(readings),
        }
    }

    /// Names the channel with the accounts of what is asked, so that a panel can say why it is empty and what it lacks.
    fn add_accounts(&self, asked: &Asked, about: &mut About) {
        let accounts = asked.query.accounts(asked.ceiling);
        let own = if asked.hides_own { self.own_ports() } else { BTreeSet::new() };
        about.add("capture", json!({ "channel": channel::path(&accounts), "data": &accounts }));
        about.add("ownPorts", json!(own));
    }

    async fn answer_capture(
        &self,
        name: &str,
        asked: &Asked,
        columns: &[CaptureColumn],
        range: &RangeInclusive<i64>,
        caller: Caller,
        about: About,
    ) -> Result<Vec<u8>, Refusal> {
        let kept = self.past_accounts(asked, range).await;
        if caller.is_rule {
            let (times, series) = wide::of_accounts(columns, &kept.rows);
            return Ok(wide::frame(name, &times, &series, &about.meta_of(&kept, times.is_empty()))?);
        }
        Ok(arrow::frame(name, columns, &kept.rows, &about.meta_of(&kept, kept.rows.is_empty()))?)
    }
}

/// For how long the conversations of a query were counted.
fn counted_for(query: &Query, rows: &[FlowRow]) -> Duration {
    if query.since != Some(Since::Start) {
        return Duration::from_millis(query.interval);
    }
    let first = rows.iter().map(|row| row.times().0).min().unwrap_or_default();
    let last = rows.iter().map(|row| row.times().1).max().unwrap_or_default();
    Duration::from_millis(last.saturating_sub(first).unsigned_abs()).max(Duration::from_secs(1))
}

/// A hook in force. Its reason stands there only where it is not what a person would expect: a panel shows it.
fn hook_in_json(InForce { host, interface, hook, reason, expected }: &InForce) -> Value {
    json!({
        "host": *host.name,
        "interface": interface,
        "direction": hook.direction().name(),
        "hook": hook.name(),
        "state": InterfaceState::Attached.name(),
        "reason": if *expected { "" } else { reason },
    })
}

/// Why an expression or a script gets nothing.
const NOT_COUNTED_ON: &str = "Expressions and scripts have no stream, and linger_seconds = 0 in grafana.ini has nothing counted \
    on between two of their queries.";

/// What is to be known of the figures of a query, in one notice.
fn remarks(asked: &Asked, source: &dyn Source, shortfall: Option<String>) -> Option<Value> {
    let query = &asked.query;
    let hosts = (query.group_by == Some(GroupBy::HostIp)).then(|| BOTH_HOSTS.to_owned());
    let machines = source.hosts().iter().filter(|host| asked.request.hosts.contains(host)).count();
    let turns = query.limit.filter(|_| query.kind == Kind::Packets).and_then(|limit| turns(limit, machines));
    let sentences: Vec<String> =
        hosts.into_iter().chain(turns).chain(shortfall).chain(utilisation::unknown(query, source)).collect();
    (!sentences.is_empty()).then(|| json!({ "severity": "info", "text": sentences.join(" ") }))
}

/// That not every machine can have a row each second.
fn turns(limit: u32, machines: usize) -> Option<String> {
    (machines > limit as usize).then(|| {
        format!(
            "{machines} machines share a limit of {limit} rows a second: they take turns, and a packet of one is shown when it \
             is next. With a limit of {machines} or more, each has rows every second."
        )
    })
}

/// That a set of interfaces is empty now. Packets come as soon as it is not.
fn nothing_fits(set: &InterfaceSet, interfaces: &Interfaces) -> Option<String> {
    // Other machines may not have told yet which they have.
    let is_known = interfaces.iter().next().is_some();
    let is_empty = is_known
        && set.is_open()
        && set.named().is_empty()
        && !interfaces.iter().any(|one| one.link.layout().is_some() && set.contains(&one.name, one.uplink));
    let entries = set.texts().join(", ");
    is_empty.then(|| {
        format!("No interface that may be watched fits {entries}. Packets are shown as soon as there is one.")
    })
}

/// What groups by host add up to.
const BOTH_HOSTS: &str = "Each packet counts for both of its hosts: the sum over all of them is up to twice the packets there were.";

/// Why hooks are in force that a person would not expect, in one notice: Grafana shows no more than one.
fn notice(hooks: &[&InForce]) -> Option<Value> {
    let unexpected: Vec<String> = hooks
        .iter()
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
