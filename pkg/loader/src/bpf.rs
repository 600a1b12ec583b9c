//! The `bpf` system call (bpf(2)), and what of it only the loader does: links without aya's way to netlink, arrays of
//! maps, and what the kernel says of links and programs.

use std::{
    ffi::c_long,
    io, mem,
    os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd},
    ptr,
};

use aya_obj::generated::{
    bpf_attach_type,
    bpf_cmd::{self, BPF_ITER_CREATE, BPF_LINK_CREATE, BPF_MAP_CREATE, BPF_OBJ_GET_INFO_BY_FD},
    bpf_map_type::BPF_MAP_TYPE_ARRAY_OF_MAPS,
    bpf_prog_info,
};
use bytemuck::{Pod, Zeroable};

/// `BPF_MAP_CREATE`'s part of `union bpf_attr`.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct MapAttributes {
    kind: u32,
    key: u32,
    value: u32,
    entries: u32,
    flags: u32,
    inner: RawFd,
}

/// `BPF_LINK_CREATE`'s part of `union bpf_attr`; the zeros stand for "behind all others" (TCX).
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct LinkAttributes {
    program: RawFd,
    index: u32,
    attach_type: u32,
    flags: u32,
    relative: [u64; 2],
}

/// `BPF_OBJ_GET_INFO_BY_FD`'s part of `union bpf_attr`.
#[repr(C)]
struct InfoAttributes {
    fd: RawFd,
    length: u32,
    info: *mut u8,
}

/// What the kernel says of a link (`struct bpf_link_info`, for XDP and TCX).
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct LinkInfo {
    /// The kind of link, a `bpf_link_type`.
    pub kind: u32,
    /// Id of the link.
    pub id: u32,
    /// Id of the program.
    pub program: u32,
    padding: u32,
    /// The interface; 0 when it has gone, or the program was detached.
    pub index: u32,
    attach_type: u32,
}

/// How long a program has run, as far as the kernel has measured it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RunTime {
    /// In all its runs, nanoseconds.
    pub nanoseconds: u64,
    /// How often it ran.
    pub runs: u64,
}

/// Creates an array of `entries` maps like `inner`.
///
/// # Errors
/// The kernel's.
pub(crate) fn create_array_of_maps(inner: impl AsFd, entries: u32) -> io::Result<OwnedFd> {
    let mut attributes = MapAttributes {
        kind: BPF_MAP_TYPE_ARRAY_OF_MAPS as u32,
        key: mem::size_of::<u32>() as u32,
        value: mem::size_of::<u32>() as u32,
        entries,
        flags: 0,
        inner: inner.as_fd().as_raw_fd(),
    };
    // SAFETY: the attributes are the command's.
    let fd = unsafe { call(BPF_MAP_CREATE, &mut attributes) }?;
    // SAFETY: the command returns a new descriptor that nobody else owns.
    unsafe { owned(fd) }
}

/// Creates a link of `program` to the interface number `index`, or to what else the type of link has a number for (0 where it
/// has none).
///
/// # Errors
/// The kernel's.
pub(crate) fn create_link(
    program: impl AsFd,
    index: u32,
    attach_type: u32,
    flags: u32,
) -> io::Result<OwnedFd> {
    let program = program.as_fd().as_raw_fd();
    let mut attributes = LinkAttributes { program, index, attach_type, flags, relative: [0; 2] };
    // SAFETY: the attributes are the command's.
    let fd = unsafe { call(BPF_LINK_CREATE, &mut attributes) }?;
    // SAFETY: the command returns a new descriptor that nobody else owns.
    unsafe { owned(fd) }
}

/// `BPF_ITER_CREATE`'s part of `union bpf_attr`.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct WalkAttributes {
    link: RawFd,
    flags: u32,
}

/// Creates a link of `program` to the control group whose directory is `group`.
///
/// # Errors
/// The kernel's.
pub(crate) fn create_group_link(
    program: impl AsFd,
    group: impl AsFd,
    attach_type: bpf_attach_type,
) -> io::Result<OwnedFd> {
    let group = u32::try_from(group.as_fd().as_raw_fd()).map_err(|_| io::ErrorKind::InvalidInput)?;
    create_link(program, group, attach_type as u32, 0)
}

/// Begins a walk of the program of `link`: it goes on as the descriptor is read.
///
/// # Errors
/// The kernel's.
pub(crate) fn create_walk(link: impl AsFd) -> io::Result<OwnedFd> {
    let mut attributes = WalkAttributes { link: link.as_fd().as_raw_fd(), flags: 0 };
    // SAFETY: the attributes are the command's.
    let fd = unsafe { call(BPF_ITER_CREATE, &mut attributes) }?;
    // SAFETY: the command returns a new descriptor that nobody else owns.
    unsafe { owned(fd) }
}

/// What the kernel says of a link.
///
/// # Errors
/// The kernel's.
pub(crate) fn link_info(link: impl AsFd) -> io::Result<LinkInfo> {
    let mut info = LinkInfo::zeroed();
    // SAFETY: any bytes are such information.
    unsafe { object_info(link, &mut info) }?;
    Ok(info)
}

/// How long a program has run.
///
/// # Errors
/// The kernel's.
pub(crate) fn run_time(program: impl AsFd) -> io::Result<RunTime> {
    // SAFETY: a structure of numbers.
    let mut info: bpf_prog_info = unsafe { mem::zeroed() };
    // SAFETY: any bytes are such information; zeros ask for nothing that would be written elsewhere.
    unsafe { object_info(program, &mut info) }?;
    Ok(RunTime { nanoseconds: info.run_time_ns, runs: info.run_cnt })
}

/// What the kernel says of an object.
///
/// # Safety
/// `info` has the layout of the object's information, or of its beginning, and any bytes are a value of it.
unsafe fn object_info<I>(object: impl AsFd, info: &mut I) -> io::Result<()> {
    let length = mem::size_of::<I>() as u32;
    let mut attributes =
        InfoAttributes { fd: object.as_fd().as_raw_fd(), length, info: ptr::from_mut(info).cast() };
    // SAFETY: the information has room for `length` bytes.
    unsafe { call(BPF_OBJ_GET_INFO_BY_FD, &mut attributes) }.map(|_| ())
}

/// A descriptor that a command returned.
///
/// # Safety
/// Nobody else owns it.
unsafe fn owned(fd: c_long) -> io::Result<OwnedFd> {
    let fd = RawFd::try_from(fd).map_err(|_| io::ErrorKind::InvalidData)?;
    // SAFETY: the caller's promise.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// The `bpf` system call.
///
/// # Errors
/// The kernel's.
///
/// # Safety
/// `attributes` has the layout that `command` expects, and what it points to is alive and large enough.
pub unsafe fn call<A>(command: bpf_cmd, attributes: &mut A) -> io::Result<c_long> {
    // SAFETY: the kernel reads and writes `attributes` within the size given; for the rest the caller answers.
    let result =
        unsafe { libc::syscall(libc::SYS_bpf, command as c_long, &raw mut *attributes, mem::size_of::<A>()) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}
