//! Who is let in: what each query, stream and file takes of the [quotas](crate::quota), and for how long it has it.

mod refusals;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;
use xdplive_packet::accounting::Limit;
use xdplive_source::{InterfaceSet, Label, Request};

pub use self::refusals::Refusals;
use crate::{
    asked::Asked,
    quota::{Kind, Ledger, OverQuota, Permit, Place, Quotas, Scope, Thing},
};

/// How long what a query was promised counts against who asked, if nobody subscribes: as long as the capture keeps a
/// slot for it.
const HELD: Duration = Duration::from_secs(10);

/// The ledger, and what is held in it.
#[derive(Clone, Debug)]
pub struct Admission {
    ledger: Ledger,
    state: Arc<Mutex<State>>,
    files: Arc<AtomicU64>,
    /// Tells the log of what is refused.
    pub refusals: Refusals,
}

#[derive(Debug, Default)]
struct State {
    /// What queries were promised, by user and channel. No more than there may be streams.
    holds: HashMap<(Scope, Arc<Label>), Hold>,
    /// Channels whose streams run, and how many each has: a new one may begin before the last has ended.
    running: HashMap<Arc<Label>, usize>,
}

#[derive(Debug)]
struct Hold {
    until: Instant,
    _permit: Permit,
}

/// A stream that may run. Dropping it gives everything back.
#[derive(Debug)]
pub struct Admitted {
    label: Arc<Label>,
    state: Arc<Mutex<State>>,
    _permit: Permit,
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let mut state = lock(&self.state);
        if let Some(running) = state.running.get_mut(&self.label) {
            *running -= 1;
            if *running == 0 {
                state.running.remove(&self.label);
            }
        }
    }
}

impl Admission {
    /// Nobody has anything.
    #[must_use]
    pub fn new(quotas: Quotas) -> Self {
        Self {
            ledger: Ledger::new(quotas),
            state: Arc::default(),
            files: Arc::default(),
            refusals: Refusals::default(),
        }
    }

    /// Promises a query what its stream will take. It counts for ten seconds, or until the stream begins. A stream that
    /// runs needs nothing more, whoever asks for it.
    ///
    /// # Errors
    /// [`OverQuota`].
    pub fn promise(&self, asked: &Asked) -> Result<(), OverQuota> {
        let mut state = self.current();
        let label = &asked.request.label;
        if state.running.contains_key(label) {
            return Ok(());
        }
        let until = Instant::now() + HELD;
        let key = (asked.holder.user().clone(), Arc::clone(label));
        if let Some(hold) = state.holds.get_mut(&key) {
            hold.until = until;
            return Ok(());
        }
        let mut things = of_request(&asked.request);
        things.extend(of_stream(asked));
        let permit = self.ledger.take(&asked.holder, things)?;
        state.holds.insert(key, Hold { until, _permit: permit });
        Ok(())
    }

    /// Lets a query be answered that has no stream.
    ///
    /// # Errors
    /// [`OverQuota`].
    pub fn answer(&self, asked: &Asked) -> Result<Permit, OverQuota> {
        let _state = self.current();
        self.ledger.take(&asked.holder, of_request(&asked.request))
    }

    /// Lets a stream run.
    ///
    /// # Errors
    /// [`OverQuota`].
    pub fn stream(&self, asked: &Asked) -> Result<Admitted, OverQuota> {
        let mut state = self.current();
        let mut things = of_request(&asked.request);
        things.extend(of_stream(asked));
        let permit = self.ledger.take(&asked.holder, things)?;
        let label = Arc::clone(&asked.request.label);
        // It has what was promised, to whomever.
        state.holds.retain(|(_, held), _| *held != label);
        *state.running.entry(Arc::clone(&label)).or_default() += 1;
        Ok(Admitted { label, state: Arc::clone(&self.state), _permit: permit })
    }

    /// Whether a stream of this channel runs.
    #[must_use]
    pub fn runs(&self, label: &Arc<Label>) -> bool {
        self.current().running.contains_key(label)
    }

    /// Lets a query stand.
    ///
    /// # Errors
    /// [`OverQuota`].
    pub fn standing(&self, asked: &Asked) -> Result<Permit, OverQuota> {
        let mut things = of_request(&asked.request);
        things.push(Thing::new(Kind::Standing, name(&asked.request.label)));
        things.extend(of_flows(asked));
        let _state = self.current();
        self.ledger.take(&asked.holder, things)
    }

    /// Lets a file be written.
    ///
    /// # Errors
    /// [`OverQuota`].
    pub fn file(&self, asked: &Asked) -> Result<Permit, OverQuota> {
        let number = self.files.fetch_add(1, Ordering::Relaxed);
        let mut things = vec![Thing::new(Kind::Files, number.to_string())];
        things.extend(of_request(&asked.request));
        let _state = self.current();
        self.ledger.take(&asked.holder, things)
    }

    /// The state without promises that are over.
    fn current(&self) -> MutexGuard<'_, State> {
        let mut state = lock(&self.state);
        let now = Instant::now();
        state.holds.retain(|_, hold| hold.until > now);
        state
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    // Nothing that holds the lock can panic half-way through a change.
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the capture needs for a request: interfaces, and a slot on each of them.
fn of_request(request: &Request) -> Vec<Thing> {
    let places: Vec<Place> = match &request.interfaces {
        InterfaceSet::Named(names) => names.iter().map(|name| Place::On(name.as_str().into())).collect(),
        // It may become all of them.
        InterfaceSet::Any | InterfaceSet::Chosen(_) => vec![Place::Everywhere],
    };
    let named = places.iter().filter_map(|place| match place {
        Place::On(name) => Some(Thing::new(Kind::Interfaces, Arc::clone(name))),
        Place::Everywhere => None,
    });
    let mut things: Vec<Thing> = named.collect();
    let Some(wanted) = &request.wanted else { return things };
    // Who only counts shares the slot of any that has the same packets.
    let name: Arc<str> = format!("{:?} {} {}", request.directions, wanted.hides_own, wanted.filter).into();
    let variant: Option<Arc<str>> =
        (wanted.limit != Limit::None).then(|| format!("{:?} {}", wanted.limit, wanted.header_bytes).into());
    things.extend(places.into_iter().map(|place| Thing {
        kind: Kind::Filters,
        place,
        name: Arc::clone(&name),
        variant: variant.clone(),
    }));
    things
}

fn of_stream(asked: &Asked) -> Vec<Thing> {
    let stream = Thing::new(Kind::Streams, name(&asked.request.label));
    std::iter::once(stream).chain(of_flows(asked)).collect()
}

fn of_flows(asked: &Asked) -> Option<Thing> {
    asked.query.is_of_flows().then(|| Thing::new(Kind::FlowQueries, name(&asked.request.label)))
}

fn name(Label { owner, stream }: &Label) -> String {
    format!("{owner} {stream}")
}
