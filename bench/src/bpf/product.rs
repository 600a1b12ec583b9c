//! The product's own program: loaded from the same object as the plugin has in it, put under rules as the plugin
//! does it, and asked what it counted.

use std::os::fd::{AsFd as _, BorrowedFd};

use aya::{
    Ebpf, EbpfLoader,
    maps::{Array, ArrayOfMaps, Map, MapData, PerCpuArray, RingBuf},
    programs::{Xdp, XdpMode},
};
use aya_obj::generated::bpf_map_type::{self, BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_PERCPU_ARRAY};
use xdplive_filter::{
    Environment, Filter, Term,
    tables::{self, Slot},
};
use xdplive_packet::{
    LinkType,
    accounting::{
        CELLS, Configuration, HookCounters, InForce, Limit, SLOTS, SlotCounters, hook_cell, slot_cell,
    },
    classify::Tables,
    event::Direction,
};

use super::BpfError;

/// The programs, the very file that `pkg/loader` has in it.
static OBJECT: &[u8] =
    aya::include_bytes_aligned!(concat!(env!("CARGO_MANIFEST_DIR"), "/../ebpf/prebuilt/xdplive.bpf.o"));

/// The hook that is measured.
const PROGRAM: &str = "xdp_native";
/// The generation of all rules here: nothing joins or leaves.
const GENERATION: u32 = 0;
/// Interfaces go by the rules if their index is below this; the kernel's test runs are on number 1.
const INDEXES: u32 = 4096;

/// A value that kernel and host share by its layout.
#[derive(Clone, Copy)]
#[repr(transparent)]
struct Shared<T>(T);

// SAFETY: any bytes are a valid value of a `bytemuck::Pod` type, and `Shared` has the same layout.
unsafe impl<T: bytemuck::Pod> aya::Pod for Shared<T> {}
// SAFETY: `Shared` has the layout of the one thing in it.
unsafe impl<T> bytemuck::TransparentWrapper<T> for Shared<T> {}

/// What the program goes by.
#[derive(Clone, Copy, bytemuck::Zeroable)]
pub struct Rules {
    /// What it is to do.
    pub configuration: Configuration,
    /// How it finds out which slots want a packet.
    pub tables: Tables,
}

/// A slot: a filter's text (empty for everything) and a budget in packets a second (`None` for no budget).
pub type Wanted = (String, Option<u32>);

/// The rules by which a packet is wanted that one of `wanted` accepts. The reader is never woken.
///
/// # Errors
/// [`BpfError::Filter`].
pub fn rules(wanted: &[Wanted]) -> Result<Box<Rules>, BpfError> {
    let failed = |text: &str, reason: &dyn ToString| BpfError::Filter {
        text: text.to_owned(),
        reason: reason.to_string(),
    };
    let terms: Vec<Vec<Term>> = wanted
        .iter()
        .map(|(text, _)| {
            let filter = Filter::parse(text).map_err(|error| failed(text, &error))?;
            filter.terms(&Environment::default()).map_err(|error| failed(text, &error))
        })
        .collect::<Result<_, _>>()?;
    let slots: Vec<Slot<'_>> = (0..)
        .zip(wanted.iter().zip(&terms))
        .map(|(number, ((_, limit), terms))| Slot {
            number,
            terms,
            directions: &Direction::ALL,
            inner: false,
            limit: limit.map_or(Limit::All, Limit::PerSecond),
        })
        .collect();
    let mut rules: Box<Rules> = bytemuck::zeroed_box();
    let Rules { configuration, tables } = &mut *rules;
    *configuration =
        Configuration { generation: GENERATION, ..Configuration::idle(LinkType::Ethernet, u32::MAX) };
    tables::build(&slots, None, configuration, tables).map_err(|error| failed("all together", &error))?;
    Ok(rules)
}

/// What the program counted, over all slots and CPUs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Packets.
    pub seen: u64,
    /// Packets that a slot wanted, once for each such slot.
    pub matched: u64,
    /// Those left out for a budget.
    pub thinned: u64,
    /// Those that found no room in the ring.
    pub lost: u64,
}

impl Counted {
    /// What was counted since `earlier`.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Self {
        Self {
            seen: self.seen.wrapping_sub(earlier.seen),
            matched: self.matched.wrapping_sub(earlier.matched),
            thinned: self.thinned.wrapping_sub(earlier.thinned),
            lost: self.lost.wrapping_sub(earlier.lost),
        }
    }
}

/// Rules in the kernel, to be put in force at once.
pub struct Bank {
    configuration: Configuration,
    tables: Array<MapData, Shared<Tables>>,
}

impl Bank {
    /// Copies `rules` there.
    ///
    /// # Errors
    /// The kernel's.
    pub fn new(rules: &Rules) -> Result<Self, BpfError> {
        let map = create(BPF_MAP_TYPE_ARRAY, size_of::<Tables>(), 1, "tables")?;
        let mut array = Array::try_from(Map::Array(map))?;
        let tables: &Shared<Tables> = bytemuck::TransparentWrapper::wrap_ref(&rules.tables);
        array.set(0, tables, 0)?;
        Ok(Self { configuration: rules.configuration, tables: array })
    }
}

fn create(kind: bpf_map_type, value: usize, entries: u32, name: &str) -> Result<MapData, BpfError> {
    let map = aya_obj::Map::new_from_params(kind as u32, size_of::<u32>() as u32, value as u32, entries, 0);
    Ok(MapData::create(map, name, None)?)
}

/// The program and its maps.
pub struct Product {
    ebpf: Ebpf,
    tables: ArrayOfMaps<MapData, Array<MapData, Shared<Tables>>>,
    configurations: Array<MapData, Shared<Configuration>>,
    cells: PerCpuArray<MapData, Shared<SlotCounters>>,
    /// The number of the rules in force, 0 or 1.
    number: u32,
    in_force: Array<MapData, Shared<InForce>>,
}

impl Product {
    /// Loads it with a ring of so many bytes, a power of two from 4096 on. It has no rules yet, and does nothing.
    ///
    /// # Errors
    /// Any [`BpfError`].
    pub fn load(ring_bytes: u32) -> Result<Self, BpfError> {
        let mut ebpf = EbpfLoader::new().map_max_entries("EVENTS", ring_bytes).load(OBJECT)?;
        let program = ebpf.program_mut(PROGRAM).ok_or(BpfError::Missing(PROGRAM))?;
        <&mut Xdp>::try_from(program)?.load()?;
        let mut take = |name| ebpf.take_map(name).ok_or(BpfError::Missing(name));
        let (tables, configurations, counters, in_force) =
            (take("TABLES")?, take("CONFIGURATIONS")?, take("COUNTERS")?, take("IN_FORCE")?);
        let map = create(BPF_MAP_TYPE_PERCPU_ARRAY, size_of::<SlotCounters>(), CELLS, "cells")?;
        let cells = PerCpuArray::try_from(Map::PerCpuArray(map))?;
        let mut outer: ArrayOfMaps<MapData, PerCpuArray<MapData, Shared<SlotCounters>>> =
            counters.try_into()?;
        outer.set(0, &cells, 0)?;
        Ok(Self {
            ebpf,
            tables: tables.try_into()?,
            configurations: configurations.try_into()?,
            cells,
            number: 0,
            in_force: in_force.try_into()?,
        })
    }

    /// The program.
    ///
    /// # Errors
    /// Where the object is not what it should be.
    pub fn program(&self) -> Result<BorrowedFd<'_>, BpfError> {
        let program = self.ebpf.program(PROGRAM).ok_or(BpfError::Missing(PROGRAM))?;
        Ok(<&Xdp>::try_from(program)?.fd()?.as_fd())
    }

    /// The ring, which can be taken once.
    ///
    /// # Errors
    /// Where it has been taken.
    pub fn take_ring(&mut self) -> Result<RingBuf<MapData>, BpfError> {
        Ok(self.ebpf.take_map("EVENTS").ok_or(BpfError::Missing("EVENTS"))?.try_into()?)
    }

    /// Attaches the program to an interface by native XDP, for as long as it is loaded.
    ///
    /// # Errors
    /// The kernel's.
    pub fn attach(&mut self, interface: &str) -> Result<(), BpfError> {
        let program = self.ebpf.program_mut(PROGRAM).ok_or(BpfError::Missing(PROGRAM))?;
        <&mut Xdp>::try_from(program)?.attach(interface, XdpMode::Driver)?;
        Ok(())
    }

    /// Puts rules in force.
    ///
    /// # Errors
    /// The kernel's.
    pub fn enforce(&mut self, bank: &Bank) -> Result<(), BpfError> {
        self.number = 1 - self.number;
        self.tables.set(self.number, &bank.tables, 0)?;
        let configuration = Configuration { tables: self.number, ..bank.configuration };
        self.configurations.set(self.number, Shared(configuration), 0)?;
        let mut in_force: Box<InForce> = bytemuck::zeroed_box();
        for (index, place) in (0..INDEXES).zip(&mut in_force.places).skip(1) {
            *place = InForce::place(index, self.number);
        }
        let in_force: &Shared<InForce> = bytemuck::TransparentWrapper::wrap_ref(&*in_force);
        self.in_force.set(0, in_force, 0)?;
        Ok(())
    }

    /// What it has counted since it was loaded.
    ///
    /// # Errors
    /// The kernel's.
    pub fn counted(&self) -> Result<Counted, BpfError> {
        let mut sum = Counted::default();
        for Shared(cpu) in self.cells.get(&hook_cell(0, Direction::In), 0)?.iter() {
            sum.seen += bytemuck::cast::<_, HookCounters>(*cpu).seen;
        }
        for slot in 0..SLOTS as u32 {
            for Shared(cpu) in self.cells.get(&slot_cell(0, slot, Direction::In), 0)?.iter() {
                sum.matched += cpu.matched;
                sum.thinned += cpu.thinned;
                sum.lost += cpu.lost;
            }
        }
        Ok(sum)
    }
}
