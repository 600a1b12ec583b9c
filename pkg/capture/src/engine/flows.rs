//! Who needs flows of which interface, and the thread that takes them from the kernel.
//!
//! Swapping and reading a table can take tens of milliseconds, for which streams that begin or end cannot wait: the
//! thread is handed the tables and reads them by itself. Orders reach it in the order in which they were given, so
//! that what one has been told of is done when the next comes.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use tracing::{error, warn};
use xdplive_packet::event::Direction;

use super::{control::Control, stream::Stream};
use crate::{
    flow_table::{FlowTable, Taken},
    loader::FlowMaps,
    reader::{RingNumber, StreamId},
    source::{FlowQueue, FlowSnapshot},
};

/// Shortest time between two readings of a table.
pub const SHORTEST_INTERVAL: Duration = Duration::from_millis(100);
/// Longest time between two readings of a table.
pub const LONGEST_INTERVAL: Duration = Duration::from_secs(60);
/// Time before a table that could not be had is asked for again.
const PATIENCE: Duration = Duration::from_secs(10);

/// What one who asks for flows wants.
#[derive(Clone, Debug)]
pub struct Want {
    /// Time between two snapshots at most.
    pub interval: Duration,
    /// Where they go.
    pub queue: Arc<FlowQueue>,
}

/// Packets of flows for which an interface's table had no room, by [`Direction`], since the interface is watched. The
/// thread adds to it whenever it has read the table.
#[derive(Debug, Default)]
pub struct Overflow([AtomicU64; Direction::ALL.len()]);

impl Overflow {
    /// Those that went this way.
    pub fn of(&self, direction: Direction) -> u64 {
        let [received, sent] = &self.0;
        match direction {
            Direction::In => received.load(Ordering::Relaxed),
            Direction::Out => sent.load(Ordering::Relaxed),
        }
    }

    fn add(&self, taken: &Taken) {
        for (overflow, other) in self.0.iter().zip(&taken.other) {
            overflow.fetch_add(other.packets, Ordering::Relaxed);
        }
    }
}

/// What the control thread knows of flows.
pub struct Flows {
    orders: Sender<Order>,
    /// By stream that holds the interfaces.
    wants: BTreeMap<StreamId, Want>,
    /// Of those, the ones the thread has been told of.
    told: BTreeSet<StreamId>,
    /// The streams that have a part in each table.
    tables: BTreeMap<RingNumber, BTreeSet<StreamId>>,
    /// Tables that could not be had, and when.
    refused: BTreeMap<RingNumber, Instant>,
}

enum Order {
    /// Have a table's snapshots go to these; `new` for a table that is not there yet. Without anybody, it goes.
    Serve { table: RingNumber, new: Option<NewTable>, wants: Vec<Want> },
    /// Flows are counted for this one.
    Begin(Arc<FlowQueue>),
    /// Nothing more comes for this one.
    Close(Arc<FlowQueue>),
}

/// A table to be put in force.
struct NewTable {
    interface: Arc<str>,
    maps: Box<FlowMaps>,
    overflow: Arc<Overflow>,
}

impl Flows {
    /// Starts the thread. It ends with this value.
    ///
    /// # Errors
    /// Where there is no thread to be had.
    pub fn start() -> io::Result<Self> {
        let (orders, receiver) = channel();
        thread::Builder::new().name("flows".to_owned()).spawn(move || serve(&receiver))?;
        Ok(Self {
            orders,
            wants: BTreeMap::new(),
            told: BTreeSet::new(),
            tables: BTreeMap::new(),
            refused: BTreeMap::new(),
        })
    }

    /// Remembers that a stream wants flows, from the next [`Control::settle_flows`] on.
    pub fn want(&mut self, stream: StreamId, want: Want) {
        self.wants.insert(stream, want);
    }

    fn order(&self, order: Order) {
        if self.orders.send(order).is_err() {
            error!("the thread that reads flows has ended");
        }
    }
}

impl Control {
    /// Has flows counted where somebody needs them, and nowhere else. To be called whenever streams have joined or
    /// are to leave, before those that began are told so.
    pub(super) fn settle_flows(&mut self) {
        let Self { flows, captures, streams, parts, .. } = self;
        if flows.wants.is_empty() {
            return;
        }
        let ending = &self.ending;
        let runs = |id: &StreamId| streams.contains_key(id) && !ending.contains(id);
        let mut open: BTreeSet<RingNumber> = BTreeSet::new();
        for capture in captures.values() {
            let joined = |stream: &Stream| stream.joined.contains(&*capture.name);
            let needed: BTreeSet<StreamId> = flows
                .wants
                .keys()
                .filter(|id| runs(id) && streams.get(id).is_some_and(joined))
                .copied()
                .collect();
            open.insert(capture.number);
            let there = flows.tables.get(&capture.number);
            let waits = flows.refused.get(&capture.number).is_some_and(|at| at.elapsed() < PATIENCE);
            if there == Some(&needed) || (there.is_none() && (needed.is_empty() || waits)) {
                continue;
            }
            let new = if there.is_some() {
                None
            } else {
                match parts.loader.open_flows(capture.number.into(), parts.settings.flow_entries) {
                    Ok(maps) => Some(NewTable {
                        interface: Arc::clone(&capture.name),
                        maps: Box::new(maps),
                        overflow: Arc::clone(&capture.flow_overflow),
                    }),
                    Err(error) => {
                        warn!("interface {}: flows cannot be counted: {error}", capture.name);
                        flows.refused.insert(capture.number, Instant::now());
                        continue;
                    }
                }
            };
            flows.refused.remove(&capture.number);
            let wants = needed.iter().filter_map(|id| flows.wants.get(id)).cloned().collect();
            flows.order(Order::Serve { table: capture.number, new, wants });
            if needed.is_empty() {
                flows.tables.remove(&capture.number);
            } else {
                flows.tables.insert(capture.number, needed);
            }
        }
        // Tables of interfaces that are no longer watched.
        for table in flows.tables.keys().copied().filter(|table| !open.contains(table)).collect::<Vec<_>>() {
            flows.tables.remove(&table);
            flows.order(Order::Serve { table, new: None, wants: Vec::new() });
        }
        for (id, want) in flows.wants.extract_if(.., |id, _| !runs(id)).collect::<Vec<_>>() {
            flows.told.remove(&id);
            flows.order(Order::Close(want.queue));
        }
        for (id, want) in &flows.wants {
            if flows.told.insert(*id) {
                let begin = Order::Begin(Arc::clone(&want.queue));
                if flows.orders.send(begin).is_err() {
                    error!("the thread that reads flows has ended");
                }
            }
        }
    }
}

/// A table that is read again and again.
struct Served {
    interface: Arc<str>,
    table: FlowTable,
    overflow: Arc<Overflow>,
    wants: Vec<Want>,
    next: Instant,
}

impl Served {
    fn interval(&self) -> Duration {
        let shortest = self.wants.iter().map(|want| want.interval).min();
        shortest.unwrap_or(LONGEST_INTERVAL).clamp(SHORTEST_INTERVAL, LONGEST_INTERVAL)
    }

    /// Hands what was counted to all who want it.
    fn take(&mut self) {
        match self.table.take() {
            Ok(taken) => {
                self.overflow.add(&taken);
                let snapshot = Arc::new(FlowSnapshot { interface: Arc::clone(&self.interface), taken });
                for want in &self.wants {
                    want.queue.push(Arc::clone(&snapshot));
                }
            }
            // Nothing is lost: it comes with the next one.
            Err(error) => error!("interface {}: {error}", self.interface),
        }
    }

    fn serve(&mut self, wants: Vec<Want>) {
        // Those who leave get what was counted until now.
        self.take();
        self.wants = wants;
        self.next = Instant::now() + self.interval();
    }
}

/// The thread: takes what is due, and orders between.
fn serve(orders: &Receiver<Order>) {
    let mut tables: BTreeMap<RingNumber, Served> = BTreeMap::new();
    loop {
        let due = tables.values().map(|served| served.next).min();
        let order = match due {
            Some(due) => orders.recv_timeout(due.saturating_duration_since(Instant::now())),
            None => orders.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match order {
            Ok(Order::Serve { table, new, wants }) => serve_table(&mut tables, table, new, wants),
            Ok(Order::Begin(queue)) => queue.begin(),
            Ok(Order::Close(queue)) => queue.close(),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        let now = Instant::now();
        for served in tables.values_mut().filter(|served| served.next <= now) {
            served.take();
            // Where reading takes longer than the interval, some are left out; what was counted is in the next.
            served.next = (served.next + served.interval()).max(Instant::now());
        }
    }
    for mut served in tables.into_values() {
        served.take();
        served.wants.iter().for_each(|want| want.queue.close());
    }
}

fn serve_table(
    tables: &mut BTreeMap<RingNumber, Served>,
    number: RingNumber,
    new: Option<NewTable>,
    wants: Vec<Want>,
) {
    if let Some(NewTable { interface, maps, overflow }) = new {
        match FlowTable::begin(*maps) {
            Ok(table) => {
                let mut served = Served { interface, table, overflow, wants, next: Instant::now() };
                served.next += served.interval();
                tables.insert(number, served);
            }
            Err(error) => error!("interface {interface}: {error}"),
        }
    } else if wants.is_empty() {
        if let Some(mut served) = tables.remove(&number) {
            served.take();
        }
    } else if let Some(served) = tables.get_mut(&number) {
        served.serve(wants);
    }
}
