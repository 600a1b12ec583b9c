//! Which host of which source is which.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::host::{Host, HostId};

/// Hosts of several sources under ids of their own. A host keeps its id for as long as this lives.
#[derive(Debug, Default)]
pub struct Hosts(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    by_id: Vec<(usize, HostId)>,
    ids: BTreeMap<(usize, HostId), HostId>,
}

impl Hosts {
    /// The id of a host of the source at `part`. Beyond 65,536 hosts all others are taken for one.
    pub fn id(&self, part: usize, host: HostId) -> HostId {
        let mut known = self.lock();
        if let Some(id) = known.ids.get(&(part, host)) {
            return *id;
        }
        let Ok(place) = u16::try_from(known.by_id.len()) else { return HostId::new(u16::MAX) };
        let id = HostId::new(place);
        known.by_id.push((part, host));
        known.ids.insert((part, host), id);
        id
    }

    /// A host of the source at `part` as one of all.
    pub fn of(&self, part: usize, host: &Host) -> Host {
        Host { id: self.id(part, host.id), ..host.clone() }
    }

    /// The place of the source that has this host, and what it is called there.
    pub fn find(&self, host: HostId) -> Option<(usize, HostId)> {
        self.lock().by_id.get(usize::from(host.number())).copied()
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        // Nothing that holds the lock can panic half-way through a change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
