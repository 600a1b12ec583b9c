//! The maps that all programs share, whatever interface they run on. Their layouts are `xdplive_packet::accounting`,
//! `xdplive_packet::flow` and `xdplive_packet::event`.

use core::ptr;

use crate::packet_bytes::Room;
use aya_ebpf::{
    bindings::BPF_F_MMAPABLE,
    btf_maps::{Array, ArrayOfMaps, HashMap, PerCpuArray, RingBuf},
    macros::btf_map,
};
use xdplive_packet::{
    Event, Headers, Inside, Layers, Tunnel,
    accounting::{self, CELL_MAPS, CELLS, Configuration, InForce, SLOTS, SlotCounters, TABLE_SETS},
    budget::{Bucket, FLOWS, Recent},
    classify::{Computed, Tables, Word},
    event::{Direction, HeaderRecord},
    flow::{self, BESIDE_ENTRIES, BESIDE_MAPS, Beside, Counted, FlowKey, SharedCounters},
};

/// Smallest ring there is; the host sets the real size when it creates the map.
const RING_BYTES: usize = 4096;

/// Wanted packets, on their way to the reader.
#[btf_map]
pub static EVENTS: RingBuf<Event, RING_BYTES> = RingBuf::new();

/// What the loader allows, whatever a configuration says: bytes of a frame that may be reported where its headers end before
/// that.
#[btf_map]
pub static POLICY: Array<u32, 1> = Array::new();

/// Which configuration each interface goes by. The host writes it in memory that it shares with the programs.
#[btf_map]
pub static IN_FORCE: Array<InForce, 1, { BPF_F_MMAPABLE as usize }> = Array::new();

/// The configurations. One that programs can find never changes.
#[btf_map]
pub static CONFIGURATIONS: Array<Configuration, { accounting::CONFIGURATIONS }> = Array::new();

/// The tables of filters, as [`tables`] has them. Those that programs can find never change.
#[btf_map]
static TABLES: ArrayOfMaps<Array<[u64; words::<Tables>()], 1>, TABLE_SETS> = ArrayOfMaps::new();

/// How many words a value takes in a map that is put into an array of maps.
///
/// The type of such values is not a structure: up to Linux 6.1 the kernel compares where a timer would be in a structure of
/// the template with where it would be in that of the map, and the host makes its maps without types.
const fn words<T>() -> usize {
    assert!(size_of::<T>() % size_of::<u64>() == 0 && align_of::<T>() <= align_of::<u64>());
    size_of::<T>() / size_of::<u64>()
}

/// Budgets, by the number that a configuration has for a slot.
#[btf_map]
pub static BUDGETS: Array<Bucket, { accounting::BUDGETS }> = Array::new();

/// The memory of flows, of all budgets.
#[btf_map]
pub static FLOWS_SEEN: Array<Recent, FLOWS> = Array::new();

/// The pool of counters, as [`cell`] has them: cells by map and place.
#[btf_map]
static COUNTERS: ArrayOfMaps<
    PerCpuArray<[u64; words::<SlotCounters>()], { CELLS as usize }>,
    { CELL_MAPS as usize },
> = ArrayOfMaps::new();

/// What flows are counted with besides [`FLOW_TABLES`], as [`beside`] has it: by `xdplive_packet::flow::beside_map` and
/// `beside_entry`.
#[btf_map]
static FLOWS_BESIDE: ArrayOfMaps<
    PerCpuArray<[u64; words::<Beside>()], { BESIDE_ENTRIES as usize }>,
    { BESIDE_MAPS as usize },
> = ArrayOfMaps::new();

/// The tables of flows, by bank. Their size is the host's business, and their values are [`SharedCounters`].
#[btf_map]
pub static FLOW_TABLES: ArrayOfMaps<HashMap<FlowKey, FlowWords, 1, FLOW_FLAGS>, { flow::BANKS }> =
    ArrayOfMaps::new();

/// [`SharedCounters`] as a table has them.
pub type FlowWords = [u64; words::<SharedCounters>()];

/// How the tables of flows are made; part of their type.
const FLOW_FLAGS: usize = flow::TABLE_FLAGS as usize;

/// Room for the packet at hand, by direction. Not on the stack: the compiler would spread it over more than
/// the 512 bytes there are, and access it in unaligned pieces, which the verifier refuses there.
#[btf_map]
pub static WORKSPACES: PerCpuArray<Workspace, { Direction::ALL.len() }> = PerCpuArray::new();

/// See [`WORKSPACES`].
#[repr(C)]
pub struct Workspace {
    /// For the hook's view of the packet.
    pub room: Room,
    /// For what is found out of it.
    pub work: Work,
}

/// A packet at work.
#[repr(C)]
pub struct Work {
    /// The packet as it is on the wire, and the innermost one that it carries.
    pub views: [Viewed; 2],
    /// On the way from the one to the other.
    pub inside: Inside,
    /// What is known of the frame as a whole.
    pub seen: Seen,
    /// For terms that ask for more than fields.
    pub asked: Asked,
    /// For counting its flow.
    pub flow: Flow,
    /// For reporting it with its headers' bytes.
    pub record: HeaderRecord,
}

/// The number of the packet as it is on the wire in [`Work::views`].
pub const OUTERMOST: usize = 0;
/// The number of the innermost packet.
pub const INNERMOST: usize = 1;

/// A packet, its slots, and what carries it.
#[repr(C)]
pub struct Viewed {
    /// What its headers say.
    pub headers: Headers,
    /// Where its layers are.
    pub layers: Layers,
    /// What it is carried by, where somebody wants the packet inside.
    pub tunnel: Tunnel,
    /// Slots that want it.
    pub wanted: u64,
}

impl Viewed {
    /// Slots that want it, read anew: what the verifier had learnt of them it would follow through all that comes after.
    #[inline(always)]
    pub fn wanted(&self) -> u64 {
        // SAFETY: a reference is valid to read.
        unsafe { ptr::read_volatile(&raw const self.wanted) }
    }
}

/// What it takes to look up values that have no table of their own.
#[repr(C)]
pub struct Asked {
    /// The terms that have accepted every value so far.
    pub left: Word,
    /// What is computed from headers.
    pub computed: Computed,
    /// The value at hand.
    pub value: u64,
}

/// What is known of a frame besides its headers.
#[repr(C)]
pub struct Seen {
    /// Bytes on the wire.
    pub bytes: u64,
    /// Wire packets in it, an unknown number being one.
    pub number: u64,
    /// Whole frame in bytes, with a tag that was taken off.
    pub length: u32,
    /// Wire packets in it, [`SEGMENTS_UNKNOWN`](xdplive_packet::event::SEGMENTS_UNKNOWN) where unknown.
    pub segments: u16,
    /// Whether it carries another packet that somebody wants to be looked at, 0 or 1.
    pub carries: u8,
    /// Whether it is own traffic, 0 or 1.
    pub own: u8,
    /// Bytes of headers that each wire packet has.
    pub repeated: u16,
}

/// What it takes to count a packet's flow.
#[repr(C)]
pub struct Flow {
    /// The flow.
    pub key: FlowKey,
    /// Its counters, where this is its first packet.
    pub first: SharedCounters,
    /// What the packet adds to them.
    pub packet: Counted,
}

/// What an interface goes by, and the number of it.
#[inline(always)]
pub fn configuration(index: u32) -> Option<(u32, &'static Configuration)> {
    let number = IN_FORCE.get(0)?.configuration(index)?;
    CONFIGURATIONS.get(number).map(|configuration| (number, configuration))
}

/// The configuration with a number, and what is known of the packet at hand, which goes in `direction`.
#[inline(always)]
pub fn at_work(
    number: u32,
    direction: Direction,
) -> Option<(&'static Configuration, &'static mut Workspace)> {
    Some((CONFIGURATIONS.get(number)?, workspace(direction)?))
}

/// Room for the packet at hand, which goes in `direction`.
#[inline(always)]
pub fn workspace(direction: Direction) -> Option<&'static mut Workspace> {
    let workspace = WORKSPACES.get_ptr_mut(direction as u32)?;
    // SAFETY: a per-CPU value; programs of this object do not interrupt each other on one CPU in the same direction, and who
    // calls for a part of the way reads it anew afterwards.
    Some(unsafe { &mut *workspace })
}

/// A cell of the pool of counters.
#[inline(always)]
pub fn cell(number: u32) -> Option<*mut SlotCounters> {
    COUNTERS.get_value_ptr_mut(number / CELLS, &(number % CELLS)).map(<*mut _>::cast)
}

/// Tables of filters.
#[inline(always)]
pub fn tables(number: u32) -> Option<&'static Tables> {
    let words = TABLES.get_value(number, &0)?;
    // SAFETY: as large and as aligned as what it is, which any bytes are; and it never changes.
    Some(unsafe { &*ptr::from_ref(words).cast() })
}

/// What is counted beside the flows.
#[inline(always)]
pub fn beside(map: u32, entry: u32) -> Option<*mut Beside> {
    FLOWS_BESIDE.get_value_ptr_mut(map, &entry).map(<*mut _>::cast)
}

const _: () = assert!(SLOTS == 64, "a configuration names 64 slots");
