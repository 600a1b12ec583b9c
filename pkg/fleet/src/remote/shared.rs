//! What the client's tasks share.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::watch, time::Instant};
use tracing::{info, warn};
use xdplive_filter::Filter;
use xdplive_source::{HostId, HostPatterns, Hosts, Label, SourceError, StreamId};

use super::{
    caller::{Caller, Heard},
    sums::StreamSums,
    table::{Change, Table},
};
use crate::{
    nats::Connection,
    wire::{Ask, Presence, Subjects},
};

/// How long the answer of a host is waited for that many are asked for.
pub(super) const PATIENCE: Duration = Duration::from_millis(1500);

/// Which hosts a client has, and what it is called.
#[derive(Clone, Debug)]
pub struct FleetSettings {
    /// What subjects begin with.
    pub subjects: Subjects,
    /// What agents call this client: two that differ cannot read each other's answers, where the server sees to that.
    pub client: String,
    /// The hosts that it has.
    pub hosts: HostPatterns,
    /// Rows of a stream that wait to be taken at most.
    pub queue_rows: usize,
}

/// A stream that runs.
pub(super) struct Stream {
    pub(super) lease: u64,
    pub(super) sums: Arc<Mutex<StreamSums>>,
    pub(super) has_rows: bool,
    pub(super) label: Arc<Label>,
    pub(super) filter: Arc<Filter>,
}

/// What the client's tasks share.
pub(super) struct Shared {
    pub(super) connection: Connection,
    pub(super) settings: FleetSettings,
    pub(super) caller: Caller,
    pub(super) table: Mutex<Table>,
    /// Counts up with whatever changes in the table.
    pub(super) changed: watch::Sender<u64>,
    pub(super) streams: Mutex<BTreeMap<StreamId, Stream>>,
    /// Runs at each host.
    pub(super) leased: Mutex<HashMap<Arc<str>, usize>>,
    /// Gives rows the ids of their hosts: those are their places in the table.
    pub(super) hosts: Arc<Hosts>,
}

impl Shared {
    /// A host says that it is there, on a subject that is its own.
    pub(super) fn hear(&self, presence: Presence) {
        if !self.settings.hosts.matches(&presence.host, &presence.labels) {
            return;
        }
        let (name, release) = (presence.host.clone(), presence.release.clone());
        let change = {
            let mut table = lock(&self.table);
            let change = table.hear(presence, Instant::now());
            if change == Change::New
                && let Some(known) = table.get(&name)
            {
                self.hosts.id(known.place(), HostId::ONLY);
            }
            change
        };
        match change {
            Change::None => return,
            Change::New => info!("host {name} is there; its agent is of release {release}"),
            Change::Back => info!("host {name} answers again"),
            Change::Restarted => info!("the agent of host {name} has been started anew"),
            Change::Gone => warn!("host {name} is unreachable: its agent has been ended there"),
        }
        self.tell();
    }

    /// Something else was heard of a host.
    pub(super) fn beat(&self, name: &str, epoch: u64) {
        if lock(&self.table).beat(name, epoch, Instant::now()) == Change::Back {
            info!("host {name} answers again");
            self.tell();
        }
    }

    /// Takes note of hosts that have been silent too long.
    pub(super) fn silence(&self) {
        let gone = {
            let leased = lock(&self.leased);
            lock(&self.table).silence(Instant::now(), |name| leased.contains_key(name))
        };
        for name in &gone {
            warn!("host {name} is unreachable: nothing is heard of it");
        }
        if !gone.is_empty() {
            self.tell();
        }
    }

    pub(super) fn tell(&self) {
        self.changed.send_modify(|times| *times += 1);
    }

    /// A run begins or ends at a host.
    pub(super) fn lease(&self, name: &Arc<str>, begins: bool) {
        let mut leased = lock(&self.leased);
        let runs = leased.entry(Arc::clone(name)).or_default();
        *runs = if begins { *runs + 1 } else { runs.saturating_sub(1) };
        if *runs == 0 {
            leased.remove(name);
        }
    }

    /// Asks a host's agent, and takes note of its clock.
    pub(super) async fn ask(&self, host: &str, ask: &Ask) -> Result<Heard, SourceError> {
        let heard = self.caller.ask(host, ask).await?;
        let (asked, came) = heard.trip;
        lock(&self.table).note_trip(host, asked, heard.answered.heard, heard.answered.said, came);
        self.beat(host, heard.answered.epoch);
        Ok(heard)
    }
}

/// Nothing that holds one of these locks can panic half-way through a change.
pub(super) fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
