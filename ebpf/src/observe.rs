//! What every hook does with a packet: count, parse, and hand it to who counts flows and decides for slots.

use core::{hint::cold_path, ptr};

use xdplive_packet::{
    Frame, Hook, Inside, LinkType, Tag, Wire,
    accounting::{
        Configuration, HookCounters, JUMBO_HEADER, flows::INNER, flows::OUTER, hook_cell, wire_bytes,
    },
    classify::Word,
    event::SEGMENTS_UNKNOWN,
    flow::View,
    headers::{Headers, present},
    parse::Layers,
    parse_into,
};

use crate::{
    maps::{self, Asked, INNERMOST, OUTERMOST, Seen, Viewed, Work},
    packet::Packet,
    verifier::{opaque, reread},
    wanted::wanted,
};

/// Counts a packet of the interface number `index`. Returns what the interface goes by, and the number of it, where somebody wants
/// the headers to be read.
#[inline(always)]
pub fn count(hook: Hook, index: u32) -> Option<(u32, &'static Configuration)> {
    let (number, configuration) = maps::configuration(index)?;
    let counters = counters(configuration, hook)?;
    counters.seen += 1;
    let live = live(configuration, hook);
    if live[0] | live[1] | u64::from(configuration.flows) == 0 { None } else { Some((number, configuration)) }
}

/// What is counted of the hook.
#[inline(always)]
fn counters(configuration: &Configuration, hook: Hook) -> Option<&mut HookCounters> {
    let cell = maps::cell(hook_cell(configuration.cells, hook.direction()))?;
    // SAFETY: a per-CPU value as large as any cell; programs of this object do not interrupt each other on one CPU in
    // the same direction, and the host only reads it.
    Some(unsafe { &mut *cell.cast::<HookCounters>() })
}

/// Reads the headers, counts flows, and asks which slots want the packet: [`Viewed::wanted`]. `number` is that of the
/// configuration.
#[inline(always)]
pub fn read<P: Packet>(packet: &mut P, configuration: &Configuration, number: u32, work: &mut Work) {
    let tag = packet.tag();
    let [outer, inner] = &mut work.views;
    let mut direct = packet.direct();
    parse_frame(&mut direct, tag, configuration, outer);
    if direct.is_not_enough() {
        cold_path();
        packet.parse(number);
    }
    reread();
    work.seen.length = packet.length() + tag.length();
    outer.wanted = 0;
    inner.wanted = 0;
    if opaque(u64::from(configuration.tunnels)) != 0 {
        packet.descend(number);
        packet.look_inside(number);
        return;
    }
    if configuration.flows != 0 {
        descend_to_measure(packet, configuration, number);
        measure(packet, configuration, outer, &work.inside, &mut work.seen);
        packet.count_flow(number, View::Whole);
    }
    reread();
    let live = live(configuration, packet.hook());
    judge(packet, (configuration, number), OUTERMOST, (outer, &mut work.seen, &mut work.asked), live);
    if outer.wanted() != 0 && configuration.flows == 0 {
        // For who measures it when it is delivered: called from there, it would be one call too deep for the stack.
        descend_to_measure(packet, configuration, number);
    }
}

/// Reads the headers of the packet at work, whose bytes have to be copied.
#[inline(always)]
pub fn parse<P: Packet>(packet: &mut P, configuration: &Configuration, work: &mut Work) {
    let [outer, _] = &mut work.views;
    let tag = packet.tag();
    parse_frame(packet, tag, configuration, outer);
}

#[inline(always)]
fn parse_frame<F: Frame>(frame: &mut F, tag: Tag, configuration: &Configuration, view: &mut Viewed) {
    let wire = Wire { link: LinkType::from_raw(configuration.link), tag };
    clear(view);
    parse_into(frame, &wire, &mut view.headers, &mut view.layers);
}

/// Does what follows the outermost headers, where somebody looks into tunnels: for the packet on the wire, and for the innermost
/// one.
#[inline(always)]
pub fn look_inside<P: Packet>(packet: &P, configuration: &Configuration, number: u32, work: &mut Work) {
    let hook = packet.hook();
    let flows = configuration.flows;
    let [outer, inner] = &mut work.views;
    outer.tunnel = work.inside.tunnel;
    // Through memory, as the rest: the verifier would follow all that comes after for each of the answers.
    work.seen.carries = u8::from(work.inside.is_tunnelled());
    reread();
    let carries = work.seen.carries != 0;
    if flows != 0 {
        measure(packet, configuration, outer, &work.inside, &mut work.seen);
    }
    if flows & OUTER != 0 || flows != 0 && !carries {
        let view = if carries && flows & INNER != 0 { View::Outer } else { View::Whole };
        packet.count_flow(number, view);
    }
    reread();
    let (live, [first, second]) = (live(configuration, hook), configuration.inner);
    if !carries {
        judge(packet, (configuration, number), OUTERMOST, (outer, &mut work.seen, &mut work.asked), live);
        return;
    }
    let of_outer = [live[0] & !first, live[1] & !second];
    judge(packet, (configuration, number), OUTERMOST, (outer, &mut work.seen, &mut work.asked), of_outer);
    inner.headers = work.inside.headers;
    inner.layers = work.inside.layers;
    inner.tunnel = work.inside.tunnel;
    if flows & INNER != 0 {
        packet.count_flow(number, View::Inner);
    }
    let of_inner = [live[0] & first, live[1] & second];
    judge(packet, (configuration, number), INNERMOST, (inner, &mut work.seen, &mut work.asked), of_inner);
}

/// Finds out which slots want one of the packets at work, as far as the terms in `live` say it. Own traffic is what the outermost
/// packet is.
#[inline(always)]
fn judge<P: Packet>(
    packet: &P,
    (configuration, number): (&Configuration, u32),
    view: usize,
    (viewed, seen, asked): (&mut Viewed, &mut Seen, &mut Asked),
    live: Word,
) {
    if live[0] | live[1] == 0 {
        if view == OUTERMOST {
            seen.own = 0;
        }
        return;
    }
    let Some(tables) = maps::tables(configuration.tables) else { return };
    let verdict = wanted(packet, (tables, number), view, viewed, seen.length, asked, live);
    viewed.wanted = verdict.slots;
    if view == OUTERMOST {
        seen.own = u8::from(verdict.own);
        if verdict.own {
            // Before anything is done for a slot: what it hides is not matched, and costs neither budget nor ring.
            if let Some(counters) = counters(configuration, packet.hook()) {
                counters.own += 1;
            }
            viewed.wanted &= !configuration.hiding;
        }
    } else if seen.own != 0 {
        viewed.wanted &= !configuration.hiding;
    }
}

/// Looks into a packet that the kernel has yet to cut, if that has not been done: [`measure`] needs it.
#[inline(always)]
fn descend_to_measure<P: Packet>(packet: &P, configuration: &Configuration, number: u32) {
    if configuration.tunnels == 0 && opaque(u64::from(packet.segment_size())) != 0 {
        packet.descend(number);
        reread();
    }
}

/// Finds out how many packets of how many bytes the frame at work is on the wire, which [`flows::count`] and
/// [`deliver`](crate::deliver::deliver) need to know.
#[inline(always)]
pub fn measure<P: Packet>(
    packet: &P,
    configuration: &Configuration,
    outer: &Viewed,
    inside: &Inside,
    seen: &mut Seen,
) {
    let mut repeated = u32::from(outer.headers.header_length);
    // The headers of all layers are repeated in each packet that the kernel has yet to cut, whoever looks inside. Packets that a
    // program has put together itself are not cut inside.
    if opaque(u64::from(packet.segment_size())) != 0 && inside.layers.end >= packet.length() {
        repeated = u32::from(inside.headers.header_length);
    }
    seen.repeated = repeated as u16;
    reread();
    let repeated = u32::from(seen.repeated);
    seen.segments = packet.segments(repeated, outer.layers.network, configuration.mtu);
    reread();
    let (segments, tag) = (seen.segments, packet.tag().length());
    let taken_off = if outer.headers.has(present::JUMBO) { JUMBO_HEADER } else { 0 };
    seen.number = if segments == SEGMENTS_UNKNOWN { 1 } else { u64::from(segments) };
    seen.bytes = wire_bytes(seen.length, segments, repeated + tag, taken_off);
    reread();
}

/// The live terms of a hook's direction, read anew: what the verifier had learnt of them before the headers were read,
/// it would follow through all of the parser.
#[inline(always)]
fn live(configuration: &Configuration, hook: Hook) -> Word {
    // SAFETY: a reference is valid to read.
    unsafe { ptr::read_volatile(&raw const configuration.live[hook.direction() as usize]) }
}

/// Writes zeros over the headers word by word: a plain assignment becomes a call of a loop over bytes.
#[inline(always)]
fn clear(view: &mut Viewed) {
    for word in bytemuck::cast_mut::<Headers, [u64; size_of::<Headers>() / 8]>(&mut view.headers) {
        // SAFETY: a reference is valid to write through.
        unsafe { ptr::write_volatile(word, 0) };
    }
    for layer in
        [&mut view.layers.link, &mut view.layers.network, &mut view.layers.upper, &mut view.layers.payload]
    {
        // SAFETY: as above.
        unsafe { ptr::write_volatile(layer, Layers::ABSENT) };
    }
}
