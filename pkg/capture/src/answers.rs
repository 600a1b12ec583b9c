//! Names in answers of the DNS that pass this machine, for as long as somebody asks for names.
//!
//! A kernel program reports each answer whose question has passed as well, at the interfaces that may be watched. A thread reads them
//! as they come, so that a name is known before the rows of the packets that follow it are made. What was learnt stays good for a
//! while, whoever asks.

use std::{
    io,
    os::fd::{AsFd as _, OwnedFd},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    thread,
    time::{Duration, Instant},
};

use aya::maps::{Array, Map, MapData, MapError, RingBuf};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tracing::warn;
use xdplive_loader::{instrument, protocol::Instrument};
use xdplive_names::Learnt;
use xdplive_packet::answer::{Answer, count};
use xdplive_source::{Interfaces, SourceError};

use crate::{
    instruments::{Held, Instruments},
    interface::Watch,
};

/// Time between two looks where nothing comes.
const LOOK: Timespec = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };
/// Time between two looks at least: with as many answers as there is room for, some 12,000 a second are read, and no more.
const PAUSE: Duration = Duration::from_millis(20);
/// Answers that are read in one look at most: as many as the ring has room for.
const MOST_READ: usize = 256;

/// Has names learnt for those who ask.
#[derive(Clone)]
pub struct AnswersServer {
    instruments: Instruments,
    watch: Watch,
    names: Arc<Learnt>,
    current: Arc<Mutex<Weak<Reading>>>,
}

/// Answers being read. The thread ends with the last who has it.
pub struct Reading {
    state: Mutex<State>,
    watch: Watch,
    names: Arc<Learnt>,
    /// Behind the maps, so that they go first.
    held: Arc<Held>,
}

struct State {
    answers: RingBuf<MapData>,
    counts: Array<MapData, u64>,
    /// What had been counted when it was looked at last.
    counted: [u64; count::COUNT],
    /// The interfaces that the loader was told of last.
    interfaces: Option<Arc<Interfaces>>,
    has_warned: bool,
}

impl AnswersServer {
    /// Of what passes the interfaces that `watch` follows. Nothing is looked at yet.
    #[must_use]
    pub fn new(instruments: Instruments, watch: Watch) -> Self {
        Self { instruments, watch, names: Arc::default(), current: Arc::default() }
    }

    /// What was learnt so far.
    #[must_use]
    pub fn names(&self) -> Arc<Learnt> {
        Arc::clone(&self.names)
    }

    /// Why nothing can be learnt, as far as that is known without trying.
    #[must_use]
    pub fn obstacle() -> Option<String> {
        instrument::check(Instrument::Answers).err().map(|error| error.to_string())
    }

    /// Has answers read from now on, if they were not before. It takes the kernel some 0.1 s.
    ///
    /// # Errors
    /// [`SourceError::Unavailable`].
    pub fn read(&self) -> Result<Arc<Reading>, SourceError> {
        let mut current = lock(&self.current);
        if let Some(known) = current.upgrade() {
            return Ok(known);
        }
        let held = self.instruments.hold(Instrument::Answers)?;
        let wrong = |error: &dyn ToString| {
            SourceError::Unavailable(format!("the loader's maps of DNS answers: {}", error.to_string()))
        };
        let [answers, counts] =
            <[OwnedFd; 2]>::try_from(held.take_maps()).map_err(|_| wrong(&"there are others"))?;
        let map = |map: OwnedFd| Map::from_map_data(MapData::from_fd(map)?);
        let open = || -> Result<_, MapError> {
            Ok((RingBuf::try_from(map(answers)?)?, Array::try_from(map(counts)?)?))
        };
        let (answers, counts) = open().map_err(|error| wrong(&error))?;
        let ready = answers.as_fd().try_clone_to_owned().map_err(|error| wrong(&error))?;
        let state =
            State { answers, counts, counted: [0; count::COUNT], interfaces: None, has_warned: false };
        let reading = Arc::new(Reading {
            state: Mutex::new(state),
            watch: self.watch.clone(),
            names: Arc::clone(&self.names),
            held,
        });
        // So that it looks at interfaces from now on, and not a moment later.
        reading.look();
        let watched = Arc::downgrade(&reading);
        let thread =
            thread::Builder::new().name("dns-answers".to_owned()).spawn(move || follow(&watched, &ready));
        thread.map_err(|error: io::Error| SourceError::Unavailable(error.to_string()))?;
        *current = Arc::downgrade(&reading);
        Ok(reading)
    }
}

impl Reading {
    /// Reads what has come, and tells the loader where to look.
    fn look(&self) {
        let mut state = lock(&self.state);
        self.follow_interfaces(&mut state);
        let now = Instant::now();
        for _ in 0..MOST_READ {
            let Some(item) = state.answers.next() else { break };
            if let Ok(answer) = bytemuck::try_pod_read_unaligned::<Answer>(&item) {
                self.names.learn(answer.message(), answer.is_whole(), now);
            }
        }
        let counted = [count::UNASKED, count::LOST].map(|which| {
            let now = state.counts.get(&which, 0).unwrap_or_default();
            let before = state.counted.get_mut(which as usize);
            before.map_or(0, |before| now.saturating_sub(std::mem::replace(before, now)))
        });
        let [unasked, lost] = counted;
        self.names.count(unasked, lost);
    }

    /// Tells the loader which interfaces there are, where that has changed. It lets those be looked at that may be watched.
    fn follow_interfaces(&self, state: &mut State) {
        let now = self.watch.now();
        if state.interfaces.as_ref().is_some_and(|known| Arc::ptr_eq(known, &now)) {
            return;
        }
        let numbers = now.iter().map(|interface| interface.index).collect();
        match self.held.look_at(numbers) {
            Ok(()) => state.interfaces = Some(now),
            // Where the loader has ended, it has been said. Otherwise it is tried again.
            Err(error) if !error.is_final() && !state.has_warned => {
                state.has_warned = true;
                warn!("DNS answers are looked at where they were, and not at other interfaces: {error}");
            }
            Err(_) => {}
        }
    }
}

/// Reads answers as they come, for as long as somebody has `reading`.
fn follow(reading: &Weak<Reading>, ready: &OwnedFd) {
    loop {
        if poll(&mut [PollFd::new(ready, PollFlags::IN)], Some(&LOOK)).is_err() {
            // Interrupted; and whatever else it may be, it is not to be tried without end.
            thread::sleep(PAUSE);
        }
        let Some(reading) = reading.upgrade() else { return };
        reading.look();
        drop(reading);
        thread::sleep(PAUSE);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that holds one can panic half-way through a change.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
