//! The `bpf` system call (bpf(2)).

use std::{
    ffi::c_long,
    io,
    mem::size_of,
    os::fd::{FromRawFd, OwnedFd, RawFd},
};

/// A command that returns a descriptor.
///
/// # Safety
/// `command` returns a new descriptor. `attributes` has the layout that it expects, and what they point to is alive and large
/// enough.
pub unsafe fn new_descriptor<A>(command: c_long, attributes: &mut A) -> io::Result<OwnedFd> {
    // SAFETY: the caller answers for it.
    let descriptor = unsafe { call(command, attributes) }?;
    let descriptor = RawFd::try_from(descriptor).map_err(io::Error::other)?;
    // SAFETY: the caller's promise; nobody else owns a new descriptor.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
}

/// Any command.
///
/// # Safety
/// `attributes` has the layout that `command` expects, and what they point to is alive and large enough.
pub unsafe fn call<A>(command: c_long, attributes: &mut A) -> io::Result<c_long> {
    // SAFETY: the kernel reads `attributes` within the size given; for the rest the caller answers.
    let result = unsafe { libc::syscall(libc::SYS_bpf, command, &raw mut *attributes, size_of::<A>()) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}
