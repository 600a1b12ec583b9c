//! A stream of tables made of flows that is being sent: one for each interval.

use std::sync::Arc;

use tonic::Status;

use super::{
    State, end, ended_by_itself,
    intake::{Ended, Intake, Sink, Step},
    message::Message,
};
use crate::{columns::Column, frame::json::Encoder, sent::Keeper};

/// Adds flows up, and makes rows of them.
pub(super) trait Tabulate: Sink {
    /// Its rows.
    type Row;

    /// The rows of the interval that has ended; without any there is no message.
    fn rows(&mut self, interval: Ended) -> Arc<[Self::Row]>;

    /// Whether it cannot go on.
    fn is_over(&self) -> bool {
        false
    }
}

/// See the module's text.
pub(super) struct Tables<T: Tabulate, C> {
    intake: Intake,
    /// Whoever opens a panel later finds what was sent.
    keeper: Keeper<Arc<[T::Row]>>,
    table: T,
    encoder: Encoder<C>,
    state: State,
}

impl<T, C> Tables<T, C>
where
    T: Tabulate<Row: Send + Sync + 'static>,
    C: Column<Rows = [T::Row]>,
{
    /// Sends what `table` makes of the flows of each interval.
    pub(super) fn new(intake: Intake, keeper: Keeper<Arc<[T::Row]>>, table: T, encoder: Encoder<C>) -> Self {
        Self { intake, keeper, table, encoder, state: State::Running }
    }

    /// The next message; after the last one the status with which the stream ends.
    pub(super) async fn next(mut self) -> Option<(Result<Message, Status>, Self)> {
        while self.state == State::Running {
            let interval = match self.intake.next(&mut self.table).await {
                Step::Interval(interval) => Some(interval),
                Step::End(interval) => {
                    self.state = State::Ending;
                    interval
                }
                Step::Gone => {
                    self.state = State::Ended;
                    return Some((Err(ended_by_itself()), self));
                }
            };
            // A message without rows is none.
            if let Some(rows) =
                interval.map(|interval| self.table.rows(interval)).filter(|rows| !rows.is_empty())
            {
                self.keeper.keep(&[Arc::clone(&rows)]);
                let data = self.encoder.message(&rows);
                return Some((Ok(Message { data, rows: rows.len() }), self));
            }
            if self.table.is_over() {
                self.state = State::Ended;
                return Some((Err(ended_by_itself()), self));
            }
        }
        if self.state == State::Ended {
            return None;
        }
        self.state = State::Ended;
        Some((Err(end(self.intake.tally())), self))
    }
}
