//! Lists of terms that are kept short.

use std::collections::BTreeSet;

use super::{MAX_TERMS, Term, TooComplex};
use crate::{field::Field, set::Set};

/// Terms at most on the way to a result: some of them may still fall away.
const MAX_ON_THE_WAY: usize = 4 * MAX_TERMS;

/// What the work on one filter may still cost: about the number of ranges looked at.
#[derive(Debug)]
pub(crate) struct Effort(usize);

impl Effort {
    /// As much as is spent in a tenth of a second, on sets of some ten megabytes in all.
    pub(crate) const fn new() -> Self {
        Self(10_000_000)
    }

    pub(super) fn spend(&mut self, cost: usize, terms: usize) -> Result<(), TooComplex> {
        self.0 = self.0.checked_sub(cost).ok_or(TooComplex { terms, allowed: MAX_TERMS })?;
        Ok(())
    }
}

/// The packets of any of some terms, of which none is empty or within another.
#[derive(Clone, Debug)]
pub(crate) struct Cover(Vec<Term>);

impl Cover {
    /// No packet.
    pub(crate) const EMPTY: Self = Self(Vec::new());

    /// Every packet.
    pub(crate) fn all() -> Self {
        Self(vec![Term::ALL])
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn into_terms(self) -> Vec<Term> {
        self.0
    }

    pub(crate) fn terms(&self) -> &[Term] {
        &self.0
    }

    /// Adds the packets of `term`: it takes in every term that makes one with it, until none does.
    pub(crate) fn add(&mut self, mut term: Term, effort: &mut Effort) -> Result<(), TooComplex> {
        if term.is_empty() {
            return Ok(());
        }
        let mut next = 0;
        while let Some(other) = self.0.get(next) {
            effort.spend(cost(other) + cost(&term), self.0.len() + 1)?;
            match joined(other, &term) {
                Some(wider) if wider == *other => return Ok(()),
                Some(wider) => {
                    term = wider;
                    self.0.swap_remove(next);
                    // What did not fit the term before may fit the wider one.
                    next = 0;
                }
                None => next += 1,
            }
        }
        self.0.push(term);
        if self.0.len() > MAX_ON_THE_WAY {
            return Err(TooComplex { terms: self.0.len(), allowed: MAX_TERMS });
        }
        Ok(())
    }

    /// The packets of either.
    pub(crate) fn union(mut self, other: Self, effort: &mut Effort) -> Result<Self, TooComplex> {
        for term in other.0 {
            self.add(term, effort)?;
        }
        Ok(self)
    }

    /// The packets of both.
    pub(crate) fn intersection(&self, other: &Self, effort: &mut Effort) -> Result<Self, TooComplex> {
        let mut both = Self::EMPTY;
        for ours in &self.0 {
            for theirs in &other.0 {
                effort.spend(cost(ours) + cost(theirs), both.len())?;
                both.add(ours.intersection(theirs), effort)?;
            }
        }
        Ok(both)
    }
}

pub(super) fn cost(term: &Term) -> usize {
    let sets = term.sets().map(|(_, set)| 1 + set.ranges().len());
    1 + sets.chain(term.pairs().map(|(_, pairs)| 1 + pairs.listed().len())).sum::<usize>()
}

/// The term that holds exactly the packets of both, if there is one: the wider of them, or, where they differ
/// in one field only, the term with both sets in that field.
fn joined(a: &Term, b: &Term) -> Option<Term> {
    let everything = |field: Field| Set::range(0_u8, field.max()).with_absent(true);
    let (mut a_within, mut b_within) = (true, true);
    let mut different = None;
    let mut count = 0;
    let extracted = a.sets().chain(b.sets()).map(|(field, _)| field);
    let extracted: BTreeSet<Field> = extracted.filter(|field| matches!(field, Field::Extracted(_))).collect();
    for field in Field::ALL.iter().copied().chain(extracted) {
        let (in_a, in_b) = (a.set(field), b.set(field));
        if in_a == in_b {
            continue;
        }
        count += 1;
        different = Some(field);
        a_within &= in_b.is_none_or(|b| in_a.is_some_and(|a| b.includes(a)));
        b_within &= in_a.is_none_or(|a| in_b.is_some_and(|b| a.includes(b)));
        if count > 1 && !a_within && !b_within {
            return None;
        }
    }
    for (ends, _) in a.pairs().chain(b.pairs()) {
        let (in_a, in_b) = (a.pairs.get(&ends), b.pairs.get(&ends));
        if in_a != in_b {
            // Those that make one with others are found together, in `pairs`.
            count = 2;
            a_within &= in_b.is_none_or(|b| in_a.is_some_and(|a| b.includes(a)));
            b_within &= in_a.is_none_or(|a| in_b.is_some_and(|b| a.includes(b)));
        }
    }
    match different {
        _ if b_within => Some(a.clone()),
        _ if a_within => Some(b.clone()),
        Some(field) if count == 1 => {
            let set = |term: &Term| term.set(field).cloned().unwrap_or_else(|| everything(field));
            Some(a.clone().with(field, set(a).union(&set(b))))
        }
        _ => None,
    }
}
