//! What every hook does with a packet: count, parse, decide, report.

use core::ptr;

use aya_ebpf::{
    bindings::{BPF_RB_AVAIL_DATA, BPF_RB_FORCE_WAKEUP, BPF_RB_NO_WAKEUP},
    helpers::{bpf_ktime_get_ns, bpf_ringbuf_query},
};
use xdplive_packet::{
    Event, Frame, Hook, LinkType, Tag, Wire,
    accounting::Configuration,
    event::{RecordKind, SEGMENTS_UNKNOWN},
    headers::Headers,
    parse_into,
};

use crate::{
    maps::{CONFIGURATION, COUNTERS, EVENTS, WORKSPACES, Workspace},
    packet_bytes::Room,
};

/// What a hook knows of a packet besides its bytes.
pub trait Packet: Frame {
    /// The tag that is no longer in the frame.
    fn tag(&self) -> Tag;

    /// Wire packets in this frame, [`xdplive_packet::event::SEGMENTS_UNKNOWN`] where unknown.
    fn segments(&self, headers: &Headers) -> u16;
}

/// The one filter there is so far: every packet.
const EVERYTHING: u64 = 1;

/// Records on the wake-up threshold: with several CPUs writing, one alone could be jumped over.
const WAKE_WINDOW: u64 = 64 * size_of::<Event>() as u64;

/// Counts a packet and reports it to the streams that want it. `packet` makes the hook's view of it, with the
/// room it needs.
#[inline(always)]
pub fn observe<'a, P: Packet>(hook: Hook, packet: impl FnOnce(&'a mut Room) -> P) {
    let Some(configuration) = CONFIGURATION.get_value(0, &0) else { return };
    let Some(counters) = COUNTERS.get_ptr_mut(configuration.counter_entry(hook.direction())) else { return };
    // SAFETY: a per-CPU value; programs of this object do not interrupt each other on one CPU in the same
    // direction, and the host only reads it while they run.
    let counters = unsafe { &mut *counters };
    counters.seen += 1;

    let live = configuration.live[hook.direction() as usize];
    if live == 0 {
        return;
    }
    let Some(workspace) = WORKSPACES.get_ptr_mut(hook.direction() as u32) else { return };
    // SAFETY: a per-CPU value of this direction, see above.
    let Workspace { headers, room } = unsafe { &mut *workspace };
    let mut packet = packet(room);
    let tag = packet.tag();
    let frame_length = packet.length() + tag.length();
    let wire = Wire { link: LinkType::from_raw(configuration.link), tag };
    clear(headers);
    parse_into(&mut packet, &wire, headers);
    let slots = live & EVERYTHING;
    if slots == 0 {
        return;
    }
    let segments = packet.segments(headers);
    let slot = &mut counters.slots[0];
    slot.matched += 1;
    slot.segments += if segments == SEGMENTS_UNKNOWN { 1 } else { u64::from(segments) };
    slot.bytes += u64::from(frame_length);

    let Some(mut entry) = EVENTS.reserve(0) else {
        slot.lost += 1;
        return;
    };
    let event = entry.as_mut_ptr();
    // SAFETY: the reserved entry is large and aligned enough for an event; every field is written. Written
    // in place because an event beside the headers would not fit the stack.
    unsafe {
        (*event).time = bpf_ktime_get_ns();
        (*event).slots = slots;
        (*event).generation = configuration.generation;
        (*event).frame_length = frame_length;
        (*event).kind = RecordKind::Event as u8;
        (*event).hook = hook as u8;
        (*event).segments = segments;
        (*event).reserved = 0;
        ptr::copy_nonoverlapping(headers, &raw mut (*event).headers, 1);
    }
    entry.submit(wake_up(configuration));
}

/// Writes zeros over `headers` word by word: a plain assignment becomes a call of a loop over bytes.
#[inline(always)]
fn clear(headers: &mut Headers) {
    for word in bytemuck::cast_mut::<Headers, [u64; size_of::<Headers>() / 8]>(headers) {
        // SAFETY: a reference is valid to write through.
        unsafe { ptr::write_volatile(word, 0) };
    }
}

/// Wakes the reader when the ring has just reached its threshold; below it the reader comes by itself, above
/// it is awake already.
#[inline(always)]
fn wake_up(configuration: &Configuration) -> u64 {
    // SAFETY: the map is a ring buffer.
    let waiting =
        unsafe { bpf_ringbuf_query(ptr::from_ref(&EVENTS).cast_mut().cast(), u64::from(BPF_RB_AVAIL_DATA)) };
    let wake = u64::from(configuration.wake_bytes);
    let flag =
        if waiting >= wake && waiting < wake + WAKE_WINDOW { BPF_RB_FORCE_WAKEUP } else { BPF_RB_NO_WAKEUP };
    u64::from(flag)
}
