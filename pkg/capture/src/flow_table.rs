//! The table of flows of one interface.
//!
//! It has two banks, of which the programs use one. Taking what was counted puts the other one in force, by an update
//! that returns when no program uses the first any more; that is then final, is read and emptied. No packet is
//! missed and none is counted twice. See `xdplive_packet::flow`.

mod sys;

use std::io;

use aya::util::nr_cpus;
use bytemuck::{Zeroable, zeroed_vec};
use thiserror::Error;
use xdplive_packet::{
    event::Direction,
    flow::{BANKS, Beside, FlowCounters, FlowKey, Sum},
};

use crate::{clock::monotonic, loader::FlowMaps};

/// Entries that are read with one system call: 416 KiB.
const BATCH: usize = 4096;

/// Why flows cannot be counted, or read.
#[derive(Debug, Error)]
pub enum FlowError {
    /// The number of CPUs is not to be had.
    #[error("the kernel does not tell its number of CPUs ({0}): {1}")]
    Cpus(&'static str, #[source] io::Error),
    /// A bank cannot be put in force or out of it.
    #[error("the flow table cannot be changed: {0}")]
    Swap(#[source] io::Error),
    /// The entries are not to be had.
    #[error("the flow table cannot be read: {0}")]
    Read(#[source] io::Error),
}

/// What was counted between two moments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Since when packets are counted here: nanoseconds of `CLOCK_MONOTONIC`.
    pub from: u64,
    /// Until when. A packet seen while the banks were swapped, which takes some milliseconds, may be on either side.
    pub to: u64,
    /// The flows, in no order. After an error while reading, a flow can be there twice.
    pub entries: Vec<(FlowKey, FlowCounters)>,
    /// Packets of flows for which the table had no room, by [`Direction`].
    pub other: [Sum; Direction::ALL.len()],
    /// TCP packets by flag, FIN to CWR, by [`Direction`]. A packet with two flags is part of both.
    pub tcp_flags: [[Sum; 8]; Direction::ALL.len()],
}

impl Taken {
    /// All packets.
    #[must_use]
    pub fn sum(&self) -> Sum {
        let mut sum = Sum::default();
        self.entries.iter().map(|(_, counters)| &counters.sum).chain(&self.other).for_each(|one| sum += *one);
        sum
    }

    /// Packets as the hook saw them, by [`Direction`].
    #[must_use]
    pub fn packets(&self) -> [u64; Direction::ALL.len()] {
        Direction::ALL.map(|direction| {
            let flows = self.entries.iter().filter(|(key, _)| key.direction() == direction);
            let other = self.other.get(direction as usize).map_or(0, |other| other.packets);
            flows.map(|(_, counters)| counters.sum.packets).sum::<u64>() + other
        })
    }
}

/// A table in force. Dropping it takes it out of force and frees its memory.
#[derive(Debug)]
pub struct FlowTable {
    maps: FlowMaps,
    /// The bank in force.
    bank: usize,
    /// Since when packets are counted that have not been taken.
    since: u64,
    /// What has been read and could not be handed out yet.
    read: Taken,
    /// A value for each possible CPU.
    cpus: Vec<Beside>,
}

impl FlowTable {
    /// Puts empty maps in force: every packet is counted from now on.
    ///
    /// # Errors
    /// [`FlowError::Cpus`] or [`FlowError::Swap`].
    pub fn begin(maps: FlowMaps) -> Result<Self, FlowError> {
        let cpus = nr_cpus().map_err(|(path, error)| FlowError::Cpus(path, error))?;
        let cpus = zeroed_vec(cpus);
        let mut table = Self { maps, bank: 0, since: 0, read: Taken::default(), cpus };
        for ((bank, inner), number) in (0..BANKS).zip(&table.maps.tables).zip(0..) {
            sys::put_map(table.maps.tables_outer.fd(), number, inner.fd()).map_err(FlowError::Swap)?;
            for direction in Direction::ALL {
                clear(&table.maps, bank, direction, &mut table.cpus).map_err(FlowError::Swap)?;
            }
        }
        table.put_in_force(0)?;
        table.since = monotonic();
        Ok(table)
    }

    /// Takes what has been counted since the last time, or since the beginning. Takes as long as the kernel waits for
    /// programs, some milliseconds, and up to a tenth of a second for 65,536 flows.
    ///
    /// # Errors
    /// [`FlowError::Swap`]: nothing has changed. [`FlowError::Read`]: what is missing comes with a later call.
    pub fn take(&mut self) -> Result<Taken, FlowError> {
        let ended = self.bank;
        self.put_in_force((ended + 1) % BANKS)?;
        self.read.to = monotonic();
        self.read(ended).map_err(FlowError::Read)?;
        let to = self.read.to;
        let taken = Taken { from: self.since, ..std::mem::take(&mut self.read) };
        self.since = to;
        Ok(taken)
    }

    fn put_in_force(&mut self, bank: usize) -> Result<(), FlowError> {
        let Some(beside) = self.maps.beside.get(bank) else { return Ok(()) };
        sys::put_map(self.maps.beside_outer.fd(), 0, beside.fd()).map_err(FlowError::Swap)?;
        self.bank = bank;
        Ok(())
    }

    /// Reads and empties a bank that no program uses.
    fn read(&mut self, bank: usize) -> io::Result<()> {
        let (Some(table), Some(beside)) = (self.maps.tables.get(bank), self.maps.beside.get(bank)) else {
            return Ok(());
        };
        let entries = &mut self.read.entries;
        sys::drain(table.fd(), BATCH, |key, counters| entries.push((key, counters)))?;
        let sums = self.read.other.iter_mut().zip(&mut self.read.tcp_flags);
        for (direction, (other, tcp_flags)) in Direction::ALL.into_iter().zip(sums) {
            sys::read_per_cpu(beside.fd(), direction as u32, &mut self.cpus)?;
            let counted = self.cpus.clone();
            // Before it is added, so that nothing is added twice where this fails.
            clear(&self.maps, bank, direction, &mut self.cpus)?;
            for cpu in &counted {
                *other += cpu.other;
                for (sum, more) in tcp_flags.iter_mut().zip(cpu.tcp_flags()) {
                    *sum += more;
                }
            }
        }
        Ok(())
    }
}

impl Drop for FlowTable {
    fn drop(&mut self) {
        // Where the kernel does not take them out, they go with the capture.
        let _ = sys::take_map(self.maps.beside_outer.fd(), 0);
        for bank in (0..).take(BANKS) {
            let _ = sys::take_map(self.maps.tables_outer.fd(), bank);
        }
    }
}

/// Writes zeros over what is counted beside a bank's table in one direction.
fn clear(maps: &FlowMaps, bank: usize, direction: Direction, cpus: &mut [Beside]) -> io::Result<()> {
    let Some(beside) = maps.beside.get(bank) else { return Ok(()) };
    cpus.fill(Beside { bank: bank as u64, ..Zeroable::zeroed() });
    sys::write_per_cpu(beside.fd(), direction as u32, cpus)
}
