//! How full a ring is.
//!
//! The kernel tells it to eBPF programs (`bpf_ringbuf_query`) only; for everybody else the positions of producer and
//! consumer are in the first two pages of the map (Documentation/bpf/ringbuf.rst).

use std::{
    io,
    ptr::NonNull,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use aya::maps::{MapData, RingBuf};
use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

use crate::bpf::page_size;

/// A look at a ring that others write and read, and the most it held of late.
#[derive(Debug)]
pub struct RingFill {
    positions: Positions,
    /// Size of the ring, bytes.
    size: u32,
    peaks: Mutex<Peaks>,
}

/// Time over which the fullest moment is remembered: a ring fills and empties many times between two looks at its
/// accounts.
const WINDOW: Duration = Duration::from_secs(1);

/// The fullest moment of this window and of the one before, bytes.
#[derive(Clone, Copy, Debug)]
struct Peaks {
    since: Instant,
    now: usize,
    before: usize,
}

impl Peaks {
    fn turn(&mut self, now: Instant) {
        let age = now.saturating_duration_since(self.since);
        if age >= WINDOW {
            self.before = if age < 2 * WINDOW { self.now } else { 0 };
            self.now = 0;
            self.since = now;
        }
    }
}

impl RingFill {
    /// Of a ring of `size` bytes.
    ///
    /// # Errors
    /// Where its first pages cannot be mapped.
    pub fn new(ring: &RingBuf<MapData>, size: u32) -> io::Result<Self> {
        let peaks = Peaks { since: Instant::now(), now: 0, before: 0 };
        Ok(Self { positions: Positions::map(ring)?, size, peaks: Mutex::new(peaks) })
    }

    /// Looks how full it is now. To be called before it is emptied.
    pub fn look(&self) {
        let waiting = self.positions.waiting();
        let mut peaks = self.peaks.lock().unwrap_or_else(PoisonError::into_inner);
        peaks.turn(Instant::now());
        peaks.now = peaks.now.max(waiting);
    }

    /// The fullest moment of the last one to two seconds, percent of the ring.
    #[must_use]
    pub fn highest(&self) -> f64 {
        let mut peaks = self.peaks.lock().unwrap_or_else(PoisonError::into_inner);
        peaks.turn(Instant::now());
        let most = peaks.now.max(peaks.before).max(self.positions.waiting());
        // Rings have at most 2^30 bytes, which a double holds exactly.
        let percent = 100.0 * most as f64 / f64::from(self.size.max(1));
        // Between the reading of two positions the ring goes on.
        percent.min(100.0)
    }
}

/// The pages with the consumer's and the producer's position.
#[derive(Debug)]
struct Positions {
    pages: NonNull<u8>,
    page: usize,
}

// SAFETY: the mapping belongs to this value alone and is only read, through atomic types.
unsafe impl Send for Positions {}
// SAFETY: see above.
unsafe impl Sync for Positions {}

impl Positions {
    fn map(ring: &RingBuf<MapData>) -> io::Result<Self> {
        let page = page_size();
        // SAFETY: a new mapping, at an address of the kernel's choice.
        let pages =
            unsafe { mmap(std::ptr::null_mut(), 2 * page, ProtFlags::READ, MapFlags::SHARED, ring, 0) }?;
        let pages = NonNull::new(pages.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Self { pages, page })
    }

    /// Bytes that were reserved and have not been consumed.
    fn waiting(&self) -> usize {
        let consumed = self.position(0);
        self.position(self.page).wrapping_sub(consumed)
    }

    fn position(&self, offset: usize) -> usize {
        // SAFETY: two pages of a ring are mapped for as long as this value lives, and the kernel keeps an aligned word at the
        // beginning of each, which it writes atomically.
        unsafe { self.pages.byte_add(offset).cast::<AtomicUsize>().as_ref() }.load(Ordering::Acquire)
    }
}

impl Drop for Positions {
    fn drop(&mut self) {
        // SAFETY: nobody has a pointer into the mapping any more. Where it fails, two pages stay mapped.
        let _ = unsafe { munmap(self.pages.as_ptr().cast(), 2 * self.page) };
    }
}
