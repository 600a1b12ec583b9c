use std::collections::BTreeSet;

use async_trait::async_trait;
use bytemuck::Zeroable as _;
use xdplive_packet::{event::Direction, flow::Sum, headers::present};
use xdplive_source::{
    Cut, FlowFilters, Group, GroupBy, HookAccounts, Host, Interface, Interfaces, IsShown, Link, Prepared,
    Reading, Report, Request, Source, SourceError, StreamId, Subscription, Taken, Top,
};

use super::*;

/// A host with 192.0.2.1, on which Grafana listens on port 3000.
struct Quiet;

#[async_trait]
impl Source for Quiet {
    fn now(&self) -> Moment {
        Moment::default()
    }

    fn hosts(&self) -> Arc<[Host]> {
        [Host::only("nas")].into()
    }

    fn interfaces(&self) -> Arc<Interfaces> {
        let addresses = vec!["192.0.2.1/24".to_owned()];
        let eth0 = Interface { addresses, ..Interface::new("eth0", 2, Link::Ethernet) };
        Arc::new([eth0].into_iter().collect())
    }

    async fn prepare(&self, _request: &Request) -> Result<Prepared, SourceError> {
        Err(SourceError::Gone)
    }

    async fn subscribe(&self, _request: &Request) -> Result<Subscription, SourceError> {
        Err(SourceError::Gone)
    }

    async fn report(&self, _is_shown: &IsShown<'_>) -> Report {
        Report { checks: Vec::new(), interfaces: Vec::new() }
    }

    async fn accounts(&self) -> Vec<HookAccounts> {
        Vec::new()
    }

    async fn counts(&self, _stream: StreamId) -> Option<Reading> {
        None
    }

    fn own_ports(&self, _host: HostId) -> Arc<BTreeSet<u16>> {
        Arc::new([3000].into())
    }
}

/// When the tests' machine was started, ms since 1970.
const BEGIN: i64 = 1_767_225_600_000;

/// So many milliseconds after that.
fn at(milliseconds: u64) -> Moment {
    let wall = (BEGIN + i64::try_from(milliseconds).unwrap()) * 1_000_000;
    Moment { wall, steady: Duration::from_millis(milliseconds) }
}

/// TCP from a host of 198.51.100.0/24 to a port of this one.
fn flow(host: u8, port: u16, packets: u64, last: u64) -> (FlowKey, FlowCounters) {
    let mut key = FlowKey {
        source_port: 50_000,
        destination_port: port,
        ethertype: 0x0800,
        vlan: FlowKey::NO_VLAN,
        protocol: 6,
        version: 4,
        present: present::ETHERNET | present::ADDRESSES | present::PROTOCOL | present::PORTS,
        ..FlowKey::zeroed()
    };
    key.source[..4].copy_from_slice(&[198, 51, 100, host]);
    key.destination[..4].copy_from_slice(&[192, 0, 2, 1]);
    let sum = Sum { packets, segments: packets, bytes: 100 * packets };
    let last = u64::try_from(at(last).wall).unwrap();
    (key, FlowCounters { sum, first: last, last, ..FlowCounters::default() })
}

/// End and length of an interval (ms), packets of ports, and of all others.
type Shown = (i64, u128, Vec<(u16, u64)>, u64);

/// What is kept of one interface or two, and own traffic on them.
struct Bench {
    watched: Watched,
    filters: FlowFilters,
}

impl Bench {
    fn new(seconds: usize) -> Self {
        let mut watched = Watched::new(seconds);
        ["eth0", "wg0"].iter().for_each(|name| watched.begin(name));
        Self { watched, filters: FlowFilters::new(Arc::new(Quiet), Arc::default(), true) }
    }

    /// Adds what was counted between two moments, ms after the beginning.
    fn add(&mut self, interface: &str, from: u64, to: u64, entries: Vec<(FlowKey, FlowCounters)>) {
        self.add_at(interface, from, to, entries, at(to));
    }

    fn add_at(
        &mut self,
        interface: &str,
        from: u64,
        to: u64,
        entries: Vec<(FlowKey, FlowCounters)>,
        now: Moment,
    ) {
        let nanoseconds = |time| u64::try_from(at(time).wall).unwrap();
        let taken = Taken { from: nanoseconds(from), to: nanoseconds(to), entries, ..Taken::default() };
        let (host, interface) = (Host::only("nas"), Arc::from(interface));
        let snapshot =
            FlowSnapshot { host, interface, taken, cut: Cut::default(), cpu: Duration::from_millis(2) };
        let wanted = self.filters.of(HostId::ONLY, &snapshot.interface);
        self.watched.add(&snapshot, &wanted, now);
    }

    fn laps(&self, interfaces: &[&str], own: bool) -> Vec<(i64, u128, u64)> {
        let laps = self.watched.laps(&names(interfaces), own).unwrap();
        laps.iter().map(|lap| (lap.time() - BEGIN, lap.length.as_millis(), lap.sums[0].packets)).collect()
    }

    fn ports(&self, interval: u64, top: usize, choice: Choice) -> Vec<Shown> {
        let interfaces = names(&["eth0"]);
        let of = GroupsOf {
            interfaces: &interfaces,
            directions: &Direction::ALL,
            by: GroupBy::DestinationPort,
            own: false,
            range: BEGIN..=BEGIN + 1_000_000,
            interval: Duration::from_millis(interval),
            top,
            choice,
            size: |sum| sum.segments,
        };
        let port = |(group, sum): (Group, Sum)| match group {
            Group::DestinationPort(Some(port)) => (port, sum.packets),
            group => panic!("{group:?}"),
        };
        let interval = |GroupInterval { time, length, top: Top { groups, other } }| {
            (time - BEGIN, length.as_millis(), groups.into_iter().map(port).collect(), other.packets)
        };
        self.watched.groups(&of).unwrap().into_iter().map(interval).collect()
    }
}

fn names(interfaces: &[&str]) -> Vec<String> {
    interfaces.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn seconds_are_made_of_snapshots_however_many() {
    let mut bench = Bench::new(3600);
    for tenth in 0..10 {
        bench.add("eth0", 100 * tenth, 100 * (tenth + 1), vec![flow(1, 80, 1, 0)]);
    }
    assert_eq!(bench.laps(&["eth0"], false), [(1000, 1000, 10)]);
    bench.add("eth0", 1000, 2003, vec![flow(1, 80, 5, 0), flow(2, 3000, 70, 0)]);
    assert_eq!(bench.laps(&["eth0"], false), [(1000, 1000, 10), (2003, 1003, 5)]);
    assert_eq!(bench.laps(&["eth0"], true), [(1000, 1000, 10), (2003, 1003, 75)], "with Grafana's own");
    assert_eq!(bench.watched.from(&names(&["eth0"])), Some(BEGIN));
    assert_eq!(bench.watched.laps(&names(&["eth0", "ppp0"]), true), None);
    let [eth0, wg0] = <[State; 2]>::try_from(bench.watched.states()).unwrap();
    assert_eq!((&*eth0.interface, eth0.seconds, eth0.flows), ("eth0", 2, 2));
    assert_eq!(eth0.spent, Spent { over: Duration::from_millis(2003), cpu: Duration::from_millis(22) });
    assert_eq!((&*wg0.interface, wg0.seconds, wg0.bytes), ("wg0", 0, 0));
}

#[test]
fn several_interfaces_are_added_up_by_the_second() {
    let mut bench = Bench::new(3600);
    for second in 0..3 {
        bench.add("eth0", 1000 * second, 1000 * (second + 1), vec![flow(1, 80, 1, 0)]);
        bench.add("wg0", 1000 * second + 40, 1000 * (second + 1) + 40, vec![flow(1, 80, 10, 0)]);
    }
    let both = bench.laps(&["eth0", "wg0"], false);
    assert_eq!(both, [(1040, 1000, 11), (2040, 1000, 11), (3040, 1000, 11)]);
}

/// A table has the largest of each interval, a graph those of the whole range, also where they have nothing.
#[test]
fn groups_are_those_of_the_interval_or_of_the_range() {
    let mut bench = Bench::new(3600);
    let seconds = [
        vec![flow(1, 80, 5, 0), flow(1, 53, 2, 0), flow(1, 22, 1, 0)],
        vec![flow(1, 53, 9, 0), flow(1, 3000, 70, 0)],
        vec![],
        vec![flow(1, 22, 3, 0), flow(1, 80, 2, 0)],
    ];
    for (second, entries) in (0..).zip(seconds) {
        bench.add("eth0", 1000 * second + 500, 1000 * second + 1500, entries);
    }
    assert_eq!(
        bench.ports(1000, 1, Choice::Each),
        [
            (1500, 1000, vec![(80, 5)], 3),
            (2500, 1000, vec![(53, 9)], 0),
            (3500, 1000, vec![], 0),
            (4500, 1000, vec![(22, 3)], 2),
        ]
    );
    assert_eq!(
        bench.ports(1000, 2, Choice::Range),
        [
            (1500, 1000, vec![(53, 2), (80, 5)], 1),
            (2500, 1000, vec![(53, 9), (80, 0)], 0),
            (3500, 1000, vec![(53, 0), (80, 0)], 0),
            (4500, 1000, vec![(53, 0), (80, 2)], 3),
        ]
    );
    // Intervals end at multiples of their length, whatever the seconds do.
    assert_eq!(
        bench.ports(2000, 1, Choice::Range),
        [(1500, 1000, vec![(53, 2)], 6), (3500, 2000, vec![(53, 9)], 0), (4500, 1000, vec![(53, 0)], 5)]
    );
    assert_eq!(bench.ports(100, 1, Choice::Each).len(), 4, "shorter ones than seconds there are none");
}

#[test]
fn what_is_too_old_or_too_much_goes() {
    let mut bench = Bench::new(60);
    for second in 0..100 {
        bench.add("eth0", 1000 * second, 1000 * (second + 1), vec![flow(1, 80, second + 1, 1000 * second)]);
    }
    let laps = bench.laps(&["eth0"], true);
    assert_eq!((laps.len(), laps[0]), (61, (40_000, 1000, 40)), "a minute");
    // There is room for about ten of them.
    bench.watched.most_bytes = 10 * bench.watched.interfaces["eth0"].seconds[0].bytes();
    bench.add("wg0", 0, 100_500, vec![flow(1, 80, 1, 100_000)]);
    let left = bench.laps(&["eth0"], true);
    assert!((8..=10).contains(&left.len()), "{left:?}");
    assert_eq!(left.last().unwrap().0, 100_000, "the oldest have gone");
    assert!(bench.watched.bytes <= bench.watched.most_bytes);
    let all: usize = bench.watched.states().iter().map(|state| state.bytes).sum();
    assert_eq!(bench.watched.bytes, all, "what is counted is what there is");
}

/// The interface with the default route may be another one after a while.
#[test]
fn what_was_counted_stays_when_nobody_counts_any_more() {
    let mut bench = Bench::new(60);
    bench.add("eth0", 0, 1000, vec![flow(1, 80, 5, 0)]);
    let mut flows = 0;
    assert!(bench.watched.flows(&names(&["eth0"]), |_, _, all| {
        flows += all.map(|(_, counters)| counters.sum.packets).sum::<u64>();
    }));
    assert_eq!(flows, 5);
    bench.watched.end("eth0");
    bench.add("eth0", 1000, 2000, vec![flow(1, 80, 7, 0)]);
    assert_eq!(bench.laps(&["eth0"], true), [(1000, 1000, 5)]);
    assert!(!bench.watched.flows(&names(&["eth0"]), |_, _, _| {}), "of them nothing is known any more");
    bench.watched.begin("eth0");
    bench.add("eth0", 2000, 3000, vec![flow(1, 80, 9, 0)]);
    assert_eq!(bench.laps(&["eth0"], true), [(1000, 1000, 5), (3000, 1000, 9)]);
    bench.watched.end("eth0");
    bench.add("wg0", 0, 100_000, Vec::new());
    assert_eq!(bench.watched.laps(&names(&["eth0"]), true), None, "it is forgotten with its last second");
}

/// Seconds before a clock was set back keep their order, and their distance.
#[test]
fn a_clock_that_is_set_back_leaves_seconds_in_order() {
    let mut bench = Bench::new(3600);
    bench.add("eth0", 100_000, 101_000, vec![flow(1, 80, 1, 0)]);
    bench.add("eth0", 101_000, 102_000, vec![flow(1, 80, 2, 0)]);
    // It is set back by 90 s.
    let now = Moment { steady: at(103_000).steady, ..at(13_000) };
    bench.add_at("eth0", 12_000, 13_000, vec![flow(1, 80, 3, 0)], now);
    assert_eq!(bench.laps(&["eth0"], true), [(11_000, 1000, 1), (12_000, 1000, 2), (13_000, 1000, 3)]);
}
