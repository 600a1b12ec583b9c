//! What a host's kernel and its cards have counted of an interface, whoever watches it.

use std::sync::Arc;

use crate::{clock::Moment, host::Host};

/// An interface at one moment, and what has been counted of it since it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkReading {
    /// When it was read, by the clock of [`Source::now`](super::Source::now).
    pub at: Moment,
    /// The host.
    pub host: Host,
    /// The interface's name, in text form.
    pub interface: Arc<str>,
    /// Its number, which the next interface of this name does not have.
    pub index: u32,
    /// Operational state, as in [`Interface::state`](super::Interface::state).
    pub state: Arc<str>,
    /// Speed of the link in each direction, bits a second; `None` where it is down, or nobody knows.
    pub speed: Option<u64>,
    /// What has been counted.
    pub counters: LinkCounters,
}

/// What has been counted of an interface: `struct rtnl_link_stats64` (linux/if_link.h), as far as it is said here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkCounters {
    /// Bytes received.
    pub in_bytes: u64,
    /// Bytes sent.
    pub out_bytes: u64,
    /// Packets received.
    pub in_packets: u64,
    /// Packets sent.
    pub out_packets: u64,
    /// Received packets that were dropped: by the kernel for want of room (`rx_dropped`), and by the card (`rx_missed_errors`).
    pub in_dropped: u64,
    /// Those of them that the card dropped, which no hook sees.
    pub in_missed: u64,
    /// Packets to be sent that the driver or the device dropped.
    pub out_dropped: u64,
    /// Received packets with errors.
    pub in_errors: u64,
    /// Packets that could not be sent for errors.
    pub out_errors: u64,
    /// How often the link has come up or gone down.
    pub carrier_changes: u64,
    /// Packets to be sent that a queueing discipline dropped. A new one on the interface begins at 0.
    pub queue_dropped: u64,
}

/// The state of an interface whose host does not answer. Nothing else of such a reading means anything.
pub const UNREACHABLE: &str = "unreachable";

impl LinkReading {
    /// Of an interface whose host does not answer, at `at`.
    #[must_use]
    pub fn unreachable(host: &Host, interface: &str, at: Moment) -> Self {
        Self {
            at,
            host: host.clone(),
            interface: interface.into(),
            index: 0,
            state: UNREACHABLE.into(),
            speed: None,
            counters: LinkCounters::default(),
        }
    }

    /// Whether its host does not answer.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        &*self.state == UNREACHABLE
    }
}

impl LinkCounters {
    /// What was counted since `earlier`. What is less than before was set to 0 between.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let since = |now: u64, before: u64| now.checked_sub(before).unwrap_or(now);
        Self {
            in_bytes: since(self.in_bytes, earlier.in_bytes),
            out_bytes: since(self.out_bytes, earlier.out_bytes),
            in_packets: since(self.in_packets, earlier.in_packets),
            out_packets: since(self.out_packets, earlier.out_packets),
            in_dropped: since(self.in_dropped, earlier.in_dropped),
            in_missed: since(self.in_missed, earlier.in_missed),
            out_dropped: since(self.out_dropped, earlier.out_dropped),
            in_errors: since(self.in_errors, earlier.in_errors),
            out_errors: since(self.out_errors, earlier.out_errors),
            carrier_changes: since(self.carrier_changes, earlier.carrier_changes),
            queue_dropped: since(self.queue_dropped, earlier.queue_dropped),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_set_to_zero_counts_from_there() {
        let before = LinkCounters { in_packets: 100, queue_dropped: 7, ..LinkCounters::default() };
        let now = LinkCounters { in_packets: 130, queue_dropped: 3, ..LinkCounters::default() };
        let expected = LinkCounters { in_packets: 30, queue_dropped: 3, ..LinkCounters::default() };
        assert_eq!(now.since(&before), expected);
    }
}
