//! What the tests of this crate have in common: a machine, and packets as the capture hands them on.

use std::sync::Arc;

use xdplive_packet::{Event, Hook, LinkType, Wire, event::RecordKind, parse};
use xdplive_source::{
    Batch, HeaderBytes, Host, HostId, Interface, Interfaces, Link, Names, Origin, Row, Tunnels, WallClock,
};

/// The wall clock, ns since 1970, when the kernel's clock stands at 0: the beginning of 2026.
pub(crate) const EPOCH: i64 = 1_767_225_600_000_000_000;
/// The kernel's clock, ns, when an [`event`] is seen: 1.234 ms later.
pub(crate) const TIME: u64 = 1_234_000;

pub(crate) fn interface(name: &str, index: u32) -> Interface {
    Interface { state: "up".to_owned(), mtu: 1500, ..Interface::new(name, index, Link::Ethernet) }
}

/// A machine with `eth0`, through which the default route leads, and `wg0`.
pub(crate) fn machine() -> Interfaces {
    [Interface { default: true, ..interface("eth0", 2) }, interface("wg0", 3)].into_iter().collect()
}

/// A frame as TCX ingress reports it.
pub(crate) fn event(bytes: &[u8], wire: &Wire) -> Event {
    Event {
        time: TIME,
        slots: 1,
        generation: 1,
        frame_length: bytes.len() as u32 + wire.tag.length(),
        kind: RecordKind::Event as u8,
        hook: Hook::TcxIngress as u8,
        segments: 1,
        reserved: 0,
        headers: parse(&mut &*bytes, wire),
    }
}

/// A frame on Ethernet, all in its bytes.
pub(crate) fn ethernet(bytes: &[u8]) -> Event {
    event(bytes, &Wire::new(LinkType::Ethernet))
}

/// A packet on a link without Ethernet.
pub(crate) fn raw(bytes: &[u8]) -> Event {
    event(bytes, &Wire::new(LinkType::RawIp))
}

/// Packets of one interface.
pub(crate) fn batch(interface: &str, events: impl IntoIterator<Item = Event>) -> Batch {
    let origin = Origin { host: HostId::ONLY, interface: 1 };
    let rows = events
        .into_iter()
        .map(|event| Row { origin, bytes: HeaderBytes::NONE, tunnel: Tunnels::NONE, event })
        .collect();
    let names = Names { hosts: vec![Host::only("nas")], interfaces: vec!["".into(), interface.into()] };
    Batch::new(Arc::new(rows), Arc::new(names), WallClock::ahead_by(EPOCH))
}
