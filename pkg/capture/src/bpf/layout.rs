//! Whether a map is laid out as the types go by that stand for it.

use std::{fmt, os::fd::OwnedFd};

use aya::maps::{MapData, MapError, MapType};
use thiserror::Error;

/// What decides how many bytes the kernel reads and writes for an element. Sizes in bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    kind: MapType,
    key: u32,
    value: u32,
}

impl Layout {
    /// Keys and values of these types.
    pub(super) const fn new<K, V>(kind: MapType) -> Self {
        Self { kind, key: size_of::<K>() as u32, value: size_of::<V>() as u32 }
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, key, value } = self;
        write!(formatter, "{kind:?} with keys of {key} and values of {value} bytes")
    }
}

/// Why a map is not used.
#[derive(Debug, Error)]
pub enum LayoutError {
    /// The kernel does not tell its layout.
    #[error("the kernel does not tell the layout of a map: {0}")]
    Unknown(#[source] MapError),
    /// It is not what this version goes by.
    #[error("a map is {found}, not {expected}; install the plugin and its loader from one package")]
    Other {
        /// What it is.
        found: Layout,
        /// What it has to be.
        expected: Layout,
    },
}

/// The map behind a descriptor, and how many entries it has room for, where its layout is the one expected.
pub(super) fn checked(map: OwnedFd, expected: Layout) -> Result<(MapData, u32), LayoutError> {
    let map = MapData::from_fd(map).map_err(LayoutError::Unknown)?;
    let info = map.info().map_err(LayoutError::Unknown)?;
    let kind = info.map_type().map_err(LayoutError::Unknown)?;
    let found = Layout { kind, key: info.key_size(), value: info.value_size() };
    if found == expected {
        Ok((map, info.max_entries()))
    } else {
        Err(LayoutError::Other { found, expected })
    }
}
