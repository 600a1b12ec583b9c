//! Rows counted by where they come from.

use std::collections::BTreeMap;

use xdplive_packet::{Hook, event::Direction};

use crate::{
    ids::{GONE, InterfaceNumber},
    row::Row,
};

/// Rows counted by where they come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowCounts(BTreeMap<(InterfaceNumber, u8), u64>);

impl RowCounts {
    /// Counts one row.
    pub fn add(&mut self, row: &Row) {
        self.add_some(place(row), 1);
    }

    /// Counts many rows.
    pub fn add_all(&mut self, rows: &[Row]) {
        for same in rows.chunk_by(|one, next| place(one) == place(next)) {
            if let Some(row) = same.first() {
                self.add_some(place(row), same.len() as u64);
            }
        }
    }

    /// Counts what `other` counts.
    pub fn add_counts(&mut self, other: &Self) {
        for (place, rows) in &other.0 {
            self.add_some(*place, *rows);
        }
    }

    fn add_some(&mut self, place: (InterfaceNumber, u8), rows: u64) {
        *self.0.entry(place).or_default() += rows;
    }

    /// Counts what was counted of an interface as of one that has gone.
    pub fn fold(&mut self, interface: InterfaceNumber) {
        let of_it: Vec<_> = self.0.extract_if(.., |(at, _), _| *at == interface).collect();
        for ((_, hook), rows) in of_it {
            self.add_some((GONE, hook), rows);
        }
    }

    /// Whether nothing was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All rows.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// The rows of one interface.
    #[must_use]
    pub fn at(&self, interface: InterfaceNumber) -> u64 {
        self.0.iter().filter(|((at, _), _)| *at == interface).map(|(_, count)| count).sum()
    }

    /// The rows of one interface and direction.
    #[must_use]
    pub fn of(&self, interface: InterfaceNumber, direction: Direction) -> u64 {
        let there = |hook: u8| Hook::from_raw(hook).map(Hook::direction) == Some(direction);
        self.0.iter().filter(|((at, hook), _)| *at == interface && there(*hook)).map(|(_, count)| count).sum()
    }
}

/// Where a row comes from: its interface and its hook.
const fn place(row: &Row) -> (InterfaceNumber, u8) {
    (row.origin.interface, row.event.hook)
}

#[cfg(test)]
mod tests;
