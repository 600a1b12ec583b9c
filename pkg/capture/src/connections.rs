//! How well the connections of this machine's sockets are, as their TCP tells.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use xdplive_loader::protocol::Instrument;
use xdplive_packet::socket::{Connection, Ends};
use xdplive_source::{Connections, HostId, SourceError};

use crate::{
    bpf::LruHashMap,
    instruments::{Held, Instruments},
};

/// Entries that are read with one call.
const BATCH: usize = 4096;

/// The connections known, for as long as somebody asks.
pub struct LocalConnections {
    host: HostId,
    map: LruHashMap<Ends, Connection>,
    held: Arc<Held>,
}

/// Gives who asks one and the same.
pub struct ConnectionsServer {
    host: HostId,
    instruments: Instruments,
    current: Mutex<Weak<LocalConnections>>,
}

impl ConnectionsServer {
    /// For the sockets of `host`.
    #[must_use]
    pub fn new(host: HostId, instruments: Instruments) -> Self {
        Self { host, instruments, current: Mutex::default() }
    }

    /// The connections, which are looked at from now on, if they were not before.
    ///
    /// # Errors
    /// See [`Instruments::hold`].
    pub fn get(&self) -> Result<Arc<LocalConnections>, SourceError> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = current.upgrade() {
            return Ok(known);
        }
        let held = self.instruments.hold(Instrument::Quality)?;
        let missing = || SourceError::Unavailable("the loader has sent no map of connections".to_owned());
        let map = held.take_maps().into_iter().next().ok_or_else(missing)?;
        let map = LruHashMap::new(map).map_err(|error| SourceError::Unavailable(error.to_string()))?;
        let connections = Arc::new(LocalConnections { host: self.host, map, held });
        *current = Arc::downgrade(&connections);
        Ok(connections)
    }
}

impl Connections for LocalConnections {
    fn host(&self) -> HostId {
        self.host
    }

    fn is_whole(&self) -> bool {
        self.held.is_whole
    }

    fn read(&self, each: &mut dyn FnMut(Ends, Connection)) -> Result<(), SourceError> {
        self.map.read_all(BATCH, each).map_err(|error| {
            SourceError::Unavailable(format!("what sockets tell of connections cannot be read: {error}"))
        })
    }
}
