use bytemuck::Zeroable as _;
use xdplive_packet::Event;

use super::*;
use crate::{HeaderBytes, HostId, Origin, Tunnels};

#[test]
fn rows_are_counted_by_interface_and_direction() {
    let row = |interface, hook: Hook| Row {
        origin: Origin { host: HostId::ONLY, interface },
        bytes: HeaderBytes::NONE,
        tunnel: Tunnels::NONE,
        event: Event { hook: hook as u8, ..Event::zeroed() },
    };
    let rows = [
        row(0, Hook::XdpNative),
        row(0, Hook::TcxIngress),
        row(0, Hook::TcxEgress),
        row(0, Hook::TcxEgress),
        row(3, Hook::TcxEgress),
        row(0, Hook::XdpNative),
    ];
    let mut counts = RowCounts::default();
    counts.add_all(&rows);
    counts.add(&rows[4]);
    assert_eq!(counts.of(0, Direction::In), 3);
    assert_eq!(counts.of(0, Direction::Out), 2);
    assert_eq!(counts.of(3, Direction::In), 0);
    assert_eq!(counts.of(3, Direction::Out), 2);
    assert_eq!(counts.total(), 7);
    assert_eq!([counts.at(0), counts.at(3), counts.at(1)], [5, 2, 0]);
}
