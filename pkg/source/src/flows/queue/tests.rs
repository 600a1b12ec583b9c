use bytemuck::Zeroable as _;
use xdplive_packet::flow::{FlowCounters, FlowKey, Sum};

use super::*;
use crate::{
    Host,
    flows::{cut::Cut, taken::Taken},
};

/// One packet.
const ONE: Sum = Sum { packets: 1, segments: 1, bytes: 100 };

/// Flows, and one packet that came in and is of none of them.
fn snapshot(interface: &str, entries: Vec<(FlowKey, FlowCounters)>) -> FlowSnapshot {
    let taken = Taken { from: 1, to: 2, entries, other: [ONE, Sum::default()], ..Taken::default() };
    FlowSnapshot {
        host: Host::only("nas"),
        interface: Arc::from(interface),
        taken,
        cut: Cut::default(),
        cpu: std::time::Duration::ZERO,
    }
}

#[tokio::test]
async fn a_queue_is_bounded_and_counts_what_it_drops() {
    let queue = FlowQueue::default();
    let key = FlowKey { direction: Direction::In as u8, ..FlowKey::zeroed() };
    let packets = FlowCounters { sum: ONE, ..FlowCounters::default() };
    let flows = |number| vec![(key, packets); number];
    let large = Arc::new(snapshot("large", flows(MAX_WAITING_FLOWS + 1)));
    let small = Arc::new(snapshot("small", flows(1)));
    queue.push(Arc::clone(&large));
    assert_eq!(queue.next().await, Some(Arc::clone(&large)), "one is never too large");
    queue.push(Arc::clone(&large));
    for _ in 0..MAX_WAITING_SNAPSHOTS + 3 {
        queue.push(Arc::clone(&small));
    }
    let packets = [MAX_WAITING_FLOWS as u64 + 2 + 3 * 2, 0];
    assert_eq!(queue.lock().missed, Missed { snapshots: 4, packets });
    queue.close();
    let mut left = 0;
    while let Some(snapshot) = queue.next().await {
        assert_eq!(snapshot, small);
        left += 1;
    }
    assert_eq!(left, MAX_WAITING_SNAPSHOTS);
    assert_eq!(queue.lock().flows, 0);
}
