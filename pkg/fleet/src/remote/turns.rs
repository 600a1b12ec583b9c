//! Which host's row is next where a limit has fewer rows a second than there are hosts: they take turns. Pure.

use std::collections::{HashMap, HashSet};

use xdplive_source::HostId;

/// How long a host that sends nothing is waited for, nanoseconds. Each may send a row a second.
const WAITED_FOR: u64 = 3_000_000_000;

/// The turns of the hosts of one stream. A round is over once every host that has rows has had one.
#[derive(Debug, Default)]
pub(super) struct Turns {
    /// When each host last had a row to show.
    has_rows: HashMap<HostId, u64>,
    /// Those that have had their turn in this round.
    had: HashSet<HostId>,
}

impl Turns {
    /// Whether it is this host's turn: it has a row of this time, nanoseconds by any one clock.
    pub(super) fn is_next(&mut self, host: HostId, time: u64) -> bool {
        self.has_rows.insert(host, time);
        if !self.had.contains(&host) {
            return true;
        }
        let is_waiting =
            |(other, at): (&HostId, &u64)| time.saturating_sub(*at) < WAITED_FOR && !self.had.contains(other);
        if self.has_rows.iter().any(is_waiting) {
            return false;
        }
        self.had.clear();
        true
    }

    /// A row of this host is shown.
    pub(super) fn take(&mut self, host: HostId) {
        self.had.insert(host);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn host(number: u16) -> HostId {
        HostId::new(number)
    }

    /// Ten hosts have a row a second each, always in the same order, and there is room for three a second.
    #[test]
    fn every_host_has_its_turn_though_others_come_first_each_second() {
        let mut turns = Turns::default();
        let mut shown = BTreeMap::<u16, u32>::new();
        for second in 0..40 {
            let mut room = 3;
            for number in 0..10 {
                let time = second * SECOND + u64::from(number);
                if turns.is_next(host(number), time) && room > 0 {
                    room -= 1;
                    turns.take(host(number));
                    *shown.entry(number).or_default() += 1;
                }
            }
        }
        // The last second of a round has room for two more, which the next round does not use: its hosts have been refused by then.
        assert!(shown.len() == 10 && shown.values().all(|rows| *rows == 10), "{shown:?}");
    }

    #[test]
    fn the_rare_row_of_a_quiet_host_is_next_and_its_silence_holds_nobody() {
        let mut turns = Turns::default();
        for (number, time) in [(1, 0), (2, 1)] {
            assert!(turns.is_next(host(number), time * SECOND));
            turns.take(host(number));
        }
        // One that had no turn yet.
        assert!(turns.is_next(host(3), 2 * SECOND));
        assert!(!turns.is_next(host(1), 3 * SECOND), "the third waits for room");
        assert!(turns.is_next(host(1), 6 * SECOND), "it has nothing any more");
    }
}
