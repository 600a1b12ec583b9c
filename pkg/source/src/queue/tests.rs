use bytemuck::Zeroable;
use xdplive_packet::Event;

use super::*;
use crate::{HeaderBytes, HostId, Names, Origin, Row, Subscription, Tunnels, clock::WallClock};

/// Rows with the times of `times`.
fn batch(times: std::ops::Range<u64>) -> Batch {
    let rows = times
        .map(|time| Row {
            origin: Origin { host: HostId::ONLY, interface: 0 },
            bytes: HeaderBytes::NONE,
            tunnel: Tunnels::NONE,
            event: Event { time, ..Event::zeroed() },
        })
        .collect();
    Batch::new(Arc::new(rows), Arc::new(Names::default()), WallClock::ahead_by(0))
}

fn times(batch: &Batch) -> Vec<u64> {
    batch.rows().iter().map(|row| row.event.time).collect()
}

async fn drain(queue: &Queue, most: usize) -> Vec<u64> {
    let mut all = Vec::new();
    while let Some(batches) = queue.next(most).await {
        let rows: Vec<u64> = batches.iter().flat_map(times).collect();
        assert!(!rows.is_empty() && rows.len() <= most);
        all.extend(rows);
    }
    all
}

#[tokio::test]
async fn rows_come_out_in_order_and_once() {
    let queue = Queue::new(100);
    queue.push(batch(0..10), &RowCounts::default());
    queue.push(batch(10..13), &RowCounts::default());
    queue.close(Counted { seen: 20, matched: 13, thinned: 0, lost: 0, ..Counted::default() });
    assert_eq!(drain(&queue, 4).await, (0..13).collect::<Vec<_>>());
    assert_eq!(queue.tally(), Tally { seen: 20, unmatched: 7, thinned: 0, lost: 0, delivered: 13 });
}

#[tokio::test]
async fn the_oldest_rows_make_room_and_are_counted() {
    let queue = Queue::new(5);
    queue.push(batch(0..4), &RowCounts::default());
    let thinned = batch(0..3);
    let mut counts = RowCounts::default();
    thinned.rows().iter().for_each(|row| counts.add(row));
    queue.push(batch(4..7), &counts);
    queue.push(batch(7..8), &RowCounts::default());
    queue.close(Counted { seen: 12, matched: 12, thinned: 0, lost: 1, ..Counted::default() });
    assert_eq!(drain(&queue, 100).await, [3, 4, 5, 6, 7]);
    assert_eq!(queue.tally(), Tally { seen: 12, unmatched: 0, thinned: 3, lost: 4, delivered: 5 });
}

#[tokio::test]
async fn a_batch_larger_than_the_queue_is_cut() {
    let queue = Queue::new(3);
    queue.push(batch(0..10), &RowCounts::default());
    queue.close(Counted::default());
    assert_eq!(drain(&queue, 100).await, [7, 8, 9]);
    assert_eq!(queue.tally().lost, 7);
}

#[tokio::test]
async fn what_waits_when_its_panel_closes_is_not_lost_to_anybody() {
    let queue = Queue::new(100);
    queue.push(batch(0..10), &RowCounts::default());
    assert_eq!(queue.next(4).await.map(|batches| batches.len()), Some(1));
    queue.close(Counted { seen: 10, matched: 10, thinned: 0, lost: 0, ..Counted::default() });
    queue.abandon();
    assert_eq!(queue.next(4).await.map(|batches| batches.len()), None);
    let Handled { thinned, lost, closed, delivered } = queue.handled();
    assert_eq!([thinned, lost, closed, delivered].map(|rows| rows.total()), [0, 0, 6, 4]);
    // Five figures are the contract there.
    assert_eq!(queue.tally(), Tally { seen: 10, unmatched: 0, thinned: 0, lost: 6, delivered: 4 });
    queue.fold(0);
    assert_eq!((queue.handled().closed.at(0), queue.handled().closed.total()), (0, 6));
}

/// Until the source has heard that a stream is over, rows come for which nobody is too slow any more.
#[test]
fn what_comes_after_its_panel_has_closed_is_not_lost_either() {
    let queue = Queue::new(4);
    queue.push(batch(0..6), &RowCounts::default());
    let stream = Subscription::new(1, Moment::default(), Arc::clone(&queue), Box::new(|| {}));
    drop(stream);
    queue.push(batch(6..20), &RowCounts::default());
    assert_eq!((queue.waiting(), queue.handled().lost.total(), queue.handled().closed.total()), (0, 2, 18));
    let interface = ("eth0".into(), 0, Counted { seen: 20, matched: 20, ..Counted::default() });
    queue.itemise(vec![interface]);
    let lost = Tally { seen: 20, lost: 20, ..Tally::default() };
    assert_eq!(queue.by_interface(), [("eth0".into(), lost)]);
}

#[tokio::test]
async fn a_waiting_stream_is_woken() {
    let queue = Queue::new(100);
    let waiting = tokio::spawn({
        let queue = Arc::clone(&queue);
        async move { queue.next(10).await.map(|batches| times(&batches[0])) }
    });
    tokio::task::yield_now().await;
    queue.push(batch(0..2), &RowCounts::default());
    assert_eq!(waiting.await.unwrap(), Some(vec![0, 1]));
}

#[tokio::test]
async fn each_interface_has_its_own_accounts() {
    let queue = Queue::new(5);
    assert_eq!(queue.by_interface(), []);
    // Seven rows of one interface, two of which find no room, and one that was left out.
    let mut thinned = RowCounts::default();
    thinned.add(&batch(0..1).rows()[0]);
    queue.push(batch(0..7), &thinned);
    let at = Counted { seen: 20, matched: 12, thinned: 3, lost: 1, ..Counted::default() };
    let elsewhere = Counted { seen: 4, ..Counted::default() };
    queue.itemise(vec![("eth0".into(), 0, at), ("eth1".into(), 7, elsewhere)]);
    queue.close(Counted { seen: 24, ..at });
    assert_eq!(drain(&queue, 10).await, [2, 3, 4, 5, 6]);
    let here = Tally { seen: 20, unmatched: 8, thinned: 4, lost: 3, delivered: 5 };
    let there = Tally { seen: 4, unmatched: 4, ..Tally::default() };
    assert_eq!(queue.by_interface(), [("eth0".into(), here), ("eth1".into(), there)]);
}
