//! Packets that carry others.

use core::{
    ffi::{c_long, c_void},
    ptr,
};

use aya_ebpf::helpers::bpf_loop;
use xdplive_packet::{
    Inside, Tunnel,
    parse::tunnel::{TURNS, may_carry},
};

use crate::{
    maps::{Viewed, Work},
    packet::Packet,
};

/// Reads what the packet at work carries.
#[inline(always)]
pub fn descend<P: Packet>(packet: &mut P, work: &mut Work) {
    let Work { views: [Viewed { headers, layers, .. }, _], inside, .. } = work;
    if !may_carry(headers, layers) {
        inside.tunnel = Tunnel::NONE;
        inside.layers.end = 0;
        return;
    }
    inside.begin(headers, layers, packet.length());
    let mut descent = Descent { packet, inside };
    // SAFETY: the helper calls `turn` at most so often with the pointer given, before it returns.
    unsafe {
        bpf_loop(TURNS, turn::<P> as *mut c_void, ptr::from_mut(&mut descent).cast(), 0);
    }
    inside.finish();
}

/// A packet that is looked into.
struct Descent<'a, P> {
    packet: &'a mut P,
    inside: &'a mut Inside,
}

/// Looks at one more header.
unsafe extern "C" fn turn<P: Packet>(_turn: u64, descent: *mut c_void) -> c_long {
    // SAFETY: `descend` gives what it was given.
    let Descent { packet, inside } = unsafe { &mut *descent.cast::<Descent<'_, P>>() };
    c_long::from(!inside.turn(*packet))
}
