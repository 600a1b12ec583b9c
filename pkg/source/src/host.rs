//! The hosts whose packets a source has.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::host_patterns::HostPatterns;

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

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }
}

/// A machine whose interfaces are watched.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Host {
    /// Tells it from others of its source.
    pub id: HostId,
    /// What people call it, as `hostname` gives it there.
    pub name: Arc<str>,
    /// What people say about it, such as `site` and `fra`.
    pub labels: Arc<BTreeMap<String, String>>,
}

impl Host {
    /// The only host of a source.
    #[must_use]
    pub fn only(name: impl Into<Arc<str>>) -> Self {
        Self { id: HostId::ONLY, name: name.into(), labels: Arc::default() }
    }
}

/// A host, and what it is like to reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// The host.
    pub host: Host,
    /// Why it does not answer; `None` where it does.
    pub unreachable: Option<String>,
    /// The release of what runs there; empty where it is this process's.
    pub release: String,
    /// How far its clock is ahead of this machine's, and the bound of the error, nanoseconds; `None` where that is not known, and
    /// of this machine.
    pub clock: Option<(i64, i64)>,
}

/// Hosts whose packets somebody wants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum HostSet {
    /// All there are, and those that come later.
    #[default]
    All,
    /// These of the source that is asked.
    Of(BTreeSet<HostId>),
    /// Those that fit, and those that come later and fit.
    Matching(HostPatterns),
}

impl HostSet {
    /// Whether a host's packets are wanted.
    #[must_use]
    pub fn contains(&self, host: &Host) -> bool {
        match self {
            Self::All => true,
            Self::Of(hosts) => hosts.contains(&host.id),
            Self::Matching(patterns) => patterns.matches(&host.name, &host.labels),
        }
    }

    /// The names of those among `all` that are wanted.
    #[must_use]
    pub fn names(&self, all: &[Host]) -> Arc<str> {
        names_of(all.iter().filter(|host| self.contains(host)))
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
