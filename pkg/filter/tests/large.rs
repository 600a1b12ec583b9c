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
        (0..1000).map(|number| format!("(host {} and port {})", address(number), 80 + number)).collect();
    let pairs = Filter::parse(&pairs.join(" or ")).unwrap();
    assert_eq!(pairs.terms(&Environment::default()).unwrap().len(), 4, "one for each side of host and port");
    assert!(pairs.meaning().ends_with(" or one of 997 others"), "{}", pairs.meaning());
    let few: Vec<String> =
        (0..1000).map(|number| format!("(host {} and port {})", address(number), 80 + number % 2)).collect();
    let few = Filter::parse(&few.join(" or ")).unwrap().terms(&Environment::default()).unwrap();
    assert_eq!(few.len(), 8, "two lists of hosts for each side");
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

/// Each pair is one of one host and one port: the host with the port of another is none.
#[test]
fn each_of_many_packets_is_decided_exactly_by_pairs() {
    const PAIRS: u32 = 1000;
    let port = |number: u32| (20 + number % PAIRS * 7) as u16;
    let pairs: BTreeSet<(u32, u16)> =
        (0..PAIRS).map(|number| (address(number).into(), port(number))).collect();
    let text = |words: [&str; 2]| {
        let one = |number| format!("({} {} and {} {})", words[0], address(number), words[1], port(number));
        (0..PAIRS).map(one).collect::<Vec<_>>().join(" or ")
    };
    let mut headers = headers();
    for (words, terms, least) in [(["host", "port"], 4, 8_000), (["src host", "tcp dst port"], 1, 2_000)] {
        let filter = Filter::parse(&text(words)).unwrap();
        let terms = {
            let found = filter.terms(&Environment::default()).unwrap();
            assert_eq!(found.len(), terms);
            found
        };
        let mut wanted = 0;
        for number in 0..FRAMES {
            // Half of the packets have an address of the list and a port of it, a few of these together.
            let listed = number / 3 % PAIRS;
            let (source, destination, source_port, destination_port) = match number % 12 {
                0 => (address(listed).into(), number, port(listed), 9),
                1 => (address(listed).into(), number, 9, port(listed)),
                2 => (number, address(listed).into(), port(listed), 9),
                3 => (number, address(listed).into(), 9, port(listed)),
                4 => (address(listed).into(), number, port(listed + 1), port(listed + 2)),
                5 => (address(listed).into(), address(listed + 5).into(), port(listed + 5), 9),
                other => (address(HOSTS + number).into(), number, port(listed), other as u16),
            };
            for (field, value) in
                [(&mut headers.source_ip, source), (&mut headers.destination_ip, destination)]
            {
                field.first_chunk_mut().map(|bytes: &mut [u8; 4]| *bytes = value.to_be_bytes()).unwrap();
            }
            (headers.source_port, headers.destination_port) = (source_port, destination_port);
            let packet =
                Packet { headers: &headers, frame_length: 60, direction: Direction::In, bytes: None };
            let is_listed = |address, port| pairs.contains(&(address, port));
            let expected = if words[0] == "host" {
                [source, destination]
                    .iter()
                    .any(|address| is_listed(*address, source_port) || is_listed(*address, destination_port))
            } else {
                is_listed(source, destination_port)
            };
            assert_eq!(terms.iter().any(|term| term.matches(&packet)), expected, "{number}");
            if number % 1000 == 0 {
                assert_eq!(filter.matches(&packet, &Environment::default()), expected);
            }
            wanted += u32::from(expected);
        }
        assert!(wanted > least && wanted < FRAMES / 2, "{wanted}");
    }
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
