//! Which process of a host packets belong to.

use std::sync::Arc;

use xdplive_packet::{Hook, event::Direction, flow::FlowKey, socket::Ends};

use crate::{host::HostId, row::Row};

/// A process, or what is left to be known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its name.
    pub name: Arc<str>,
    /// Its number, as the whole machine has it.
    pub number: u32,
    /// Its user's name, or number.
    pub user: Arc<str>,
    /// Its container, or else its control group; none in the root group.
    pub container: Option<Arc<str>>,
}

/// Whose the packets of a host's sockets are, for as long as this lives. Nothing is looked at for who does not ask.
pub trait Processes: Send + Sync {
    /// Whose sockets they are.
    fn host(&self) -> HostId;

    /// Whether they are those of the whole machine, and not those of a container only.
    fn is_whole(&self) -> bool;

    /// Whose socket has these ends.
    fn owner(&self, ends: &Ends) -> Option<Arc<Process>>;
}

/// Which end of packets is looked for first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sides {
    near: Ends,
}

impl Sides {
    /// Of a row's packet: that at the interface's side. `None` where it has no addresses.
    #[must_use]
    pub fn of_row(row: &Row) -> Option<Self> {
        let direction = Hook::from_raw(row.event.hook).map_or(Direction::In, Hook::direction);
        Ends::of_headers(&row.event.headers).map(|sender| Self::new(sender, direction))
    }

    /// Of a flow, as of its packets.
    #[must_use]
    pub fn of_flow(key: &FlowKey) -> Option<Self> {
        Ends::of_sender(key).map(|sender| Self::new(sender, key.direction()))
    }

    /// Of a conversation: that of who started it.
    #[must_use]
    pub fn of_conversation(key: &FlowKey) -> Option<Self> {
        Ends::of_sender(key).map(|near| Self { near })
    }

    fn new(sender: Ends, direction: Direction) -> Self {
        let near = if direction == Direction::Out { sender } else { sender.reversed() };
        Self { near }
    }

    /// Whose packets they are: of the socket at the first end, or else of that at the other.
    #[must_use]
    pub fn owner(&self, processes: &dyn Processes) -> Option<Arc<Process>> {
        processes.owner(&self.near).or_else(|| processes.owner(&self.near.reversed()))
    }
}
