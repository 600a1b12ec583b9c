//! Addresses of hosts, as packets have them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The address in a header's bytes: of IPv6 where `version` is 6, else IPv4's in the first four. ARP, which has no IP version, is
/// about IPv4 addresses.
#[must_use]
pub fn ip(version: u8, bytes: [u8; 16]) -> IpAddr {
    let [a, b, c, d, ..] = bytes;
    if version == 6 { Ipv6Addr::from(bytes).into() } else { Ipv4Addr::new(a, b, c, d).into() }
}
