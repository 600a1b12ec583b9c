//! Which host of which source is which.

use std::sync::{Mutex, PoisonError};

use crate::host::{Host, HostId};

/// Hosts of several sources under ids of their own. A host keeps its id for as long as this lives.
#[derive(Debug, Default)]
pub(super) struct Hosts(Mutex<Vec<(usize, HostId)>>);

impl Hosts {
    /// The id of a host of the source at `part`. Beyond 65,536 hosts all others are taken for one.
    pub(super) fn id(&self, part: usize, host: HostId) -> HostId {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = known.iter().position(|one| *one == (part, host)).unwrap_or_else(|| {
            if known.len() <= usize::from(u16::MAX) {
                known.push((part, host));
            }
            known.len() - 1
        });
        HostId::new(u16::try_from(place).unwrap_or(u16::MAX))
    }

    /// A host of the source at `part` as one of all.
    pub(super) fn of(&self, part: usize, host: &Host) -> Host {
        Host { id: self.id(part, host.id), name: host.name.clone() }
    }

    /// The place of the source that has this host, and what it is called there.
    pub(super) fn find(&self, host: HostId) -> Option<(usize, HostId)> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        known.into_iter().enumerate().find_map(|(place, one)| {
            (u16::try_from(place).ok().map(HostId::new) == Some(host)).then_some(one)
        })
    }
}
