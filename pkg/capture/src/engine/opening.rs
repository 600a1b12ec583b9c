//! Making the maps that all programs share, when the first of them is needed.

use std::sync::Arc;

use super::{
    control::{Open, Parts},
    flows::FlowTables,
    generations::{Fixed, Generations},
    maps::{KernelMaps, Rest},
};
use crate::{
    loader::{AskError, protocol::LoaderError},
    reader::KernelRing,
};

/// The reader is woken when the ring is filled by one part in this many.
const WAKE_PART: u32 = 4;

/// Makes the maps, and has the ring read.
///
/// # Errors
/// Any [`AskError`].
pub fn open(parts: &Parts) -> Result<Open, AskError> {
    let settings = &parts.settings;
    let (maps, rest) = KernelMaps::new(Arc::clone(&parts.maps), parts.maps.open(settings.ring_bytes)?)?;
    let Rest { events, flows_beside, flow_tables, in_force, cpus } = rest;
    let (ring, fill) = KernelRing::new(events, settings.ring_bytes).map_err(|error| {
        AskError::Loader(LoaderError::Failed {
            action: "using the ring".to_owned(),
            reason: error.to_string(),
        })
    })?;
    // Without the reader there is nobody who could be told.
    let _ = parts.reader.set_ring(Box::new(ring));
    let fixed = Fixed { wake_bytes: settings.ring_bytes / WAKE_PART, header_bytes: settings.header_bytes };
    let loader = Arc::clone(&parts.maps);
    let flows = FlowTables::new(loader, flows_beside, flow_tables, in_force, cpus, settings.flow_entries);
    Ok(Open { generations: Generations::new(Box::new(maps), fixed), fill, flows })
}
