//! Which groups are shown as series: the largest of the last while, so that lines do not come and go with every
//! interval.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap, VecDeque},
};

use xdplive_packet::flow::Sum;
use xdplive_source::{Group, Sums};

/// Intervals whose sums decide.
pub const REMEMBERED: usize = 10;
/// Groups of one interval that are remembered, the largest: at most 4 MB in all. What is
/// shown of an interval is exact however many there are.
const MOST: usize = 4096;

/// Chooses the groups of one interval after the other.
#[derive(Clone, Debug)]
pub struct Steady {
    top: usize,
    /// Sizes of the groups in the last intervals, the oldest first.
    recent: VecDeque<Vec<(Group, u64)>>,
    /// The same, added up.
    sizes: HashMap<Group, u64>,
    /// Groups shown in the last interval.
    shown: BTreeSet<Group>,
    /// Intervals since there was something in no group; `None` where there never was.
    without_other: Option<usize>,
}

/// What is shown of an interval.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// The groups, the largest of the last while first; of this interval there may be nothing.
    pub groups: Vec<(Group, Sum)>,
    /// What is in none of them, with which the sum is complete; `None` where that has been nothing for a while.
    pub other: Option<Sum>,
}

impl Steady {
    /// Shows so many groups at most.
    #[must_use]
    pub fn new(top: usize) -> Self {
        let (recent, sizes) = (VecDeque::with_capacity(REMEMBERED), HashMap::new());
        Self { top, recent, sizes, shown: BTreeSet::new(), without_other: None }
    }

    /// The next interval: all its groups, what is in none of them, and how large a sum is.
    ///
    /// Shown are the groups that were largest in [`REMEMBERED`] intervals up to this one; of groups of one size those
    /// that were shown before, and then the lesser ones.
    pub fn next(&mut self, mut sums: Sums, mut other: Sum, size: impl Fn(&Sum) -> u64) -> Shown {
        self.remember(&sums, size);
        let mut ranked: Vec<(Reverse<u64>, bool, &Group)> = self
            .sizes
            .iter()
            .map(|(group, size)| (Reverse(*size), !self.shown.contains(group), group))
            .collect();
        if self.top < ranked.len() {
            ranked.select_nth_unstable(self.top);
            ranked.truncate(self.top);
        }
        ranked.sort_unstable();
        let chosen: Vec<Group> = ranked.into_iter().map(|(_, _, group)| group.clone()).collect();
        let groups: Vec<(Group, Sum)> =
            chosen.iter().map(|group| (group.clone(), sums.remove(group).unwrap_or_default())).collect();
        self.shown = chosen.into_iter().collect();
        sums.into_values().for_each(|sum| other += sum);
        self.without_other =
            if other.packets > 0 { Some(0) } else { self.without_other.map(|since| since + 1) };
        Shown { groups, other: self.without_other.filter(|since| *since < REMEMBERED).map(|_| other) }
    }

    /// Adds an interval to those that decide, and forgets the oldest.
    fn remember(&mut self, sums: &Sums, size: impl Fn(&Sum) -> u64) {
        if self.recent.len() == REMEMBERED {
            for (group, size) in self.recent.pop_front().unwrap_or_default() {
                let left = self.sizes.get_mut(&group).map_or(0, |sum| {
                    *sum = sum.saturating_sub(size);
                    *sum
                });
                if left == 0 {
                    self.sizes.remove(&group);
                }
            }
        }
        let mut sizes: Vec<(Group, u64)> = sums
            .iter()
            .map(|(group, sum)| (group.clone(), size(sum)))
            .filter(|(_, size)| *size > 0)
            .collect();
        if sizes.len() > MOST {
            sizes.select_nth_unstable_by(MOST, |(one, size), (next, more)| {
                more.cmp(size).then_with(|| one.cmp(next))
            });
            sizes.truncate(MOST);
        }
        for (group, size) in &sizes {
            *self.sizes.entry(group.clone()).or_default() += size;
        }
        self.recent.push_back(sizes);
    }
}

#[cfg(test)]
mod tests;
