use bytemuck::Zeroable as _;
use futures::executor::block_on;
use xdplive_packet::{
    Event, Hook,
    event::{Direction, RecordKind},
};
use xdplive_source::{Batch, Counted, Tally};

use super::{fake::FakeRing, *};
use crate::clock;

fn packet(time: u64, generation: u32, id: u32) -> Event {
    let (kind, hook) = (RecordKind::Event as u8, Hook::TcxIngress as u8);
    Event { time, generation, slots: 1, frame_length: id, kind, hook, ..Event::zeroed() }
}

/// A reader of this ring with a stream that has slot 0 of generation 10.
fn reader(ring: impl Ring + 'static) -> (Reader, Arc<Queue>) {
    let (reader, queue) = (Reader::start(Host::only("nas"), usize::MAX).unwrap(), Queue::new(1 << 20));
    reader.add_stream(1, Arc::clone(&queue), None, false).unwrap();
    let takers = vec![Taker { slot: 0, stream: 1, thins: false }];
    reader.begin(vec![(10, Route { interface: 4, name: Arc::from("eth0"), takers })]).unwrap();
    reader.set_ring(Box::new(ring)).unwrap();
    (reader, queue)
}

fn finish(reader: &Reader, queue: &Arc<Queue>, matched: u64) {
    let counted = Counted { seen: matched, matched, ..Counted::default() };
    let (ended, by_interface) = (clock::now(), Vec::new());
    let queue = Arc::clone(queue);
    reader.finish(vec![Finish { stream: 1, queue, counted, ended, by_interface }]).unwrap();
}

/// All rows of a stream to its end.
fn ids(queue: &Queue) -> Vec<u32> {
    let mut ids = Vec::new();
    while let Some(batches) = block_on(queue.next(usize::MAX)) {
        ids.extend(batches.iter().flat_map(Batch::rows).map(|row| row.event.frame_length));
    }
    ids
}

#[test]
fn rows_come_by_themselves() {
    let ring = FakeRing::default();
    let (_reader, queue) = reader(ring.clone());
    (0..5).for_each(|id| ring.push(bytemuck::bytes_of(&packet(clock::monotonic(), 10, id))));
    let mut got = 0;
    while got < 5 {
        got += block_on(queue.next(100)).unwrap().iter().map(Batch::len).sum::<usize>();
    }
    assert_eq!(got, 5);
}

#[test]
fn the_end_of_a_stream_waits_for_what_is_in_the_ring() {
    for count in [0, 1, 1000] {
        let ring = FakeRing::default();
        let (reader, queue) = reader(ring.clone());
        // Younger than anything that is handed on in time.
        (0..count).for_each(|id| ring.push(bytemuck::bytes_of(&packet(u64::MAX, 10, id))));
        finish(&reader, &queue, count.into());
        assert_eq!(ids(&queue), (0..count).collect::<Vec<_>>());
        let tally = Tally { seen: count.into(), delivered: count.into(), ..Tally::default() };
        assert_eq!(queue.tally(), tally);
        assert_eq!(queue.handled().delivered.of(4, Direction::In), u64::from(count));
    }
}

/// A ring that is full for so many turns, each of which takes a while.
struct Full {
    turns: u32,
}

impl Ring for Full {
    fn read(&mut self, most: usize, take: &mut dyn FnMut(&[u8])) -> usize {
        if self.turns == 0 {
            return 0;
        }
        self.turns -= 1;
        thread::sleep(Duration::from_millis(80));
        (0..most).for_each(|_| take(bytemuck::bytes_of(&packet(1, 10, 7))));
        most
    }

    fn capacity(&self) -> usize {
        4 * TURN
    }

    fn wakes(&self) -> Option<std::os::fd::BorrowedFd<'_>> {
        None
    }
}

#[test]
fn whose_rows_are_is_known_until_the_ring_is_empty() {
    let (reader, queue) = reader(Full { turns: 3 });
    reader.end(vec![10]).unwrap();
    // The last turn is read long after the route would be forgotten.
    thread::sleep(Duration::from_millis(400));
    finish(&reader, &queue, 3 * TURN as u64);
    assert_eq!(ids(&queue).len(), 3 * TURN);
}

#[test]
fn a_reader_that_is_dropped_lets_go_of_its_ring() {
    let ring = FakeRing::default();
    let (reader, queue) = reader(ring.clone());
    drop(reader);
    let began = Instant::now();
    while Arc::strong_count(&queue) > 1 || ring.holders() > 1 {
        assert!(began.elapsed() < Duration::from_secs(20), "the thread does not end");
        thread::yield_now();
    }
}
