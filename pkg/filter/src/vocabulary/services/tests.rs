use std::collections::HashSet;

use super::{LIST, entry, name, name_of, service};
use crate::vocabulary::protocols::Transport;

#[test]
fn every_line_is_a_service() {
    let lines = include_str!("../../../data/services.tsv").lines().filter(|line| !line.starts_with('#'));
    let names: Vec<&str> = lines.map(|line| entry(line).unwrap_or_else(|| panic!("{line}")).0).collect();
    assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len(), "a name stands there twice");
    assert_eq!(names.len(), LIST.len());
    assert!(names.len() >= 150);
    assert!(names.iter().all(|name| *name == name.to_ascii_lowercase()));
}

#[test]
fn services() {
    let mdns = service("MDNS").unwrap();
    assert_eq!((mdns.port, mdns.transports.as_slice()), (5353, &[Transport::Tcp, Transport::Udp][..]));
    assert_eq!(service("nosuchservice"), None);
    assert_eq!(
        entry("# a\t5\ttcp"),
        Some(("# a", super::Service { port: 5, transports: vec![Transport::Tcp] }))
    );
    assert_eq!(entry("a\t5\tipx"), None);
}

#[test]
fn the_name_of_a_port_is_the_first_for_its_protocol() {
    for (_, service) in LIST.iter() {
        for transport in Transport::ALL {
            assert_eq!(name_of(service.port, transport), name(service.port, Some(transport)), "{service:?}");
        }
    }
    assert_eq!(name_of(53, Transport::Udp), Some("dns"));
    assert_eq!(name_of(853, Transport::Sctp), None);
}
