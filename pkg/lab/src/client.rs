//! A client of the plugin's services, as Grafana is one.

use std::{
    io::Cursor,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use arrow_array::{
    cast::AsArray as _,
    types::{Float64Type, TimestampNanosecondType, UInt64Type},
};
use arrow_ipc::reader::FileReader;
use grafana_plugin_sdk::pluginv2::{
    CollectMetricsRequest, DataQuery, DataResponse, PluginContext, QueryDataRequest, RunStreamRequest,
    StreamPacket, TimeRange, collect_metrics_response::Payload,
};
use serde_json::{Value, json};
use tonic::Streaming;
use xdplive::{
    host::{self, Plugin},
    watch::query::{Channel, read_channel},
};
use xdplive_protocol::accounts::ACCOUNTS;

use crate::namespace::Namespace;

/// How long anything may take that should happen soon.
pub const SOON: Duration = Duration::from_secs(10);

/// Starts a plugin in a namespace; this process is its parent, as Grafana would be. `directory` is for a file that
/// is needed until it runs.
///
/// # Panics
/// Where it does not start.
pub async fn plugin(namespace: &Namespace, directory: &Path) -> Plugin {
    plugin_with(namespace, directory, &[]).await
}

/// Starts a plugin like [`plugin`], with further settings of the administrator's.
///
/// # Panics
/// Where it does not start.
pub async fn plugin_with(namespace: &Namespace, directory: &Path, settings: &[(&str, &str)]) -> Plugin {
    plugin_as_installed(namespace, directory, &[host::UNBOUNDED.as_slice(), settings].concat()).await
}

/// Starts a plugin with these settings of the administrator's and no others.
///
/// # Panics
/// Where it does not start.
pub async fn plugin_as_installed(
    namespace: &Namespace,
    directory: &Path,
    settings: &[(&str, &str)],
) -> Plugin {
    // `ip netns exec` becomes the plugin, so that it is our own child.
    let starter = directory.join("starter");
    let program = crate::plugin();
    let line = namespace.command(&[&program.display().to_string()]);
    let arguments: Vec<_> = line.get_args().map(|argument| argument.to_string_lossy().into_owned()).collect();
    std::fs::write(&starter, format!("#!/bin/sh\nexec ip {}\n", arguments.join(" "))).expect("a file");
    std::fs::set_permissions(&starter, std::fs::Permissions::from_mode(0o755)).expect("a program");
    Plugin::start(&starter, settings, |_| ()).await.expect("a running plugin")
}

/// Who asks: an administrator, through a data source without settings.
#[must_use]
pub fn context() -> PluginContext {
    host::context(&json!({}))
}

/// Asks a query, and returns where its rows come.
///
/// # Panics
/// Where it is refused.
pub async fn ask(plugin: &Plugin, query: Value) -> Channel {
    ask_as(plugin, context(), query).await
}

/// Asks a query as somebody, through some data source.
///
/// # Panics
/// Where it is refused.
pub async fn ask_as(plugin: &Plugin, context: PluginContext, query: Value) -> Channel {
    read_channel(&frame(plugin, context, query).await).expect("a channel")
}

/// What the answer to a query says beside its rows: `meta.custom`.
///
/// # Panics
/// Where it is refused.
pub async fn custom(plugin: &Plugin, query: Value) -> Value {
    custom_of(&frame(plugin, context(), query).await)
}

/// What a frame that answers a query says beside its rows: `meta.custom`.
///
/// # Panics
/// Where it is no such frame.
#[must_use]
pub fn custom_of(frame: &[u8]) -> Value {
    let reader = FileReader::try_new(Cursor::new(frame), None).expect("an Arrow file");
    let meta: Value = serde_json::from_str(&reader.schema().metadata()["meta"]).expect("JSON");
    meta["custom"].clone()
}

/// The rows with which a query for one column of numbers is answered, of the last hour.
///
/// # Panics
/// Where it is refused, or asks for something else.
pub async fn numbers(plugin: &Plugin, query: Value) -> Vec<u64> {
    let frame = frame(plugin, context(), query).await;
    let reader = FileReader::try_new(Cursor::new(frame), None).expect("an Arrow file");
    let batches = reader.map(|batch| batch.expect("a batch"));
    batches.flat_map(|batch| batch.column(0).as_primitive::<UInt64Type>().values().to_vec()).collect()
}

/// The rows with which a query is answered that has a time (ms since 1970) and one measure, of the last hour.
///
/// # Panics
/// Where it is refused, or asks for something else.
pub async fn series(plugin: &Plugin, query: Value) -> Vec<(i64, f64)> {
    let frame = frame(plugin, context(), query).await;
    let reader = FileReader::try_new(Cursor::new(frame), None).expect("an Arrow file");
    let batches = reader.map(|batch| batch.expect("a batch"));
    let rows = batches.flat_map(|batch| {
        let times = batch.column(0).as_primitive::<TimestampNanosecondType>().values().to_vec();
        let values = batch.column(1).as_primitive::<Float64Type>().values().to_vec();
        times.into_iter().map(|time| time / 1_000_000).zip(values).collect::<Vec<_>>()
    });
    rows.collect()
}

/// The frame with which a query of somebody is answered, of the last hour.
///
/// # Panics
/// Where it is refused.
pub async fn frame(plugin: &Plugin, context: PluginContext, query: Value) -> Vec<u8> {
    let answer = answer(plugin, context, query).await;
    assert_eq!(answer.error, "");
    answer.frames.into_iter().next().expect("a frame")
}

/// The answer to a query of the last hour.
async fn answer(plugin: &Plugin, context: PluginContext, query: Value) -> DataResponse {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970").as_millis() as i64;
    let range = TimeRange { from_epoch_ms: now - 3_600_000, to_epoch_ms: now };
    let query = DataQuery {
        ref_id: "A".to_owned(),
        json: query.to_string().into_bytes(),
        time_range: Some(range),
        ..DataQuery::default()
    };
    let request =
        QueryDataRequest { plugin_context: Some(context), queries: vec![query], headers: host::headers() };
    let answers = plugin.data().query_data(request).await.expect("an answer").into_inner().responses;
    answers.into_values().next().expect("an answer to the query")
}

/// Runs a channel's stream. When this returns, its packets are being counted.
///
/// # Panics
/// Where it does not run.
pub async fn run(plugin: &Plugin, channel: &Channel) -> Streaming<StreamPacket> {
    run_as(plugin, context(), channel).await
}

/// Runs a channel's stream as somebody, through some data source.
///
/// # Panics
/// Where it does not run.
pub async fn run_as(plugin: &Plugin, context: PluginContext, channel: &Channel) -> Streaming<StreamPacket> {
    let request = RunStreamRequest {
        plugin_context: Some(context),
        path: channel.path.clone(),
        data: channel.data.clone().into(),
    };
    plugin.stream().run_stream(request).await.expect("a stream").into_inner()
}

/// The next message of a stream.
///
/// # Panics
/// Where none comes soon.
pub async fn message(stream: &mut Streaming<StreamPacket>) -> Value {
    let packet = tokio::time::timeout(SOON, stream.message()).await.expect("a message soon");
    serde_json::from_slice(&packet.expect("a stream").expect("a message").data).expect("JSON")
}

/// Takes a stream's rows, whose first column is of numbers, to its end: how many there were, and its accounts (seen, unmatched,
/// thinned, lost, delivered).
///
/// # Panics
/// Where it does not come to a good end.
pub async fn taken(mut stream: Streaming<StreamPacket>) -> (u64, [u64; 5]) {
    let mut all = 0;
    while let Some(packet) = stream.message().await.expect("a stream") {
        all += rows(&packet.data);
    }
    (all, accounts(&mut stream).await)
}

/// The rows in a message whose first column is of numbers. They are counted by its commas, because there may be millions.
///
/// # Panics
/// Where there is no column.
#[must_use]
pub fn rows(message: &[u8]) -> u64 {
    const BEGIN: &[u8] = b"\"values\":[[";
    let begin = message.windows(BEGIN.len()).position(|bytes| bytes == BEGIN).expect("rows") + BEGIN.len();
    let column = message[begin..].split(|byte| *byte == b']').next().expect("a column");
    1 + column.iter().filter(|byte| **byte == b',').count() as u64
}

/// The accounts of a stream that has come to its end: seen, unmatched, thinned, lost, delivered.
///
/// # Panics
/// Where that was no good one.
pub async fn accounts(stream: &mut Streaming<StreamPacket>) -> [u64; 5] {
    let trailers = stream.trailers().await.expect("a stream").expect("its accounts");
    let account =
        |name| trailers.get(name).expect("an account").to_str().expect("text").parse().expect("a number");
    ACCOUNTS.map(account)
}

/// Why a query is refused.
///
/// # Panics
/// Where it is answered.
pub async fn refusal(plugin: &Plugin, query: Value) -> String {
    let answer = answer(plugin, context(), query).await;
    assert!(!answer.error.is_empty(), "it is answered");
    answer.error
}

/// The plugin's metrics.
///
/// # Panics
/// Where there are none.
pub async fn metrics(plugin: &Plugin) -> String {
    let request = CollectMetricsRequest { plugin_context: Some(context()) };
    let answer = plugin.diagnostics().collect_metrics(request).await.expect("metrics").into_inner();
    let Some(Payload { prometheus }) = answer.metrics else { return String::new() };
    String::from_utf8(prometheus).expect("text")
}
