//! When to stop.

use std::{io, time::Duration};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    time::{Instant, sleep_until},
};

/// Ctrl-C, being asked to terminate, the terminal closed, or the time being over. Signals count from the moment
/// it is made, the time from the moment the streams run.
pub(super) struct Stop {
    signals: [Signal; 3],
    duration: Option<Duration>,
    until: Option<Instant>,
}

impl Stop {
    /// Catches signals from now on.
    pub(super) fn new(duration: Option<Duration>) -> io::Result<Self> {
        let signals = [
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
            signal(SignalKind::hangup())?,
        ];
        Ok(Self { signals, duration, until: None })
    }

    /// Lets the time run.
    pub(super) fn start_clock(&mut self) {
        self.until = self.duration.and_then(|duration| Instant::now().checked_add(duration));
    }

    /// Waits until it is time to stop.
    pub(super) async fn wait(&mut self) {
        let [interrupt, terminate, hangup] = &mut self.signals;
        let time = async {
            match self.until {
                Some(until) => sleep_until(until).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
            () = time => {}
        }
    }
}
