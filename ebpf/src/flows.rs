//! Counting flows, for every packet alike, whatever slots want and budgets allow.

use core::ptr;

use aya_ebpf::{bindings::BPF_NOEXIST, helpers::bpf_ktime_get_ns};
use xdplive_packet::{
    accounting::Configuration,
    flow::{Counted, FlowKey, Segment, SharedCounters, View, beside_entry, beside_map, marks},
    headers::present,
};

use crate::{
    maps::{self, FLOW_TABLES, Flow, FlowWords, IN_FORCE, INNERMOST, OUTERMOST, Viewed, Work},
    packet::Packet,
    verifier::reread,
};

/// Where the sequence number is in the header of TCP (RFC 9293, 3.1).
const SEQUENCE: u32 = 4;

/// Counts the packet at work by the headers that `view` names: once, in its flow or among the packets of flows that found no room.
#[inline(always)]
pub fn count<P: Packet>(frame: &mut P, configuration: &Configuration, view: View, work: &mut Work) {
    let direction = frame.hook().direction();
    let Work { views, seen, flow: room, .. } = work;
    let number = if view as u32 == View::Inner as u32 { INNERMOST } else { OUTERMOST };
    let Viewed { headers, layers, tunnel, .. } = &views[number];
    let Some(in_force) = IN_FORCE.get(0) else { return };
    let bank = in_force.flow_bank();
    let interface = configuration.interface;
    let map = beside_map(interface, bank);
    let Some(beside) = maps::beside(map, beside_entry(interface, direction)) else { return };
    // SAFETY: a per-CPU value; programs of this object do not interrupt each other on one CPU in the same direction,
    // and the host only writes it when no program can find it.
    let beside = unsafe { &mut *beside };
    let Flow { key, first, packet } = room;
    // SAFETY: a helper without arguments.
    packet.time = unsafe { bpf_ktime_get_ns() };
    packet.segments = seen.number;
    packet.bytes = seen.bytes;
    packet.ttl = u64::from(headers.ttl);
    packet.tcp_flags = marks(headers.tcp_flags);
    // It says nothing so far. Number by number: the compiler would call a loop over bytes.
    for number in [&mut packet.segment.data.bytes, &mut packet.segment.events] {
        // SAFETY: a reference is valid to write through.
        unsafe { ptr::write_volatile(number, 0) };
    }
    if headers.has(present::TCP_FLAGS) {
        // Where it cannot be read there is no data either.
        let at = frame.settle(layers.upper);
        if let Ok(sequence) = frame.read::<4>(at + SEQUENCE) {
            packet.segment = Segment::of(headers, layers, u32::from_be_bytes(*sequence), seen.number);
        }
        reread();
        beside.add_tcp(view, headers.tcp_flags, packet);
    }
    key.fill(headers, direction, interface as u16, view);
    if number == INNERMOST {
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
