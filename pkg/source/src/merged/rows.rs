//! One stream out of one of each source.

use std::sync::Arc;

use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep_until},
};

use super::order::Order;
use crate::{
    batch::Batch,
    ids::InterfaceNumber,
    queue::{Counted, Queue},
    row_counts::RowCounts,
    seam::Source,
    subscription::Subscription,
    tally::Tally,
};

/// Rows that are taken of one source at a time.
const MOST: usize = 4096;
/// Such takings that wait at most, of all sources. Beyond that rows wait, and are lost, in the sources' own queues.
const WAITING: usize = 16;

/// What comes of one source.
enum Piece {
    Rows(usize, Vec<Batch>),
    End(usize, Box<Subscription>),
}

/// Brings the rows of `streams`, each with the place of its source, into `queue` until all have ended, which they are
/// asked for when `end` says so.
pub(super) async fn merge(
    source: Arc<dyn Source>,
    streams: Vec<(usize, Subscription)>,
    mut order: Order,
    queue: Arc<Queue>,
    end: watch::Receiver<bool>,
) {
    let (tell, mut pieces) = mpsc::channel(WAITING);
    for (part, stream) in streams {
        tokio::spawn(take(part, stream, end.clone(), tell.clone()));
    }
    drop(tell);
    let mut counted = Counted::default();
    let mut by_interface = Vec::new();
    loop {
        let due = async {
            match order.due() {
                Some(due) => sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            piece = pieces.recv() => match piece {
                Some(Piece::Rows(part, batches)) => {
                    batches.iter().for_each(|batch| order.add(part, batch, Instant::now()));
                }
                Some(Piece::End(part, stream)) => {
                    add(&mut counted, &stream);
                    let all = stream.by_interface();
                    by_interface.extend(all.into_iter().map(|(name, tally)| (part, name, tally)));
                }
                None => break,
            },
            () = due => {}
        }
        push(&queue, order.take(Instant::now()));
    }
    push(&queue, order.take_all());
    let itemised: Vec<(Arc<str>, InterfaceNumber, Counted)> = (by_interface.into_iter())
        .map(|(part, name, tally)| {
            let number = order.number_of(part, &name).unwrap_or_else(|| order.new_number(&name));
            (name, number, of_tally(tally))
        })
        .collect();
    queue.itemise(itemised);
    queue.end_at(source.now());
    queue.close(counted);
}

fn push(queue: &Queue, batch: Option<Batch>) {
    if let Some(batch) = batch {
        queue.push(batch, &RowCounts::default());
    }
}

/// Waits until the end is asked for, or nobody is there to ask.
pub(super) async fn said(end: &mut watch::Receiver<bool>) {
    _ = end.wait_for(|end| *end).await;
}

/// Takes all that one stream brings.
async fn take(
    part: usize,
    mut stream: Subscription,
    mut end: watch::Receiver<bool>,
    tell: mpsc::Sender<Piece>,
) {
    let mut asked = false;
    loop {
        tokio::select! {
            () = said(&mut end), if !asked => {
                asked = true;
                stream.end();
            }
            batches = stream.next(MOST) => match batches {
                // Where nobody takes them, they count as delivered to nobody.
                Some(batches) => _ = tell.send(Piece::Rows(part, batches)).await,
                None => break,
            },
        }
    }
    _ = tell.send(Piece::End(part, Box::new(stream))).await;
}

/// Adds what was counted for a source's stream. What it had thinned and lost is the same here, whoever did it there.
fn add(all: &mut Counted, stream: &Subscription) {
    let Tally { seen, thinned, lost, .. } = stream.tally();
    *all += Counted { seen, thinned, lost, ..stream.counted().unwrap_or_default() };
}

fn of_tally(Tally { seen, unmatched, thinned, lost, .. }: Tally) -> Counted {
    Counted { seen, matched: seen.saturating_sub(unmatched), thinned, lost, ..Counted::default() }
}
