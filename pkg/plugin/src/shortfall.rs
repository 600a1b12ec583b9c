//! How much larger rows may be than they are shown: where machines do not send all conversations one by one, and where more
//! requests wait for an answer than a stream can know.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tracing::warn;
use xdplive_source::{Cut, GroupBy, HostId, Label};

use crate::query::{Kind, Query, Since};

/// What is known of the streams that run.
#[derive(Clone, Debug, Default)]
pub struct Shortfalls(Arc<Mutex<HashMap<Arc<Label>, Shortfall>>>);

/// How much larger a row may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shortfall {
    /// Machines that have not sent everything.
    machines: usize,
    /// Bytes that these may have beyond what they sent.
    bytes: u64,
    /// Requests for a connection that found no room.
    requests: u64,
    what: What,
    is_since_start: bool,
}

/// What a row is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Conversation,
    Group,
}

impl Shortfalls {
    /// What the answer to the query of a stream is to say, for as long as the stream runs.
    #[must_use]
    pub fn sentence(&self, stream: &Label) -> Option<String> {
        self.lock().get(stream).map(Shortfall::sentence)
    }

    /// For what comes of a stream with this query; `has_filter` where not every packet is wanted.
    #[must_use]
    pub fn of(&self, stream: &Arc<Label>, query: &Query, has_filter: bool) -> Adding {
        let what = if query.kind == Kind::Flows { What::Conversation } else { What::Group };
        // Of packets that are not sent by conversation, that much is known.
        let is_exact = !has_filter
            && matches!(
                query.group_by,
                Some(GroupBy::Host | GroupBy::Interface | GroupBy::Direction | GroupBy::TcpFlag)
            );
        Adding {
            shortfalls: self.clone(),
            stream: Arc::clone(stream),
            what,
            is_exact: is_exact && what == What::Group,
            is_since_start: query.since == Some(Since::Start),
            machines: BTreeSet::new(),
            bytes: 0,
            before: 0,
            requests: 0,
            said: Said::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<Label>, Shortfall>> {
        // Nothing that holds the lock can panic half-way through a change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shortfall {
    fn sentence(&self) -> String {
        let of_machines = (self.bytes > 0).then(|| self.of_machines());
        let of_requests = (self.requests > 0).then(|| {
            format!(
                "There is no room for more conversations that wait for an answer: {} requests of the last interval are in no row, \
                 whether or not they had one.",
                self.requests
            )
        });
        of_machines.into_iter().chain(of_requests).collect::<Vec<_>>().join(" ")
    }

    fn of_machines(&self) -> String {
        let Self { machines, bytes, what, is_since_start, .. } = self;
        let who =
            if *machines == 1 { "1 machine sends".to_owned() } else { format!("{machines} machines send") };
        let when = if *is_since_start { "since the stream began" } else { "in the last interval" };
        match what {
            What::Conversation => format!(
                "{who} the largest conversations only. Any other has, and one that is shown may have beyond its figures, \
                 {bytes} bytes at most {when}."
            ),
            What::Group => format!(
                "{who} the largest conversations only, and all others in one sum. A group may have up to {bytes} bytes more \
                 than it is shown with {when}: they are in other, or lost where there is a filter."
            ),
        }
    }
}

/// How much larger the rows of one stream may be. Dropping it forgets that.
#[derive(Debug)]
pub struct Adding {
    shortfalls: Shortfalls,
    stream: Arc<Label>,
    what: What,
    is_exact: bool,
    is_since_start: bool,
    /// Those that have not sent everything of this interval, or since the stream began.
    machines: BTreeSet<HostId>,
    /// Of this interval.
    bytes: u64,
    /// Of those before, where they count.
    before: u64,
    /// Of this interval.
    requests: u64,
    said: Said,
}

/// What was last logged.
#[derive(Clone, Copy, Debug, Default)]
struct Said {
    bytes: u64,
    requests: u64,
}

impl Adding {
    /// What a machine has not sent of what it counted at an interface.
    pub fn add(&mut self, host: HostId, cut: &Cut) {
        if cut.is_none() || self.is_exact {
            return;
        }
        self.machines.insert(host);
        let more = match self.what {
            What::Conversation => cut.largest,
            // All of it may be of one group.
            What::Group => cut.sum.bytes,
        };
        self.bytes = self.bytes.saturating_add(more);
    }

    /// Requests for a connection that found no room.
    pub fn add_requests(&mut self, count: u64) {
        self.requests = self.requests.saturating_add(count);
    }

    /// The interval is over.
    pub fn advance(&mut self) {
        let bytes = self.before.saturating_add(self.bytes);
        let Self { what, is_since_start, requests, .. } = *self;
        let shortfall = Shortfall { machines: self.machines.len(), bytes, requests, what, is_since_start };
        let mut shortfalls = self.shortfalls.lock();
        if bytes == 0 && requests == 0 {
            shortfalls.remove(&self.stream);
        } else {
            shortfalls.insert(Arc::clone(&self.stream), shortfall);
        }
        drop(shortfalls);
        // Not every change is worth a line.
        if bytes > self.said.bytes.saturating_mul(2) || requests > self.said.requests.saturating_mul(2) {
            self.said =
                Said { bytes: bytes.max(self.said.bytes), requests: requests.max(self.said.requests) };
            warn!("{}", shortfall.sentence());
        }
        self.bytes = 0;
        self.requests = 0;
        if is_since_start {
            self.before = bytes;
        } else {
            self.machines.clear();
        }
    }
}

impl Drop for Adding {
    fn drop(&mut self) {
        self.shortfalls.lock().remove(&self.stream);
    }
}
