//! Asking agents, and which answer is to which ask.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_nats::Client;
use tokio::{sync::oneshot, time::timeout};
use xdplive_source::{ErrorKind, SourceError};

use crate::{
    clock,
    wire::{self, Answer, Answered, Ask, Asking, Pieces, Subjects, WireError, read_piece},
};

/// How long an answer is waited for.
pub const PATIENCE: Duration = Duration::from_secs(3);
/// Asks that wait for their answers at most.
const MOST: usize = 65_536;

/// Asks on their way.
#[derive(Debug)]
pub struct Caller {
    client: Client,
    subjects: Subjects,
    /// What agents call this client.
    name: String,
    waiting: Mutex<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    /// The number of the last ask. They begin anywhere: another client may have the same name by mistake, and hears the answers to
    /// this one's, as this one hears those to its.
    last: u64,
    asks: HashMap<u64, Waits>,
}

#[derive(Debug)]
struct Waits {
    host: String,
    pieces: Pieces,
    tell: oneshot::Sender<Answered>,
}

/// An answer, and the round trip.
#[derive(Debug)]
pub struct Heard {
    /// What.
    pub answered: Answered,
    /// When it was asked for and when it came, nanoseconds since 1970 by this machine's clock.
    pub trip: (i64, i64),
}

impl Caller {
    /// Asks through `client`, which agents call `name`.
    #[must_use]
    pub fn new(client: Client, subjects: Subjects, name: String) -> Self {
        Self {
            client,
            subjects,
            name,
            waiting: Mutex::new(Waiting { last: fastrand::u64(..), asks: HashMap::new() }),
        }
    }

    /// Asks the agent of `host`.
    ///
    /// # Errors
    /// [`SourceError::Remote`] where it does not answer, or refuses.
    pub async fn ask(&self, host: &str, ask: &Ask) -> Result<Heard, SourceError> {
        let (tell, told) = oneshot::channel();
        let id = {
            let mut waiting = self.lock();
            if waiting.asks.len() >= MOST {
                return Err(remote(
                    host,
                    "too many questions to other machines wait for an answer".to_owned(),
                ));
            }
            waiting.last = waiting.last.wrapping_add(1);
            let id = waiting.last;
            waiting.asks.insert(id, Waits { host: host.to_owned(), pieces: Pieces::default(), tell });
            id
        };
        // Also where nobody waits for this any more.
        let _forget = Forget { caller: self, id };
        let asking = Asking { v: wire::VERSION, client: &self.name, id, ask };
        let message = asking.to_json();
        if message.len() > wire::MAX_MESSAGE {
            return Err(remote(host, "the question is longer than a message may be".to_owned()));
        }
        let subject = self.subjects.to(host);
        let asked = clock::wall();
        let answer = async {
            self.client
                .publish(subject, message.into())
                .await
                .map_err(|error| remote(host, error.to_string()))?;
            told.await.map_err(|_| remote(host, "it was not waited for an answer".to_owned()))
        };
        let silent = || remote(host, format!("no answer within {} s", PATIENCE.as_secs()));
        let answered = timeout(PATIENCE, answer).await.map_err(|_| silent())??;
        let trip = (asked, clock::wall());
        match answered.answer {
            Answer::Refused(refusal) => Err(refusal.read(host)),
            answer => Ok(Heard { answered: Answered { answer, ..answered }, trip }),
        }
    }

    /// Takes a message from the subject of `host`.
    ///
    /// # Errors
    /// [`WireError`] where it is no answer of that host.
    pub fn take(&self, host: &str, message: &[u8]) -> Result<(), WireError> {
        let piece = read_piece(message)?;
        let mut waiting = self.lock();
        // Too late, or an ask of another host.
        let Some(waits) = waiting.asks.get_mut(&piece.id).filter(|waits| waits.host == host) else {
            return Ok(());
        };
        let Some(all) = waits.pieces.add(piece) else { return Ok(()) };
        let Some(Waits { tell, .. }) = waiting.asks.remove(&piece.id) else { return Ok(()) };
        drop(waiting);
        // Where nobody waits any more, it is dropped.
        _ = tell.send(Answered::from_json(&all, host)?);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets an ask when it is dropped.
struct Forget<'a> {
    caller: &'a Caller,
    id: u64,
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        self.caller.lock().asks.remove(&self.id);
    }
}

/// That a host could not do something for a reason of the machine.
pub fn remote(host: &str, reason: String) -> SourceError {
    SourceError::Remote { host: host.to_owned(), kind: ErrorKind::Machine, reason }
}
