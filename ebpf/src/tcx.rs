//! TCX, ingress and egress.

use aya_ebpf::{bindings::tcx_action_base::TCX_NEXT, helpers::bpf_skb_load_bytes, programs::TcContext};
use xdplive_packet::{Frame, Headers, Hook, Malformed, Tag, event::MAX_HEADER_BYTES};

use crate::{
    observe::{self, Packet},
    packet_bytes::{Linear, Room, copy, settle},
};

/// Observes the packet of `ctx` and leaves it to the next program.
#[inline(always)]
pub fn observe(ctx: &TcContext, hook: Hook) -> i32 {
    // SAFETY: a field of the context that the kernel gave.
    let index = unsafe { (*ctx.skb.skb).ifindex };
    observe::observe(hook, index, |room| TcxPacket { ctx, length: ctx.len(), room });
    TCX_NEXT
}

struct TcxPacket<'a> {
    ctx: &'a TcContext,
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
    fn tag(&self) -> Tag {
        // SAFETY: fields of the context that the kernel gave.
        let (present, control) = unsafe { ((*self.ctx.skb.skb).vlan_present, (*self.ctx.skb.skb).vlan_tci) };
        if present == 0 { Tag::NONE } else { Tag::taken_off(control as u16) }
    }

    #[inline(always)]
    fn segments(&self, headers: &Headers) -> u16 {
        // SAFETY: fields of the context that the kernel gave.
        let (segments, size) = unsafe { ((*self.ctx.skb.skb).gso_segs, (*self.ctx.skb.skb).gso_size) };
        if segments == 0 && size != 0 {
            // A frame from a guest or a packet socket: the kernel has yet to count.
            let payload = self.length.saturating_sub(u32::from(headers.header_length));
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
    unsafe fn load(&self, to: &mut [u8; MAX_HEADER_BYTES], size: u32) -> bool {
        let skb = self.ctx.skb.skb.cast();
        // SAFETY: the context is the one the kernel gave, and the caller has room for `size`.
        unsafe { bpf_skb_load_bytes(skb, 0, to.as_mut_ptr().cast(), size) == 0 }
    }
}
