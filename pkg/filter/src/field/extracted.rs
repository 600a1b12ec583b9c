//! Values that have no table of their own in the kernel: bytes by their offset, and what is computed from headers.

use bytemuck::Zeroable as _;
use xdplive_packet::{
    Layers, TunnelKind,
    classify::{ABSENT, Computed, Extract, Origin, WITHOUT_ID},
};

/// Where bytes are counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layer {
    /// The Ethernet header.
    Link,
    /// The IP header, or ARP.
    Network,
    /// The header of the upper layer; there is none in a fragment other than the first.
    Upper,
}

/// A value that is extracted from a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Extracted {
    /// `size` bytes (1, 2 or 4) from `offset` on, a number in network byte order, of which the bits of `mask` count.
    Bytes {
        /// From where.
        layer: Layer,
        /// The first byte.
        offset: u8,
        /// How many.
        size: u8,
        /// The others are taken for 0.
        mask: u32,
    },
    /// Id of the outermost tunnel of a kind; [`WITHOUT_ID`] for one that has none.
    Tunnel(TunnelKind),
    /// Bytes of an IP packet behind the header of its upper layer.
    PayloadLength,
    /// Whether an IP packet is a fragment, 0 or 1.
    Fragment,
}

/// What extracted values of a packet are read from.
#[derive(Clone, Copy, Debug)]
pub struct Bytes<'h> {
    /// The whole frame.
    pub frame: &'h [u8],
    /// Where the packet's layers are in it.
    pub layers: &'h Layers,
    /// What is computed from its headers.
    pub computed: &'h Computed,
}

impl Extracted {
    /// Bits that hold every value.
    pub(super) const fn bits(self) -> u32 {
        match self {
            Self::Bytes { size, .. } => size as u32 * 8,
            Self::Tunnel(_) => WITHOUT_ID.ilog2() + 1,
            Self::PayloadLength => 32,
            Self::Fragment => 1,
        }
    }

    /// How the kernel gets at it, without classes.
    #[must_use]
    pub fn extract(self) -> Extract {
        let (origin, offset, size) = match self {
            Self::Bytes { layer, offset, size, .. } => {
                let origin = match layer {
                    Layer::Link => Origin::Link,
                    Layer::Network => Origin::Network,
                    Layer::Upper => Origin::Upper,
                };
                (origin, offset.into(), size.into())
            }
            Self::Tunnel(kind) => (Origin::Computed, Computed::tunnel(kind as u8), 0),
            Self::PayloadLength => (Origin::Computed, Computed::PAYLOAD_LENGTH, 0),
            Self::Fragment => (Origin::Computed, Computed::FRAGMENT, 0),
        };
        let mask = if let Self::Bytes { mask, .. } = self { mask } else { u32::MAX };
        Extract { origin: origin as u32, offset, size, mask, ..Extract::zeroed() }
    }

    /// Whole bytes.
    pub(crate) const fn bytes(layer: Layer, offset: u8, size: u8) -> Self {
        Self::Bytes { layer, offset, size, mask: u32::MAX >> (u32::BITS - 8 * size as u32) }
    }

    /// Whether tunnels have to be looked into for it.
    #[must_use]
    pub const fn is_of_tunnels(self) -> bool {
        matches!(self, Self::Tunnel(_))
    }

    pub(super) fn value(self, bytes: &Bytes<'_>) -> Option<u128> {
        let value = self.extract().value(bytes.layers, bytes.computed, &mut &*bytes.frame);
        (value != ABSENT).then_some(value.into())
    }
}
