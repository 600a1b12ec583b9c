//! A filter's decision about flows, whose packets have some fields in common and others not.

use std::collections::BTreeSet;

use thiserror::Error;
use xdplive_packet::flow::FlowKey;

use crate::{
    environment::Environment,
    field::{Extracted, Field},
    filter::Filter,
    term::{Term, TooComplex},
};

/// A filter that needs no more of a packet than what a flow carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowFilter {
    terms: Vec<Term>,
}

/// Why a filter cannot decide on flows.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotOfFlows {
    /// It looks at fields in which the packets of a flow differ.
    #[error("a flow carries no {}, which the filter looks at", list(fields))]
    Fields {
        /// Those fields, each once.
        fields: BTreeSet<Field>,
    },
    /// It has no normal form.
    #[error(transparent)]
    TooComplex(#[from] TooComplex),
}

impl FlowFilter {
    /// `filter`, on an interface with this `environment`.
    ///
    /// # Errors
    /// Any [`NotOfFlows`].
    pub fn new(filter: &Filter, environment: &Environment) -> Result<Self, NotOfFlows> {
        let terms = filter.terms(environment)?;
        let sets = terms.iter().flat_map(Term::sets);
        let fields: BTreeSet<Field> = sets.map(|(field, _)| field).filter(|one| !one.is_of_flows()).collect();
        if fields.is_empty() { Ok(Self { terms }) } else { Err(NotOfFlows::Fields { fields }) }
    }

    /// Whether it wants the packets of a flow: all of them, or none.
    #[must_use]
    pub fn matches(&self, key: &FlowKey) -> bool {
        self.terms.iter().any(|term| term.holds(|field| field.flow_value(key)))
    }

    /// Whether it wants every packet.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.terms.iter().any(|term| term.sets().next().is_none() && term.pairs().next().is_none())
    }
}

/// `TTL, length or MAC address`.
fn list(fields: &BTreeSet<Field>) -> String {
    // Both MAC addresses have one name.
    let mut names: Vec<&str> = fields.iter().map(|field| name(*field)).collect();
    names.dedup();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

/// What people call a field that is not of flows.
const fn name(field: Field) -> &'static str {
    match field {
        Field::Ttl => "TTL",
        Field::TrafficClass => "traffic class (DSCP)",
        Field::TcpFlags => "single packet's TCP flags",
        Field::IcmpType => "ICMP type",
        Field::IcmpCode => "ICMP code",
        Field::InnerVlan => "inner VLAN id",
        Field::FrameLength => "length",
        Field::SourceMac | Field::DestinationMac => "MAC address",
        Field::Extracted(Extracted::Tunnel(_)) => "tunnel",
        Field::Extracted(Extracted::PayloadLength) => "payload length",
        Field::Extracted(Extracted::Fragment) => "fragmentation",
        Field::Extracted(Extracted::Bytes { .. }) => "bytes of headers",
        Field::Direction
        | Field::Ethertype
        | Field::Protocol
        | Field::Vlan
        | Field::SourcePort
        | Field::DestinationPort
        | Field::SourceIpv4
        | Field::DestinationIpv4
        | Field::SourceIpv6
        | Field::DestinationIpv6
        | Field::DestinationCast => "other",
    }
}

#[cfg(test)]
mod tests;
