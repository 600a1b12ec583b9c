//! The maps of one capture, used without any capability through the descriptors that the loader sent.

use aya::{
    Pod,
    maps::{Array, ArrayOfMaps, Map, MapData, MapError, PerCpuArray, PerCpuValues, RingBuf},
};
use bytemuck::Zeroable;
use xdplive_packet::{
    LinkType,
    accounting::{Configuration, HookCounters, Rules, SlotCounters, counter_entry},
    budget::Bucket,
    classify::Tables,
    event::Direction,
};

use crate::loader::Maps;

/// A value that kernel and host share by its layout.
#[derive(Clone, Copy)]
#[repr(transparent)]
struct Shared<T>(T);

// SAFETY: any bytes are a valid value of a `bytemuck::Pod` type, and `Shared` has the same layout.
unsafe impl<T: bytemuck::Pod> Pod for Shared<T> {}

// SAFETY: zeros are a valid value of any `bytemuck::Pod` type, and `Shared` has the same layout.
unsafe impl<T: bytemuck::Pod> Zeroable for Shared<T> {}

/// What was counted in one generation, over all CPUs, by [`Direction`].
pub type Counts = [HookCounters; Direction::ALL.len()];

/// A budget as the host sees it: it only ever empties one, by all zeros.
type Budget = [u64; size_of::<Bucket>() / size_of::<u64>()];

/// Rules and counters of one capture. See `xdplive_packet::accounting` for how they work together.
pub struct Control {
    banks: [Array<MapData, Shared<Rules>>; 2],
    outer: ArrayOfMaps<MapData, Array<MapData, Shared<Rules>>>,
    counters: PerCpuArray<MapData, Shared<HookCounters>>,
    budgets: Array<MapData, Shared<Budget>>,
    /// The rules in force, or of the generation that could not be put in force.
    rules: Box<Shared<Rules>>,
    /// The configuration in force.
    current: Configuration,
}

/// Makes the maps usable, and puts rules in force under which nothing is wanted.
///
/// # Errors
/// Where a map is not what it should be.
pub fn open(maps: Maps, link: LinkType, wake_bytes: u32) -> Result<(Control, RingBuf<MapData>), MapError> {
    let [first, second] = maps.banks;
    let mut control = Control {
        banks: [Array::try_from(Map::Array(first))?, Array::try_from(Map::Array(second))?],
        outer: ArrayOfMaps::try_from(Map::ArrayOfMaps(maps.rules))?,
        counters: PerCpuArray::try_from(Map::PerCpuArray(maps.counters))?,
        budgets: Array::try_from(Map::Array(maps.budgets))?,
        // On the heap from the start: they are too large for a stack.
        rules: bytemuck::zeroed_box(),
        current: Configuration::idle(link, wake_bytes),
    };
    control.put(control.current)?;
    Ok((control, RingBuf::try_from(Map::RingBuf(maps.events))?))
}

impl Control {
    /// The generation in force.
    #[must_use]
    pub fn generation(&self) -> u32 {
        self.current.generation
    }

    /// The layout of frames in force.
    #[must_use]
    pub fn link(&self) -> LinkType {
        LinkType::from_raw(self.current.link)
    }

    /// Begins the next generation, whose terms and budgets `decide` fills in. Returns what was counted in the
    /// one that ends: it is final, because the kernel's update waits for every program that still runs with it.
    ///
    /// # Errors
    /// Where the kernel refuses; the generation in force goes on.
    pub fn next_generation(
        &mut self,
        link: LinkType,
        decide: impl FnOnce(&mut Configuration, &mut Tables),
    ) -> Result<Counts, MapError> {
        let ending = self.current.generation;
        let mut next = Configuration::idle(link, self.current.wake_bytes);
        next.generation = ending.wrapping_add(1);
        decide(&mut next, &mut self.rules.0.tables);
        self.put(next)?;
        self.current = next;
        let counts = self.read(ending)?;
        self.clear(ending)?;
        Ok(counts)
    }

    /// Takes away what a slot's last owner has left of its budget. To be done while the slot is not live.
    ///
    /// # Errors
    /// The kernel's.
    pub fn empty_budget(&mut self, slot: u32) -> Result<(), MapError> {
        self.budgets.set(slot, Shared(Budget::default()), 0)
    }

    /// Puts rules into the bank of their generation, and that bank in force.
    fn put(&mut self, configuration: Configuration) -> Result<(), MapError> {
        let [even, odd] = &mut self.banks;
        let bank = if configuration.generation.is_multiple_of(2) { even } else { odd };
        self.rules.0.configuration = configuration;
        let rules: &Shared<Rules> = &self.rules;
        bank.set(0, rules, 0)?;
        self.outer.set(0, bank, 0)
    }

    /// What has been counted so far in the generation in force.
    ///
    /// # Errors
    /// The kernel's.
    pub fn so_far(&self) -> Result<Counts, MapError> {
        self.read(self.current.generation)
    }

    /// What has been counted in a generation so far.
    fn read(&self, generation: u32) -> Result<Counts, MapError> {
        let mut counts = [HookCounters::zeroed(); Direction::ALL.len()];
        for (direction, sum) in Direction::ALL.into_iter().zip(&mut counts) {
            for cpu in self.counters.get(&counter_entry(generation, direction), 0)?.iter() {
                add(sum, &cpu.0);
            }
        }
        Ok(counts)
    }

    fn clear(&mut self, generation: u32) -> Result<(), MapError> {
        for direction in Direction::ALL {
            let entry = counter_entry(generation, direction);
            let zeros = vec![Shared(HookCounters::zeroed()); self.counters.get(&entry, 0)?.len()];
            let zeros = PerCpuValues::try_from(zeros).map_err(MapError::from)?;
            self.counters.set(entry, zeros, 0)?;
        }
        Ok(())
    }
}

fn add(sum: &mut HookCounters, cpu: &HookCounters) {
    sum.seen += cpu.seen;
    sum.own += cpu.own;
    for (sum, cpu) in sum.slots.iter_mut().zip(&cpu.slots) {
        add_slot(sum, cpu);
    }
}

/// Adds what was counted for a slot elsewhere, or in another generation.
pub fn add_slot(sum: &mut SlotCounters, more: &SlotCounters) {
    let SlotCounters { matched, thinned, lost, segments, bytes } = more;
    sum.matched += matched;
    sum.thinned += thinned;
    sum.lost += lost;
    sum.segments += segments;
    sum.bytes += bytes;
}
