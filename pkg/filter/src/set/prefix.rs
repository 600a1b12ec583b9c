//! Ranges as prefixes, which is what hash and trie tables hold.

use super::{Range, Set};

/// All values that begin with the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Prefix {
    /// The smallest value; the bits behind the prefix are zero.
    pub value: u128,
    /// Bits that count, from the highest of the field on.
    pub length: u32,
}

impl Set {
    /// The fewest prefixes that hold exactly the values of this set, sorted; `bits` is the width of the
    /// field (1 to 128), and no value may be wider. The absent field is not among them.
    ///
    /// A range takes at most 2 × `bits` - 2 prefixes.
    #[must_use]
    pub fn prefixes(&self, bits: u32) -> Vec<Prefix> {
        self.ranges.iter().flat_map(|range| cover(*range, bits)).collect()
    }
}

/// The prefixes of one range, from its start on, each as large as its alignment and the rest allow.
fn cover(range: Range, bits: u32) -> impl Iterator<Item = Prefix> {
    let mut next = Some(range.first);
    std::iter::from_fn(move || {
        let first = next.filter(|first| *first <= range.last)?;
        let aligned = first.trailing_zeros().min(bits);
        // The largest block that fits the values left. All values of 128 bits are one more than a number holds.
        let fitting = match (range.last - first).checked_add(1) {
            Some(count) => count.ilog2(),
            None => u128::BITS,
        };
        let free = aligned.min(fitting);
        next = 1_u128.checked_shl(free).and_then(|count| first.checked_add(count));
        Some(Prefix { value: first, length: bits - free })
    })
}
