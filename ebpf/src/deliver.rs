//! What becomes of a packet in the slots that want it.

use core::{
    ffi::{c_long, c_void},
    ptr,
};

use aya_ebpf::helpers::{bpf_ktime_get_ns, bpf_loop};
use xdplive_packet::{
    Headers,
    accounting::{Configuration, Limit, SLOTS, SlotCounters, slot_cell},
    event::Direction,
};

use crate::{
    maps::{self, BUDGETS, FLOWS_SEEN, INNERMOST, Work},
    observe::Packet,
    report::{self, Found},
    verifier::opaque,
};

/// Counts the packets at work for the slots that want them, and reports them as far as budgets go.
#[inline(always)]
pub fn deliver<P: Packet>(packet: &mut P, configuration: &Configuration, work: &mut Work) {
    let mut views = Views { packet, configuration, work };
    // SAFETY: the helper calls `view` twice with the pointer given, before it returns.
    unsafe {
        bpf_loop(2, view::<P> as *mut c_void, ptr::from_mut(&mut views).cast(), 0);
    }
}

/// What [`deliver`] has.
struct Views<'a, P> {
    packet: &'a mut P,
    configuration: &'a Configuration,
    work: &'a mut Work,
}

/// Counts and reports one packet.
unsafe extern "C" fn view<P: Packet>(turn: u64, views: *mut c_void) -> c_long {
    // SAFETY: `deliver` gives what it was given.
    let Views { packet, configuration, work } = unsafe { &mut *views.cast::<Views<'_, P>>() };
    let number = opaque(turn) as usize & 1;
    let viewed = &work.views[number];
    let wanted = viewed.wanted;
    if wanted == 0 {
        return 0;
    }
    let headers = &viewed.headers;
    // SAFETY: a helper without arguments.
    let time = unsafe { bpf_ktime_get_ns() };
    let hook = packet.hook();
    let mut decision = Decision {
        configuration,
        direction: hook.direction(),
        headers,
        time,
        segments: work.seen.number,
        bytes: work.seen.bytes,
        left: wanted,
        passed: 0,
    };
    // SAFETY: this is what `pass` takes.
    unsafe { each_slot(wanted, pass, &mut decision) };
    let passed = decision.passed;
    if passed == 0 {
        return 0;
    }
    let found =
        Found { time, slots: passed, frame_length: work.seen.length, segments: work.seen.segments, hook };
    let tunnel = if number == INNERMOST { Some(&viewed.tunnel) } else { None };
    if !report::report(*packet, configuration, &found, headers, tunnel, &mut work.record) {
        decision.left = passed;
        // SAFETY: this is what `lose` takes.
        unsafe { each_slot(passed, lose, &mut decision) };
    }
    0
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
unsafe extern "C" fn pass(_turn: u64, decision: *mut c_void) -> c_long {
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
        // SAFETY: as in `pass`.
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
