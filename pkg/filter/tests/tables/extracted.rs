//! Values that have no table of their own: bytes of headers, tunnels and what is computed.

use xdplive_filter::{
    Environment, Filter,
    tables::{CapacityError, Own},
};
use xdplive_packet::{classify::EXTRACTS, event::Direction};

use crate::{
    OWN,
    agreement::{
        Sample, Wanted, assert_agreement, assert_agreement_with, build, build_with, corpus, tunnelled, wanted,
    },
};

/// Filters that ask for values without a table of their own. A set of tables has room for [`EXTRACTS`] different ones.
const EXTRACTING: &[&str] = &[
    "vxlan",
    "vxlan 5 or not vxlan",
    "geneve",
    "not geneve and udp",
    "gre",
    "gre 7 or not gre",
    "mpls",
    "mpls 16 or mpls 17",
    "pppoes",
    "gtp",
    "gtp or gre or tcp port 80",
    "fragment",
    "not fragment and ip",
    "df",
    "payload > 100",
    "payload = 0 or payload > 1000",
    "window < 1000",
    "ip[6:2] & 0x1fff != 0",
    "ip[2:2] & 0xff00 = 0",
    "ip6[6] = 44",
    "ip6[0:4] & 0xfff00000 = 0x60000000",
    "udp[4:2] > 100",
    "ip6[0:4] & 0xfffff > 0x7ffff",
    "ip[2:2] & 3 = 1",
    "ip[15] = 1",
    "llc",
    "llc ui",
    "stp",
    "not stp and not tcp",
    "tcp[4:4] > 0x80000000",
    "ether[6:4] = 0x02000000",
    "arp[6:2] = 1",
    "ip[2:2] - ((ip[0]&0xf)<<2) - ((tcp[12]&0xf0)>>2) != 0",
    "not udp[6:2] = 0 and host 192.0.2.1",
];

#[test]
fn values_without_a_table_of_their_own() {
    let environment = Environment::default();
    let samples: Vec<Sample> = corpus().into_iter().chain(tunnelled()).collect();
    for text in EXTRACTING {
        let mut matches = [0, 0];
        for inner in [false, true] {
            let slots = [Wanted { inner, ..wanted(text, &Direction::ALL, &environment) }];
            assert_agreement(&slots, &samples, &environment);
            let packets = samples.iter().map(|sample| sample.packet(inner, Direction::In));
            matches[usize::from(inner)] =
                packets.filter(|packet| slots[0].filter.matches(packet, &environment)).count();
        }
        let [outer, inner] = matches;
        assert!(
            (1..samples.len()).contains(&outer) && (1..samples.len()).contains(&inner),
            "{text}: {matches:?}"
        );
    }
}

/// Of either packet, beside filters that ask for fields only, with own traffic recognised.
#[test]
fn as_many_values_as_there_is_room_for() {
    let environment = Environment::default();
    let samples: Vec<Sample> = corpus().into_iter().chain(tunnelled()).collect();
    let own = Filter::parse(OWN).unwrap();
    let own_terms = own.terms(&environment).unwrap();
    let texts = [
        "vxlan or geneve",
        "gre and tcp",
        "fragment",
        "payload > 100 and udp",
        "ip[6] & 0x40 != 0",
        "tcp[14:2] < 1000",
        "mpls 16 or payload < 10",
        "tcp",
        "not udp",
        "host 192.0.2.1",
        "vlan",
    ];
    let slots: Vec<Wanted> = texts
        .iter()
        .flat_map(|text| {
            [false, true].map(|inner| Wanted { inner, ..wanted(text, &Direction::ALL, &environment) })
        })
        .collect();
    let rules = build_with(&slots, Some(Own { terms: &own_terms, hiding: 1 })).unwrap();
    assert_eq!((rules.tables.extracts_used as usize, rules.configuration.tunnels), (EXTRACTS, 1));
    let recognised = assert_agreement_with(&slots, Some((&own, 1)), &samples, &environment);
    assert!(recognised[0] > 20, "{recognised:?}");
    // The same value in another filter takes no more room; a ninth one does.
    let with = |text: &str| -> Vec<Wanted> {
        let own_again = texts.iter().map(|text| wanted(text, &Direction::ALL, &environment));
        own_again.chain([wanted(text, &Direction::ALL, &environment)]).collect()
    };
    build(&with("tcp[14:2] > 5 and payload = 0")).unwrap();
    let error = build(&with("udp[4:2] > 5")).err().unwrap();
    assert_eq!(error, CapacityError::Extracts { values: EXTRACTS + 1 });
    assert_eq!(
        error.to_string(),
        "the filters on one interface ask for 9 different bytes of headers or properties, where 8 are possible"
    );
}

/// The remainders of two bytes come to thousands of ranges.
#[test]
fn a_value_has_256_kinds_at_most() {
    let environment = Environment::default();
    build(&[wanted("ip[2] & 1 = 1", &Direction::ALL, &environment)]).unwrap();
    let error = build(&[wanted("ip[2:2] % 3 = 1", &Direction::ALL, &environment)]).err().unwrap();
    assert_eq!(
        error.to_string(),
        "the filters on one interface distinguish more than 256 kinds of values at one place"
    );
}

#[test]
fn who_asks_for_no_tunnel_costs_no_look_into_any() {
    let environment = Environment::default();
    for (text, inner, expected) in
        [("tcp", false, 0), ("payload > 5", false, 0), ("gre", false, 1), ("tcp", true, 1)]
    {
        let slots = [Wanted { inner, ..wanted(text, &Direction::ALL, &environment) }];
        assert_eq!(build(&slots).unwrap().configuration.tunnels, expected, "{text} {inner}");
    }
}
