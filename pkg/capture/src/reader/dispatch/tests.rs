use bytemuck::Zeroable as _;
use futures::FutureExt as _;
use proptest::prelude::*;
use xdplive_packet::{Event, Hook, Tunnel, event::HeaderRecord};
use xdplive_source::Tally;

use super::*;
use crate::clock;

const CLOCK: WallClock = WallClock::ahead_by(0);
/// Later than any packet.
const END: u64 = u64::MAX;

/// A packet as the kernel reports it. Its frame's length is what tests tell it by.
fn packet(time: u64, generation: u32, slots: u64, id: u32) -> Event {
    let (kind, hook) = (RecordKind::Event as u8, Hook::TcxIngress as u8);
    Event { time, generation, slots, frame_length: id, kind, hook, ..Event::zeroed() }
}

fn add(dispatch: &mut Dispatch, event: Event) {
    dispatch.add(bytemuck::bytes_of(&event));
}

/// The same with the bytes of its headers.
fn add_with_bytes(dispatch: &mut Dispatch, event: Event, bytes: &[u8], tag: [u16; 2]) {
    let event = Event { kind: RecordKind::Headers as u8, ..event };
    let numbers = [bytes.len() as u16, tag[0], tag[1], 0];
    let tunnel = bytemuck::bytes_of(&Tunnel::NONE);
    let record = [bytemuck::bytes_of(&event), tunnel, bytemuck::bytes_of(&numbers), bytes].concat();
    assert_eq!(record.len(), HeaderRecord::BYTES_AT + bytes.len());
    dispatch.add(&record);
}

fn route(interface: InterfaceNumber, name: &str, takers: &[(u32, StreamId)]) -> Route {
    let takers = takers.iter().map(|(slot, stream)| Taker { slot: *slot, stream: *stream, thins: false });
    Route { interface, name: Arc::from(name), takers: takers.collect() }
}

fn stream(dispatch: &mut Dispatch, id: StreamId) -> Arc<Queue> {
    let queue = Queue::new(1 << 20);
    dispatch.add_stream(id, Arc::clone(&queue), None, false);
    queue
}

/// What waits in a queue.
fn batches(queue: &Queue) -> Vec<Batch> {
    let mut all = Vec::new();
    while let Some(Some(batches)) = queue.next(usize::MAX).now_or_never() {
        all.extend(batches);
    }
    all
}

fn ids(queue: &Queue) -> Vec<u32> {
    batches(queue).iter().flat_map(|batch| batch.rows().to_vec()).map(|row| row.event.frame_length).collect()
}

fn finish(dispatch: &mut Dispatch, stream: StreamId, queue: &Arc<Queue>, matched: u64) {
    let counted = Counted { seen: matched, matched, ..Counted::default() };
    let (ended, by_interface) = (clock::now(), Vec::new());
    dispatch.finish(vec![Finish { stream, queue: Arc::clone(queue), counted, ended, by_interface }], CLOCK);
}

#[test]
fn rows_go_to_the_streams_of_their_slots_alone() {
    let mut dispatch = Dispatch::new(Host::only("nas"), usize::MAX);
    assert!(dispatch.is_idle());
    let queues = [1, 2, 3].map(|id| stream(&mut dispatch, id));
    dispatch.begin(vec![
        (10, route(4, "eth0", &[(0, 1), (63, 2)])),
        // The same slots of another interface are others'.
        (11, route(5, "eth1", &[(0, 3), (5, 2)])),
    ]);
    let slots = [(10, 1), (10, 1 << 63), (10, 1 | 1 << 63), (11, 1), (11, 1 << 5), (11, 1 << 6), (11, 0)];
    for (id, (generation, slots)) in (0..).zip(slots) {
        add(&mut dispatch, packet(100 + u64::from(id), generation, slots, id));
    }
    dispatch.release(END, CLOCK);
    assert_eq!(queues.each_ref().map(|queue| ids(queue)), [vec![0, 2], vec![1, 2, 4], vec![3]]);
    assert_eq!(dispatch.strays, 0);
}

#[test]
fn what_is_young_is_held_back_and_put_in_order() {
    let mut dispatch = Dispatch::new(Host::only("nas"), usize::MAX);
    let queue = stream(&mut dispatch, 1);
    dispatch.begin(vec![(10, route(4, "eth0", &[(0, 1)]))]);
    for time in [30, 10, 40] {
        add(&mut dispatch, packet(time, 10, 1, time as u32));
    }
    dispatch.release(9, CLOCK);
    assert!(batches(&queue).is_empty());
    // Another CPU comes with something older.
    add(&mut dispatch, packet(20, 10, 1, 20));
    dispatch.release(30, CLOCK);
    assert_eq!(ids(&queue), [10, 20, 30], "the horizon itself is old enough");
    dispatch.release(39, CLOCK);
    assert!(batches(&queue).is_empty());
    dispatch.release(40, CLOCK);
    assert_eq!(ids(&queue), [40]);
}

#[test]
fn what_is_not_ours_is_nobodys() {
    let mut dispatch = Dispatch::new(Host::only("nas"), usize::MAX);
    let queue = stream(&mut dispatch, 1);
    dispatch.begin(vec![(10, route(4, "eth0", &[(0, 1), (1, 99)]))]);
    let event = packet(1, 10, 0b11, 7);
    let bytes = bytemuck::bytes_of(&event);
    dispatch.add(&bytes[..bytes.len() - 1]);
    dispatch.add(&[bytes, &[0]].concat());
    dispatch.add(bytemuck::bytes_of(&Event { kind: 9, ..event }));
    add(&mut dispatch, Event { generation: 11, ..event });
    add(&mut dispatch, event);
    dispatch.release(END, CLOCK);
    assert_eq!((ids(&queue), dispatch.strays), (vec![7], 1));
}

#[test]
fn streams_of_one_slot_share_the_memory_of_their_rows() {
    let mut dispatch = Dispatch::new(Host::only("nas"), usize::MAX);
    let [first, second, all, few] = [1, 2, 3, 4].map(|id| stream(&mut dispatch, id));
    let takers = [(0, 1), (0, 2), (0, 3), (1, 3), (2, 4), (2, 3)];
    dispatch.begin(vec![(10, route(4, "eth0", &takers))]);
    for id in 0..1000 {
        let slot = if id >= 997 { 2 } else { u64::from(id % 2) };
        add(&mut dispatch, packet(id.into(), 10, 1 << slot, id));
    }
    dispatch.release(END, CLOCK);
    let [first, second, all, few] = [first, second, all, few].map(|queue| {
        let mut batches = batches(&queue);
        assert_eq!(batches.len(), 1);
        batches.remove(0)
    });
    assert_eq!([&first, &second, &all, &few].map(Batch::len), [499, 499, 1000, 3]);
    assert_eq!(first.rows().as_ptr(), second.rows().as_ptr());
    let few_ids: Vec<u32> = few.rows().iter().map(|row| row.event.frame_length).collect();
    assert_eq!(few_ids, [997, 998, 999]);
    // A batch without others' rows has nothing to be freed of: else this copies.
    assert_eq!(few.compact().rows().as_ptr(), few.rows().as_ptr());
    assert!(!all.rows().as_ptr_range().contains(&few.rows().as_ptr()));
    assert!(!all.rows().as_ptr_range().contains(&first.rows().as_ptr()));
}

/// Nanoseconds.
const SECOND: u64 = 1_000_000_000;

#[test]
fn a_stream_is_kept_to_its_limit_where_it_says_so() {
    let mut dispatch = Dispatch::new(Host::only("nas"), usize::MAX);
    let (whole, thinned) = (Queue::new(1 << 20), Queue::new(1 << 20));
    dispatch.add_stream(1, Arc::clone(&whole), Some(12), false);
    dispatch.add_stream(2, Arc::clone(&thinned), Some(10), false);
    let takers = vec![Taker { slot: 0, stream: 1, thins: false }, Taker { slot: 0, stream: 2, thins: true }];
    dispatch.begin(vec![(10, Route { interface: 4, name: Arc::from("eth0"), takers })]);
    // 25 a second of one flow, for four seconds that begin with the tenth.
    for id in 0..100 {
        add(&mut dispatch, packet(10 * SECOND + u64::from(id) * (SECOND / 25), 10, 1, id));
        if id % 10 == 9 {
            dispatch.release(END, CLOCK);
        }
    }
    assert_eq!(ids(&whole), (0..100).collect::<Vec<u32>>());
    let passed = ids(&thinned);
    let mut by_second = [0; 4];
    passed.iter().for_each(|id| by_second[*id as usize / 25] += 1);
    assert_eq!(by_second, [10; 4]);
    assert!(passed.is_sorted());
    let handled = thinned.handled();
    assert_eq!(handled.delivered.at(4), 40);
    assert_eq!(handled.thinned.at(4), 60, "what did not pass is counted");
    assert_eq!(whole.handled().thinned.total(), 0);
}

#[test]
fn a_stream_without_a_row_still_has_its_thinned_rows_counted() {
    let mut dispatch = Dispatch::new(Host::only("nas"), usize::MAX);
    let queue = Queue::new(100);
    dispatch.add_stream(1, Arc::clone(&queue), Some(1), false);
    let takers = vec![Taker { slot: 0, stream: 1, thins: true }];
    dispatch.begin(vec![(10, Route { interface: 4, name: Arc::from("eth0"), takers })]);
    // The second has its row with the first of these.
    for (first, rows, thinned) in [(0, vec![0], 4), (5, Vec::new(), 9)] {
        for id in first..first + 5 {
            add(&mut dispatch, packet(10 * SECOND + u64::from(id), 10, 1, id));
        }
        dispatch.release(END, CLOCK);
        assert_eq!((ids(&queue), queue.handled().thinned.total()), (rows, thinned));
    }
}

#[test]
fn the_streams_with_the_most_rows_make_room_for_the_others() {
    let mut dispatch = Dispatch::new(Host::only("nas"), 100);
    let queues = [1, 2, 3].map(|id| stream(&mut dispatch, id));
    dispatch.begin(vec![(10, route(4, "eth0", &[(0, 1), (1, 2), (2, 3)]))]);
    for id in 0..200 {
        let slot = if id < 10 { 0 } else { 1 + id % 2 };
        add(&mut dispatch, packet(id.into(), 10, 1 << slot, id));
    }
    dispatch.release(END, CLOCK);
    let lost = queues.each_ref().map(|queue| queue.handled().lost.total());
    let [few, even, odd] = queues.map(|queue| ids(&queue));
    assert_eq!((few, lost), ((0..10).collect(), [0, 50, 50]));
    // The oldest of each have gone: 45 of 95 are left.
    assert_eq!(even, (110..200).filter(|id| id % 2 == 0).collect::<Vec<u32>>());
    assert_eq!(odd, (110..200).filter(|id| id % 2 == 1).collect::<Vec<u32>>());
}

#[test]
fn the_end_of_a_stream_hands_on_its_last_rows_once() {
    let mut dispatch = Dispatch::new(Host::only("nas"), usize::MAX);
    let (ending, staying) = (stream(&mut dispatch, 1), stream(&mut dispatch, 2));
    dispatch.begin(vec![(10, route(4, "eth0", &[(0, 1), (0, 2), (1, 2)]))]);
    for (time, slots) in [(30, 1), (10, 1), (25, 1), (20, 2)] {
        add(&mut dispatch, packet(time, 10, slots, time as u32));
    }
    dispatch.release(15, CLOCK);
    assert_eq!((ids(&ending), ids(&staying)), (vec![10], vec![10]));
    add(&mut dispatch, packet(18, 10, 1, 18));
    finish(&mut dispatch, 1, &ending, 4);
    assert_eq!(ids(&ending), [18, 25, 30]);
    assert!(batches(&staying).is_empty(), "in time, and in the order of all rows");
    assert_eq!(ending.next(1).now_or_never().map(|end| end.is_none()), Some(true), "it is closed");
    assert_eq!(ending.tally(), Tally { seen: 4, delivered: 4, ..Tally::default() });
    // Whoever has the place next gets nothing of it, although the generation goes on.
    let next = stream(&mut dispatch, 3);
    assert_eq!(dispatch.places[&3], 0);
    add(&mut dispatch, packet(40, 10, 1, 40));
    dispatch.release(END, CLOCK);
    assert_eq!(ids(&staying), [18, 20, 25, 30, 40]);
    assert_eq!((ids(&ending).len(), ids(&next).len()), (0, 0));
    finish(&mut dispatch, 2, &staying, 6);
    finish(&mut dispatch, 3, &next, 0);
    assert!(dispatch.is_idle());
}

#[test]
fn a_stream_that_nobody_knows_is_closed_all_the_same() {
    let mut dispatch = Dispatch::new(Host::only("nas"), usize::MAX);
    let queue = Queue::new(1);
    finish(&mut dispatch, 99, &queue, 5);
    assert_eq!(queue.counted().map(|counted| counted.matched), Some(5));
}

#[test]
fn routes_are_forgotten_a_while_after_their_generation() {
    let (mut dispatch, now) = (Dispatch::new(Host::only("nas"), usize::MAX), Instant::now());
    let queue = stream(&mut dispatch, 1);
    dispatch.begin(vec![(10, route(4, "eth0", &[(0, 1)])), (11, route(4, "eth0", &[(0, 1)]))]);
    dispatch.end(vec![10], now);
    finish(&mut dispatch, 1, &queue, 0);
    assert!(!dispatch.is_idle(), "there is something to forget");
    dispatch.forget(now + Duration::from_millis(99));
    assert_eq!(dispatch.routes.len(), 2);
    dispatch.forget(now + Duration::from_millis(100));
    assert_eq!(dispatch.routes.keys().collect::<Vec<_>>(), [&11]);
    assert!(dispatch.is_idle());
    add(&mut dispatch, packet(1, 10, 1, 7));
    dispatch.release(END, CLOCK);
    assert_eq!(dispatch.strays, 1);
}

/// Bytes that no other packet has.
fn bytes_of(id: u32) -> Vec<u8> {
    (0..14 + id % 50).map(|place| (id * 31 + place) as u8).collect()
}

/// What a batch has for its rows.
fn captured(batches: &[Batch]) -> Vec<(u32, Vec<u8>, Option<[u16; 2]>)> {
    let mut all = Vec::new();
    for batch in batches {
        all.extend(batch.rows().iter().map(|row| {
            let captured = batch.captured(row).unwrap();
            (row.event.frame_length, captured.bytes.to_vec(), captured.tag)
        }));
    }
    all
}

#[test]
fn the_bytes_of_headers_stay_with_their_rows() {
    let mut dispatch = Dispatch::new(Host::only("nas"), usize::MAX);
    let (plain, all, some) = (stream(&mut dispatch, 1), Queue::new(1000), Queue::new(1000));
    dispatch.add_stream(2, Arc::clone(&all), None, true);
    dispatch.add_stream(3, Arc::clone(&some), None, true);
    dispatch.begin(vec![(10, route(4, "eth0", &[(0, 1), (1, 2), (2, 3)]))]);
    let expected: Vec<_> = (0..200).map(|id| (id, bytes_of(id), Some([0x8100, id as u16]))).collect();
    // From two CPUs, of which one is behind.
    for id in (0..100).flat_map(|half| [2 * half + 1, 2 * half]) {
        let slots = 0b011 | if id % 7 == 0 { 0b100 } else { 0 };
        add_with_bytes(&mut dispatch, packet(id.into(), 10, slots, id), &bytes_of(id), [0x8100, id as u16]);
        if id % 50 == 48 {
            // Some are always left, whose bytes move.
            dispatch.release(u64::from(id) - 10, CLOCK);
        }
    }
    let handed = batches(&all);
    assert_eq!(captured(&handed), expected[..189]);
    finish(&mut dispatch, 3, &some, 29);
    let sevenths: Vec<_> = expected.iter().filter(|(id, ..)| id % 7 == 0).cloned().collect();
    assert_eq!(captured(&batches(&some)), sevenths);
    dispatch.release(END, CLOCK);
    assert_eq!(captured(&batches(&all)), expected[189..]);
    let plain = batches(&plain);
    assert_eq!(plain.iter().map(Batch::len).sum::<usize>(), 200);
    assert!(plain.iter().all(|batch| batch.rows().iter().all(|row| batch.captured(row).is_none())));
    // To who wants no bytes, a row is one like any other.
    assert!(plain.iter().flat_map(Batch::rows).all(|row| row.event.kind == RecordKind::Event as u8));
}

#[test]
fn rows_of_many_interfaces_have_the_right_names() {
    let mut dispatch = Dispatch::new(Host::only("nas"), usize::MAX);
    let queue = stream(&mut dispatch, 1);
    let name = |number: InterfaceNumber| format!("veth{}", u32::from(number) * 7919);
    dispatch.begin((0..300).map(|one| (1000 + u32::from(one), route(one, &name(one), &[(0, 1)]))).collect());
    for id in 0..600 {
        add(&mut dispatch, packet(id.into(), 1000 + id * 77 % 300, 1, id));
    }
    dispatch.release(END, CLOCK);
    // A number that another interface has now: what is on its way keeps the name it has.
    dispatch.begin(vec![(2000, route(77, "other", &[(0, 1)]))]);
    let first = batches(&queue);
    let names: Vec<&str> = first
        .iter()
        .flat_map(|batch| batch.rows().iter().map(|row| batch.names.interface(row.origin)))
        .collect();
    let expected: Vec<String> = (0..600_u32).map(|id| name((id * 77 % 300) as InterfaceNumber)).collect();
    assert_eq!(names, expected);
    add(&mut dispatch, packet(600, 2000, 1, 600));
    dispatch.release(END, CLOCK);
    let next = batches(&queue);
    assert_eq!(next[0].names.interface(next[0].rows()[0].origin), "other");
}

proptest! {
    /// As a model that sorts everything and looks at every stream.
    #[test]
    fn every_row_reaches_its_streams_in_order(
        // Each with its time, generation and slots, and how far it is handed on then, if it is.
        steps in prop::collection::vec((0_u64..50, 0_u32..4, 0_u64..32, prop::option::of(0_u64..60)), 0..200),
        // By generation and slot: the streams.
        takers in prop::collection::vec(prop::collection::vec(prop::collection::btree_set(0_u64..5, 0..4), 5), 4),
    ) {
        let mut dispatch = Dispatch::new(Host::only("nas"), usize::MAX);
        let queues: Vec<_> = (0..5).map(|id| stream(&mut dispatch, id)).collect();
        let mut routes = Vec::new();
        for (generation, slots) in (0..).zip(&takers) {
            // A stream has one slot of an interface.
            let mut all: Vec<(u32, StreamId)> = Vec::new();
            for (slot, streams) in (0..).zip(slots) {
                for stream in streams {
                    if all.iter().all(|(_, known)| known != stream) {
                        all.push((slot, *stream));
                    }
                }
            }
            routes.push((generation, all));
        }
        dispatch.begin(routes.iter().map(|(generation, all)| (*generation, route(0, "eth0", all))).collect());
        let mut expected: Vec<Vec<u32>> = vec![Vec::new(); 5];
        let mut waiting: Vec<Event> = Vec::new();
        let last = [(50, 0, 0, Some(END))];
        for (id, (time, generation, slots, horizon)) in (0..).zip(steps.into_iter().chain(last)) {
            let event = packet(time, generation, slots, id);
            add(&mut dispatch, event);
            waiting.push(event);
            let Some(horizon) = horizon else { continue };
            dispatch.release(horizon, CLOCK);
            let mut due: Vec<Event> = waiting.extract_if(.., |event| event.time <= horizon).collect();
            due.sort_by_key(|event| event.time);
            for event in due {
                for (slot, stream) in &routes[event.generation as usize].1 {
                    if event.slots >> slot & 1 == 1 {
                        expected[*stream as usize].push(event.frame_length);
                    }
                }
            }
        }
        let got: Vec<Vec<u32>> = queues.iter().map(|queue| ids(queue)).collect();
        prop_assert_eq!(got, expected);
    }
}
