//! What the engine does with the maps that kernel programs and it share. Needs no capability: the loader has sent their
//! descriptors.

use std::{collections::BTreeMap, io, os::fd::OwnedFd, sync::Arc};

use bytemuck::Zeroable as _;
use xdplive_loader::{AskError, MapLoader, SharedMaps, protocol::LoaderError};
use xdplive_packet::{
    accounting::{CELLS, Configuration, SlotCounters},
    budget::Bucket,
    classify::Tables,
};

use crate::{
    bpf::{Array, ArrayOfMaps, Cpus, LayoutError, PerCpu, PerCpuArray},
    in_force::InForceMap,
};

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
    configurations: Array<Configuration>,
    tables_outer: ArrayOfMaps,
    tables: BTreeMap<u32, Array<Tables>>,
    spare: Vec<Array<Tables>>,
    counters_outer: ArrayOfMaps,
    cells: BTreeMap<u32, PerCpuArray<SlotCounters>>,
    /// A map of cells that is made and not in use yet.
    spare_cells: Option<PerCpuArray<SlotCounters>>,
    budgets: Array<Budget>,
    /// The number of CPUs that cells have values for.
    cpus: Cpus,
    /// Room for the values of one cell.
    cell: PerCpu<SlotCounters>,
}

/// What of the shared maps the engine does not keep for itself.
pub struct Rest {
    /// The ring buffer.
    pub events: OwnedFd,
    /// What is counted beside the tables of flows, an array of maps.
    pub flows_beside: ArrayOfMaps,
    /// The tables of flows, an array of maps.
    pub flow_tables: ArrayOfMaps,
    /// The places, and waiting for programs.
    pub in_force: Arc<InForceMap>,
    /// The number of CPUs that per-CPU maps have values for.
    pub cpus: Cpus,
}

impl KernelMaps {
    /// Uses these maps.
    ///
    /// # Errors
    /// Where they are not what they should be or cannot be mapped, or the number of CPUs is not to be had.
    pub fn new(loader: Arc<MapLoader>, maps: SharedMaps) -> Result<(Self, Rest), AskError> {
        let failed = |error: io::Error| unusable(&error);
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
        let first = PerCpuArray::new(loader.cells()?)?;
        let cpus = first.count_cpus().map_err(failed)?;
        let in_force = InForceMap::new(&Array::new(in_force)?, ArrayOfMaps::new(barrier)?, barrier_inner);
        let in_force = Arc::new(in_force.map_err(failed)?);
        let ours = Self {
            loader,
            in_force: Arc::clone(&in_force),
            configurations: Array::new(configurations)?,
            tables_outer: ArrayOfMaps::new(tables)?,
            tables: BTreeMap::new(),
            spare: Vec::new(),
            counters_outer: ArrayOfMaps::new(counters)?,
            cells: BTreeMap::new(),
            spare_cells: Some(first),
            budgets: Array::new(budgets)?,
            cpus,
            cell: PerCpu::zeroed(cpus),
        };
        let (flows_beside, flow_tables) = (ArrayOfMaps::new(flows_beside)?, ArrayOfMaps::new(flow_tables)?);
        Ok((ours, Rest { events, flows_beside, flow_tables, in_force, cpus }))
    }

    fn cell_map(&self, map: u32) -> io::Result<&PerCpuArray<SlotCounters>> {
        self.cells.get(&map).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl From<LayoutError> for AskError {
    fn from(error: LayoutError) -> Self {
        unusable(&error)
    }
}

/// Maps that the loader has sent and that are not used.
fn unusable(error: &dyn std::error::Error) -> AskError {
    LoaderError::Failed { action: "using the maps".to_owned(), reason: error.to_string() }.into()
}

impl Maps for KernelMaps {
    fn configure(&mut self, number: u32, configuration: &Configuration) -> io::Result<()> {
        self.configurations.write(number, configuration)
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
            None => Array::new(self.loader.tables()?)?,
        };
        let put = map.write(0, tables).and_then(|()| self.tables_outer.put(number, &map));
        put.map_err(|error| {
            let action = "putting tables of filters in force".to_owned();
            AskError::Loader(LoaderError::Failed { action, reason: error.to_string() })
        })?;
        self.tables.insert(number, map);
        Ok(())
    }

    fn drop_tables(&mut self, number: u32) {
        // Where the kernel keeps it, it is replaced when the number is used again.
        let _ = self.tables_outer.take(number);
        if let Some(map) = self.tables.remove(&number)
            && self.spare.len() < SPARE_TABLES
        {
            self.spare.push(map);
        }
    }

    fn add_cells(&mut self, map: u32) -> Result<(), AskError> {
        let inner = match self.spare_cells.take() {
            Some(inner) => inner,
            None => PerCpuArray::new(self.loader.cells()?)?,
        };
        self.counters_outer.put(map, &inner).map_err(|error| {
            let action = "adding counters".to_owned();
            AskError::Loader(LoaderError::Failed { action, reason: error.to_string() })
        })?;
        self.cells.insert(map, inner);
        Ok(())
    }

    fn read_map(&mut self, map: u32) -> io::Result<Vec<SlotCounters>> {
        let values = self.cell_map(map)?.read_all(self.cpus)?;
        Ok(values.chunks(self.cell.len().max(1)).map(sum).collect())
    }

    fn read(&mut self, first: u32, cells: &mut [SlotCounters]) -> io::Result<()> {
        (first..).zip(cells).try_for_each(|(number, cell)| {
            let map = self.cells.get(&(number / CELLS)).ok_or(io::ErrorKind::NotFound)?;
            map.read(number % CELLS, &mut self.cell)?;
            *cell = sum(&self.cell);
            Ok(())
        })
    }

    fn empty_budget(&mut self, number: u32) -> io::Result<()> {
        self.budgets.write(number, &Budget::zeroed())
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
