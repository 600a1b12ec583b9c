//! Instruments: kernel programs that belong to no interface, each in force for as long as somebody holds it.

use std::{
    collections::BTreeMap,
    os::fd::OwnedFd,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use tracing::warn;
use xdplive_loader::{AskError, Begun, LinkLoader, protocol::Instrument};
use xdplive_source::{Check, Outcome, SourceError};

/// The loader's connection for programs, which who attaches to interfaces and who holds instruments share.
pub type Links = Arc<Mutex<LinkLoader>>;

/// All of them.
#[derive(Clone)]
pub struct Instruments {
    links: Links,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    held: BTreeMap<Instrument, Weak<Held>>,
    /// Why one could not be put in force, when it was last tried.
    refused: BTreeMap<Instrument, String>,
}

/// An instrument in force. The last one who lets go of it takes it out of force.
pub struct Held {
    instrument: Instrument,
    owner: Instruments,
    /// Its maps, until somebody takes them.
    maps: Mutex<Vec<OwnedFd>>,
    /// See [`Begun::is_whole`].
    pub is_whole: bool,
}

impl Instruments {
    /// None in force yet.
    #[must_use]
    pub fn new(links: Links) -> Self {
        Self { links, state: Arc::default() }
    }

    /// Puts an instrument in force, where it is not. It takes the kernel some 0.1 s.
    ///
    /// # Errors
    /// [`SourceError::Unavailable`] with the loader's reason.
    pub fn hold(&self, instrument: Instrument) -> Result<Arc<Held>, SourceError> {
        let mut state = self.lock();
        if let Some(held) = state.held.get(&instrument).and_then(Weak::upgrade) {
            return Ok(held);
        }
        match lock(&self.links).begin(instrument) {
            Ok(Begun { maps, is_whole }) => {
                let held = Held { instrument, owner: self.clone(), maps: Mutex::new(maps), is_whole };
                let held = Arc::new(held);
                state.held.insert(instrument, Arc::downgrade(&held));
                state.refused.remove(&instrument);
                Ok(held)
            }
            Err(error) => {
                let reason = error.to_string();
                if state.refused.insert(instrument, reason.clone()).as_ref() != Some(&reason) {
                    warn!("{} cannot be told: {reason}", instrument.name());
                }
                Err(SourceError::Unavailable(reason))
            }
        }
    }

    /// What could not be had when somebody last asked for it.
    #[must_use]
    pub fn checks(&self) -> Vec<Check> {
        let fix = "the columns about it are empty; all else works".to_owned();
        let state = self.lock();
        let check = |(instrument, reason): (&Instrument, &String)| {
            Check::bad(instrument.name(), Outcome::Warning, reason.clone(), fix.clone())
        };
        state.refused.iter().map(check).collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl Held {
    /// Its maps, in the order in which the instrument has them; none for who asks again.
    #[must_use]
    pub fn take_maps(&self) -> Vec<OwnedFd> {
        std::mem::take(&mut lock(&self.maps))
    }

    /// Has it look again at what there was before it.
    ///
    /// # Errors
    /// The loader's.
    pub fn walk(&self) -> Result<(), AskError> {
        lock(&self.owner.links).walk(self.instrument)
    }

    /// Has it look at the interfaces with these numbers, as far as they may be watched, and at no others.
    ///
    /// # Errors
    /// The loader's.
    pub fn look_at(&self, interfaces: Vec<u32>) -> Result<(), AskError> {
        lock(&self.owner.links).look_at(self.instrument, interfaces)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let state = self.owner.lock();
        // Somebody else may have taken hold of it meanwhile.
        if state.held.get(&self.instrument).is_some_and(|held| held.strong_count() > 0) {
            return;
        }
        if let Err(error) = lock(&self.owner.links).finish(self.instrument) {
            // Where the loader has ended, so have its programs.
            if !error.is_final() {
                warn!("{} goes on being looked at: {error}", self.instrument.name());
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
