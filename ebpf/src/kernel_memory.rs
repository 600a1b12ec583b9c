//! Reading the kernel's structures, for programs that are attached to its tracepoints. Each object has a map `OFFSETS` with what the
//! loader has found in the running kernel's BTF, by the numbers of its `offset`.

use aya_ebpf::helpers::bpf_probe_read_kernel;

use crate::{OFFSETS, offset};

/// Whether it can be an address of the kernel's.
#[inline(always)]
pub const fn is_of_kernel(address: u64) -> bool {
    address >> 63 == 1
}

/// The address at an address.
#[inline(always)]
pub fn pointer(at: u64) -> Option<u64> {
    read::<u64>(at)
}

/// What is at an address of the kernel's.
#[inline(always)]
pub fn read<T>(at: u64) -> Option<T> {
    // SAFETY: the helper fails where there is nothing.
    unsafe { bpf_probe_read_kernel(at as *const T) }.ok()
}

/// The address of a member of the structure at an address.
#[inline(always)]
pub fn member(of: u64, number: u32) -> Option<u64> {
    Some(of + u64::from(*OFFSETS.get(number)?))
}

/// A member of the structure at an address.
#[inline(always)]
pub fn number<T>(of: u64, at: u32) -> Option<T> {
    read(member(of, at)?)
}

/// The number of the network namespace of a device or socket.
#[inline(always)]
pub fn namespace_of(owner: u64, at: u32) -> Option<u32> {
    if !is_of_kernel(owner) {
        return None;
    }
    let namespace = pointer(member(owner, at)?)?;
    number(namespace, offset::NAMESPACE_NUMBER)
}
