//! The `bpf` system call (bpf(2)), for what aya 0.14 has no call: links without its way to netlink, arrays of maps,
//! many elements at once, and values of any type that kernel and host share by its layout.
//!
//! Operations on maps need no capability, only the descriptor.

use std::{
    ffi::c_long,
    io, mem,
    os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd},
    ptr,
};

use aya_obj::generated::{
    bpf_cmd::{
        self, BPF_LINK_CREATE, BPF_MAP_CREATE, BPF_MAP_DELETE_ELEM, BPF_MAP_LOOKUP_AND_DELETE_BATCH,
        BPF_MAP_LOOKUP_BATCH, BPF_MAP_LOOKUP_ELEM, BPF_MAP_UPDATE_ELEM, BPF_OBJ_GET_INFO_BY_FD,
    },
    bpf_map_type::BPF_MAP_TYPE_ARRAY_OF_MAPS,
    bpf_prog_info,
};
use bytemuck::{Pod, Zeroable, zeroed_vec};

/// The part of `union bpf_attr` of commands on one element (linux/bpf.h).
#[repr(C)]
struct ElementAttributes {
    map: RawFd,
    /// Aligns the pointers.
    padding: u32,
    key: *const u32,
    value: *mut u8,
    flags: u64,
}

/// The part of `union bpf_attr` of commands on many elements.
#[repr(C)]
struct BatchAttributes {
    /// Where to go on, as the kernel said before; null to begin.
    from: *const u32,
    /// Where the kernel says where to go on.
    next: *mut u32,
    keys: *mut u8,
    values: *mut u8,
    /// Entries there is room for; afterwards, entries written.
    count: u32,
    map: RawFd,
    element_flags: u64,
    flags: u64,
}

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
pub struct LinkInfo {
    /// The kind of link, a `bpf_link_type`.
    pub kind: u32,
    /// Id of the link.
    pub id: u32,
    /// Id of the program.
    pub program: u32,
    padding: u32,
    /// The interface; 0 when it has gone.
    pub index: u32,
    attach_type: u32,
}

/// How long a program has run, as far as the kernel has measured it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunTime {
    /// In all its runs, nanoseconds.
    pub nanoseconds: u64,
    /// How often it ran.
    pub runs: u64,
}

/// Creates an array of `entries` maps like `inner`.
///
/// # Errors
/// The kernel's.
pub fn create_array_of_maps(inner: impl AsFd, entries: u32) -> io::Result<OwnedFd> {
    let mut attributes = MapAttributes {
        kind: BPF_MAP_TYPE_ARRAY_OF_MAPS as u32,
        key: mem::size_of::<u32>() as u32,
        value: mem::size_of::<u32>() as u32,
        entries,
        flags: 0,
        inner: inner.as_fd().as_raw_fd(),
    };
    // SAFETY: the attributes are the command's.
    let fd = unsafe { bpf(BPF_MAP_CREATE, &mut attributes) }?;
    // SAFETY: the command returns a new descriptor that nobody else owns.
    unsafe { owned(fd) }
}

/// Creates a link of `program` to the interface number `index`.
///
/// # Errors
/// The kernel's.
pub fn create_link(program: impl AsFd, index: u32, attach_type: u32, flags: u32) -> io::Result<OwnedFd> {
    let program = program.as_fd().as_raw_fd();
    let mut attributes = LinkAttributes { program, index, attach_type, flags, relative: [0; 2] };
    // SAFETY: the attributes are the command's.
    let fd = unsafe { bpf(BPF_LINK_CREATE, &mut attributes) }?;
    // SAFETY: the command returns a new descriptor that nobody else owns.
    unsafe { owned(fd) }
}

/// What the kernel says of a link.
///
/// # Errors
/// The kernel's.
pub fn link_info(link: impl AsFd) -> io::Result<LinkInfo> {
    let mut info = LinkInfo::zeroed();
    // SAFETY: any bytes are such information.
    unsafe { object_info(link, &mut info) }?;
    Ok(info)
}

/// How long a program has run.
///
/// # Errors
/// The kernel's.
pub fn run_time(program: impl AsFd) -> io::Result<RunTime> {
    // SAFETY: a structure of numbers.
    let mut info: bpf_prog_info = unsafe { mem::zeroed() };
    // SAFETY: any bytes are such information; zeros ask for nothing that would be written elsewhere.
    unsafe { object_info(program, &mut info) }?;
    Ok(RunTime { nanoseconds: info.run_time_ns, runs: info.run_cnt })
}

/// Puts the map `inner` into the array of maps `outer`. When this returns, no program uses the map that was there, nor
/// anything else that programs could find before the call and not since.
///
/// # Errors
/// The kernel's.
pub fn put_map(outer: impl AsFd, index: u32, inner: impl AsFd) -> io::Result<()> {
    let mut inner: RawFd = inner.as_fd().as_raw_fd();
    // SAFETY: the value of such an array is a descriptor.
    unsafe { element(BPF_MAP_UPDATE_ELEM, outer, index, (&raw mut inner).cast()) }
}

/// Takes the map at `index` out of the array of maps `outer`.
///
/// # Errors
/// The kernel's; [`io::ErrorKind::NotFound`] where there is none.
pub fn take_map(outer: impl AsFd, index: u32) -> io::Result<()> {
    // SAFETY: the command looks at no value.
    unsafe { element(BPF_MAP_DELETE_ELEM, outer, index, ptr::null_mut()) }
}

/// Writes the element `index` of an array of values of this type.
///
/// # Errors
/// The kernel's.
pub fn write<V: Pod>(map: impl AsFd, index: u32, value: &V) -> io::Result<()> {
    // SAFETY: the command only reads the value.
    unsafe { element(BPF_MAP_UPDATE_ELEM, map, index, ptr::from_ref(value).cast_mut().cast()) }
}

/// Reads the element `index` of a per-CPU array, a value for each of `values`. There has to be one for each possible
/// CPU.
///
/// # Errors
/// The kernel's.
pub fn read_per_cpu<V: Pod>(map: impl AsFd, index: u32, values: &mut [V]) -> io::Result<()> {
    const { assert!(size_of::<V>().is_multiple_of(8), "the kernel writes values 8 bytes aligned") };
    // SAFETY: the caller has room for all CPUs, and any bytes are a value.
    unsafe { element(BPF_MAP_LOOKUP_ELEM, map, index, values.as_mut_ptr().cast()) }
}

/// Writes the element `index` of a per-CPU array, as [`read_per_cpu`] reads it.
///
/// # Errors
/// The kernel's.
pub fn write_per_cpu<V: Pod>(map: impl AsFd, index: u32, values: &mut [V]) -> io::Result<()> {
    const { assert!(size_of::<V>().is_multiple_of(8), "the kernel reads values 8 bytes aligned") };
    // SAFETY: the caller has values for all CPUs.
    unsafe { element(BPF_MAP_UPDATE_ELEM, map, index, values.as_mut_ptr().cast()) }
}

/// The number of CPUs that the kernel has room for, by how much it writes for one element of the per-CPU array `map`,
/// whose values have the size of `V`. What says it otherwise, /sys, is not there in every container.
///
/// # Errors
/// The kernel's; [`io::ErrorKind::InvalidData`] for a number that cannot be.
pub fn count_cpus<V: Pod>(map: impl AsFd) -> io::Result<usize> {
    const { assert!(size_of::<V>().is_multiple_of(8), "the kernel writes values 8 bytes aligned") };
    /// More than any kernel is built for (CONFIG_NR_CPUS).
    const MOST: usize = 8192;
    let words = size_of::<V>() / size_of::<u64>();
    // What is not written by the kernel differs between two readings with different contents.
    let read = |filling: u64| {
        let mut values = vec![filling; MOST * words];
        // SAFETY: there is room for all CPUs, and any bytes are a number.
        unsafe { element(BPF_MAP_LOOKUP_ELEM, &map, 0, values.as_mut_ptr().cast()) }?;
        Ok::<_, io::Error>(values)
    };
    let (zeros, ones) = (read(0)?, read(u64::MAX)?);
    let written = zeros.iter().zip(&ones).rposition(|(zero, one)| !(*zero == 0 && *one == u64::MAX));
    let written = written.map_or(0, |last| last + 1);
    if written == 0 || !written.is_multiple_of(words) {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok(written / words)
}

/// Reads all `entries` elements of a per-CPU array at once: `values` has room for each of them, for each possible CPU.
/// Kernel 5.13.
///
/// # Errors
/// The kernel's.
pub fn read_all_per_cpu<V: Pod>(map: impl AsFd, entries: u32, values: &mut [V]) -> io::Result<()> {
    const { assert!(size_of::<V>().is_multiple_of(8), "the kernel writes values 8 bytes aligned") };
    let mut keys: Vec<u32> = zeroed_vec(entries as usize);
    let mut next = 0_u32;
    let mut attributes = BatchAttributes {
        from: ptr::null(),
        next: &raw mut next,
        keys: keys.as_mut_ptr().cast(),
        values: values.as_mut_ptr().cast(),
        count: entries,
        map: map.as_fd().as_raw_fd(),
        element_flags: 0,
        flags: 0,
    };
    // SAFETY: keys and values have room for `count` elements, for which the caller answers.
    match unsafe { bpf(BPF_MAP_LOOKUP_BATCH, &mut attributes) } {
        // That was the last one.
        Err(error) if error.raw_os_error() != Some(libc::ENOENT) => Err(error),
        _ if attributes.count == entries => Ok(()),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// Takes every entry out of the hash `map`, at most `batch` with one call unless a bucket has more, and hands them to
/// `taken`. Nobody else may change the map meanwhile. Kernel 5.6.
///
/// # Errors
/// The kernel's. What was handed to `taken` is out of the map all the same.
pub fn drain<K: Pod, V: Pod>(map: impl AsFd, batch: usize, mut taken: impl FnMut(K, V)) -> io::Result<()> {
    let mut keys: Vec<K> = zeroed_vec(batch);
    let mut values: Vec<V> = zeroed_vec(batch);
    // The number of a bucket.
    let mut position: Option<u32> = None;
    loop {
        let mut next = 0_u32;
        let mut attributes = BatchAttributes {
            from: position.as_ref().map_or(ptr::null(), ptr::from_ref),
            next: &raw mut next,
            keys: keys.as_mut_ptr().cast(),
            values: values.as_mut_ptr().cast(),
            count: keys.len().try_into().unwrap_or(u32::MAX),
            map: map.as_fd().as_raw_fd(),
            element_flags: 0,
            flags: 0,
        };
        // SAFETY: keys and values have room for `count`, and any bytes are one of them.
        let result = unsafe { bpf(BPF_MAP_LOOKUP_AND_DELETE_BATCH, &mut attributes) };
        let error = result.as_ref().err().and_then(io::Error::raw_os_error);
        match error {
            // The next bucket alone has more than there is room for.
            Some(libc::ENOSPC) => {
                let room = keys.len() * 2;
                (keys, values) = (zeroed_vec(room), zeroed_vec(room));
                continue;
            }
            // The last entries.
            None | Some(libc::ENOENT) => {}
            Some(_) => return result.map(|_| ()),
        }
        let count = attributes.count as usize;
        keys.iter().zip(&values).take(count).for_each(|(key, value)| taken(*key, *value));
        if error.is_some() {
            return Ok(());
        }
        position = Some(next);
    }
}

/// A command on one element.
///
/// # Safety
/// `value` points to what the command and the map want, for reading and writing.
unsafe fn element(command: bpf_cmd, map: impl AsFd, index: u32, value: *mut u8) -> io::Result<()> {
    let map = map.as_fd().as_raw_fd();
    let mut attributes = ElementAttributes { map, padding: 0, key: &raw const index, value, flags: 0 };
    // SAFETY: the key lives on, and for the value the caller answers.
    unsafe { bpf(command, &mut attributes) }.map(|_| ())
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
    unsafe { bpf(BPF_OBJ_GET_INFO_BY_FD, &mut attributes) }.map(|_| ())
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
/// # Safety
/// `attributes` has the layout that `command` expects, and what it points to is alive and large enough.
unsafe fn bpf<A>(command: bpf_cmd, attributes: &mut A) -> io::Result<c_long> {
    // SAFETY: the kernel reads and writes `attributes` within the size given; for the rest the caller answers.
    let result =
        unsafe { libc::syscall(libc::SYS_bpf, command as c_long, &raw mut *attributes, mem::size_of::<A>()) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}
