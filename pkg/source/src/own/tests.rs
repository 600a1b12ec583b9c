use std::net::{Ipv4Addr, Ipv6Addr};

use xdplive_corpus::frame::{Ethernet, Ipv4, Ipv6, Payload, Tcp, Udp, tcp_flag::ACK};
use xdplive_filter::{Environment, Packet};
use xdplive_packet::{LinkType, Wire, event::Direction, parse};

use super::*;
use crate::{Interface, Link};

/// This machine, another, and a third.
const HERE: [u8; 4] = [192, 0, 2, 1];
const THERE: [u8; 4] = [198, 51, 100, 7];
const HERE6: [u8; 16] = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1];
const THERE6: [u8; 16] = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2];
const LOCAL: [u8; 4] = [127, 0, 0, 1];
const PORT: u16 = 3000;
const OTHER: u16 = 50_085;

fn here() -> BTreeSet<IpAddr> {
    [IpAddr::from(HERE), IpAddr::from(HERE6), IpAddr::from(LOCAL)].into()
}

fn is_own(filter: &Filter, packet: impl Into<Payload>) -> bool {
    let frame = Ethernet::new([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2], packet).bytes();
    let headers = parse(&mut frame.as_slice(), &Wire::new(LinkType::Ethernet));
    let frame_length = frame.len() as u32;
    let decide = |direction| {
        filter.matches(
            &Packet { headers: &headers, frame_length, direction, bytes: None },
            &Environment::default(),
        )
    };
    let [received, sent] = Direction::ALL.map(decide);
    assert_eq!(received, sent, "addresses decide, not directions");
    received
}

fn tcp(source: u16, destination: u16) -> Tcp {
    Tcp::new(source, destination, ACK)
}

#[test]
fn exactly_the_packets_of_the_ports_here() {
    let own = filter(&[80, PORT].into(), &BTreeSet::new(), &here()).unwrap();
    // What is delivered, and what comes back.
    assert!(is_own(&own, Ipv4::new(HERE, THERE, tcp(PORT, OTHER))));
    assert!(is_own(&own, Ipv4::new(THERE, HERE, tcp(OTHER, PORT))));
    assert!(is_own(&own, Ipv4::new(HERE, THERE, tcp(80, OTHER))));
    assert!(is_own(&own, Ipv4::new(LOCAL, LOCAL, tcp(OTHER, PORT))));
    assert!(is_own(&own, Ipv6::new(HERE6, THERE6, tcp(PORT, OTHER))));
    assert!(is_own(&own, Ipv6::new(THERE6, HERE6, tcp(OTHER, PORT))));
    // The same port of another machine, of which this one is a guest.
    assert!(!is_own(&own, Ipv4::new(HERE, THERE, tcp(OTHER, PORT))));
    assert!(!is_own(&own, Ipv4::new(THERE, HERE, tcp(PORT, OTHER))));
    assert!(!is_own(&own, Ipv6::new(HERE6, THERE6, tcp(OTHER, PORT))));
    assert!(!is_own(&own, Ipv6::new(THERE6, HERE6, tcp(PORT, OTHER))));
    // Between two others, as a router sees it.
    assert!(!is_own(&own, Ipv4::new(THERE, [198, 51, 100, 8], tcp(PORT, PORT))));
    // Another port, another protocol.
    assert!(!is_own(&own, Ipv4::new(HERE, THERE, tcp(PORT + 1, OTHER))));
    assert!(!is_own(&own, Ipv4::new(HERE, THERE, Udp::new(PORT, OTHER, b"data"))));
    assert!(!is_own(&own, Ipv6::new(THERE6, HERE6, Udp::new(OTHER, PORT, b"data"))));
}

#[test]
fn nothing_without_ports_or_addresses() {
    assert_eq!(filter(&BTreeSet::new(), &BTreeSet::new(), &here()), None);
    assert_eq!(filter(&[PORT].into(), &BTreeSet::new(), &BTreeSet::new()), None);
}

#[test]
fn its_text_is_readable_and_its_terms_are_few() {
    let own = filter(&[80, PORT].into(), &BTreeSet::new(), &here()).unwrap();
    assert_eq!(Filter::parse(&own.to_string()).as_ref(), Ok(&own));
    let one = filter(&[PORT].into(), &BTreeSet::new(), &[IpAddr::from(HERE)].into()).unwrap();
    assert_eq!(
        one.to_string(),
        "(tcp src port 3000 and src host 192.0.2.1) or (tcp dst port 3000 and dst host 192.0.2.1)"
    );
    assert_eq!(one.terms(&Environment::default()).unwrap().len(), 2);
    // Two ways, two versions.
    assert_eq!(own.terms(&Environment::default()).unwrap().len(), 4);
}

/// The longest texts there are, all different.
fn longest(ports: u16, addresses: u16) -> (BTreeSet<u16>, BTreeSet<IpAddr>) {
    let group = |number: u16| 0x1000 + number * 7;
    let address = |number| {
        let [a, b, c] = [group(number), group(number + 1), group(number + 2)];
        IpAddr::from(Ipv6Addr::new(0x2001, 0x1db8, a, b, c, a, b, c))
    };
    ((0..ports).map(|number| u16::MAX - 3 * number).collect(), (0..addresses).map(address).collect())
}

#[test]
fn as_many_ports_and_addresses_as_possible_fit() {
    let (ports, addresses) = longest(MAX_PORTS as u16, MAX_ADDRESSES as u16);
    assert_eq!((ports.len(), addresses.len()), (MAX_PORTS, MAX_ADDRESSES));
    let own = filter(&ports, &BTreeSet::new(), &addresses).unwrap();
    let last = addresses.last().map(|address| address.to_string().parse::<Ipv6Addr>().unwrap()).unwrap();
    let port = *ports.first().unwrap();
    assert!(is_own(&own, Ipv6::new(last.octets(), THERE6, tcp(port, OTHER))));
    assert!(!is_own(&own, Ipv6::new(THERE6, last.octets(), tcp(port, OTHER))));
    assert_eq!(own.terms(&Environment::default()).unwrap().len(), 2);
    let v4 = (0..32).map(|host| IpAddr::from([10, host, 200, host]));
    let mixed = addresses.into_iter().take(32).chain(v4).collect();
    assert_eq!(
        filter(&ports, &BTreeSet::new(), &mixed).unwrap().terms(&Environment::default()).unwrap().len(),
        4
    );
}

#[test]
fn of_too_many_ports_the_lowest_and_of_too_many_addresses_none() {
    let (ports, _) = longest(MAX_PORTS as u16 + 1, 1);
    let own = filter(&ports, &BTreeSet::new(), &here()).unwrap();
    let highest = *ports.last().unwrap();
    assert!(!is_own(&own, Ipv4::new(HERE, THERE, tcp(highest, OTHER))));
    assert!(is_own(&own, Ipv4::new(HERE, THERE, tcp(*ports.first().unwrap(), OTHER))));
    let (_, addresses) = longest(1, MAX_ADDRESSES as u16 + 1);
    let own = filter(&[PORT].into(), &BTreeSet::new(), &addresses).unwrap();
    assert_eq!(own.to_string(), "tcp src port 3000 or tcp dst port 3000");
    assert!(is_own(&own, Ipv4::new(THERE, HERE, tcp(PORT, OTHER))));
    assert!(!is_own(&own, Ipv4::new(THERE, HERE, Udp::new(PORT, OTHER, b"data"))));
}

#[test]
fn addresses_in_every_spelling() {
    for address in ["::", "::1", "::ffff:192.0.2.1", "::192.0.2.1", "fe80::1", "64:ff9b::c000:201", "0.0.0.0"]
    {
        let address: IpAddr = address.parse().unwrap();
        let own = filter(&[PORT].into(), &BTreeSet::new(), &[address].into()).unwrap();
        let (to, from) = match address {
            IpAddr::V4(v4) => (
                is_own(&own, Ipv4::new(THERE, v4.octets(), tcp(OTHER, PORT))),
                is_own(&own, Ipv4::new(THERE, v4.octets(), tcp(PORT, OTHER))),
            ),
            IpAddr::V6(v6) => (
                is_own(&own, Ipv6::new(THERE6, v6.octets(), tcp(OTHER, PORT))),
                is_own(&own, Ipv6::new(THERE6, v6.octets(), tcp(PORT, OTHER))),
            ),
        };
        assert!(to && !from, "{address}: {own}");
    }
}

#[test]
fn the_addresses_of_all_interfaces() {
    let interface = |name, index, addresses: &[&str]| Interface {
        addresses: addresses.iter().map(|text| (*text).to_owned()).collect(),
        ..Interface::new(name, index, Link::Ethernet)
    };
    let interfaces = [
        interface("lo", 1, &["127.0.0.1/8", "::1/128"]),
        interface("eth0", 2, &["192.0.2.1/24", "fe80::1/64"]),
        interface("eth1", 3, &["fe80::1/64"]),
        interface("eth2", 4, &[]),
    ];
    let found = addresses(&interfaces.into_iter().collect());
    let expected: [IpAddr; 4] = [
        Ipv4Addr::LOCALHOST.into(),
        Ipv6Addr::LOCALHOST.into(),
        IpAddr::from(HERE),
        "fe80::1".parse().unwrap(),
    ];
    assert_eq!(found, expected.into());
}

#[test]
fn of_datagrams_those_of_their_ports_are_own() {
    let own = filter(&[PORT].into(), &[5353].into(), &here()).unwrap();
    for (source, destination, expected) in [(5353, 53, true), (53, 5353, false), (PORT, 53, false)] {
        let sent = Ipv4::new(HERE, THERE, Udp::new(source, destination, vec![0; 20]));
        assert_eq!(is_own(&own, sent), expected, "{source} {destination}");
    }
    assert!(is_own(&own, Ipv4::new(THERE, HERE, Udp::new(53, 5353, vec![0; 20]))));
    assert!(is_own(&own, Ipv4::new(HERE, THERE, tcp(PORT, OTHER))));
    assert!(!is_own(&own, Ipv4::new(HERE, THERE, tcp(5353, OTHER))));
    let alone = filter(&BTreeSet::new(), &[5353].into(), &here()).unwrap();
    assert!(is_own(&alone, Ipv6::new(HERE6, THERE6, Udp::new(5353, 53, vec![0; 20]))));
    assert!(filter(&BTreeSet::new(), &BTreeSet::new(), &here()).is_none());
}
