//! What is known of addresses for a time, of so many at most.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    time::{Duration, Instant},
};

/// Something by address, each for a time. Where there is no room, what came first goes first.
#[derive(Debug)]
pub struct Aging<T> {
    entries: HashMap<IpAddr, Entry<T>>,
    /// In the order in which they came, with the number of each. One that came again is in it more than once.
    order: VecDeque<(u64, IpAddr)>,
    last: u64,
    most: usize,
}

#[derive(Debug)]
struct Entry<T> {
    value: T,
    until: Instant,
    number: u64,
}

impl<T> Aging<T> {
    /// Nothing, with room for `most`.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { entries: HashMap::new(), order: VecDeque::new(), last: 0, most }
    }

    /// Keeps something of an address for as long as `lives`, in the place of what was known of it.
    pub fn insert(&mut self, address: IpAddr, value: T, lives: Duration, now: Instant) {
        if self.most == 0 {
            return;
        }
        self.last += 1;
        let entry = Entry { value, until: now + lives, number: self.last };
        self.entries.insert(address, entry);
        self.order.push_back((self.last, address));
        while self.entries.len() > self.most {
            self.remove_first();
        }
        // Those that came again leave a place behind.
        if self.order.len() > 2 * self.most {
            let entries = &self.entries;
            self.order.retain(|(number, address)| {
                entries.get(address).is_some_and(|entry| entry.number == *number)
            });
        }
    }

    /// What is known of an address now.
    #[must_use]
    pub fn get(&self, address: &IpAddr, now: Instant) -> Option<&T> {
        self.entries.get(address).filter(|entry| entry.until > now).map(|entry| &entry.value)
    }

    /// How many there are, with those whose time is over.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn remove_first(&mut self) {
        while let Some((number, address)) = self.order.pop_front() {
            if self.entries.get(&address).is_some_and(|entry| entry.number == number) {
                self.entries.remove(&address);
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn address(number: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, number])
    }

    #[test]
    fn what_is_known_has_its_time() {
        let now = Instant::now();
        let mut known = Aging::new(10);
        known.insert(address(1), "old", MINUTE, now);
        assert_eq!(known.get(&address(1), now + MINUTE / 2), Some(&"old"));
        assert_eq!(known.get(&address(1), now + MINUTE), None);
        known.insert(address(1), "new", MINUTE, now + MINUTE);
        assert_eq!(known.get(&address(1), now + MINUTE), Some(&"new"));
        assert_eq!(known.get(&address(2), now), None);
    }

    #[test]
    fn what_came_first_goes_first_and_what_came_again_stays() {
        let now = Instant::now();
        let mut known = Aging::new(3);
        for number in [1, 2, 3, 1, 4, 5] {
            known.insert(address(number), number, MINUTE, now);
        }
        let left: Vec<u8> = (1..=5).filter(|number| known.get(&address(*number), now).is_some()).collect();
        assert_eq!((left, known.len()), (vec![1, 4, 5], 3));
    }

    #[test]
    fn one_that_comes_over_and_over_takes_no_more_room() {
        let now = Instant::now();
        let mut known = Aging::new(4);
        for round in 0..10_000_u32 {
            known.insert(address((round % 4) as u8), round, MINUTE, now);
            assert!(known.order.len() <= 9, "{}", known.order.len());
        }
        assert_eq!(known.len(), 4);
        assert_eq!(known.get(&address(3), now), Some(&9999));
    }
}
