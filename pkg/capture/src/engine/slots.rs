//! Who shares which slot of an interface.
//!
//! Streams with the same filter, ways and budget are one to the kernel, whatever their columns. Those that only count have
//! no budget, and share the slot of any that has the same packets. Budgets that differ by little share a slot, too, which
//! has the largest of them; the reader keeps each stream to its own.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use thiserror::Error;
use xdplive_filter::{Environment, Term, TooComplex, tables::CapacityError};
use xdplive_packet::accounting::{Configuration, Limit, SLOTS};
use xdplive_source::{Decapsulate, Label, StreamId};

use super::{
    budgets::Budgets,
    filter_sets::{FilterSet, FilterSets, SlotTerms},
    slot_key::Key,
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
    /// All budgets are taken.
    #[error(
        "all budgets that the kernel programs have room for are in use; end some streams that have a limit"
    )]
    Budgets,
}

/// What all interfaces have in common, and a slot may need some of.
pub struct Shared<'a> {
    /// Filters and their tables.
    pub filters: &'a mut FilterSets,
    /// Budgets.
    pub budgets: &'a mut Budgets,
}

/// The slots of one interface.
#[derive(Debug, Default)]
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
    /// As of who took it first; of its limit, see [`Self::limit`].
    key: Key,
    terms: Arc<[Term]>,
    /// The number of its budget.
    budget: Option<u32>,
    members: BTreeMap<StreamId, Arc<Label>>,
    /// Those of them that have rows, and how many.
    with_rows: BTreeMap<StreamId, Limit>,
    reserved: Option<Reservation>,
}

/// A slot is kept for who will come soon.
#[derive(Clone, Debug)]
struct Reservation {
    label: Arc<Label>,
    until: Instant,
}

impl Held {
    /// What becomes of its packets: rows that nobody has would only fill the ring.
    fn limit(&self) -> Limit {
        let largest = |most, one: &Limit| match (most, *one) {
            (Limit::All, _) | (_, Limit::All) => Limit::All,
            (Limit::PerSecond(a), Limit::PerSecond(b)) => Limit::PerSecond(a.max(b)),
            (Limit::None, other) | (other, Limit::None) => other,
        };
        self.with_rows.values().fold(Limit::None, largest)
    }

    /// Whether it can become the slot of `key`, which is of the same packets: nobody has rows from it, or will soon.
    fn can_become(&self, key: &Key, now: Instant) -> bool {
        let is_promised = self.key.has_rows() && self.is_reserved(now);
        self.key.has_packets_of(key) && self.with_rows.is_empty() && !is_promised
    }

    /// Whether it is the slot of `key`, or has a budget that differs by little.
    fn suits(&self, key: &Key) -> bool {
        if self.key == *key {
            return true;
        }
        let limits = self.with_rows.values().chain([&self.key.limit]);
        self.key.is_like(key) && limits.into_iter().all(|limit| is_near(*limit, key.limit))
    }

    fn is_needed(&self, now: Instant) -> bool {
        !self.members.is_empty() || self.is_reserved(now)
    }

    fn is_reserved(&self, now: Instant) -> bool {
        self.reserved.as_ref().is_some_and(|reserved| reserved.until > now)
    }

    /// The streams of an owner, with one that may yet come; none where it is others' alone.
    fn streams_of(&self, owner: &str) -> usize {
        let promised = self.reserved.iter().map(|reserved| &reserved.label);
        self.members.values().chain(promised).filter(|label| label.owner == owner).count()
    }
}

/// Whether two budgets differ by so little that streams with them share a slot: by a quarter. Small ones do not: each of
/// their rows counts.
fn is_near(one: Limit, other: Limit) -> bool {
    const SMALL: u32 = 100;
    match (one, other) {
        (Limit::PerSecond(one), Limit::PerSecond(other)) => {
            let (less, more) = (one.min(other), one.max(other));
            less > SMALL && more - less <= less / 4
        }
        _ => false,
    }
}

/// A stream's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Joined {
    /// Number of the slot.
    pub slot: u32,
    /// The number of a budget that is to begin anew: nobody had rows from the slot, and the stream may have.
    pub new_budget: Option<u32>,
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
    pub fn reserve(
        &mut self,
        key: Key,
        environment: &Environment,
        shared: Shared<'_>,
        now: Instant,
        label: &Arc<Label>,
    ) -> Result<(), NoSlot> {
        let (slot, _) = self.slot(&key, environment, shared, now, &label.owner)?;
        // While it has such a stream it needs no keeping.
        if let Some(held) = self.held.get_mut(&slot).filter(|held| held.with_rows.is_empty()) {
            held.reserved = Some(Reservation { label: Arc::clone(label), until: now + RESERVED });
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
        key: &Key,
        environment: &Environment,
        shared: Shared<'_>,
        now: Instant,
        label: &Arc<Label>,
    ) -> Result<Joined, NoSlot> {
        let (slot, is_new_budget) = self.slot(key, environment, shared, now, &label.owner)?;
        let mut new_budget = None;
        if let Some(held) = self.held.get_mut(&slot) {
            let begins = key.has_rows() && held.with_rows.is_empty() && !key.may_share_budget();
            new_budget = held.budget.filter(|_| is_new_budget || begins);
            held.members.insert(stream, Arc::clone(label));
            if key.has_rows() {
                held.with_rows.insert(stream, key.limit);
            }
            // Who only counts leaves it to the one whom it was promised.
            if key.has_rows() || !held.key.has_rows() {
                held.reserved = None;
            }
        }
        Ok(Joined { slot, new_budget })
    }

    /// Takes a stream out; its slot is free when it was the last.
    pub fn leave(&mut self, stream: StreamId, budgets: &mut Budgets, now: Instant) {
        for held in self.held.values_mut() {
            held.members.remove(&stream);
            held.with_rows.remove(&stream);
        }
        self.drop_unneeded(budgets, now);
    }

    /// Frees every slot, for an interface that is watched no more.
    pub fn clear(&mut self, budgets: &mut Budgets) {
        for held in std::mem::take(&mut self.held).into_values() {
            held.budget.into_iter().for_each(|number| budgets.release(number));
        }
    }

    /// Whether there is a slot that nobody has, or will have soon.
    #[must_use]
    pub fn has_room(&self, now: Instant) -> bool {
        self.held.values().filter(|held| held.is_needed(now)).count() < SLOTS
    }

    fn drop_unneeded(&mut self, budgets: &mut Budgets, now: Instant) {
        for (_, held) in self.held.extract_if(.., |_, held| !held.is_needed(now)) {
            held.budget.into_iter().for_each(|number| budgets.release(number));
        }
    }

    /// The slot for `key`: the one that has it, or can become it, or that of other streams for who only counts, or a free
    /// one, which is held from now on. Also returns whether its budget is new.
    fn slot(
        &mut self,
        key: &Key,
        environment: &Environment,
        shared: Shared<'_>,
        now: Instant,
        owner: &str,
    ) -> Result<(u32, bool), NoSlot> {
        let Shared { filters, budgets } = shared;
        self.drop_unneeded(budgets, now);
        if let Some((slot, _)) = self.held.iter().find(|(_, held)| held.suits(key)) {
            return Ok((*slot, false));
        }
        if key.has_rows() {
            if let Some((slot, held)) = self.held.iter_mut().find(|(_, held)| held.can_become(key, now)) {
                let (budget, is_new) = take_budget(key, budgets)?;
                let before = std::mem::replace(&mut held.budget, budget);
                before.into_iter().for_each(|number| budgets.release(number));
                held.key = key.clone();
                return Ok((*slot, is_new));
            }
        } else if let Some((slot, _)) = self.held.iter().find(|(_, held)| held.key.has_packets_of(key)) {
            return Ok((*slot, false));
        }
        let terms = filters.terms(&key.filter, environment)?;
        let free = (0..SLOTS as u32).find(|slot| !self.held.contains_key(slot));
        let slot = free.ok_or_else(|| NoSlot::Taken { holders: self.holders(owner) })?;
        let (budget, is_new) = take_budget(key, budgets)?;
        let held = Held {
            key: key.clone(),
            terms,
            budget,
            members: BTreeMap::new(),
            with_rows: BTreeMap::new(),
            reserved: None,
        };
        self.held.insert(slot, held);
        if let Err(error) = filters.check(&self.set(|_| true)) {
            self.held.remove(&slot);
            budget.into_iter().for_each(|number| budgets.release(number));
            return Err(NoSlot::Capacity { error, holders: self.holders(owner) });
        }
        Ok((slot, is_new))
    }

    /// What the slots that have a stream want.
    #[must_use]
    pub fn live(&self) -> FilterSet {
        self.set(|held| !held.members.is_empty())
    }

    fn set(&self, counts: impl Fn(&Held) -> bool) -> FilterSet {
        let mut set = FilterSet::default();
        for (slot, held) in self.held.iter().filter(|(_, held)| counts(held)) {
            set.hiding |= u64::from(held.key.hides_own) << slot;
            let (terms, directions) = (Arc::clone(&held.terms), held.key.directions.clone());
            let inner = held.key.decapsulate == Decapsulate::Inner;
            set.slots.push(SlotTerms { slot: *slot, terms, directions, inner });
        }
        if set.hiding != 0 {
            // Where nobody leaves it out, no packet is looked at for it.
            set.own = Arc::clone(&self.own);
        }
        set
    }

    /// Fills in limits, budgets and which slots want header bytes.
    pub fn configure(&self, configuration: &mut Configuration) {
        configuration.headers = 0;
        for (slot, held) in self.held.iter().filter(|(_, held)| !held.members.is_empty()) {
            configuration.headers |= u64::from(held.key.header_bytes && !held.with_rows.is_empty()) << slot;
            if let Some(limit) = configuration.limits.get_mut(*slot as usize) {
                *limit = held.limit().raw();
            }
            if let Some(number) = configuration.budgets.get_mut(*slot as usize) {
                *number = held.budget.unwrap_or_default();
            }
        }
    }

    /// The number after the last slot that has a stream.
    #[must_use]
    pub fn end(&self) -> u32 {
        let live = self.held.iter().filter(|(_, held)| !held.members.is_empty());
        live.map(|(slot, _)| slot + 1).max().unwrap_or(0)
    }

    /// Who has rows of which slot, and whether the reader has to keep them to a limit that is less than the slot's.
    pub fn takers(&self) -> impl Iterator<Item = (u32, StreamId, bool)> {
        self.held.iter().flat_map(|(slot, held)| {
            let most = held.limit();
            held.with_rows.iter().map(move |(stream, limit)| (*slot, *stream, *limit != most))
        })
    }

    /// What holds the slots, in words: the owner's own filters, those with the most terms first, and how many others there
    /// are. What others look for is not told.
    fn holders(&self, owner: &str) -> String {
        const NAMED: usize = 5;
        let of_owner = self.held.values().map(|held| (held, held.streams_of(owner)));
        let mut own: Vec<(&Held, usize)> = of_owner.filter(|(_, streams)| *streams > 0).collect();
        own.sort_by_key(|(held, _)| std::cmp::Reverse(held.terms.len()));
        let named: Vec<String> = own
            .iter()
            .take(NAMED)
            .map(|(held, streams)| {
                let filter = held.key.filter.to_string();
                let filter = if filter.is_empty() { "no filter" } else { &filter };
                let short: String = filter.chars().take(60).collect();
                format!("\"{short}\" ({streams} streams, {} alternatives)", held.terms.len())
            })
            .collect();
        let more = own.len().saturating_sub(NAMED);
        let others = self.held.len() - own.len();
        let parts = [
            (!named.is_empty()).then(|| named.join(", ")),
            (more > 0).then(|| format!("{more} more of this data source")),
            (others > 0).then(|| format!("{others} filters of other data sources")),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" and ")
    }
}

/// A budget for who has a limit, and whether it is to begin anew.
fn take_budget(key: &Key, budgets: &mut Budgets) -> Result<(Option<u32>, bool), NoSlot> {
    if !matches!(key.limit, Limit::PerSecond(_)) {
        return Ok((None, false));
    }
    let taken = budgets.take(key).ok_or(NoSlot::Budgets)?;
    Ok((Some(taken.number), taken.is_new))
}

#[cfg(test)]
mod tests;
