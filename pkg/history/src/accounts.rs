//! The accounts of all captures, second by second.

use std::sync::Arc;

use xdplive_source::{HookAccounts, Moment};

use crate::seconds::Seconds;

/// Hooks and streams that are remembered at most over all seconds, some 150 bytes each.
pub const POINTS: usize = 100_000;

/// See the module's text.
#[derive(Debug)]
pub struct PastAccounts {
    seconds: Seconds<(Moment, Arc<[HookAccounts]>)>,
    points: usize,
}

impl PastAccounts {
    /// Nothing yet, of at most so many seconds.
    #[must_use]
    pub const fn new(seconds: usize) -> Self {
        Self { seconds: Seconds::new(seconds), points: 0 }
    }

    /// Takes down what was counted until `now`. Where nothing is watched, there is nothing. Where the wall clock was set
    /// since the last second, those before get the times that it would have given them: they stay in order.
    pub fn add(&mut self, now: Moment, accounts: Vec<HookAccounts>) {
        if accounts.is_empty() {
            return;
        }
        let step = self.seconds.iter().next_back().and_then(|(last, _)| now.set_since(*last));
        if let Some(step) = step {
            self.seconds.iter_mut().for_each(|(at, _)| at.wall = at.wall.saturating_add(step));
        }
        self.points += points(&accounts);
        if let Some((_, oldest)) = self.seconds.add((now, accounts.into())) {
            self.points -= points(&oldest);
        }
        while self.points > POINTS
            && let Some((_, oldest)) = self.seconds.drop_oldest()
        {
            self.points -= points(&oldest);
        }
    }

    /// When the oldest were taken down, ms since 1970; `None` where there are none.
    #[must_use]
    pub fn from(&self) -> Option<i64> {
        self.seconds.iter().next().map(|(at, _)| at.milliseconds())
    }

    /// What was taken down between two times, both inclusive, the oldest first.
    #[must_use]
    pub fn between(&self, from: i64, to: i64) -> Vec<(i64, Arc<[HookAccounts]>)> {
        let seconds = self.seconds.iter().map(|(at, accounts)| (at.milliseconds(), accounts));
        let within = seconds.filter(|(time, _)| (from..=to).contains(time));
        within.map(|(time, accounts)| (time, Arc::clone(accounts))).collect()
    }
}

fn points(accounts: &[HookAccounts]) -> usize {
    accounts.iter().map(|hook| 1 + hook.streams.len()).sum()
}

#[cfg(test)]
mod tests {
    use xdplive_packet::event::Direction;
    use xdplive_source::{Counts, Host};

    use super::*;

    fn hook(seen: u64) -> HookAccounts {
        HookAccounts {
            host: Host::only("nas"),
            interface: "a".into(),
            uplink: false,
            direction: Direction::In,
            hook: None,
            state: None,
            reason: String::new(),
            seen,
            own: 0,
            streams: Vec::new(),
            ended: Counts::default(),
            ring_used: 0.0,
            kernel_time: None,
            flow_overflow: 0,
        }
    }

    /// So many milliseconds after the host's beginning, which was in 1970.
    fn at(milliseconds: i64) -> Moment {
        let steady = std::time::Duration::from_millis(milliseconds.unsigned_abs());
        Moment { wall: milliseconds * 1_000_000, steady }
    }

    fn seen(past: &PastAccounts, from: i64, to: i64) -> Vec<(i64, usize, u64)> {
        past.between(from, to).iter().map(|(time, all)| (*time, all.len(), all[0].seen)).collect()
    }

    #[test]
    fn seconds_are_found_by_their_time() {
        let mut past = PastAccounts::new(3);
        past.add(at(1000), Vec::new());
        for second in 2..=6 {
            past.add(at(1000 * second), vec![hook(second.unsigned_abs())]);
        }
        assert_eq!(seen(&past, 0, i64::MAX), [(4000, 1, 4), (5000, 1, 5), (6000, 1, 6)]);
        assert_eq!(past.from(), Some(4000));
        assert_eq!(seen(&past, 4000, 5000), [(4000, 1, 4), (5000, 1, 5)]);
        assert_eq!(past.points, 3);
    }

    #[test]
    fn many_hooks_leave_room_for_fewer_seconds() {
        let mut past = PastAccounts::new(3600);
        for second in 0..5 {
            past.add(at(second), vec![hook(0); POINTS / 3]);
        }
        assert_eq!(past.between(0, 5).len(), 3);
        past.add(at(5), vec![hook(0); POINTS + 1]);
        assert_eq!((past.between(0, 5).len(), past.points), (0, 0), "one alone can be too much");
    }

    #[test]
    fn a_clock_that_is_set_back_leaves_them_in_order() {
        let mut past = PastAccounts::new(10);
        past.add(at(60_000), vec![hook(1)]);
        past.add(at(61_000), vec![hook(2)]);
        let set_back = Moment { wall: 52_000_000_000, ..at(62_000) };
        past.add(set_back, vec![hook(3)]);
        assert_eq!(seen(&past, 0, i64::MAX), [(50_000, 1, 1), (51_000, 1, 2), (52_000, 1, 3)]);
        assert_eq!(seen(&past, 51_000, 52_000).len(), 2);
    }
}
