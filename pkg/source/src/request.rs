//! What a stream is to have.

use std::sync::Arc;

use xdplive_filter::Filter;
use xdplive_packet::{accounting::Limit, event::Direction};

use crate::{hook::HookChoice, host::HostSet, interface_set::InterfaceSet};

/// What a stream is to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Names the stream in the accounts, and who may be told of it.
    pub label: Arc<Label>,
    /// On which hosts.
    pub hosts: HostSet,
    /// Where on them.
    pub interfaces: InterfaceSet,
    /// Ways of the packets; at least one.
    pub directions: Vec<Direction>,
    /// The receiving hook.
    pub hook: HookChoice,
    /// Which of a packet's headers count.
    pub decapsulate: Decapsulate,
    /// Which packets it is for; `None` to have all of them counted as seen, and nothing more.
    pub wanted: Option<Wanted>,
}

impl Request {
    /// Has every packet of both ways counted.
    #[must_use]
    pub fn counting(interfaces: InterfaceSet, hook: HookChoice, hides_own: bool) -> Self {
        let wanted = Wanted { filter: Arc::default(), limit: Limit::None, hides_own, header_bytes: false };
        let (label, directions) = (Arc::default(), Direction::ALL.to_vec());
        Self {
            label,
            hosts: HostSet::All,
            interfaces,
            directions,
            hook,
            decapsulate: Decapsulate::None,
            wanted: Some(wanted),
        }
    }

    /// The same without rows.
    #[must_use]
    pub fn without_rows(&self) -> Self {
        let mut request = self.clone();
        if let Some(wanted) = &mut request.wanted {
            (wanted.limit, wanted.header_bytes) = (Limit::None, false);
        }
        request
    }

    /// Whether packets become rows; they are only counted otherwise.
    #[must_use]
    pub fn has_rows(&self) -> bool {
        self.wanted.as_ref().is_some_and(|wanted| wanted.limit != Limit::None)
    }
}

/// Which headers count, of a packet that carries another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decapsulate {
    /// Those that are on the wire: the outermost.
    #[default]
    None,
    /// Those of the innermost packet that can be reached. A packet that carries none is its own.
    Inner,
}

/// Which packets a stream is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Which packets.
    pub filter: Arc<Filter>,
    /// How many of them become rows; the others are counted.
    pub limit: Limit,
    /// Whether own traffic is left out. It counts as unmatched then.
    pub hides_own: bool,
    /// Whether rows come with the bytes of their headers.
    pub header_bytes: bool,
}

/// A stream's name in the accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Label {
    /// Who may see the stream's filter: streams of one owner have this in common.
    pub owner: String,
    /// The stream's own name.
    pub stream: String,
}
