mod model;

use std::{collections::BTreeSet, time::Instant};

use xdplive_filter::{Environment, Filter};
use xdplive_packet::accounting::{Limit, PROBES};
use xdplive_source::{HookChoice, InterfaceSet, Request, Wanted};

use super::*;
use crate::engine::{
    budgets::Budgets,
    maps::fake::{FakeKernel, Packet},
    slot_key::Key,
    slots::Shared,
};

const FIXED: Fixed = Fixed { wake_bytes: 1024, header_bytes: 96 };

/// A stream without rows.
fn request(filter: &str, directions: &[Direction]) -> Request {
    let filter = Arc::new(Filter::parse(filter).unwrap());
    let wanted = Wanted { filter, limit: Limit::None, hides_own: false, header_bytes: false };
    Request {
        directions: directions.to_vec(),
        wanted: Some(wanted),
        ..Request::counting(InterfaceSet::Any, HookChoice::Auto, false)
    }
}

/// An interface that is watched.
struct Watched {
    index: u32,
    number: InterfaceNumber,
    slots: Slots,
    members: Members,
    current: Option<Generation>,
    past: Vec<Generation>,
}

impl Watched {
    fn new(index: u32, number: InterfaceNumber) -> Self {
        let (slots, members) = (Slots::default(), Members::new());
        Self { index, number, slots, members, current: None, past: Vec::new() }
    }

    fn packet(&self, direction: Direction, length: u32) -> Packet {
        Packet { index: self.index, direction, length }
    }
}

/// What all interfaces go by, in a kernel in memory.
struct Bench {
    kernel: FakeKernel,
    generations: Generations,
    budgets: Budgets,
    /// What was counted for each stream in generations that have ended, by interface.
    streams: BTreeMap<(InterfaceNumber, StreamId), SlotCounters>,
    /// What was seen at each interface in generations that have ended.
    seen: BTreeMap<(InterfaceNumber, Direction), u64>,
}

impl Bench {
    fn new() -> Self {
        let kernel = FakeKernel::default();
        let generations = Generations::new(Box::new(kernel.clone()), FIXED);
        let (streams, seen) = (BTreeMap::new(), BTreeMap::new());
        Self { kernel, generations, budgets: Budgets::default(), streams, seen }
    }

    fn join(&mut self, one: &mut Watched, stream: StreamId, request: &Request) {
        let shared = Shared { filters: &mut self.generations.filters, budgets: &mut self.budgets };
        let key = Key::of(request).unwrap();
        let (environment, now) = (Environment::default(), Instant::now());
        let joined = one.slots.join(stream, &key, &environment, shared, now, &request.label).unwrap();
        let (slot, directions) = (Some(joined.slot), request.directions.clone());
        one.members.insert(stream, Membership { slot, directions });
    }

    fn leave(&mut self, one: &mut Watched, stream: StreamId) {
        one.slots.leave(stream, &mut self.budgets, Instant::now());
        one.members.remove(&stream);
    }

    fn make(&mut self, one: &Watched) -> Result<Generation, NoGeneration> {
        self.generations.make(Plan {
            interface: one.number,
            link: LinkType::Ethernet,
            slots: &one.slots,
            members: one.members.clone(),
            mtu: 1500,
            flows: 0,
        })
    }

    /// The next generation of an interface.
    fn begin(&mut self, one: &mut Watched) {
        let next = self.make(one).unwrap();
        self.generations.put_in_force(one.index, &next).unwrap();
        one.past.extend(one.current.replace(next));
    }

    /// Adds up what is out of force. Where the kernel refuses, it stays for another time.
    fn end(&mut self, one: &mut Watched) {
        if self.generations.settle().is_err() {
            return;
        }
        for mut generation in std::mem::take(&mut one.past) {
            match self.generations.read(&mut generation) {
                Ok(counts) => {
                    self.add(one.number, &generation.members, &counts);
                    self.generations.free(generation);
                }
                Err(_) => one.past.push(generation),
            }
        }
    }

    fn add(&mut self, number: InterfaceNumber, members: &Members, counts: &Counts) {
        let (streams, seen) = (&mut self.streams, &mut self.seen);
        sum(number, members, counts, streams, seen);
    }

    /// Begins the next generation and adds up what was counted in the last.
    fn cut(&mut self, one: &mut Watched) {
        self.begin(one);
        self.end(one);
    }

    /// Closes an interface without streams.
    fn close(&mut self, one: &mut Watched) {
        self.generations.take_out_of_force(one.index);
        one.past.extend(one.current.take());
        self.end(one);
    }

    fn matched(&self, number: InterfaceNumber, stream: StreamId) -> u64 {
        self.streams.get(&(number, stream)).map_or(0, |counted| counted.matched)
    }

    /// Fails where something is left over.
    fn check_empty(&self) {
        assert_eq!(self.kernel.lock().tables.len(), 0, "tables");
        assert_eq!(self.generations.used.iter().filter(|used| **used).count(), 0, "configurations");
    }
}

type Streams = BTreeMap<(InterfaceNumber, StreamId), SlotCounters>;
type Seen = BTreeMap<(InterfaceNumber, Direction), u64>;

fn sum(number: InterfaceNumber, members: &Members, counts: &Counts, streams: &mut Streams, seen: &mut Seen) {
    for direction in Direction::ALL {
        *seen.entry((number, direction)).or_default() += counts.hook(direction).seen;
    }
    for (stream, member) in members {
        for direction in &member.directions {
            *streams.entry((number, *stream)).or_default() += counts.slot(member.slot.unwrap(), *direction);
        }
    }
}

#[test]
fn packets_are_counted_for_their_streams_alone() {
    let (mut bench, mut one, mut two) = (Bench::new(), Watched::new(7, 1), Watched::new(8, 2));
    bench.join(&mut one, 1, &request("len = 100", &Direction::ALL));
    bench.join(&mut one, 2, &request("", &[Direction::In]));
    bench.join(&mut two, 2, &request("", &[Direction::In]));
    bench.cut(&mut one);
    bench.cut(&mut two);
    for (direction, length) in [(Direction::In, 100), (Direction::In, 200), (Direction::Out, 100)] {
        assert!(bench.kernel.begin(one.packet(direction, length)));
    }
    assert!(bench.kernel.begin(two.packet(Direction::In, 300)));
    assert!(!bench.kernel.begin(Packet { index: 9, ..two.packet(Direction::In, 300) }), "not watched");
    bench.leave(&mut one, 1);
    bench.cut(&mut one);
    bench.close(&mut one);
    bench.close(&mut two);
    let counted = |matched, bytes| SlotCounters { matched, segments: matched, bytes, ..Default::default() };
    let expected = [((1, 1), counted(2, 200)), ((1, 2), counted(2, 300)), ((2, 2), counted(1, 300))];
    assert_eq!(bench.streams, expected.into());
    let seen = [
        ((1, Direction::In), 2),
        ((1, Direction::Out), 1),
        ((2, Direction::In), 1),
        ((2, Direction::Out), 0),
    ];
    assert_eq!(bench.seen, seen.into());
    bench.check_empty();
}

#[test]
fn a_packet_on_its_way_belongs_to_the_generation_that_it_found() {
    let (mut bench, mut one) = (Bench::new(), Watched::new(7, 1));
    bench.join(&mut one, 1, &request("", &Direction::ALL));
    bench.cut(&mut one);
    bench.kernel.begin(one.packet(Direction::In, 100));
    bench.join(&mut one, 2, &request("", &[Direction::In]));
    bench.begin(&mut one);
    bench.kernel.begin(one.packet(Direction::In, 100));
    let numbers = [&one.past[0], one.current.as_ref().unwrap()].map(|generation| generation.number);
    // The first stream has slot 0, the second, which wants other ways, slot 1.
    assert_eq!(bench.kernel.run(), [(numbers[0], 0b01), (numbers[1], 0b11)]);
    bench.end(&mut one);
    assert_eq!((bench.matched(1, 1), bench.matched(1, 2)), (1, 0));
    bench.close(&mut one);
    assert_eq!((bench.matched(1, 1), bench.matched(1, 2)), (2, 1));
}

#[test]
fn a_configuration_says_what_is_wanted() {
    let (mut bench, mut one) = (Bench::new(), Watched::new(7, 3));
    let mut limited = request("len = 100", &[Direction::In]);
    let wanted = limited.wanted.as_mut().unwrap();
    (wanted.limit, wanted.header_bytes) = (Limit::PerSecond(250), true);
    bench.join(&mut one, 1, &request("", &Direction::ALL));
    bench.join(&mut one, 2, &limited);
    let plan = Plan {
        interface: one.number,
        link: LinkType::RawIp,
        slots: &one.slots,
        members: one.members.clone(),
        mtu: 1500,
        flows: flows::OUTER,
    };
    let generation = bench.generations.make(plan).unwrap();
    let written = bench.kernel.lock().configurations[&0];
    let mut expected = Configuration {
        live: [[0b11, 0], [0b01, 0]],
        headers: 0b10,
        generation: generation.number,
        link: LinkType::RawIp as u32,
        interface: 3,
        flows: 1,
        wake_bytes: 1024,
        header_bytes: 96,
        mtu: 1500,
        ..Configuration::idle(LinkType::Ethernet, 0)
    };
    expected.limits[0] = Limit::NONE;
    expected.limits[1] = 250;
    assert_eq!(written, expected);
}

#[test]
fn equal_sets_of_filters_share_tables() {
    let mut bench = Bench::new();
    let mut all: Vec<Watched> = (0..20).map(|one| Watched::new(100 + one, one as InterfaceNumber)).collect();
    for one in &mut all {
        bench.join(one, 1, &request("len = 100 or len = 200", &Direction::ALL));
        bench.cut(one);
    }
    assert_eq!(bench.kernel.lock().tables.keys().copied().collect::<Vec<_>>(), [0]);
    let mut other = Watched::new(500, 50);
    bench.join(&mut other, 1, &request("len = 100", &Direction::ALL));
    bench.cut(&mut other);
    assert_eq!(bench.kernel.lock().tables.len(), 2);
    // One interface after the other changes to the other set; the first is needed until the last has.
    for one in &mut all {
        assert_eq!(bench.kernel.lock().tables.len(), 2);
        bench.leave(one, 1);
        bench.join(one, 2, &request("len = 100", &Direction::ALL));
        bench.cut(one);
    }
    assert_eq!(bench.kernel.lock().tables.keys().copied().collect::<Vec<_>>(), [1]);
    assert_eq!(bench.kernel.lock().tables_put, 2);
    all.iter_mut().chain([&mut other]).for_each(|one| bench.close(one));
    bench.check_empty();
}

#[test]
fn what_is_given_back_is_used_again() {
    let (mut bench, mut one) = (Bench::new(), Watched::new(7, 1));
    bench.join(&mut one, 1, &request("", &Direction::ALL));
    bench.cut(&mut one);
    for _ in 0..3000 {
        bench.kernel.begin(one.packet(Direction::In, 60));
        bench.cut(&mut one);
    }
    assert_eq!(bench.matched(1, 1), 3000, "cells that were another's begin at nothing");
    let state = bench.kernel.lock();
    assert_eq!(state.cells.len(), 1);
    // One in force and one to come.
    assert_eq!(state.configurations.keys().copied().collect::<Vec<_>>(), [0, 1]);
    let used: BTreeSet<usize> = (0..4096).filter(|cell| state.cells[0][*cell].matched > 0).collect();
    // Two ranges, each with the cells of received packets of the hook and of slot 0.
    assert_eq!(used, [0, 2, 4, 6].into());
}

#[test]
fn so_many_configurations_and_no_more() {
    let (mut bench, one) = (Bench::new(), Watched::new(7, 1));
    let mut made: Vec<Generation> = (0..CONFIGURATIONS).map(|_| bench.make(&one).unwrap()).collect();
    let numbers: BTreeSet<u32> = made.iter().map(|generation| generation.number).collect();
    assert_eq!(numbers.len(), CONFIGURATIONS, "no number is twice");
    let error = bench.make(&one).unwrap_err();
    assert!(matches!(error, NoGeneration::Configurations), "{error:?}");
    assert_eq!(error.to_string(), "4096 interfaces are watched, the most there can be");
    let freed = made.remove(4000);
    let number = freed.configuration;
    bench.generations.free(freed);
    assert_eq!(bench.make(&one).unwrap().configuration, number);
}

#[test]
fn an_interface_without_a_place_is_refused() {
    let mut bench = Bench::new();
    let mut all: Vec<Watched> =
        (0..PROBES as u32).map(|one| Watched::new(7 + one * PLACES as u32, one as InterfaceNumber)).collect();
    all.iter_mut().for_each(|one| bench.cut(one));
    let late = Watched::new(7 + 99 * PLACES as u32, 99);
    let generation = bench.make(&late).unwrap();
    let error = bench.generations.put_in_force(late.index, &generation).unwrap_err();
    assert!(matches!(error, NoGeneration::Place), "{error:?}");
    bench.close(&mut all[3]);
    bench.generations.put_in_force(late.index, &generation).unwrap();
    assert!(bench.kernel.begin(late.packet(Direction::In, 60)));
}

#[test]
fn a_refusal_changes_nothing() {
    let (mut bench, mut one) = (Bench::new(), Watched::new(7, 1));
    bench.join(&mut one, 1, &request("len = 100", &Direction::ALL));
    bench.kernel.lock().refuses.tables = true;
    let error = bench.make(&one).unwrap_err();
    assert!(matches!(error, NoGeneration::Tables(NoTables::Kernel(_))), "{error:?}");
    bench.check_empty();
    bench.kernel.lock().refuses.tables = false;
    bench.kernel.lock().refuses.cells = true;
    let error = bench.make(&one).unwrap_err();
    assert!(matches!(error, NoGeneration::Loader(_)), "{error:?}");
    bench.check_empty();
    bench.kernel.lock().refuses.cells = false;
    bench.kernel.lock().refuses.configure = true;
    let error = bench.make(&one).unwrap_err();
    assert!(matches!(error, NoGeneration::Kernel(_)), "{error:?}");
    bench.check_empty();
    bench.kernel.lock().refuses.configure = false;
    bench.cut(&mut one);
    bench.kernel.begin(one.packet(Direction::In, 100));
    bench.close(&mut one);
    assert_eq!(bench.matched(1, 1), 1);
}

#[test]
fn so_many_sets_of_filters_and_no_more() {
    let mut bench = Bench::new();
    let mut all: Vec<Watched> = (0..129).map(|one| Watched::new(100 + one, one as InterfaceNumber)).collect();
    for (length, one) in (60..).zip(&mut all) {
        bench.join(one, 1, &request(&format!("len = {length}"), &Direction::ALL));
    }
    let (last, others) = all.split_last_mut().unwrap();
    others.iter_mut().for_each(|one| bench.cut(one));
    let error = bench.make(last).unwrap_err();
    assert!(matches!(error, NoGeneration::Tables(NoTables::Full)), "{error:?}");
    let text = "128 different sets of filters are in use on all interfaces together, the most there can be";
    assert_eq!(error.to_string(), text);
    bench.close(&mut others[0]);
    bench.cut(last);
}

#[test]
fn a_look_at_all_counters_says_what_reading_each_says() {
    let mut bench = Bench::new();
    let mut all: Vec<Watched> = (0..300).map(|one| Watched::new(100 + one, one as InterfaceNumber)).collect();
    for (number, one) in (0..).zip(&mut all) {
        for slot in 0..7 {
            bench.join(one, slot, &request(&format!("len = {}", 60 + slot), &[Direction::In]));
        }
        bench.cut(one);
        (0..number).for_each(|_| _ = bench.kernel.begin(one.packet(Direction::In, 66)));
    }
    bench.kernel.run();
    assert_eq!(bench.kernel.lock().cells.len(), 3, "300 times 34 cells, none across a map");
    let look = bench.generations.look().unwrap();
    for (number, one) in (0..).zip(&mut all) {
        let current = one.current.as_mut().unwrap();
        let counts = Generations::read_from(current, &look);
        assert_eq!(
            (counts.hook(Direction::In).seen, counts.slot(6, Direction::In).matched),
            (number, number)
        );
        assert_eq!(counts.slot(5, Direction::In).matched, 0);
        assert_eq!(counts, bench.generations.read(current).unwrap());
    }
    bench.kernel.lock().refuses.read = true;
    assert!(bench.generations.look().is_err());
    assert!(bench.generations.read(all[9].current.as_mut().unwrap()).is_err());
    // What was read before stands.
    assert_eq!(Generations::last(all[9].current.as_ref().unwrap()).slot(6, Direction::In).matched, 9);
}
