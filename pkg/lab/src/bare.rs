//! Links to a program that does nothing: what attaching costs by itself, to compare with.

use std::{
    ffi::{CString, c_long},
    os::fd::{AsRawFd as _, OwnedFd, RawFd},
};

use crate::{bpf::new_descriptor, namespace::Namespace};

/// `BPF_PROG_LOAD` and `BPF_LINK_CREATE` (linux/bpf.h).
const LOAD: c_long = 5;
const CREATE_LINK: c_long = 28;
/// `BPF_PROG_TYPE_SCHED_CLS`.
const CLASSIFIER: u32 = 3;
/// `BPF_TCX_INGRESS` and `BPF_TCX_EGRESS`.
const WAYS: [u32; 2] = [46, 47];
/// `r0 = TCX_NEXT` (-1) and `exit`.
const DO_NOTHING: [u64; 2] = [0xffff_ffff_0000_00b7, 0x95];
const LICENSE: &[u8] = b"GPL\0";

/// The beginning of `BPF_PROG_LOAD`'s part of `union bpf_attr`; the rest is 0.
#[repr(C)]
struct Program {
    kind: u32,
    instructions: u32,
    code: *const u64,
    license: *const u8,
    log: [u64; 2],
}

/// `BPF_LINK_CREATE`'s part.
#[repr(C)]
struct Link {
    program: RawFd,
    index: u32,
    attach_type: u32,
    flags: u32,
    relative: [u64; 2],
}

/// Attaches a program that does nothing to these interfaces, in both directions, one after the other, as long as the
/// value lives.
///
/// # Panics
/// Where the kernel refuses.
#[must_use]
pub fn links(namespace: &Namespace, interfaces: &[String]) -> Vec<OwnedFd> {
    namespace.enter(|| {
        let mut program = Program {
            kind: CLASSIFIER,
            instructions: 2,
            code: DO_NOTHING.as_ptr(),
            license: LICENSE.as_ptr(),
            log: [0; 2],
        };
        // SAFETY: these are the attributes of `BPF_PROG_LOAD`, with so many instructions behind their pointer.
        let program =
            unsafe { new_descriptor(LOAD, &mut program) }.expect("loading a program that does nothing");
        let ways = interfaces.iter().flat_map(|name| WAYS.map(|way| (index(name), way)));
        ways.map(|(index, attach_type)| {
            let program = program.as_raw_fd();
            let mut link = Link { program, index, attach_type, flags: 0, relative: [0; 2] };
            // SAFETY: these are the attributes of `BPF_LINK_CREATE`.
            unsafe { new_descriptor(CREATE_LINK, &mut link) }.expect("attaching a program that does nothing")
        })
        .collect()
    })
}

fn index(interface: &str) -> u32 {
    let name = CString::new(interface).expect("a name");
    // SAFETY: the call reads a string that lives as long.
    let index = unsafe { libc::if_nametoindex(name.as_ptr()) };
    assert_ne!(index, 0, "there is no interface {interface}");
    index
}
