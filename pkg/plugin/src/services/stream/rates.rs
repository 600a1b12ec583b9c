//! A stream of what is counted in one interval after the other, that is being sent.

use std::{sync::Arc, time::Duration};

use grafana_plugin_sdk::pluginv2::StreamPacket;
use tokio::time::{Instant, Interval as Ticks, MissedTickBehavior, interval_at};
use tonic::Status;
use xdplive_capture::{
    clock,
    source::{Counts, Interval, Source, Subscription, Tally},
};

use super::{State, end, ended_by_itself};
use crate::{columns::Column, frame::json::Encoder, shutdown::Shutdown};

/// See the module's text.
pub(super) struct Rates<C> {
    subscription: Subscription,
    source: Arc<dyn Source>,
    encoder: Encoder<C>,
    ticks: Ticks,
    /// What had been counted at the end of the last interval, and when that was.
    before: Sums,
    since: Instant,
    shutdown: Shutdown,
    state: State,
}

/// What has been counted since the stream's beginning.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    packets: u64,
    segments: u64,
    bytes: u64,
}

impl<C: Column<Rows = [Interval]>> Rates<C> {
    /// Sends what `source` counts for `subscription` every `length`.
    pub(super) fn new(
        subscription: Subscription,
        source: Arc<dyn Source>,
        columns: Vec<C>,
        length: Duration,
        shutdown: Shutdown,
    ) -> Self {
        let since = Instant::now();
        let mut ticks = interval_at(since + length, length);
        // What was counted meanwhile is in the next interval, which is longer then.
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (encoder, before) = (Encoder::new(columns), Sums::default());
        Self { subscription, source, encoder, ticks, before, since, shutdown, state: State::Running }
    }

    /// The next message; after the last one the status with which the stream ends.
    pub(super) async fn next(mut self) -> Option<(Result<StreamPacket, Status>, Self)> {
        match self.state {
            State::Running => {
                loop {
                    tokio::select! {
                        _ = self.ticks.tick() => {
                            // Where nothing is attached, nothing is counted, which is not the same as zero.
                            if let Some(sums) = self.so_far().await {
                                return Some((Ok(self.message(sums)), self));
                            }
                        }
                        // Without rows there is nothing but the end.
                        _ = self.subscription.next(1) => {
                            self.state = State::Ended;
                            return Some((Err(ended_by_itself()), self));
                        }
                        () = self.shutdown.begun() => break,
                    }
                }
                // The last interval ends with the stream, so that nothing is missing in the sum.
                self.subscription.end();
                while self.subscription.next(1).await.is_some() {}
                let counted = self.subscription.counted().unwrap_or_default();
                let sums =
                    Sums { packets: counted.matched, segments: counted.segments, bytes: counted.bytes };
                self.state = State::Ending;
                Some((Ok(self.message(sums)), self))
            }
            State::Ending => {
                self.state = State::Ended;
                let tally = self.subscription.tally();
                let counted = self.subscription.counted().unwrap_or_default();
                // Counting a packet is all there is to deliver.
                Some((Err(end(Tally { delivered: counted.matched, ..tally })), self))
            }
            State::Ended => None,
        }
    }

    /// What has been counted; `None` where nothing is attached for the stream.
    async fn so_far(&self) -> Option<Sums> {
        let mut sum = Counts::default();
        let mut is_attached = false;
        for hook in &self.source.accounts().await {
            for stream in hook.streams.iter().filter(|stream| stream.id == self.subscription.id()) {
                is_attached |= hook.hook.is_some();
                sum += stream.counts;
            }
        }
        let Counts { matched, segments, bytes, .. } = sum;
        is_attached.then_some(Sums { packets: matched, segments, bytes })
    }

    /// The interval that ends now.
    fn message(&mut self, sums: Sums) -> StreamPacket {
        let (before, since) = (self.before, self.since);
        (self.before, self.since) = (sums, Instant::now());
        let interval = Interval {
            time: clock::milliseconds(),
            length: self.since.saturating_duration_since(since),
            packets: sums.packets.saturating_sub(before.packets),
            segments: sums.segments.saturating_sub(before.segments),
            bytes: sums.bytes.saturating_sub(before.bytes),
        };
        StreamPacket { data: self.encoder.message(&[interval]) }
    }
}
