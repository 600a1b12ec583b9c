//! A stream of what is counted in one interval after the other, that is being sent.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, Interval as Ticks, MissedTickBehavior, interval_at};
use tonic::Status;
use xdplive_history::Hold;
use xdplive_packet::event::Direction;
use xdplive_source::{Counting, Interval, Source};

use super::{State, end, ended_by_itself, message::Message};
use crate::{
    asked::Asked,
    columns::{Column, rates::CountRow},
    frame::json::Encoder,
    shutdown::Shutdown,
    utilisation::{LinkSpeeds, is_of_busier},
};

/// See the module's text.
pub(super) struct Rates<C> {
    source: Arc<dyn Source>,
    asked: Asked,
    counting: Counting,
    /// Whoever opens a panel later finds what was counted.
    _recorded: Option<Hold>,
    encoder: Encoder<C>,
    ticks: Ticks,
    shutdown: Shutdown,
    state: State,
}

impl<C: Column<Rows = [CountRow]>> Rates<C> {
    /// Sends what `source` has counted for what is `asked` every `length`.
    pub(super) fn new(
        (source, asked): (Arc<dyn Source>, Asked),
        counting: Counting,
        recorded: Option<Hold>,
        encoder: Encoder<C>,
        length: Duration,
        shutdown: Shutdown,
    ) -> Self {
        let mut ticks = interval_at(Instant::now() + length, length);
        // What was counted meanwhile is in the next interval, which is longer then.
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { source, asked, counting, _recorded: recorded, encoder, ticks, shutdown, state: State::Running }
    }

    /// The next message; after the last one the status with which the stream ends.
    pub(super) async fn next(mut self) -> Option<(Result<Message, Status>, Self)> {
        match self.state {
            State::Running => {
                loop {
                    tokio::select! {
                        _ = self.ticks.tick() => {
                            // Where nothing is attached, nothing is sent: that would read as zero.
                            if let Some(lap) = self.counting.lap().await {
                                let interval = if is_of_busier(&self.asked.query) {
                                    lap.busier(&Direction::ALL)
                                } else {
                                    lap.of(&Direction::ALL)
                                };
                                return Some((Ok(self.message(interval)), self));
                            }
                        }
                        () = self.counting.ended() => {
                            self.state = State::Ended;
                            return Some((Err(ended_by_itself()), self));
                        }
                        () = self.shutdown.begun() => break,
                    }
                }
                // The last interval ends with the stream, so that nothing is missing in the sum. A share of a link is none,
                // and of the busier direction alone it is not known.
                let last = self.counting.finish().await;
                if is_of_busier(&self.asked.query) {
                    self.state = State::Ended;
                    return Some((Err(end(self.counting.tally())), self));
                }
                self.state = State::Ending;
                Some((Ok(self.message(last)), self))
            }
            State::Ending => {
                self.state = State::Ended;
                Some((Err(end(self.counting.tally())), self))
            }
            State::Ended => None,
        }
    }

    fn message(&mut self, interval: Interval) -> Message {
        let host = self.asked.request.hosts.names(&self.source.hosts());
        let speed = LinkSpeeds::of(&self.asked.query, &*self.source).of_group(None);
        let data = self.encoder.message(&[CountRow { speed, ..CountRow::of_all(host, interval) }]);
        Message { data, rows: 1 }
    }
}
