//! A stream of the capture's accounts that is being sent: all its rows, once in an interval.

use std::{sync::Arc, time::Duration};

use tokio::time::{Interval, MissedTickBehavior, interval};
use tonic::Status;
use xdplive_source::{Source, Subscription};

use super::{State, end, ended_by_itself, message::Message};
use crate::{asked::Asked, columns::capture::CaptureColumn, frame::json::Encoder, shutdown::Shutdown};

/// See the module's text.
pub(super) struct Accounts {
    /// Keeps what is looked at attached. It has no rows.
    subscription: Subscription,
    source: Arc<dyn Source>,
    asked: Asked,
    encoder: Encoder<CaptureColumn>,
    ticks: Interval,
    shutdown: Shutdown,
    state: State,
}

impl Accounts {
    /// Sends what `source` has counted for what is `asked`.
    pub(super) fn new(
        subscription: Subscription,
        source: Arc<dyn Source>,
        asked: Asked,
        encoder: Encoder<CaptureColumn>,
        shutdown: Shutdown,
    ) -> Self {
        let mut ticks = interval(Duration::from_millis(asked.query.interval));
        // What was counted meanwhile is in the next row.
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { subscription, source, asked, encoder, ticks, shutdown, state: State::Running }
    }

    /// The next message; after the last one the status with which the stream ends.
    pub(super) async fn next(mut self) -> Option<(Result<Message, Status>, Self)> {
        while self.state == State::Running {
            tokio::select! {
                _ = self.ticks.tick() => {}
                // Without rows there is nothing but the end.
                _ = self.subscription.next(1) => {
                    self.state = State::Ended;
                    return Some((Err(ended_by_itself()), self));
                }
                () = self.shutdown.begun() => self.state = State::Ending,
            }
            let mut rows = self.asked.accounts(&*self.source).await;
            // There are more with hundreds of interfaces only. All of one moment are in one message.
            rows.truncate(self.encoder.most_rows());
            // A message without rows is none: there is nothing attached yet.
            if !rows.is_empty() {
                let data = self.encoder.message(&rows);
                return Some((Ok(Message { data, rows: rows.len() }), self));
            }
        }
        if self.state == State::Ended {
            return None;
        }
        self.state = State::Ended;
        self.subscription.end();
        while self.subscription.next(1).await.is_some() {}
        Some((Err(end(self.subscription.tally())), self))
    }
}
