//! The end of the plugin: how long it may take, and what cuts it short.

use std::{collections::BTreeSet, io, time::Duration};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
    time::{Instant, sleep_until},
};
use xdplive_protocol::event::{self, Event};

use crate::{exit::Failure, host::log::Line};

/// How long a plugin may take that has nothing attached: its streams send what was captured before.
const BASE: Duration = Duration::from_secs(2);
/// How long each attachment may take beyond that. The kernel needs about 13 ms to close a link, and closes one after
/// the other.
const EACH: Duration = Duration::from_millis(20);

/// How far the plugin's end has come. The parts of `watch` share it.
#[derive(Clone, Debug)]
pub(super) struct End(watch::Sender<State>);

#[derive(Debug, Default)]
struct State {
    /// Interfaces and directions with an attachment.
    attached: BTreeSet<(String, String)>,
    /// How many are still attached, once the plugin detaches.
    left: Option<u32>,
    /// When the plugin was asked to end, and when it has to have ended.
    asked: Option<(Instant, Instant)>,
    /// Whether the plugin has ended.
    over: bool,
}

impl State {
    /// How many links are attached, as far as the plugin has said so.
    fn links(&self) -> u32 {
        self.left.unwrap_or_else(|| u32::try_from(self.attached.len()).unwrap_or(u32::MAX))
    }

    /// Gives the plugin, where it was asked to end, time for all links from `begin` on, but takes none away.
    fn extend(&mut self, begin: Instant) {
        let patience = BASE + EACH.saturating_mul(self.links());
        if let Some((_, until)) = &mut self.asked {
            *until = (begin + patience).max(*until);
        }
    }
}

impl End {
    /// Of a plugin that runs.
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(State::default()))
    }

    /// Takes in what the plugin says of its attachments.
    pub(super) fn hear(&self, line: &Line) {
        let message = line.message.as_str();
        self.0.send_modify(|state| match line.event {
            Some(Event::Attached) => {
                if let Some((interface, direction)) = event::attached_link(message) {
                    state.attached.insert((interface.to_owned(), direction.to_owned()));
                }
                // It may have said so before it was asked to end, and be heard only now.
                if let Some((since, _)) = state.asked {
                    state.extend(since);
                }
            }
            Some(Event::Gone) => {
                let gone = event::gone_interface(message);
                state.attached.retain(|(interface, _)| Some(interface.as_str()) != gone);
            }
            Some(Event::Detached) => {
                if let Some((interface, direction)) = event::detached_link(message) {
                    state.attached.remove(&(interface.to_owned(), direction.to_owned()));
                }
            }
            Some(Event::Detaching) => {
                // Only fewer ones are a step forward, so that this has an end.
                let fewer =
                    event::links_left(message).filter(|new| state.left.is_none_or(|left| *new < left));
                if fewer.is_some() {
                    state.left = fewer;
                    state.extend(Instant::now());
                }
            }
            _ => {}
        });
    }

    /// The plugin is being asked to end. Returns whether that is for the first time.
    pub(super) fn begin(&self) -> bool {
        self.0.send_if_modified(|state| {
            let first = state.asked.is_none();
            if first {
                let now = Instant::now();
                state.asked = Some((now, now));
                state.extend(now);
            }
            first
        })
    }

    /// Whether the plugin has been asked to end.
    pub(super) fn has_begun(&self) -> bool {
        self.0.borrow().asked.is_some()
    }

    /// The plugin has ended.
    pub(super) fn finish(&self) {
        self.0.send_modify(|state| state.over = true);
    }

    /// Waits until the plugin should have ended, but has not. Returns how long ago it was asked to end.
    async fn overdue(&self) -> Duration {
        let mut changes = self.0.subscribe();
        loop {
            let asked = {
                let state = changes.borrow_and_update();
                state.asked.filter(|_| !state.over)
            };
            let late = async {
                match asked {
                    Some((since, until)) => {
                        sleep_until(until).await;
                        since.elapsed()
                    }
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                elapsed = late => return elapsed,
                // It cannot fail, because the sender is ours.
                _ = changes.changed() => {}
            }
        }
    }
}

/// What cuts the plugin's end short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// Ctrl-C was pressed twice.
    Twice,
    /// The plugin takes too long; it was asked to end so long ago.
    Overdue(Duration),
}

impl From<Cut> for Failure {
    fn from(cut: Cut) -> Self {
        Self::Machine(match cut {
            Cut::Twice => {
                "ended at once by the second Ctrl-C; the plugin was killed, and the kernel detaches its \
                           programs by itself"
                    .to_owned()
            }
            Cut::Overdue(since) => format!(
                "the plugin did not end within {:.1} s and was killed; the kernel detaches its programs by itself",
                since.as_secs_f64()
            ),
        })
    }
}

/// Waits for a reason to cut the plugin's end short: the limit of patience with it.
pub(super) struct Limit {
    interrupts: Signal,
    /// How many of them there were.
    seen: u32,
    end: End,
}

impl Limit {
    /// Counts Ctrl-C from now on.
    ///
    /// # Errors
    /// Where signals cannot be caught.
    pub(super) fn new(end: End) -> io::Result<Self> {
        Ok(Self { interrupts: signal(SignalKind::interrupt())?, seen: 0, end })
    }

    /// Waits for the reason. Once there is one, every further call has one at once.
    pub(super) async fn wait(&mut self) -> Cut {
        let twice = async {
            while self.seen < 2 {
                // No more of them come where there is none; the time is left then.
                if self.interrupts.recv().await.is_none() {
                    std::future::pending::<()>().await;
                }
                self.seen += 1;
            }
        };
        tokio::select! {
            () = twice => Cut::Twice,
            since = self.end.overdue() => Cut::Overdue(since),
        }
    }
}

#[cfg(test)]
mod tests;
