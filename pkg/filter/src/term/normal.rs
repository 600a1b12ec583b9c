//! Formula to terms.

use super::{
    MAX_TERMS, Term, TooComplex,
    cover::{Cover, Effort},
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
            (Tree::All(list), true) | (Tree::Any(list), false) => self.product(list, value),
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

    fn sum(&mut self, list: &[Formula], value: bool) -> Result<Cover, TooComplex> {
        match list {
            [] => Ok(Cover::EMPTY),
            [one] => self.cover(one, value),
            // By halves, so that of a long list few sets are long.
            several => {
                let (low, high) = several.split_at(several.len() / 2);
                let (low, high) = (self.sum(low, value)?, self.sum(high, value)?);
                low.union(high, self.effort)
            }
        }
    }

    fn product(&mut self, list: &[Formula], value: bool) -> Result<Cover, TooComplex> {
        let mut factors =
            list.iter().map(|formula| self.cover(formula, value)).collect::<Result<Vec<_>, _>>()?;
        // What leaves least comes first, so that there is less to multiply the others with.
        factors.sort_by_key(Cover::len);
        let single = factors.partition_point(|factor| factor.len() <= 1);
        let (single, others) = factors.split_at(single);
        let product = self.intersection(single)?;
        others.iter().try_fold(product, |product, factor| product.intersection(factor, self.effort))
    }

    /// By halves, as in [`Self::sum`].
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
