use bytemuck::Zeroable as _;
use xdplive_packet::Event;

use super::*;
use crate::{HostId, Origin};

/// Rows with these kernel times, milliseconds.
fn batch(times: Range<u64>) -> Batch {
    let rows = times.map(|time| Row {
        origin: Origin { host: HostId::ONLY, interface: 0 },
        event: Event { time: time * 1_000_000, ..Event::zeroed() },
        bytes: HeaderBytes::NONE,
        tunnel: Tunnels::NONE,
    });
    Batch::new(Arc::new(rows.collect()), Arc::default(), WallClock::ahead_by(0))
}

fn times(batch: &Batch) -> Vec<u64> {
    batch.rows().iter().map(|row| row.event.time / 1_000_000).collect()
}

#[test]
fn rows_are_found_by_their_time() {
    let batch = batch(10..20);
    assert_eq!(times(&batch.between(12, 14)), [12, 13, 14]);
    assert_eq!(batch.between(30, 40).len(), 0);
    assert_eq!(batch.between(0, 9).len(), 0);
    assert_eq!(batch.between(14, 12).len(), 0);
    let mut half = batch.clone();
    half.take_oldest(5);
    assert_eq!(times(&half.between(0, 16)), [15, 16]);
}

#[test]
fn few_rows_do_not_keep_many_in_memory() {
    let mut batch = batch(0..100);
    batch.take_oldest(40);
    assert_eq!(batch.compact().rows.len(), 100, "most of them are still needed");
    batch.take_oldest(55);
    let compact = batch.compact();
    assert_eq!((times(&compact), compact.rows.len()), ((95..100).collect(), 5));
}

#[test]
fn rows_that_are_left_out_are_counted() {
    let mut batch = batch(10..20);
    batch.take_oldest(2);
    let (kept, left_out) = batch.sift(|row| row.event.time.is_multiple_of(2_000_000));
    assert_eq!((times(&kept), left_out.total()), (vec![12, 14, 16, 18], 4));
}
