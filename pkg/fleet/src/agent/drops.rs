//! A run of dropped packets, on its way.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use tokio::sync::watch;
use tracing::info;
use xdplive_packet::{Event, flow::Sum};
use xdplive_source::{DropFeed, DropNews, DropSite};

use super::{
    here::Here,
    lease::came_to,
    leases::{Ending, Key, lock},
    outgoing::{BEAT, Outgoing, asked_to_end, beats, why},
    share::Share,
    shared::Shared,
};
use crate::wire::{self, DropTally, Ended, Kind, Settled};

/// Sends what comes of `feed` until its end; rows where `has_rows`.
#[expect(clippy::too_many_arguments, reason = "the parts of one run, used here only")]
pub(super) async fn drops(
    shared: Arc<Shared>,
    key: Key,
    run: u64,
    feed: DropFeed,
    has_rows: bool,
    here: Arc<Mutex<Here>>,
    mut end: watch::Receiver<Ending>,
    share: watch::Receiver<Option<u32>>,
) {
    let outgoing = Outgoing::new(shared, &key, run, end.clone());
    let mut running = Drops {
        outgoing,
        feed,
        has_rows,
        here,
        share: Share::new(share),
        thinned: 0,
        failed: 0,
        sent: 0,
        reasons: BTreeMap::new(),
    };
    let mut beat = beats(BEAT);
    let mut asked = Ending::Not;
    loop {
        tokio::select! {
            why = asked_to_end(&mut end), if asked == Ending::Not => {
                asked = why;
                running.feed.end();
            }
            _ = beat.tick() => running.outgoing.beat().await,
            news = running.feed.next() => match news {
                Some(news) => running.pass_on(news).await,
                None => break,
            },
        }
    }
    // What a message brought that was lost comes again: how many there were of each reason.
    let reasons = running.reasons.clone();
    running.send(&reasons, &[]).await;
    let settled = Settled { reason: why(asked), ..running.settled() };
    running.outgoing.finish(&key, run, &settled).await;
    info!("a stream of dropped packets for {} has ended: {}", key.0, came_to(&settled));
}

struct Drops {
    outgoing: Outgoing,
    feed: DropFeed,
    has_rows: bool,
    here: Arc<Mutex<Here>>,
    share: Share,
    /// Rows left out here, and those that could not be sent.
    thinned: u64,
    failed: u64,
    sent: u64,
    /// How many there were so far.
    reasons: BTreeMap<Arc<str>, Sum>,
}

impl Drops {
    async fn pass_on(&mut self, DropNews { rows, reasons, .. }: DropNews) {
        if rows.is_empty() && reasons.is_empty() {
            return;
        }
        let mut changed = BTreeMap::new();
        for (name, more) in reasons {
            let sum = self.reasons.entry(Arc::clone(&name)).or_default();
            *sum += more;
            changed.insert(name, *sum);
        }
        self.share.follow();
        let mut passed: Vec<(Event, DropSite)> = Vec::with_capacity(rows.len());
        for row in rows {
            if self.share.pass(&row.0) && self.outgoing.shared.leases.pass(&row.0) {
                passed.push(row);
            } else {
                self.thinned += 1;
            }
        }
        self.send(&changed, &passed).await;
    }

    async fn send(&mut self, reasons: &BTreeMap<Arc<str>, Sum>, rows: &[(Event, DropSite)]) {
        let tally = self.tally(rows.len() as u64);
        let progress = &mut self.outgoing.head.progress;
        (progress.thinned, progress.lost_queue) = (tally.thinned, tally.lost);
        progress.matched = tally.thinned + tally.lost + tally.counted + self.sent + rows.len() as u64;
        for (body, count) in wire::drop_bodies(&tally, reasons, rows) {
            let count = count as u64;
            if self.outgoing.send(Kind::Drops, &body, count).await {
                self.sent += count;
                lock(&self.here).drops_sent += count;
            } else {
                self.failed += count;
            }
        }
    }

    /// What has become of all packets that are not among the rows sent, or the `waiting` ones.
    fn tally(&self, waiting: u64) -> DropTally {
        let tally = self.feed.tally();
        // Of what the feed handed on, only what was to be a row can have been sent, left out here, or have failed.
        let rows = self.sent + self.thinned + self.failed + waiting;
        DropTally {
            unmatched: tally.unmatched,
            thinned: tally.thinned + self.thinned,
            lost: tally.lost + self.failed,
            counted: if self.has_rows { 0 } else { tally.delivered.saturating_sub(rows) },
        }
    }

    fn settled(&self) -> Settled {
        let DropTally { unmatched, thinned, lost, counted } = self.tally(0);
        let matched = thinned + lost + counted + self.sent;
        let all = Ended { seen: matched + unmatched, matched, thinned, lost, sent: self.sent };
        Settled { all, ..Settled::default() }
    }
}
