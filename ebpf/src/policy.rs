//! What the loader fixes when it loads the programs. It keeps the map to itself: the process that writes the other maps has no
//! way to it.

use crate::maps::POLICY;

/// Most bytes of a frame that may be reported where its headers end before that. 0, only headers, unless the loader says
/// otherwise.
#[inline(always)]
pub fn header_bytes() -> u32 {
    POLICY.get(0).copied().unwrap_or(0)
}
