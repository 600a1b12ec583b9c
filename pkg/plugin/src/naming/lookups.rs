//! Names that the DNS has for addresses, asked for when somebody looks at packets of them: slowly, one address once, and never where
//! somebody waits for it.

mod asker;
mod found;
mod servers;

use std::{
    collections::BTreeSet,
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use tokio::sync::mpsc::{self, Sender, error::TrySendError};
use xdplive_names::dns;

pub use self::found::LookupCounts;
use self::{asker::Asker, found::Found};

/// Addresses that wait at most.
const MOST_WAITING: usize = 1024;

/// Knows names of addresses that the DNS has, or finds them out. Copies share what they know.
#[derive(Clone)]
pub struct Lookups(Arc<Shared>);

struct Shared {
    found: Arc<Found>,
    /// What asks, until it does.
    asker: Mutex<Option<Asker>>,
    queue: Sender<IpAddr>,
    servers: Vec<SocketAddr>,
    /// The ports of this machine that questions come from.
    ports: BTreeSet<u16>,
}

impl Lookups {
    /// By the servers that this machine's programs ask. To be called while files can still be read; nothing is sent yet.
    ///
    /// # Errors
    /// Where there is no socket to be had.
    pub fn open() -> io::Result<Self> {
        Self::of(servers::servers()?)
    }

    /// By these servers.
    fn of(servers: Vec<SocketAddr>) -> io::Result<Self> {
        let (sender, queue) = mpsc::channel(MOST_WAITING);
        let asker = Asker::new(&servers, queue)?;
        let ports = asker.ports()?;
        let asker = Mutex::new(Some(asker));
        Ok(Self(Arc::new(Shared { found: Arc::default(), asker, queue: sender, servers, ports })))
    }

    /// The ports of this machine that questions come from, by UDP.
    #[must_use]
    pub fn ports(&self) -> &BTreeSet<u16> {
        &self.0.ports
    }

    /// The servers that are asked.
    #[must_use]
    pub fn servers(&self) -> &[SocketAddr] {
        &self.0.servers
    }

    /// What became of the questions so far.
    #[must_use]
    pub fn counts(&self) -> LookupCounts {
        self.0.found.lock().counts
    }

    /// The name of an address, as far as it is known now. It is asked for where nothing is known, and known a moment later.
    #[must_use]
    pub fn name(&self, address: &IpAddr, now: Instant) -> Option<Arc<str>> {
        let mut state = self.0.found.lock();
        if let Some(known) = state.known.get(address, now) {
            return known.clone();
        }
        if can_be_asked_for(address) && !state.waiting.contains(address) {
            match self.0.queue.try_send(*address) {
                Ok(()) => {
                    state.waiting.insert(*address);
                    self.begin();
                }
                Err(TrySendError::Full(_)) => state.counts.left_out += 1,
                Err(TrySendError::Closed(_)) => {}
            }
        }
        None
    }

    /// Has the task begin that asks, with the first address.
    fn begin(&self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let asker = self.0.asker.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(asker) = asker {
            // It ends with the last who knows of it.
            runtime.spawn(asker.run(self.0.servers.clone(), Arc::downgrade(&self.0.found)));
        }
    }
}

impl std::fmt::Debug for Lookups {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lookups").field("servers", &self.0.servers).finish_non_exhaustive()
    }
}

/// Whether the DNS can have a name for an address: not for one that every network has for itself.
fn can_be_asked_for(address: &IpAddr) -> bool {
    let is_of_a_link = match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    };
    dns::is_of_a_host(address) && !is_of_a_link
}

#[cfg(test)]
mod tests;
