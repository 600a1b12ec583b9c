//! Sets of filters and their tables: interfaces with the same set share one.

use std::{collections::VecDeque, sync::Arc};

use thiserror::Error;
use xdplive_filter::{
    Environment, Filter, Term, TooComplex,
    tables::{self, CapacityError, Own, Slot},
};
use xdplive_loader::AskError;
use xdplive_packet::{
    LinkType,
    accounting::{Configuration, Limit, TABLE_SETS},
    classify::{Tables, Word},
    event::Direction,
};

use super::maps::Maps;

/// What an interface's slots want, and what is left out: all that tables depend on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilterSet {
    /// By number of the slot.
    pub slots: Vec<SlotTerms>,
    /// The alternatives of the filter that recognises own traffic; empty where nobody leaves it out.
    pub own: Arc<[Term]>,
    /// Slots that leave it out: bit n for slot n.
    pub hiding: u64,
}

/// What one slot wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotTerms {
    /// The slot.
    pub slot: u32,
    /// The alternatives of its filter.
    pub terms: Arc<[Term]>,
    /// The ways of the packets.
    pub directions: Vec<Direction>,
    /// Whether it is for innermost packets.
    pub inner: bool,
}

impl FilterSet {
    /// Fills in tables, and what of a configuration depends on the set.
    ///
    /// # Errors
    /// Where the slots do not fit together.
    pub fn build(&self, configuration: &mut Configuration, tables: &mut Tables) -> Result<(), CapacityError> {
        let slots: Vec<Slot<'_>> = self
            .slots
            .iter()
            .map(|one| Slot {
                number: one.slot,
                terms: &one.terms,
                directions: &one.directions,
                inner: one.inner,
                limit: Limit::All,
            })
            .collect();
        let own = (self.hiding != 0 && !self.own.is_empty())
            .then_some(Own { terms: &self.own, hiding: self.hiding });
        tables::build(&slots, own, configuration, tables)
    }

    /// The same without own traffic being told apart.
    fn without_own(&self) -> Self {
        Self { own: Arc::default(), hiding: 0, ..self.clone() }
    }
}

/// Tables that are in the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InKernel {
    /// Their number.
    pub number: u32,
    /// Live terms by [`Direction`].
    pub live: [Word; 2],
    /// Terms that are about innermost packets.
    pub inner: Word,
    /// Whether tunnels have to be looked into.
    pub tunnels: bool,
    /// Slots that leave own traffic out.
    pub hiding: u64,
    /// Whether own traffic is told apart as was asked for: there may be no room for it beside the filters.
    pub own_is_told: bool,
}

/// Why there are no tables for a set.
#[derive(Debug, Error)]
pub enum NoTables {
    /// The slots do not fit together.
    #[error(transparent)]
    Capacity(#[from] CapacityError),
    /// Too many different sets.
    #[error(
        "{TABLE_SETS} different sets of filters are in use on all interfaces together, the most there can be"
    )]
    Full,
    /// They cannot be put into the kernel.
    #[error(transparent)]
    Kernel(#[from] AskError),
}

/// All sets in use.
#[derive(Default)]
pub struct FilterSets {
    used: Vec<Used>,
    scratch: Scratch,
    /// Sets that are known to fit.
    fitting: VecDeque<FilterSet>,
    /// Filters that were written as alternatives lately.
    terms: VecDeque<(Arc<Filter>, Environment, Arc<[Term]>)>,
}

struct Used {
    set: FilterSet,
    tables: InKernel,
    uses: usize,
}

/// Room to build tables in, on the heap from the start: they are too large for a stack.
struct Scratch {
    configuration: Configuration,
    tables: Box<Tables>,
}

impl Default for Scratch {
    fn default() -> Self {
        Self { configuration: Configuration::idle(LinkType::Ethernet, 0), tables: bytemuck::zeroed_box() }
    }
}

/// Sets and filters that are remembered: a join asks the same of each of many interfaces.
const REMEMBERED: usize = 16;

impl FilterSets {
    /// The alternatives of a filter.
    ///
    /// # Errors
    /// Where there are too many.
    pub fn terms(
        &mut self,
        filter: &Arc<Filter>,
        environment: &Environment,
    ) -> Result<Arc<[Term]>, TooComplex> {
        let known = self.terms.iter().find(|(one, at, _)| one == filter && at == environment);
        if let Some((_, _, terms)) = known {
            return Ok(Arc::clone(terms));
        }
        let terms: Arc<[Term]> = filter.terms(environment)?.into();
        // Equal ones are shared, whatever the interface's addresses, so that sets are compared quickly.
        let equal = self.terms.iter().find(|(one, _, known)| one == filter && *known == terms);
        let terms = equal.map_or(terms, |(_, _, known)| Arc::clone(known));
        if self.terms.len() >= REMEMBERED {
            self.terms.pop_front();
        }
        self.terms.push_back((Arc::clone(filter), environment.clone(), Arc::clone(&terms)));
        Ok(terms)
    }

    /// Whether a set fits the tables; own traffic may then still not.
    ///
    /// # Errors
    /// Where it does not.
    pub fn check(&mut self, set: &FilterSet) -> Result<(), CapacityError> {
        if self.fitting.contains(set) || self.used.iter().any(|used| used.set == *set) {
            return Ok(());
        }
        let Scratch { configuration, tables } = &mut self.scratch;
        set.build(configuration, tables)?;
        if self.fitting.len() >= REMEMBERED {
            self.fitting.pop_front();
        }
        self.fitting.push_back(set.clone());
        Ok(())
    }

    /// Tables for a set, which stay until [`Self::release`] has been called as often as this.
    ///
    /// # Errors
    /// Any [`NoTables`].
    pub fn obtain(&mut self, set: FilterSet, maps: &mut dyn Maps) -> Result<InKernel, NoTables> {
        if let Some(used) = self.used.iter_mut().find(|used| used.set == set) {
            used.uses += 1;
            return Ok(used.tables);
        }
        let taken = |number: &u32| self.used.iter().any(|used| used.tables.number == *number);
        let number = (0..TABLE_SETS as u32).find(|number| !taken(number)).ok_or(NoTables::Full)?;
        let Scratch { configuration, tables } = &mut self.scratch;
        let mut own_is_told = true;
        if let Err(error) = set.build(configuration, tables) {
            // What own traffic is may have become too much for the room that is left, and streams go before it.
            if set.hiding == 0 {
                return Err(error.into());
            }
            set.without_own().build(configuration, tables)?;
            own_is_told = false;
        }
        maps.put_tables(number, tables)?;
        let Configuration { live, inner, tunnels, hiding, .. } = *configuration;
        let tables = InKernel { number, live, inner, tunnels: tunnels != 0, hiding, own_is_told };
        self.used.push(Used { set, tables, uses: 1 });
        Ok(tables)
    }

    /// Takes back one use of tables, which no configuration in force has any more.
    pub fn release(&mut self, number: u32, maps: &mut dyn Maps) {
        let Some(position) = self.used.iter().position(|used| used.tables.number == number) else { return };
        if let Some(used) = self.used.get_mut(position) {
            used.uses -= 1;
            if used.uses == 0 {
                self.used.swap_remove(position);
                maps.drop_tables(number);
            }
        }
    }
}
