//! Filters with thousands of values: exact, few alternatives, and text that is read back.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::{collections::BTreeSet, net::Ipv4Addr};

use xdplive_corpus::{
    LinkType,
    frame::{Ethernet, Ipv4, Tcp},
};
use xdplive_filter::{Environment, Filter, Packet, filter::MAX_TEXT};
use xdplive_packet::{Headers, Wire, event::Direction, parse};

const HOSTS: u32 = 3_000;
const FRAMES: u32 = 100_000;

/// Addresses all over, the same in each run.
fn address(number: u32) -> Ipv4Addr {
    Ipv4Addr::from(number.wrapping_mul(0x9e37_79b1) ^ 0x5bd1_e995)
}

fn hosts() -> Vec<Ipv4Addr> {
    (0..HOSTS).map(address).collect()
}

fn joined(words: &str, joint: &str) -> String {
    hosts().iter().map(|host| format!("{words}{host}")).collect::<Vec<_>>().join(joint)
}

fn headers() -> Headers {
    let packet = Ipv4::new([10, 0, 0, 1], [10, 0, 0, 2], Tcp::new(1, 2, 2));
    let frame = Ethernet::new([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2], packet).bytes();
    parse(&mut frame.as_slice(), &Wire::new(LinkType::Ethernet))
}

/// However they are written, they are one set for each side.
#[test]
fn hosts_are_as_many_alternatives_as_one() {
    let list = format!("host {{{}}}", joined("", ","));
    let filter = Filter::parse(&list).unwrap();
    assert_eq!(filter.to_string(), list);
    for text in [
        joined("host ", " or "),
        format!("host ({})", joined("", " or ")),
        joined("src or dst host ", " || "),
    ] {
        assert_eq!(Filter::parse(&text).as_ref(), Ok(&filter));
    }
    assert_eq!(Filter::parse(&filter.to_string()).as_ref(), Ok(&filter));
    for (text, terms) in [
        (list.clone(), 2),
        (format!("src {list}"), 1),
        (format!("not {list}"), 1),
        (format!("tcp and not {list} and port 443"), 2),
        (format!("ip {list} and tcp port {{80,443}}"), 4),
    ] {
        let filter = Filter::parse(&text).unwrap();
        assert_eq!(
            filter.terms(&Environment::default()).unwrap().len(),
            terms,
            "{}",
            text.get(..20).unwrap()
        );
        assert_eq!(filter.contradiction(), None);
        assert!(filter.meaning().len() < 200, "{}", filter.meaning());
    }
    let pairs: Vec<String> =
        (0..1000).map(|number| format!("(host {} and port {})", address(number), 80 + number % 4)).collect();
    let pairs = Filter::parse(&pairs.join(" or ")).unwrap();
    assert_eq!(pairs.terms(&Environment::default()).unwrap().len(), 16, "one for each side and port");
    assert!(pairs.meaning().ends_with(" or one of 997 others"), "{}", pairs.meaning());
    let [a, b, c] = [0, 1, 2].map(address);
    assert_eq!(filter.meaning(), format!("packets to or from host {a}, {b}, {c} or one of 2,997 others"));
}

#[test]
fn each_of_many_packets_is_decided_exactly() {
    let hosts: BTreeSet<u32> = hosts().into_iter().map(u32::from).collect();
    let filter = Filter::parse(&format!("host {{{}}}", joined("", ","))).unwrap();
    let terms = filter.terms(&Environment::default()).unwrap();
    let mut headers = headers();
    let mut wanted = 0;
    for number in 0..FRAMES {
        // One in thirty or so is from the list, as many to it; others differ from one in it by a bit.
        let [source, destination] = [number, number + 50_000].map(|number| match number % 97 {
            0..=2 => u32::from(address(number % HOSTS)),
            3 => u32::from(address(number % HOSTS)) ^ 1 << (number % 32),
            _ => u32::from(address(HOSTS + number)),
        });
        for (field, value) in [(&mut headers.source_ip, source), (&mut headers.destination_ip, destination)] {
            field.first_chunk_mut().map(|bytes| *bytes = value.to_be_bytes()).unwrap();
        }
        let packet = Packet { headers: &headers, frame_length: 60, direction: Direction::In, bytes: None };
        let expected = hosts.contains(&source) || hosts.contains(&destination);
        assert_eq!(terms.iter().any(|term| term.matches(&packet)), expected, "{source:x} {destination:x}");
        if number % 100 == 0 {
            assert_eq!(filter.matches(&packet, &Environment::default()), expected);
        }
        wanted += u32::from(expected);
    }
    assert!((5_000..10_000).contains(&wanted), "{wanted}");
}

/// A text as long as it may be, of whatever takes most work. (More conditions than possible are refused.)
#[test]
fn the_longest_texts_are_read() {
    let fill = |one: &str, end: &str| {
        let count = (MAX_TEXT - end.len()) / one.len();
        format!("{}{end}", one.repeat(count.min(32_000)))
    };
    for (text, is_right) in [
        (fill("tcp or ", "udp"), true),
        (fill("port 80 or ", "udp"), true),
        (fill("port {1,2} or ", "udp"), false),
        (fill("net 10.0.0.0/8 or ", "udp"), true),
        (fill("ip.addr == 10.0.0.1 or ", "udp"), false),
        (fill("tcp prot 80 or ", "udp"), false),
        (fill("{", ""), false),
        (fill("(", ""), false),
        (fill("a.", ""), false),
    ] {
        assert_eq!(Filter::parse(&text).is_ok(), is_right, "{}", text.get(..20).unwrap());
    }
}
