//! The thread that takes flows from the kernel, and what it is told.
//!
//! Swapping and reading a table can take tens of milliseconds, for which streams that begin or end cannot wait: the
//! thread is handed the table and reads it by itself. Orders reach it in the order in which they were given, so
//! that what one has been told of is done when the next comes.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use thiserror::Error;
use tracing::{error, warn};
use xdplive_loader::{AskError, MapLoader};
use xdplive_packet::{accounting::flows, event::Direction};
use xdplive_source::{
    Cut, Decapsulate, FlowQueue, FlowSnapshot, Host, InterfaceNumber, Taken, until_reading,
};

use crate::{
    bpf::{ArrayOfMaps, Cpus, HashMap, LayoutError, PerCpuArray},
    clock,
    flow_table::{FlowError, FlowMaps, FlowTable},
    in_force::InForceMap,
};

/// Shortest time between two readings of the table.
pub const SHORTEST_INTERVAL: Duration = Duration::from_millis(100);
/// Longest time between two readings of the table.
pub const LONGEST_INTERVAL: Duration = Duration::from_secs(60);
/// Time before a table that could not be had is asked for again.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why there is no table.
#[derive(Debug, Error)]
enum NoTable {
    /// The loader makes none.
    #[error(transparent)]
    Loader(#[from] AskError),
    /// It cannot be put in force.
    #[error(transparent)]
    Flow(#[from] FlowError),
    /// The loader has sent something else.
    #[error(transparent)]
    Layout(#[from] LayoutError),
}

/// What it takes to make the table of flows.
#[derive(Clone)]
pub struct FlowTables {
    loader: Arc<MapLoader>,
    beside_outer: Arc<ArrayOfMaps>,
    tables_outer: Arc<ArrayOfMaps>,
    in_force: Arc<InForceMap>,
    cpus: Cpus,
    entries: u32,
}

impl FlowTables {
    /// For tables of so many entries, on a machine with room for so many CPUs.
    #[must_use]
    pub fn new(
        loader: Arc<MapLoader>,
        beside_outer: ArrayOfMaps,
        tables_outer: ArrayOfMaps,
        in_force: Arc<InForceMap>,
        cpus: Cpus,
        entries: u32,
    ) -> Self {
        let (beside_outer, tables_outer) = (Arc::new(beside_outer), Arc::new(tables_outer));
        Self { loader, beside_outer, tables_outer, in_force, cpus, entries }
    }

    fn make(&self) -> Result<FlowTable, NoTable> {
        let [first, second] = self.loader.flow_tables(self.entries)?;
        let maps = FlowMaps {
            beside_outer: Arc::clone(&self.beside_outer),
            tables_outer: Arc::clone(&self.tables_outer),
            tables: [HashMap::new(first)?, HashMap::new(second)?],
            in_force: Arc::clone(&self.in_force),
        };
        Ok(FlowTable::begin(maps, self.cpus)?)
    }

    fn add(&self, table: &mut FlowTable, interface: InterfaceNumber) -> Result<(), NoTable> {
        if !table.has_room(interface) {
            let [first, second] = self.loader.beside()?;
            table.add_room(interface, [PerCpuArray::new(first)?, PerCpuArray::new(second)?])?;
        }
        table.add(interface);
        Ok(())
    }
}

/// What one who asks for flows wants.
#[derive(Clone, Debug)]
pub struct Want {
    /// Time between two snapshots at most.
    pub interval: Duration,
    /// Which of a packet's headers count.
    pub decapsulate: Decapsulate,
    /// Where they go.
    pub queue: Arc<FlowQueue>,
}

impl Want {
    /// What has to be counted for it: a bit of [`flows`].
    #[must_use]
    pub const fn kind(&self) -> u32 {
        match self.decapsulate {
            Decapsulate::None => flows::OUTER,
            Decapsulate::Inner => flows::INNER,
        }
    }
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

/// What the thread is to do.
pub enum Order {
    /// Have the table made from these when it is needed.
    Open(FlowTables),
    /// Have an interface's snapshots go to these. Without anybody, its flows are counted no more.
    Serve { interface: InterfaceNumber, name: Arc<str>, overflow: Arc<Overflow>, wants: Vec<Want> },
    /// Flows are counted for this one.
    Begin(Arc<FlowQueue>),
    /// Nothing more comes for this one.
    Close(Arc<FlowQueue>),
}

/// An interface whose flows somebody needs.
struct Served {
    name: Arc<str>,
    overflow: Arc<Overflow>,
    wants: Vec<Want>,
}

/// The thread: takes what is due, and orders between.
pub struct Server {
    host: Host,
    tables: Option<FlowTables>,
    table: Option<FlowTable>,
    served: BTreeMap<InterfaceNumber, Served>,
    next: Option<Instant>,
    /// What was last said of a table that cannot be had.
    said: Option<String>,
}

impl Server {
    /// For flows of `host`; nobody needs any yet.
    pub const fn new(host: Host) -> Self {
        Self { host, tables: None, table: None, served: BTreeMap::new(), next: None, said: None }
    }

    /// Works off orders until nobody can give any more.
    pub fn run(mut self, orders: &Receiver<Order>) {
        loop {
            let order = match self.next {
                Some(due) => orders.recv_timeout(due.saturating_duration_since(Instant::now())),
                None => orders.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match order {
                Ok(first) => {
                    // Orders that wait already are taken together, so that the table is taken once for all.
                    let mut changed = false;
                    let mut tell = Vec::new();
                    for order in std::iter::once(first).chain(orders.try_iter()) {
                        match order {
                            Order::Open(tables) => self.tables = Some(tables),
                            Order::Serve { interface, name, overflow, wants } => {
                                // Those who leave get what was counted until now.
                                if !changed {
                                    self.take();
                                    changed = true;
                                }
                                self.serve(interface, Served { name, overflow, wants });
                            }
                            Order::Begin(queue) => tell.push((queue, true)),
                            Order::Close(queue) => tell.push((queue, false)),
                        }
                    }
                    if changed {
                        self.settle();
                    }
                    for (queue, begins) in tell {
                        if begins { queue.begin() } else { queue.close() }
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if self.next.is_some_and(|next| next <= Instant::now()) {
                if self.missing() {
                    self.settle();
                } else {
                    self.take();
                }
                self.schedule();
            }
        }
        self.take();
        self.served.values().flat_map(|served| &served.wants).for_each(|want| want.queue.close());
    }

    fn serve(&mut self, interface: InterfaceNumber, served: Served) {
        if served.wants.is_empty() {
            self.served.remove(&interface);
            self.table.as_mut().into_iter().for_each(|table| table.remove(interface));
        } else {
            self.served.insert(interface, served);
        }
    }

    /// Whether an interface is not counted that should be.
    fn missing(&self) -> bool {
        let counts =
            |interface: &InterfaceNumber| self.table.as_ref().is_some_and(|table| table.counts(*interface));
        self.served.keys().any(|interface| !counts(interface))
    }

    /// Makes a table where one is needed, adds the interfaces that are not in it, and takes what was counted before
    /// anybody had asked. Where that is not possible, it is tried again later.
    fn settle(&mut self) {
        if self.served.is_empty() {
            self.table = None;
        } else {
            match self.add_missing() {
                Ok(()) => self.said = None,
                Err(error) => {
                    let text = format!("flows cannot be counted: {error}");
                    if self.said.as_ref() != Some(&text) {
                        warn!("{text}; trying again every {} s", PATIENCE.as_secs());
                        self.said = Some(text);
                    }
                }
            }
            self.take();
        }
        self.schedule();
    }

    fn add_missing(&mut self) -> Result<(), NoTable> {
        let Some(tables) = &self.tables else { return Ok(()) };
        let table = match &mut self.table {
            Some(table) => table,
            None => self.table.insert(tables.make()?),
        };
        for interface in self.served.keys() {
            if !table.counts(*interface) {
                tables.add(table, *interface)?;
            }
        }
        Ok(())
    }

    fn schedule(&mut self) {
        let shortest = self.served.values().flat_map(|served| &served.wants).map(|want| want.interval).min();
        let missing = self.missing();
        self.next = shortest.map(|shortest| {
            let interval = shortest.clamp(SHORTEST_INTERVAL, LONGEST_INTERVAL);
            let now = Instant::now();
            if missing {
                return now + PATIENCE.min(interval.max(Duration::from_secs(1)));
            }
            // Where reading takes longer than the interval, some are left out; what was counted is in the next.
            now + until_reading(clock::now().wall, interval)
        });
    }

    /// Hands what was counted to all who want it.
    fn take(&mut self) {
        let Some(table) = &mut self.table else { return };
        let begun = clock::processor_time();
        match table.take() {
            Ok(all) => {
                let cpu = clock::processor_time().saturating_sub(begun);
                let cpu = cpu / u32::try_from(all.len()).unwrap_or(u32::MAX).max(1);
                let clock = clock::wall_clock();
                for (interface, counted) in all {
                    let Some(served) = self.served.get(&interface) else { continue };
                    let snapshot = |taken: Taken| {
                        let (host, interface) = (self.host.clone(), Arc::clone(&served.name));
                        let (taken, cut) = (taken.by(clock), Cut::default());
                        Arc::new(FlowSnapshot { host, interface, taken, cut, cpu })
                    };
                    served.overflow.add(&counted.outer);
                    let outer = snapshot(counted.outer);
                    // Where no packet carries another, both are the same.
                    let inner = counted.inner.map_or_else(|| Arc::clone(&outer), snapshot);
                    for want in &served.wants {
                        want.queue.push(Arc::clone(match want.decapsulate {
                            Decapsulate::None => &outer,
                            Decapsulate::Inner => &inner,
                        }));
                    }
                }
            }
            // Nothing is lost: it comes with the next one.
            Err(error) => {
                let text = error.to_string();
                if self.said.as_ref() != Some(&text) {
                    error!("{text}");
                    self.said = Some(text);
                }
            }
        }
    }
}
