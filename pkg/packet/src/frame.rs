//! Access to the bytes of one frame.

use crate::headers::Malformed;

/// One frame, from its first byte as the hook sees it.
///
/// `read` takes `&mut self` because a kernel program may have to copy bytes that are not in the linear part
/// of the packet into a scratch buffer of the frame's own: only one view can be alive at a time.
pub trait Frame {
    /// Length of the whole frame in bytes, including parts outside the packet's linear memory.
    fn length(&self) -> u32;

    /// The `N` bytes that start `offset` bytes into the frame.
    ///
    /// # Errors
    /// [`Malformed::Truncated`] where the frame ends before `offset + N`.
    fn read<const N: usize>(&mut self, offset: u32) -> Result<&[u8; N], Malformed>;

    /// `offset`, on which different ways through the headers have met.
    ///
    /// In the kernel this makes the verifier forget how the offset came about: otherwise it follows every
    /// combination of tags and extension headers to the end on its own, which takes it a hundred times as
    /// long. Everywhere else it is the offset as it is.
    #[inline(always)]
    fn settle(&mut self, offset: u32) -> u32 {
        offset
    }
}

impl Frame for &[u8] {
    #[inline(always)]
    fn length(&self) -> u32 {
        u32::try_from(self.len()).unwrap_or(u32::MAX)
    }

    #[inline(always)]
    fn read<const N: usize>(&mut self, offset: u32) -> Result<&[u8; N], Malformed> {
        let start = usize::try_from(offset).map_err(|_| Malformed::Truncated)?;
        self.get(start..).and_then(|rest| rest.first_chunk::<N>()).ok_or(Malformed::Truncated)
    }
}
