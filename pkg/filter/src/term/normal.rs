//! Formula to terms.

use super::{
    MAX_TERMS, Term, TooComplex,
    cover::{Cover, Effort, cost},
    gathering,
};
use crate::{environment::Environment, formula::Formula, tree::Tree};

/// The terms of `formula`: a packet passes if it matches one of them.
pub(crate) fn terms(formula: &Formula, environment: &Environment) -> Result<Vec<Term>, TooComplex> {
    let cover = cover(formula, environment, &mut Effort::new())?;
    if cover.len() > MAX_TERMS {
        return Err(TooComplex { terms: cover.len(), allowed: MAX_TERMS });
    }
    Ok(cover.into_terms())
}

/// The packets for which `formula` is true, whatever the number of terms.
pub(crate) fn cover(
    formula: &Formula,
    environment: &Environment,
    effort: &mut Effort,
) -> Result<Cover, TooComplex> {
    Work { environment, effort }.cover(formula, true)
}

struct Work<'e> {
    environment: &'e Environment,
    effort: &'e mut Effort,
}

impl Work<'_> {
    /// The packets for which `formula` comes to `value`: a negation goes down to the tests, where it is the
    /// complement of a set.
    fn cover(&mut self, formula: &Formula, value: bool) -> Result<Cover, TooComplex> {
        match (formula, value) {
            (Tree::Any(list), false) if let Some(cover) = self.without_pairs(list)? => Ok(cover),
            (Tree::All(list), true) | (Tree::Any(list), false) => {
                let factors = self.covers(list, value)?;
                self.product(factors)
            }
            (Tree::Any(list), true) | (Tree::All(list), false) => self.sum(list, value),
            (Tree::Not(inner), _) => self.cover(inner, !value),
            (Tree::Leaf(test), _) => {
                let (field, set) = test.set(self.environment);
                let set = if value { set } else { set.complement(field.max()) };
                let mut cover = Cover::EMPTY;
                cover.add(Term::new(field, set), self.effort)?;
                Ok(cover)
            }
        }
    }

    fn covers(&mut self, list: &[Formula], value: bool) -> Result<Vec<Cover>, TooComplex> {
        list.iter().map(|formula| self.cover(formula, value)).collect()
    }

    fn sum(&mut self, list: &[Formula], value: bool) -> Result<Cover, TooComplex> {
        let covers = self.covers(list, value)?;
        match self.gathered(&covers)? {
            Some(terms) => {
                let covers = terms.into_iter().map(|term| self.of_terms([term]));
                let covers = covers.collect::<Result<Vec<_>, _>>()?;
                self.union(&covers)
            }
            None => self.union(&covers),
        }
    }

    /// By halves, so that of a long list few sets are long.
    fn union(&mut self, covers: &[Cover]) -> Result<Cover, TooComplex> {
        match covers {
            [] => Ok(Cover::EMPTY),
            [one] => Ok(one.clone()),
            several => {
                let (low, high) = several.split_at(several.len() / 2);
                let (low, high) = (self.union(low)?, self.union(high)?);
                low.union(high, self.effort)
            }
        }
    }

    fn of_terms(&mut self, terms: impl IntoIterator<Item = Term>) -> Result<Cover, TooComplex> {
        let mut cover = Cover::EMPTY;
        for term in terms {
            cover.add(term, self.effort)?;
        }
        Ok(cover)
    }

    /// The packets of any of `covers` as terms, if some of them are many pairs of an address and a port.
    fn gathered(&mut self, covers: &[Cover]) -> Result<Option<Vec<Term>>, TooComplex> {
        if covers.len() < gathering::MIN_PAIRS {
            return Ok(None);
        }
        let terms: Vec<Term> =
            covers.iter().flat_map(Cover::terms).filter(|term| gathering::is_one(term)).cloned().collect();
        self.effort.spend(terms.iter().map(cost).sum(), terms.len())?;
        Ok(gathering::gathered(terms).map(|mut gathered| {
            gathered.extend(
                covers.iter().flat_map(Cover::terms).filter(|term| !gathering::is_one(term)).cloned(),
            );
            gathered
        }))
    }

    /// The packets of none of `list`, if some of these are many pairs of an address and a port.
    fn without_pairs(&mut self, list: &[Formula]) -> Result<Option<Cover>, TooComplex> {
        if list.len() < gathering::MIN_PAIRS {
            return Ok(None);
        }
        let covers = self.covers(list, true)?;
        let Some(terms) = self.gathered(&covers)? else { return Ok(None) };
        let factors = terms.iter().map(|term| self.of_terms(gathering::complement(term)));
        let factors = factors.collect::<Result<Vec<_>, _>>()?;
        self.product(factors).map(Some)
    }

    fn product(&mut self, mut factors: Vec<Cover>) -> Result<Cover, TooComplex> {
        // What leaves least comes first, so that there is less to multiply the others with.
        factors.sort_by_key(Cover::len);
        let single = factors.partition_point(|factor| factor.len() <= 1);
        let (single, others) = factors.split_at(single);
        let product = self.intersection(single)?;
        others.iter().try_fold(product, |product, factor| product.intersection(factor, self.effort))
    }

    /// By halves, as in [`Self::union`].
    fn intersection(&mut self, factors: &[Cover]) -> Result<Cover, TooComplex> {
        match factors {
            [] => Ok(Cover::all()),
            [one] => Ok(one.clone()),
            several => {
                let (low, high) = several.split_at(several.len() / 2);
                let (low, high) = (self.intersection(low)?, self.intersection(high)?);
                low.intersection(&high, self.effort)
            }
        }
    }
}
