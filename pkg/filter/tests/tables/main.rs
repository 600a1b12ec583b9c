//! The tables give each filter's own answer, however many there are together.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod agreement;
mod extracted;
#[path = "../lists/pairs.rs"]
mod pair_lists;
mod pairs;

use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, Ipv6Addr},
};

use agreement::{Wanted, assert_agreement, assert_agreement_with, build, build_with, corpus, wanted};
use proptest::{collection::vec, prelude::*, sample::select};
use xdplive_filter::{
    Environment, Filter,
    tables::{CapacityError, Own},
};
use xdplive_packet::{classify::Field, event::Direction};

/// Filters that between them constrain every field, alone and together.
const FILTERS: &[&str] = &[
    "",
    "ip",
    "ip6",
    "arp",
    "tcp",
    "udp",
    "not udp",
    "port 53",
    "not port 53",
    "tcp port 80 or 443",
    "portrange 1000-2000 and not tcp",
    "src port 53 and dst portrange 1024-65535",
    "host 192.0.2.1",
    "not host 192.0.2.1",
    "net 192.0.2.0/24 and not host 192.0.2.1",
    "src net 10.0.0.0/8 or dst net 192.0.2.0/28",
    "ip6 host fe80::1 or net 2001:db8::/32",
    "src net fe80::/10 and not src host fe80::1",
    "ether host 02:00:00:00:00:01",
    "not ether src 02:00:00:00:00:01",
    "ether broadcast",
    "ether multicast",
    "vlan",
    "vlan 40",
    "vlan 100 and vlan 200",
    "not vlan",
    "greater 200",
    "less 100 or len > 1400",
    "ttl 1",
    "ttl < 64 and ttl > 1",
    "ip[8] < 5",
    "dscp 46",
    "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0",
    "tcp[tcpflags] == tcp-syn",
    "icmp[icmptype] == icmp-echo",
    "icmp6[icmp6type] == icmp6-neighborsolicit",
    "icmp[icmpcode] > 0",
    "inbound",
    "outbound and udp",
    "udp port 1900 and ttl 1",
    "ether proto 0x88cc",
    "proto 89 or proto 112",
    "ip broadcast",
    "port 80 and not port 80",
];

/// Own traffic as it may be: some of the corpus is.
const OWN: &str = "(tcp src port 22 or 80 or 443 or 1024 or 8080) \
    and (src host 192.0.2.1 or 192.0.2.20 or 127.0.0.1 or 2001:db8:0:1::1 or ::1) \
    or ((tcp dst port 22 or 80 or 443 or 1024 or 8080) \
    and (dst host 192.0.2.1 or 192.0.2.20 or 127.0.0.1 or 2001:db8:0:1::1 or ::1))";

#[test]
fn own_traffic_is_recognised_beside_each_filter() {
    let environment = Environment::default();
    let samples = corpus();
    let own = Filter::parse(OWN).unwrap();
    assert_eq!(own.terms(&environment).unwrap().len(), 4);
    for (number, text) in FILTERS.iter().enumerate() {
        // Leaving it out or not is the programs' business: the verdict is the same.
        let hiding = number as u64 & 1;
        let slots = [wanted(text, &Direction::ALL, &environment)];
        let recognised = assert_agreement_with(&slots, Some((&own, hiding)), &samples, &environment);
        assert!(recognised[0] > 20 && recognised[0] == recognised[1], "{recognised:?}");
    }
}

#[test]
fn own_traffic_is_recognised_beside_as_many_filters_as_there_are_slots() {
    let environment = Environment::default();
    let texts = FILTERS.iter().copied().cycle().take(64);
    let slots: Vec<Wanted> = texts.map(|text| wanted(text, &Direction::ALL, &environment)).collect();
    let own = Filter::parse(OWN).unwrap();
    for hiding in [0, 0x8000_0000_0000_0001, u64::MAX] {
        let recognised = assert_agreement_with(&slots, Some((&own, hiding)), &corpus(), &environment);
        assert!(recognised[0] > 20 && recognised[0] == recognised[1], "{recognised:?}");
    }
}

#[test]
fn own_traffic_is_looked_for_where_a_slot_looks_only() {
    let environment = Environment::default();
    let own = Filter::parse(OWN).unwrap();
    let slots = [wanted("inbound and udp", &Direction::ALL, &environment)];
    let recognised = assert_agreement_with(&slots, Some((&own, 1)), &corpus(), &environment);
    assert!(
        recognised[0] > 20 && recognised[1] > 20,
        "a slot's stream sums up both directions: {recognised:?}"
    );
    let slots = [wanted("", &[Direction::Out], &environment)];
    let recognised = assert_agreement_with(&slots, Some((&own, 1)), &corpus(), &environment);
    assert!(recognised[0] == 0 && recognised[1] > 20, "{recognised:?}");
    let terms = own.terms(&environment).unwrap();
    let rules = build_with(&[], Some(Own { terms: &terms, hiding: 0 })).unwrap();
    assert_eq!(rules.configuration.live, [[0; 2]; 2], "nobody looks");
    // A filter for own traffic may know directions.
    let own = Filter::parse("outbound and tcp port 443").unwrap();
    let slots = [wanted("", &Direction::ALL, &environment)];
    let recognised = assert_agreement_with(&slots, Some((&own, 0)), &corpus(), &environment);
    assert!(recognised[0] == 0 && recognised[1] > 20, "{recognised:?}");
}

#[test]
fn terms_of_own_traffic_take_room_of_the_second_half() {
    let environment = Environment::default();
    let all = Direction::ALL;
    let own = Filter::parse(OWN).unwrap();
    let terms = own.terms(&environment).unwrap();
    assert_eq!(terms.len(), 4);
    // 64 slots of a term, and 60 of them with a second.
    let slots = |seconds: u16| -> Vec<Wanted> {
        (0..64)
            .map(|number| {
                let second = if number < seconds { format!(" or ttl {number}") } else { String::new() };
                wanted(&format!("udp port {0} and src port {0}{second}", number + 1), &all, &environment)
            })
            .collect()
    };
    let recognised = assert_agreement_with(&slots(60), Some((&own, u64::MAX)), &corpus(), &environment);
    assert!(recognised[0] > 20, "{recognised:?}");
    let full = slots(61);
    let error = build_with(&full, Some(Own { terms: &terms, hiding: 0 })).err().unwrap();
    assert_eq!(error, CapacityError::Terms { terms: 125, most: 124 });
    build(&full).unwrap();
    build(&slots(64)).unwrap();
}

#[test]
fn without_own_traffic_nothing_is_own() {
    let environment = Environment::default();
    let slots = [wanted("tcp", &Direction::ALL, &environment)];
    let rules = build(&slots).unwrap();
    assert_eq!((rules.configuration.hiding, rules.tables.own), (0, 0));
    assert_eq!(rules.configuration.live, [[1, 0]; 2]);
}

#[test]
fn each_filter_alone() {
    let samples = corpus();
    let environment = Environment { broadcasts: vec!["192.0.2.255".parse().unwrap()] };
    for text in FILTERS {
        assert_agreement(&[wanted(text, &Direction::ALL, &environment)], &samples, &environment);
    }
}

#[test]
fn as_many_filters_as_there_are_slots() {
    let environment = Environment::default();
    let texts = FILTERS.iter().copied().cycle().take(64);
    let slots: Vec<Wanted> = texts.map(|text| wanted(text, &Direction::ALL, &environment)).collect();
    assert_agreement(&slots, &corpus(), &environment);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn any_filters_together(
        choices in vec((select(FILTERS), select(vec![vec![Direction::In], vec![Direction::Out], Direction::ALL.to_vec()])), 1..20),
    ) {
        let environment = Environment::default();
        let samples = corpus();
        let slots: Vec<Wanted> =
            choices.iter().map(|(text, directions)| wanted(text, directions, &environment)).collect();
        assert_agreement(&slots, &samples[..800], &environment);
    }
}

#[test]
fn a_long_list_of_hosts_is_two_terms_and_fits() {
    let hosts: Vec<String> =
        (0..200).map(|host| format!("10.{}.{}.{}", host % 7, host, 255 - host)).collect();
    let text = format!("host ({})", hosts.join(" or "));
    let environment = Environment::default();
    let slots = [wanted(&text, &Direction::ALL, &environment)];
    assert_eq!(slots[0].terms.len(), 2);
    assert_agreement(&slots, &corpus(), &environment);
}

#[test]
fn sixty_four_different_hosts_and_ports() {
    let environment = Environment::default();
    let slots: Vec<Wanted> = (0..64)
        .map(|number| {
            wanted(
                &format!("src host 192.0.2.{number} and dst port {}", 1000 + number),
                &Direction::ALL,
                &environment,
            )
        })
        .collect();
    assert_agreement(&slots, &corpus(), &environment);
}

/// Tables of addresses have 4,096 buckets of four.
#[test]
fn three_thousand_hosts_fit() {
    let environment = Environment::default();
    // Neighbours would share networks; these have nothing in common.
    let scattered = |host: u32| {
        let mixed = (host ^ host << 16).wrapping_mul(0x45d9_f3b3);
        (mixed ^ mixed >> 15).wrapping_mul(0x2c1b_3c6d) ^ mixed >> 13
    };
    let hosts = |count: u32| -> String {
        let hosts: Vec<String> =
            (1..=count).map(|host| Ipv4Addr::from(scattered(host)).to_string()).collect();
        hosts.join(",")
    };
    let address6 = |host| Ipv6Addr::from((0x2001_0db8 << 96) | u128::from(scattered(host)) << 16);
    let hosts6: Vec<String> = (1..=3_000).map(|host| address6(host).to_string()).collect();
    let text = format!("host {{{},192.0.2.1,{},2001:db8:0:1::1}}", hosts(3_000), hosts6.join(","));
    let slots = [wanted(&text, &Direction::ALL, &environment)];
    assert_agreement(&slots, &corpus(), &environment);
    let too_many = wanted(&format!("src host {{{}}}", hosts(5_000)), &Direction::ALL, &environment);
    let error = build(&[too_many]).err();
    let field = "IPv4 sources";
    assert_eq!(error, Some(CapacityError::Prefixes { field, prefixes: 5_000 }));
}

/// A packet's address goes to any bucket in use, so few hosts may not be all over 4,096 of them: that would be 384 KiB, which no
/// near cache holds.
#[test]
fn few_hosts_are_in_few_buckets() {
    let environment = Environment::default();
    let buckets = |text: &str| {
        let rules = build(&[wanted(text, &Direction::ALL, &environment)]).unwrap();
        let table = &rules.tables.hashed[Field::SourceIpv4.hashed()];
        let used = table.entries.iter().rposition(|bucket| bucket.iter().any(|entry| entry.mask != 0));
        let reached = 1 << (u64::BITS as u64 - table.shift);
        assert!(used.is_some_and(|last| last < reached), "{text}");
        reached
    };
    assert_eq!(buckets("src host 192.0.2.1"), 16);
    let hosts: Vec<String> = (0..64).map(|host| format!("192.0.{host}.7")).collect();
    let reached = buckets(&format!("src host {{{}}}", hosts.join(",")));
    assert!((64..=128).contains(&reached), "{reached}");
}

#[test]
fn what_does_not_fit_is_told() {
    let environment = Environment::default();
    let all = Direction::ALL;
    let many: Vec<Wanted> = (0..64)
        .map(|number| wanted(&format!("port {} or ttl {number}", number + 1), &all, &environment))
        .collect();
    assert!(matches!(build(&many), Err(CapacityError::Terms { .. })));
    let lengths: Vec<Wanted> =
        (1..=20).map(|length| wanted(&format!("src net 128.0.0.0/{length}"), &all, &environment)).collect();
    let error = build(&lengths).err().unwrap();
    assert_eq!(
        error.to_string(),
        "the filters on one interface use 19 prefix lengths for IPv4 sources, where 8 are possible"
    );
}

/// Neighbours must not bring lengths of prefixes that nobody named: there are eight in all.
#[test]
fn neighbouring_hosts_and_networks_take_the_lengths_that_are_named() {
    for texts in [
        (0..64).map(|n| format!("src host 10.0.0.{n} or src net 172.{n}.0.0/16")).collect::<Vec<_>>(),
        (0..60).map(|n| format!("dst net 10.0.{n}.0/24")).collect(),
        (0..64).map(|n| format!("src host 2001:db8::{n:x}")).collect(),
    ] {
        let environment = Environment::default();
        let slots: Vec<Wanted> =
            texts.iter().map(|text| wanted(text, &Direction::ALL, &environment)).collect();
        let rules = build(&slots).unwrap_or_else(|error| panic!("{}: {error}", texts[0]));
        let lengths: BTreeSet<[u64; 2]> =
            rules.tables.hashed.iter().flat_map(|table| table.masks).filter(|mask| *mask != [0, 0]).collect();
        let named = if texts[0].contains(" or ") { 2 } else { 1 };
        assert_eq!(lengths.len(), named, "{}", texts[0]);
    }
}
