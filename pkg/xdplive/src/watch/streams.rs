//! The plugin's streams, asked for as a panel does: query, subscription, stream.

use std::time::{SystemTime, UNIX_EPOCH};

use grafana_plugin_sdk::pluginv2::{
    DataQuery, PluginContext, QueryDataRequest, RunStreamRequest, StreamPacket, SubscribeStreamRequest,
    TimeRange,
};
use tokio::sync::mpsc;
use tonic::{Status, Streaming};

use super::{
    accounts::{self, Counts},
    query::{self, Channel, read_channel},
};
use crate::{
    cli::Watch,
    exit::Failure,
    host::{self, Plugin},
    standard_error,
};

/// The range that a panel shows by default, ms.
const RANGE: i64 = 300_000;

/// What a stream brings.
pub(super) enum Event {
    /// A message with rows.
    Rows(Vec<u8>),
    /// A good end.
    End(Counts),
    /// A bad one.
    Failure(String),
}

/// Asks for the streams and runs them. Returns the columns, which are the same for all, what the streams bring, each
/// with its number, and how many there are. At most `waiting` messages wait to be taken.
pub(super) async fn start(
    plugin: &Plugin,
    context: &PluginContext,
    options: &Watch,
    waiting: usize,
) -> Result<(Vec<String>, mpsc::Receiver<(usize, Event)>, usize), Failure> {
    let channels = ask(plugin, context, options).await?;
    let columns = channels.first().map(|channel| channel.columns.clone()).unwrap_or_default();
    // The streams alone hold the sender, so that its end is theirs.
    let (sender, events) = mpsc::channel(waiting);
    for (number, channel) in channels.iter().enumerate() {
        let stream = subscribe(plugin, context, channel).await?;
        tokio::spawn(follow(number, stream, sender.clone()));
    }
    Ok((columns, events, channels.len()))
}

/// Asks QueryData: one query a stream, all in one call.
async fn ask(plugin: &Plugin, context: &PluginContext, options: &Watch) -> Result<Vec<Channel>, Failure> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_millis());
    let now = i64::try_from(now).unwrap_or(i64::MAX);
    let range = TimeRange { from_epoch_ms: now.saturating_sub(RANGE), to_epoch_ms: now };
    let queries: Vec<DataQuery> = query::queries(options)
        .iter()
        .enumerate()
        .map(|(number, query)| DataQuery {
            ref_id: number.to_string(),
            json: query.to_string().into_bytes(),
            time_range: Some(range),
            ..DataQuery::default()
        })
        .collect();
    let names: Vec<String> = queries.iter().map(|query| query.ref_id.clone()).collect();
    let request =
        QueryDataRequest { plugin_context: Some(context.clone()), queries, headers: host::headers() };
    let answer = plugin.data().query_data(request).await.map_err(from_status)?.into_inner();
    names
        .iter()
        .map(|name| {
            let response = answer
                .responses
                .get(name)
                .ok_or_else(|| Failure::Machine(format!("the plugin did not answer query {name}")))?;
            if !response.error.is_empty() {
                return Err(Failure::from_status(response.status, response.error.clone()));
            }
            let frame = response.frames.first().map(Vec::as_slice).unwrap_or_default();
            let channel = read_channel(frame).map_err(|error| Failure::Machine(error.to_string()))?;
            if let Some(text) = &channel.nothing_fits {
                standard_error::note(format!("warning: stream={name}: {text}"));
            }
            Ok(channel)
        })
        .collect()
}

/// Subscribes to a channel and runs its stream. When this returns, the stream's packets are being counted.
async fn subscribe(
    plugin: &Plugin,
    context: &PluginContext,
    channel: &Channel,
) -> Result<Streaming<StreamPacket>, Failure> {
    let subscription = SubscribeStreamRequest {
        plugin_context: Some(context.clone()),
        path: channel.path.clone(),
        data: channel.data.clone().into(),
    };
    let answer = plugin.stream().subscribe_stream(subscription).await.map_err(from_status)?.into_inner();
    if answer.status != 0 {
        return Err(Failure::Machine(format!("the plugin refused the subscription to {}", channel.path)));
    }
    let run = RunStreamRequest {
        plugin_context: Some(context.clone()),
        path: channel.path.clone(),
        data: channel.data.clone().into(),
    };
    Ok(plugin.stream().run_stream(run).await.map_err(from_status)?.into_inner())
}

/// Passes on what a stream brings, until its end.
async fn follow(number: usize, mut stream: Streaming<StreamPacket>, sender: mpsc::Sender<(usize, Event)>) {
    let end = loop {
        match stream.message().await {
            Ok(Some(packet)) => {
                if sender.send((number, Event::Rows(packet.data))).await.is_err() {
                    return;
                }
            }
            Ok(None) => {
                let trailers = stream.trailers().await.ok().flatten();
                break trailers.as_ref().and_then(accounts::read).map_or_else(
                    || Event::Failure("the plugin did not report what it counted".to_owned()),
                    Event::End,
                );
            }
            // The plugin was asked to end by a signal, as all processes of a terminal or a unit are: it says what it counted
            // all the same.
            Err(status) => {
                break accounts::read(status.metadata())
                    .map_or_else(|| Event::Failure(status.message().to_owned()), Event::End);
            }
        }
    };
    // Nobody listening means that everything ends.
    let _ = sender.send((number, end)).await;
}

fn from_status(status: Status) -> Failure {
    Failure::Machine(format!("the plugin failed: {}", status.message()))
}
