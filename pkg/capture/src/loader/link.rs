//! Attaching a program by bpf_link, and nothing else.
//!
//! aya can attach too, but turns to netlink by itself where the kernel refuses a link: such an attachment
//! would survive this process. These are the two system calls it takes, with the kernel's own answer.

use std::{
    ffi::c_long,
    io,
    mem::size_of,
    os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd},
};

use aya_obj::generated::{bpf_attach_type, bpf_cmd, bpf_link_type};
use bytemuck::{Pod, Zeroable};
use xdplive_packet::Hook;

/// In native mode only (`XDP_FLAGS_DRV_MODE`, linux/if_link.h).
const XDP_DRIVER_MODE: u32 = 1 << 2;
/// In generic mode only (`XDP_FLAGS_SKB_MODE`).
const XDP_GENERIC_MODE: u32 = 1 << 1;

/// A program attached to an interface. Dropping it detaches the program; the kernel has finished with the
/// program when the drop returns (kernel 6.1: the last reference is put in the closing process).
#[derive(Debug)]
pub struct InterfaceLink {
    /// Held for its drop.
    _fd: OwnedFd,
    /// The kernel's numbers for it.
    pub info: LinkInfo,
}

/// What the kernel says of a link (`struct bpf_link_info`, for XDP and TCX).
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct LinkInfo {
    kind: u32,
    /// Id of the link.
    pub id: u32,
    /// Id of the program.
    pub program: u32,
    padding: u32,
    /// The interface; 0 when it has gone.
    pub index: u32,
    attach_type: u32,
}

/// `BPF_LINK_CREATE`'s part of `union bpf_attr`; the zeros stand for "behind all others" (TCX).
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct CreateAttributes {
    program: RawFd,
    index: u32,
    attach_type: u32,
    flags: u32,
    relative: [u64; 2],
}

/// `BPF_OBJ_GET_INFO_BY_FD`'s part of `union bpf_attr`.
#[derive(Clone, Copy)]
#[repr(C)]
struct InfoAttributes {
    fd: RawFd,
    length: u32,
    info: *mut LinkInfo,
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
        let mut attributes = CreateAttributes {
            program: program.as_raw_fd(),
            index,
            attach_type: attach_type as u32,
            flags,
            relative: [0; 2],
        };
        let fd = bpf(bpf_cmd::BPF_LINK_CREATE, &mut attributes)?;
        let fd = RawFd::try_from(fd).map_err(|_| io::ErrorKind::InvalidData)?;
        // SAFETY: a successful BPF_LINK_CREATE returns a new file descriptor that nobody else owns.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
        let info = info(fd.as_fd())?;
        if info.kind != kind as u32 || info.index != index {
            return Err(io::Error::other(format!("the kernel made a link of kind {} instead", info.kind)));
        }
        Ok(Self { _fd: fd, info })
    }
}

fn info(link: BorrowedFd<'_>) -> io::Result<LinkInfo> {
    let mut info = LinkInfo::zeroed();
    let mut attributes =
        InfoAttributes { fd: link.as_raw_fd(), length: size_of::<LinkInfo>() as u32, info: &raw mut info };
    bpf(bpf_cmd::BPF_OBJ_GET_INFO_BY_FD, &mut attributes)?;
    Ok(info)
}

/// The `bpf` system call. `attributes` has the layout that `command` expects.
fn bpf<A>(command: bpf_cmd, attributes: &mut A) -> io::Result<c_long> {
    // SAFETY: the kernel reads and writes `attributes` within the size given, and what they point to stays
    // alive during the call.
    let result =
        unsafe { libc::syscall(libc::SYS_bpf, command as c_long, &raw mut *attributes, size_of::<A>()) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}
