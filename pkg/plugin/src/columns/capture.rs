//! The columns of the capture's own accounts: what was seen, and what became of it.

use std::{collections::BTreeMap, sync::Arc};

use xdplive_packet::{Hook, event::Direction};
use xdplive_source::{Counts, HookAccounts, HostSet, InterfaceSet, InterfaceState};

use super::{Cells, Column as _, optional, rounded};

columns! {
    /// A column of the capture's accounts.
    CaptureColumn of [CaptureRow], counted by <[CaptureRow]>::len, written by write_rows;
    Time "time" Time false 14 "When this was counted";
    Interface "interface" String false 18 "Interface";
    Direction "direction" String false 6 "in: received, out: sent";
    Hook "hook" String true 14 "What is attached there; null where nothing is";
    Seen "seen" Count false 20 "Packets seen there since it is watched";
    Own "own" Count false 20 "Those of them that are Grafana's own traffic";
    Streams "streams" Count false 20 "Streams that have rows from there";
    Matched "matched" Count false 20 "Packets that the stream's filter accepts, since the stream began";
    Thinned "thinned" Count false 20 "Those of them left out to keep to the rows per second";
    LostRing "lost_ring" Count false 20 "Those of them for which the ring had no room";
    LostQueue "lost_queue" Count false 20 "Those of them that Grafana took too slowly";
    Delivered "delivered" Count false 20 "Those of them handed to Grafana";
    RingUsed "ring_used" Decimal false 6 "How full the ring was at most in the last seconds, percent" in "percent";
    KernelNs "kernel_ns" Decimal true 12 "Mean time of the program in the kernel, ns a packet; null while not measured" in "ns";
    Channel "channel" String true 48 "Channel of the stream, or a number for another data source's; null without one";
    Filter "filter" String true 66 "Beginning of the stream's filter; null for another data source's";
    FlowOverflow "flow_overflow" Count false 20 "Packets of flows for which the table of flows had no room";
    LostNetwork "lost_network" Count false 20 "Rows that were lost on the way from another machine";
    State "state" String true 10 "attached, attaching, refused, absent where there is no such interface, or unreachable with its machine; null where nobody asks";
    Reason "reason" String true 200 "Why it is attached there as it is, or is not; null for the obvious";
    + Host "host" String false 66 "Name of the machine that saw the packets; shown where it is asked for by name";
}

/// The accounts of one interface, direction and stream at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct CaptureRow {
    /// Milliseconds since 1970.
    time: i64,
    host: Arc<str>,
    interface: Arc<str>,
    direction: Direction,
    hook: Option<Hook>,
    seen: u64,
    own: u64,
    streams: u64,
    counts: Counts,
    /// Percent.
    ring_used: f64,
    /// Nanoseconds.
    kernel_time: Option<f64>,
    channel: Option<String>,
    filter: Option<String>,
    flow_overflow: u64,
    state: Option<InterfaceState>,
    reason: Option<Arc<str>>,
}

impl CaptureRow {
    /// When this was counted, ms since 1970.
    #[must_use]
    pub const fn time(&self) -> i64 {
        self.time
    }

    /// What tells its hook from others, which are of the same host or, `of_several`, of any.
    #[must_use]
    pub fn labels_of_hook(&self, of_several: bool) -> BTreeMap<&'static str, String> {
        let mut labels = BTreeMap::from([
            (CaptureColumn::Interface.name(), self.interface.to_string()),
            (CaptureColumn::Direction.name(), self.direction.name().to_owned()),
        ]);
        labels.extend(of_several.then(|| (CaptureColumn::Host.name(), self.host.to_string())));
        labels
    }

    /// Whether these are of more than one host.
    #[must_use]
    pub fn are_of_several_hosts(rows: &[Self]) -> bool {
        rows.first().is_some_and(|first| rows.iter().any(|row| row.host != first.host))
    }

    /// What tells its stream from others; no more than its hook where there is none.
    #[must_use]
    pub fn labels_of_stream(&self, of_several: bool) -> BTreeMap<&'static str, String> {
        let mut labels = self.labels_of_hook(of_several);
        labels.extend(self.channel.iter().map(|channel| (CaptureColumn::Channel.name(), channel.clone())));
        labels
    }
}

/// Which accounts somebody is to see.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// Whose streams are named and shown with their filters: the owner in their labels. `None` where that is nobody's
    /// to know who asks.
    pub owner: Option<&'a str>,
    /// Of which hosts.
    pub hosts: &'a HostSet,
    /// Of which interfaces.
    pub interfaces: &'a InterfaceSet,
    /// Of which ways.
    pub directions: &'a [Direction],
}

impl CaptureColumn {
    /// Whether it is of a stream, and not of a hook, whose streams all have the same.
    #[must_use]
    pub const fn is_of_stream(self) -> bool {
        matches!(
            self,
            Self::Matched
                | Self::Thinned
                | Self::LostRing
                | Self::LostQueue
                | Self::LostNetwork
                | Self::Delivered
        )
    }

    /// What a panel of packets has to know of its own packets.
    pub const OF_A_PANEL: [Self; 15] = [
        Self::Time,
        Self::Interface,
        Self::Direction,
        Self::Hook,
        Self::Seen,
        Self::Own,
        Self::Matched,
        Self::Thinned,
        Self::LostRing,
        Self::LostQueue,
        Self::LostNetwork,
        Self::Channel,
        Self::State,
        Self::Reason,
        Self::Host,
    ];
}

impl View<'_> {
    /// The rows at `time` (ms since 1970): one for each interface, direction and stream, and one for each interface
    /// and direction without a stream.
    #[must_use]
    pub fn rows(&self, accounts: &[HookAccounts], time: i64) -> Vec<CaptureRow> {
        accounts.iter().filter(|hook| self.shows(hook)).flat_map(|hook| self.of_hook(hook, time)).collect()
    }

    fn shows(&self, hook: &HookAccounts) -> bool {
        self.hosts.contains(&hook.host)
            && self.interfaces.contains(&hook.interface, hook.uplink)
            && self.directions.contains(&hook.direction)
    }

    fn of_hook(&self, hook: &HookAccounts, time: i64) -> Vec<CaptureRow> {
        let nobody = CaptureRow {
            time,
            host: Arc::clone(&hook.host.name),
            interface: Arc::clone(&hook.interface),
            direction: hook.direction,
            hook: hook.hook,
            seen: hook.seen,
            own: hook.own,
            streams: hook.streams.iter().filter(|stream| stream.has_rows).count() as u64,
            counts: Counts::default(),
            ring_used: hook.ring_used,
            kernel_time: hook.kernel_time.and_then(|time| time.mean()),
            channel: None,
            filter: None,
            flow_overflow: hook.flow_overflow,
            state: hook.state,
            reason: (!hook.reason.is_empty()).then(|| hook.reason.as_str().into()),
        };
        if nobody.streams == 0 {
            return vec![nobody];
        }
        let streams = hook.streams.iter().filter(|stream| stream.has_rows).map(|stream| {
            // What others look for is theirs to know; the name of a channel can be guessed from its query.
            let is_own = self.owner.is_some_and(|owner| owner == stream.label.owner);
            CaptureRow {
                counts: stream.counts,
                channel: Some(if is_own {
                    stream.label.stream.clone()
                } else {
                    format!("other/{}", stream.id)
                }),
                filter: is_own.then(|| beginning(&stream.filter.to_string())),
                ..nobody.clone()
            }
        });
        streams.collect()
    }
}

impl CaptureColumn {
    fn write_rows<C: Cells>(self, rows: &[CaptureRow], cells: &mut C) {
        for row in rows {
            self.write_row(row, cells);
        }
    }

    fn write_row<C: Cells>(self, row: &CaptureRow, cells: &mut C) {
        match self {
            Self::Time => cells.time(row.time),
            Self::Interface => cells.text(&row.interface),
            Self::Direction => cells.plain(|text| text.push_str(row.direction.name())),
            Self::Hook => match row.hook {
                Some(hook) => cells.plain(|text| text.push_str(hook.name())),
                None => cells.null(),
            },
            Self::Seen => cells.count(row.seen),
            Self::Own => cells.count(row.own),
            Self::Streams => cells.count(row.streams),
            Self::Matched => cells.count(row.counts.matched),
            Self::Thinned => cells.count(row.counts.thinned),
            Self::LostRing => cells.count(row.counts.lost_ring),
            Self::LostQueue => cells.count(row.counts.lost_queue),
            Self::LostNetwork => cells.count(row.counts.lost_network),
            Self::Delivered => cells.count(row.counts.delivered),
            Self::RingUsed => cells.decimal(rounded(row.ring_used)),
            Self::KernelNs => match row.kernel_time {
                Some(nanoseconds) => cells.decimal(rounded(nanoseconds)),
                None => cells.null(),
            },
            Self::Channel => optional(row.channel.as_deref(), cells),
            Self::Filter => optional(row.filter.as_deref(), cells),
            Self::FlowOverflow => cells.count(row.flow_overflow),
            Self::State => optional(row.state.map(InterfaceState::name), cells),
            Self::Reason => optional(row.reason.as_deref(), cells),
            Self::Host => cells.text(&row.host),
        }
    }
}

/// As much of a filter as its column has room for.
fn beginning(filter: &str) -> String {
    const MOST: usize = 60;
    if filter.chars().count() <= MOST {
        filter.to_owned()
    } else {
        filter.chars().take(MOST).chain("…".chars()).collect()
    }
}

#[cfg(test)]
mod tests;
