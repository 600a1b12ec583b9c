//! Rows of the streams, printed as they come.

use std::io;

use tokio::sync::oneshot;

use super::{
    accounts::Accounts,
    print::{PrintError, Printer},
    session::Session,
    streams::{self, Event},
};
use crate::{exit::Failure, output::OutputError, standard_error};

/// Messages waiting to be printed, at most; the plugin counts what does not fit its own queue.
const WAITING: usize = 4;

/// Prints the streams' rows until it is time to stop, and then those that were captured before. Returns the
/// streams' accounts; none where it was time to stop before they ran.
///
/// # Errors
/// Where the plugin refuses, a message is not as agreed, or standard output does not take the rows.
pub(super) async fn print(
    mut session: Session<'_>,
    tell_running: oneshot::Sender<()>,
) -> Result<Vec<Accounts>, Failure> {
    let (plugin, context, options) = (session.plugin, session.context.clone(), session.options);
    let start = streams::start(plugin, &context, options, WAITING);
    let Some(started) = session.unless_stopped(start).await else { return Ok(Vec::new()) };
    let (columns, mut events, streams) = started?;
    let mut accounts: Vec<Accounts> = (0..streams).map(|_| Accounts::default()).collect();
    let mut printer = Printer::new(io::stdout(), options.json, &columns);
    if !options.json {
        standard_error::note(printer.heading());
    }
    // Nobody waits for it where the plugin has ended already.
    let _ = tell_running.send(());
    session.stop.start_clock();

    let mut left = options.count.unwrap_or(u64::MAX);
    while let Some((number, event)) = session.meanwhile(events.recv()).await {
        let Some(accounts) = accounts.get_mut(number) else { continue };
        match event {
            Event::Rows(message) => {
                let print = move |printer: &mut Printer<_>| printer.print(number, &message, left);
                let (back, printed) = session.write(printer, print).await?;
                printer = back;
                match printed {
                    Ok(rows) => {
                        accounts.printed += rows;
                        left -= rows;
                    }
                    // Whoever reads us has enough.
                    Err(PrintError::Output(OutputError::Closed { .. })) => left = 0,
                    Err(error) => return Err(Failure::Machine(error.to_string())),
                }
                if left == 0 {
                    session.ask_to_end().await;
                }
            }
            Event::End(counts) => accounts.counts = Some(counts),
            Event::Failure(reason) => {
                accounts.failure = Some(format!("stream {number} ended: {reason}"));
                // One of several: the others are told to come to their end.
                session.ask_to_end().await;
            }
        }
    }
    Ok(accounts)
}
