//! Programs that give every packet the same verdict, such as that it be dropped.

use std::{
    ffi::{CString, c_long},
    os::fd::{AsRawFd as _, OwnedFd, RawFd},
};

use crate::{bpf::new_descriptor, namespace::Namespace};

/// `BPF_PROG_LOAD` and `BPF_LINK_CREATE` (linux/bpf.h).
const LOAD: c_long = 5;
const CREATE_LINK: c_long = 28;
/// `r0 = …`, with the number in the upper half, and `exit`.
const ANSWER: u64 = 0xb7;
const EXIT: u64 = 0x95;
const LICENSE: &[u8] = b"GPL\0";
/// Bytes of a program's name (`BPF_OBJ_NAME_LEN`).
const NAME: usize = 16;
/// `NFPROTO_IPV4` and `NF_INET_LOCAL_IN` (linux/netfilter.h).
const LOCAL_IN: [u32; 2] = [2, 1];

/// Where a program is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// By TCX, of packets received.
    TcIngress,
    /// By TCX, of packets to be sent.
    TcEgress,
    /// By XDP in the driver.
    XdpNative,
    /// By XDP in the network stack.
    XdpGeneric,
    /// By netfilter, of IPv4 packets for this machine, whatever their interface.
    LocalIn,
}

impl Place {
    /// `BPF_PROG_TYPE_…`.
    const fn kind(self) -> u32 {
        match self {
            Self::TcIngress | Self::TcEgress => 3,
            Self::XdpNative | Self::XdpGeneric => 6,
            Self::LocalIn => 32,
        }
    }

    /// `BPF_TCX_INGRESS`, `BPF_TCX_EGRESS`, `BPF_XDP`, `BPF_NETFILTER`.
    const fn attach_type(self) -> u32 {
        match self {
            Self::TcIngress => 46,
            Self::TcEgress => 47,
            Self::XdpNative | Self::XdpGeneric => 37,
            Self::LocalIn => 45,
        }
    }

    /// `XDP_FLAGS_DRV_MODE`, `XDP_FLAGS_SKB_MODE`; none elsewhere.
    const fn flags(self) -> u32 {
        match self {
            Self::XdpNative => 4,
            Self::XdpGeneric => 2,
            _ => 0,
        }
    }
}

/// The beginning of `BPF_PROG_LOAD`'s part of `union bpf_attr`; the rest is 0.
#[repr(C)]
struct Program {
    kind: u32,
    instructions: u32,
    code: *const u64,
    license: *const u8,
    log: [u64; 2],
    version_and_flags: [u32; 2],
    name: [u8; NAME],
    index: u32,
    attach_type: u32,
}

/// `BPF_LINK_CREATE`'s part.
#[repr(C)]
struct Link {
    program: RawFd,
    index: u32,
    attach_type: u32,
    flags: u32,
    /// Of netfilter the family and the hook, both with priority 0.
    further: [u32; 4],
}

/// Attaches a program with this name that answers `verdict`, for as long as the value lives.
///
/// # Panics
/// Where the kernel refuses.
#[must_use]
pub fn give(namespace: &Namespace, interface: &str, place: Place, verdict: u32, name: &str) -> OwnedFd {
    let program = load(place, verdict, name);
    namespace.enter(|| link(&program, interface, place))
}

/// Attaches a program that lets packets go on, by TCX to these interfaces, in both directions, one after the other: what
/// attaching costs by itself, to compare with.
///
/// # Panics
/// Where the kernel refuses.
#[must_use]
pub fn bare(namespace: &Namespace, interfaces: &[String]) -> Vec<OwnedFd> {
    /// `TCX_NEXT`, -1.
    const NEXT: u32 = u32::MAX;
    let program = load(Place::TcIngress, NEXT, "");
    namespace.enter(|| {
        let ways =
            interfaces.iter().flat_map(|name| [Place::TcIngress, Place::TcEgress].map(|way| (name, way)));
        ways.map(|(name, way)| link(&program, name, way)).collect()
    })
}

fn load(place: Place, verdict: u32, name: &str) -> OwnedFd {
    let code = [u64::from(verdict) << 32 | ANSWER, EXIT];
    let mut bytes = [0; NAME];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    let mut program = Program {
        kind: place.kind(),
        instructions: 2,
        code: code.as_ptr(),
        license: LICENSE.as_ptr(),
        log: [0; 2],
        version_and_flags: [0; 2],
        name: bytes,
        index: 0,
        // Others load without.
        attach_type: if place == Place::LocalIn { place.attach_type() } else { 0 },
    };
    // SAFETY: these are the attributes of `BPF_PROG_LOAD`, with so many instructions behind their pointer.
    unsafe { new_descriptor(LOAD, &mut program) }
        .unwrap_or_else(|error| panic!("loading a program for {place:?}: {error}"))
}

fn link(program: &OwnedFd, interface: &str, place: Place) -> OwnedFd {
    let mut link = Link {
        program: program.as_raw_fd(),
        index: if place == Place::LocalIn { 0 } else { index(interface) },
        attach_type: place.attach_type(),
        flags: place.flags(),
        further: if place == Place::LocalIn { [LOCAL_IN[0], LOCAL_IN[1], 0, 0] } else { [0; 4] },
    };
    // SAFETY: these are the attributes of `BPF_LINK_CREATE`.
    unsafe { new_descriptor(CREATE_LINK, &mut link) }
        .unwrap_or_else(|error| panic!("attaching a program to {interface}, {place:?}: {error}"))
}

fn index(interface: &str) -> u32 {
    let name = CString::new(interface).expect("a name");
    // SAFETY: the call reads a string that lives as long.
    let index = unsafe { libc::if_nametoindex(name.as_ptr()) };
    assert_ne!(index, 0, "there is no interface {interface}");
    index
}
