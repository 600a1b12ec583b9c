//! Seconds, up to a bound.

use std::{collections::VecDeque, time::Duration};

/// Time between two points of what is kept, and the shortest interval of it.
pub const SECOND: Duration = Duration::from_secs(1);

/// The last seconds of something.
#[derive(Clone, Debug)]
pub struct Seconds<T> {
    seconds: VecDeque<T>,
    most: usize,
}

impl<T> Seconds<T> {
    /// None yet, of at most `most`.
    #[must_use]
    pub const fn new(most: usize) -> Self {
        Self { seconds: VecDeque::new(), most }
    }

    /// Adds a second; the oldest makes room. Returns what had to go.
    pub fn add(&mut self, second: T) -> Option<T> {
        let oldest = if self.seconds.len() >= self.most { self.seconds.pop_front() } else { None };
        self.seconds.push_back(second);
        oldest
    }

    /// Takes the oldest away.
    pub fn drop_oldest(&mut self) -> Option<T> {
        self.seconds.pop_front()
    }

    /// The oldest first, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.seconds.iter_mut()
    }

    /// The oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.seconds.iter()
    }
}
