//! Streams of dropped packets that are being sent: a row each, or how many there are of each reason.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use tokio::time::{Instant, Interval as Ticks, MissedTickBehavior, interval_at};
use tonic::Status;
use xdplive_packet::{Event, flow::Sum};
use xdplive_source::{DropFeed, DropNews, DropRows, DropSite, Interval, Source, WallClock};

use super::{State, end, ended_by_itself, message::Message};
use crate::{
    asked::Asked,
    columns::{Column, drops::DropColumn, rates::CountRow},
    frame::json::Encoder,
    groups::OTHER,
    masks::Masks,
    naming::Naming,
    sent::Keeper,
    shutdown::Shutdown,
};

/// A row for each packet.
pub(super) struct Drops {
    feed: DropFeed,
    masks: Masks,
    /// Who knows the names of hosts, where they are shown.
    naming: Option<Naming>,
    /// Rows that did not fit the last message.
    waiting: VecDeque<(Event, DropSite)>,
    /// Whoever opens a panel later finds the last rows.
    keeper: Keeper<DropRows>,
    encoder: Encoder<DropColumn>,
    shutdown: Shutdown,
    state: State,
}

impl Drops {
    /// Sends the rows of `feed`.
    pub(super) fn new(
        (feed, masks, naming): (DropFeed, Masks, Option<Naming>),
        keeper: Keeper<DropRows>,
        encoder: Encoder<DropColumn>,
        shutdown: Shutdown,
    ) -> Self {
        Self {
            feed,
            masks,
            naming,
            waiting: VecDeque::new(),
            keeper,
            encoder,
            shutdown,
            state: State::Running,
        }
    }

    /// The next message; after the last one the status with which the stream ends.
    pub(super) async fn next(mut self) -> Option<(Result<Message, Status>, Self)> {
        if self.state == State::Ended {
            return None;
        }
        while self.waiting.is_empty() {
            let Some(news) = news(&mut self.feed, &mut self.state, &self.shutdown).await else {
                let status = at_the_end(&self.feed, self.state);
                self.state = State::Ended;
                return Some((Err(status), self));
            };
            // Nothing else is made of them, or kept.
            self.waiting.extend(news.rows.into_iter().map(|(mut event, site)| {
                self.masks.headers(&mut event.headers);
                (event, site)
            }));
        }
        let most = self.encoder.most_rows().max(1).min(self.waiting.len());
        let mut rows = DropRows::new(self.waiting.drain(..most), WallClock::ahead_by(0));
        if let Some(naming) = &self.naming {
            let about = naming.now().of_batch(rows.packets());
            rows = rows.told(about);
        }
        let place = self.keeper.keep(std::slice::from_ref(&rows));
        let count = rows.len();
        let data = self.encoder.message_at(&[rows], Some(&place));
        Some((Ok(Message { data, rows: count }), self))
    }
}

/// How many there are of each reason, in one interval after the other.
pub(super) struct Reasons<C> {
    feed: DropFeed,
    asked: Asked,
    counted: Counted,
    begun: Instant,
    ticks: Ticks,
    source: Arc<dyn Source>,
    /// Whoever opens a panel later finds what was sent.
    keeper: Keeper<Arc<[CountRow]>>,
    encoder: Encoder<C>,
    shutdown: Shutdown,
    state: State,
}

impl<C: Column<Rows = [CountRow]>> Reasons<C> {
    /// Sends what `feed` counts every interval of what is `asked`.
    pub(super) fn new(
        (feed, asked, source): (DropFeed, Asked, Arc<dyn Source>),
        keeper: Keeper<Arc<[CountRow]>>,
        encoder: Encoder<C>,
        shutdown: Shutdown,
    ) -> Self {
        let length = Duration::from_millis(asked.query.interval);
        let begun = Instant::now();
        let mut ticks = interval_at(begun + length, length);
        // What was counted meanwhile is in the next interval, which is longer then.
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (counted, state) = (Counted::default(), State::Running);
        Self { feed, asked, counted, begun, ticks, source, keeper, encoder, shutdown, state }
    }

    /// The next message; after the last one the status with which the stream ends.
    pub(super) async fn next(mut self) -> Option<(Result<Message, Status>, Self)> {
        if self.state == State::Ended {
            return None;
        }
        loop {
            tokio::select! {
                biased;
                news = news(&mut self.feed, &mut self.state, &self.shutdown) => match news {
                    Some(news) => self.counted.add(news.reasons),
                    None => {
                        // The last interval ends with the stream, so that nothing is missing in the sum.
                        let rows = self.rows();
                        if self.state == State::Ending && rows.iter().any(|row| row.interval.packets > 0) {
                            return Some((Ok(self.message(rows)), self));
                        }
                        let status = at_the_end(&self.feed, self.state);
                        self.state = State::Ended;
                        return Some((Err(status), self));
                    }
                },
                _ = self.ticks.tick() => {
                    let rows = self.rows();
                    // A message without rows is none.
                    if !rows.is_empty() {
                        return Some((Ok(self.message(rows)), self));
                    }
                }
            }
        }
    }

    fn message(&mut self, rows: Arc<[CountRow]>) -> Message {
        self.keeper.keep(&[Arc::clone(&rows)]);
        Message { data: self.encoder.message(&rows), rows: rows.len() }
    }

    /// The rows of the interval that ends now.
    fn rows(&mut self) -> Arc<[CountRow]> {
        let (time, now) = (self.source.now().milliseconds(), Instant::now());
        let length = now.duration_since(std::mem::replace(&mut self.begun, now));
        let host = self.asked.request.hosts.names(&self.source.hosts());
        self.counted.rows(&host, self.asked.query.top, time, length)
    }
}

/// What has been counted of each reason.
#[derive(Debug, Default)]
struct Counted {
    /// Packets since the stream began, and what was counted in this interval.
    reasons: BTreeMap<Arc<str>, (u64, Sum)>,
}

impl Counted {
    fn add(&mut self, reasons: BTreeMap<Arc<str>, Sum>) {
        for (reason, sum) in reasons {
            let (all, interval) = self.reasons.entry(reason).or_default();
            *all += sum.packets;
            *interval += sum;
        }
    }

    /// A row for each of the `top` most frequent reasons so far, and one for all others; the next interval begins.
    fn rows(&mut self, host: &Arc<str>, top: usize, time: i64, length: Duration) -> Arc<[CountRow]> {
        let mut ranked: Vec<(Reverse<u64>, Arc<str>, Sum)> = self
            .reasons
            .iter_mut()
            .map(|(reason, (all, interval))| (Reverse(*all), Arc::clone(reason), std::mem::take(interval)))
            .collect();
        ranked.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
        let row = |reason: Arc<str>, Sum { packets, segments, bytes }: Sum| {
            let interval = Interval { time, length, packets, segments, bytes };
            CountRow { host: Arc::clone(host), group: Some(reason), interval, speed: None }
        };
        let others = ranked.split_off(top.min(ranked.len()));
        let other = others.iter().fold(Sum::default(), |mut all, (.., sum)| {
            all += *sum;
            all
        });
        let other = (!others.is_empty()).then(|| row(Arc::from(OTHER), other));
        ranked.into_iter().map(|(_, reason, sum)| row(reason, sum)).chain(other).collect()
    }
}

/// What comes next of a feed, which ends with the process.
async fn news(feed: &mut DropFeed, state: &mut State, shutdown: &Shutdown) -> Option<DropNews> {
    if *state == State::Running {
        tokio::select! {
            news = feed.next() => return news,
            () = shutdown.begun() => {}
        }
        *state = State::Ending;
        feed.end();
    }
    feed.next().await
}

fn at_the_end(feed: &DropFeed, state: State) -> Status {
    if state == State::Running { ended_by_itself() } else { end(feed.tally()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_stay_and_the_rare_ones_are_put_together() {
        let sum = |packets| Sum { packets, segments: packets, bytes: 60 * packets };
        let mut counted = Counted::default();
        counted.add(
            [("A", 1), ("B", 5), ("C", 2)].map(|(name, packets)| (Arc::from(name), sum(packets))).into(),
        );
        let mut rows = |top| {
            let rows = counted.rows(&"nas".into(), top, 1000, Duration::from_secs(1));
            rows.iter()
                .map(|row| (row.group.as_deref().unwrap().to_owned(), row.interval.packets))
                .collect::<Vec<_>>()
        };
        let named = |rows: &[(&str, u64)]| {
            rows.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect::<Vec<_>>()
        };
        assert_eq!(rows(2), named(&[("B", 5), ("C", 2), ("other", 1)]));
        assert_eq!(rows(10), named(&[("B", 0), ("C", 0), ("A", 0)]));
    }
}
