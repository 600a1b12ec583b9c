//! What programs go by now, in memory that is shared with them, and waiting for those that still go by something else.

use std::{
    io,
    os::fd::OwnedFd,
    ptr::NonNull,
    sync::atomic::{AtomicU64, Ordering},
};

use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};
use xdplive_packet::accounting::InForce;

use crate::bpf::{Array, ArrayOfMaps, page_size};

/// [`InForce`] as programs read it, and a way to wait for them. Shared by the engine, which writes places, and the
/// thread that reads flows, which changes banks.
#[derive(Debug)]
pub struct InForceMap {
    words: Words,
    barrier: ArrayOfMaps,
    barrier_inner: OwnedFd,
}

impl InForceMap {
    /// Of these maps: [`InForce`], the array of maps to wait by, and the map to put there.
    ///
    /// # Errors
    /// Where the first cannot be mapped.
    pub fn new(in_force: &Array<InForce>, barrier: ArrayOfMaps, barrier_inner: OwnedFd) -> io::Result<Self> {
        Ok(Self { words: Words::map(in_force)?, barrier, barrier_inner })
    }

    /// Writes a place, at once for all programs that look from now on.
    pub fn place(&self, place: usize, value: u64) {
        self.words.store(1 + place, value);
    }

    /// Has programs that look from now on count flows into this bank.
    pub fn set_flow_bank(&self, bank: u32) {
        self.words.store(0, bank.into());
    }

    /// Waits until no program runs any more that began before this was called.
    ///
    /// # Errors
    /// The kernel's.
    pub fn settle(&self) -> io::Result<()> {
        self.barrier.put(0, &self.barrier_inner)
    }
}

/// Memory that is shared with the kernel: [`InForce`] as a row of words.
#[derive(Debug)]
struct Words {
    words: NonNull<AtomicU64>,
    /// Bytes mapped.
    size: usize,
}

/// Words in [`InForce`].
const WORDS: usize = size_of::<InForce>() / size_of::<u64>();

// SAFETY: the mapping belongs to this value alone and is accessed through atomic types.
unsafe impl Send for Words {}
// SAFETY: see above.
unsafe impl Sync for Words {}

impl Words {
    fn map(map: &Array<InForce>) -> io::Result<Self> {
        let size = size_of::<InForce>().next_multiple_of(page_size());
        let protection = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: a new mapping, at an address of the kernel's choice.
        let words = unsafe { mmap(std::ptr::null_mut(), size, protection, MapFlags::SHARED, map, 0) }?;
        let words = NonNull::new(words.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Self { words, size })
    }

    fn store(&self, number: usize, value: u64) {
        if number < WORDS {
            // SAFETY: so many words are mapped for as long as this value lives; they are aligned, and programs read
            // them as words.
            unsafe { self.words.add(number).as_ref() }.store(value, Ordering::Release);
        }
    }
}

impl Drop for Words {
    fn drop(&mut self) {
        // SAFETY: nobody has a pointer into the mapping any more. Where it fails, some pages stay mapped.
        let _ = unsafe { munmap(self.words.as_ptr().cast(), self.size) };
    }
}
