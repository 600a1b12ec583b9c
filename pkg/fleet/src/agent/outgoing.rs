//! What is sent to one client for one run, and how long it may take.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    time::{Instant, Interval, MissedTickBehavior, interval, timeout},
};
use tracing::warn;

use super::{
    leases::{Ending, Key},
    shared::Shared,
};
use crate::wire::{self, Head, Kind, Progress, Settled};

/// How often a client hears of a run, if there is nothing else to send.
pub(super) const BEAT: Duration = Duration::from_millis(500);
/// How long a message may wait to be sent once the run is to end.
const LAST: Duration = Duration::from_secs(1);

/// What is sent to one client for one run.
pub(super) struct Outgoing {
    pub(super) shared: Arc<Shared>,
    subject: String,
    pub(super) head: Head,
    /// When something was last sent.
    last: Instant,
    end: watch::Receiver<Ending>,
}

impl Outgoing {
    pub(super) fn new(shared: Arc<Shared>, key: &Key, run: u64, end: watch::Receiver<Ending>) -> Self {
        let (client, lease) = key;
        let settings = &shared.settings;
        let subject = settings.subjects.lease(&settings.host, client, *lease);
        let head =
            Head { lease: *lease, epoch: shared.epoch, run, host: settings.host.clone(), ..Head::default() };
        Self { shared, subject, head, last: Instant::now(), end }
    }

    /// Sends a message with `rows` rows. Whether it is on its way: where there is no connection it waits, until a little
    /// after the run was to end.
    pub(super) async fn send(&mut self, kind: Kind, body: &[u8], rows: u64) -> bool {
        let progress = Progress { sent: self.head.progress.sent + rows, ..self.head.progress };
        let head = Head { at: self.shared.source.now().wall, progress, ..self.head.clone() };
        let message = wire::message(kind, &head, body);
        let mut end = self.end.clone();
        let too_late = async {
            _ = end.wait_for(|end| *end != Ending::Not).await;
            tokio::time::sleep(LAST).await;
        };
        let publish = self.shared.connection.client.publish(self.subject.clone(), message.into());
        tokio::select! {
            biased;
            sent = publish => match sent {
                Ok(()) => {
                    self.head.progress = progress;
                    self.head.sequence += 1;
                    self.last = Instant::now();
                    true
                }
                Err(error) => {
                    warn!("a message to a client could not be sent: {error}");
                    false
                }
            },
            () = too_late => false,
        }
    }

    /// Says that the run goes on, if nothing has said so lately.
    pub(super) async fn beat(&mut self) {
        if self.last.elapsed() >= BEAT / 2 {
            self.send(Kind::Beat, &wire::beat(None), 0).await;
        }
    }

    /// Ends the run, which has come to this.
    pub(super) async fn finish(&mut self, key: &Key, run: u64, settled: &Settled) {
        // Remembered first: who asks because the message did not come, is answered. So nothing is lost where it does not.
        self.shared.leases.settle(key, run, settled.clone());
        _ = timeout(LAST, self.send(Kind::End, &settled.to_json(), 0)).await;
    }
}

/// When to say that a run goes on.
pub(super) fn beats(period: Duration) -> Interval {
    let mut beats = interval(period);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beats
}

/// Waits until a run is to end. Where nobody can say so any more, the agent itself ends.
pub(super) async fn asked_to_end(end: &mut watch::Receiver<Ending>) -> Ending {
    end.wait_for(|end| *end != Ending::Not).await.map_or(Ending::Agent, |end| *end)
}

/// Why a run without packets' rows has ended, where nobody asked for that.
pub(super) fn why(asked: Ending) -> Option<String> {
    (asked != Ending::Asked).then(|| "the lease or the agent has ended".to_owned())
}
