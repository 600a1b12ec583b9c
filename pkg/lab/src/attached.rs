//! What is attached in the kernel, by whomever, and taking it away as `bpftool link detach` does.

use std::{collections::BTreeSet, ffi::c_long, os::fd::AsRawFd as _, thread, time::Duration};

use aya::programs::{links::LinkType, loaded_links};

use crate::{
    bpf::{call, new_descriptor},
    eventually,
};

/// `BPF_LINK_GET_FD_BY_ID` and `BPF_LINK_DETACH` (linux/bpf.h).
const OPEN_LINK: c_long = 30;
const DETACH_LINK: c_long = 34;

/// The beginning of `BPF_LINK_GET_FD_BY_ID`'s part of `union bpf_attr`; the rest is 0.
#[repr(C)]
struct OpenLink {
    id: u32,
    next_id: u32,
    flags: u32,
}

/// `BPF_LINK_DETACH`'s part.
#[repr(C)]
struct DetachLink {
    link: i32,
}

/// The kernel's ids of all XDP and TCX links.
#[must_use]
pub fn links() -> BTreeSet<u32> {
    let links = loaded_links().flatten();
    let ours = links.filter(|link| matches!(link.link_type(), Ok(LinkType::Xdp | LinkType::Tcx)));
    ours.map(|link| link.id()).collect()
}

/// Waits for the links of processes that have just ended to go: a test that counts links would take them for its own.
pub fn wait_until_at_rest() {
    const PAUSE: Duration = Duration::from_millis(100);
    let _ = eventually(Duration::from_secs(5), || {
        let before = links();
        thread::sleep(PAUSE);
        links() == before
    });
}

/// Detaches a program from its interface, whoever has attached it: the link stays with its owner, and is dead.
///
/// # Panics
/// Where there is no such link.
pub fn detach(link: u32) {
    let mut open = OpenLink { id: link, next_id: 0, flags: 0 };
    // SAFETY: these are the attributes of `BPF_LINK_GET_FD_BY_ID`, which returns a new descriptor.
    let descriptor = unsafe { new_descriptor(OPEN_LINK, &mut open) }.expect("a link of this id");
    let mut detach = DetachLink { link: descriptor.as_raw_fd() };
    // SAFETY: these are the attributes of `BPF_LINK_DETACH`.
    unsafe { call(DETACH_LINK, &mut detach) }.expect("detaching a program");
}
