//! One run: what a client has a lease for, on its way.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::sync::watch;
use tracing::info;
use xdplive_source::{Batch, FlowFeed, FlowSnapshot, Request, RowCounts, StreamId, Subscription};

use super::{
    here::Here,
    leases::{Ending, Key, lock},
    outgoing::{BEAT, Outgoing, asked_to_end, beats, why},
    share::Share,
    shared::Shared,
};
use crate::wire::{self, Ended, Kind, RowsWriter, Settled, Sums};

/// Rows that are taken of the source at a time.
const MOST: usize = 4096;
/// How often a client hears of a run that only counts: its sums are what is asked for.
const COUNTING_BEAT: Duration = Duration::from_millis(250);

/// Sends the rows of `stream`, or what is counted of it, until its end.
#[expect(clippy::too_many_arguments, reason = "the parts of one run, used here only")]
pub(super) async fn rows(
    shared: Arc<Shared>,
    key: Key,
    run: u64,
    stream: Subscription,
    has_rows: bool,
    here: Arc<Mutex<Here>>,
    end: watch::Receiver<Ending>,
    share: watch::Receiver<Option<u32>>,
) {
    let outgoing = Outgoing::new(shared, &key, run, end.clone());
    let share = Share::new(share);
    let mut running = Rows { outgoing, stream, has_rows, here, share, writer: RowsWriter::default() };
    let reason = running.run(end).await;
    let settled = Settled { reason, ..running.settled() };
    running.outgoing.finish(&key, run, &settled).await;
    info!("a stream for {} has ended: {}", key.0, came_to(&settled));
}

/// A run of rows.
struct Rows {
    outgoing: Outgoing,
    stream: Subscription,
    has_rows: bool,
    here: Arc<Mutex<Here>>,
    share: Share,
    writer: RowsWriter,
}

impl Rows {
    /// Until the stream has ended. Returns why, where nobody asked for that.
    async fn run(&mut self, mut end: watch::Receiver<Ending>) -> Option<String> {
        let id = self.stream.id();
        let mut beat = beats(if self.has_rows { BEAT } else { COUNTING_BEAT });
        let mut asked = Ending::Not;
        loop {
            tokio::select! {
                why = asked_to_end(&mut end), if asked == Ending::Not => {
                    asked = why;
                    self.stream.end();
                }
                _ = beat.tick() => self.beat(id).await,
                batches = self.stream.next(MOST) => match batches {
                    Some(batches) => self.pass_on(&batches).await,
                    None => break,
                },
            }
        }
        match asked {
            Ending::Asked => None,
            Ending::Expired => Some("nobody has renewed the lease".to_owned()),
            Ending::Agent => Some("the agent ends, or serves nobody any more".to_owned()),
            Ending::Not => Some("the capture has ended".to_owned()),
        }
    }

    async fn beat(&mut self, id: StreamId) {
        let counts = self.outgoing.shared.accounts.of(id).await;
        let (thinned, lost) = {
            let here = lock(&self.here);
            (here.thinned.total(), here.lost.total())
        };
        let progress = &mut self.outgoing.head.progress;
        progress.matched = counts.matched;
        progress.thinned = counts.thinned + thinned;
        progress.lost_ring = counts.lost_ring;
        progress.lost_queue = counts.lost_queue + lost;
        if self.has_rows {
            // What its rows say is enough.
            return self.outgoing.beat().await;
        }
        let sums = self
            .outgoing
            .shared
            .source
            .counts(id)
            .await
            .map(|reading| Sums { at: reading.at.wall, sums: reading.sums });
        self.outgoing.send(Kind::Beat, &wire::beat(sums.as_ref()), 0).await;
    }

    async fn pass_on(&mut self, batches: &[Batch]) {
        self.share.follow();
        for batch in batches {
            lock(&self.here).learn(batch);
            let mut sent = RowCounts::default();
            for row in batch.rows() {
                if !self.share.pass(&row.event) || !self.outgoing.shared.leases.pass(&row.event) {
                    lock(&self.here).thinned.add(row);
                    continue;
                }
                if self.writer.is_full() {
                    self.flush(&mut sent).await;
                }
                self.writer.add(batch, row);
                sent.add(row);
            }
            // Numbers and tunnels are the batch's.
            self.flush(&mut sent).await;
        }
    }

    /// Sends the rows that were written, which `sent` counts.
    async fn flush(&mut self, sent: &mut RowCounts) {
        if self.writer.is_empty() {
            return;
        }
        let (body, rows) = self.writer.take();
        let is_sent = self.outgoing.send(Kind::Rows, &body, rows as u64).await;
        let mut here = lock(&self.here);
        let counts = if is_sent { &mut here.sent } else { &mut here.lost };
        counts.add_counts(sent);
        *sent = RowCounts::default();
    }

    /// What the run has come to, once the stream has ended.
    fn settled(&self) -> Settled {
        let here = lock(&self.here);
        let counted = self.stream.counted().unwrap_or_default();
        let (mut all, mut by_interface) = (Ended::default(), Vec::new());
        for (name, tally) in self.stream.by_interface() {
            let number = here.numbers.get(&name).copied();
            let of = |counts: &RowCounts| number.map_or(0, |number| counts.at(number));
            let one = Ended {
                seen: tally.seen,
                matched: tally.seen.saturating_sub(tally.unmatched),
                thinned: tally.thinned + of(&here.thinned),
                lost: tally.lost + of(&here.lost),
                sent: of(&here.sent),
            };
            by_interface.push((name.to_string(), one));
        }
        let tally = self.stream.tally();
        all.seen = counted.seen;
        all.matched = counted.matched;
        all.thinned = tally.thinned + here.thinned.total();
        all.lost = tally.lost + here.lost.total();
        all.sent = here.sent.total();
        Settled { all, segments: counted.segments, bytes: counted.bytes, by_interface, reason: None }
    }
}

/// A snapshot with no more than `most` flows. It is shared with others who ask, so that it is copied where it has more.
fn within(snapshot: Arc<FlowSnapshot>, most: usize) -> Arc<FlowSnapshot> {
    if snapshot.taken.entries.len() <= most {
        return snapshot;
    }
    let mut snapshot = Arc::unwrap_or_clone(snapshot);
    snapshot.cut = snapshot.taken.cut(most);
    Arc::new(snapshot)
}

/// Which flows a lease is for.
#[derive(Clone, Copy, Debug)]
pub(super) struct FlowTerms {
    /// Flows of an interval that are sent at most.
    pub(super) most: usize,
    /// Whether what is counted of TCP besides is sent, too.
    pub(super) tcp: bool,
}

/// Sends the flows of `feed` until its end, of each interval the largest with `most` flows together.
pub(super) async fn flows(
    shared: Arc<Shared>,
    key: Key,
    run: u64,
    mut feed: FlowFeed,
    FlowTerms { most, tcp }: FlowTerms,
    mut end: watch::Receiver<Ending>,
) {
    let mut outgoing = Outgoing::new(shared, &key, run, end.clone());
    let mut so_far: BTreeMap<Arc<str>, [u64; 2]> = BTreeMap::new();
    let mut beat = beats(BEAT);
    let mut asked = Ending::Not;
    loop {
        tokio::select! {
            why = asked_to_end(&mut end), if asked == Ending::Not => {
                asked = why;
                feed.end();
            }
            _ = beat.tick() => outgoing.beat().await,
            snapshot = feed.next() => {
                let Some(snapshot) = snapshot else { break };
                let sums = so_far.entry(Arc::clone(&snapshot.interface)).or_default();
                for (sum, packets) in sums.iter_mut().zip(snapshot.taken.packets()) {
                    *sum += packets;
                }
                let snapshot = within(snapshot, most);
                for body in wire::flow_bodies(&snapshot, *sums, tcp) {
                    outgoing.send(Kind::Flows, &body, 0).await;
                }
            }
        }
    }
    let settled = Settled { reason: why(asked), ..Settled::default() };
    outgoing.finish(&key, run, &settled).await;
}

/// What a run is for, in words.
pub(super) fn in_words(request: &Request, flows: Option<u64>, are_drops: bool) -> String {
    let interfaces = request.interfaces.texts().join(", ");
    let filter = request.wanted.as_ref().map(|wanted| wanted.filter.to_string()).unwrap_or_default();
    let what = match (flows, request.has_rows()) {
        _ if are_drops => "dropped packets",
        (Some(_), _) => "flows",
        (None, true) => "packets",
        (None, false) => "counts",
    };
    if filter.is_empty() {
        format!("{what} of {interfaces}")
    } else {
        format!("{what} of {interfaces}: {filter}")
    }
}

pub(super) fn came_to(settled: &Settled) -> String {
    let Ended { seen, matched, thinned, lost, sent } = settled.all;
    let why = settled.reason.as_deref().unwrap_or("it was closed");
    format!("{why}; seen={seen} matched={matched} thinned={thinned} lost={lost} sent={sent}")
}
