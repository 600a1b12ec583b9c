//! Counting flows, for every packet alike, whatever slots want and budgets allow.

use core::ptr;

use aya_ebpf::{bindings::BPF_NOEXIST, helpers::bpf_ktime_get_ns};
use xdplive_packet::{
    Headers, Tunnel,
    accounting::Configuration,
    event::Direction,
    flow::{Counted, FlowKey, SharedCounters, View, beside_entry, beside_map, marks},
    headers::present,
};

use crate::maps::{self, FLOW_TABLES, Flow, FlowWords, IN_FORCE, Seen};

/// Counts a packet: once,
/// in its flow or among the packets of flows that found no room. `headers` are those that `view` names, of a packet in
/// `tunnel`. `room` is for what is needed on the way.
#[inline(always)]
pub fn count(
    configuration: &Configuration,
    direction: Direction,
    (view, headers, tunnel): (View, &Headers, Option<&Tunnel>),
    seen: &Seen,
    room: &mut Flow,
) {
    let Some(in_force) = IN_FORCE.get(0) else { return };
    let bank = in_force.flow_bank();
    let interface = configuration.interface;
    let map = beside_map(interface, bank);
    let Some(beside) = maps::beside(map, beside_entry(interface, direction)) else { return };
    // SAFETY: a per-CPU value; programs of this object do not interrupt each other on one CPU in the same direction,
    // and the host only writes it when no program can find it.
    let beside = unsafe { &mut *beside };
    let Flow { key, first, packet } = room;
    *packet = Counted {
        // SAFETY: a helper without arguments.
        time: unsafe { bpf_ktime_get_ns() },
        segments: seen.number,
        bytes: seen.bytes,
        ttl: u64::from(headers.ttl),
        tcp_flags: marks(headers.tcp_flags),
    };
    if headers.has(present::TCP_FLAGS) {
        beside.add_tcp(view, headers.tcp_flags, packet);
    }
    key.fill(headers, direction, interface as u16, view);
    if let Some(tunnel) = tunnel {
        key.carried_by(tunnel);
    }
    if !add(bank, key, first, packet) {
        beside.other[view as usize] += packet.sum();
    }
}

/// Adds the packet to its flow in a bank's table. Returns whether it could.
#[inline(always)]
fn add(bank: u32, key: &FlowKey, first: &SharedCounters, packet: &Counted) -> bool {
    let Some(table) = FLOW_TABLES.get(bank) else { return false };
    if let Some(known) = counters(table.get_ptr(key)) {
        known.add(packet);
        return true;
    }
    first.begin(packet);
    // SAFETY: as large and as aligned as what it is.
    let words = unsafe { &*ptr::from_ref(first).cast::<FlowWords>() };
    if table.insert(key, words, u64::from(BPF_NOEXIST)).is_ok() {
        return true;
    }
    // Either there is no room, or another CPU has just put the flow in.
    match counters(table.get_ptr(key)) {
        Some(known) => {
            known.add(packet);
            true
        }
        None => false,
    }
}

/// What a table has of a flow.
#[inline(always)]
fn counters<'a>(words: Option<*const FlowWords>) -> Option<&'a SharedCounters> {
    // SAFETY: as large and as aligned as what it is, which any bytes are; nothing is taken out of a table while programs can
    // find it.
    words.map(|words| unsafe { &*words.cast() })
}
