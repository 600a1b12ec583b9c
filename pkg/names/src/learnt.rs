//! Names in answers of the DNS that have passed.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::{
    aging::Aging,
    dns::{self, NoAnswer},
};

/// Addresses whose names are known at most: 4 MB with names of 100 bytes.
pub const MOST_ADDRESSES: usize = 16_384;
/// Addresses of one answer at most. What has more is no service that somebody looks for by its name.
pub const MOST_OF_ONE: usize = 64;
/// For how long a name is good at least: connections go on for longer than answers of a minute, or of none, are good.
pub const SHORTEST: Duration = Duration::from_secs(600);
/// And at most.
pub const LONGEST: Duration = Duration::from_secs(86_400);

/// What was learnt. Of two names of an address the one counts that was learnt last.
#[derive(Debug)]
pub struct Learnt(Mutex<State>);

#[derive(Debug)]
struct State {
    names: Aging<Arc<str>>,
    counts: LearntCounts,
}

/// What became of the answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LearntCounts {
    /// Those that gave a name to addresses.
    pub read: u64,
    /// Those that have none, such as that there is no such name.
    pub without: u64,
    /// Those among both of which only the beginning was there.
    pub cut: u64,
    /// Those that are not as they should be.
    pub refused: u64,
    /// Addresses in them that were beyond what is kept of one.
    pub left_out: u64,
    /// Those that nobody had asked for, and that were not looked at.
    pub unasked: u64,
    /// Those that came faster than they could be read.
    pub lost: u64,
    /// Addresses whose names are known.
    pub known: u64,
}

impl Default for Learnt {
    fn default() -> Self {
        let state = State { names: Aging::new(MOST_ADDRESSES), counts: LearntCounts::default() };
        Self(Mutex::new(state))
    }
}

impl Learnt {
    /// Learns from an answer that passed; `is_whole` is whether all of it is here.
    pub fn learn(&self, message: &[u8], is_whole: bool, now: Instant) {
        let answer = dns::answer(message, is_whole);
        let mut state = self.lock();
        let State { names, counts } = &mut *state;
        counts.cut += u64::from(!is_whole);
        match answer {
            Ok(answer) if answer.addresses.is_empty() => counts.without += 1,
            Ok(answer) => {
                counts.read += 1;
                counts.left_out += answer.addresses.len().saturating_sub(MOST_OF_ONE) as u64;
                for (address, seconds) in answer.addresses.into_iter().take(MOST_OF_ONE) {
                    let lives = Duration::from_secs(seconds.into()).clamp(SHORTEST, LONGEST);
                    names.insert(address, Arc::clone(&answer.name), lives, now);
                }
            }
            Err(NoAnswer::Other) => counts.without += 1,
            Err(_) => counts.refused += 1,
        }
    }

    /// Tells what the kernel has counted of those that it did not hand over.
    pub fn count(&self, unasked: u64, lost: u64) {
        let mut state = self.lock();
        state.counts.unasked += unasked;
        state.counts.lost += lost;
    }

    /// The name of an address.
    #[must_use]
    pub fn name(&self, address: &IpAddr, now: Instant) -> Option<Arc<str>> {
        self.lock().names.get(address, now).cloned()
    }

    /// What became of the answers so far.
    #[must_use]
    pub fn counts(&self) -> LearntCounts {
        let state = self.lock();
        LearntCounts { known: state.names.len() as u64, ..state.counts }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can panic half-way through a change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An answer that `name`, a label of one letter, has the address 192.0.2.`last` for so many seconds.
    fn message(name: u8, last: u8, seconds: u32) -> Vec<u8> {
        let begin = [0, 1, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, 1, name, 0, 0, 1, 0, 1, 0xc0, 12, 0, 1, 0, 1];
        [&begin[..], &seconds.to_be_bytes(), &[0, 4, 192, 0, 2, last]].concat()
    }

    #[test]
    fn a_name_is_good_for_its_time_within_bounds() {
        let (learnt, now) = (Learnt::default(), Instant::now());
        for (name, last, seconds) in [(b'a', 1, 0), (b'b', 2, 3600), (b'c', 3, u32::MAX)] {
            learnt.learn(&message(name, last, seconds), true, now);
        }
        let known = |after: Duration| -> String {
            let names = (1..=3).filter_map(|last| learnt.name(&IpAddr::from([192, 0, 2, last]), now + after));
            names.map(|name| name.to_string()).collect()
        };
        let second = Duration::from_secs(1);
        for (after, expected) in [
            (Duration::ZERO, "abc"),
            (SHORTEST - second, "abc"),
            (SHORTEST, "bc"),
            (Duration::from_secs(3600), "c"),
            (LONGEST - second, "c"),
            (LONGEST, ""),
        ] {
            assert_eq!(known(after), expected, "{after:?}");
        }
        // What was learnt last counts.
        learnt.learn(&message(b'd', 3, 60), true, now);
        assert_eq!(known(Duration::ZERO), "abd");
    }

    #[test]
    fn what_becomes_of_answers_is_counted() {
        let (learnt, now) = (Learnt::default(), Instant::now());
        learnt.learn(&message(b'a', 1, 60), true, now);
        learnt.learn(&message(b'a', 0, 60), true, now);
        learnt.learn(&message(b'\n', 1, 60), true, now);
        learnt.learn(&[0; 5], false, now);
        let mut no_such_name = message(b'a', 1, 60);
        no_such_name[3] = 0x83;
        learnt.learn(&no_such_name, true, now);
        learnt.count(7, 9);
        let expected = LearntCounts {
            read: 2,
            without: 1,
            cut: 1,
            refused: 2,
            left_out: 0,
            unasked: 7,
            lost: 9,
            known: 2,
        };
        assert_eq!(learnt.counts(), expected);
    }
}
