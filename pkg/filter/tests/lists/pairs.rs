//! Texts of filters with many pairs of a host and a port, of those that are in the corpus.

use std::net::{Ipv4Addr, Ipv6Addr};

use proptest::{prelude::*, sample::select};
use xdplive_corpus::generate::pool;

/// Pairs of one filter: some are too few to be put together.
const PAIRS: std::ops::Range<usize> = 2..60;

fn host() -> impl Strategy<Value = String> {
    let all: Vec<String> = pool::IPV4
        .iter()
        .map(|address| Ipv4Addr::from(*address).to_string())
        .chain(pool::IPV6.iter().map(|address| Ipv6Addr::from(*address).to_string()))
        .collect();
    select(all)
}

fn port() -> impl Strategy<Value = u16> {
    prop_oneof![9 => select(pool::PORTS), 1 => any::<u16>()]
}

/// The words in front of a host and of a port.
const FORMS: &[(&str, &str)] = &[
    ("host", "port"),
    ("host", "tcp port"),
    ("host", "udp port"),
    ("src host", "src port"),
    ("src host", "dst port"),
    ("dst host", "dst port"),
    ("dst host", "tcp dst port"),
    ("src or dst host", "src port"),
    ("src and dst host", "port"),
];

/// A list of pairs, in any of the forms; most lists have one form.
fn list() -> impl Strategy<Value = String> {
    let form = || select(FORMS);
    let pairs = prop::collection::vec((host(), port(), form()), PAIRS);
    (pairs, form(), any::<bool>()).prop_map(|(pairs, form, is_alike)| {
        let one = |(host, port, own): &(String, u16, (&str, &str))| {
            let (of_host, of_port) = if is_alike { form } else { *own };
            format!("({of_host} {host} and {of_port} {port})")
        };
        pairs.iter().map(one).collect::<Vec<_>>().join(" or ")
    })
}

/// A list alone, excluded, or beside other conditions.
pub(crate) fn filters() -> impl Strategy<Value = String> {
    let other = select(
        &["tcp", "udp", "not ip6", "arp", "port 53", "src net 192.0.2.0/24", "not host 192.0.2.1"][..],
    );
    (list(), list(), other, 0..8_u8).prop_map(|(list, second, other, shape)| match shape {
        0 | 1 => list,
        2 => format!("not ({list})"),
        3 => format!("{other} and ({list})"),
        4 => format!("{list} or {other}"),
        5 => format!("({list}) and not ({second})"),
        6 => format!("tcp and ({list}) or udp and ({second})"),
        _ => format!("({list}) and ({second})"),
    })
}
