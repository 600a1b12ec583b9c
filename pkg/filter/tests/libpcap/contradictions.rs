//! Filters that no packet can match: libpcap refuses them, or takes no frame.

use xdplive_filter::{Environment, Filter};

use crate::{Subject, frames, judge::Judge};

/// What libpcap says where it finds out.
const REFUSED: &str = "expression rejects all packets";

/// Expressions of which libpcap finds out.
const FOUND_BY_LIBPCAP: &[&str] = &[
    "tcp and udp",
    "ip6 and tcp[tcpflags] & tcp-syn != 0",
    "tcp and ip6 and ip[8] = 1",
    "port 80 and icmp",
    "host 10.0.0.1 and ip6",
    "arp and ip",
    "host 10.0.0.1 and host 10.0.0.2 and host 10.0.0.3",
    "tcp[13] & 2 != 0 and tcp[13] & 2 = 0",
    "ip6 and ip",
    "icmp6 and ip",
    "src port 1 and src port 2",
    "ip proto 6 and ip proto 17",
    "broadcast and ether dst 02:00:00:00:00:01",
    "udp and icmp[0] = 8",
    "ip multicast and ip6 multicast",
    "arp and tcp port 80",
];

/// Others, of which it takes no frame.
const OTHERS: &[&str] = &[
    "not vlan and vlan 5",
    "less 20 and greater 100",
    "ip[8] > 255",
    "src net 10.0.0.0/8 and src net 192.168.0.0/16",
    "tcp[13] = 2 and len < 30",
    "tcp portrange 1-10 and tcp src port 80 and tcp dst port 81",
    "ip[8] < 5 and ip[8] > 10",
];

#[test]
fn what_is_contradictory_takes_no_frame() {
    let subjects: Vec<Subject> = frames::all().map(Subject::new).collect();
    let judge = Judge::new("contradictions", subjects.iter().map(|subject| &subject.sample));
    for (expressions, is_found) in [(FOUND_BY_LIBPCAP, true), (OTHERS, false)] {
        for expression in expressions {
            let filter = Filter::parse(expression).unwrap();
            assert!(filter.contradiction().is_some(), "{expression}");
            match judge.decide(expression) {
                Ok(taken) => assert!(!is_found && taken.is_empty(), "{expression}: {taken:?}"),
                Err(refusal) => assert!(is_found && refusal.contains(REFUSED), "{expression}: {refusal}"),
            }
            for subject in &subjects {
                let is_wanted = filter.matches(&subject.packet(), &Environment::default());
                assert!(!is_wanted, "{expression}: {}", subject.sample);
            }
        }
    }
}
