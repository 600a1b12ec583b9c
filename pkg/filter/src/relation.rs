//! Comparisons such as `tcp[13] & 2 != 0`.
//!
//! As in pcap-filter(7), numbers are unsigned, of 32 bits, and wrap around. A comparison is about one value
//! of the packet; it becomes the set of that value's numbers for which it is true.

mod arithmetic;
mod layout;
mod print;
mod signs;
mod solve;

pub(crate) use arithmetic::Arithmetic;
pub(crate) use layout::{Access, HeaderWord};
pub(crate) use signs::{Comparison, Operator};

use crate::formula::{Formula, Test};

/// Two numbers compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Relation {
    left: Arithmetic,
    comparison: Comparison,
    right: Arithmetic,
    meaning: Formula,
}

impl Relation {
    /// The comparison, if headers can decide it.
    ///
    /// # Errors
    /// The reason why they cannot.
    pub(crate) fn new(left: Arithmetic, comparison: Comparison, right: Arithmetic) -> Result<Self, String> {
        let (left, right) = (left.with_payload(), right.with_payload());
        let meaning = solve::meaning(&left, comparison, &right)?;
        Ok(Self { left, comparison, right, meaning })
    }

    /// The header whose bytes it compares.
    pub(crate) fn header(&self) -> Option<HeaderWord> {
        let side = |side: &Arithmetic| match side.access() {
            Some(Access::Bytes { header, .. }) => Some(header),
            _ => None,
        };
        side(&self.left).or_else(|| side(&self.right))
    }

    /// Ranges of values in its meaning: what it costs.
    pub(crate) fn ranges(&self) -> usize {
        self.meaning.leaves().map(Test::ranges).sum()
    }

    /// Left side, comparison, right side, as they were written.
    pub(crate) fn parts(&self) -> (&Arithmetic, Comparison, &Arithmetic) {
        (&self.left, self.comparison, &self.right)
    }

    /// The packets for which it is true.
    pub(crate) fn meaning(&self) -> &Formula {
        &self.meaning
    }
}

#[cfg(test)]
mod tests;
