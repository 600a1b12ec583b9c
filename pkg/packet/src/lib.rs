//! What a packet's headers say, read the same way in the kernel and on the host.
//!
//! This crate has no I/O, no allocation and no `std`: the eBPF programs in `ebpf/` and the programs in
//! `pkg/` are built from the same source, so a test on the host is a test of what runs in the kernel.
//!
//! | module | holds |
//! |---|---|
//! | [`frame`] | how a parser gets at a frame's bytes: a slice on the host, the packet in the kernel |
//! | [`wire`] | what is known of a frame besides its bytes: link type, a tag taken off before |
//! | [`parse`] | the header parser: frame in, [`Headers`] out |
//! | [`headers`] | the parser's result and the reasons to stop |
//! | [`answer`] | the record of an answer of the DNS that has passed |
//! | [`dropped`] | the record of a packet that the kernel has dropped |
//! | [`event`] | the record a kernel program puts into the ring buffer |
//! | [`names`] | what the registries call protocols and EtherTypes |
//! | [`classify`] | which filters want a packet, by tables that the host builds |
//! | [`budget`] | keeping to so many packets a second, without losing the rare ones |
//! | [`flow`] | the table of flows: its key, its counters, and what is counted beside it |
//! | [`socket`] | what kernel programs tell of local sockets |
//! | [`accounting`] | the counters and the configuration that kernel and host share |
#![cfg_attr(not(test), no_std)]
// For numbers that several CPUs change; see `shared`.
#![cfg_attr(target_arch = "bpf", feature(core_intrinsics), allow(internal_features))]

pub mod accounting;
pub mod answer;
pub mod budget;
pub mod classify;
pub mod dropped;
pub mod event;
pub mod flow;
pub mod frame;
pub mod headers;
pub mod names;
pub mod parse;
mod shared;
pub mod socket;
pub mod wire;

pub use event::{Event, Hook};
pub use frame::Frame;
pub use headers::{Headers, Malformed};
pub use parse::{
    Layers, parse, parse_into,
    tunnel::{Inside, Tunnel, TunnelKind},
};
pub use wire::{LinkType, Tag, Wire};
