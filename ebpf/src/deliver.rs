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
    maps::{self, BUDGETS, FLOWS_SEEN, INNERMOST, OUTERMOST, Work},
    observe::measure,
    packet::Packet,
    report::{self, Found},
    verifier::{opaque, reread},
};

/// Counts one of the packets at work for the slots that want it, and reports it as far as budgets go.
#[inline(always)]
pub fn deliver<P: Packet>(packet: &mut P, configuration: &Configuration, work: &mut Work, view: u32) {
    if configuration.flows == 0 {
        // Otherwise that has been done.
        measure(packet, configuration, &work.views[OUTERMOST], &work.inside, &mut work.seen);
    }
    let number = view as usize & 1;
    let viewed = &work.views[number];
    let wanted = viewed.wanted;
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
    if wanted & wanted.wrapping_sub(1) == 0 {
        // One slot, as nearly always: the helper's way to call costs more than what it calls.
        decision.pass();
    } else {
        // SAFETY: this is what `pass` takes.
        unsafe { each_slot(wanted, pass, &mut decision) };
    }
    reread();
    let passed = decision.passed;
    if passed == 0 {
        return;
    }
    let found =
        Found { time, slots: passed, frame_length: work.seen.length, segments: work.seen.segments, hook };
    let tunnel = if number == INNERMOST { Some(&viewed.tunnel) } else { None };
    if !report::report(packet, configuration, &found, headers, tunnel, &mut work.record) {
        decision.left = passed;
        if passed & passed.wrapping_sub(1) == 0 {
            decision.lose();
        } else {
            // SAFETY: this is what `lose` takes.
            unsafe { each_slot(passed, lose, &mut decision) };
        }
    }
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

    /// Counts the packet for the next slot, and lets it pass as far as the slot's budget goes.
    #[inline(always)]
    fn pass(&mut self) {
        let slot = self.next_slot();
        let limit = self.configuration.limits[slot];
        let counts_only = limit == Limit::NONE;
        let passes = limit == 0
            || !counts_only
                && match BUDGETS.get(self.configuration.budgets[slot]) {
                    Some(bucket) => {
                        let budget = self.configuration.budgets[slot];
                        bucket.passes(limit, self.time, self.headers, budget, |number| FLOWS_SEEN.get(number))
                    }
                    None => false,
                };
        if let Some(counted) = self.cell(slot) {
            // SAFETY: nobody else has it, see `observe`.
            let counted = unsafe { &mut *counted };
            counted.matched += 1;
            counted.segments += self.segments;
            counted.bytes += self.bytes;
            counted.thinned += u64::from(!passes & !counts_only);
        }
        self.passed |= u64::from(passes) << slot;
    }

    /// Counts the packet as lost for the next slot.
    #[inline(always)]
    fn lose(&mut self) {
        let slot = self.next_slot();
        if let Some(counted) = self.cell(slot) {
            // SAFETY: as in `pass`.
            let counted = unsafe { &mut *counted };
            counted.lost += 1;
        }
    }
}

/// [`Decision::pass`].
unsafe extern "C" fn pass(_turn: u64, decision: *mut c_void) -> c_long {
    // SAFETY: `each_slot` gives what it was given.
    unsafe { &mut *decision.cast::<Decision<'_>>() }.pass();
    0
}

/// [`Decision::lose`].
unsafe extern "C" fn lose(_turn: u64, decision: *mut c_void) -> c_long {
    // SAFETY: `each_slot` gives what it was given.
    unsafe { &mut *decision.cast::<Decision<'_>>() }.lose();
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
