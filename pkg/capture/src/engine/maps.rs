//! What the engine does with the maps that kernel programs and it share. Needs no capability: the loader has sent their
//! descriptors.

use std::{collections::BTreeMap, io, os::fd::OwnedFd, sync::Arc};

use bytemuck::{Zeroable, zeroed_vec};
use xdplive_loader::{AskError, MapLoader, SharedMaps, protocol::LoaderError};
use xdplive_packet::{
    accounting::{CELLS, Configuration, SlotCounters},
    budget::Bucket,
    classify::Tables,
};

use crate::{bpf, in_force::InForceMap};

/// The maps as the engine uses them. A fake stands in for them in tests.
pub trait Maps: Send {
    /// Writes a configuration that no program can find.
    ///
    /// # Errors
    /// The kernel's; so below.
    fn configure(&mut self, number: u32, configuration: &Configuration) -> io::Result<()>;

    /// Writes a place of `InForce`, at once for all programs that look from now on.
    fn place(&mut self, place: usize, value: u64);

    /// Waits until no program runs any more that began before this was called.
    ///
    /// # Errors
    /// See [`Self::configure`].
    fn settle(&mut self) -> io::Result<()>;

    /// Has programs find these tables under a number that no configuration in force has.
    ///
    /// # Errors
    /// Any [`AskError`].
    fn put_tables(&mut self, number: u32, tables: &Tables) -> Result<(), AskError>;

    /// Frees the tables of a number that no configuration in force has.
    fn drop_tables(&mut self, number: u32);

    /// Makes the map with this number of the pool of counters.
    ///
    /// # Errors
    /// Any [`AskError`].
    fn add_cells(&mut self, map: u32) -> Result<(), AskError>;

    /// Reads all cells of a map of the pool, added up over all CPUs.
    ///
    /// # Errors
    /// See [`Self::configure`].
    fn read_map(&mut self, map: u32) -> io::Result<Vec<SlotCounters>>;

    /// Reads the cells from `first` on, added up over all CPUs.
    ///
    /// # Errors
    /// See [`Self::configure`].
    fn read(&mut self, first: u32, cells: &mut [SlotCounters]) -> io::Result<()>;

    /// Has a budget begin anew.
    ///
    /// # Errors
    /// See [`Self::configure`].
    fn empty_budget(&mut self, number: u32) -> io::Result<()>;
}

/// A budget as the host sees it: it only ever empties one, by all zeros.
type Budget = [u64; size_of::<Bucket>() / size_of::<u64>()];

/// Maps of tables that nobody uses now, kept for the next set of filters: making one takes the kernel a while.
const SPARE_TABLES: usize = 2;

/// The maps of the kernel.
pub struct KernelMaps {
    loader: Arc<MapLoader>,
    in_force: Arc<InForceMap>,
    configurations: OwnedFd,
    tables_outer: OwnedFd,
    tables: BTreeMap<u32, OwnedFd>,
    spare: Vec<OwnedFd>,
    counters_outer: OwnedFd,
    cells: BTreeMap<u32, OwnedFd>,
    /// A map of cells that is made and not in use yet.
    spare_cells: Option<OwnedFd>,
    budgets: OwnedFd,
    /// Room for the values of one cell.
    cpus: Vec<SlotCounters>,
}

/// What of the shared maps the engine does not keep for itself.
pub struct Rest {
    /// The ring buffer.
    pub events: OwnedFd,
    /// What is counted beside the tables of flows, an array of maps.
    pub flows_beside: OwnedFd,
    /// The tables of flows, an array of maps.
    pub flow_tables: OwnedFd,
    /// The places, and waiting for programs.
    pub in_force: Arc<InForceMap>,
    /// The number of CPUs that per-CPU maps have values for.
    pub cpus: usize,
}

impl KernelMaps {
    /// Uses these maps.
    ///
    /// # Errors
    /// Where they cannot be mapped, or the number of CPUs is not to be had.
    pub fn new(loader: Arc<MapLoader>, maps: SharedMaps) -> Result<(Self, Rest), AskError> {
        let failed = |error: io::Error| {
            let (action, reason) = ("using the maps".to_owned(), error.to_string());
            AskError::Loader(LoaderError::Failed { action, reason })
        };
        let SharedMaps {
            events,
            in_force,
            configurations,
            tables,
            counters,
            budgets,
            flows_beside,
            flow_tables,
            barrier,
            barrier_inner,
        } = maps;
        // The first map of counters is needed anyway, and says how many CPUs there are.
        let first = loader.cells()?;
        let cpus = bpf::count_cpus::<SlotCounters>(&first).map_err(failed)?;
        let in_force = Arc::new(InForceMap::new(&in_force, barrier, barrier_inner).map_err(failed)?);
        let ours = Self {
            loader,
            in_force: Arc::clone(&in_force),
            configurations,
            tables_outer: tables,
            tables: BTreeMap::new(),
            spare: Vec::new(),
            counters_outer: counters,
            cells: BTreeMap::new(),
            spare_cells: Some(first),
            budgets,
            cpus: zeroed_vec(cpus),
        };
        Ok((ours, Rest { events, flows_beside, flow_tables, in_force, cpus }))
    }

    fn cell_map(&self, map: u32) -> io::Result<&OwnedFd> {
        self.cells.get(&map).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Maps for KernelMaps {
    fn configure(&mut self, number: u32, configuration: &Configuration) -> io::Result<()> {
        bpf::write(&self.configurations, number, configuration)
    }

    fn place(&mut self, place: usize, value: u64) {
        self.in_force.place(place, value);
    }

    fn settle(&mut self) -> io::Result<()> {
        self.in_force.settle()
    }

    fn put_tables(&mut self, number: u32, tables: &Tables) -> Result<(), AskError> {
        let map = match self.spare.pop() {
            Some(map) => map,
            None => self.loader.tables()?,
        };
        let put = bpf::write(&map, 0, tables).and_then(|()| bpf::put_map(&self.tables_outer, number, &map));
        put.map_err(|error| {
            let action = "putting tables of filters in force".to_owned();
            AskError::Loader(LoaderError::Failed { action, reason: error.to_string() })
        })?;
        self.tables.insert(number, map);
        Ok(())
    }

    fn drop_tables(&mut self, number: u32) {
        // Where the kernel keeps it, it is replaced when the number is used again.
        let _ = bpf::take_map(&self.tables_outer, number);
        if let Some(map) = self.tables.remove(&number)
            && self.spare.len() < SPARE_TABLES
        {
            self.spare.push(map);
        }
    }

    fn add_cells(&mut self, map: u32) -> Result<(), AskError> {
        let inner = match self.spare_cells.take() {
            Some(inner) => inner,
            None => self.loader.cells()?,
        };
        bpf::put_map(&self.counters_outer, map, &inner).map_err(|error| {
            let action = "adding counters".to_owned();
            AskError::Loader(LoaderError::Failed { action, reason: error.to_string() })
        })?;
        self.cells.insert(map, inner);
        Ok(())
    }

    fn read_map(&mut self, map: u32) -> io::Result<Vec<SlotCounters>> {
        let mut values: Vec<SlotCounters> = zeroed_vec(CELLS as usize * self.cpus.len());
        bpf::read_all_per_cpu(self.cell_map(map)?, CELLS, &mut values)?;
        Ok(values.chunks(self.cpus.len().max(1)).map(sum).collect())
    }

    fn read(&mut self, first: u32, cells: &mut [SlotCounters]) -> io::Result<()> {
        let mut cpus = std::mem::take(&mut self.cpus);
        let result = (first..).zip(cells).try_for_each(|(number, cell)| {
            bpf::read_per_cpu(self.cell_map(number / CELLS)?, number % CELLS, &mut cpus)?;
            *cell = sum(&cpus);
            Ok(())
        });
        self.cpus = cpus;
        result
    }

    fn empty_budget(&mut self, number: u32) -> io::Result<()> {
        bpf::write(&self.budgets, number, &Budget::zeroed())
    }
}

fn sum(cpus: &[SlotCounters]) -> SlotCounters {
    cpus.iter().fold(SlotCounters::default(), |mut sum, cpu| {
        sum += *cpu;
        sum
    })
}

#[cfg(test)]
pub mod fake;
