//! Long lists in a filter: exact in the kernel, and in force soon.

use std::{
    collections::BTreeSet,
    net::Ipv4Addr,
    time::{Duration, Instant},
};

use aya::TestRunOptions;
use xdplive_corpus::frame::{Ethernet, Ipv4, Tcp, Udp, tcp_flag};
use xdplive_filter::{
    Environment, Filter,
    tables::{self, Slot},
};
use xdplive_packet::{Hook, LinkType, accounting::Limit, event::Direction};

use crate::kernel::{HOOKS, Kernel, Rules, everything};

const HOSTS: u32 = 3_000;
const PAIRS: u32 = 1_000;
const FRAMES: u32 = 100_000;
/// From a request to its filter being in force, in programs that are built for use.
const IN_FORCE: Duration = Duration::from_millis(200);

/// Addresses all over, the same in each run.
fn address(number: u32) -> u32 {
    number.wrapping_mul(0x9e37_79b1) ^ 0x5bd1_e995
}

fn port(number: u32) -> u16 {
    (20 + number % PAIRS * 7) as u16
}

/// Puts a filter in force; `what` it is is printed with the time that took.
fn put(kernel: &mut Kernel, rules: &mut Rules, text: &str, what: &str) {
    let begun = Instant::now();
    let filter = Filter::parse(text).unwrap();
    let terms = filter.terms(&Environment::default()).unwrap();
    let slots =
        [Slot { number: 0, terms: &terms, directions: &Direction::ALL, inner: false, limit: Limit::All }];
    rules.configuration = everything(LinkType::Ethernet);
    tables::build(&slots, None, &mut rules.configuration, &mut rules.tables).unwrap();
    let made = begun.elapsed();
    kernel.put(rules);
    let taken = begun.elapsed();
    println!(
        "{what}: {} bytes, {} terms, made in {made:?}, in force after {taken:?}",
        text.len(),
        terms.len()
    );
    // What is built for tests computes slower by far.
    if cfg!(not(debug_assertions)) {
        assert!(taken < IN_FORCE, "{taken:?}");
    }
}

/// A frame of UDP or TCP between these.
fn frame(is_tcp: bool, source: (u32, u16), destination: (u32, u16)) -> Vec<u8> {
    let [from, to] = [source.0, destination.0].map(u32::to_be_bytes);
    let packet = if is_tcp {
        Ipv4::new(from, to, Tcp::new(source.1, destination.1, tcp_flag::ACK))
    } else {
        Ipv4::new(from, to, Udp::new(source.1, destination.1, []))
    };
    Ethernet::new([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2], packet).bytes()
}

/// Whether the programs want a frame, which goes through one of them in turn.
fn is_wanted(kernel: &mut Kernel, number: u32, frame: &[u8]) -> bool {
    let hook: Hook = HOOKS[number as usize % HOOKS.len()];
    kernel.run(hook, frame).is_some()
}

#[test]
fn three_thousand_hosts_are_exact() {
    let mut kernel = Kernel::load(1 << 16);
    let mut rules: Box<Rules> = bytemuck::zeroed_box();
    let hosts: BTreeSet<u32> = (0..HOSTS).map(address).collect();
    assert_eq!(hosts.len(), HOSTS as usize);
    let list: Vec<String> = hosts.iter().map(|host| Ipv4Addr::from(*host).to_string()).collect();
    put(&mut kernel, &mut rules, &format!("host {{{}}}", list.join(",")), "3,000 hosts");
    let mut wanted = 0;
    for number in 0..FRAMES {
        // Every second frame is from or to a host of the list, others from one that differs by a bit, or from any.
        let (source, destination) = match number % 4 {
            0 => (address(number % HOSTS), number),
            1 => (address(HOSTS + number), address(number % HOSTS)),
            2 => (address(number % HOSTS) ^ 1 << (number % 32), address(HOSTS + number)),
            _ => (address(HOSTS + number), number),
        };
        let expected = hosts.contains(&source) || hosts.contains(&destination);
        let frame = frame(number % 8 < 4, (source, 443), (destination, 50_000));
        assert_eq!(is_wanted(&mut kernel, number, &frame), expected, "{source:x} {destination:x}");
        wanted += u32::from(expected);
    }
    println!("{wanted} of {FRAMES} frames have a host of the list");
    assert!((FRAMES / 2..FRAMES * 11 / 20).contains(&wanted), "{wanted}");
}

/// Where a frame comes from and where it goes to: addresses and ports.
type Ends = [(u32, u16); 2];
/// What a filter is, its text, and whether it wants a frame, of TCP or not.
type Case<'c> = (&'c str, &'c str, &'c dyn Fn(bool, Ends) -> bool);

#[test]
fn a_thousand_pairs_are_exact() {
    let mut kernel = Kernel::load(1 << 16);
    let mut rules: Box<Rules> = bytemuck::zeroed_box();
    let pairs: BTreeSet<(u32, u16)> = (0..PAIRS).map(|number| (address(number), port(number))).collect();
    let list = |words: [&str; 2]| {
        let one = |(host, port): &(u32, u16)| {
            format!("({} {} and {} {port})", words[0], Ipv4Addr::from(*host), words[1])
        };
        pairs.iter().map(one).collect::<Vec<_>>().join(" or ")
    };
    let either = list(["host", "port"]);
    let to = list(["dst host", "tcp dst port"]);
    let excluded = format!("not ({either})");
    let has = |address: u32, port: u16| pairs.contains(&(address, port));
    let one_of = |[source, destination]: Ends| {
        [source.0, destination.0]
            .iter()
            .any(|address| has(*address, source.1) || has(*address, destination.1))
    };
    let cases: [Case<'_>; 3] = [
        ("1,000 pairs", &either, &|_, ends| one_of(ends)),
        ("1,000 pairs of TCP, to them", &to, &|is_tcp, [_, to]| is_tcp && has(to.0, to.1)),
        ("none of 1,000 pairs", &excluded, &|_, ends| !one_of(ends)),
    ];
    for (what, text, expected) in cases {
        put(&mut kernel, &mut rules, text, what);
        let mut wanted = 0;
        for number in 0..FRAMES {
            let listed = number / 12 % PAIRS;
            let (host, own, other) = (address(listed), port(listed), port(listed + 1 + number % 5));
            let any = address(PAIRS + number);
            let (source, destination) = match number % 12 {
                0 => ((host, own), (any, 9)),
                1 => ((host, 9), (any, own)),
                2 => ((any, own), (host, 9)),
                3..6 => ((any, 9), (host, own)),
                // The host with the port of another, and the port with another host.
                6 => ((host, other), (any, 9)),
                7 => ((any, other), (host, other)),
                8 => ((any, own), (address(listed + 5), 9)),
                9 => ((host ^ 1 << (number % 32), own), (any, 9)),
                _ => ((any, 50_000), (any + 1, 443)),
            };
            let is_tcp = number % 7 < 4;
            let is_expected = expected(is_tcp, [source, destination]);
            let frame = frame(is_tcp, source, destination);
            let found = is_wanted(&mut kernel, number, &frame);
            assert_eq!(found, is_expected, "{what}: {source:?} {destination:?}");
            wanted += u32::from(is_expected);
        }
        println!("{what}: {wanted} of {FRAMES} frames");
        assert!((FRAMES / 10..FRAMES * 6 / 10).contains(&wanted), "{what}: {wanted}");
    }
}

/// Printed, not judged: time on a shared machine says little. The worst packet has a host and a port of the list that are no pair.
#[test]
fn what_a_thousand_pairs_cost() {
    const REPEAT: u32 = 1_000_000;
    let mut kernel = Kernel::load(1 << 16);
    let mut rules: Box<Rules> = bytemuck::zeroed_box();
    let list = |count: u32| {
        let pair = |number: u32| {
            format!("(src host {} and tcp dst port {})", Ipv4Addr::from(address(number)), port(number))
        };
        (0..count).map(pair).collect::<Vec<_>>().join(" or ")
    };
    let nearly = frame(true, (address(0), 9), (5, port(1)));
    let other = frame(true, (7, 9), (5, port(1)));
    for count in [1, 2, PAIRS] {
        put(&mut kernel, &mut rules, &list(count), &format!("{count} pairs"));
        for (what, frame) in [("host and port of two pairs", &nearly), ("another host", &other)] {
            let mut times: Vec<Duration> = (0..5)
                .map(|_| {
                    let options =
                        TestRunOptions { data_in: Some(frame), repeat: REPEAT, ..TestRunOptions::default() };
                    kernel.test_run(Hook::XdpNative, options)
                })
                .collect();
            times.sort_unstable();
            println!("{count} pairs, {what}: {times:?}");
        }
        assert_eq!(kernel.take(), None);
    }
}
