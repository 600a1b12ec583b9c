//! Packets that slots want, on their way to the reader.

use core::ptr;

use aya_ebpf::{
    bindings::{BPF_RB_AVAIL_DATA, BPF_RB_FORCE_WAKEUP, BPF_RB_NO_WAKEUP},
    helpers::{bpf_ringbuf_output, bpf_ringbuf_query},
};
use xdplive_packet::{
    Event, Headers, Hook, Tunnel,
    accounting::Configuration,
    event::{HeaderRecord, MAX_HEADER_BYTES, RecordKind, TunnelRecord},
};

use crate::{maps::EVENTS, packet::Packet, policy, verifier::opaque};

/// Records on the wake-up threshold: with several CPUs writing, one alone could be jumped over.
const WAKE_WINDOW: u64 = 64;

/// What an event says of a packet besides its headers.
pub struct Found {
    /// When it was seen.
    pub time: u64,
    /// Slots that it is reported to.
    pub slots: u64,
    /// The whole frame.
    pub frame_length: u32,
    /// Wire packets in it.
    pub segments: u16,
    /// Where it was seen.
    pub hook: Hook,
}

impl Found {
    /// Writes the event to `event`, field by field: an event beside the headers would not fit the stack.
    ///
    /// # Safety
    /// `event` has to be valid to write.
    #[inline(always)]
    unsafe fn write(&self, event: *mut Event, kind: RecordKind, generation: u32, headers: &Headers) {
        // SAFETY: the caller's promise; every field is written.
        unsafe {
            (*event).time = self.time;
            (*event).slots = self.slots;
            (*event).generation = generation;
            (*event).frame_length = self.frame_length;
            (*event).kind = kind as u8;
            (*event).hook = self.hook as u8;
            (*event).segments = self.segments;
            (*event).reserved = 0;
            ptr::copy_nonoverlapping(headers, &raw mut (*event).headers, 1);
        }
    }
}

/// Puts a packet into the ring: with what carries it, and the bytes of its headers where a slot wants them. Returns whether there
/// was room.
#[inline(always)]
pub fn report<P: Packet>(
    packet: &P,
    configuration: &Configuration,
    found: &Found,
    headers: &Headers,
    tunnel: Option<&Tunnel>,
    record: &mut HeaderRecord,
) -> bool {
    if found.slots & configuration.headers != 0 {
        let header_length = u32::from(headers.header_length);
        let there = configuration.reported_bytes(policy::header_bytes(), packet.length(), header_length);
        let captured = load(packet, &mut record.bytes, there);
        record.tag_protocol = packet.tag_protocol();
        record.tag_control = packet.tag().control().unwrap_or(0);
        record.captured = captured as u16;
        record.reserved = 0;
        record.tunnel = match tunnel {
            Some(tunnel) => *tunnel,
            None => Tunnel::NONE,
        };
        let length = HeaderRecord::BYTES_AT as u64 + captured;
        return put_record(configuration, found, headers, record, RecordKind::Headers, length);
    }
    match tunnel {
        Some(tunnel) => {
            record.tunnel = *tunnel;
            let length = size_of::<TunnelRecord>() as u64;
            put_record(configuration, found, headers, record, RecordKind::Tunnel, length)
        }
        None => put_event(configuration, found, headers),
    }
}

/// Puts the event of a packet into the ring. Returns whether there was room.
#[inline(always)]
fn put_event(configuration: &Configuration, found: &Found, headers: &Headers) -> bool {
    let Some(mut entry) = EVENTS.reserve(0) else { return false };
    // SAFETY: the reserved entry is large and aligned enough for an event.
    unsafe { found.write(entry.as_mut_ptr(), RecordKind::Event, configuration.generation, headers) };
    entry.submit(wake_up(configuration, size_of::<Event>()));
    true
}

/// Puts the event of a packet and the rest of `length` bytes in `record` into the ring. Returns whether there was room.
#[inline(always)]
fn put_record(
    configuration: &Configuration,
    found: &Found,
    headers: &Headers,
    record: &mut HeaderRecord,
    kind: RecordKind,
    length: u64,
) -> bool {
    // SAFETY: a reference is valid to write through.
    unsafe { found.write(&raw mut record.event, kind, configuration.generation, headers) };
    // Copied, and no longer than there is something to say: a ring entry that is written in place has one size.
    // SAFETY: the map is a ring buffer, and the length at most that of the record: `load` gives no more. A tunnel's record is
    // how it begins.
    let result = unsafe {
        bpf_ringbuf_output(
            ptr::from_ref(&EVENTS).cast_mut().cast(),
            ptr::from_mut(record).cast(),
            length,
            wake_up(configuration, size_of::<HeaderRecord>()),
        )
    };
    result == 0
}

/// Copies the first `size` bytes of a packet, as far as there is room. Returns how many there are then.
#[inline(always)]
fn load<P: Packet>(packet: &P, bytes: &mut [u8; MAX_HEADER_BYTES], size: u32) -> u64 {
    if size == 0 {
        return 0;
    }
    // The verifier wants to see that it is more than 0 and not too much; the mask shows it both.
    let size = (opaque(u64::from(size) - 1) & (MAX_HEADER_BYTES as u64 - 1)) + 1;
    // SAFETY: see the mask.
    if unsafe { packet.load(bytes, size as u32) } { size } else { 0 }
}

/// Wakes the reader when the ring has just reached its threshold; below it the reader comes by itself, above
/// it is awake already. `size` is that of the record.
#[inline(always)]
fn wake_up(configuration: &Configuration, size: usize) -> u64 {
    // SAFETY: the map is a ring buffer.
    let waiting =
        unsafe { bpf_ringbuf_query(ptr::from_ref(&EVENTS).cast_mut().cast(), u64::from(BPF_RB_AVAIL_DATA)) };
    let wake = u64::from(configuration.wake_bytes);
    let flag = if waiting >= wake && waiting < wake + WAKE_WINDOW * size as u64 {
        BPF_RB_FORCE_WAKEUP
    } else {
        BPF_RB_NO_WAKEUP
    };
    u64::from(flag)
}
