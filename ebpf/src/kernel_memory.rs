//! Reading the kernel's memory, for programs that are attached to its tracepoints.

use aya_ebpf::helpers::bpf_probe_read_kernel;

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
