//! The ledger: who has how many of what.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{Holder, Kind, OverQuota, Quotas, Scope, Shares};

/// Where a thing is; everything but filters is everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// On every interface.
    Everywhere,
    /// On the interface of this name.
    On(Arc<str>),
}

impl Place {
    /// Whether something here is also there.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        matches!(self, Self::Everywhere) || matches!(other, Self::Everywhere) || self == other
    }
}

/// One thing. Who has it twice has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thing {
    /// What it is.
    pub kind: Kind,
    /// Where.
    pub place: Place,
    /// Which one.
    pub name: Arc<str>,
    /// What things of one name differ in. Without, it is the same as any of its name that there is.
    pub variant: Option<Arc<str>>,
}

impl Thing {
    /// The thing of this name, which is everywhere and has no variants.
    #[must_use]
    pub fn new(kind: Kind, name: impl Into<Arc<str>>) -> Self {
        Self { kind, place: Place::Everywhere, name: name.into(), variant: None }
    }
}

/// Counts what everybody has.
#[derive(Clone, Debug)]
pub struct Ledger {
    quotas: Quotas,
    books: Arc<Mutex<Books>>,
}

type Books = HashMap<(Scope, Kind), Book>;

/// The things of one kind that one scope has.
#[derive(Debug, Default)]
struct Book(HashMap<Place, Shelf>);

#[derive(Debug, Default)]
struct Shelf {
    things: HashMap<Arc<str>, Uses>,
    /// How many they count for.
    taken: usize,
}

/// How often each variant of a thing was taken.
#[derive(Debug, Default)]
struct Uses(HashMap<Option<Arc<str>>, usize>);

impl Uses {
    /// How many things they are: what has no variant is the same as one that has.
    fn count(&self) -> usize {
        let variants = self.0.keys().filter(|variant| variant.is_some()).count();
        variants.max(usize::from(!self.0.is_empty()))
    }

    /// Whether there is one more with `variant`.
    fn grows_by(&self, variant: &Option<Arc<str>>) -> bool {
        if variant.is_none() {
            return self.0.is_empty();
        }
        // The first variant takes the place of what has none.
        !self.0.contains_key(variant) && (self.0.is_empty() || self.0.keys().any(Option::is_some))
    }
}

impl Book {
    /// How many there are at a place, or at the fullest one.
    fn taken(&self, place: &Place) -> usize {
        let at = |place| self.0.get(place).map_or(0, |shelf| shelf.taken);
        let there = match place {
            Place::On(_) => at(place),
            Place::Everywhere => {
                let others = self.0.iter().filter(|(place, _)| **place != Place::Everywhere);
                others.map(|(_, shelf)| shelf.taken).max().unwrap_or(0)
            }
        };
        at(&Place::Everywhere) + there
    }

    fn grows_by(&self, thing: &Thing) -> bool {
        let uses = self.0.get(&thing.place).and_then(|shelf| shelf.things.get(&thing.name));
        uses.is_none_or(|uses| uses.grows_by(&thing.variant))
    }

    fn add(&mut self, thing: &Thing) {
        let shelf = self.0.entry(thing.place.clone()).or_default();
        let uses = shelf.things.entry(Arc::clone(&thing.name)).or_default();
        let before = uses.count();
        *uses.0.entry(thing.variant.clone()).or_default() += 1;
        shelf.taken += uses.count() - before;
    }

    fn remove(&mut self, thing: &Thing) {
        let Some(shelf) = self.0.get_mut(&thing.place) else { return };
        let Some(uses) = shelf.things.get_mut(&thing.name) else { return };
        let before = uses.count();
        if let Some(times) = uses.0.get_mut(&thing.variant) {
            *times -= 1;
            if *times == 0 {
                uses.0.remove(&thing.variant);
            }
        }
        shelf.taken -= before - uses.count();
        if uses.0.is_empty() {
            shelf.things.remove(&thing.name);
        }
        if shelf.things.is_empty() {
            self.0.remove(&thing.place);
        }
    }
}

impl Ledger {
    /// Nobody has anything.
    #[must_use]
    pub fn new(quotas: Quotas) -> Self {
        Self { quotas, books: Arc::default() }
    }

    /// Takes all of `things` for `holder`, or none of them.
    ///
    /// # Errors
    /// [`OverQuota`] for the first that is too many, and its narrowest scope.
    pub fn take(&self, holder: &Holder, things: Vec<Thing>) -> Result<Permit, OverQuota> {
        let mut books = self.lock();
        for (place, thing) in things.iter().enumerate() {
            if let Some(over) = self.over(&books, holder, thing) {
                things.iter().take(place).for_each(|taken| give_back(&mut books, holder, taken));
                return Err(over);
            }
            for scope in holder.scopes() {
                books.entry((scope.clone(), thing.kind)).or_default().add(thing);
            }
        }
        drop(books);
        Ok(Permit { ledger: self.clone(), holder: holder.clone(), things })
    }

    /// How many of a kind a scope has at a place.
    #[must_use]
    pub fn taken(&self, scope: &Scope, kind: Kind, place: &Place) -> usize {
        self.lock().get(&(scope.clone(), kind)).map_or(0, |book| book.taken(place))
    }

    /// Whether nobody has anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    fn over(&self, books: &Books, holder: &Holder, thing: &Thing) -> Option<OverQuota> {
        let Thing { kind, place, .. } = thing;
        let Shares(shares) = self.quotas.of(*kind, holder.class());
        holder.scopes().iter().zip(shares).find_map(|(scope, most)| {
            let book = books.get(&(scope.clone(), *kind));
            let is_over = book.is_some_and(|book| book.grows_by(thing) && book.taken(place) >= most);
            is_over.then(|| OverQuota { kind: *kind, most, scope: scope.clone(), place: place.clone() })
        })
    }

    fn lock(&self) -> MutexGuard<'_, Books> {
        // Nothing that holds the lock can panic half-way through a change.
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn give_back(books: &mut Books, holder: &Holder, thing: &Thing) {
    for scope in holder.scopes() {
        let key = (scope.clone(), thing.kind);
        if let Some(book) = books.get_mut(&key) {
            book.remove(thing);
            if book.0.is_empty() {
                books.remove(&key);
            }
        }
    }
}

/// What somebody has taken. It is given back when this is dropped.
#[derive(Debug)]
pub struct Permit {
    ledger: Ledger,
    holder: Holder,
    things: Vec<Thing>,
}

impl Permit {
    /// Who has taken it.
    #[must_use]
    pub const fn holder(&self) -> &Holder {
        &self.holder
    }

    /// What was taken.
    #[must_use]
    pub fn things(&self) -> &[Thing] {
        &self.things
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut books = self.ledger.lock();
        self.things.iter().for_each(|thing| give_back(&mut books, &self.holder, thing));
    }
}
