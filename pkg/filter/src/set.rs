//! Sets of values of a field.

pub mod prefix;

/// Values from `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Range {
    /// The smallest.
    pub first: u128,
    /// The largest, not below `first`.
    pub last: u128,
}

/// A set of values of one field, and whether packets without that field are in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Set {
    /// Sorted, disjoint, and with a gap between any two.
    ranges: Vec<Range>,
    absent: bool,
}

impl Set {
    /// Nothing.
    pub const EMPTY: Self = Self { ranges: Vec::new(), absent: false };

    /// These values, in any order, without the absent field. Ranges that end before they start are empty.
    pub fn new(ranges: impl IntoIterator<Item = Range>) -> Self {
        let mut sorted: Vec<Range> = ranges.into_iter().filter(|range| range.first <= range.last).collect();
        sorted.sort_unstable();
        let mut ranges: Vec<Range> = Vec::with_capacity(sorted.len());
        for range in sorted {
            match ranges.last_mut() {
                Some(before) if before.last.checked_add(1).is_none_or(|next| range.first <= next) => {
                    before.last = before.last.max(range.last);
                }
                _ => ranges.push(range),
            }
        }
        Self { ranges, absent: false }
    }

    /// One value.
    #[must_use]
    pub fn value(value: impl Into<u128>) -> Self {
        let value = value.into();
        Self::range(value, value)
    }

    /// The values from `first` to `last`, both included.
    #[must_use]
    pub fn range(first: impl Into<u128>, last: impl Into<u128>) -> Self {
        Self::new([Range { first: first.into(), last: last.into() }])
    }

    /// This set, with the absent field in it or not.
    #[must_use]
    pub fn with_absent(self, absent: bool) -> Self {
        Self { absent, ..self }
    }

    /// The values: sorted ranges with a gap between any two.
    #[must_use]
    pub fn ranges(&self) -> &[Range] {
        &self.ranges
    }

    /// Whether packets without the field are in the set.
    #[must_use]
    pub fn absent(&self) -> bool {
        self.absent
    }

    /// Whether a value, or `None` for the absent field, is in the set.
    #[must_use]
    pub fn contains(&self, value: Option<u128>) -> bool {
        let Some(value) = value else {
            return self.absent;
        };
        let after = self.ranges.partition_point(|range| range.first <= value);
        self.ranges.get(..after).and_then(<[Range]>::last).is_some_and(|range| value <= range.last)
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty() && !self.absent
    }

    /// Whether everything is in it: all values up to `max`, and the absent field.
    #[must_use]
    pub fn is_all(&self, max: u128) -> bool {
        self.absent && matches!(self.ranges.as_slice(), [Range { first: 0, last }] if *last >= max)
    }

    /// What is in one of both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let ranges = self.ranges.iter().chain(&other.ranges).copied();
        Self::new(ranges).with_absent(self.absent || other.absent)
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let mut ranges = Vec::new();
        let (mut ours, mut theirs) = (self.ranges.iter().peekable(), other.ranges.iter().peekable());
        while let (Some(a), Some(b)) = (ours.peek(), theirs.peek()) {
            let common = Range { first: a.first.max(b.first), last: a.last.min(b.last) };
            if common.first <= common.last {
                ranges.push(common);
            }
            // The one that ends first has nothing in common with what follows.
            if a.last <= b.last {
                ours.next()
            } else {
                theirs.next()
            };
        }
        Self { ranges, absent: self.absent && other.absent }
    }

    /// What is not in it, of the values up to `max` and the absent field.
    #[must_use]
    pub fn complement(&self, max: u128) -> Self {
        let mut ranges = Vec::with_capacity(self.ranges.len() + 1);
        let mut next = Some(0);
        for range in &self.ranges {
            if let (Some(first), Some(last)) = (next, range.first.checked_sub(1))
                && first <= last
            {
                ranges.push(Range { first, last });
            }
            next = range.last.checked_add(1);
        }
        if let Some(first) = next.filter(|first| *first <= max) {
            ranges.push(Range { first, last: max });
        }
        Self { ranges, absent: !self.absent }
    }

    /// Whether everything in `other` is in this set.
    #[must_use]
    pub fn includes(&self, other: &Self) -> bool {
        // Ranges have gaps between them, so one of `other` has to lie within one of ours.
        let within = |range: &Range| {
            let after = self.ranges.partition_point(|ours| ours.first <= range.first);
            self.ranges.get(..after).and_then(<[Range]>::last).is_some_and(|ours| range.last <= ours.last)
        };
        (self.absent || !other.absent) && other.ranges.iter().all(within)
    }
}

#[cfg(test)]
mod tests;
