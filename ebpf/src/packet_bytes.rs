//! Reading packet memory in a way the verifier can follow.

use core::{ffi::c_long, hint::cold_path, ptr};

use xdplive_packet::{Frame, Malformed};

use crate::verifier::opaque;

/// The linear part of a packet: what a program may read directly.
#[derive(Clone, Copy)]
pub struct Linear {
    /// Address of the first byte.
    data: usize,
    /// Address behind the last byte.
    data_end: usize,
}

impl Linear {
    /// What is between these addresses.
    ///
    /// # Safety
    /// They are `data` and `data_end` of the context that the kernel gave, and no helper is called that moves packet memory.
    #[inline(always)]
    pub unsafe fn new(data: usize, data_end: usize) -> Self {
        Self { data, data_end }
    }

    /// The `N` bytes at `offset`, where all of them are in the linear part.
    #[inline(always)]
    pub fn read<'a, const N: usize>(self, offset: u32) -> Option<&'a [u8; N]> {
        // The compiler would otherwise fold `offset` and `N` into one sum and compare that: the verifier
        // only carries a bound over to the very pointer that was compared.
        let start = opaque((self.data + offset as usize) as u64) as usize;
        if start + N > self.data_end {
            return None;
        }
        // SAFETY: `start..start + N` was just compared with the end of the packet, and packet memory stays where it is
        // while the program runs, for which the caller of `new` answers.
        Some(unsafe { &*(start as *const [u8; N]) })
    }
}

/// More than any header the parser can come to: 22 bytes of Ethernet and tags, 40 of IPv6, eight extension
/// headers of 2048 bytes.
const MAX_OFFSET: u32 = 0x7fff;

/// `offset`, of which the verifier knows nothing afterwards but an upper bound, small enough to add to a
/// packet pointer. `cursor` is memory whose content it does not follow.
#[inline(always)]
pub fn settle(offset: u32, cursor: &mut u32) -> u32 {
    // SAFETY: a reference is valid to write and read through.
    let settled = unsafe {
        ptr::write_volatile(cursor, offset);
        ptr::read_volatile(cursor)
    };
    // A mask, not a comparison: before 6.2 or so the verifier learns from that about one copy of the number only.
    settled & MAX_OFFSET
}

/// A frame as far as its bytes can be read without a helper.
///
/// Nearly every packet has all of its headers there. Where helpers could be called, the compiler would have what the parser knows
/// on the stack, and not in registers.
pub struct Direct<'a> {
    linear: Linear,
    /// Of the whole frame, bytes.
    length: u32,
    room: &'a mut Room,
}

impl<'a> Direct<'a> {
    /// A frame of `length` bytes that begins with `linear`.
    #[inline(always)]
    pub fn new(linear: Linear, length: u32, room: &'a mut Room) -> Self {
        room.missed = 0;
        Self { linear, length, room }
    }

    /// Whether bytes were asked for that are not there, though the frame may have them.
    #[inline(always)]
    pub fn is_not_enough(&self) -> bool {
        self.room.missed != 0
    }
}

impl Frame for Direct<'_> {
    #[inline(always)]
    fn length(&self) -> u32 {
        self.length
    }

    #[inline(always)]
    fn read<const N: usize>(&mut self, offset: u32) -> Result<&[u8; N], Malformed> {
        let Some(bytes) = self.linear.read(offset) else {
            cold_path();
            self.room.missed = 1;
            return Err(Malformed::Truncated);
        };
        Ok(bytes)
    }

    #[inline(always)]
    fn settle(&mut self, offset: u32) -> u32 {
        settle(offset, &mut self.room.cursor)
    }
}

/// Room for one header that has to be copied; the longest one the parser reads in one piece is IPv6's.
pub type Scratch = [u8; 40];

/// What a hook's view of a packet needs besides the packet.
#[repr(C)]
pub struct Room {
    /// A header that is not in the linear part of the packet.
    pub scratch: Scratch,
    /// See [`settle`].
    pub cursor: u32,
    /// Of the whole frame, in bytes: the kernel is asked once.
    pub length: u32,
    /// Whether bytes were asked for that cannot be read directly, 0 or 1.
    missed: u32,
}

/// The `N` bytes at `offset` of a frame of `length` bytes, copied to `scratch` by the helper `load`, which returns 0 when
/// it has filled what it is given.
#[inline(always)]
pub fn copy<const N: usize>(
    offset: u32,
    length: u32,
    scratch: &mut Scratch,
    load: impl FnOnce(&mut [u8; N]) -> c_long,
) -> Result<&[u8; N], Malformed> {
    let room = scratch.first_chunk_mut::<N>().ok_or(Malformed::Truncated)?;
    if offset + N as u32 > length || load(room) != 0 {
        cold_path();
        return Err(Malformed::Truncated);
    }
    Ok(room)
}
