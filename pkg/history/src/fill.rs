//! What was counted twice over, as one.

use xdplive_source::Lap;

/// `laps`, the oldest first, and those of `more`, in the same order, that are where `laps` has nothing.
pub fn fill(laps: Vec<Lap>, more: impl IntoIterator<Item = Lap>) -> Vec<Lap> {
    let mut more = more.into_iter().peekable();
    let mut filled: Vec<Lap> = Vec::with_capacity(laps.len());
    for lap in laps {
        while let Some(candidate) = more.next_if(|candidate| candidate.time() <= lap.begin()) {
            push(&mut filled, candidate);
        }
        // What is in both, or partly.
        while more.next_if(|candidate| candidate.begin() < lap.time()).is_some() {}
        filled.push(lap);
    }
    more.for_each(|candidate| push(&mut filled, candidate));
    filled
}

/// Adds one that begins where the last one has ended.
fn push(filled: &mut Vec<Lap>, candidate: Lap) {
    if filled.last().is_none_or(|last| candidate.begin() >= last.time()) {
        filled.push(candidate);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use xdplive_source::{DirectionCounts, Moment};

    use super::*;

    /// A second that ends then, ms since 1970.
    fn lap(time: i64) -> Lap {
        let at = Moment { wall: time * 1_000_000, steady: Duration::ZERO };
        Lap { at, length: Duration::from_secs(1), sums: DirectionCounts::default() }
    }

    fn times(laps: &[i64], more: &[i64]) -> Vec<i64> {
        let laps = laps.iter().map(|time| lap(*time)).collect();
        fill(laps, more.iter().map(|time| lap(*time))).iter().map(Lap::time).collect()
    }

    #[test]
    fn gaps_are_filled_and_nothing_is_counted_twice() {
        let all = [1000, 2000, 3000, 4000, 5000, 6000];
        assert_eq!(times(&[], &all), all);
        assert_eq!(times(&all, &[]), all);
        assert_eq!(times(&[4000, 5000], &all), all);
        assert_eq!(times(&[2000, 5000], &all), all);
        // Seconds that begin elsewhere fit where there is room for the whole of them.
        assert_eq!(
            times(&[3000, 6000], &[1300, 2300, 3300, 4300, 5300, 6300, 7300]),
            [1300, 3000, 4300, 6000, 7300]
        );
    }
}
