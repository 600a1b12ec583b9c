//! Numbers that several CPUs change at the same time.
//!
//! The eBPF target of the compiler offers no operation on them that reads and writes at once, and no atomic load,
//! because the oldest versions of the instruction set lack them. The programs are built for version 3, which has
//! the former; the latter is what every load of an aligned number is.

#[cfg(not(target_arch = "bpf"))]
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
#[cfg(target_arch = "bpf")]
use core::{
    cell::UnsafeCell,
    intrinsics::{AtomicOrdering::SeqCst, atomic_cxchg, atomic_or, atomic_xadd},
};

/// A number of 64 bits.
#[cfg(not(target_arch = "bpf"))]
#[derive(Debug, Default)]
#[repr(transparent)]
pub(crate) struct Shared(AtomicU64);

#[cfg(not(target_arch = "bpf"))]
impl Shared {
    /// The number now.
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }

    /// Makes it another number.
    pub(crate) fn set(&self, value: u64) {
        self.0.store(value, Relaxed);
    }

    /// Adds `value`, wrapping around. Returns the number before.
    pub(crate) fn add(&self, value: u64) -> u64 {
        self.0.fetch_add(value, Relaxed)
    }

    /// Sets the bits of `bits`.
    pub(crate) fn set_bits(&self, bits: u64) {
        self.0.fetch_or(bits, Relaxed);
    }

    /// Makes it `to` where it still is `from`. Returns whether it was; of several CPUs that try, one succeeds.
    pub(crate) fn advance(&self, from: u64, to: u64) -> bool {
        self.0.compare_exchange(from, to, Relaxed, Relaxed).is_ok()
    }
}

/// A number of 64 bits.
#[cfg(target_arch = "bpf")]
#[derive(Debug, Default)]
#[repr(transparent)]
pub(crate) struct Shared(UnsafeCell<u64>);

// SAFETY: every access is one instruction.
#[cfg(target_arch = "bpf")]
unsafe impl Sync for Shared {}

#[cfg(target_arch = "bpf")]
impl Shared {
    #[inline(always)]
    pub(crate) fn get(&self) -> u64 {
        // SAFETY: in bounds and aligned, as any reference is; volatile loads are one instruction.
        unsafe { self.0.get().read_volatile() }
    }

    #[inline(always)]
    pub(crate) fn set(&self, value: u64) {
        // SAFETY: as in `get`.
        unsafe { self.0.get().write_volatile(value) }
    }

    #[inline(always)]
    pub(crate) fn add(&self, value: u64) -> u64 {
        // SAFETY: as in `get`; the intrinsic is one instruction.
        unsafe { atomic_xadd::<_, _, { SeqCst }>(self.0.get(), value) }
    }

    #[inline(always)]
    pub(crate) fn set_bits(&self, bits: u64) {
        // SAFETY: as in `add`.
        unsafe { atomic_or::<_, _, { SeqCst }>(self.0.get(), bits) };
    }

    #[inline(always)]
    pub(crate) fn advance(&self, from: u64, to: u64) -> bool {
        // SAFETY: as in `add`.
        unsafe { atomic_cxchg::<_, { SeqCst }, { SeqCst }>(self.0.get(), from, to).1 }
    }
}
