//! A stream of packet rows that is being sent.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use tonic::Status;
use xdplive_history::Hold;
use xdplive_source::{Batch, FLUSH_INTERVAL, Subscription};

use super::{State, end, ended_by_itself, message::Message};
use crate::{
    attribution::Attribution, columns::packets::PacketColumn, frame::json::Encoder, masks::Masks,
    naming::Naming, sent::Keeper, shutdown::Shutdown,
};

/// See the module's text.
pub(super) struct Packets {
    subscription: Subscription,
    /// Who knows the names of hosts, where they are shown.
    naming: Option<Naming>,
    masks: Masks,
    /// Who knows processes, where they are shown.
    attribution: Option<Attribution>,
    /// Whoever opens a panel later finds the last rows.
    keeper: Option<Keeper<Batch>>,
    /// And whoever asks for rates, or for the volume of a log, what was counted.
    _recorded: Option<Hold>,
    encoder: Encoder<PacketColumn>,
    /// Time between two messages: a panel draws itself anew for each. None for a stream without a budget,
    /// which sends as soon as the last message is taken.
    pace: Option<Duration>,
    next_message: Instant,
    shutdown: Shutdown,
    state: State,
}

impl Packets {
    /// Sends the rows of `subscription`, within a budget or not.
    pub(super) fn new(
        (subscription, naming, masks): (Subscription, Option<Naming>, Masks),
        keeper: Option<Keeper<Batch>>,
        recorded: Option<Hold>,
        encoder: Encoder<PacketColumn>,
        limit: Option<u32>,
        shutdown: Shutdown,
    ) -> Self {
        Self {
            subscription,
            naming,
            masks,
            attribution: None,
            keeper,
            _recorded: recorded,
            encoder,
            pace: limit.map(|_| FLUSH_INTERVAL),
            next_message: Instant::now(),
            shutdown,
            state: State::Running,
        }
    }

    /// The same with who knows processes.
    pub(super) fn with(self, attribution: Option<Attribution>) -> Self {
        Self { attribution, ..self }
    }

    /// The next message; after the last one the status with which the stream ends.
    pub(super) async fn next(mut self) -> Option<(Result<Message, Status>, Self)> {
        if self.state == State::Ended {
            return None;
        }
        if self.pace.is_some() && self.state == State::Running {
            tokio::select! {
                () = sleep_until(self.next_message) => {}
                () = self.shutdown.begun() => self.end(),
            }
        }
        let most = self.encoder.most_rows();
        let batches = loop {
            if self.state == State::Ending {
                break self.subscription.next(most).await;
            }
            tokio::select! {
                batches = self.subscription.next(most) => break batches,
                () = self.shutdown.begun() => self.end(),
            }
        };
        let Some(batches) = batches else {
            let status = match self.state {
                State::Ending => end(self.subscription.tally()),
                _ => ended_by_itself(),
            };
            self.state = State::Ended;
            return Some((Err(status), self));
        };
        let batches = self.masks.batches(batches);
        let batches = match &self.naming {
            Some(naming) => naming.tell(batches),
            None => batches,
        };
        let batches = match &self.attribution {
            Some(attribution) => attribution.tell(batches),
            None => batches,
        };
        let place = self.keeper.as_mut().map(|keeper| keeper.keep(&batches));
        let data = self.encoder.message_at(&batches, place.as_ref());
        let rows = batches.iter().map(Batch::len).sum();
        if let Some(pace) = self.pace {
            self.next_message = Instant::now() + pace;
        }
        Some((Ok(Message { data, rows }), self))
    }

    fn end(&mut self) {
        self.subscription.end();
        self.state = State::Ending;
    }
}
