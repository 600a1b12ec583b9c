//! The largest conversations of each interval, or since a stream began.

use std::{collections::BTreeMap, sync::Arc};

use tracing::warn;
use xdplive_packet::{
    event::Direction,
    flow::{FlowCounters, FlowKey, Sum},
};
use xdplive_source::{Conversations, Host, HostId, Qualities};

use super::{
    intake::{Ended, Sink},
    tables::Tabulate,
};
use crate::{
    attribution::Attribution,
    columns::flows::FlowRow,
    conversations,
    naming::Naming,
    query::{Query, Since},
    services::since_start::SinceStart,
};

/// Conversations that a stream knows at most: 23 MB, where there are so many.
const MOST_CONVERSATIONS: usize = 65_536;

/// The conversations counted.
pub(super) struct Flows {
    conversations: Conversations,
    /// Names of the hosts that have counted.
    hosts: BTreeMap<HostId, Arc<str>>,
    /// Whether something was added to them in this interval.
    has_changed: bool,
    /// Whether it has been said that there is no room for more.
    has_warned: bool,
    is_of_interval: bool,
    top: usize,
    /// Whether the hosts that saw a conversation are told apart.
    by_host: bool,
    /// What counts in the place of this one, from before it began.
    since_start: Option<SinceStart>,
    /// Whether that counts no more.
    is_over: bool,
    /// Who knows the names of hosts, where they are shown.
    naming: Option<Naming>,
    /// How well connections are, where somebody asks.
    quality: Option<Qualities>,
    /// Who knows processes, where they are shown.
    attribution: Option<Attribution>,
}

impl Sink for Flows {
    fn add_host(&mut self, host: &Host) {
        self.hosts.entry(host.id).or_insert_with(|| Arc::clone(&host.name));
    }

    fn add(&mut self, host: &Host, _interface: &Arc<str>, key: &FlowKey, counters: &FlowCounters) -> bool {
        let has_room = self.since_start.is_some() || self.conversations.add(host.id, *key, *counters);
        self.has_changed |= has_room;
        if !has_room && !self.has_warned {
            self.has_warned = true;
            warn!(
                "a stream of flows knows {MOST_CONVERSATIONS} conversations; what belongs to others is counted as lost"
            );
        }
        has_room
    }

    fn add_other(&mut self, _host: &Host, _interface: &Arc<str>, _direction: Direction, _sum: &Sum) -> bool {
        // They belong to conversations, and nobody knows to which.
        false
    }
}

impl Flows {
    /// None yet, for what a query asks; `since_start` has those that were counted before, where there is something, and
    /// `quality` how well connections are, where it asks for that.
    pub(super) fn new(
        query: &Query,
        since_start: Option<SinceStart>,
        naming: Option<Naming>,
        quality: Option<Qualities>,
    ) -> Self {
        Self {
            conversations: Conversations::new(MOST_CONVERSATIONS),
            hosts: BTreeMap::new(),
            has_changed: false,
            has_warned: false,
            is_of_interval: query.since != Some(Since::Start),
            top: query.top,
            by_host: query.tells_hosts_apart(),
            since_start,
            is_over: false,
            naming,
            quality,
            attribution: None,
        }
    }

    /// The same with who knows processes.
    pub(super) fn with(self, attribution: Option<Attribution>) -> Self {
        Self { attribution, ..self }
    }

    /// The same rows with how well connections are and whose they are, where somebody asks.
    fn told_by_sockets(&mut self, rows: Arc<[FlowRow]>) -> Arc<[FlowRow]> {
        let rows = match &self.attribution {
            Some(attribution) => attribution.told(&rows),
            None => rows,
        };
        let Some(quality) = &mut self.quality else { return rows };
        if let Err(error) = quality.read() {
            warn!("{error}");
        }
        rows.iter().map(|row| row.clone().with_quality(quality)).collect()
    }
}

impl Tabulate for Flows {
    type Row = FlowRow;

    fn rows(&mut self, _interval: Ended) -> Arc<[FlowRow]> {
        // What a panel shows stays as it is.
        if !std::mem::take(&mut self.has_changed) {
            return Arc::from([]);
        }
        if let Some(since_start) = &mut self.since_start {
            let rows = since_start.rows();
            self.is_over = rows.is_none();
            return self.told_by_sockets(rows.unwrap_or_else(|| Arc::from([])));
        }
        let rows = conversations::rows(self.conversations.iter(), &self.hosts, self.top, self.by_host);
        if self.is_of_interval {
            self.conversations.clear();
        }
        let rows = conversations::told(rows, self.naming.as_ref());
        self.told_by_sockets(rows)
    }

    fn is_over(&self) -> bool {
        self.is_over
    }
}
