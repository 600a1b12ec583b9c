//! What the plugin says of itself, on standard error.

use tokio::sync::{mpsc, oneshot};
use xdplive_protocol::event::Event;

use crate::{host::log::Line, standard_error};

/// Shows the plugin's lines until there are no more. What it says of attachments is held back until
/// `running`, when all streams run: whoever waits for these lines may then rely on seeing every packet.
pub(super) async fn show(mut lines: mpsc::UnboundedReceiver<Line>, mut running: oneshot::Receiver<()>) {
    let mut held = Vec::new();
    loop {
        tokio::select! {
            // Also where nobody will tell any more.
            _ = &mut running => break,
            line = lines.recv() => match line {
                Some(line) if line.is_problem() => print(&line),
                Some(line) => held.push(line),
                None => break,
            },
        }
    }
    held.iter().for_each(print);
    while let Some(line) = lines.recv().await {
        print(&line);
    }
}

fn print(line: &Line) {
    if let Some(notice) = notice(line) {
        standard_error::note(notice);
    }
}

/// The line as it is shown; some are for the log alone.
fn notice(line: &Line) -> Option<String> {
    let message = &line.message;
    match line.event {
        Some(Event::Attached | Event::Refused | Event::Gone | Event::Detached | Event::Detaching) => {
            Some(message.clone())
        }
        Some(Event::Hook) => Some(format!("note: {message}")),
        None => line.is_problem().then(|| format!("plugin: {message}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_log_as_they_are_shown() {
        for (line, shown) in [
            (
                r#"{"@level":"info","@message":"attached eth0 in by tcx","event":"attached"}"#,
                Some("attached eth0 in by tcx"),
            ),
            (
                r#"{"@level":"info","@message":"refused eth0 in: busy","event":"refused"}"#,
                Some("refused eth0 in: busy"),
            ),
            (r#"{"@level":"info","@message":"gone eth0","event":"gone"}"#, Some("gone eth0")),
            (
                r#"{"@level":"warn","@message":"detached eth0 in: tcx: why","event":"detached"}"#,
                Some("detached eth0 in: tcx: why"),
            ),
            (
                r#"{"@level":"info","@message":"detaching: 3 of 4 links left","event":"detaching"}"#,
                Some("detaching: 3 of 4 links left"),
            ),
            (
                r#"{"@level":"info","@message":"eth0 in: tcx, because of this","event":"hook"}"#,
                Some("note: eth0 in: tcx, because of this"),
            ),
            (r#"{"@level":"warn","@message":"trouble"}"#, Some("plugin: trouble")),
            (r#"{"@level":"ERROR","@message":"trouble"}"#, Some("plugin: trouble")),
            (r#"{"@level":"error","message":"trouble","event":"another"}"#, Some("plugin: trouble")),
            (r#"{"@level":"info","@message":"idle"}"#, None),
            ("thread main panicked", Some("plugin: thread main panicked")),
        ] {
            assert_eq!(notice(&Line::parse(line)).as_deref(), shown, "{line}");
        }
    }
}
