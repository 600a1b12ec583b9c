//! Own traffic, the packets that carry what is captured to those who look at it: the filter that recognises them.

use std::{collections::BTreeSet, fmt::Display, net::IpAddr};

use xdplive_filter::Filter;

use crate::interface::Interfaces;

/// Ports that are looked for at most. With [`MAX_ADDRESSES`] addresses it leaves room for other filters in the tables of
/// an interface.
pub const MAX_PORTS: usize = 32;
/// Addresses that are told apart at most.
pub const MAX_ADDRESSES: usize = 64;

/// The addresses of a host with these interfaces.
#[must_use]
pub fn addresses(interfaces: &Interfaces) -> BTreeSet<IpAddr> {
    let texts = interfaces.iter().flat_map(|interface| &interface.addresses);
    texts.filter_map(|text| text.split('/').next()?.parse().ok()).collect()
}

/// The packets from and to these TCP ports, and these UDP ports (`datagrams`), of these addresses. `None` where there are no such packets:
/// without ports, or without addresses.
///
/// The addresses keep apart what somebody else's port of the same number sends, such as a remote machine's on
/// which this one is a guest. There is an end to it on both sides: of more than [`MAX_PORTS`] ports the lowest are
/// taken, and with more than [`MAX_ADDRESSES`] addresses the ports alone decide.
#[must_use]
pub fn filter(
    ports: &BTreeSet<u16>,
    datagrams: &BTreeSet<u16>,
    addresses: &BTreeSet<IpAddr>,
) -> Option<Filter> {
    let protocols = [("tcp", ports), ("udp", datagrams)].into_iter().filter(|(_, ports)| !ports.is_empty());
    if addresses.is_empty() {
        return None;
    }
    let one_way = |(protocol, ports): (&str, &BTreeSet<u16>), side: &str| {
        let ports = any(&format!("{protocol} {side} port"), ports.iter().take(MAX_PORTS));
        if addresses.len() > MAX_ADDRESSES {
            return ports;
        }
        let hosts = any(&format!("{side} host"), addresses.iter().map(spelled));
        format!("({ports} and {hosts})")
    };
    let all: Vec<String> = protocols.flat_map(|of| ["src", "dst"].map(|side| one_way(of, side))).collect();
    // No text of this kind is refused; and none would be every packet.
    if all.is_empty() { None } else { Filter::parse(&all.join(" or ")).ok() }
}

/// One of several conditions that differ in their last word.
fn any(begin: &str, ends: impl Iterator<Item: Display>) -> String {
    let conditions: Vec<String> = ends.map(|end| format!("{begin} {end}")).collect();
    format!("({})", conditions.join(" or "))
}

/// An address as filters have it: always in groups, where Rust would end some in decimals (RFC 5952, 5).
fn spelled(address: &IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => address.segments().map(|group| format!("{group:x}")).join(":"),
    }
}

#[cfg(test)]
mod tests;
