//! `xdplive watch`: queries, subscribes and runs streams as Grafana does, and prints a line a row.

mod message;
mod print;
mod query;

use std::{
    io,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use grafana_plugin_sdk::pluginv2::{
    DataQuery, PluginContext, QueryDataRequest, RunStreamRequest, StreamPacket, SubscribeStreamRequest,
    TimeRange,
};
use serde_json::json;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::mpsc,
    time::sleep,
};
use tonic::{Status, Streaming, metadata::MetadataMap};
use xdplive_plugin::services::ACCOUNTS;

use self::{
    print::Printer,
    query::{Channel, read_channel},
};
use crate::{
    cli::{Kind, Watch, name_of},
    exit::Failure,
    host::{self, Plugin, log::Line},
};

/// Messages waiting to be printed, at most; the plugin counts what does not fit its own queue.
const WAITING: usize = 4;

/// Runs the command.
///
/// # Errors
/// Where it does not do what it was asked.
pub async fn run(options: Watch) -> Result<(), Failure> {
    check(&options)?;
    let program =
        host::find(options.plugin.as_deref()).map_err(|error| Failure::Machine(error.to_string()))?;
    let plugin = start(&program).await?;
    match watch(&plugin, &options).await {
        Ok(()) => {
            plugin.wait().await;
            Ok(())
        }
        Err(failure) => {
            plugin.ask_to_end().await;
            plugin.wait().await;
            Err(failure)
        }
    }
}

/// What this version cannot do is said before anything is started.
fn check(options: &Watch) -> Result<(), Failure> {
    let not_yet = |what: String| {
        Err(Failure::Call(format!(
            "{what} cannot be had yet: this version of XDP Live streams packets, without filters"
        )))
    };
    if options.query != Kind::Packets {
        return not_yet(format!("--query {}", name_of(options.query)));
    }
    if let Some(filter) = options.filter.iter().find(|filter| !filter.trim().is_empty()) {
        return not_yet(format!("--filter '{filter}'"));
    }
    if options.write.is_some() {
        return not_yet("--write".to_owned());
    }
    Ok(())
}

async fn start(program: &Path) -> Result<Plugin, Failure> {
    let on_log = |line: Line| match line.event.as_deref() {
        Some("attached") => eprintln!("{}", line.message),
        Some("hook") => eprintln!("note: {}", line.message),
        _ if line.is_problem() => eprintln!("plugin: {}", line.message),
        _ => {}
    };
    // All rows, unless --limit says otherwise.
    let settings = [("GF_PLUGIN_MAX_LIMIT", "none")];
    Plugin::start(program, &settings, on_log).await.map_err(|error| Failure::Machine(error.to_string()))
}

async fn watch(plugin: &Plugin, options: &Watch) -> Result<(), Failure> {
    let context = host::context(&json!({ "hook": name_of(options.hook) }));
    let channels = ask(plugin, &context, options).await?;
    let columns = channels.first().map(|channel| channel.columns.clone()).unwrap_or_default();
    let mut printer = Printer::new(io::stdout(), options.json, &columns);
    let (sender, mut messages) = mpsc::channel(WAITING);
    let streams = channels.len();
    for (number, channel) in channels.into_iter().enumerate() {
        let stream = subscribe(plugin, &context, &channel).await?;
        tokio::spawn(follow(number, stream, sender.clone()));
    }
    drop(sender);
    if !options.json {
        eprintln!("{}", printer.heading());
    }

    let mut accounts: Vec<Accounts> = (0..streams).map(|_| Accounts::default()).collect();
    let mut left = options.count.unwrap_or(u64::MAX);
    let mut ending = false;
    let mut failure = None;
    let stop = stop(options);
    tokio::pin!(stop);
    loop {
        let message = if ending {
            messages.recv().await
        } else {
            tokio::select! {
                message = messages.recv() => message,
                () = &mut stop => {
                    plugin.ask_to_end().await;
                    ending = true;
                    continue;
                }
            }
        };
        match message {
            None => break,
            Some((number, Event::Rows(packet))) => {
                let printed = match printer.print(number, &packet.data, left) {
                    Ok(printed) => printed,
                    // Whoever reads us has enough.
                    Err(print::PrintError::Closed) => print::Printed { rows: 0, closed: true },
                    Err(error) => return Err(Failure::Machine(error.to_string())),
                };
                left -= printed.rows;
                if let Some(accounts) = accounts.get_mut(number) {
                    accounts.printed += printed.rows;
                }
                if (left == 0 || printed.closed) && !ending {
                    plugin.ask_to_end().await;
                    ending = true;
                }
            }
            Some((number, Event::End(Ok(counts)))) => {
                if let Some(accounts) = accounts.get_mut(number) {
                    accounts.counts = Some(counts);
                }
            }
            Some((number, Event::End(Err(status)))) => {
                failure.get_or_insert(format!("stream {number} ended: {}", status));
                ending = true;
            }
        }
        // Rows appear when they come, and many at once in one go.
        if messages.is_empty() && printer.flush().is_err() && !ending {
            plugin.ask_to_end().await;
            ending = true;
        }
    }
    for (number, accounts) in accounts.iter().enumerate() {
        if let Some(line) = accounts.line(number) {
            eprintln!("{line}");
        }
    }
    match failure {
        Some(message) => Err(Failure::Machine(message)),
        None => Ok(()),
    }
}

/// When to stop: after --duration, at Ctrl-C, when asked to terminate.
async fn stop(options: &Watch) {
    let duration = async {
        match options.duration {
            Some(duration) => sleep(duration).await,
            None => std::future::pending().await,
        }
    };
    let told = |kind| async move {
        match signal(kind) {
            Ok(mut signal) => _ = signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = duration => {}
        () = told(SignalKind::interrupt()) => {}
        () = told(SignalKind::terminate()) => {}
        () = told(SignalKind::hangup()) => {}
    }
}

/// What a stream brings.
enum Event {
    Rows(StreamPacket),
    End(Result<[u64; 5], String>),
}

/// One stream's accounts: what the plugin counted, and what was printed of it.
#[derive(Default)]
struct Accounts {
    counts: Option<[u64; 5]>,
    printed: u64,
}

impl Accounts {
    /// `stream=0 seen=… unmatched=… thinned=… lost=… delivered=…`; nothing where the plugin could not say.
    /// Rows that came after --count was reached are left out to keep to it, as those beyond a budget are.
    fn line(&self, number: usize) -> Option<String> {
        let [seen, unmatched, thinned, lost, delivered] = self.counts?;
        let thinned = thinned + delivered.saturating_sub(self.printed);
        let delivered = delivered.min(self.printed);
        Some(format!(
            "stream={number} seen={seen} unmatched={unmatched} thinned={thinned} lost={lost} delivered={delivered}"
        ))
    }
}

/// Passes on a stream's messages until its end.
async fn follow(number: usize, mut stream: Streaming<StreamPacket>, sender: mpsc::Sender<(usize, Event)>) {
    let end = loop {
        match stream.message().await {
            Ok(Some(packet)) => {
                if sender.send((number, Event::Rows(packet))).await.is_err() {
                    return;
                }
            }
            Ok(None) => {
                let trailers = stream.trailers().await.ok().flatten();
                break trailers.and_then(|trailers| counts(&trailers)).ok_or_else(|| NO_ACCOUNTS.to_owned());
            }
            Err(status) => break Err(status.message().to_owned()),
        }
    };
    // Nobody listening means that everything ends.
    let _ = sender.send((number, Event::End(end))).await;
}

const NO_ACCOUNTS: &str = "the plugin did not say what it counted";

/// The accounts in a stream's trailers.
fn counts(trailers: &MetadataMap) -> Option<[u64; 5]> {
    let mut counts = [0; 5];
    for (name, count) in ACCOUNTS.into_iter().zip(&mut counts) {
        *count = trailers.get(name)?.to_str().ok()?.parse().ok()?;
    }
    Some(counts)
}

/// Asks QueryData as a panel does: one query a stream.
async fn ask(plugin: &Plugin, context: &PluginContext, options: &Watch) -> Result<Vec<Channel>, Failure> {
    let queries = query::queries(options);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_millis());
    let now = i64::try_from(now).unwrap_or(i64::MAX);
    let range = TimeRange { from_epoch_ms: now.saturating_sub(300_000), to_epoch_ms: now };
    let request = QueryDataRequest {
        plugin_context: Some(context.clone()),
        queries: queries
            .iter()
            .enumerate()
            .map(|(number, query)| DataQuery {
                ref_id: number.to_string(),
                json: query.to_string().into_bytes(),
                time_range: Some(range),
                ..DataQuery::default()
            })
            .collect(),
        ..QueryDataRequest::default()
    };
    let answer = plugin.data().query_data(request).await.map_err(from_status)?.into_inner();
    let mut channels = Vec::new();
    for number in 0..queries.len() {
        let response = answer
            .responses
            .get(&number.to_string())
            .ok_or_else(|| Failure::Machine(format!("the plugin did not answer query {number}")))?;
        if !response.error.is_empty() {
            return Err(Failure::from_status(response.status, response.error.clone()));
        }
        let frame = response.frames.first().map(Vec::as_slice).unwrap_or_default();
        channels.push(read_channel(frame).map_err(|error| Failure::Machine(error.to_string()))?);
    }
    Ok(channels)
}

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

fn from_status(status: Status) -> Failure {
    Failure::Machine(format!("the plugin failed: {}", status.message()))
}
