//! `xdplive watch`: queries, subscribes and runs streams as Grafana does, and prints a line a row.
//!
//! | module | holds |
//! |---|---|
//! | [`query`], `streams`, `message` | what is asked for, and what comes |
//! | `fleet` | how other machines are reached |
//! | `rows`, `print` | the rows, as lines |
//! | `write` | the packets, as a file |
//! | `accounts`, `notices` | what standard error gets |
//! | `session`, `stop`, `end` | a call while it runs, when it stops, and how long the plugin's end may take |

mod accounts;
mod end;
mod fleet;
mod message;
mod notices;
mod print;
pub mod query;
mod rows;
mod session;
mod stop;
mod streams;
mod write;

use std::time::Duration;

use serde_json::json;
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};
use xdplive_filter::Filter;

use self::{
    accounts::Accounts,
    end::{End, Limit},
    session::Session,
    stop::Stop,
};
use crate::{
    cli::{Kind, Watch, name_of},
    exit::Failure,
    host::{self, Plugin, log::Line},
    standard_error,
};

/// How long the last lines of a plugin that did not start are waited for.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Runs the command.
///
/// # Errors
/// Where it does not do what it was asked.
pub async fn run(options: Watch) -> Result<(), Failure> {
    check(&options)?;
    let machine = |error: &dyn std::error::Error| Failure::Machine(error.to_string());
    let program = host::find(options.plugin.as_deref()).map_err(|error| machine(&error))?;
    // From here on a signal ends it well, and a second Ctrl-C at once.
    let stop = Stop::new(options.duration).map_err(|error| machine(&error))?;
    let end = End::new();
    let mut limit = Limit::new(end.clone()).map_err(|error| machine(&error))?;
    let (lines, notices) = mpsc::unbounded_channel();
    let (tell_running, running) = oneshot::channel();
    let notices = tokio::spawn({
        let end = end.clone();
        async move {
            notices::show(notices, running).await;
            // The last of them comes with the end of the plugin and its loader.
            end.finish();
        }
    });
    let on_log = {
        let end = end.clone();
        move |line: Line| {
            end.hear(&line);
            // The lines are shown for as long as anything is.
            let _ = lines.send(line);
        }
    };
    // All rows, unless --limit says otherwise.
    let servers = options.fleet.nats.join(",");
    let environment = fleet::environment(&options.fleet, &host::UNBOUNDED, &servers);
    let started = tokio::select! {
        plugin = Plugin::start(&program, &environment, on_log) => plugin,
        cut = limit.wait() => return Err(cut.into()),
    };
    let mut plugin = match started {
        Ok(plugin) => plugin,
        Err(error) => {
            // Its log has the reason. A plugin that does not end keeps it open.
            let _ = timeout(LAST_WORDS, notices).await;
            return Err(machine(&error));
        }
    };

    let result = tokio::select! {
        result = watch(&plugin, &end, &options, stop, tell_running) => result,
        cut = limit.wait() => Err(cut.into()),
    };
    let ended = tokio::select! {
        biased;
        cut = limit.wait() => Err(cut),
        status = async {
            if end.begin() {
                plugin.ask_to_end().await;
            }
            plugin.ended().await
        } => Ok(status),
    };
    let ended = match ended {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(Failure::Machine(format!("the plugin did not end well ({status})"))),
        Ok(Err(error)) => Err(Failure::Machine(format!("the plugin cannot be waited for: {error}"))),
        Err(cut) => {
            plugin.kill().await;
            Err(cut.into())
        }
    };
    // The last of them have come with the plugin's end.
    let _ = notices.await;
    tell(&result?, options.query)?;
    ended
}

/// Says what became of the streams.
fn tell(accounts: &[Accounts], kind: Kind) -> Result<(), Failure> {
    let lines = accounts.iter().enumerate().filter_map(|(number, accounts)| accounts.line(number, kind));
    for line in lines {
        // Where that is lost, there is no place left to say so but the status.
        standard_error::say(line).or_else(|error| match error.kind() {
            std::io::ErrorKind::BrokenPipe => Ok(()),
            _ => Err(Failure::Told),
        })?;
    }
    match accounts.iter().find_map(|accounts| accounts.failure.clone()) {
        Some(failure) => Err(Failure::Machine(failure)),
        None => Ok(()),
    }
}

/// What this version cannot do is said before anything is started.
fn check(options: &Watch) -> Result<(), Failure> {
    if options.write.is_some() {
        write::check(options)?;
    }
    let is_filtered = !options.filter.is_empty();
    match options.query {
        Kind::Capture if is_filtered => standard_error::note(
            "note: --filter has no meaning for --query capture, which shows what all streams are given",
        ),
        Kind::Interfaces if is_filtered => standard_error::note(
            "note: --filter has no meaning for --query interfaces, which shows what the kernel counts of all packets",
        ),
        _ => contradictions(&options.filter).for_each(standard_error::note),
    }
    Ok(())
}

/// A warning of each filter that no packet can match. What is no filter is left to the plugin.
fn contradictions(filters: &[String]) -> impl Iterator<Item = String> {
    filters.iter().enumerate().filter_map(|(number, text)| {
        let contradiction = Filter::parse(text).ok()?.contradiction()?;
        Some(format!("warning: stream={number}: {contradiction}"))
    })
}

/// Prints or writes what the streams bring until it is time to stop. Returns the streams' accounts.
async fn watch(
    plugin: &Plugin,
    end: &End,
    options: &Watch,
    stop: Stop,
    tell_running: oneshot::Sender<()>,
) -> Result<Vec<Accounts>, Failure> {
    // In a terminal nothing is left out: what it shows does not come back over the wire.
    let mut settings = json!({ "hook": name_of(options.hook), "showOwnTraffic": true });
    fleet::add_to(&options.fleet, &mut settings);
    let context = host::context_with(&settings, fleet::secrets(&options.fleet)?);
    let session = Session { plugin, context, options, stop, end };
    match &options.write {
        Some(path) => write::write(session, path, tell_running).await,
        None => rows::print(session, tell_running).await,
    }
}

#[cfg(test)]
mod tests {
    use super::contradictions;

    #[test]
    fn a_filter_that_no_packet_can_match_is_warned_of() {
        let filters = ["tcp", "tcp and udp", "no filter", "host 10.0.0.1 and ip6"].map(str::to_owned);
        let warnings: Vec<String> = contradictions(&filters).collect();
        assert_eq!(
            warnings,
            [
                "warning: stream=1: no packet can match: \"tcp\" and \"udp\" contradict each other, because a packet has one \
                 IP protocol",
                "warning: stream=3: no packet can match: \"host 10.0.0.1\" and \"ip6\" contradict each other, because only \
                 IPv4 and ARP packets have IPv4 addresses",
            ]
        );
    }
}
