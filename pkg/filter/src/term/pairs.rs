//! Sets of pairs of an address and a port, as a condition of a term.

use std::collections::BTreeSet;

use crate::field::Field;

/// One of a packet's addresses and one of its ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ends {
    /// A field that is an IP address.
    pub address: Field,
    /// A field that is a port.
    pub port: Field,
}

impl Ends {
    /// Each address with each port.
    pub const ALL: [Self; 8] = {
        const fn both(address: Field) -> [Ends; 2] {
            [Ends { address, port: Field::SourcePort }, Ends { address, port: Field::DestinationPort }]
        }
        let [a, b] = both(Field::SourceIpv4);
        let [c, d] = both(Field::DestinationIpv4);
        let [e, f] = both(Field::SourceIpv6);
        let [g, h] = both(Field::DestinationIpv6);
        [a, b, c, d, e, f, g, h]
    };

    /// The address and the port, where both are there.
    pub(crate) fn pair(self, value: impl Fn(Field) -> Option<u128>) -> Option<(u128, u16)> {
        let port = u16::try_from(value(self.port)?).ok()?;
        Some((value(self.address)?, port))
    }
}

/// What a packet's pair has to be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pairs {
    listed: BTreeSet<(u128, u16)>,
    /// Whether it has to be none of them; then it can be absent, too.
    is_none_of: bool,
}

impl Pairs {
    /// Any of these.
    pub(super) const fn any_of(listed: BTreeSet<(u128, u16)>) -> Self {
        Self { listed, is_none_of: false }
    }

    /// The pairs that are named, in their order: all that are accepted, or all that are not.
    pub fn listed(&self) -> impl ExactSizeIterator<Item = (u128, u16)> {
        self.listed.iter().copied()
    }

    /// Whether the pairs that are named are those that are not accepted.
    #[must_use]
    pub const fn is_none_of(&self) -> bool {
        self.is_none_of
    }

    /// Whether a pair, or `None` where a packet has none, is accepted.
    #[must_use]
    pub fn contains(&self, pair: Option<(u128, u16)>) -> bool {
        pair.is_some_and(|pair| self.listed.contains(&pair)) != self.is_none_of
    }

    pub(super) fn is_empty(&self) -> bool {
        self.listed.is_empty() && !self.is_none_of
    }

    pub(super) fn complement(self) -> Self {
        Self { is_none_of: !self.is_none_of, ..self }
    }

    /// What is accepted by both.
    pub(super) fn intersection(&self, other: &Self) -> Self {
        let (a, b) = (&self.listed, &other.listed);
        match (self.is_none_of, other.is_none_of) {
            (false, false) => Self::any_of(a & b),
            (false, true) => Self::any_of(a - b),
            (true, false) => Self::any_of(b - a),
            (true, true) => Self::any_of(a | b).complement(),
        }
    }

    /// Whether everything that the other accepts is accepted.
    pub(super) fn includes(&self, other: &Self) -> bool {
        let (a, b) = (&self.listed, &other.listed);
        match (self.is_none_of, other.is_none_of) {
            (false, false) => a.is_superset(b),
            (true, false) => a.is_disjoint(b),
            (true, true) => a.is_subset(b),
            // What is accepted by the other has no end.
            (false, true) => false,
        }
    }
}
