//! Attaching a program by bpf_link, and nothing else.
//!
//! aya can attach too, but turns to netlink by itself where the kernel refuses a link: such an attachment
//! would survive this process.

use std::{
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
};

use aya_obj::generated::{bpf_attach_type, bpf_link_type};
use xdplive_packet::Hook;

use crate::bpf::{self, LinkInfo};

/// In native mode only (`XDP_FLAGS_DRV_MODE`, linux/if_link.h).
const XDP_DRIVER_MODE: u32 = 1 << 2;
/// In generic mode only (`XDP_FLAGS_SKB_MODE`).
const XDP_GENERIC_MODE: u32 = 1 << 1;

/// A program attached to an interface. Dropping it detaches the program; the kernel has finished with the
/// program when the drop returns (kernel 6.1: the last reference is put in the closing process).
#[derive(Debug)]
pub struct InterfaceLink {
    /// Its drop detaches.
    fd: OwnedFd,
    /// The kernel's numbers for it.
    pub info: LinkInfo,
}

impl InterfaceLink {
    /// Attaches `program` to the interface number `index` at `hook`. Kernel 6.1 for XDP, 6.6 for TCX.
    ///
    /// # Errors
    /// The kernel's.
    pub fn attach(program: BorrowedFd<'_>, hook: Hook, index: u32) -> io::Result<Self> {
        let (attach_type, flags, kind) = match hook {
            Hook::XdpNative => (bpf_attach_type::BPF_XDP, XDP_DRIVER_MODE, bpf_link_type::BPF_LINK_TYPE_XDP),
            Hook::XdpGeneric => {
                (bpf_attach_type::BPF_XDP, XDP_GENERIC_MODE, bpf_link_type::BPF_LINK_TYPE_XDP)
            }
            Hook::TcxIngress => (bpf_attach_type::BPF_TCX_INGRESS, 0, bpf_link_type::BPF_LINK_TYPE_TCX),
            Hook::TcxEgress => (bpf_attach_type::BPF_TCX_EGRESS, 0, bpf_link_type::BPF_LINK_TYPE_TCX),
        };
        let fd = bpf::create_link(program, index, attach_type as u32, flags)?;
        let info = bpf::link_info(fd.as_fd())?;
        if info.kind != kind as u32 || info.index != index {
            return Err(io::Error::other(format!("the kernel made a link of kind {} instead", info.kind)));
        }
        Ok(Self { fd, info })
    }

    /// Whether nothing of ours is attached by it any more: the interface has gone, another process has detached the
    /// program (`BPF_LINK_DETACH`), or has put another in its place (`BPF_LINK_UPDATE`). A link of which the kernel does
    /// not tell counts as alive.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        let Ok(now) = bpf::link_info(self.fd.as_fd()) else { return false };
        now.index == 0 || now.program != self.info.program
    }
}
