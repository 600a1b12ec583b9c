//! XDP, native and generic.

use aya_ebpf::{
    bindings::xdp_action::XDP_PASS,
    helpers::{bpf_xdp_get_buff_len, bpf_xdp_load_bytes},
    programs::XdpContext,
};
use xdplive_packet::{
    Frame, Headers, Hook, Malformed, Tag,
    event::{MAX_HEADER_BYTES, SEGMENTS_UNKNOWN},
};

use crate::{
    observe::{self, Packet},
    packet_bytes::{Linear, Room, copy, settle},
};

/// Observes the packet of `ctx` and lets it pass.
#[inline(always)]
pub fn observe(ctx: &XdpContext, hook: Hook) -> u32 {
    // SAFETY: a field of the context that the kernel gave.
    let index = unsafe { (*ctx.ctx).ingress_ifindex };
    observe::observe(hook, index, |room| {
        // SAFETY: the context is the one the kernel gave. Kernel 5.18.
        let length = unsafe { bpf_xdp_get_buff_len(ctx.ctx) } as u32;
        XdpPacket { ctx, length, hook, room }
    });
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
    fn tag(&self) -> Tag {
        // One that the card took off is not to be had here.
        Tag::NONE
    }

    #[inline(always)]
    fn segments(&self, _headers: &Headers) -> u16 {
        match self.hook {
            // In the driver a frame is a wire packet: hardware aggregation is off under native XDP.
            Hook::XdpNative => 1,
            _ => SEGMENTS_UNKNOWN,
        }
    }

    #[inline(always)]
    fn tag_protocol(&self) -> u16 {
        0
    }

    #[inline(always)]
    unsafe fn load(&self, to: &mut [u8; MAX_HEADER_BYTES], size: u32) -> bool {
        // SAFETY: the context is the one the kernel gave, and the caller has room for `size`. Kernel 5.18.
        unsafe { bpf_xdp_load_bytes(self.ctx.ctx, 0, to.as_mut_ptr().cast(), size) == 0 }
    }
}
