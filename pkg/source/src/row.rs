//! One row, and where it comes from.

use std::sync::Arc;

use xdplive_packet::Event;

use crate::{
    host::{Host, HostId},
    ids::InterfaceNumber,
};

/// One packet of one interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it was seen.
    pub origin: Origin,
    /// The number of its headers' bytes in the batch; [`HeaderBytes::NONE`](super::HeaderBytes::NONE) where nobody wanted them.
    pub bytes: u32,
    /// The number of what carries it, in the batch; [`Tunnels::NONE`](super::Tunnels::NONE) where nothing does, or nobody has looked.
    pub tunnel: u32,
    /// What the kernel reported; its time means something with its batch only, see [`Batch::time`](super::Batch::time).
    pub event: Event,
}

/// Where a packet was seen, by numbers that [`Names`] resolves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The host.
    pub host: HostId,
    /// The interface, of whichever host: no two hosts of a source have the same number.
    pub interface: InterfaceNumber,
}

/// Names of the hosts and interfaces that rows of a batch come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The hosts.
    pub hosts: Vec<Host>,
    /// By number; empty where the number is not in use.
    pub interfaces: Vec<Arc<str>>,
}

impl Names {
    /// Gives a number a name. Batches on their way keep the names they have.
    pub fn set(&mut self, number: InterfaceNumber, name: Arc<str>) {
        let number = usize::from(number);
        if self.interfaces.len() <= number {
            self.interfaces.resize(number + 1, Arc::from(""));
        }
        if let Some(place) = self.interfaces.get_mut(number) {
            *place = name;
        }
    }

    /// The name of an origin's host.
    #[must_use]
    pub fn host(&self, origin: Origin) -> &str {
        // There are few.
        self.hosts.iter().find(|host| host.id == origin.host).map_or("", |host| &host.name)
    }

    /// The name of an origin's interface.
    #[must_use]
    pub fn interface(&self, origin: Origin) -> &str {
        self.interfaces.get(usize::from(origin.interface)).map_or("", |name| name)
    }
}
