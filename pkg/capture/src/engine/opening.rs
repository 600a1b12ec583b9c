//! What all programs share, made when the first of them is needed, and the end of the loader that made it.

use std::{sync::Arc, time::Duration};

use xdplive_loader::{AskError, LoaderProcess, MapLoader, protocol::LoaderError};
use xdplive_packet::Hook;

use super::{
    flow_server::FlowTables,
    generations::{Fixed, Generations},
    maps::{KernelMaps, Rest},
};
use crate::{
    reader::{KernelRing, Reader},
    settings::Settings,
};

/// The reader is woken when the ring is filled by one part in this many.
const WAKE_PART: u32 = 4;

/// The maps, once they are made.
pub struct Open {
    /// What interfaces go by.
    pub generations: Generations,
    /// How full the ring has been of late, percent.
    pub ring_used: Box<dyn Fn() -> f64 + Send>,
    /// The tables of flows; none where flows cannot be counted.
    pub flows: Option<FlowTables>,
}

/// What the control thread asks of the loader; links are the attacher's. A fake stands in for it in tests.
pub trait Opener: Send {
    /// Makes the maps, and has `reader` read the ring.
    ///
    /// # Errors
    /// Any [`AskError`]; so below.
    fn open(&self, reader: &Reader, settings: &Settings) -> Result<Open, AskError>;

    /// How long the program for `hook` has run, and how often, as far as the kernel has measured it.
    ///
    /// # Errors
    /// See [`Self::open`].
    fn kernel_time(&self, hook: Hook) -> Result<(Duration, u64), AskError>;

    /// Ends the loader, whose maps and links nobody may need any more. Returns whether it has ended within `patience`.
    fn end(self: Box<Self>, patience: Duration) -> bool;
}

/// The loader process.
pub struct LoaderOpener {
    maps: Arc<MapLoader>,
    process: LoaderProcess,
}

impl LoaderOpener {
    /// Of a loader process and the connection that maps come by.
    #[must_use]
    pub fn new(maps: MapLoader, process: LoaderProcess) -> Self {
        Self { maps: Arc::new(maps), process }
    }
}

impl Opener for LoaderOpener {
    fn open(&self, reader: &Reader, settings: &Settings) -> Result<Open, AskError> {
        let (maps, rest) = KernelMaps::new(Arc::clone(&self.maps), self.maps.open(settings.ring_bytes)?)?;
        let Rest { events, flows_beside, flow_tables, in_force, cpus } = rest;
        let (ring, fill) = KernelRing::new(events, settings.ring_bytes).map_err(|error| {
            let (action, reason) = ("using the ring".to_owned(), error.to_string());
            AskError::Loader(LoaderError::Failed { action, reason })
        })?;
        // Without the reader there is nobody who could be told.
        let _ = reader.set_ring(Box::new(ring));
        let fixed =
            Fixed { wake_bytes: settings.ring_bytes / WAKE_PART, header_bytes: settings.header_bytes };
        let loader = Arc::clone(&self.maps);
        let flows = FlowTables::new(loader, flows_beside, flow_tables, in_force, cpus, settings.flow_entries);
        Ok(Open {
            generations: Generations::new(Box::new(maps), fixed),
            ring_used: Box::new(move || fill.highest()),
            flows: Some(flows),
        })
    }

    fn kernel_time(&self, hook: Hook) -> Result<(Duration, u64), AskError> {
        self.maps.kernel_time(hook)
    }

    fn end(self: Box<Self>, patience: Duration) -> bool {
        let Self { maps, process } = *self;
        // The end of its connection is how the loader knows.
        drop(maps);
        process.end(patience)
    }
}
