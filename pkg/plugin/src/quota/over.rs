//! What is refused, in one sentence.

use std::fmt::{self, Display, Formatter};

use thiserror::Error;

use super::{Class, Kind, Permit, Place, Scope};

/// Something is refused because somebody has as much as may be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct OverQuota {
    /// Of what.
    pub kind: Kind,
    /// How many.
    pub most: usize,
    /// Who has them.
    pub scope: Scope,
    /// Where, of filters.
    pub place: Place,
}

impl OverQuota {
    /// Whether it would help if `permit` were given back, as far as nothing else has the same.
    #[must_use]
    pub fn is_eased_by(&self, permit: &Permit) -> bool {
        permit.holder().scopes().contains(&self.scope)
            && permit.things().iter().any(|thing| thing.kind == self.kind && thing.place.meets(&self.place))
    }
}

impl Display for OverQuota {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let Self { kind, most, scope, place } = self;
        match scope {
            Scope::Person(_) => out.write_str("you already have "),
            Scope::Anonymous(_) => out.write_str("viewers who have not signed in already have "),
            Scope::Service(_, login) => write!(out, "Grafana's service \"{login}\" already has "),
            Scope::DataSource(class, _) => {
                write!(out, "{} of this data source already have ", plural(*class))
            }
            Scope::Organisation(class, _) => {
                write!(out, "{} of this organisation already have ", plural(*class))
            }
            Scope::All(class) => write!(out, "all {} together already have ", plural(*class)),
        }?;
        match (kind, place) {
            (Kind::Streams, _) => write!(out, "{most} streams running"),
            (Kind::Filters, Place::On(interface)) => {
                write!(out, "{most} different filters on interface \"{interface}\"")
            }
            (Kind::Filters, Place::Everywhere) => write!(out, "{most} different filters on an interface"),
            (Kind::FlowQueries, _) => {
                write!(out, "{most} different queries of grouped rates and conversations running")
            }
            (Kind::Standing, _) => write!(out, "{most} standing queries"),
            (Kind::Files, _) => write!(out, "{most} files being written"),
            (Kind::Interfaces, _) => write!(out, "{most} different interfaces watched by name"),
        }?;
        out.write_str(match scope {
            Scope::Person(_) => ", the most one user may have; ",
            Scope::Anonymous(_) => ", the most they may have together; ",
            Scope::Service(..) => ", the most one service may have; ",
            Scope::DataSource(..) => ", the most one data source may have; ",
            Scope::Organisation(..) => ", the most one organisation may have; ",
            Scope::All(_) => ", the most there may be; ",
        })?;
        out.write_str(match kind {
            Kind::Streams => "close panels or ask for fewer",
            Kind::Filters => {
                "close panels, or give them the same filter, direction and limit; 20 values joined by or are one filter"
            }
            Kind::FlowQueries => "close panels, or give them the same query",
            Kind::Standing => {
                "remove alert rules or panels of public dashboards, or give them the same query; one that nobody asks for \
                 ends after 10 minutes"
            }
            Kind::Files => "try again when one has ended",
            Kind::Interfaces => "close panels, or ask for all interfaces (any)",
        })
    }
}

const fn plural(class: Class) -> &'static str {
    match class {
        Class::People => "users",
        Class::Services => "services",
    }
}
