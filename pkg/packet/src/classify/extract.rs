//! Values that have no table of their own: bytes of a header by their offset, and what is computed from headers.
//!
//! There is room for [`EXTRACTS`] of them in a set of tables. Each costs a packet one more look at its bytes; where no term
//! asks for any, a packet costs what it did.

use bytemuck::{Pod, Zeroable};

use super::Word;
use crate::{
    frame::Frame,
    headers::{Headers, present},
    parse::{
        Layers,
        tunnel::{MAX_TUNNELS, Tunnel},
    },
};

/// Classes of a value.
const CLASSES: usize = 256;
/// Different values that terms of one set of tables can ask for.
pub const EXTRACTS: usize = 8;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u32)]
pub enum Origin {
    /// Bytes from the start of the Ethernet header.
    Link = 0,
    /// Bytes from the start of the IP header, or of whatever else the link layer carries.
    Network = 1,
    /// Bytes from the start of the upper layer's header; there are none in a fragment other than the first.
    Upper = 2,
    /// Computed: one of [`Computed`].
    Computed = 3,
}

/// Places for values that are computed.
const PLACES: usize = 16;

/// Values that are computed from headers, by their places in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Computed {
    values: [u64; PLACES],
}

impl Computed {
    /// How many bytes an IP packet has behind the header of its upper layer.
    pub const PAYLOAD_LENGTH: u32 = 14;
    /// Whether an IP packet is a fragment: 0 or 1.
    pub const FRAGMENT: u32 = 15;

    /// The place of the id of the outermost tunnel of a kind, a [`TunnelKind`](crate::parse::tunnel::TunnelKind): its
    /// number. [`WITHOUT_ID`] where it has none.
    #[must_use]
    pub const fn tunnel(kind: u8) -> u32 {
        kind as u32
    }

    /// Computes them all. `levels` tunnels count, from the outermost on: [`Self::OUTER`] or [`Self::INNER`].
    #[inline(always)]
    pub fn fill(&mut self, headers: &Headers, layers: &Layers, tunnel: &Tunnel, levels: usize) {
        self.values = [ABSENT; PLACES];
        // From the innermost on: the outermost of a kind stays. What is none has the place 0, which nobody asks for.
        for level in (0..MAX_TUNNELS).rev() {
            if level < levels {
                let id =
                    if tunnel.with_id >> level & 1 == 1 { u64::from(tunnel.ids[level]) } else { WITHOUT_ID };
                self.values[tunnel.kinds[level] as usize & (PLACES - 1)] = id;
            }
        }
        if let Some(length) = layers.payload_length() {
            self.values[Self::PAYLOAD_LENGTH as usize] = length.into();
        }
        if headers.visible() & present::IP != 0 {
            self.values[Self::FRAGMENT as usize] = headers.has(present::FRAGMENT).into();
        }
    }

    /// Nothing computed.
    pub const NONE: Self = Self { values: [ABSENT; PLACES] };
    /// `levels` for a packet as it is on the wire.
    pub const OUTER: usize = 1;
    /// `levels` for the innermost packet.
    pub const INNER: usize = MAX_TUNNELS;
}

/// Value of a tunnel without an id.
pub const WITHOUT_ID: u64 = 1 << 32;
/// Stands for no value.
pub const ABSENT: u64 = u64::MAX;
/// A bound that no value reaches.
pub const UNUSED: u64 = u64::MAX >> 1;

/// A value that terms ask for, and its classes.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct Extract {
    /// An [`Origin`].
    pub origin: u32,
    /// The first byte, from where the origin says; a place in [`Computed`].
    pub offset: u32,
    /// Bytes of the value: 1, 2 or 4.
    pub size: u32,
    /// Bits of bytes that count; the others are taken for 0.
    pub mask: u32,
    /// Where one class ends and the next begins: class n has the values from bound n - 1 on, below bound n. Sorted, with
    /// [`UNUSED`] behind the last.
    pub bounds: [u64; CLASSES],
    /// The terms that accept each class of values.
    pub words: [Word; CLASSES],
    /// The terms that accept a packet without the value.
    pub absent: Word,
}

impl Extract {
    /// Where its bytes start; [`Layers::ABSENT`] or more where there are none.
    #[inline(always)]
    const fn start(&self, layers: &Layers) -> u32 {
        let start = if self.origin == Origin::Link as u32 {
            layers.link
        } else if self.origin == Origin::Network as u32 {
            layers.network
        } else {
            layers.upper
        };
        start.wrapping_add(self.offset & 0xffff)
    }

    /// The value, or [`ABSENT`].
    #[inline(always)]
    pub fn value<F: Frame>(&self, layers: &Layers, computed: &Computed, frame: &mut F) -> u64 {
        if self.origin == Origin::Computed as u32 {
            return computed.values[self.offset as usize & (PLACES - 1)];
        }
        let start = self.start(layers);
        if start >= Layers::ABSENT || start + self.size > layers.end {
            return ABSENT;
        }
        let at = frame.settle(start);
        let value = match self.size {
            1 => frame.read::<1>(at).map(|[byte]| u32::from(*byte)),
            2 => frame.read::<2>(at).map(|bytes| u32::from(u16::from_be_bytes(*bytes))),
            _ => frame.read::<4>(at).map(|bytes| u32::from_be_bytes(*bytes)),
        };
        match value {
            Ok(value) => u64::from(value & self.mask),
            Err(_) => ABSENT,
        }
    }

    /// The terms that accept a value, or [`ABSENT`].
    #[inline(always)]
    #[must_use]
    pub fn word(&self, value: u64) -> &Word {
        if value == ABSENT {
            return &self.absent;
        }
        // Without a branch: the verifier would follow both ways of each.
        let mut class = 0_usize;
        let mut step = CLASSES / 2;
        while step > 0 {
            let bound = self.bounds[(class + step - 1) & (CLASSES - 1)];
            // 1 where the bound is at most the value; neither has its highest bit set.
            let reached = bound.wrapping_sub(value).wrapping_sub(1) >> 63;
            class += step * reached as usize;
            step /= 2;
        }
        &self.words[class & (CLASSES - 1)]
    }
}
