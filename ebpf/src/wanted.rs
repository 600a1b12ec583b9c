//! Which slots want a packet.

use core::{
    ffi::{c_long, c_void},
    ptr,
};

use aya_ebpf::helpers::bpf_loop;
use xdplive_packet::{
    Layers,
    accounting::Configuration,
    classify::{Computed, EXTRACTS, SIDES, Tables, Verdict, Word, asks_for_more, fields, verdict},
    headers::Headers,
};

use crate::{
    maps::{self, Asked, INNERMOST, Viewed, Work},
    packet::Packet,
    verifier::{opaque, reread},
};

/// What the tables of the configuration with a number say of one of the packets at work, as far as the terms in `live` say
/// it.
#[inline(always)]
pub fn wanted<P: Packet>(
    packet: &P,
    (tables, configuration): (&Tables, u32),
    number: usize,
    view: &Viewed,
    frame_length: u32,
    asked: &mut Asked,
    live: Word,
) -> Verdict {
    let mut left = fields(tables, &view.headers, frame_length, live);
    if asks_for_more(tables, left) {
        asked.left = left;
        packet.extract(configuration, number as u32);
        reread();
        left = asked.left;
    }
    verdict(tables, left)
}

/// Keeps the terms that accept all values and pairs that they ask for beside fields.
#[inline(always)]
pub fn extract<P: Packet>(packet: &mut P, configuration: &Configuration, work: &mut Work, number: u32) {
    let Some(tables) = maps::tables(configuration.tables) else { return };
    let number = number as usize & 1;
    let levels = if number == INNERMOST { Computed::INNER } else { Computed::OUTER };
    let (view, asked) = (&work.views[number], &mut work.asked);
    asked.computed.fill(&view.headers, &view.layers, &view.tunnel, levels);
    let mut search = Search { packet, tables, headers: &view.headers, layers: &view.layers, asked };
    // SAFETY: the helper calls `step` at most so often with the pointer given, before it returns.
    unsafe {
        bpf_loop(tables.extracts_used, step::<P> as *mut c_void, ptr::from_mut(&mut search).cast(), 0);
    }
    reread();
    let left = search.asked.left;
    if left[0] & tables.paired[0] | left[1] & tables.paired[1] != 0 {
        // SAFETY: the helper calls `pair` so often with the pointer given, before it returns.
        unsafe {
            bpf_loop(SIDES as u32, pair::<P> as *mut c_void, ptr::from_mut(&mut search).cast(), 0);
        }
    }
}

/// Keeps the terms that accept one more of a packet's pairs of an address and a port.
unsafe extern "C" fn pair<P: Packet>(turn: u64, search: *mut c_void) -> c_long {
    // SAFETY: `extract` gives what it was given.
    let Search { tables, headers, asked, .. } = unsafe { &mut *search.cast::<Search<'_, P>>() };
    let word = tables.pairs.word(headers, opaque(turn) as usize);
    asked.left[0] &= word[0];
    asked.left[1] &= word[1];
    0
}

/// A packet of which terms ask for more than fields.
struct Search<'a, P> {
    packet: &'a mut P,
    tables: &'a Tables,
    headers: &'a Headers,
    layers: &'a Layers,
    asked: &'a mut Asked,
}

/// Keeps the terms that accept one more value.
unsafe extern "C" fn step<P: Packet>(turn: u64, search: *mut c_void) -> c_long {
    // SAFETY: `extract` gives what it was given.
    let Search { packet, tables, layers, asked, .. } = unsafe { &mut *search.cast::<Search<'_, P>>() };
    let extract = &tables.extracts[opaque(turn) as usize & (EXTRACTS - 1)];
    asked.value = extract.value(layers, &asked.computed, *packet);
    reread();
    let word = extract.word(asked.value);
    asked.left[0] &= word[0];
    asked.left[1] &= word[1];
    0
}
