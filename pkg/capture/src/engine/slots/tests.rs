use xdplive_filter::Filter;
use xdplive_packet::{LinkType, classify::Tables, event::Direction};
use xdplive_source::{InterfaceSet, Label, Request, Wanted};

use super::*;

/// What interfaces have in common, and the slots of one of them.
#[derive(Default)]
struct Bench {
    filters: FilterSets,
    budgets: Budgets,
    slots: Slots,
}

impl Bench {
    fn join(&mut self, stream: StreamId, key: &Key) -> Result<Joined, NoSlot> {
        self.join_at(stream, key, Instant::now())
    }

    fn join_at(&mut self, stream: StreamId, key: &Key, now: Instant) -> Result<Joined, NoSlot> {
        let shared = Shared { filters: &mut self.filters, budgets: &mut self.budgets };
        self.slots.join(stream, key, &Environment::default(), shared, now, &label(1))
    }

    /// The same, of whose budget nothing is to be checked.
    fn slot(&mut self, stream: StreamId, key: &Key) -> u32 {
        self.join(stream, key).unwrap().slot
    }

    fn reserve(&mut self, key: Key, now: Instant) -> Result<(), NoSlot> {
        let shared = Shared { filters: &mut self.filters, budgets: &mut self.budgets };
        self.slots.reserve(key, &Environment::default(), shared, now, &label(1))
    }

    fn leave(&mut self, stream: StreamId) {
        self.slots.leave(stream, &mut self.budgets, Instant::now());
    }

    /// What the programs go by.
    fn built(&self) -> Configuration {
        let mut configuration = Configuration::idle(LinkType::Ethernet, 0);
        let mut tables: Box<Tables> = bytemuck::zeroed_box();
        self.slots.live().build(&mut configuration, &mut tables).unwrap();
        self.slots.configure(&mut configuration);
        configuration
    }

    /// The limits and the budgets in force, of the first slots.
    fn limits<const N: usize>(&self) -> [(Limit, u32); N] {
        let configuration = self.built();
        std::array::from_fn(|slot| {
            let limit = match configuration.limits[slot] {
                0 => Limit::All,
                Limit::NONE => Limit::None,
                packets => Limit::PerSecond(packets),
            };
            (limit, configuration.budgets[slot])
        })
    }

    fn takers(&self) -> Vec<(u32, StreamId, bool)> {
        self.slots.takers().collect()
    }
}

/// The label of a stream of this data source.
fn label(data_source: u8) -> Arc<Label> {
    Arc::new(Label { owner: format!("1/{data_source}"), stream: String::new() })
}

/// The key of a stream of one interface.
fn key(filter: &str, limit: Limit) -> Key {
    key_of(&InterfaceSet::Named(vec!["eth0".to_owned()]), filter, limit)
}

fn key_of(interfaces: &InterfaceSet, filter: &str, limit: Limit) -> Key {
    let filter = Arc::new(Filter::parse(filter).unwrap());
    let wanted = Wanted { filter, limit, hides_own: false, header_bytes: false };
    let request = Request {
        interfaces: interfaces.clone(),
        wanted: Some(wanted),
        ..Request::counting(InterfaceSet::Any, xdplive_source::HookChoice::Auto, false)
    };
    Key::of(&request).unwrap()
}

fn per_second(packets: u32) -> Limit {
    Limit::PerSecond(packets)
}

fn is_new(slot: u32, budget: u32) -> Joined {
    Joined { slot, new_budget: Some(budget) }
}

fn is_old(slot: u32) -> Joined {
    Joined { slot, new_budget: None }
}

#[test]
fn equal_filters_share_a_slot_however_they_are_written() {
    let mut bench = Bench::default();
    assert_eq!(bench.join(1, &key("tcp port 80", per_second(10))).unwrap(), is_new(0, 0));
    assert_eq!(bench.join(2, &key("tcp  port http", per_second(10))).unwrap(), is_old(0));
    assert_eq!(bench.join(3, &key("tcp port 80", per_second(11))).unwrap(), is_new(1, 1));
    assert_eq!(bench.join(4, &key("tcp port 80", Limit::All)).unwrap(), is_old(2));
    let received = Key { directions: vec![Direction::In], ..key("tcp port 80", per_second(10)) };
    assert_eq!(bench.join(5, &received).unwrap(), is_new(3, 2));
    let hiding = Key { hides_own: true, ..key("tcp port 80", Limit::All) };
    assert_eq!(bench.join(6, &hiding).unwrap(), is_old(4));
    assert_eq!(bench.slots.live().hiding, 0b1_0000);
    assert_eq!(bench.slots.end(), 5);
}

#[test]
fn who_only_counts_shares_the_slot_of_the_same_packets() {
    let mut bench = Bench::default();
    assert_eq!(bench.slot(1, &key("udp", per_second(10))), 0);
    assert_eq!(bench.join(2, &key("udp", Limit::None)).unwrap(), is_old(0));
    assert_eq!(bench.slot(3, &key("udp", per_second(20))), 1, "another budget");
    assert_eq!(bench.slot(4, &key("tcp", Limit::None)), 2, "other packets");
    let received = Key { directions: vec![Direction::In], ..key("udp", Limit::None) };
    assert_eq!(bench.slot(5, &received), 3);
    let expected = [(per_second(10), 0), (per_second(20), 1), (Limit::None, 0), (Limit::None, 0)];
    assert_eq!(bench.limits(), expected);
    assert_eq!(bench.takers(), [(0, 1, false), (1, 3, false)]);
}

#[test]
fn rows_that_nobody_has_are_not_made() {
    let mut bench = Bench::default();
    bench.slot(1, &key("udp", Limit::All));
    bench.slot(2, &key("udp", Limit::None));
    bench.leave(1);
    assert_eq!(bench.limits(), [(Limit::None, 0)]);
    // Whoever has rows from there next begins with a whole budget.
    assert_eq!(bench.join(3, &key("udp", per_second(10))).unwrap(), is_new(0, 0));
    assert_eq!(bench.limits(), [(per_second(10), 0)]);
    bench.leave(3);
    assert_eq!(bench.limits(), [(Limit::None, 0)]);
    assert_eq!(bench.join(4, &key("udp", per_second(10))).unwrap(), is_new(0, 0), "the same, anew");
    bench.leave(2);
    assert_eq!(bench.limits(), [(per_second(10), 0)]);
}

#[test]
fn a_slot_that_becomes_anothers_gives_its_budget_back() {
    let mut bench = Bench::default();
    bench.slot(1, &key("udp", per_second(10)));
    bench.slot(2, &key("udp", Limit::None));
    bench.leave(1);
    assert_eq!(bench.join(3, &key("udp", per_second(20))).unwrap(), is_new(0, 1));
    assert_eq!(bench.limits(), [(per_second(20), 1)]);
    assert!(bench.budgets.take(&key("udp", per_second(10))).unwrap().is_new);
    bench.leave(3);
    assert_eq!(bench.join(4, &key("udp", Limit::All)).unwrap(), is_old(0));
    assert!(bench.budgets.take(&key("udp", per_second(20))).unwrap().is_new);
}

#[test]
fn a_slot_that_is_promised_stays_what_it_is() {
    let (mut bench, now) = (Bench::default(), Instant::now());
    bench.reserve(key("udp", per_second(10)), now).unwrap();
    assert_eq!(bench.join_at(1, &key("udp", Limit::None), now).unwrap(), is_old(0));
    assert_eq!(bench.join_at(2, &key("udp", per_second(20)), now).unwrap(), is_new(1, 1));
    assert_eq!(bench.join_at(3, &key("udp", per_second(10)), now).unwrap(), is_new(0, 0));
    // The promise outlives those who only count.
    bench.reserve(key("tcp", per_second(10)), now).unwrap();
    bench.join_at(4, &key("tcp", Limit::None), now).unwrap();
    bench.slots.leave(4, &mut bench.budgets, now);
    assert_eq!(bench.join_at(5, &key("tcp", per_second(10)), now).unwrap(), is_new(2, 2));
    assert_eq!(bench.slots.held.len(), 3);
}

#[test]
fn streams_with_the_bytes_of_headers_have_slots_of_their_own() {
    let mut bench = Bench::default();
    bench.slot(1, &key("tcp", Limit::All));
    for (stream, filter, slot) in [(2, "tcp", 1), (3, "udp", 2), (4, "tcp", 1)] {
        let key = Key { header_bytes: true, ..key(filter, Limit::All) };
        assert_eq!(bench.slot(stream, &key), slot);
    }
    assert_eq!(bench.built().headers, 0b110);
    bench.leave(3);
    assert_eq!(bench.built().headers, 0b010);
}

#[test]
fn a_slot_is_free_when_its_last_stream_has_left() {
    let mut bench = Bench::default();
    bench.slot(1, &key("tcp", per_second(10)));
    bench.slot(2, &key("tcp", per_second(10)));
    bench.leave(1);
    assert_eq!(bench.join(3, &key("tcp", per_second(10))).unwrap(), is_old(0));
    bench.leave(2);
    bench.leave(3);
    assert_eq!(bench.slots.end(), 0);
    // The budget that was given back is the last to be given away again.
    assert_eq!(bench.join(4, &key("udp", per_second(10))).unwrap(), is_new(0, 1));
}

#[test]
fn sixty_four_filters_and_no_more() {
    let (mut bench, now) = (Bench::default(), Instant::now());
    for stream in 1..=64 {
        assert!(bench.slots.has_room(now));
        bench.slot(stream, &key(&format!("ttl {stream}"), Limit::All));
    }
    assert!(!bench.slots.has_room(now));
    assert_eq!(bench.slots.end(), 64);
    let error = bench.join(65, &key("tcp", Limit::All)).unwrap_err();
    assert!(matches!(error, NoSlot::Taken { .. }), "{error:?}");
    let error = error.to_string();
    assert!(error.starts_with("all 64 slots are taken, by \"ttl"), "{error}");
    assert!(error.ends_with(" and 59 more of this data source"), "{error}");
    assert!(bench.join(66, &key("ttl 7", Limit::All)).is_ok(), "one that shares a slot");
    bench.leave(7);
    assert!(!bench.slots.has_room(now), "another stream has it");
    bench.leave(66);
    assert!(bench.slots.has_room(now));
    assert_eq!(bench.slot(65, &key("tcp", Limit::All)), 6);
}

/// What others look for is nobody's business.
#[test]
fn filters_of_other_data_sources_are_counted_and_not_named() {
    let (mut bench, now) = (Bench::default(), Instant::now());
    let mut join = |stream: StreamId, filter: &str, data_source| {
        let shared = Shared { filters: &mut bench.filters, budgets: &mut bench.budgets };
        let key = key(filter, Limit::All);
        bench.slots.join(stream, &key, &Environment::default(), shared, now, &label(data_source))
    };
    for stream in 1..=62 {
        join(stream, &format!("ttl {stream}"), 2).unwrap();
    }
    join(63, "host 192.0.2.1", 1).unwrap();
    join(64, "tcp or udp", 1).unwrap();
    // A filter that both have is named to both, with the own streams alone.
    join(65, "ttl 7", 1).unwrap();
    let refused = |result: Result<Joined, NoSlot>| result.unwrap_err().to_string();
    let own = "\"host 192.0.2.1\" (1 streams, 2 alternatives), \"ttl == 7\" (1 streams, 1 alternatives), \"tcp or udp\" (1 \
               streams, 1 alternatives)";
    assert_eq!(
        refused(join(66, "icmp", 1)),
        format!("all 64 slots are taken, by {own} and 61 filters of other data sources")
    );
    assert_eq!(refused(join(66, "icmp", 3)), "all 64 slots are taken, by 64 filters of other data sources");
}

#[test]
fn what_does_not_fit_changes_nothing() {
    let mut bench = Bench::default();
    // Three alternatives each, of which two go into the second half of the terms: 60 of 64.
    for stream in 1..=30 {
        bench.slot(stream, &key(&format!("port {stream} or ttl {stream}"), Limit::All));
    }
    let large = key("port 1 or ttl 2 or dscp 3 or len = 4 or vlan 5", per_second(10));
    let error = bench.join(31, &large).unwrap_err();
    assert!(matches!(error, NoSlot::Capacity { .. }), "{error}");
    assert_eq!(bench.slots.held.len(), 30);
    assert_eq!(bench.join(32, &key("tcp", per_second(10))).unwrap(), is_new(30, 1), "0 was given back");
}

#[test]
fn a_slot_is_kept_for_whom_it_was_promised() {
    let (mut bench, now) = (Bench::default(), Instant::now());
    for ttl in 0..64 {
        bench.reserve(key(&format!("ttl {ttl}"), Limit::All), now).unwrap();
    }
    assert!(!bench.slots.has_room(now));
    bench.reserve(key("tcp", Limit::All), now).unwrap_err();
    assert_eq!(bench.join_at(1, &key("ttl 63", Limit::All), now).unwrap(), is_old(63));
    // Nobody else has come for theirs.
    let later = now + RESERVED;
    assert!(bench.slots.has_room(later));
    bench.reserve(key("tcp", Limit::All), later).unwrap();
    assert_eq!(bench.join_at(2, &key("ttl 63", Limit::All), later).unwrap(), is_old(63));
    assert_eq!(bench.slots.held.len(), 2);
}

/// What is only promised costs no packet anything.
#[test]
fn a_slot_without_a_stream_is_not_live() {
    let (mut bench, now) = (Bench::default(), Instant::now());
    bench.reserve(key("tcp", Limit::All), now).unwrap();
    bench.join_at(1, &key("udp", Limit::All), now).unwrap();
    assert_eq!(bench.built().live, [[0b10, 0]; 2]);
}

#[test]
fn budgets_that_differ_by_little_share_a_slot() {
    let mut bench = Bench::default();
    assert_eq!(bench.join(1, &key("udp", per_second(1000))).unwrap(), is_new(0, 0));
    // The larger is a quarter more than the smaller at most.
    assert_eq!(bench.join(2, &key("udp", per_second(1250))).unwrap(), is_old(0));
    assert_eq!(bench.limits(), [(per_second(1250), 0)]);
    assert_eq!(bench.takers(), [(0, 1, true), (0, 2, false)]);
    assert_eq!(bench.join(3, &key("udp", per_second(1251))).unwrap(), is_new(1, 1));
    // Of all of a slot: 950 is near to 1000, and too far from 1250.
    assert_eq!(bench.join(4, &key("udp", per_second(950))).unwrap(), is_new(2, 2));
    assert_eq!(bench.takers(), [(0, 1, true), (0, 2, false), (1, 3, false), (2, 4, false)]);
    // The largest leaves: the slot has the limit of who is left, and nobody is thinned twice.
    bench.leave(2);
    assert_eq!(bench.limits::<1>(), [(per_second(1000), 0)]);
    assert_eq!(bench.takers()[0], (0, 1, false));
}

#[test]
fn the_limit_of_a_slot_is_that_of_who_has_it_now() {
    let mut bench = Bench::default();
    bench.slot(1, &key("udp", per_second(1000)));
    bench.slot(2, &key("udp", per_second(800)));
    assert_eq!(bench.takers(), [(0, 1, false), (0, 2, true)]);
    bench.leave(1);
    assert_eq!(bench.limits(), [(per_second(800), 0)]);
    assert_eq!(bench.takers(), [(0, 2, false)]);
    assert_eq!(bench.join(3, &key("udp", per_second(1000))).unwrap(), is_old(0));
    assert_eq!(bench.limits(), [(per_second(1000), 0)]);
}

#[test]
fn small_budgets_and_different_streams_do_not_share_a_slot() {
    let mut bench = Bench::default();
    assert_eq!(bench.slot(1, &key("udp", per_second(100))), 0);
    assert_eq!(bench.slot(2, &key("udp", per_second(101))), 1, "100 is small");
    assert_eq!(bench.slot(3, &key("udp", per_second(102))), 1);
    assert_eq!(bench.slot(4, &key("udp", Limit::All)), 2);
    assert_eq!(bench.slot(5, &key("tcp", per_second(102))), 3, "other packets");
    let with_bytes = Key { header_bytes: true, ..key("udp", per_second(102)) };
    assert_eq!(bench.slot(6, &with_bytes), 4);
}

#[test]
fn the_slots_of_several_interfaces_share_one_budget() {
    for set in [InterfaceSet::Any, InterfaceSet::Named(vec!["eth0".to_owned(), "eth1".to_owned()])] {
        let (mut bench, mut other) = (Bench::default(), Slots::default());
        let key = key_of(&set, "udp", per_second(1000));
        assert_eq!(bench.join(1, &key).unwrap(), is_new(0, 0));
        // From now on, `bench` is the other interface.
        std::mem::swap(&mut bench.slots, &mut other);
        assert_eq!(bench.slot(9, &key_of(&set, "tcp", Limit::All)), 0);
        assert_eq!(bench.join(1, &key).unwrap(), is_old(1), "in force already");
        assert_eq!(bench.limits(), [(Limit::All, 0), (per_second(1000), 0)]);
        // A second stream of both is limited together with the first; one with nearly the same limit is not.
        assert_eq!(bench.join(2, &key).unwrap(), is_old(1));
        assert_eq!(bench.join(3, &key_of(&set, "udp", per_second(1001))).unwrap(), is_new(2, 1));
        let alone = key_of(&InterfaceSet::Named(vec!["eth1".to_owned()]), "udp", per_second(1000));
        assert_eq!(bench.join(4, &alone).unwrap(), is_new(3, 2), "one interface is not all together");
        // It is free when the last slot of all interfaces is.
        bench.leave(1);
        bench.leave(2);
        assert_eq!(bench.budgets.take(&key).map(|taken| (taken.number, taken.is_new)), Some((0, false)));
        bench.budgets.release(0);
        std::mem::swap(&mut bench.slots, &mut other);
        bench.leave(1);
        assert_eq!(bench.budgets.take(&key).map(|taken| (taken.number, taken.is_new)), Some((3, true)));
    }
}

#[test]
fn a_stream_that_joins_several_interfaces_anew_does_not_empty_their_budget() {
    let mut bench = Bench::default();
    let key = key_of(&InterfaceSet::Any, "udp", per_second(1000));
    let counting = key_of(&InterfaceSet::Any, "udp", Limit::None);
    let mut other = Slots::default();
    bench.slot(1, &key);
    std::mem::swap(&mut bench.slots, &mut other);
    bench.slot(2, &counting);
    assert_eq!(bench.join(1, &key).unwrap(), is_old(0), "it becomes the slot of rows");
    assert_eq!(bench.limits(), [(per_second(1000), 0)]);
    bench.leave(1);
    assert_eq!(bench.join(1, &key).unwrap(), is_old(0), "the first interface goes on with it");
}

#[test]
fn an_interface_that_is_closed_gives_everything_back() {
    let mut bench = Bench::default();
    bench.slot(1, &key("udp", per_second(10)));
    bench.reserve(key("tcp", per_second(20)), Instant::now()).unwrap();
    bench.slots.clear(&mut bench.budgets);
    assert_eq!((bench.slots.held.len(), bench.slots.end()), (0, 0));
    for packets in [10, 20] {
        let taken = bench.budgets.take(&key("udp", per_second(packets))).unwrap();
        assert!(taken.is_new);
    }
}

#[test]
fn budgets_come_to_an_end() {
    let mut bench = Bench::default();
    let most = xdplive_packet::accounting::BUDGETS as u32;
    for packets in 1..=most {
        let set = InterfaceSet::Named(vec![format!("eth{packets}")]);
        assert_eq!(bench.budgets.take(&key_of(&set, "udp", per_second(1))).unwrap().number, packets - 1);
    }
    assert_eq!(bench.join(1, &key("udp", per_second(1))).unwrap_err(), NoSlot::Budgets);
    assert_eq!(bench.slots.held.len(), 0, "nothing has changed");
    assert_eq!(bench.join(2, &key("udp", Limit::All)).unwrap(), is_old(0), "one without a limit needs none");
    bench.budgets.release(17);
    assert_eq!(bench.join(1, &key("udp", per_second(1))).unwrap(), is_new(1, 17));
}
