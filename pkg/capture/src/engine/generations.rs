//! Generations: what the kernel programs go by for one interface, from one join or leave to the next, and what they
//! counted meanwhile. See `xdplive_packet::accounting`.

use std::{collections::BTreeMap, io, sync::Arc};

use thiserror::Error;
use xdplive_loader::AskError;
use xdplive_packet::{
    LinkType,
    accounting::{
        CELLS, CONFIGURATIONS, Configuration, HookCounters, INTERFACES, PLACES, SlotCounters, flows,
        hook_cell, slot_cell,
    },
    event::Direction,
};
use xdplive_source::{InterfaceNumber, StreamId};

use super::{
    cells::{NoCells, Pool, Range},
    filter_sets::{FilterSets, InKernel, NoTables},
    maps::Maps,
    places::Places,
    slots::Slots,
};

/// What a stream is part of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Its slot; none for a stream that only has packets counted.
    pub slot: Option<u32>,
    /// The ways it wants.
    pub directions: Vec<Direction>,
}

/// The streams of a generation.
pub type Members = BTreeMap<StreamId, Membership>;

/// A generation of one interface.
#[derive(Debug)]
pub struct Generation {
    /// Its number, which its packets carry.
    pub number: u32,
    /// The streams that are part of it.
    pub members: Arc<Members>,
    /// Whether own traffic is told apart as streams asked for.
    pub own_is_told: bool,
    configuration: u32,
    range: Range,
    tables: u32,
    /// What its cells held when they were last read.
    last: Vec<SlotCounters>,
}

/// What was counted in a generation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts(Vec<SlotCounters>);

impl Counts {
    /// What was counted of a direction, whatever slots want.
    #[must_use]
    pub fn hook(&self, direction: Direction) -> HookCounters {
        self.0
            .get(hook_cell(0, direction) as usize)
            .map_or_else(HookCounters::default, |cell| bytemuck::cast(*cell))
    }

    /// What was counted for a slot.
    #[must_use]
    pub fn slot(&self, slot: u32, direction: Direction) -> SlotCounters {
        self.0.get(slot_cell(0, slot, direction) as usize).copied().unwrap_or_default()
    }
}

/// A slot's counters in one of the counts, where there is a slot.
#[must_use]
pub fn slot(counts: &Counts, slot: Option<u32>, direction: Direction) -> Option<SlotCounters> {
    slot.map(|slot| counts.slot(slot, direction))
}

/// What a generation is to be like.
pub struct Plan<'a> {
    /// The interface's number with us.
    pub interface: InterfaceNumber,
    /// How its frames begin.
    pub link: LinkType,
    /// Whose packets are whose.
    pub slots: &'a Slots,
    /// The streams.
    pub members: Members,
    /// The longest IP packet that the interface takes, bytes; 0 where it is not known.
    pub mtu: u32,
    /// Which flows are counted: bits of [`xdplive_packet::accounting::flows`].
    pub flows: u32,
}

/// Why there is no further generation.
#[derive(Debug, Error)]
pub enum NoGeneration {
    /// No tables.
    #[error(transparent)]
    Tables(#[from] NoTables),
    /// No counters.
    #[error(
        "the counters for all interfaces together are used up; watch fewer interfaces, or with fewer filters"
    )]
    Cells,
    /// No number for a configuration.
    #[error("{INTERFACES} interfaces are watched, the most there can be")]
    Configurations,
    /// No place.
    #[error(
        "the interface's index collides with those of other interfaces ({PLACES} places); it can be watched when \
         one of them is not watched any more"
    )]
    Place,
    /// The kernel refuses.
    #[error("the kernel does not take a new configuration: {0}")]
    Kernel(#[from] io::Error),
    /// The loader refuses.
    #[error(transparent)]
    Loader(#[from] AskError),
}

/// All generations, and what they are made of.
pub struct Generations {
    maps: Box<dyn Maps>,
    /// Filters and their tables.
    pub filters: FilterSets,
    pool: Pool,
    places: Places,
    /// Configurations in use, by number.
    used: Vec<bool>,
    next_number: u32,
    /// What every configuration has.
    fixed: Fixed,
}

/// What all interfaces have in common.
#[derive(Clone, Copy, Debug)]
pub struct Fixed {
    /// The reader is woken when the ring holds this many bytes.
    pub wake_bytes: u32,
    /// Bytes of a frame that may be reported where its headers end before that.
    pub header_bytes: u32,
}

impl Generations {
    /// None yet, in these maps.
    #[must_use]
    pub fn new(maps: Box<dyn Maps>, fixed: Fixed) -> Self {
        Self {
            maps,
            filters: FilterSets::default(),
            pool: Pool::default(),
            places: Places::default(),
            used: vec![false; CONFIGURATIONS],
            next_number: 1,
            fixed,
        }
    }

    /// Makes a generation that no program can find yet.
    ///
    /// # Errors
    /// Any [`NoGeneration`]; nothing has changed then.
    pub fn make(&mut self, plan: Plan<'_>) -> Result<Generation, NoGeneration> {
        let free = self.used.iter().position(|used| !used).ok_or(NoGeneration::Configurations)?;
        let configuration = free as u32;
        let tables = self.filters.obtain(plan.slots.live(), &mut *self.maps)?;
        let range = match self.cells(plan.slots.end()) {
            Ok(range) => range,
            Err(error) => {
                self.filters.release(tables.number, &mut *self.maps);
                return Err(error);
            }
        };
        let number = self.next_number;
        let last = range.held().to_vec();
        if let Err(error) = self.write(configuration, number, &plan, tables, range.first) {
            self.pool.give_back(range, &last);
            self.filters.release(tables.number, &mut *self.maps);
            return Err(error.into());
        }
        self.next_number = self.next_number.wrapping_add(1);
        if let Some(used) = self.used.get_mut(free) {
            *used = true;
        }
        let members = Arc::new(plan.members);
        let (tables, own_is_told) = (tables.number, tables.own_is_told);
        Ok(Generation { number, members, own_is_told, configuration, range, tables, last })
    }

    fn write(
        &mut self,
        configuration: u32,
        generation: u32,
        plan: &Plan<'_>,
        tables: InKernel,
        cells: u32,
    ) -> io::Result<()> {
        let Fixed { wake_bytes, header_bytes } = self.fixed;
        let mut next = Configuration {
            live: tables.live,
            inner: tables.inner,
            hiding: tables.hiding,
            generation,
            interface: plan.interface.into(),
            cells,
            tables: tables.number,
            flows: plan.flows,
            tunnels: u32::from(tables.tunnels || plan.flows & flows::INNER != 0),
            mtu: plan.mtu,
            header_bytes,
            ..Configuration::idle(plan.link, wake_bytes)
        };
        plan.slots.configure(&mut next);
        self.maps.configure(configuration, &next)
    }

    fn cells(&mut self, slots: u32) -> Result<Range, NoGeneration> {
        match self.pool.take(slots) {
            Ok(range) => Ok(range),
            Err(NoCells::NeedMap { map }) => {
                self.maps.add_cells(map)?;
                self.pool.add_map();
                self.pool.take(slots).map_err(|_| NoGeneration::Cells)
            }
            Err(NoCells::Full) => Err(NoGeneration::Cells),
        }
    }

    /// Puts a generation in force for the interface number `index`.
    ///
    /// # Errors
    /// [`NoGeneration::Place`].
    pub fn put_in_force(&mut self, index: u32, generation: &Generation) -> Result<(), NoGeneration> {
        let (place, value) = self.places.put(index, generation.configuration).ok_or(NoGeneration::Place)?;
        self.maps.place(place, value);
        Ok(())
    }

    /// Has programs find nothing for the interface number `index` from now on.
    pub fn take_out_of_force(&mut self, index: u32) {
        if let Some(place) = self.places.remove(index) {
            self.maps.place(place, 0);
        }
    }

    /// Waits until no program runs any more that began before this was called: what generations that are out of force
    /// have counted is final then.
    ///
    /// # Errors
    /// The kernel's.
    pub fn settle(&mut self) -> io::Result<()> {
        self.maps.settle()
    }

    /// What was counted in a generation so far.
    ///
    /// # Errors
    /// The kernel's. What was read last is what [`Self::last`] gives.
    pub fn read(&mut self, generation: &mut Generation) -> io::Result<Counts> {
        let mut now = vec![SlotCounters::default(); generation.range.len()];
        self.maps.read(generation.range.first, &mut now)?;
        generation.last = now;
        Ok(Self::last(generation))
    }

    /// The same from a look at all counters.
    pub fn read_from(generation: &mut Generation, look: &Look) -> Counts {
        if let Some(now) = look.cells(generation.range.first, generation.range.len()) {
            generation.last = now.to_vec();
        }
        Self::last(generation)
    }

    /// What was counted in a generation when it was last read.
    #[must_use]
    pub fn last(generation: &Generation) -> Counts {
        Counts(generation.range.counted(&generation.last).collect())
    }

    /// Reads all counters at once, where these are so many that it pays.
    ///
    /// # Errors
    /// The kernel's.
    pub fn look(&mut self) -> io::Result<Look> {
        (0..self.pool.maps()).map(|map| self.maps.read_map(map)).collect::<Result<_, _>>().map(Look)
    }

    /// Frees what a generation had, whose counters are final and have been read.
    pub fn free(&mut self, generation: Generation) {
        let Generation { configuration, range, tables, last, .. } = generation;
        self.pool.give_back(range, &last);
        self.filters.release(tables, &mut *self.maps);
        if let Some(used) = self.used.get_mut(configuration as usize) {
            *used = false;
        }
    }

    /// Has a budget begin anew.
    ///
    /// # Errors
    /// The kernel's.
    pub fn empty_budget(&mut self, number: u32) -> io::Result<()> {
        self.maps.empty_budget(number)
    }
}

/// All counters at one moment.
pub struct Look(Vec<Vec<SlotCounters>>);

impl Look {
    fn cells(&self, first: u32, count: usize) -> Option<&[SlotCounters]> {
        let (map, place) = ((first / CELLS) as usize, (first % CELLS) as usize);
        self.0.get(map)?.get(place..place + count)
    }
}

#[cfg(test)]
mod tests;
