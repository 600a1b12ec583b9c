//! The loader's side of maps: those that all programs share, and more of the kind on demand.

use std::{
    mem::size_of,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
};

use aya::maps::{MapData, MapError};
use aya_obj::generated::bpf_map_type::{
    self, BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_PERCPU_ARRAY,
};
use xdplive_packet::{
    accounting::{CELLS, SlotCounters},
    classify::Tables,
    flow::{BANKS, BESIDE_ENTRIES, Beside, FlowKey, FlowRecord, TABLE_FLAGS},
};

use crate::{bpf, error, protocol::LoaderError};

/// An array of one map that no program looks at, and that map: putting it there waits for all programs that run.
pub struct Barrier {
    outer: OwnedFd,
    inner: MapData,
}

impl Barrier {
    /// Creates both.
    ///
    /// # Errors
    /// [`LoaderError::NotAllowed`] without the capabilities, [`LoaderError::Failed`] otherwise.
    pub fn create() -> Result<Self, LoaderError> {
        let inner = create(BPF_MAP_TYPE_ARRAY, "barrier", (size_of::<u32>(), size_of::<u64>()), 1, 0)?;
        let outer =
            bpf::create_array_of_maps(inner.fd(), 1).map_err(|io| error::from_map(&MapError::IoError(io)))?;
        Ok(Self { outer, inner })
    }

    /// The outer map and the inner one.
    pub fn fds(&self) -> [BorrowedFd<'_>; 2] {
        [self.outer.as_fd(), self.inner.fd().as_fd()]
    }
}

/// Room for the tables of a set of filters: like the template in the object, an array of one.
///
/// # Errors
/// As [`Barrier::create`]; so below.
pub fn tables() -> Result<MapData, LoaderError> {
    create(BPF_MAP_TYPE_ARRAY, "tables", (size_of::<u32>(), size_of::<Tables>()), 1, 0)
}

/// More cells for the pool of counters.
///
/// # Errors
/// See [`tables`].
pub fn cells() -> Result<MapData, LoaderError> {
    let sizes = (size_of::<u32>(), size_of::<SlotCounters>());
    create(BPF_MAP_TYPE_PERCPU_ARRAY, "cells", sizes, CELLS, 0)
}

/// Room for what is counted of 64 interfaces beside the tables of flows, by bank.
///
/// # Errors
/// See [`tables`].
pub fn beside() -> Result<[MapData; BANKS], LoaderError> {
    let sizes = (size_of::<u32>(), size_of::<Beside>());
    let one = || create(BPF_MAP_TYPE_PERCPU_ARRAY, "flows_beside", sizes, BESIDE_ENTRIES, 0);
    Ok([one()?, one()?])
}

/// Tables for so many flows each, by bank. Like the template in the object, but for their size.
///
/// # Errors
/// See [`tables`].
pub fn flow_tables(entries: u32) -> Result<[MapData; BANKS], LoaderError> {
    let sizes = (size_of::<FlowKey>(), size_of::<FlowRecord>());
    let one = || create(BPF_MAP_TYPE_HASH, "flows", sizes, entries, TABLE_FLAGS);
    Ok([one()?, one()?])
}

/// Creates a map with keys and values of these `sizes`, each below 4 GiB.
fn create(
    kind: bpf_map_type,
    name: &str,
    sizes: (usize, usize),
    entries: u32,
    flags: u32,
) -> Result<MapData, LoaderError> {
    let (key, value) = (sizes.0 as u32, sizes.1 as u32);
    let map = aya_obj::Map::new_from_params(kind as u32, key, value, entries, flags);
    MapData::create(map, name, None).map_err(|error| error::from_map(&error))
}
