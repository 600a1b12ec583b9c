//! Who shares which slot of an interface's programs.
//!
//! Streams with the same filter, ways and budget are one to the kernel, whatever their columns. Those that only count have
//! no budget, and share the slot of any that has the same packets.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use thiserror::Error;
use xdplive_filter::{
    Environment, Filter, Term, TooComplex,
    tables::{self, CapacityError, Own, Slot},
};
use xdplive_packet::{
    accounting::{Configuration, Limit, Rules, SLOTS},
    classify::Tables,
    event::Direction,
};

use crate::{
    reader::StreamId,
    source::{Request, Wanted},
};

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
    /// The alternatives of the filter that recognises own traffic.
    own: Arc<[Term]>,
}

/// How long a slot is kept for a stream that has been promised one: Grafana subscribes at once, and 65 queries of
/// one call must not each be told that there is room for 64.
const RESERVED: Duration = Duration::from_secs(10);

/// A slot in use, or kept for somebody.
#[derive(Clone, Debug)]
struct Held {
    key: Key,
    terms: Vec<Term>,
    members: BTreeSet<StreamId>,
    /// Those of them that have rows.
    with_rows: BTreeSet<StreamId>,
    reserved_until: Option<Instant>,
}

impl Held {
    /// What becomes of its packets: rows that nobody has would only fill the ring.
    fn limit(&self) -> Limit {
        if self.with_rows.is_empty() { Limit::None } else { self.key.limit }
    }

    /// Whether it can become the slot of `key`, which is of the same packets: nobody has rows from it, or will soon.
    fn can_become(&self, key: &Key, now: Instant) -> bool {
        let is_promised = self.key.has_rows() && self.is_reserved(now);
        self.key.has_packets_of(key) && self.with_rows.is_empty() && !is_promised
    }

    fn is_needed(&self, now: Instant) -> bool {
        !self.members.is_empty() || self.is_reserved(now)
    }

    fn is_reserved(&self, now: Instant) -> bool {
        self.reserved_until.is_some_and(|until| until > now)
    }
}

/// What streams of one slot have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    filter: Arc<Filter>,
    directions: Vec<Direction>,
    limit: Limit,
    hides_own: bool,
    header_bytes: bool,
}

impl Key {
    /// The key of a stream's slot; none where it wants no packets.
    #[must_use]
    pub fn of(request: &Request) -> Option<Self> {
        let Wanted { filter, limit, hides_own, header_bytes } = request.wanted.as_ref()?;
        Some(Self {
            filter: Arc::clone(filter),
            directions: request.directions.clone(),
            limit: *limit,
            hides_own: *hides_own,
            header_bytes: *header_bytes,
        })
    }

    /// Whether packets become rows; they are only counted otherwise.
    fn has_rows(&self) -> bool {
        self.limit != Limit::None
    }

    /// Whether streams with either key are for the same packets.
    fn has_packets_of(&self, other: &Self) -> bool {
        self.filter == other.filter
            && self.directions == other.directions
            && self.hides_own == other.hides_own
    }
}

/// A stream's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Joined {
    /// Number of the slot.
    pub slot: u32,
    /// Whether its budget is to begin anew: nobody had rows from it, and the stream may have.
    pub is_new: bool,
}

impl Slots {
    /// Sets what own traffic is from the next generation on. Returns whether that makes a difference.
    pub fn set_own(&mut self, own: &Arc<[Term]>) -> bool {
        let changes = self.own != *own && self.held.values().any(|held| held.key.hides_own);
        self.own = Arc::clone(own);
        changes
    }

    /// Keeps a slot for a stream with `key`, which will come soon.
    ///
    /// # Errors
    /// Any [`NoSlot`].
    pub fn reserve(&mut self, key: Key, environment: &Environment, now: Instant) -> Result<(), NoSlot> {
        let slot = self.slot(key, environment, now)?;
        // While it has such a stream it needs no keeping.
        if let Some(held) = self.held.get_mut(&slot).filter(|held| held.with_rows.is_empty()) {
            held.reserved_until = Some(now + RESERVED);
        }
        Ok(())
    }

    /// Makes a stream a member of the slot for `key`.
    ///
    /// # Errors
    /// Any [`NoSlot`]; nothing has changed then.
    pub fn join(
        &mut self,
        stream: StreamId,
        key: Key,
        environment: &Environment,
        now: Instant,
    ) -> Result<Joined, NoSlot> {
        let has_rows = key.has_rows();
        let slot = self.slot(key, environment, now)?;
        let mut is_new = true;
        if let Some(held) = self.held.get_mut(&slot) {
            is_new = held.members.is_empty() || (has_rows && held.with_rows.is_empty());
            held.members.insert(stream);
            if has_rows {
                held.with_rows.insert(stream);
            }
            // Who only counts leaves it to the one whom it was promised.
            if has_rows || !held.key.has_rows() {
                held.reserved_until = None;
            }
        }
        Ok(Joined { slot, is_new })
    }

    /// Takes a stream out; its slot is free when it was the last.
    pub fn leave(&mut self, stream: StreamId, now: Instant) {
        for held in self.held.values_mut() {
            held.members.remove(&stream);
            held.with_rows.remove(&stream);
        }
        self.held.retain(|_, held| held.is_needed(now));
    }

    /// The slot for `key`: the one that has it, or can become it, or that of other streams for who only counts, or a free
    /// one, which is held from now on.
    fn slot(&mut self, key: Key, environment: &Environment, now: Instant) -> Result<u32, NoSlot> {
        self.held.retain(|_, held| held.is_needed(now));
        if let Some((slot, _)) = self.held.iter().find(|(_, held)| held.key == key) {
            return Ok(*slot);
        }
        if key.has_rows() {
            if let Some((slot, held)) = self.held.iter_mut().find(|(_, held)| held.can_become(&key, now)) {
                held.key = key;
                return Ok(*slot);
            }
        } else if let Some((slot, _)) = self.held.iter().find(|(_, held)| held.key.has_packets_of(&key)) {
            return Ok(*slot);
        }
        let terms = key.filter.terms(environment)?;
        let free = (0..SLOTS as u32).find(|slot| !self.held.contains_key(slot));
        let slot = free.ok_or_else(|| NoSlot::Taken { holders: self.holders() })?;
        let (members, with_rows) = (BTreeSet::new(), BTreeSet::new());
        let held = Held { key, terms, members, with_rows, reserved_until: None };
        self.held.insert(slot, held);
        let mut rules: Box<Rules> = bytemuck::zeroed_box();
        let Rules { configuration, tables } = &mut *rules;
        if let Err(error) = build(self.held.iter(), &self.own, configuration, tables) {
            self.held.remove(&slot);
            return Err(NoSlot::Capacity { error, holders: self.holders() });
        }
        Ok(slot)
    }

    /// Fills in what the programs go by, for the slots that have a stream. Returns whether own traffic can be told
    /// apart: what it is may have become too much for the room that is left, and streams go before it.
    ///
    /// # Errors
    /// None after [`Slots::join`] has said yes to every slot.
    pub fn build(
        &self,
        configuration: &mut Configuration,
        tables: &mut Tables,
    ) -> Result<bool, CapacityError> {
        let live = || self.held.iter().filter(|(_, held)| !held.members.is_empty());
        if build(live(), &self.own, configuration, tables).is_ok() {
            return Ok(true);
        }
        build(live(), &[], configuration, tables).map(|()| false)
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
                let filter = held.key.filter.to_string();
                let filter = if filter.is_empty() { "no filter" } else { &filter };
                let short: String = filter.chars().take(60).collect();
                format!("\"{short}\" ({} streams, {} alternatives)", held.members.len(), held.terms.len())
            })
            .collect();
        let more = held.len().saturating_sub(NAMED);
        let more = if more == 0 { String::new() } else { format!(" and {more} others") };
        format!("{}{more}", named.join(", "))
    }
}

fn build<'a>(
    held: impl Iterator<Item = (&'a u32, &'a Held)>,
    own: &[Term],
    configuration: &mut Configuration,
    tables: &mut Tables,
) -> Result<(), CapacityError> {
    let (mut hiding, mut headers) = (0, 0);
    let slots: Vec<Slot<'_>> = held
        .map(|(number, held)| {
            hiding |= u64::from(held.key.hides_own) << number;
            headers |= u64::from(held.key.header_bytes && !held.with_rows.is_empty()) << number;
            Slot {
                number: *number,
                terms: &held.terms,
                directions: &held.key.directions,
                limit: held.limit(),
            }
        })
        .collect();
    // Where nobody leaves it out, no packet is looked at for it.
    let own = (hiding != 0 && !own.is_empty()).then_some(Own { terms: own, hiding });
    configuration.headers = headers;
    tables::build(&slots, own, configuration, tables)
}

#[cfg(test)]
mod tests;
