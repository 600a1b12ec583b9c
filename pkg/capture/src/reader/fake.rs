//! A ring that is filled by hand.

use std::{
    collections::VecDeque,
    os::fd::BorrowedFd,
    sync::{Arc, Mutex},
};

use super::ring::Ring;

/// The ring. Copies are the same one.
#[derive(Clone, Default)]
pub struct FakeRing(Arc<Mutex<VecDeque<Vec<u8>>>>);

impl FakeRing {
    /// Adds a record.
    pub fn push(&self, record: &[u8]) {
        self.0.lock().unwrap().push_back(record.to_vec());
    }

    /// How many copies there are.
    pub fn holders(&self) -> usize {
        Arc::strong_count(&self.0)
    }
}

impl Ring for FakeRing {
    fn read(&mut self, most: usize, take: &mut dyn FnMut(&[u8])) -> usize {
        let mut records = self.0.lock().unwrap();
        let count = records.len().min(most);
        records.drain(..count).for_each(|record| take(&record));
        count
    }

    fn capacity(&self) -> usize {
        1 << 20
    }

    fn wakes(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}
