//! The maps that the programs of one interface share. Their layouts are `xdplive_packet::accounting` and
//! `xdplive_packet::event`.

use crate::packet_bytes::Room;
use aya_ebpf::{
    btf_maps::{Array, ArrayOfMaps, HashMap, PerCpuArray, RingBuf},
    macros::btf_map,
};
use xdplive_packet::{
    Event, Headers,
    accounting::{COUNTER_ENTRIES, HookCounters, Rules, SLOTS},
    budget::{Bucket, FLOWS, Recent},
    event::{Direction, HeaderRecord},
    flow::{self, Beside, Counted, FlowKey, SharedCounters},
};

/// Smallest ring there is; the host sets the real size when it creates the map.
const RING_BYTES: usize = 4096;

/// Wanted packets, on their way to the reader.
#[btf_map]
pub static EVENTS: RingBuf<Event, RING_BYTES> = RingBuf::new();

/// The rules in force. The host changes them by putting another inner array here, and that update returns only
/// when no program runs with the old ones any more.
#[btf_map]
pub static RULES: ArrayOfMaps<Array<Rules, 1>, 1> = ArrayOfMaps::new();

/// Budgets by slot.
#[btf_map]
pub static BUDGETS: Array<Bucket, SLOTS> = Array::new();

/// The memory of flows, of all slots with a budget.
#[btf_map]
pub static FLOWS_SEEN: Array<Recent, FLOWS> = Array::new();

/// Counters by bank and direction, see `xdplive_packet::accounting::counter_entry`.
#[btf_map]
pub static COUNTERS: PerCpuArray<HookCounters, { COUNTER_ENTRIES as usize }> = PerCpuArray::new();

/// What flows are counted with besides [`FLOWS`], by direction; see `xdplive_packet::flow`. Empty while nobody needs
/// flows. The host changes banks by putting another inner map here, as with [`RULES`].
#[btf_map]
pub static FLOWS_BESIDE: ArrayOfMaps<PerCpuArray<Beside, { Direction::ALL.len() }>, 1> = ArrayOfMaps::new();

/// The tables of flows, by bank. Their size is the host's business.
#[btf_map]
pub static FLOW_TABLES: ArrayOfMaps<HashMap<FlowKey, SharedCounters, 1, FLOW_FLAGS>, { flow::BANKS }> =
    ArrayOfMaps::new();

/// How the tables of flows are made; part of their type.
const FLOW_FLAGS: usize = flow::TABLE_FLAGS as usize;

/// Room for the packet at hand, by direction. Not on the stack: the compiler would spread it over more than
/// the 512 bytes there are, and access it in unaligned pieces, which the verifier refuses there.
#[btf_map]
pub static WORKSPACES: PerCpuArray<Workspace, { Direction::ALL.len() }> = PerCpuArray::new();

/// See [`WORKSPACES`].
#[repr(C)]
pub struct Workspace {
    /// What has been read so far.
    pub headers: Headers,
    /// For the hook's view of the packet.
    pub room: Room,
    /// For counting its flow.
    pub flow: Flow,
    /// For reporting it with its headers' bytes.
    pub record: HeaderRecord,
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
