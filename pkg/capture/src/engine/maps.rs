//! The maps of one capture, used without any capability through the descriptors that the loader sent.

use aya::{
    Pod,
    maps::{Array, ArrayOfMaps, Map, MapData, MapError, PerCpuArray, PerCpuValues, RingBuf},
};
use bytemuck::Zeroable;
use xdplive_packet::{
    LinkType,
    accounting::{Configuration, HookCounters, SlotCounters, counter_entry},
    event::Direction,
};

use crate::loader::Maps;

/// A value that kernel and host share by its layout.
#[derive(Clone, Copy)]
#[repr(transparent)]
struct Shared<T>(T);

// SAFETY: any bytes are a valid value of a `bytemuck::Pod` type, and `Shared` has the same layout.
unsafe impl<T: bytemuck::Pod> Pod for Shared<T> {}

/// What was counted in one generation, over all CPUs, by [`Direction`].
pub type Counts = [HookCounters; Direction::ALL.len()];

/// Configuration and counters of one capture. See `xdplive_packet::accounting` for how they work together.
pub struct Control {
    banks: [Array<MapData, Shared<Configuration>>; 2],
    outer: ArrayOfMaps<MapData, Array<MapData, Shared<Configuration>>>,
    counters: PerCpuArray<MapData, Shared<HookCounters>>,
    /// The configuration in force.
    current: Configuration,
}

/// Makes the maps usable, and puts an idle configuration in force.
///
/// # Errors
/// Where a map is not what it should be.
pub fn open(maps: Maps, link: LinkType, wake_bytes: u32) -> Result<(Control, RingBuf<MapData>), MapError> {
    let [first, second] = maps.banks;
    let mut control = Control {
        banks: [Array::try_from(Map::Array(first))?, Array::try_from(Map::Array(second))?],
        outer: ArrayOfMaps::try_from(Map::ArrayOfMaps(maps.configuration))?,
        counters: PerCpuArray::try_from(Map::PerCpuArray(maps.counters))?,
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

    /// Begins the next generation, with the slots `live` by direction. Returns what was counted in the one
    /// that ends: it is final, because the kernel's update waits for every program that still runs with it.
    ///
    /// # Errors
    /// Where the kernel refuses; the generation in force goes on.
    pub fn next_generation(&mut self, live: [u64; 2], link: LinkType) -> Result<Counts, MapError> {
        let ending = self.current.generation;
        let next =
            Configuration { live, generation: ending.wrapping_add(1), link: link as u32, ..self.current };
        self.put(next)?;
        self.current = next;
        let counts = self.read(ending)?;
        self.clear(ending)?;
        Ok(counts)
    }

    /// Puts a configuration into the bank of its generation, and that bank in force.
    fn put(&mut self, configuration: Configuration) -> Result<(), MapError> {
        let [even, odd] = &mut self.banks;
        let bank = if configuration.generation.is_multiple_of(2) { even } else { odd };
        bank.set(0, Shared(configuration), 0)?;
        self.outer.set(0, bank, 0)
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
        let SlotCounters { matched, thinned, lost, segments, bytes } = cpu;
        sum.matched += matched;
        sum.thinned += thinned;
        sum.lost += lost;
        sum.segments += segments;
        sum.bytes += bytes;
    }
}
