//! `xdplive watch`: queries, subscribes and runs streams as Grafana does, and prints a line a row.

mod accounts;
mod message;
mod notices;
mod print;
pub mod query;
mod stop;
mod streams;
mod write;

use std::io;

use serde_json::json;
use tokio::sync::{mpsc, oneshot};

use self::{
    accounts::Accounts,
    print::{PrintError, Printer},
    stop::Stop,
    streams::Event,
};
use crate::{
    cli::{Kind, Watch, name_of},
    exit::Failure,
    host::{self, Plugin},
};

/// Messages waiting to be printed, at most; the plugin counts what does not fit its own queue.
const WAITING: usize = 4;

/// Runs the command.
///
/// # Errors
/// Where it does not do what it was asked.
pub async fn run(options: Watch) -> Result<(), Failure> {
    check(&options)?;
    let machine = |error: &dyn std::error::Error| Failure::Machine(error.to_string());
    let program = host::find(options.plugin.as_deref()).map_err(|error| machine(&error))?;
    // From here on a signal ends it well.
    let stop = Stop::new(options.duration).map_err(|error| machine(&error))?;
    let (lines, notices) = mpsc::unbounded_channel();
    let (tell_running, running) = oneshot::channel();
    let notices = tokio::spawn(notices::show(notices, running));
    // All rows, unless --limit says otherwise.
    let settings = [("GF_PLUGIN_MAX_LIMIT", "none"), ("GF_PLUGIN_QUOTA_PERCENT", "none")];
    // The lines are shown for as long as anything is.
    let on_log = move |line| _ = lines.send(line);
    let plugin = Plugin::start(&program, &settings, on_log).await.map_err(|error| machine(&error))?;
    let result = watch(&plugin, &options, stop, tell_running).await;
    if result.is_err() {
        plugin.ask_to_end().await;
    }
    let ended_well = plugin.wait().await;
    // The last of them have come with the plugin's end.
    let _ = notices.await;
    let accounts = result?;
    for (number, accounts) in accounts.iter().enumerate() {
        if let Some(line) = accounts.line(number, options.query) {
            eprintln!("{line}");
        }
    }
    match accounts.into_iter().find_map(|accounts| accounts.failure) {
        Some(failure) => Err(Failure::Machine(failure)),
        None if ended_well => Ok(()),
        None => Err(Failure::Machine("the plugin did not end well".to_owned())),
    }
}

/// What this version cannot do is said before anything is started.
fn check(options: &Watch) -> Result<(), Failure> {
    if options.write.is_some() {
        write::check(options)?;
    }
    if options.query == Kind::Capture && !options.filter.is_empty() {
        eprintln!(
            "note: --filter has no meaning for --query capture, which shows what all streams are given"
        );
    }
    Ok(())
}

/// Prints the streams' rows until it is time to stop, and then those that were captured before. Returns the
/// streams' accounts.
async fn watch(
    plugin: &Plugin,
    options: &Watch,
    mut stop: Stop,
    tell_running: oneshot::Sender<()>,
) -> Result<Vec<Accounts>, Failure> {
    // In a terminal nothing is left out: what it shows does not come back over the wire.
    let settings = json!({ "hook": name_of(options.hook), "showOwnTraffic": true });
    let context = host::context(&settings);
    if let Some(path) = &options.write {
        return write::write(plugin, &context, options, path, stop, tell_running).await;
    }
    let channels = streams::ask(plugin, &context, options).await?;
    let columns = channels.first().map(|channel| channel.columns.clone()).unwrap_or_default();
    let mut accounts: Vec<Accounts> = channels.iter().map(|_| Accounts::default()).collect();
    let (sender, mut events) = mpsc::channel(WAITING);
    for (number, channel) in channels.into_iter().enumerate() {
        let stream = streams::subscribe(plugin, &context, &channel).await?;
        tokio::spawn(streams::follow(number, stream, sender.clone()));
    }
    // From here on the streams alone hold it, and its end is theirs.
    drop(sender);
    let mut printer = Printer::new(io::stdout(), options.json, &columns);
    if !options.json {
        eprintln!("{}", printer.heading());
    }
    // Nobody waits for it where the plugin has ended already.
    let _ = tell_running.send(());
    stop.start_clock();

    let mut left = options.count.unwrap_or(u64::MAX);
    let mut ending = false;
    loop {
        let event = tokio::select! {
            event = events.recv() => event,
            () = stop.wait(), if !ending => {
                plugin.ask_to_end().await;
                ending = true;
                continue;
            }
        };
        let Some((number, event)) = event else { break };
        let Some(accounts) = accounts.get_mut(number) else { continue };
        let mut enough = false;
        match event {
            Event::Rows(message) => match printer.print(number, &message, left) {
                Ok(rows) => {
                    accounts.printed += rows;
                    left -= rows;
                    enough = left == 0;
                }
                // Whoever reads us has enough.
                Err(PrintError::Closed) => enough = true,
                Err(error) => return Err(Failure::Machine(error.to_string())),
            },
            Event::End(counts) => accounts.counts = Some(counts),
            Event::Failure(reason) => {
                accounts.failure = Some(format!("stream {number} ended: {reason}"));
                // One of several: the others are told to come to their end.
                enough = true;
            }
        }
        // Rows appear when they come, and many at once in one go.
        enough |= events.is_empty() && printer.flush().is_err();
        if enough && !ending {
            plugin.ask_to_end().await;
            ending = true;
        }
    }
    Ok(accounts)
}
