//! The plugin, started, asked and read as Grafana does it, with packets at a given rate.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use grafana_plugin_sdk::pluginv2::{
    DataQuery, PluginContext, QueryDataRequest, RunStreamRequest, StreamPacket, SubscribeStreamRequest,
    TimeRange,
};
use serde_json::{Value, json};
use tokio::{sync::oneshot, time::timeout};
use tonic::{Streaming, metadata::MetadataMap};
use xdplive::{
    host::{self, Plugin},
    watch::query::{Channel, read_channel},
};
use xdplive_plugin::services::ACCOUNTS;

use super::{
    RowsError,
    network::Network,
    offer::{Source, processor_time},
    processes,
    trial::{Accounts, Trial},
};
use crate::needs;

/// After so long without a message nothing more will come: rows are handed on every 100 ms.
const QUIET: Duration = Duration::from_millis(400);
/// The beginning, in which rows only start to arrive.
const BEGINNING: Duration = Duration::from_millis(500);
/// How long the last rows and the accounts may take to come.
const END: Duration = Duration::from_secs(10);

/// One trial: packets at `rate` for `time`, as rows of `columns` (none for all).
///
/// # Errors
/// Any [`RowsError`].
pub async fn trial(
    network: &Network,
    source: &Arc<Source>,
    columns: &[&str],
    rate: f64,
    time: Duration,
) -> Result<Trial, RowsError> {
    let plugin = Plugin::start(&needs::plugin(), &host::UNBOUNDED, |_| ()).await?;
    let result = run(&plugin, network, source, columns, rate, time).await;
    // Where it went well, it has been asked to, and has ended already.
    plugin.ask_to_end().await;
    plugin.wait().await;
    result
}

async fn run(
    plugin: &Plugin,
    network: &Network,
    source: &Arc<Source>,
    columns: &[&str],
    rate: f64,
    time: Duration,
) -> Result<Trial, RowsError> {
    let context = host::context(&json!({ "hook": "xdp-native" }));
    let mut query = json!({ "interfaces": [network.receiver], "direction": "in", "limit": null });
    if let Some(keys) = query.as_object_mut().filter(|_| !columns.is_empty()) {
        keys.insert("columns".to_owned(), json!(columns));
    }
    let mut stream = stream(plugin, &context, &query).await?;
    source.aim(network)?;
    let before = network.received()?;
    let (reader, client) = (processor_time_of(plugin)?, processor_time());

    let (tell, mut done) = oneshot::channel();
    let sender = Arc::clone(source);
    let beginning = Instant::now() + BEGINNING;
    // Nobody waits for the answer where the trial has failed meanwhile.
    thread::spawn(move || _ = tell.send(sender.offer(rate, time)));
    // Rows when the beginning was over, and when the last packet had been sent.
    let (mut rows, mut early, mut offered) = (0, None, None);
    let (offered, arrived, ended) = loop {
        tokio::select! {
            biased;
            answer = &mut done, if offered.is_none() => {
                offered = Some((answer.map_err(|_| RowsError::Thread)??, rows, Instant::now()));
            }
            message = timeout(QUIET, stream.message()) => match (message, offered) {
                (Ok(message), _) => rows += rows_of(&message?.ok_or(RowsError::Ended)?.data),
                (Err(_), Some(offered)) => break offered,
                // The sender sends yet, or has nothing to send.
                (Err(_), None) => {}
            },
        }
        let now = Instant::now();
        if now >= beginning {
            early.get_or_insert((rows, now));
        }
    };
    let reader = processor_time_of(plugin)?.saturating_sub(reader);
    let client = processor_time().saturating_sub(client);
    let sent = source.should_be_seen(offered, before, network.received()?);
    plugin.ask_to_end().await;
    let accounts = timeout(END, last_words(&mut stream, &mut rows)).await.map_err(|_| RowsError::Late)??;
    accounts.check(sent, rows)?;
    let arriving = early.map_or(0.0, |(early, begun)| {
        (arrived - early) as f64 / ended.saturating_duration_since(begun).as_secs_f64()
    });
    Ok(Trial { rate, offered, accounts, arrived, arriving, reader, client })
}

/// Asks for a stream: query, subscription, stream. Its packets are counted from now on.
///
/// # Errors
/// Any [`RowsError`].
pub(crate) async fn stream(
    plugin: &Plugin,
    context: &PluginContext,
    query: &Value,
) -> Result<Streaming<StreamPacket>, RowsError> {
    let query = DataQuery {
        ref_id: "A".to_owned(),
        json: query.to_string().into_bytes(),
        time_range: Some(TimeRange { from_epoch_ms: 0, to_epoch_ms: 1 }),
        ..DataQuery::default()
    };
    let plugin_context = Some(context.clone());
    let request = QueryDataRequest { plugin_context, queries: vec![query], ..QueryDataRequest::default() };
    let answer = plugin.data().query_data(request).await?.into_inner();
    let answer = answer.responses.get("A").ok_or(RowsError::Ended)?;
    if !answer.error.is_empty() {
        return Err(RowsError::Refused(answer.error.clone()));
    }
    let frame = answer.frames.first().map(Vec::as_slice).unwrap_or_default();
    let Channel { path, data, .. } =
        read_channel(frame).map_err(|error| RowsError::Refused(error.to_string()))?;
    let plugin_context = Some(context.clone());
    let subscription =
        SubscribeStreamRequest { plugin_context, path: path.clone(), data: data.clone().into() };
    let status = plugin.stream().subscribe_stream(subscription).await?.into_inner().status;
    if status != 0 {
        return Err(RowsError::Refused(format!("subscription to {path}: status {status}")));
    }
    let run = RunStreamRequest { plugin_context: Some(context.clone()), path, data: data.into() };
    Ok(plugin.stream().run_stream(run).await?.into_inner())
}

/// Reads a stream to its end, and the accounts there.
async fn last_words(stream: &mut Streaming<StreamPacket>, rows: &mut u64) -> Result<Accounts, RowsError> {
    while let Some(message) = stream.message().await? {
        *rows += rows_of(&message.data);
    }
    let trailers = stream.trailers().await?;
    trailers.as_ref().and_then(accounts).ok_or(RowsError::NoAccounts)
}

fn accounts(trailers: &MetadataMap) -> Option<Accounts> {
    let mut counts = [0; ACCOUNTS.len()];
    for (name, count) in ACCOUNTS.into_iter().zip(&mut counts) {
        *count = trailers.get(name)?.to_str().ok()?.parse().ok()?;
    }
    let [seen, unmatched, thinned, lost, delivered] = counts;
    Some(Accounts { seen, unmatched, thinned, lost, delivered })
}

/// Rows of a message: the values of its first column, `time`, which are numbers. No more than that is read, so that
/// the client is not what is measured.
pub(super) fn rows_of(message: &[u8]) -> u64 {
    const START: &[u8] = b"\"values\":[[";
    let start = message.windows(START.len()).position(|bytes| bytes == START).map(|at| at + START.len());
    let column = start.and_then(|start| message.get(start..)).unwrap_or_default();
    let column = column.split(|byte| *byte == b']').next().unwrap_or_default();
    if column.is_empty() { 0 } else { 1 + column.iter().filter(|byte| **byte == b',').count() as u64 }
}

/// Processor time of the plugin's two processes so far.
///
/// # Errors
/// [`RowsError::Ended`].
pub(crate) fn processor_time_of(plugin: &Plugin) -> Result<Duration, RowsError> {
    let id = plugin.id().ok_or(RowsError::Ended)?;
    let ids = std::iter::once(id).chain(processes::children(id));
    ids.map(|id| processes::processor_time(id).ok_or(RowsError::Ended)).sum()
}

#[cfg(test)]
mod tests {
    use super::rows_of;

    #[test]
    fn rows_are_the_values_of_the_first_column() {
        let schema =
            br#"{"schema":{"fields":[{"name":"time"}]},"data":{"values":[[1,2,3],["a,b","c","d"]]}}"#;
        assert_eq!(rows_of(schema), 3);
        assert_eq!(rows_of(br#"{"data":{"values":[[17]]}}"#), 1);
        assert_eq!(rows_of(br#"{"data":{"values":[[],[]]}}"#), 0);
        assert_eq!(rows_of(b"{}"), 0);
    }
}
