//! The table of flows that all interfaces share.
//!
//! It has two banks, of which the programs use one. Taking what was counted puts the other one in force, and waits until
//! no program uses the first any more; that is then final, is read and emptied. No packet is missed and none is counted
//! twice. See `xdplive_packet::flow`.

mod stretches;

use std::{
    collections::{BTreeMap, HashMap as Flows},
    io,
    ops::Range,
    sync::Arc,
    time::Instant,
};

use thiserror::Error;
use xdplive_packet::{
    event::Direction,
    flow::{BANKS, Beside, FlowCounters, FlowKey, FlowRecord, Sum, View, beside_entry, beside_map},
};
use xdplive_source::{InterfaceNumber, Taken};

use self::stretches::Stretches;
use crate::{
    bpf::{ArrayOfMaps, Cpus, HashMap, PerCpu, PerCpuArray},
    clock::monotonic,
    in_force::InForceMap,
};

/// Entries that are read with one system call: 736 KiB.
const BATCH: usize = 4096;

/// Why flows cannot be counted, or read.
#[derive(Debug, Error)]
pub enum FlowError {
    /// A bank cannot be put in force or out of it.
    #[error("the flow table cannot be changed: {0}")]
    Swap(#[source] io::Error),
    /// The entries are not to be had.
    #[error("the flow table cannot be read: {0}")]
    Read(#[source] io::Error),
}

/// What a table is made of.
#[derive(Debug)]
pub struct FlowMaps {
    /// The array of maps with what is counted beside the tables.
    pub beside_outer: Arc<ArrayOfMaps>,
    /// The array of maps with the tables.
    pub tables_outer: Arc<ArrayOfMaps>,
    /// The tables, by bank.
    pub tables: [HashMap<FlowKey, FlowRecord>; BANKS],
    /// Says which bank is counted into, and waits for programs.
    pub in_force: Arc<InForceMap>,
}

/// A table in force. Dropping it takes it out of force and frees its memory.
#[derive(Debug)]
pub struct FlowTable {
    maps: FlowMaps,
    /// What is counted beside the tables, by number of the map.
    beside: BTreeMap<u32, PerCpuArray<Beside>>,
    /// The bank in force.
    bank: u32,
    /// Interfaces whose flows are counted, and since when those are counted that have not been taken.
    since: BTreeMap<InterfaceNumber, u64>,
    /// Flows that have been read and could not be handed out yet.
    entries: BTreeMap<InterfaceNumber, Vec<(FlowKey, FlowCounters)>>,
    /// What was counted beside the tables, read and not handed out yet.
    besides: BTreeMap<InterfaceNumber, [Beside; Direction::ALL.len()]>,
    /// How far the data of flows had come.
    stretches: Stretches,
    /// A value for each possible CPU.
    cpus: PerCpu<Beside>,
}

impl FlowTable {
    /// Puts empty maps in force, whose per-CPU values are for so many CPUs; nobody's flows are counted yet.
    ///
    /// # Errors
    /// [`FlowError::Swap`].
    pub fn begin(maps: FlowMaps, cpus: Cpus) -> Result<Self, FlowError> {
        for (number, inner) in (0..).zip(&maps.tables) {
            maps.tables_outer.put(number, inner).map_err(FlowError::Swap)?;
        }
        maps.in_force.set_flow_bank(0);
        let (beside, since) = (BTreeMap::new(), BTreeMap::new());
        let (entries, besides) = (BTreeMap::new(), BTreeMap::new());
        let stretches = Stretches::new(Instant::now());
        Ok(Self { maps, beside, bank: 0, since, entries, besides, stretches, cpus: PerCpu::zeroed(cpus) })
    }

    /// Whether there is room for what is counted of an interface beside the tables.
    #[must_use]
    pub fn has_room(&self, interface: InterfaceNumber) -> bool {
        self.beside.contains_key(&beside_map(interface.into(), 0))
    }

    /// Adds that room: `inner` is for the interface and its neighbours, by bank, and empty.
    ///
    /// # Errors
    /// [`FlowError::Swap`].
    pub fn add_room(
        &mut self,
        interface: InterfaceNumber,
        inner: [PerCpuArray<Beside>; BANKS],
    ) -> Result<(), FlowError> {
        for (bank, inner) in (0..).zip(inner) {
            let map = beside_map(interface.into(), bank);
            self.maps.beside_outer.put(map, &inner).map_err(FlowError::Swap)?;
            self.beside.insert(map, inner);
        }
        Ok(())
    }

    /// Whether an interface's flows are counted.
    #[must_use]
    pub fn counts(&self, interface: InterfaceNumber) -> bool {
        self.since.contains_key(&interface)
    }

    /// Has an interface's flows counted from now on; there has to be room. Its programs are to count them already:
    /// what they have counted is nobody's, and is dropped with the next [`Self::take`], which is to follow.
    pub fn add(&mut self, interface: InterfaceNumber) {
        self.since.insert(interface, u64::MAX);
    }

    /// An interface's flows are counted no more.
    pub fn remove(&mut self, interface: InterfaceNumber) {
        self.since.remove(&interface);
        self.entries.remove(&interface);
        self.besides.remove(&interface);
    }

    /// Takes what has been counted of each interface since the last time, or since its beginning. Takes as long as the
    /// kernel waits for programs, some milliseconds, and up to a tenth of a second for 65,536 flows.
    ///
    /// # Errors
    /// [`FlowError::Swap`]: nothing has changed. [`FlowError::Read`]: what is missing comes with a later call.
    pub fn take(&mut self) -> Result<Vec<(InterfaceNumber, Counted)>, FlowError> {
        let ended = self.bank;
        self.bank = (ended + 1) % BANKS as u32;
        self.maps.in_force.set_flow_bank(self.bank);
        if let Err(error) = self.maps.in_force.settle() {
            // Some programs may have begun to count into the other bank; both are right, and this one is read next.
            return Err(FlowError::Swap(error));
        }
        let to = monotonic();
        self.read_entries(ended).map_err(FlowError::Read)?;
        let interfaces: Vec<InterfaceNumber> = self.since.keys().copied().collect();
        for interface in &interfaces {
            self.read_beside(ended, *interface).map_err(FlowError::Read)?;
        }
        // From here on nothing fails: what was read is handed out whole, or all of it later.
        let mut all = Vec::with_capacity(interfaces.len());
        for interface in interfaces {
            let entries = self.entries.remove(&interface).unwrap_or_default();
            let [received, sent] = self.besides.remove(&interface).unwrap_or_default();
            let since = self.since.insert(interface, to).unwrap_or(u64::MAX);
            // What was counted before anybody had asked is nobody's.
            if since != u64::MAX {
                all.push((interface, Counted::new(since..to, entries, &[received, sent])));
            }
        }
        // Of interfaces that are counted no more.
        self.entries.clear();
        self.besides.clear();
        Ok(all)
    }

    /// Reads and empties the table of a bank that no program uses.
    fn read_entries(&mut self, bank: u32) -> io::Result<()> {
        let Some(table) = self.maps.tables.get(bank as usize) else { return Ok(()) };
        let Self { entries, stretches, .. } = self;
        stretches.age(Instant::now());
        table.drain(BATCH, |key, mut record| {
            stretches.join(&key, &mut record);
            // Whoever gets it knows where it is from, and compares flows of several interfaces.
            let flow = FlowKey { interface: 0, ..key };
            entries.entry(key.interface).or_default().push((flow, record.counters));
        })
    }

    /// Reads and empties what was counted of an interface beside the table of a bank that no program uses.
    fn read_beside(&mut self, bank: u32, interface: InterfaceNumber) -> io::Result<()> {
        let Some(beside) = self.beside.get(&beside_map(interface.into(), bank)) else { return Ok(()) };
        let sums = self.besides.entry(interface).or_default();
        for (direction, sum) in Direction::ALL.into_iter().zip(sums) {
            let entry = beside_entry(interface.into(), direction);
            beside.read(entry, &mut self.cpus)?;
            let counted = self.cpus.clone();
            // Before it is added, so that nothing is added twice where this fails.
            self.cpus.fill(Beside::default());
            beside.write(entry, &self.cpus)?;
            counted.iter().for_each(|cpu| *sum += cpu);
        }
        Ok(())
    }
}

/// What was counted of an interface.
#[derive(Debug)]
pub struct Counted {
    /// By the outermost headers.
    pub outer: Taken,
    /// By the innermost; none where they are the same, because no packet was found to carry another.
    pub inner: Option<Taken>,
}

impl Counted {
    fn new(
        time: Range<u64>,
        entries: Vec<(FlowKey, FlowCounters)>,
        besides: &[Beside; Direction::ALL.len()],
    ) -> Self {
        let carries = |beside: &Beside| {
            [View::Outer, View::Inner].into_iter().any(|view| other(beside, view).packets != 0)
        };
        if entries.iter().all(|(key, _)| key.view() == View::Whole) && !besides.iter().any(carries) {
            let other = besides.each_ref().map(|beside| other(beside, View::Whole));
            let tcp_flags = besides.each_ref().map(|beside| beside.tcp_flags);
            let outer = Taken { from: time.start, to: time.end, entries, other, tcp_flags };
            return Self { outer, inner: None };
        }
        let seen_as = |view: View| {
            // Whoever gets it has one kind of flows only; one that began before anybody looked inside is there twice.
            let mut flows: Flows<FlowKey, FlowCounters> = Flows::new();
            for (key, counters) in entries.iter().filter(|(key, _)| [View::Whole, view].contains(&key.view()))
            {
                *flows.entry(key.seen_whole()).or_default() += *counters;
            }
            let both = |beside: &Beside| {
                let mut sum = other(beside, View::Whole);
                sum += other(beside, view);
                sum
            };
            let flags = |beside: &Beside| {
                let mut flags = beside.tcp_flags;
                if view == View::Inner {
                    flags.iter_mut().zip(&beside.inner_tcp_flags).for_each(|(sum, more)| *sum += *more);
                }
                flags
            };
            Taken {
                from: time.start,
                to: time.end,
                entries: flows.into_iter().collect(),
                other: besides.each_ref().map(both),
                tcp_flags: besides.each_ref().map(flags),
            }
        };
        Self { outer: seen_as(View::Outer), inner: Some(seen_as(View::Inner)) }
    }
}

/// Packets for which the table had no room.
fn other(beside: &Beside, view: View) -> Sum {
    beside.other.get(view as usize).copied().unwrap_or_default()
}

impl Drop for FlowTable {
    fn drop(&mut self) {
        // Where the kernel does not take them out, they go with the process.
        for bank in (0..).take(BANKS) {
            let _ = self.maps.tables_outer.take(bank);
        }
        for map in self.beside.keys() {
            let _ = self.maps.beside_outer.take(*map);
        }
    }
}
