//! Groups of rates: what they are called, and the rows that they become.

mod steady;

use std::{sync::Arc, time::Duration};

use xdplive_packet::flow::{Cast, FlowCounters, FlowKey, Sum, TCP};
use xdplive_source::{Group, Interval, LinkProtocol, Top};

pub use self::steady::{Shown, Steady};
use crate::{
    columns::{rates::CountRow, text},
    query::Measure,
};

/// What is in none of the groups shown.
pub const OTHER: &str = "other";

/// A group's name; `None` for packets that do not have the field.
#[must_use]
pub fn name(group: &Group) -> Option<Arc<str>> {
    let written = |write: &dyn Fn(&mut String)| {
        let mut name = String::new();
        write(&mut name);
        Arc::from(name)
    };
    match group {
        Group::Protocol(number) => number.map(|number| written(&|name| text::protocol(number, name))),
        Group::Direction(direction) => Some(Arc::from(direction.name())),
        Group::Interface(name) | Group::Host(name) | Group::Name(name) => Some(Arc::clone(name)),
        Group::Vlan(number) | Group::SourcePort(number) | Group::DestinationPort(number) => {
            number.map(|number| Arc::from(itoa::Buffer::new().format(number)))
        }
        Group::Source(address) | Group::Destination(address) | Group::HostIp(address) => {
            address.map(|address| Arc::from(address.to_string()))
        }
        Group::Ethertype(Some(LinkProtocol::Length)) => Some(Arc::from(text::LENGTH_FIELD)),
        Group::Ethertype(Some(LinkProtocol::Type(number))) => {
            Some(written(&|name| text::ethertype(*number, name)))
        }
        Group::Ethertype(None) => None,
        Group::Cast(cast) => Cast::name(*cast).map(Arc::from),
        Group::Tunnel(kinds) => (!kinds.is_empty()).then(|| Arc::from(text::tunnel(kinds.iter().copied()))),
        Group::TunnelId(id) => id.map(|id| Arc::from(itoa::Buffer::new().format(id))),
        Group::Service(name) => name.map(Arc::from),
        Group::Process(name) => name.clone(),
        // Whoever knows processes has put these together.
        Group::Sides(_) => None,
        Group::TcpFlag(bit) => text::TCP_FLAGS.get(usize::from(*bit)).map(|name| Arc::from(*name)),
    }
}

/// What groups are ranked by.
#[must_use]
pub const fn size(measure: Measure) -> fn(&Sum) -> u64 {
    match measure {
        Measure::Bits | Measure::Utilisation => |sum| sum.bytes,
        Measure::Packets | Measure::Size => |sum| sum.segments,
        // Groups that have none follow by their packets, so that a line at zero is there before it rises.
        Measure::Retransmits
        | Measure::Resets
        | Measure::ZeroWindows
        | Measure::Unanswered
        | Measure::Rtt => |sum| sum.segments.min(1 << 32) << 24 | sum.packets.min((1 << 24) - 1),
    }
}

/// What `measure` counts of a flow; `None` where it counts nothing of flows of its kind. A measure of TCP is counted in the place of
/// packets on the wire, and what belongs to each of them in the place of bytes.
#[must_use]
pub fn counted(measure: Measure, key: &FlowKey, counters: &FlowCounters) -> Option<Sum> {
    if !measure.is_of_tcp() {
        return Some(counters.sum);
    }
    (key.protocol() == Some(TCP)).then_some(())?;
    let FlowCounters { sum: Sum { packets, .. }, tcp, .. } = *counters;
    let (segments, bytes) = match measure {
        Measure::Retransmits => (tcp.retransmits, tcp.retransmitted_bytes),
        Measure::Resets => (tcp.resets, 0),
        Measure::ZeroWindows => (tcp.zero_windows, 0),
        Measure::Rtt => (u64::from(tcp.round_trip > 0), tcp.round_trip / 1000),
        // Which had no answer is known at the end of the interval.
        _ => (0, 0),
    };
    Some(Sum { packets, segments, bytes })
}

/// The rows of one interval, which ends at `time` (ms since 1970), on `host`: the groups, and what is in none of them where there is
/// any.
#[must_use]
pub fn counts(host: &Arc<str>, top: &Top, time: i64, length: Duration) -> Vec<CountRow> {
    let groups = top.groups.iter().map(|(group, sum)| row(host, name(group), *sum, time, length));
    let other = (top.other.packets > 0).then(|| row(host, Some(Arc::from(OTHER)), top.other, time, length));
    groups.chain(other).collect()
}

/// The rows of one interval of series, which ends at `time` (ms since 1970), on `host`; `speed` says which speed the link
/// of a group has, or of what is in none (bits a second).
#[must_use]
pub fn series(
    host: &Arc<str>,
    shown: &Shown,
    (time, length): (i64, Duration),
    speed: impl Fn(Option<&Group>) -> Option<u64>,
) -> Vec<CountRow> {
    let groups = shown.groups.iter().map(|(group, sum)| {
        let row = row(host, name(group), *sum, time, length);
        CountRow { speed: speed(Some(group)), ..row }
    });
    let other = shown.other.map(|sum| {
        let row = row(host, Some(Arc::from(OTHER)), sum, time, length);
        CountRow { speed: speed(None), ..row }
    });
    groups.chain(other).collect()
}

fn row(host: &Arc<str>, group: Option<Arc<str>>, sum: Sum, time: i64, length: Duration) -> CountRow {
    let Sum { packets, segments, bytes } = sum;
    let (host, interval) = (Arc::clone(host), Interval { time, length, packets, segments, bytes });
    CountRow { host, group, interval, speed: None }
}

#[cfg(test)]
mod tests;
