//! What kernel and cards have counted of interfaces, as it travels.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use xdplive_source::{Host, LinkCounters, LinkReading, Moment};

/// An interface and what has been counted of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WireLink {
    /// When it was read, nanoseconds since 1970 by the host's clock.
    at: i64,
    interface: String,
    index: u32,
    state: String,
    speed: Option<u64>,
    #[serde(with = "WireCounters")]
    counters: LinkCounters,
}

/// How the counters travel. One that a release does not know is left out, or 0.
#[derive(Default, Serialize, Deserialize)]
#[serde(remote = "LinkCounters", default)]
struct WireCounters {
    in_bytes: u64,
    out_bytes: u64,
    in_packets: u64,
    out_packets: u64,
    in_dropped: u64,
    in_missed: u64,
    out_dropped: u64,
    in_errors: u64,
    out_errors: u64,
    carrier_changes: u64,
    queue_dropped: u64,
}

impl WireLink {
    /// A reading without its host.
    #[must_use]
    pub fn new(reading: &LinkReading) -> Self {
        Self {
            at: reading.at.wall,
            interface: reading.interface.to_string(),
            index: reading.index,
            state: reading.state.to_string(),
            speed: reading.speed,
            counters: reading.counters,
        }
    }

    /// The reading, of a host whose clock is `ahead` nanoseconds ahead; `now` is the moment at which it is here.
    #[must_use]
    pub fn read(&self, host: &Host, ahead: i64, now: Moment) -> LinkReading {
        LinkReading {
            at: now.back_at(self.at.saturating_sub(ahead)),
            host: host.clone(),
            interface: Arc::from(self.interface.as_str()),
            index: self.index,
            state: Arc::from(self.state.as_str()),
            speed: self.speed,
            counters: self.counters,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_reading_travels_whole_and_by_this_clock() {
        let counters = LinkCounters {
            in_bytes: 1,
            out_bytes: 2,
            in_packets: 3,
            out_packets: 4,
            in_dropped: 5,
            in_missed: 6,
            out_dropped: 7,
            in_errors: 8,
            out_errors: 9,
            carrier_changes: 10,
            queue_dropped: 11,
        };
        let at = |wall| Moment { wall, steady: Duration::from_nanos(500) };
        let reading = LinkReading {
            at: at(1_000_070),
            host: Host::only(Arc::from("web1")),
            interface: "eth0".into(),
            index: 3,
            state: "up".into(),
            speed: Some(1_000_000_000),
            counters,
        };
        let json = serde_json::to_string(&WireLink::new(&reading)).unwrap();
        let here: WireLink = serde_json::from_str(&json).unwrap();
        // The host's clock is 1,000,000 ns ahead, and it was read 30 ns ago.
        let read = here.read(&reading.host, 1_000_000, at(100));
        let expected = Moment { wall: 70, steady: Duration::from_nanos(470) };
        assert_eq!(read, LinkReading { at: expected, ..reading });
    }
}
