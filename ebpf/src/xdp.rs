//! XDP, native and generic.

use aya_ebpf::{
    bindings::{xdp_action::XDP_PASS, xdp_md},
    helpers::{bpf_xdp_get_buff_len, bpf_xdp_load_bytes},
    programs::XdpContext,
};
use xdplive_packet::{
    Frame, Hook, Malformed, Tag,
    accounting::Configuration,
    event::{MAX_HEADER_BYTES, SEGMENTS_UNKNOWN},
    flow::View,
};

use crate::{
    deliver, flows, inside,
    maps::{self, INNERMOST, OUTERMOST, Work, Workspace},
    observe,
    packet::Packet,
    packet_bytes::{Direct, Linear, Room, copy, settle},
    wanted,
};

/// Observes the packet of `ctx` and lets it pass.
#[inline(always)]
pub fn observe(ctx: &XdpContext, hook: Hook) -> u32 {
    // SAFETY: a field of the context that the kernel gave.
    let index = unsafe { (*ctx.ctx).ingress_ifindex };
    if let Some((number, configuration)) = observe::count(hook, index)
        && let Some(Workspace { room, work }) = maps::workspace(hook.direction())
    {
        room.length = length(ctx);
        observe::read(&mut XdpPacket { ctx, hook, length: room.length, room }, configuration, number, work);
        for view in [OUTERMOST, INNERMOST] {
            if work.views[view].wanted() != 0 {
                xdp_deliver(ctx.ctx, hook as u32, number, view as u32);
            }
        }
    }
    XDP_PASS
}

struct XdpPacket<'a> {
    ctx: &'a XdpContext,
    /// Of the whole frame: with several buffers, `data_end` is only the end of the first.
    length: u32,
    hook: Hook,
    room: &'a mut Room,
}

impl Frame for XdpPacket<'_> {
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
        let ctx = self.ctx.ctx;
        // SAFETY: the context is the one the kernel gave, and the helper writes no more than there is room for. Kernel 5.18.
        copy(offset, self.length, &mut self.room.scratch, |to: &mut [u8; N]| unsafe {
            bpf_xdp_load_bytes(ctx, offset, to.as_mut_ptr().cast(), N as u32)
        })
    }

    #[inline(always)]
    fn settle(&mut self, offset: u32) -> u32 {
        settle(offset, &mut self.room.cursor)
    }
}

impl Packet for XdpPacket<'_> {
    #[inline(always)]
    fn hook(&self) -> Hook {
        self.hook
    }

    #[inline(always)]
    fn tag(&self) -> Tag {
        // One that the card took off is not to be had here.
        Tag::NONE
    }

    #[inline(always)]
    fn segment_size(&self) -> u32 {
        0
    }

    #[inline(always)]
    fn segments(&self, _header_length: u32, network: u32, mtu: u32) -> u16 {
        match self.hook {
            // In the driver a frame is a wire packet: hardware aggregation is off under native XDP. A tap device hands on
            // what its user has put together.
            Hook::XdpNative if mtu == 0 || self.length <= network + mtu => 1,
            _ => SEGMENTS_UNKNOWN,
        }
    }

    #[inline(always)]
    fn tag_protocol(&self) -> u16 {
        0
    }

    #[inline(always)]
    fn direct(&mut self) -> Direct<'_> {
        // SAFETY: the context is the one the kernel gave, and who reads directly calls no helper.
        let linear = unsafe { Linear::new(self.ctx.data(), self.ctx.data_end()) };
        Direct::new(linear, self.length, self.room)
    }

    #[inline(always)]
    fn parse(&self, number: u32) {
        xdp_parse(self.ctx.ctx, number);
    }

    #[inline(always)]
    fn descend(&self, number: u32) {
        xdp_descend(self.ctx.ctx, self.hook as u32, number);
    }

    #[inline(always)]
    fn look_inside(&self, number: u32) {
        xdp_look_inside(self.ctx.ctx, self.hook as u32, number);
    }

    #[inline(always)]
    fn count_flow(&self, number: u32, view: View) {
        xdp_count_flow(self.ctx.ctx, number, view as u32);
    }

    #[inline(always)]
    fn extract(&self, number: u32, view: u32) {
        xdp_extract(self.ctx.ctx, self.hook as u32, number, view);
    }

    #[inline(always)]
    unsafe fn load(&self, to: &mut [u8; MAX_HEADER_BYTES], size: u32) -> bool {
        // SAFETY: the context is the one the kernel gave, and the caller has room for `size`. Kernel 5.18.
        unsafe { bpf_xdp_load_bytes(self.ctx.ctx, 0, to.as_mut_ptr().cast(), size) == 0 }
    }
}

// Parts of the way that the verifier looks at apart from all else: global functions, of which it assumes nothing but the types
// of their parameters. Followed in one, every way through one part would be followed through all that come after.

/// [`observe::parse`].
#[inline(never)]
#[unsafe(no_mangle)]
pub extern "C" fn xdp_parse(ctx: *mut xdp_md, number: u32) -> u32 {
    // Headers are the same in either mode, and the compiler would leave a parameter out that does not count.
    at_work(ctx, Hook::XdpNative as u32, number, |packet, configuration, work| {
        observe::parse(packet, configuration, work);
        0
    })
}

/// [`inside::descend`].
#[inline(never)]
#[unsafe(no_mangle)]
pub extern "C" fn xdp_descend(ctx: *mut xdp_md, hook: u32, number: u32) -> u32 {
    at_work(ctx, hook, number, |packet, _, work| {
        inside::descend(packet, work);
        0
    })
}

/// [`observe::look_inside`].
#[inline(never)]
#[unsafe(no_mangle)]
pub extern "C" fn xdp_look_inside(ctx: *mut xdp_md, hook: u32, number: u32) -> u32 {
    at_work(ctx, hook, number, |packet, configuration, work| {
        observe::look_inside(packet, configuration, number, work);
        0
    })
}

/// [`flows::count`].
#[inline(never)]
#[unsafe(no_mangle)]
pub extern "C" fn xdp_count_flow(ctx: *mut xdp_md, number: u32, view: u32) -> u32 {
    // As above: flows are counted by direction, which is the same in either mode.
    at_work(ctx, Hook::XdpNative as u32, number, |packet, configuration, work| {
        flows::count(packet, configuration, View::from_raw(view), work);
        0
    })
}

/// [`wanted::extract`].
#[inline(never)]
#[unsafe(no_mangle)]
pub extern "C" fn xdp_extract(ctx: *mut xdp_md, hook: u32, number: u32, view: u32) -> u32 {
    at_work(ctx, hook, number, |packet, configuration, work| {
        wanted::extract(packet, configuration, work, view);
        0
    })
}

/// [`deliver::deliver`].
#[inline(never)]
#[unsafe(no_mangle)]
pub extern "C" fn xdp_deliver(ctx: *mut xdp_md, hook: u32, number: u32, view: u32) -> u32 {
    at_work(ctx, hook, number, |packet, configuration, work| {
        deliver::deliver(packet, configuration, work, view);
        0
    })
}

/// Does a part of the way with the packet at hand; 0 where it is not known any more.
#[inline(always)]
fn at_work(
    ctx: *mut xdp_md,
    hook: u32,
    number: u32,
    part: impl FnOnce(&mut XdpPacket<'_>, &Configuration, &mut Work) -> u32,
) -> u32 {
    let hook = hook_of(hook);
    let Some((configuration, Workspace { room, work })) = maps::at_work(number, hook.direction()) else {
        return 0;
    };
    let ctx = XdpContext::new(ctx);
    let length = room.length;
    part(&mut XdpPacket { ctx: &ctx, hook, length, room }, configuration, work)
}

/// A hook that programs of this kind have.
#[inline(always)]
const fn hook_of(number: u32) -> Hook {
    if number == Hook::XdpNative as u32 { Hook::XdpNative } else { Hook::XdpGeneric }
}

/// Of the whole frame.
#[inline(always)]
fn length(ctx: &XdpContext) -> u32 {
    // SAFETY: the context is the one the kernel gave. Kernel 5.18.
    unsafe { bpf_xdp_get_buff_len(ctx.ctx) as u32 }
}
