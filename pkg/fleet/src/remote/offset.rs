//! How far a host's clock is ahead of this one. Pure.

use std::collections::VecDeque;

/// Round trips that are remembered: the shortest of them says most.
const KEPT: usize = 8;

/// How far a host's clock is ahead, as far as round trips tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offset {
    /// Each with how far ahead it says, and by how much that may be wrong, nanoseconds.
    trips: VecDeque<(i64, i64)>,
}

impl Offset {
    /// Takes note of a round trip: when it began and ended here, and when the host heard and answered by its own clock.
    /// All are nanoseconds since 1970.
    pub fn note(&mut self, asked: i64, heard: i64, said: i64, answered: i64) {
        // The middle of the time on the way there and back: RFC 5905, 8.
        let there = i128::from(heard) - i128::from(asked);
        let back = i128::from(said) - i128::from(answered);
        let way = (i128::from(answered) - i128::from(asked)) - (i128::from(said) - i128::from(heard));
        let (Ok(ahead), Ok(bound)) = (i64::try_from((there + back) / 2), i64::try_from(way.max(0) / 2))
        else {
            return;
        };
        // A clock that was set makes what was measured before wrong, not less exact.
        let differs =
            |(before, error): &(i64, i64)| before.abs_diff(ahead) > (error + bound + 10_000_000) as u64;
        if self.trips.back().is_some_and(differs) {
            self.trips.clear();
        }
        if self.trips.len() == KEPT {
            self.trips.pop_front();
        }
        self.trips.push_back((ahead, bound));
    }

    /// How far the host's clock is ahead, and by how much that may be wrong at most, nanoseconds; `None` before the first
    /// round trip.
    #[must_use]
    pub fn get(&self) -> Option<(i64, i64)> {
        self.trips.iter().copied().min_by_key(|(_, bound)| *bound)
    }

    /// How far it is ahead; 0 before the first round trip.
    #[must_use]
    pub fn ahead(&self) -> i64 {
        self.get().map_or(0, |(ahead, _)| ahead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_round_trip_counts() {
        let mut offset = Offset::default();
        assert_eq!(offset.get(), None);
        // 1000 ahead; 50 there, 50 back.
        offset.note(0, 1050, 1060, 110);
        assert_eq!(offset.get(), Some((1000, 50)));
        // 200 there, 10 back: says 1095, which may be wrong by 105.
        offset.note(500, 1700, 1710, 720);
        assert_eq!(offset.get(), Some((1000, 50)));
        offset.note(1000, 2005, 2005, 1010);
        assert_eq!(offset.get(), Some((1000, 5)));
    }

    #[test]
    fn a_clock_that_was_set_counts_at_once() {
        let mut offset = Offset::default();
        offset.note(0, 5, 5, 10);
        let hour = 3_600_000_000_000;
        offset.note(1000, 1500 - hour, 1500 - hour, 2000);
        assert_eq!(offset.get(), Some((-hour, 500)));
    }
}
