//! The accounts of all captures, second by second.

use std::sync::Arc;

use super::seconds::Seconds;
use crate::source::HookAccounts;

/// Hooks and streams that are remembered at most over all seconds, some 150 bytes each.
pub const POINTS: usize = 100_000;

/// See the module's text.
#[derive(Debug)]
pub struct PastAccounts {
    seconds: Seconds<(i64, Arc<[HookAccounts]>)>,
    points: usize,
}

impl PastAccounts {
    /// Nothing yet, of at most so many seconds.
    #[must_use]
    pub const fn new(seconds: usize) -> Self {
        Self { seconds: Seconds::new(seconds), points: 0 }
    }

    /// Takes down what was counted until `time`, ms since 1970. Where nothing is watched, there is nothing.
    pub fn add(&mut self, time: i64, accounts: Vec<HookAccounts>) {
        if accounts.is_empty() {
            return;
        }
        self.points += points(&accounts);
        if let Some((_, oldest)) = self.seconds.add((time, accounts.into())) {
            self.points -= points(&oldest);
        }
        while self.points > POINTS
            && let Some((_, oldest)) = self.seconds.drop_oldest()
        {
            self.points -= points(&oldest);
        }
    }

    /// What was taken down between two times, both inclusive, the oldest first.
    #[must_use]
    pub fn between(&self, from: i64, to: i64) -> Vec<(i64, Arc<[HookAccounts]>)> {
        let within = self.seconds.iter().filter(|(time, _)| (from..=to).contains(time));
        within.cloned().collect()
    }
}

fn points(accounts: &[HookAccounts]) -> usize {
    accounts.iter().map(|hook| 1 + hook.streams.len()).sum()
}

#[cfg(test)]
mod tests {
    use xdplive_packet::event::Direction;

    use super::*;
    use crate::source::{Counts, Host};

    fn hook(seen: u64) -> HookAccounts {
        HookAccounts {
            host: Host::only("nas"),
            interface: "a".into(),
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

    fn seen(past: &PastAccounts, from: i64, to: i64) -> Vec<(i64, usize, u64)> {
        past.between(from, to).iter().map(|(time, all)| (*time, all.len(), all[0].seen)).collect()
    }

    #[test]
    fn seconds_are_found_by_their_time() {
        let mut past = PastAccounts::new(3);
        past.add(1000, Vec::new());
        for second in 2..=6 {
            past.add(1000 * second, vec![hook(second.unsigned_abs())]);
        }
        assert_eq!(seen(&past, 0, i64::MAX), [(4000, 1, 4), (5000, 1, 5), (6000, 1, 6)]);
        assert_eq!(seen(&past, 4000, 5000), [(4000, 1, 4), (5000, 1, 5)]);
        assert_eq!(past.points, 3);
    }

    #[test]
    fn many_hooks_leave_room_for_fewer_seconds() {
        let mut past = PastAccounts::new(3600);
        for second in 0..5 {
            past.add(second, vec![hook(0); POINTS / 3]);
        }
        assert_eq!(past.between(0, 5).len(), 3);
        past.add(5, vec![hook(0); POINTS + 1]);
        assert_eq!((past.between(0, 5).len(), past.points), (0, 0), "one alone can be too much");
    }
}
