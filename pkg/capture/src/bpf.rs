//! What the plugin does with maps by the `bpf` system call (bpf(2)), for what aya 0.14 has no call: arrays of maps, many
//! elements at once, and values of any type that kernel and host share by its layout.
//!
//! It needs no capability, only the descriptor.

use std::{
    io,
    os::fd::{AsFd, AsRawFd, RawFd},
    ptr,
};

use aya_obj::generated::bpf_cmd::{
    self, BPF_MAP_DELETE_ELEM, BPF_MAP_LOOKUP_AND_DELETE_BATCH, BPF_MAP_LOOKUP_BATCH, BPF_MAP_LOOKUP_ELEM,
    BPF_MAP_UPDATE_ELEM,
};
use bytemuck::{Pod, zeroed_vec};
use xdplive_loader::bpf::call;

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
    match unsafe { call(BPF_MAP_LOOKUP_BATCH, &mut attributes) } {
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
        let result = unsafe { call(BPF_MAP_LOOKUP_AND_DELETE_BATCH, &mut attributes) };
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
    unsafe { call(command, &mut attributes) }.map(|_| ())
}
