//! The largest conversations of each interval, or since a stream began.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use tracing::warn;
use xdplive_packet::{
    event::Direction,
    flow::{FlowCounters, FlowKey, Sum, TcpCounts},
};
use xdplive_source::{Conversation, Conversations, Host, HostId, Lone, Qualities, Unanswered};

use super::{
    intake::{Ended, Sink},
    tables::Tabulate,
};
use crate::{
    attribution::Attribution,
    columns::flows::{FlowColumn, FlowRow},
    conversations,
    naming::Naming,
    query::{Columns, Query, Since},
    services::since_start::SinceStart,
};

/// Conversations that a stream knows at most: 30 MB, where there are so many.
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
    /// Requests without an answer, where somebody asks for them by the interval.
    unanswered: Option<Unanswered<HostId>>,
    /// Whether somebody asks for them, and both ways are seen.
    tells_unanswered: bool,
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

    fn hear(
        &mut self,
        host: &Host,
        _interface: &Arc<str>,
        key: &FlowKey,
        counters: &FlowCounters,
        is_wanted: bool,
    ) -> u64 {
        let Some(unanswered) = &mut self.unanswered else { return 0 };
        unanswered.add(&host.id, key, counters, is_wanted)
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
        let is_of_interval = query.since != Some(Since::Start);
        // Where one way is seen, no answer is.
        let tells_unanswered = query.direction.len() > 1
            && matches!(&query.columns, Columns::Flows(columns) if columns.contains(&FlowColumn::Unanswered));
        Self {
            conversations: Conversations::new(MOST_CONVERSATIONS),
            hosts: BTreeMap::new(),
            has_changed: false,
            has_warned: false,
            is_of_interval,
            top: query.top,
            by_host: query.tells_hosts_apart(),
            since_start,
            is_over: false,
            naming,
            quality,
            unanswered: (is_of_interval && tells_unanswered).then(|| Unanswered::new(MOST_CONVERSATIONS)),
            tells_unanswered,
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

/// Requests without an answer, by conversation.
type LoneRequests = HashMap<(HostId, FlowKey), u64>;

impl Flows {
    /// Adds conversations of which there was no packet in this interval, to those that have one; returns how many requests each has.
    /// `None` where they are told by what was counted.
    fn add_silent(&mut self, lone: Vec<Lone<HostId>>) -> Option<LoneRequests> {
        self.unanswered.as_ref()?;
        let mut requests = LoneRequests::with_capacity(lone.len());
        for Lone { place, ends, key, counters, requests: count } in lone {
            // Without a packet it adds nothing to one that is there, and a row of its own has the times of the request.
            let silent = FlowCounters { sum: Sum::default(), tcp: TcpCounts::ZERO, ..counters };
            self.conversations.add(place, key, silent);
            requests.insert((place, ends), count);
        }
        Some(requests)
    }
}

/// The same rows with their requests that had no answer: those in `lone`, or by what was counted of each.
fn with_unanswered(rows: &[FlowRow], lone: Option<&LoneRequests>) -> Arc<[FlowRow]> {
    let of = |conversation: &Conversation| match lone {
        Some(lone) => lone.get(&(conversation.host, conversation.ends())).copied().unwrap_or(0),
        None => conversation.unanswered(),
    };
    rows.iter().map(|row| row.clone().with_unanswered(of(row.conversation()))).collect()
}

impl Tabulate for Flows {
    type Row = FlowRow;

    fn rows(&mut self, _interval: Ended) -> Arc<[FlowRow]> {
        let lone = self.unanswered.as_mut().map(Unanswered::advance).unwrap_or_default();
        // What a panel shows stays as it is.
        if !std::mem::take(&mut self.has_changed) && lone.is_empty() {
            return Arc::from([]);
        }
        let lone = self.add_silent(lone);
        if let Some(since_start) = &mut self.since_start {
            let rows = since_start.rows();
            self.is_over = rows.is_none();
            let rows = rows.unwrap_or_else(|| Arc::from([]));
            let rows = if self.tells_unanswered { with_unanswered(&rows, None) } else { rows };
            return self.told_by_sockets(rows);
        }
        let rows = conversations::rows(self.conversations.iter(), &self.hosts, self.top, self.by_host);
        if self.is_of_interval {
            self.conversations.clear();
        }
        let rows = conversations::told(rows, self.naming.as_ref());
        let rows = if self.tells_unanswered { with_unanswered(&rows, lone.as_ref()) } else { rows };
        self.told_by_sockets(rows)
    }

    fn is_over(&self) -> bool {
        self.is_over
    }
}
