//! How many lines somebody can have written: who subscribes and cancels in a loop must neither fill the log nor hide what
//! others do in it.

use std::{collections::HashMap, time::Duration};

use tokio::time::Instant;

use crate::quota::Scope;

/// Lines in a minute that one user can have written. The end of what has a line for its beginning has one beside these.
pub const MOST: u32 = 120;
const MINUTE: Duration = Duration::from_secs(60);
/// Users that are told apart; all beyond share what one may have, until others have been quiet for a minute.
const USERS: usize = 1024;

/// What everybody has had in their last minute.
#[derive(Debug, Default)]
pub struct Pace(HashMap<Option<Scope>, Minute>);

/// A minute of one user's, which begins with the first line in it.
#[derive(Clone, Copy, Debug)]
struct Minute {
    began: Instant,
    written: u32,
    left_out: u64,
}

/// What is to become of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It is written, after a word of how many were left out since the last one.
    Write {
        /// How many.
        left_out: u64,
    },
    /// It is the first that is not written.
    FirstLeftOut,
    /// Nor is this one.
    LeftOut,
}

/// Whose lines a decision counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The user's own.
    User,
    /// Those of all users beyond the number that is told apart.
    Others,
}

impl Pace {
    /// Decides about a line about `user`.
    pub fn turn(&mut self, user: &Scope, now: Instant) -> (Turn, Whose) {
        let is_over = |minute: &Minute| now.saturating_duration_since(minute.began) >= MINUTE;
        let mut key = Some(user.clone());
        if !self.0.contains_key(&key) && self.0.len() >= USERS {
            // Whose number has not been written yet stays, so that it is.
            self.0.retain(|_, minute| !is_over(minute) || minute.left_out > 0);
            if self.0.len() >= USERS {
                key = None;
            }
        }
        let whose = if key.is_some() { Whose::User } else { Whose::Others };
        let minute = self.0.entry(key).or_insert(Minute { began: now, written: 0, left_out: 0 });
        let mut left_out = 0;
        if is_over(minute) {
            left_out = minute.left_out;
            *minute = Minute { began: now, written: 0, left_out: 0 };
        }
        if minute.written < MOST {
            minute.written += 1;
            return (Turn::Write { left_out }, whose);
        }
        minute.left_out += 1;
        (if minute.left_out == 1 { Turn::FirstLeftOut } else { Turn::LeftOut }, whose)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(login: &str) -> Scope {
        Scope::Person(login.into())
    }

    #[test]
    fn who_asks_too_often_is_cut_short_and_counted_and_nobody_else_is() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        let mut turn = |login, at| pace.turn(&person(login), at);
        let write = (Turn::Write { left_out: 0 }, Whose::User);
        for _ in 0..MOST {
            assert_eq!(turn("bob", now), write);
        }
        assert_eq!(turn("bob", now), (Turn::FirstLeftOut, Whose::User));
        for _ in 0..41 {
            assert_eq!(turn("bob", now + MINUTE / 2), (Turn::LeftOut, Whose::User));
        }
        assert_eq!(turn("ann", now), write);
        assert_eq!(turn("bob", now + MINUTE), (Turn::Write { left_out: 42 }, Whose::User));
        assert_eq!(turn("bob", now + MINUTE), write);
    }

    #[test]
    fn many_users_take_no_more_memory_and_share_what_one_may_have() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        let write = |whose| (Turn::Write { left_out: 0 }, whose);
        for number in 0..USERS {
            assert_eq!(pace.turn(&person(&number.to_string()), now), write(Whose::User));
        }
        for number in 0..MOST {
            assert_eq!(pace.turn(&person(&format!("more {number}")), now), write(Whose::Others));
        }
        assert_eq!(pace.turn(&person("one more"), now), (Turn::FirstLeftOut, Whose::Others));
        assert_eq!(pace.0.len(), USERS + 1);
        // Those who are quiet are forgotten; the number that has not been written yet is not.
        assert_eq!(pace.turn(&person("later"), now + MINUTE), write(Whose::User));
        assert_eq!(pace.0.len(), 2);
    }
}
