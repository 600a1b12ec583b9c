//! The hosts whose packets a source has.

use std::sync::Arc;

/// Names a host of one source, for as long as the process lives. Only that two are the same or differ means something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostId(u16);

impl HostId {
    /// The only host of a source that has no more.
    pub const ONLY: Self = Self(0);

    /// The host of this number; whoever gives numbers sees to it that they differ.
    #[must_use]
    pub const fn new(number: u16) -> Self {
        Self(number)
    }
}

/// A machine whose interfaces are watched.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Host {
    /// Tells it from others of its source.
    pub id: HostId,
    /// What people call it, as `hostname` gives it there.
    pub name: Arc<str>,
}

impl Host {
    /// The only host of a source.
    #[must_use]
    pub fn only(name: impl Into<Arc<str>>) -> Self {
        Self { id: HostId::ONLY, name: name.into() }
    }
}

/// The names of hosts in one text, for what was counted on all of them.
#[must_use]
pub fn names_of<'a>(hosts: impl IntoIterator<Item = &'a Host>) -> Arc<str> {
    let names: Vec<&str> = hosts.into_iter().map(|host| &*host.name).collect();
    match names.as_slice() {
        [one] => Arc::from(*one),
        several => Arc::from(several.join(", ")),
    }
}
