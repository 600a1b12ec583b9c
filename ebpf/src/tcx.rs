//! TCX, ingress and egress.

use aya_ebpf::{
    bindings::{__sk_buff, tcx_action_base::TCX_NEXT},
    helpers::bpf_skb_load_bytes,
    programs::TcContext,
};
use xdplive_packet::{
    Frame, Hook, Malformed, Tag, accounting::Configuration, event::MAX_HEADER_BYTES, flow::View,
};

use crate::{
    deliver, flows, inside,
    maps::{self, INNERMOST, OUTERMOST, Work, Workspace},
    observe,
    packet::Packet,
    packet_bytes::{Direct, Linear, Room, copy, settle},
    wanted,
};

/// Observes the packet of `ctx` and leaves it to the next program.
#[inline(always)]
pub fn observe(ctx: &TcContext, hook: Hook) -> i32 {
    // SAFETY: a field of the context that the kernel gave.
    let index = unsafe { (*ctx.skb.skb).ifindex };
    if let Some((number, configuration)) = observe::count(hook, index)
        && let Some(Workspace { room, work }) = maps::workspace(hook.direction())
    {
        room.length = ctx.len();
        observe::read(&mut TcxPacket { ctx, hook, length: room.length, room }, configuration, number, work);
        for view in [OUTERMOST, INNERMOST] {
            if work.views[view].wanted() != 0 {
                tcx_deliver(ctx.skb.skb, hook as u32, number, view as u32);
            }
        }
    }
    TCX_NEXT
}

struct TcxPacket<'a> {
    ctx: &'a TcContext,
    hook: Hook,
    /// Of the whole frame: `data_end` may come before.
    length: u32,
    room: &'a mut Room,
}

impl Frame for TcxPacket<'_> {
    #[inline(always)]
    fn length(&self) -> u32 {
        self.length
    }

    #[inline(always)]
    fn read<const N: usize>(&mut self, offset: u32) -> Result<&[u8; N], Malformed> {
        // SAFETY: the context is the one the kernel gave, and no helper that moves packet memory is called.
        let linear = unsafe { Linear::new(self.ctx.data(), self.ctx.data_end()) };
        if let Some(bytes) = linear.read::<N>(offset) {
            return Ok(bytes);
        }
        let skb = self.ctx.skb.skb.cast();
        // SAFETY: the context is the one the kernel gave, and the helper writes no more than there is room for.
        copy(offset, self.length, &mut self.room.scratch, |to: &mut [u8; N]| unsafe {
            bpf_skb_load_bytes(skb, offset, to.as_mut_ptr().cast(), N as u32)
        })
    }

    #[inline(always)]
    fn settle(&mut self, offset: u32) -> u32 {
        settle(offset, &mut self.room.cursor)
    }
}

impl Packet for TcxPacket<'_> {
    #[inline(always)]
    fn hook(&self) -> Hook {
        self.hook
    }

    #[inline(always)]
    fn tag(&self) -> Tag {
        // SAFETY: fields of the context that the kernel gave.
        let (present, control) = unsafe { ((*self.ctx.skb.skb).vlan_present, (*self.ctx.skb.skb).vlan_tci) };
        if present == 0 { Tag::NONE } else { Tag::taken_off(control as u16) }
    }

    #[inline(always)]
    fn segment_size(&self) -> u32 {
        // SAFETY: a field of the context that the kernel gave.
        unsafe { (*self.ctx.skb.skb).gso_size }
    }

    #[inline(always)]
    fn segments(&self, header_length: u32, _network: u32, _mtu: u32) -> u16 {
        // SAFETY: fields of the context that the kernel gave.
        let (segments, size) = unsafe { ((*self.ctx.skb.skb).gso_segs, (*self.ctx.skb.skb).gso_size) };
        if segments == 0 && size != 0 {
            // A frame from a guest or a packet socket: the kernel has yet to count.
            let payload = self.length.saturating_sub(header_length);
            return payload.div_ceil(size) as u16;
        }
        // 0 also stands for a frame that is one packet.
        if segments == 0 { 1 } else { segments as u16 }
    }

    #[inline(always)]
    fn tag_protocol(&self) -> u16 {
        // SAFETY: fields of the context that the kernel gave.
        let (present, protocol) =
            unsafe { ((*self.ctx.skb.skb).vlan_present, (*self.ctx.skb.skb).vlan_proto) };
        if present == 0 { 0 } else { u16::from_be(protocol as u16) }
    }

    #[inline(always)]
    fn direct(&mut self) -> Direct<'_> {
        // SAFETY: the context is the one the kernel gave, and who reads directly calls no helper.
        let linear = unsafe { Linear::new(self.ctx.data(), self.ctx.data_end()) };
        Direct::new(linear, self.length, self.room)
    }

    #[inline(always)]
    fn parse(&self, number: u32) {
        tcx_parse(self.ctx.skb.skb, self.hook as u32, number);
    }

    #[inline(always)]
    fn descend(&self, number: u32) {
        tcx_descend(self.ctx.skb.skb, self.hook as u32, number);
    }

    #[inline(always)]
    fn look_inside(&self, number: u32) {
        tcx_look_inside(self.ctx.skb.skb, self.hook as u32, number);
    }

    #[inline(always)]
    fn count_flow(&self, number: u32, view: View) {
        tcx_count_flow(self.ctx.skb.skb, self.hook as u32, number, view as u32);
    }

    #[inline(always)]
    fn extract(&self, number: u32, view: u32) {
        tcx_extract(self.ctx.skb.skb, self.hook as u32, number, view);
    }

    #[inline(always)]
    unsafe fn load(&self, to: &mut [u8; MAX_HEADER_BYTES], size: u32) -> bool {
        let skb = self.ctx.skb.skb.cast();
        // SAFETY: the context is the one the kernel gave, and the caller has room for `size`.
        unsafe { bpf_skb_load_bytes(skb, 0, to.as_mut_ptr().cast(), size) == 0 }
    }
}

// Parts of the way that the verifier looks at apart from all else: global functions, of which it assumes nothing but the types
// of their parameters. Followed in one, every way through one part would be followed through all that come after.

/// [`observe::parse`].
#[inline(never)]
#[unsafe(no_mangle)]
pub extern "C" fn tcx_parse(ctx: *mut __sk_buff, hook: u32, number: u32) -> u32 {
    at_work(ctx, hook, number, |packet, configuration, work| {
        observe::parse(packet, configuration, work);
        0
    })
}

/// [`inside::descend`].
#[inline(never)]
#[unsafe(no_mangle)]
pub extern "C" fn tcx_descend(ctx: *mut __sk_buff, hook: u32, number: u32) -> u32 {
    at_work(ctx, hook, number, |packet, _, work| {
        inside::descend(packet, work);
        0
    })
}

/// [`observe::look_inside`].
#[inline(never)]
#[unsafe(no_mangle)]
pub extern "C" fn tcx_look_inside(ctx: *mut __sk_buff, hook: u32, number: u32) -> u32 {
    at_work(ctx, hook, number, |packet, configuration, work| {
        observe::look_inside(packet, configuration, number, work);
        0
    })
}

/// [`flows::count`].
#[inline(never)]
#[unsafe(no_mangle)]
pub extern "C" fn tcx_count_flow(ctx: *mut __sk_buff, hook: u32, number: u32, view: u32) -> u32 {
    at_work(ctx, hook, number, |packet, configuration, work| {
        flows::count(packet, configuration, View::from_raw(view), work);
        0
    })
}

/// [`wanted::extract`].
#[inline(never)]
#[unsafe(no_mangle)]
pub extern "C" fn tcx_extract(ctx: *mut __sk_buff, hook: u32, number: u32, view: u32) -> u32 {
    at_work(ctx, hook, number, |packet, configuration, work| {
        wanted::extract(packet, configuration, work, view);
        0
    })
}

/// [`deliver::deliver`].
#[inline(never)]
#[unsafe(no_mangle)]
pub extern "C" fn tcx_deliver(ctx: *mut __sk_buff, hook: u32, number: u32, view: u32) -> u32 {
    at_work(ctx, hook, number, |packet, configuration, work| {
        deliver::deliver(packet, configuration, work, view);
        0
    })
}

/// Does a part of the way with the packet at hand; 0 where it is not known any more.
#[inline(always)]
fn at_work(
    ctx: *mut __sk_buff,
    hook: u32,
    number: u32,
    part: impl FnOnce(&mut TcxPacket<'_>, &Configuration, &mut Work) -> u32,
) -> u32 {
    let hook = hook_of(hook);
    let Some((configuration, Workspace { room, work })) = maps::at_work(number, hook.direction()) else {
        return 0;
    };
    let ctx = TcContext::new(ctx);
    let length = room.length;
    part(&mut TcxPacket { ctx: &ctx, hook, length, room }, configuration, work)
}

/// A hook that programs of this kind have.
#[inline(always)]
const fn hook_of(number: u32) -> Hook {
    if number == Hook::TcxEgress as u32 { Hook::TcxEgress } else { Hook::TcxIngress }
}
