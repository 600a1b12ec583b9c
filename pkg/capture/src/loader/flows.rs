//! The tables of flows, made on demand: an interface whose flows nobody asks for has none.

use aya::maps::MapData;
use aya_obj::generated::bpf_map_type::{self, BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_PERCPU_ARRAY};
use xdplive_packet::{
    event::Direction,
    flow::{BANKS, Beside, FlowCounters, FlowKey, TABLE_FLAGS},
};

use super::{programs::from_map, protocol::LoaderError};

/// Both banks of an interface's flows, empty. Like the templates in the object, but for the tables' size.
pub struct FlowBanks {
    /// What is counted beside the tables.
    pub beside: [MapData; BANKS],
    /// The tables.
    pub tables: [MapData; BANKS],
}

impl FlowBanks {
    /// Creates tables for so many flows each.
    ///
    /// # Errors
    /// [`LoaderError::NotAllowed`] without the capabilities, [`LoaderError::Failed`] otherwise.
    pub fn create(entries: u32) -> Result<Self, LoaderError> {
        let beside = || {
            create(
                BPF_MAP_TYPE_PERCPU_ARRAY,
                "flows_beside",
                (size_of::<u32>(), size_of::<Beside>()),
                Direction::ALL.len() as u32,
                0,
            )
        };
        let table = || {
            create(
                BPF_MAP_TYPE_HASH,
                "flows",
                (size_of::<FlowKey>(), size_of::<FlowCounters>()),
                entries,
                TABLE_FLAGS,
            )
        };
        Ok(Self { beside: [beside()?, beside()?], tables: [table()?, table()?] })
    }
}

/// Creates a map with keys and values of these `sizes`.
fn create(
    kind: bpf_map_type,
    name: &str,
    sizes: (usize, usize),
    entries: u32,
    flags: u32,
) -> Result<MapData, LoaderError> {
    // A key or value is smaller than a page.
    let (key, value) = (sizes.0 as u32, sizes.1 as u32);
    let map = aya_obj::Map::new_from_params(kind as u32, key, value, entries, flags);
    MapData::create(map, name, None).map_err(|error| from_map(&error))
}
