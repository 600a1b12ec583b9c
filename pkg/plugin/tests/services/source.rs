//! A source that does what a test says.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytemuck::Zeroable as _;
use tokio::sync::{mpsc, oneshot};
use xdplive_capture::clock;
use xdplive_packet::{Event, Headers, Hook, headers::present};
use xdplive_source::{
    Batch, Counted, DirectionCounts, FlowFeed, FlowQueue, HeaderBytes, HookAccounts, Host, HostId, HostSet,
    InForce, Interface, InterfaceSet, Interfaces, IsShown, LeftOut, Link, LinkReading, Moment, Names, Origin,
    Prepared, Queue, Reading, Report, Request, Row, RowCounts, Source, SourceError, StreamId, Subscription,
    Tunnels, WallClock,
};

use crate::grafana::patiently;

/// A made-up machine. Everything on it can be watched, unless there is a `refusal`.
pub(crate) struct Machine {
    pub(crate) host: Host,
    /// How far its clock is ahead of the one that all times leave by, ns.
    pub(crate) ahead: i64,
    pub(crate) interfaces: Interfaces,
    pub(crate) report: Report,
    /// Why packets cannot be had.
    pub(crate) refusal: Option<SourceError>,
    /// What is in force, whatever is asked for.
    pub(crate) in_force: Vec<InForce>,
    /// What is left out, whatever is asked for.
    pub(crate) left_out: Vec<LeftOut>,
    /// What has been counted.
    pub(crate) accounts: Vec<HookAccounts>,
    /// What kernel and cards have counted, one reading after the other; the last one stays.
    pub(crate) links: Mutex<VecDeque<Vec<LinkReading>>>,
    /// What has been counted for whatever stream.
    pub(crate) counts: Option<DirectionCounts>,
    /// Why nothing can be counted that nobody has asked for.
    pub(crate) no_shared_hook: Option<String>,
}

impl Default for Machine {
    /// A machine with `eth0`, through which the default route leads, and `wg0`.
    fn default() -> Self {
        let eth0 = Interface {
            mac: Some("02:00:00:00:00:01".to_owned()),
            addresses: vec!["192.0.2.1/24".to_owned()],
            default: true,
            ..interface("eth0", 2, Link::Ethernet)
        };
        let interfaces = [eth0, interface("wg0", 3, Link::RawIp)].into_iter().collect();
        Self {
            host: Host::only("nas"),
            ahead: 0,
            interfaces,
            report: Report { checks: Vec::new(), interfaces: Vec::new() },
            refusal: None,
            in_force: Vec::new(),
            left_out: Vec::new(),
            accounts: Vec::new(),
            links: Mutex::default(),
            counts: None,
            no_shared_hook: None,
        }
    }
}

pub(crate) fn interface(name: &str, index: u32, link: Link) -> Interface {
    Interface { state: "up".to_owned(), mtu: 1500, ..Interface::new(name, index, link) }
}

/// The [`Machine`] as the plugin sees it.
pub(crate) struct FakeSource {
    machine: Machine,
    /// What the machine has now.
    pub(crate) interfaces: Mutex<Arc<Interfaces>>,
    /// Requests in the order in which they were made ready.
    pub(crate) prepared: Mutex<Vec<Request>>,
    /// Slots that can be had.
    pub(crate) room: Arc<AtomicUsize>,
    streams: mpsc::UnboundedSender<Stream>,
}

impl FakeSource {
    /// The source, and the streams that it is asked for.
    pub(crate) fn new(machine: Machine) -> (Arc<Self>, mpsc::UnboundedReceiver<Stream>) {
        let (streams, started) = mpsc::unbounded_channel();
        (
            Arc::new(Self {
                interfaces: Mutex::new(Arc::new(machine.interfaces.clone())),
                machine,
                prepared: Mutex::default(),
                room: Arc::new(AtomicUsize::new(64)),
                streams,
            }),
            started,
        )
    }

    fn start(
        &self,
        request: &Request,
        flows: Option<(Arc<FlowQueue>, Duration)>,
    ) -> Result<Subscription, SourceError> {
        self.refused()?;
        let queue = Queue::new(100_000);
        let (end, ended) = oneshot::channel();
        let stream = Stream {
            host: self.machine.host.clone(),
            clock: self.clock(),
            request: request.clone(),
            queue: Arc::clone(&queue),
            flows,
            ended,
        };
        self.streams.send(stream).map_err(|_| SourceError::Gone)?;
        // A test that does not look for the end has dropped the other half.
        let room = Arc::clone(&self.room);
        let ended = move || {
            room.fetch_add(1, Ordering::Relaxed);
            _ = end.send(());
        };
        Ok(Subscription::new(1, clock::now(), queue, Box::new(ended)))
    }

    /// Puts the machine's times right.
    fn clock(&self) -> WallClock {
        WallClock::ahead_by(-self.machine.ahead)
    }

    fn refused(&self) -> Result<(), SourceError> {
        self.machine.refusal.clone().map_or(Ok(()), Err)
    }
}

#[async_trait]
impl Source for FakeSource {
    fn now(&self) -> Moment {
        clock::now()
    }

    fn hosts(&self) -> Arc<[Host]> {
        [self.machine.host.clone()].into()
    }

    fn interfaces(&self) -> Arc<Interfaces> {
        Arc::clone(&self.interfaces.lock().unwrap())
    }

    async fn prepare(&self, request: &Request) -> Result<Prepared, SourceError> {
        self.refused()?;
        // As many filters as there are slots for.
        let takes_slot = request.wanted.is_some();
        let room = self.room.load(Ordering::Relaxed);
        if takes_slot && room == 0 {
            let (interface, reason) = ("eth0".to_owned(), "all slots are taken".to_owned());
            return Err(SourceError::NoRoom { interface, reason });
        }
        if let InterfaceSet::Named(names) = &request.interfaces
            && let Some(missing) = names.iter().find(|name| self.machine.interfaces.get(name).is_none())
        {
            return Err(SourceError::NoSuchInterface { given: missing.clone() });
        }
        self.prepared.lock().unwrap().push(request.clone());
        Ok(Prepared { in_force: self.machine.in_force.clone(), left_out: self.machine.left_out.clone() })
    }

    async fn subscribe(&self, request: &Request) -> Result<Subscription, SourceError> {
        self.start(request, None)
    }

    async fn flows(&self, request: &Request, interval: Duration) -> Result<FlowFeed, SourceError> {
        let queue = Arc::new(FlowQueue::default());
        let subscription = self.start(request, Some((Arc::clone(&queue), interval)))?;
        Ok(FlowFeed::new(queue, subscription))
    }

    fn no_shared_hook(&self) -> Option<String> {
        self.machine.no_shared_hook.clone()
    }

    async fn report(&self, is_shown: &IsShown<'_>) -> Report {
        let mut report = self.machine.report.clone();
        report.interfaces.retain(|one| is_shown(&one.interface));
        report
    }

    async fn accounts(&self) -> Vec<HookAccounts> {
        self.machine.accounts.clone()
    }

    async fn link_counters(
        &self,
        _hosts: &HostSet,
        interfaces: &InterfaceSet,
    ) -> Result<Vec<LinkReading>, SourceError> {
        self.refused()?;
        let mut readings = self.machine.links.lock().unwrap();
        let all = if readings.len() > 1 { readings.pop_front() } else { readings.front().cloned() };
        let at = self.now();
        let chosen = all.into_iter().flatten().filter(|one| interfaces.contains(&one.interface, false));
        Ok(chosen.map(|one| LinkReading { at, ..one }).collect())
    }

    async fn counts(&self, _stream: StreamId) -> Option<Reading> {
        self.machine.counts.map(|sums| Reading { at: clock::now(), sums })
    }

    fn own_ports(&self, _host: HostId) -> Arc<BTreeSet<u16>> {
        Arc::new([443, 3000].into())
    }
}

/// The capturing end of a stream.
pub(crate) struct Stream {
    pub(crate) host: Host,
    pub(crate) clock: WallClock,
    pub(crate) request: Request,
    queue: Arc<Queue>,
    /// Where snapshots go, where it is a feed of flows, and how often they are wanted.
    pub(crate) flows: Option<(Arc<FlowQueue>, Duration)>,
    ended: oneshot::Receiver<()>,
}

impl Stream {
    /// Captures packets with these TTLs, while `thinned` others are left out.
    pub(crate) fn capture(&self, ttls: impl IntoIterator<Item = u8>, thinned: u64) {
        self.capture_at(ttls.into_iter().map(|ttl| (0, ttl)), thinned);
    }

    /// The same of packets at these times, ms of the machine's clock.
    pub(crate) fn capture_at(&self, packets: impl IntoIterator<Item = (u64, u8)>, thinned: u64) {
        let origin = Origin { host: self.host.id, interface: 0 };
        let row = |(time, ttl)| {
            let event = Event { time: time * 1_000_000, ..packet(ttl) };
            Row { origin, bytes: HeaderBytes::NONE, tunnel: Tunnels::NONE, event }
        };
        let rows = packets.into_iter().map(row).collect();
        let mut counts = RowCounts::default();
        (0..thinned).for_each(|_| counts.add(&row((0, 0))));
        let names = Names { hosts: vec![self.host.clone()], interfaces: vec!["eth0".into()] };
        self.queue.push(Batch::new(Arc::new(rows), Arc::new(names), self.clock), &counts);
    }

    /// Hands on these rows.
    pub(crate) fn push(&self, rows: Batch) {
        self.queue.push(rows, &RowCounts::default());
    }

    /// Ends it, with what the kernel has counted.
    pub(crate) fn close(&self, counted: Counted) {
        self.queue.close(counted);
    }

    /// Ends it, with what the kernel has counted at `eth0`.
    pub(crate) fn close_at_eth0(&self, counted: Counted) {
        self.queue.itemise(vec![("eth0".into(), 0, counted)]);
        self.close(counted);
    }

    /// Waits until the plugin asks for the end.
    pub(crate) async fn ended(&mut self) {
        patiently(&mut self.ended).await.expect("the plugin asks for the end and does not just forget");
    }

    /// Whether the plugin has asked for the end.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.ended.try_recv().is_ok()
    }
}

fn packet(ttl: u8) -> Event {
    let headers =
        Headers { version: 4, ttl, protocol: 17, present: present::IP | present::PROTOCOL, ..Headers::EMPTY };
    Event { hook: Hook::TcxIngress as u8, headers, ..Event::zeroed() }
}
