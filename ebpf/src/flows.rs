//! Counting flows, for every packet alike, whatever slots want and budgets allow.

use aya_ebpf::{bindings::BPF_NOEXIST, helpers::bpf_ktime_get_ns};
use xdplive_packet::{
    Headers,
    accounting::Configuration,
    event::Direction,
    flow::{Counted, FlowKey, SharedCounters, beside_entry, beside_map, marks},
    headers::present,
};

use crate::maps::{FLOW_TABLES, FLOWS_BESIDE, Flow, IN_FORCE};

/// Counts a packet of `segments` wire packets and `bytes` on the wire, where anybody needs the interface's flows: once,
/// in its flow or among the packets of flows that found no room. `room` is for what is needed on the way.
#[inline(always)]
pub fn count(
    configuration: &Configuration,
    direction: Direction,
    headers: &Headers,
    segments: u64,
    bytes: u64,
    room: &mut Flow,
) {
    if configuration.flows == 0 {
        return;
    }
    let Some(in_force) = IN_FORCE.get(0) else { return };
    let bank = in_force.flow_bank();
    let interface = configuration.interface;
    let map = beside_map(interface, bank);
    let Some(beside) = FLOWS_BESIDE.get_value_ptr_mut(map, &beside_entry(interface, direction)) else {
        return;
    };
    // SAFETY: a per-CPU value; programs of this object do not interrupt each other on one CPU in the same direction,
    // and the host only writes it when no program can find it.
    let beside = unsafe { &mut *beside };
    let Flow { key, first, packet } = room;
    *packet = Counted {
        // SAFETY: a helper without arguments.
        time: unsafe { bpf_ktime_get_ns() },
        segments,
        bytes,
        ttl: u64::from(headers.ttl),
        tcp_flags: marks(headers.tcp_flags),
    };
    if headers.has(present::TCP_FLAGS) {
        beside.add_tcp(headers.tcp_flags, packet);
    }
    key.fill(headers, direction, interface as u16);
    if !add(bank, key, first, packet) {
        beside.other += packet.sum();
    }
}

/// Adds the packet to its flow in a bank's table. Returns whether it could.
#[inline(always)]
fn add(bank: u32, key: &FlowKey, first: &SharedCounters, packet: &Counted) -> bool {
    let Some(table) = FLOW_TABLES.get(bank) else { return false };
    // SAFETY: nothing is taken out of a table while programs can find it.
    if let Some(known) = unsafe { table.get(key) } {
        known.add(packet);
        return true;
    }
    first.begin(packet);
    if table.insert(key, first, u64::from(BPF_NOEXIST)).is_ok() {
        return true;
    }
    // Either there is no room, or another CPU has just put the flow in.
    // SAFETY: as above.
    match unsafe { table.get(key) } {
        Some(known) => {
            known.add(packet);
            true
        }
        None => false,
    }
}
