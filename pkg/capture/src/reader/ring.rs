//! The ring that the kernel programs write to.

use std::{
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    sync::Arc,
};

use aya::maps::{Map, MapData, MapError, RingBuf};
use xdplive_packet::Event;

use crate::ring_fill::RingFill;

/// Where records come from. Tests have one that is filled by hand.
pub trait Ring: Send {
    /// Takes at most `most` records out, the oldest first, and hands them to `take`. Returns how many there were.
    fn read(&mut self, most: usize, take: &mut dyn FnMut(&[u8])) -> usize;

    /// Events that it holds at most.
    fn capacity(&self) -> usize;

    /// Becomes readable when it is time to look before the flush interval is over.
    fn wakes(&self) -> Option<BorrowedFd<'_>>;
}

/// The ring buffer in the kernel.
pub struct KernelRing {
    events: RingBuf<MapData>,
    fill: Arc<RingFill>,
    bytes: u32,
}

impl KernelRing {
    /// Uses the ring buffer `map` of so many bytes, and looks how full it is each time before it is read.
    ///
    /// # Errors
    /// Where it is no ring buffer, or cannot be mapped.
    pub fn new(map: OwnedFd, bytes: u32) -> Result<(Self, Arc<RingFill>), MapError> {
        let events = RingBuf::try_from(Map::from_map_data(MapData::from_fd(map)?)?)?;
        let fill = RingFill::new(&events, bytes).map_err(MapError::IoError)?;
        let fill = Arc::new(fill);
        Ok((Self { events, fill: Arc::clone(&fill), bytes }, fill))
    }
}

impl Ring for KernelRing {
    fn read(&mut self, most: usize, take: &mut dyn FnMut(&[u8])) -> usize {
        self.fill.look();
        let mut taken = 0;
        while taken < most
            && let Some(item) = self.events.next()
        {
            take(&item);
            taken += 1;
        }
        taken
    }

    fn capacity(&self) -> usize {
        self.bytes as usize / size_of::<Event>()
    }

    fn wakes(&self) -> Option<BorrowedFd<'_>> {
        Some(self.events.as_fd())
    }
}
