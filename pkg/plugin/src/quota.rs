//! Quotas: how much of what there is one user, one data source, one organisation and all together may have, so that
//! nobody takes all of something by asking. The sizes are the table in [`Kind::quota`]; the [`Ledger`] counts.
//!
//! It does no I/O and knows no time: who takes something has a [`Permit`] for as long as it has the thing.

mod holder;
mod ledger;
mod over;

pub use self::{
    holder::{Class, Holder, Scope},
    ledger::{Ledger, Permit, Place, Thing},
    over::OverQuota,
};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Streams that run, or have been promised.
    Streams,
    /// Different filters, directions and limits on one interface: slots of its kernel programs, which has 64.
    Filters,
    /// Different queries of grouped rates and conversations, each of which adds up by itself: up to 30 MB.
    FlowQueries,
    /// Queries that are counted for who never subscribes.
    Standing,
    /// pcapng files that are being written. Each has a queue of its own; panels share theirs.
    Files,
    /// Different interfaces that are watched by name.
    Interfaces,
}

impl Kind {
    /// All of them, in the order in which they are documented.
    pub const ALL: [Self; 6] =
        [Self::Streams, Self::Filters, Self::FlowQueries, Self::Standing, Self::Files, Self::Interfaces];

    /// The table of quotas.
    ///
    /// A dashboard has 20 to 40 panels, and repeated ones have a panel for each interface; each panel has a stream, and
    /// panels on one interface one more together. Whoever opens a query first is its user, whoever looks at it later.
    /// Services come under one name for everybody in an organisation, so that they have as much as a data source.
    #[must_use]
    pub const fn quota(self) -> Quota {
        match self {
            Self::Streams => Quota {
                people: Shares([256, 512, 768, 1024]),
                services: Shares([64, 64, 128, 256]),
                bound: None,
            },
            // The kernel has 64 for both classes. What people cannot have is left to services, and the other way round.
            Self::Filters => {
                Quota { people: Shares([32, 40, 48, 56]), services: Shares([24, 24, 28, 32]), bound: None }
            }
            Self::FlowQueries => Quota {
                people: Shares([32, 40, 44, 48]),
                services: Shares([12, 12, 14, 16]),
                bound: Some(64),
            },
            // People have them by looking at what an alert rule would give.
            Self::Standing => {
                Quota { people: Shares([4, 6, 8, 8]), services: Shares([48, 48, 52, 56]), bound: Some(64) }
            }
            Self::Files => {
                Quota { people: Shares([2, 4, 6, 7]), services: Shares([1, 1, 1, 1]), bound: Some(8) }
            }
            Self::Interfaces => Quota {
                people: Shares([64, 256, 512, 1024]),
                services: Shares([128, 128, 256, 512]),
                bound: None,
            },
        }
    }
}

/// How many of one kind there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// For people.
    pub people: Shares,
    /// For Grafana's own services: alert rules, public dashboards.
    pub services: Shares,
    /// What this process has memory for, of both classes, where nothing else bounds it.
    pub bound: Option<usize>,
}

/// How many one user, one data source, one organisation, and all of a class together may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shares(pub [usize; 4]);

/// The quotas in force: `quota_percent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quotas {
    /// The table's, in percent; at least one of each kind.
    Percent(u32),
    /// None: whoever asks first has as much as there is memory for.
    None,
}

impl Default for Quotas {
    fn default() -> Self {
        Self::Percent(100)
    }
}

impl Quotas {
    /// The percentage; `None` where there are no quotas.
    #[must_use]
    pub const fn percent(self) -> Option<u32> {
        match self {
            Self::Percent(percent) => Some(percent),
            Self::None => None,
        }
    }

    /// What holds for a kind and class.
    #[must_use]
    pub fn of(self, kind: Kind, class: Class) -> Shares {
        let Quota { people, services, bound } = kind.quota();
        let Shares(table) = if class == Class::People { people } else { services };
        Shares(match self {
            Self::None => [bound.unwrap_or(usize::MAX); 4],
            Self::Percent(percent) => table.map(|share| (share * percent as usize / 100).max(1)),
        })
    }
}

#[cfg(test)]
mod tests;
