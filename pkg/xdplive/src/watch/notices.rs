//! What the plugin says of itself, on standard error.

use tokio::sync::{mpsc, oneshot};

use crate::host::log::Line;

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
    match line.event.as_deref() {
        Some("attached") => eprintln!("{}", line.message),
        Some("hook") => eprintln!("note: {}", line.message),
        _ if line.is_problem() => eprintln!("plugin: {}", line.message),
        _ => {}
    }
}
