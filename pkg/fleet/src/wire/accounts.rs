//! What has been counted at a host, as it travels.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use xdplive_source::{Counts, HookAccounts, Host, KernelTime};

use super::{
    request::RequestError,
    words::{hook, read_direction, read_hook, read_state},
};

/// What has been counted at one interface and direction. Of streams only those of the client's own leases are in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WireAccounts {
    interface: String,
    direction: String,
    #[serde(default)]
    uplink: bool,
    hook: Option<String>,
    state: Option<String>,
    reason: String,
    seen: u64,
    own: u64,
    ended: WireCounts,
    ring_used: f64,
    /// Nanoseconds, and runs.
    kernel_time: Option<(u64, u64)>,
    flow_overflow: u64,
    /// The client's own.
    pub streams: Vec<WireStream>,
}

/// What has become of the packets of one lease.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireStream {
    /// The lease.
    pub lease: u64,
    /// What has become of its packets at the host.
    pub counts: WireCounts,
}

/// As [`Counts`], at the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireCounts {
    matched: u64,
    segments: u64,
    bytes: u64,
    thinned: u64,
    lost_ring: u64,
    lost_queue: u64,
    closed: u64,
    delivered: u64,
}

impl From<Counts> for WireCounts {
    fn from(counts: Counts) -> Self {
        let Counts {
            matched,
            segments,
            bytes,
            thinned,
            lost_ring,
            lost_queue,
            lost_network: _,
            closed,
            delivered,
        } = counts;
        Self { matched, segments, bytes, thinned, lost_ring, lost_queue, closed, delivered }
    }
}

impl From<WireCounts> for Counts {
    fn from(counts: WireCounts) -> Self {
        let WireCounts { matched, segments, bytes, thinned, lost_ring, lost_queue, closed, delivered } =
            counts;
        Self { matched, segments, bytes, thinned, lost_ring, lost_queue, lost_network: 0, closed, delivered }
    }
}

impl WireAccounts {
    /// `accounts` without its host, and with these streams.
    #[must_use]
    pub fn new(accounts: &HookAccounts, streams: Vec<WireStream>) -> Self {
        let nanoseconds = |time: KernelTime| time.total.as_nanos().try_into().unwrap_or(u64::MAX);
        Self {
            interface: accounts.interface.to_string(),
            direction: accounts.direction.name().to_owned(),
            uplink: accounts.uplink,
            hook: accounts.hook.map(hook),
            state: accounts.state.map(|state| state.name().to_owned()),
            reason: accounts.reason.clone(),
            seen: accounts.seen,
            own: accounts.own,
            ended: accounts.ended.into(),
            ring_used: accounts.ring_used,
            kernel_time: accounts.kernel_time.map(|time| (nanoseconds(time), time.runs)),
            flow_overflow: accounts.flow_overflow,
            streams,
        }
    }

    /// The same of `host`, with no streams.
    ///
    /// # Errors
    /// [`RequestError::Word`] where another release has words that this one does not know.
    pub fn read(&self, host: &Host) -> Result<HookAccounts, RequestError> {
        Ok(HookAccounts {
            host: host.clone(),
            interface: Arc::from(self.interface.as_str()),
            direction: read_direction(&self.direction)?,
            uplink: self.uplink,
            hook: self.hook.as_deref().map(read_hook).transpose()?,
            state: self.state.as_deref().map(read_state).transpose()?,
            reason: self.reason.clone(),
            seen: self.seen,
            own: self.own,
            streams: Vec::new(),
            ended: self.ended.into(),
            ring_used: self.ring_used,
            kernel_time: self
                .kernel_time
                .map(|(total, runs)| KernelTime { total: Duration::from_nanos(total), runs }),
            flow_overflow: self.flow_overflow,
        })
    }
}
