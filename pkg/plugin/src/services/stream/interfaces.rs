//! A stream of what is counted of interfaces that is being sent: all its rows, once in an interval.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, Interval as Ticks, MissedTickBehavior, interval_at};
use tonic::Status;
use xdplive_source::{Source, SourceError, Tally};

use super::{State, end, message::Message};
use crate::{
    asked::Asked,
    columns::interfaces::{InterfaceColumn, InterfaceRow},
    frame::json::Encoder,
    link_intervals::LinkIntervals,
    sent::Keeper,
    shutdown::Shutdown,
};

/// See the module's text.
pub(super) struct Interfaces {
    source: Arc<dyn Source>,
    asked: Asked,
    intervals: LinkIntervals,
    /// Whoever opens a panel later finds what was sent.
    keeper: Keeper<Arc<[InterfaceRow]>>,
    encoder: Encoder<InterfaceColumn>,
    ticks: Ticks,
    shutdown: Shutdown,
    state: State,
}

impl Interfaces {
    /// Sends what `source` reads of the interfaces that are `asked` for. The first interval begins now.
    ///
    /// # Errors
    /// As [`Source::link_counters`].
    pub(super) async fn begin(
        source: Arc<dyn Source>,
        asked: Asked,
        keeper: Keeper<Arc<[InterfaceRow]>>,
        encoder: Encoder<InterfaceColumn>,
        shutdown: Shutdown,
    ) -> Result<Self, SourceError> {
        let length = Duration::from_millis(asked.query.interval);
        let mut ticks = interval_at(Instant::now() + length, length);
        // What was counted meanwhile is in the next interval, which is longer then.
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (intervals, state) = (LinkIntervals::default(), State::Running);
        let mut begun = Self { source, asked, intervals, keeper, encoder, ticks, shutdown, state };
        begun.rows().await?;
        Ok(begun)
    }

    /// The next message; after the last one the status with which the stream ends.
    pub(super) async fn next(mut self) -> Option<(Result<Message, Status>, Self)> {
        while self.state == State::Running {
            tokio::select! {
                _ = self.ticks.tick() => {}
                // The last interval ends with the stream, so that nothing is missing in the sum.
                () = self.shutdown.begun() => self.state = State::Ending,
            }
            match self.rows().await {
                // A message without rows is none: no interface fits now.
                Ok(rows) if rows.is_empty() => {}
                Ok(rows) => {
                    let rows: Arc<[InterfaceRow]> = rows.into();
                    self.keeper.keep(&[Arc::clone(&rows)]);
                    let data = self.encoder.message(&rows);
                    return Some((Ok(Message { data, rows: rows.len() }), self));
                }
                Err(error) => {
                    self.state = State::Ended;
                    return Some((Err(Status::unavailable(error.to_string())), self));
                }
            }
        }
        if self.state == State::Ended {
            return None;
        }
        self.state = State::Ended;
        // It is of no packets.
        Some((Err(end(Tally::default())), self))
    }

    /// What there is at the end of an interval.
    async fn rows(&mut self) -> Result<Vec<InterfaceRow>, SourceError> {
        let request = &self.asked.request;
        let read = self.source.link_counters(&request.hosts, &request.interfaces).await?;
        let time = self.source.now().milliseconds();
        let mut rows = self.intervals.rows(read, &request.interfaces, time);
        // There are more with thousands of interfaces only. All of one moment are in one message.
        rows.truncate(self.encoder.most_rows());
        Ok(rows)
    }
}
