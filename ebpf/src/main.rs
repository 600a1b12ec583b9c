//! The kernel side of XDP Live: one program for each hook, all thin shells around `xdplive-packet`.
//!
//! | program | hook |
//! |---|---|
//! | `xdp_native` | XDP in the driver |
//! | `xdp_generic` | XDP on socket buffers |
//! | `tcx_ingress`, `tcx_egress` | TCX |
//!
//! Every program counts the packet, parses it where a stream is live or flows are counted, and writes one event
//! for a wanted packet. It never changes a packet and never decides its fate: XDP programs pass, TCX programs leave it
//! to the next.
#![no_std]
#![no_main]
#![feature(asm_experimental_arch)]

mod deliver;
mod flows;
mod inside;
mod maps;
mod object;
mod observe;
mod packet;
mod packet_bytes;
mod policy;
mod report;
mod tcx;
mod verifier;
mod wanted;
mod xdp;

use aya_ebpf::{
    macros::{classifier, xdp},
    programs::{TcContext, XdpContext},
};
use xdplive_packet::Hook;

/// XDP in native mode; `frags` lets it see frames larger than a page.
#[xdp(frags)]
pub fn xdp_native(ctx: XdpContext) -> u32 {
    xdp::observe(&ctx, Hook::XdpNative)
}

/// XDP in generic mode.
#[xdp(frags)]
pub fn xdp_generic(ctx: XdpContext) -> u32 {
    xdp::observe(&ctx, Hook::XdpGeneric)
}

/// TCX, packets received.
#[classifier]
pub fn tcx_ingress(ctx: TcContext) -> i32 {
    tcx::observe(&ctx, Hook::TcxIngress)
}

/// TCX, packets sent.
#[classifier]
pub fn tcx_egress(ctx: TcContext) -> i32 {
    tcx::observe(&ctx, Hook::TcxEgress)
}
