//! The normal form for a classifier: alternatives, each with one set for each field.

pub(crate) mod cover;
mod gathering;
pub(crate) mod normal;
mod pairs;
mod print;

use std::collections::BTreeMap;

pub use pairs::{Ends, Pairs};
use thiserror::Error;
use xdplive_packet::event::Direction;

use crate::{
    field::{Field, Packet},
    set::Set,
};

/// Terms of a filter at most.
pub const MAX_TERMS: usize = 64;

/// A filter takes too many terms, or too much work to find out how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the filter {}", self.predicate())]
pub struct TooComplex {
    /// Terms there were at least when it was given up; more than `allowed`, unless it was for the work.
    pub terms: usize,
    /// [`MAX_TERMS`].
    pub allowed: usize,
}

impl TooComplex {
    fn predicate(self) -> String {
        const ADVICE: &str = "conditions on one field joined by or, such as several ports, count as one, and so do \
                              pairs of one host and one port";
        let Self { terms, allowed } = self;
        if terms > allowed {
            format!("comes to {terms} alternatives or more, where {allowed} are allowed; {ADVICE}")
        } else {
            format!("takes too much work to be written as at most {allowed} alternatives; {ADVICE}")
        }
    }
}

/// Packets whose every field is in that field's set, and whose addresses and ports are pairs that are asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Term {
    /// Of the fields that matter: no set holds everything, and if one is empty, so is the term.
    sets: BTreeMap<Field, Set>,
    /// Of pairs that are to be some of many, the addresses and ports are in the sets of their fields, too.
    pairs: BTreeMap<Ends, Pairs>,
}

impl Term {
    /// Every packet.
    pub(crate) const ALL: Self = Self { sets: BTreeMap::new(), pairs: BTreeMap::new() };

    /// The packets whose `field` is in `set`.
    pub(crate) fn new(field: Field, set: Set) -> Self {
        Self::ALL.with(field, set)
    }

    /// The same, with another set for `field`.
    fn with(mut self, field: Field, set: Set) -> Self {
        if set.is_all(field.max())
            || (is_always_there(field) && set.clone().with_absent(true).is_all(field.max()))
        {
            self.sets.remove(&field);
        } else {
            self.sets.insert(field, set);
        }
        self
    }

    /// The set for `field`; `None` where everything is in it.
    #[must_use]
    pub fn set(&self, field: Field) -> Option<&Set> {
        self.sets.get(&field)
    }

    /// The fields that matter, each with what it has to be in; no set is empty or holds everything.
    pub fn sets(&self) -> impl Iterator<Item = (Field, &Set)> {
        self.sets.iter().map(|(field, set)| (*field, set))
    }

    /// The pairs of an address and a port that matter, each with what it has to be.
    pub fn pairs(&self) -> impl Iterator<Item = (Ends, &Pairs)> {
        self.pairs.iter().map(|(ends, pairs)| (*ends, pairs))
    }

    /// Whether it holds packets that go this way: the set of [`Field::Direction`].
    #[must_use]
    pub fn accepts(&self, direction: Direction) -> bool {
        self.set(Field::Direction).is_none_or(|set| set.contains(Some(direction as u128)))
    }

    /// Whether `packet` is one of them.
    #[must_use]
    pub fn matches(&self, packet: &Packet<'_>) -> bool {
        self.holds(|field| field.value(packet))
    }

    /// Whether what has these values is one of them.
    pub(crate) fn holds(&self, value: impl Fn(Field) -> Option<u128>) -> bool {
        self.sets().all(|(field, set)| set.contains(value(field)))
            && self.pairs().all(|(ends, pairs)| pairs.contains(ends.pair(&value)))
    }

    /// Whether no packet is.
    fn is_empty(&self) -> bool {
        self.sets().any(|(field, set)| set.is_empty() || (is_always_there(field) && set.ranges().is_empty()))
            || self.pairs().any(|(_, pairs)| pairs.is_empty())
    }

    /// The same, of these fields only, without pairs.
    pub(crate) fn only(&self, fields: &[Field]) -> Self {
        let sets = self.sets().filter(|(field, _)| fields.contains(field));
        Self { sets: sets.map(|(field, set)| (field, set.clone())).collect(), ..Self::ALL }
    }

    /// The packets that are in both; where there are none, the sets that have nothing in common are empty.
    pub(crate) fn intersection(&self, other: &Self) -> Self {
        let mut both = other.sets().fold(self.clone(), |term, (field, set)| {
            let both = term.set(field).map_or_else(|| set.clone(), |ours| ours.intersection(set));
            term.with(field, both)
        });
        for (ends, pairs) in other.pairs() {
            let pairs = both.pairs.get(&ends).map_or_else(|| pairs.clone(), |ours| ours.intersection(pairs));
            both.pairs.insert(ends, pairs);
        }
        both
    }
}

/// Fields that no packet lacks.
const fn is_always_there(field: Field) -> bool {
    matches!(field, Field::Direction | Field::FrameLength)
}

#[cfg(test)]
mod tests;
