//! What has been counted, for people to look at while it goes on.

use std::{ops::AddAssign, sync::Arc, time::Duration};

use xdplive_filter::Filter;
use xdplive_packet::{Hook, event::Direction, flow::Sum};

use crate::{clock::Moment, host::Host, ids::StreamId, request::Label};

/// What has been counted at one interface and direction since it is watched.
#[derive(Clone, Debug, PartialEq)]
pub struct HookAccounts {
    /// The host.
    pub host: Host,
    /// The interface's name.
    pub interface: Arc<str>,
    /// Whether it is an uplink of its host, or was when it was last there.
    pub uplink: bool,
    /// The way of the packets.
    pub direction: Direction,
    /// What is attached there now.
    pub hook: Option<Hook>,
    /// What it is like there; none where nobody has asked for packets from there.
    pub state: Option<InterfaceState>,
    /// Why; may be empty.
    pub reason: String,
    /// Packets that programs saw there.
    pub seen: u64,
    /// Those of them that belong to this product's own traffic.
    pub own: u64,
    /// The streams that are for packets from there now.
    pub streams: Vec<StreamAccounts>,
    /// What streams that have come to their end had counted.
    pub ended: Counts,
    /// How full the interface's ring has been at most in the last one to two seconds, percent.
    pub ring_used: f64,
    /// What the attached program has taken of the CPU; `None` while the kernel does not measure it (sysctl
    /// kernel.bpf_stats_enabled).
    pub kernel_time: Option<KernelTime>,
    /// Packets of flows for which the table of flows had no room, while somebody needed flows from there.
    pub flow_overflow: u64,
}

/// What an interface is like in one direction, for who has asked for its packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InterfaceState {
    /// A program is attached there.
    Attached,
    /// A program will be soon.
    Attaching,
    /// No program can be attached there now.
    Refused,
    /// There is no interface of this name.
    Absent,
    /// The host of which it is does not answer.
    Unreachable,
}

impl InterfaceState {
    /// The word in the column `state`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Attached => "attached",
            Self::Attaching => "attaching",
            Self::Refused => "refused",
            Self::Absent => "absent",
            Self::Unreachable => "unreachable",
        }
    }
}

/// One stream's part in a [`HookAccounts`], since the stream began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamAccounts {
    /// The stream's [`Subscription::id`](super::Subscription::id).
    pub id: StreamId,
    /// Whether it has rows; its packets are only counted otherwise.
    pub has_rows: bool,
    /// The stream.
    pub label: Arc<Label>,
    /// Its filter.
    pub filter: Arc<Filter>,
    /// What has become of its packets.
    pub counts: Counts,
}

/// What has become of the packets that streams asked for:
/// `matched = thinned + lost_ring + lost_queue + lost_network + closed + delivered`, but for rows that are on their way, and for
/// streams that have packets counted only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Packets that the filter accepts: frames as the hook saw them.
    pub matched: u64,
    /// Packets on the wire among them, more than the frames where these were merged or not yet split. An unknown
    /// number counts as one.
    pub segments: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// Those left out to keep to the budget.
    pub thinned: u64,
    /// Those for which the ring had no room: the reader was too slow.
    pub lost_ring: u64,
    /// Those for which the stream's queue had no room: Grafana was too slow.
    pub lost_queue: u64,
    /// Those that were lost on the way from another machine, or with it.
    pub lost_network: u64,
    /// Those that still waited when their panel closed, which nobody misses. There are none while the stream runs.
    pub closed: u64,
    /// Those handed on.
    pub delivered: u64,
}

/// What was matched, by [`Direction`].
pub type DirectionCounts = [Sum; Direction::ALL.len()];

/// What has been counted for a stream, and when that was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// When it was read, by the clock of [`Source::now`](super::Source::now).
    pub at: Moment,
    /// What had been counted then.
    pub sums: DirectionCounts,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        let Self {
            matched,
            segments,
            bytes,
            thinned,
            lost_ring,
            lost_queue,
            lost_network,
            closed,
            delivered,
        } = other;
        self.matched += matched;
        self.segments += segments;
        self.bytes += bytes;
        self.thinned += thinned;
        self.lost_ring += lost_ring;
        self.lost_queue += lost_queue;
        self.lost_network += lost_network;
        self.closed += closed;
        self.delivered += delivered;
    }
}

/// What was counted for a filter in one interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Its end, milliseconds since 1970.
    pub time: i64,
    /// Its length.
    pub length: Duration,
    /// Packets as the hook saw them.
    pub packets: u64,
    /// Packets on the wire.
    pub segments: u64,
    /// Bytes of them.
    pub bytes: u64,
}

impl Interval {
    /// What was counted in it.
    #[must_use]
    pub const fn sum(&self) -> Sum {
        Sum { packets: self.packets, segments: self.segments, bytes: self.bytes }
    }

    /// Its beginning, milliseconds since 1970.
    #[must_use]
    pub fn begin(&self) -> i64 {
        self.time.saturating_sub(i64::try_from(self.length.as_millis()).unwrap_or(i64::MAX))
    }

    /// Adds what else was counted.
    pub const fn add(&mut self, more: &Self) {
        self.packets += more.packets;
        self.segments += more.segments;
        self.bytes += more.bytes;
    }
}

/// Time that a program has run, as the kernel measures it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KernelTime {
    /// In all its runs.
    pub total: Duration,
    /// How often it ran.
    pub runs: u64,
}

impl KernelTime {
    /// Mean time of a run, nanoseconds; `None` before the first.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.runs > 0).then(|| self.total.as_nanos() as f64 / self.runs as f64)
    }
}
