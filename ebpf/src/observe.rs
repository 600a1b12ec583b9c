//! What every hook does with a packet: count, parse, and hand it to who counts flows and decides for slots.

use core::ptr;

use xdplive_packet::{
    Frame, Hook, LinkType, Tag, Wire,
    accounting::{
        Configuration, HookCounters, JUMBO_HEADER, flows::INNER, flows::OUTER, hook_cell, wire_bytes,
    },
    classify::Word,
    event::{MAX_HEADER_BYTES, SEGMENTS_UNKNOWN},
    flow::View,
    headers::{Headers, present},
    parse::Layers,
    parse_into,
};

use crate::{
    flows,
    maps::{self, Viewed, Work},
    verifier::{opaque, reread},
    wanted::wanted,
};

/// What a hook knows of a packet besides its bytes.
pub trait Packet: Frame {
    /// Where it was seen.
    fn hook(&self) -> Hook;

    /// The tag that is no longer in the frame.
    fn tag(&self) -> Tag;

    /// Bytes that each wire packet of this frame has behind its headers; 0 where it is one packet, or that is not known.
    fn segment_size(&self) -> u32;

    /// Wire packets in this frame, [`SEGMENTS_UNKNOWN`] where unknown. `header_length` bytes of it are headers that each of
    /// them has, the network layer starts at `network` ([`Layers::ABSENT`] if it was not reached), and the interface takes IP
    /// packets of `mtu` bytes (0 if that is not known).
    fn segments(&self, header_length: u32, network: u32, mtu: u32) -> u16;

    /// EtherType of the tag that is no longer in the frame; 0 where there is none.
    fn tag_protocol(&self) -> u16;

    /// Has [`inside::descend`](crate::inside::descend) done, for the configuration with a number.
    fn descend(&self, number: u32);

    /// Has [`wanted::extract`](crate::wanted::extract) done, for the configuration with a number and one of the packets at work.
    fn extract(&self, number: u32, view: u32);

    /// Copies the first `size` bytes of the frame to `to`. Returns whether they are there.
    ///
    /// # Safety
    /// `size` is 1 to [`MAX_HEADER_BYTES`].
    unsafe fn load(&self, to: &mut [u8; MAX_HEADER_BYTES], size: u32) -> bool;
}

/// Counts a packet of the interface number `index`; `go_on` has the headers read and the packet reported, with the
/// configuration that has a number.
#[inline(always)]
pub fn observe(hook: Hook, index: u32, go_on: impl Fn(u32)) {
    let Some((number, configuration)) = maps::configuration(index) else { return };
    let Some(counters) = counters(configuration, hook) else { return };
    counters.seen += 1;
    let live = live(configuration, hook);
    if live[0] | live[1] != 0 || configuration.flows != 0 {
        go_on(number);
    }
}

/// What is counted of the hook.
#[inline(always)]
fn counters(configuration: &Configuration, hook: Hook) -> Option<&mut HookCounters> {
    let cell = maps::cell(hook_cell(configuration.cells, hook.direction()))?;
    // SAFETY: a per-CPU value as large as any cell; programs of this object do not interrupt each other on one CPU in
    // the same direction, and the host only reads it.
    Some(unsafe { &mut *cell.cast::<HookCounters>() })
}

/// Reads the headers, counts flows, and asks which slots want the packet. Returns whether any does. `number` is that of the
/// configuration.
#[inline(always)]
pub fn read<P: Packet>(packet: &mut P, configuration: &Configuration, number: u32, work: &mut Work) -> bool {
    let hook = packet.hook();
    let tag = packet.tag();
    let wire = Wire { link: LinkType::from_raw(configuration.link), tag };
    let [outer, inner] = &mut work.views;
    clear(outer);
    parse_into(packet, &wire, &mut outer.headers, &mut outer.layers);
    reread();

    // All that follows goes through memory: the verifier would follow the rest for each way to come to these numbers.
    let seen = &mut work.seen;
    seen.carries = 0;
    let mut repeated = u32::from(outer.headers.header_length);
    // The headers of all layers are repeated in each packet that the kernel has yet to cut, whoever looks inside.
    // One question, not two: the verifier would follow all that comes after for each of the answers.
    if opaque(u64::from(configuration.tunnels | packet.segment_size())) != 0 {
        packet.descend(number);
        reread();
        outer.tunnel = work.inside.tunnel;
        // Packets that a program has put together itself are not cut inside.
        if work.inside.layers.end >= packet.length() {
            repeated = u32::from(work.inside.headers.header_length);
        }
        seen.carries = u8::from(work.inside.is_tunnelled()) & configuration.tunnels as u8;
    }
    seen.repeated = repeated as u16;
    reread();
    let repeated = u32::from(seen.repeated);
    seen.segments = packet.segments(repeated, outer.layers.network, configuration.mtu);
    reread();
    let segments = seen.segments;
    let taken_off = if outer.headers.has(present::JUMBO) { JUMBO_HEADER } else { 0 };
    seen.length = packet.length() + tag.length();
    seen.number = if segments == SEGMENTS_UNKNOWN { 1 } else { u64::from(segments) };
    seen.bytes = wire_bytes(seen.length, segments, repeated + tag.length(), taken_off);
    reread();

    let (flows, direction) = (configuration.flows, hook.direction());
    let carries = seen.carries != 0;
    if flows & OUTER != 0 || flows != 0 && !carries {
        let view = if carries && flows & INNER != 0 { View::Outer } else { View::Whole };
        flows::count(configuration, direction, (view, &outer.headers, None), seen, &mut work.flow);
    }
    reread();
    let live = self::live(configuration, hook);
    let tables = maps::tables(configuration.tables);
    let mut own = false;
    outer.wanted = 0;
    if live[0] | live[1] != 0
        && let Some(tables) = tables
    {
        let [first, second] = if carries { configuration.inner } else { [0; 2] };
        let live = [live[0] & !first, live[1] & !second];
        let verdict =
            wanted(packet, (tables, number), maps::OUTERMOST, outer, seen.length, &mut work.asked, live);
        own = verdict.own;
        outer.wanted = verdict.slots;
        if own {
            // Before anything is done for a slot: what it hides is not matched, and costs neither budget nor ring.
            if let Some(counters) = counters(configuration, hook) {
                counters.own += 1;
            }
            outer.wanted &= !configuration.hiding;
        }
    }
    inner.wanted = 0;
    if carries {
        inner.headers = work.inside.headers;
        inner.layers = work.inside.layers;
        inner.tunnel = work.inside.tunnel;
        if flows & INNER != 0 {
            let what = (View::Inner, &inner.headers, Some(&inner.tunnel));
            flows::count(configuration, direction, what, seen, &mut work.flow);
        }
        let [first, second] = configuration.inner;
        let live = [live[0] & first, live[1] & second];
        if live[0] | live[1] != 0
            && let Some(tables) = tables
        {
            let verdict =
                wanted(packet, (tables, number), maps::INNERMOST, inner, seen.length, &mut work.asked, live);
            inner.wanted = verdict.slots & !if own { configuration.hiding } else { 0 };
        }
    }
    outer.wanted | inner.wanted != 0
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
    view.layers = Layers::EMPTY;
}
