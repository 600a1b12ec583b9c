//! What every hook does with a packet: count, parse, decide, report.

use core::{
    ffi::{c_long, c_void},
    ptr,
};

use aya_ebpf::{
    bindings::{BPF_RB_AVAIL_DATA, BPF_RB_FORCE_WAKEUP, BPF_RB_NO_WAKEUP},
    helpers::{bpf_ktime_get_ns, bpf_loop, bpf_ringbuf_output, bpf_ringbuf_query},
};
use xdplive_packet::{
    Event, Frame, Hook, LinkType, Tag, Wire,
    accounting::{Configuration, HookCounters, Limit, SLOTS, SlotCounters, hook_cell, slot_cell, wire_bytes},
    classify::{Verdict, Word, classify},
    event::{Direction, HeaderRecord, MAX_HEADER_BYTES, RecordKind, SEGMENTS_UNKNOWN},
    headers::Headers,
    parse_into,
};

use crate::{
    flows,
    maps::{self, BUDGETS, EVENTS, FLOWS_SEEN, WORKSPACES, Workspace},
    packet_bytes::Room,
    policy,
    verifier::opaque,
};

/// What a hook knows of a packet besides its bytes.
pub trait Packet: Frame {
    /// The tag that is no longer in the frame.
    fn tag(&self) -> Tag;

    /// Wire packets in this frame, [`xdplive_packet::event::SEGMENTS_UNKNOWN`] where unknown.
    fn segments(&self, headers: &Headers) -> u16;

    /// EtherType of the tag that is no longer in the frame; 0 where there is none.
    fn tag_protocol(&self) -> u16;

    /// Copies the first `size` bytes of the frame to `to`. Returns whether they are there.
    ///
    /// # Safety
    /// `size` is 1 to [`MAX_HEADER_BYTES`].
    unsafe fn load(&self, to: &mut [u8; MAX_HEADER_BYTES], size: u32) -> bool;
}

/// Records on the wake-up threshold: with several CPUs writing, one alone could be jumped over.
const WAKE_WINDOW: u64 = 64;

/// Counts a packet of the interface number `index` and reports it to the streams that want it. `packet` makes the hook's
/// view of it, with the room it needs.
#[inline(always)]
pub fn observe<'a, P: Packet>(hook: Hook, index: u32, packet: impl FnOnce(&'a mut Room) -> P) {
    let Some(configuration) = maps::configuration(index) else { return };
    let cell = maps::cell(hook_cell(configuration.cells, hook.direction()));
    let Some(counters) = cell.map(<*mut _>::cast::<HookCounters>) else { return };
    // SAFETY: a per-CPU value as large as any cell; programs of this object do not interrupt each other on one CPU in
    // the same direction, and the host only reads it.
    let counters = unsafe { &mut *counters };
    counters.seen += 1;

    let live = live(configuration, hook);
    if live[0] | live[1] == 0 && configuration.flows == 0 {
        return;
    }
    let Some(workspace) = WORKSPACES.get_ptr_mut(hook.direction() as u32) else { return };
    // SAFETY: a per-CPU value of this direction, see above.
    let Workspace { headers, room, flow, record } = unsafe { &mut *workspace };
    let mut packet = packet(room);
    let tag = packet.tag();
    let frame_length = packet.length() + tag.length();
    let wire = Wire { link: LinkType::from_raw(configuration.link), tag };
    clear(headers);
    parse_into(&mut packet, &wire, headers);
    let segments = fresh(packet.segments(headers));
    let header_length = u32::from(headers.header_length) + tag.length();
    let bytes = wire_bytes(frame_length, segments, header_length);
    let number = if segments == SEGMENTS_UNKNOWN { 1 } else { u64::from(segments) };
    flows::count(configuration, hook.direction(), headers, number, bytes, flow);
    let live = self::live(configuration, hook);
    if live[0] | live[1] == 0 {
        return;
    }
    let Some(tables) = maps::tables(configuration.tables) else { return };
    let Verdict { slots: mut wanted, own } = classify(tables, headers, frame_length, live);
    if own {
        // Before anything is done for a slot: what it hides is not matched, and costs neither budget nor ring.
        counters.own += 1;
        wanted &= !configuration.hiding;
    }
    if wanted == 0 {
        return;
    }
    // SAFETY: a helper without arguments.
    let time = unsafe { bpf_ktime_get_ns() };
    let direction = hook.direction();
    let mut decision = Decision {
        configuration,
        direction,
        headers,
        time,
        segments: number,
        bytes,
        left: wanted,
        passed: 0,
    };
    // SAFETY: this is what `decide` takes.
    unsafe { each_slot(wanted, decide, &mut decision) };
    let passed = decision.passed;
    if passed == 0 {
        return;
    }

    let found = Found { time, slots: passed, frame_length, segments, hook };
    let reported = if passed & configuration.headers == 0 {
        report(configuration, &found, headers)
    } else {
        let header_length = u32::from(headers.header_length);
        let there = configuration.reported_bytes(policy::header_bytes(), packet.length(), header_length);
        let captured = load(&packet, &mut record.bytes, there);
        record.tag_protocol = packet.tag_protocol();
        record.tag_control = tag.control().unwrap_or(0);
        report_with_bytes(configuration, &found, headers, record, captured)
    };
    if !reported {
        decision.left = passed;
        // SAFETY: this is what `lose` takes.
        unsafe { each_slot(passed, lose, &mut decision) };
    }
}

/// The live terms of a hook's direction, read anew: what the verifier had learnt of them before the headers were read,
/// it would follow through all of the parser.
#[inline(always)]
fn live(configuration: &Configuration, hook: Hook) -> Word {
    // SAFETY: a reference is valid to read.
    unsafe { ptr::read_volatile(&raw const configuration.live[hook.direction() as usize]) }
}

/// A packet that slots want, and what becomes of it.
struct Decision<'a> {
    configuration: &'a Configuration,
    direction: Direction,
    headers: &'a Headers,
    time: u64,
    /// Wire packets in the frame.
    segments: u64,
    /// Bytes on the wire.
    bytes: u64,
    /// Slots that have yet to be looked at.
    left: u64,
    /// Slots whose budget lets the packet pass.
    passed: u64,
}

impl Decision<'_> {
    /// The next slot to look at.
    #[inline(always)]
    fn next_slot(&mut self) -> usize {
        let slot = self.left.trailing_zeros();
        self.left &= self.left.wrapping_sub(1);
        // The compiler knows that there are no more than 63; the verifier does not.
        opaque(u64::from(slot)) as usize & (SLOTS - 1)
    }

    /// What is counted for a slot: a per-CPU value, see [`observe`].
    #[inline(always)]
    fn cell(&self, slot: usize) -> Option<*mut SlotCounters> {
        maps::cell(slot_cell(self.configuration.cells, slot as u32, self.direction))
    }
}

/// Counts the packet for the next slot, and lets it pass as far as the slot's budget goes.
unsafe extern "C" fn decide(_turn: u64, decision: *mut c_void) -> c_long {
    // SAFETY: `each_slot` gives what it was given.
    let decision = unsafe { &mut *decision.cast::<Decision<'_>>() };
    let slot = decision.next_slot();
    let limit = decision.configuration.limits[slot];
    let counts_only = limit == Limit::NONE;
    let passes = limit == 0
        || !counts_only
            && match BUDGETS.get(decision.configuration.budgets[slot]) {
                Some(bucket) => {
                    let budget = decision.configuration.budgets[slot];
                    bucket.passes(limit, decision.time, decision.headers, budget, |number| {
                        FLOWS_SEEN.get(number)
                    })
                }
                None => false,
            };
    if let Some(counted) = decision.cell(slot) {
        // SAFETY: nobody else has it, see `observe`.
        let counted = unsafe { &mut *counted };
        counted.matched += 1;
        counted.segments += decision.segments;
        counted.bytes += decision.bytes;
        counted.thinned += u64::from(!passes & !counts_only);
    }
    decision.passed |= u64::from(passes) << slot;
    0
}

/// Counts the packet as lost for the next slot.
unsafe extern "C" fn lose(_turn: u64, decision: *mut c_void) -> c_long {
    // SAFETY: `each_slot` gives what it was given.
    let decision = unsafe { &mut *decision.cast::<Decision<'_>>() };
    let slot = decision.next_slot();
    if let Some(counted) = decision.cell(slot) {
        // SAFETY: as in `decide`.
        let counted = unsafe { &mut *counted };
        counted.lost += 1;
    }
    0
}

/// Calls `step` once for each bit of `slots`. A loop of the program's own would be followed turn by turn by the
/// verifier, a helper's (kernel 5.17) only once.
///
/// # Safety
/// `step` takes a pointer to a [`Decision`] that nobody else has.
#[inline(always)]
unsafe fn each_slot(
    slots: u64,
    step: unsafe extern "C" fn(u64, *mut c_void) -> c_long,
    decision: &mut Decision<'_>,
) {
    // SAFETY: the helper calls `step` so many times with the pointer given, before it returns; for the rest the caller answers.
    unsafe {
        bpf_loop(slots.count_ones(), step as *mut c_void, ptr::from_mut(decision).cast(), 0);
    }
}

/// Writes zeros over `headers` word by word: a plain assignment becomes a call of a loop over bytes.
#[inline(always)]
fn clear(headers: &mut Headers) {
    for word in bytemuck::cast_mut::<Headers, [u64; size_of::<Headers>() / 8]>(headers) {
        // SAFETY: a reference is valid to write through.
        unsafe { ptr::write_volatile(word, 0) };
    }
}

/// `segments`, of which the verifier knows nothing afterwards: it would follow everything from here on for each way
/// in which a hook comes to the number.
#[inline(always)]
fn fresh(segments: u16) -> u16 {
    opaque(u64::from(segments)) as u16
}

/// What an event says of a packet besides its headers.
struct Found {
    time: u64,
    /// Slots that it is reported to.
    slots: u64,
    frame_length: u32,
    segments: u16,
    hook: Hook,
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

/// Puts the event of a packet into the ring. Returns whether there was room.
#[inline(always)]
fn report(configuration: &Configuration, found: &Found, headers: &Headers) -> bool {
    let Some(mut entry) = EVENTS.reserve(0) else { return false };
    // SAFETY: the reserved entry is large and aligned enough for an event.
    unsafe { found.write(entry.as_mut_ptr(), RecordKind::Event, configuration.generation, headers) };
    entry.submit(wake_up(configuration, size_of::<Event>()));
    true
}

/// Puts the event of a packet and the first `captured` bytes in `record` into the ring. Returns whether there was room.
#[inline(always)]
fn report_with_bytes(
    configuration: &Configuration,
    found: &Found,
    headers: &Headers,
    record: &mut HeaderRecord,
    captured: u64,
) -> bool {
    record.captured = captured as u16;
    record.reserved = 0;
    // SAFETY: a reference is valid to write through.
    unsafe { found.write(&raw mut record.event, RecordKind::Headers, configuration.generation, headers) };
    // Copied, and no longer than there is something to say: a ring entry that is written in place has one size.
    let length = HeaderRecord::BYTES_AT as u64 + captured;
    // SAFETY: the map is a ring buffer, and the record's length at most that of the record: `load` gives no more.
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
