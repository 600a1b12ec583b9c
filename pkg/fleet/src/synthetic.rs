//! A source that makes packets up and counts what it makes, for tests and benchmarks. No program of a release has it.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytemuck::Zeroable as _;
use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval},
};
use xdplive_packet::{
    Event, Hook,
    accounting::Limit,
    event::{Direction, RecordKind},
    flow::{FlowCounters, FlowKey, Sum},
    headers::present,
};
use xdplive_source::{
    Batch, Check, Counted, Counts, Cut, DirectionCounts, DropFeed, DropNews, DropQueue, DropSite, FlowFeed,
    FlowQueue, FlowSnapshot, HeaderBytes, HookAccounts, Host, HostId, HostSet, Interface, InterfaceSet,
    InterfaceState, Interfaces, IsShown, LeftOut, Link, LinkCounters, LinkReading, Moment, Names, Origin,
    Prepared, Queue, Reading, Report, Request, Row, RowCounts, Source, SourceError, StreamAccounts, StreamId,
    Subscription, Taken, Tally, Thinner, Tunnels, WallClock, until_reading,
};

use crate::clock;

/// How often packets are made.
const TICK: Duration = Duration::from_millis(20);
/// How often packets are dropped.
const DROPS_TICK: Duration = Duration::from_millis(100);
/// The interface's name.
pub const INTERFACE: &str = "eth0";
/// Bytes of each packet.
pub const BYTES: u64 = 100;

/// Makes so many packets a second for each stream, of which one in `1 + unwanted` is wanted.
pub struct Synthetic {
    shared: Arc<Shared>,
}

struct Shared {
    host: Host,
    rate: AtomicU32,
    unwanted: u64,
    /// Flows of an interval.
    flows: usize,
    clock_ahead: i64,
    queue_rows: usize,
    made: AtomicU64,
    streams: Mutex<BTreeMap<StreamId, Made>>,
    last: AtomicU64,
}

/// What was made for one stream.
struct Made {
    queue: Arc<Queue>,
    request: Request,
    counted: Counted,
}

/// What a [`Synthetic`] makes.
#[derive(Clone, Debug)]
pub struct Making {
    /// The host's name.
    pub host: String,
    /// Wanted packets a second, for each stream.
    pub rate: u32,
    /// Packets that no filter wants, for each that one does.
    pub unwanted: u64,
    /// Flows in each interval, of one packet each.
    pub flows: usize,
    /// How far its clock is ahead, nanoseconds.
    pub clock_ahead: i64,
    /// Rows that wait for a stream at most.
    pub queue_rows: usize,
}

impl Default for Making {
    fn default() -> Self {
        let host = "synthetic".to_owned();
        Self { host, rate: 1000, unwanted: 1, flows: 10, clock_ahead: 0, queue_rows: 65_536 }
    }
}

impl Synthetic {
    /// Makes what `making` says.
    #[must_use]
    pub fn new(making: &Making) -> Self {
        let shared = Shared {
            host: Host::only(making.host.as_str()),
            rate: AtomicU32::new(making.rate),
            unwanted: making.unwanted,
            flows: making.flows,
            clock_ahead: making.clock_ahead,
            queue_rows: making.queue_rows,
            made: AtomicU64::new(0),
            streams: Mutex::default(),
            last: AtomicU64::new(0),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Wanted packets that were made, over all streams there ever were.
    #[must_use]
    pub fn made(&self) -> u64 {
        self.shared.made.load(Ordering::Relaxed)
    }

    /// Makes another number a second from now on.
    pub fn set_rate(&self, rate: u32) {
        self.shared.rate.store(rate, Ordering::Relaxed);
    }

    /// Streams that run.
    #[must_use]
    pub fn running(&self) -> usize {
        self.shared.streams().len()
    }
}

impl Shared {
    fn streams(&self) -> MutexGuard<'_, BTreeMap<StreamId, Made>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wall(&self) -> i64 {
        clock::wall() + self.clock_ahead
    }

    fn now(&self) -> Moment {
        let now = clock::now();
        Moment { wall: now.wall + self.clock_ahead, ..now }
    }

    /// Packets with these numbers, seen between two times.
    fn rows(&self, numbers: Range<u64>, times: Range<u64>) -> Vec<Row> {
        let gap = times.end.saturating_sub(times.start) / (numbers.end - numbers.start).max(1);
        let row = |number: u64| {
            let mut event = Event::zeroed();
            event.kind = RecordKind::Event as u8;
            event.hook = Hook::TcxIngress as u8;
            event.segments = 1;
            event.frame_length = BYTES as u32 + 14;
            event.time = times.start + (number - numbers.start) * gap;
            let headers = &mut event.headers;
            headers.present = present::ETHERNET | present::ADDRESSES | present::PROTOCOL | present::PORTS;
            (headers.version, headers.protocol, headers.ttl) = (4, 17, 64);
            (headers.ethertype, headers.length) = (0x0800, BYTES as u32);
            headers.source_mac = [2, 0, 0, 0, 0, 1];
            headers.destination_mac = [2, 0, 0, 0, 0, 2];
            // The packet's number, by which a test recognises it.
            for (place, byte) in headers.source_ip.iter_mut().zip(number.to_be_bytes().into_iter().skip(4)) {
                *place = byte;
            }
            for (place, byte) in headers.destination_ip.iter_mut().zip([192, 0, 2, 1]) {
                *place = byte;
            }
            (headers.source_port, headers.destination_port) = (40_000 + (number % 1000) as u16, 53);
            Row {
                origin: Origin { host: HostId::ONLY, interface: 0 },
                bytes: HeaderBytes::NONE,
                tunnel: Tunnels::NONE,
                event,
            }
        };
        numbers.clone().map(row).collect()
    }
}

/// The number of a packet that a [`Synthetic`] has made.
#[must_use]
pub fn number_of(row: &Row) -> u32 {
    let [a, b, c, d, ..] = row.event.headers.source_ip;
    u32::from_be_bytes([a, b, c, d])
}

async fn make(
    shared: Arc<Shared>,
    id: StreamId,
    queue: Arc<Queue>,
    limit: Limit,
    mut end: watch::Receiver<bool>,
) {
    let names = Arc::new(Names { hosts: vec![shared.host.clone()], interfaces: vec![INTERFACE.into()] });
    let mut thinner = limit.per_second().map(Thinner::new);
    let begun = Instant::now();
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let time = || u64::try_from(shared.wall()).unwrap_or(0);
    let (mut number, mut due, mut last, mut until) = (0_u64, 0.0, begun, time());
    loop {
        let is_end = tokio::select! {
            _ = tick.tick() => false,
            _ = end.wait_for(|end| *end) => true,
        };
        let now = Instant::now();
        due += f64::from(shared.rate.load(Ordering::Relaxed)) * now.duration_since(last).as_secs_f64();
        last = now;
        let count = due as u64;
        due -= count as f64;
        let from = until;
        until = time().max(from);
        let mut rows = shared.rows(number..number + count, from..until);
        number += count;
        shared.made.fetch_add(count, Ordering::Relaxed);
        if limit == Limit::None {
            rows.clear();
        }
        let before = rows.len();
        if let Some(thinner) = &mut thinner {
            rows.retain(|row| thinner.pass(&row.event));
        }
        let thinned = (before - rows.len()) as u64;
        if let Some(made) = shared.streams().get_mut(&id) {
            let counted = &mut made.counted;
            counted.seen += count * (1 + shared.unwanted);
            counted.matched += count;
            counted.thinned += thinned;
            counted.segments += count;
            counted.bytes += count * BYTES;
        }
        if !rows.is_empty() {
            let batch = Batch::new(Arc::new(rows), Arc::clone(&names), WallClock::ahead_by(0)).counted();
            queue.push(batch, &RowCounts::default());
        }
        if is_end {
            break;
        }
    }
    let made = shared.streams().remove(&id);
    let counted = made.map(|made| made.counted).unwrap_or_default();
    queue.itemise(vec![(INTERFACE.into(), 0, counted)]);
    queue.end_at(clock::now());
    queue.close(counted);
}

async fn count_flows(
    shared: Arc<Shared>,
    queue: Arc<FlowQueue>,
    every: Duration,
    mut end: watch::Receiver<bool>,
) {
    let mut from = u64::try_from(shared.wall()).unwrap_or(0);
    let mut is_end = false;
    let peer = peer_of(&shared.host.name);
    while !is_end {
        let wait = until_reading(shared.wall(), every);
        is_end = tokio::time::timeout(wait, end.wait_for(|end| *end)).await.is_ok();
        let to = u64::try_from(shared.wall()).unwrap_or(0);
        let flow = |number: usize| {
            let mut key = FlowKey::zeroed();
            (key.version, key.protocol, key.vlan) = (4, 17, FlowKey::NO_VLAN);
            key.present = present::ADDRESSES | present::PROTOCOL | present::PORTS;
            for (place, byte) in key.source.iter_mut().zip((number as u32).to_be_bytes()) {
                *place = byte;
            }
            // Each host has conversations of its own, from the same sources.
            for (place, byte) in key.destination.iter_mut().zip(peer) {
                *place = byte;
            }
            let bytes = BYTES + number as u64;
            let sum = Sum { packets: 1, segments: 1, bytes };
            (key, FlowCounters { sum, first: from, last: to, ttl: 64, ..FlowCounters::default() })
        };
        let entries: Vec<_> = (0..shared.flows).map(flow).collect();
        shared.made.fetch_add(entries.len() as u64, Ordering::Relaxed);
        let taken = Taken { from, to, entries, ..Taken::default() };
        from = to;
        queue.push(Arc::new(FlowSnapshot {
            host: shared.host.clone(),
            interface: INTERFACE.into(),
            taken,
            cut: Cut::default(),
            cpu: Duration::ZERO,
        }));
    }
    queue.close();
}

/// An address for a host's name.
fn peer_of(name: &str) -> [u8; 4] {
    // FNV-1a.
    let hash =
        name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash.to_be_bytes()
}

/// Why the made-up packets are dropped.
pub const REASON: &str = "NO_SOCKET";

/// Drops packets ten times a second.
async fn drop_packets(
    shared: Arc<Shared>,
    queue: Arc<DropQueue>,
    limit: Limit,
    mut end: watch::Receiver<bool>,
) {
    let mut tick = interval(DROPS_TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut thinner = limit.per_second().map(Thinner::new);
    let site = DropSite {
        host: shared.host.clone(),
        interface: Some(INTERFACE.into()),
        direction: Some(Direction::In),
        reason: REASON.into(),
        location: Some("udp_queue_rcv_one_skb".into()),
    };
    let mut from = u64::try_from(shared.wall()).unwrap_or(0);
    let mut is_end = false;
    while !is_end {
        tokio::select! {
            _ = tick.tick() => {}
            _ = end.wait_for(|end| *end) => is_end = true,
        }
        let to = u64::try_from(shared.wall()).unwrap_or(0);
        let count = u64::from(shared.rate.load(Ordering::Relaxed)) / 10;
        let rows = shared.rows(0..count, from..to);
        from = to;
        shared.made.fetch_add(count, Ordering::Relaxed);
        let unmatched = count * shared.unwanted;
        let mut tally = Tally { seen: count + unmatched, unmatched, ..Tally::default() };
        let mut news = DropNews { at: shared.now(), ..DropNews::default() };
        if count > 0 {
            let sum = Sum { packets: count, segments: count, bytes: count * BYTES };
            news.reasons.insert(REASON.into(), sum);
        }
        for row in rows {
            if limit == Limit::None {
                tally.delivered += 1;
            } else if thinner.as_mut().is_none_or(|thinner| thinner.pass(&row.event)) {
                news.rows.push((row.event, site.clone()));
            } else {
                tally.thinned += 1;
            }
        }
        queue.push(news, tally);
    }
    queue.close();
}

#[async_trait]
impl Source for Synthetic {
    fn now(&self) -> Moment {
        self.shared.now()
    }

    fn hosts(&self) -> Arc<[Host]> {
        [self.shared.host.clone()].into()
    }

    fn interfaces(&self) -> Arc<Interfaces> {
        let mut interface = Interface::new(INTERFACE, 1, Link::Ethernet);
        (interface.default, interface.mtu) = (true, 1500);
        Arc::new([interface].into_iter().collect())
    }

    async fn prepare(&self, request: &Request) -> Result<Prepared, SourceError> {
        if let xdplive_source::InterfaceSet::Named(names) = &request.interfaces
            && let Some(given) = names.iter().find(|name| *name != INTERFACE)
        {
            return Err(SourceError::NoSuchInterface { given: given.clone() });
        }
        let in_force = |direction: &Direction| xdplive_source::InForce {
            host: self.shared.host.clone(),
            interface: INTERFACE.to_owned(),
            hook: if *direction == Direction::In { Hook::TcxIngress } else { Hook::TcxEgress },
            reason: String::new(),
            expected: true,
        };
        Ok(Prepared { in_force: request.directions.iter().map(in_force).collect(), left_out: Vec::new() })
    }

    async fn subscribe(&self, request: &Request) -> Result<Subscription, SourceError> {
        let id = self.shared.last.fetch_add(1, Ordering::Relaxed) + 1;
        let queue = Queue::new(self.shared.queue_rows);
        let (end, ended) = watch::channel(false);
        let limit = request.wanted.as_ref().map_or(Limit::None, |wanted| wanted.limit);
        let made = Made { queue: Arc::clone(&queue), request: request.clone(), counted: Counted::default() };
        self.shared.streams().insert(id, made);
        tokio::spawn(make(Arc::clone(&self.shared), id, Arc::clone(&queue), limit, ended));
        Ok(Subscription::new(id, self.now(), queue, Box::new(move || _ = end.send(true))))
    }

    async fn flows(&self, _request: &Request, interval: Duration) -> Result<FlowFeed, SourceError> {
        let queue = Arc::new(FlowQueue::default());
        queue.begin();
        let (end, ended) = watch::channel(false);
        tokio::spawn(count_flows(Arc::clone(&self.shared), Arc::clone(&queue), interval, ended));
        let stream = Subscription::new(0, self.now(), Queue::new(1), Box::new(move || _ = end.send(true)));
        Ok(FlowFeed::new(queue, stream))
    }

    async fn prepare_drops(&self, _hosts: &HostSet) -> Result<Vec<LeftOut>, SourceError> {
        Ok(Vec::new())
    }

    async fn drops(&self, request: &Request) -> Result<DropFeed, SourceError> {
        let queue = Arc::new(DropQueue::new(self.shared.queue_rows));
        let (end, ended) = watch::channel(false);
        let limit = request.wanted.as_ref().map_or(Limit::None, |wanted| wanted.limit);
        tokio::spawn(drop_packets(Arc::clone(&self.shared), Arc::clone(&queue), limit, ended));
        Ok(DropFeed::new(queue, Box::new(move || _ = end.send(true))))
    }

    async fn report(&self, _is_shown: &IsShown<'_>) -> Report {
        Report { checks: vec![Check::ok("packets", "are made up".to_owned())], interfaces: Vec::new() }
    }

    async fn accounts(&self) -> Vec<HookAccounts> {
        let streams = self.shared.streams();
        let one = |(id, made): (&StreamId, &Made)| {
            let handled = made.queue.handled();
            StreamAccounts {
                id: *id,
                has_rows: made.request.has_rows(),
                label: Arc::clone(&made.request.label),
                filter: made
                    .request
                    .wanted
                    .as_ref()
                    .map(|wanted| Arc::clone(&wanted.filter))
                    .unwrap_or_default(),
                counts: Counts {
                    matched: made.counted.matched,
                    segments: made.counted.segments,
                    bytes: made.counted.bytes,
                    thinned: made.counted.thinned,
                    lost_queue: handled.lost.total(),
                    delivered: handled.delivered.total(),
                    ..Counts::default()
                },
            }
        };
        let streams: Vec<StreamAccounts> = streams.iter().map(one).collect();
        vec![HookAccounts {
            host: self.shared.host.clone(),
            interface: INTERFACE.into(),
            direction: Direction::In,
            uplink: true,
            hook: Some(Hook::TcxIngress),
            state: Some(InterfaceState::Attached),
            reason: String::new(),
            seen: self.made() * (1 + self.shared.unwanted),
            own: 0,
            streams,
            ended: Counts::default(),
            ring_used: 0.0,
            kernel_time: None,
            flow_overflow: 0,
        }]
    }

    async fn link_counters(
        &self,
        _hosts: &HostSet,
        interfaces: &InterfaceSet,
    ) -> Result<Vec<LinkReading>, SourceError> {
        let made = self.made();
        let counters = LinkCounters { in_packets: made, in_bytes: made * BYTES, ..LinkCounters::default() };
        let reading = LinkReading {
            at: clock::now(),
            host: self.shared.host.clone(),
            interface: INTERFACE.into(),
            index: 1,
            state: "up".into(),
            speed: None,
            counters,
        };
        Ok(if interfaces.contains(INTERFACE, true) { vec![reading] } else { Vec::new() })
    }

    async fn counts(&self, stream: StreamId) -> Option<Reading> {
        let streams = self.shared.streams();
        let Counted { matched, segments, bytes, .. } = streams.get(&stream)?.counted;
        let mut sums = DirectionCounts::default();
        if let Some(received) = sums.first_mut() {
            *received = Sum { packets: matched, segments, bytes };
        }
        Some(Reading { at: self.now(), sums })
    }

    fn own_ports(&self, _host: HostId) -> Arc<BTreeSet<u16>> {
        Arc::default()
    }
}
