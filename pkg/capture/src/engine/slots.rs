//! Who shares which slot of an interface's programs.
//!
//! Streams with the same filter, ways and budget are one to the kernel, whatever their columns.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;
use xdplive_filter::{
    Environment, Term, TooComplex,
    tables::{self, CapacityError, Slot},
};
use xdplive_packet::{
    accounting::{Configuration, Rules, SLOTS},
    classify::Tables,
    event::Direction,
};

use crate::{reader::StreamId, source::Request};

/// Why a stream cannot be part of a capture.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NoSlot {
    /// The filter alone is too much.
    #[error(transparent)]
    Filter(#[from] TooComplex),
    /// All slots are taken.
    #[error("all {SLOTS} slots are taken, by {holders}")]
    Taken {
        /// What holds them.
        holders: String,
    },
    /// There is no room beside the other filters.
    #[error("{error}; there are {holders}")]
    Capacity {
        /// What there is too much of.
        error: CapacityError,
        /// What holds the slots.
        holders: String,
    },
}

/// The slots of one interface.
#[derive(Clone, Debug, Default)]
pub struct Slots {
    held: BTreeMap<u32, Held>,
}

/// A slot in use.
#[derive(Clone, Debug)]
struct Held {
    key: Key,
    terms: Vec<Term>,
    members: BTreeSet<StreamId>,
}

/// What streams of one slot have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    /// Canonical text of the filter.
    filter: String,
    directions: Vec<Direction>,
    limit: Option<u32>,
}

impl Key {
    fn of(request: &Request) -> Self {
        Self {
            filter: request.filter.to_string(),
            directions: request.directions.clone(),
            limit: request.limit,
        }
    }
}

/// A stream's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Joined {
    /// Number of the slot.
    pub slot: u32,
    /// Whether the slot has just been taken.
    pub is_new: bool,
}

impl Slots {
    /// Whether a stream of `request` could join.
    ///
    /// # Errors
    /// Any [`NoSlot`].
    pub fn check(&self, request: &Request, environment: &Environment) -> Result<(), NoSlot> {
        // No stream has the number 0.
        self.clone().join(0, request, environment).map(|_| ())
    }

    /// Makes a stream a member of the slot for `request`.
    ///
    /// # Errors
    /// Any [`NoSlot`]; nothing has changed then.
    pub fn join(
        &mut self,
        stream: StreamId,
        request: &Request,
        environment: &Environment,
    ) -> Result<Joined, NoSlot> {
        let key = Key::of(request);
        if let Some((slot, held)) = self.held.iter_mut().find(|(_, held)| held.key == key) {
            held.members.insert(stream);
            return Ok(Joined { slot: *slot, is_new: false });
        }
        let terms = request.filter.terms(environment)?;
        let free = (0..SLOTS as u32).find(|slot| !self.held.contains_key(slot));
        let slot = free.ok_or_else(|| NoSlot::Taken { holders: self.holders() })?;
        self.held.insert(slot, Held { key, terms, members: BTreeSet::from([stream]) });
        let mut rules: Box<Rules> = bytemuck::zeroed_box();
        let Rules { configuration, tables } = &mut *rules;
        if let Err(error) = self.build(configuration, tables) {
            self.held.remove(&slot);
            return Err(NoSlot::Capacity { error, holders: self.holders() });
        }
        Ok(Joined { slot, is_new: true })
    }

    /// Takes a stream out; its slot is free when it was the last.
    pub fn leave(&mut self, stream: StreamId) {
        self.held.retain(|_, held| {
            held.members.remove(&stream);
            !held.members.is_empty()
        });
    }

    /// Fills in what the programs go by.
    ///
    /// # Errors
    /// None after [`Slots::join`] has said yes to every slot.
    pub fn build(&self, configuration: &mut Configuration, tables: &mut Tables) -> Result<(), CapacityError> {
        let slots: Vec<Slot<'_>> = self
            .held
            .iter()
            .map(|(number, held)| Slot {
                number: *number,
                terms: &held.terms,
                directions: &held.key.directions,
                limit: held.key.limit,
            })
            .collect();
        tables::build(&slots, configuration, tables)
    }

    /// What holds the slots, in words: the filters with the most terms first.
    fn holders(&self) -> String {
        const NAMED: usize = 5;
        let mut held: Vec<&Held> = self.held.values().collect();
        held.sort_by_key(|held| std::cmp::Reverse(held.terms.len()));
        let named: Vec<String> = held
            .iter()
            .take(NAMED)
            .map(|held| {
                let filter = if held.key.filter.is_empty() { "no filter" } else { &held.key.filter };
                let short: String = filter.chars().take(60).collect();
                format!("\"{short}\" ({} streams, {} alternatives)", held.members.len(), held.terms.len())
            })
            .collect();
        let more = held.len().saturating_sub(NAMED);
        let more = if more == 0 { String::new() } else { format!(" and {more} others") };
        format!("{}{more}", named.join(", "))
    }
}

#[cfg(test)]
mod tests;
