//! Fields as text. Written by hand where the standard library's formatting would dominate the cost of a row.

use std::{fmt::Write as _, net::Ipv6Addr};

use xdplive_packet::names;

const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];

/// `00:11:32:e5:79:5c`
pub(crate) fn mac(address: [u8; 6], text: &mut String) {
    let mut separate = false;
    for byte in address {
        if separate {
            text.push(':');
        }
        separate = true;
        text.push(digit(byte >> 4));
        text.push(digit(byte));
    }
}

/// `192.0.2.1`
fn ipv4(address: [u8; 4], text: &mut String) {
    let mut separate = false;
    for byte in address {
        if separate {
            text.push('.');
        }
        separate = true;
        text.push_str(itoa::Buffer::new().format(byte));
    }
}

/// `2001:db8::1` (RFC 5952)
fn ipv6(address: [u8; 16], text: &mut String) {
    // Writing to a string cannot fail.
    let _ = write!(text, "{}", Ipv6Addr::from(address));
}

/// `IPv4`, or `0x88cc` where it has no short name.
pub(crate) fn ethertype(number: u16, text: &mut String) {
    match names::ethertype(number) {
        Some(name) => text.push_str(name),
        None => hex(number, text),
    }
}

/// In the place of an EtherType where an IEEE 802.3 length field stands.
pub(crate) const LENGTH_FIELD: &str = "802.3";

/// `UDP`, or `253` where IANA has no keyword.
pub(crate) fn protocol(number: u8, text: &mut String) {
    match names::protocol(number) {
        Some(name) => text.push_str(name),
        None => text.push_str(itoa::Buffer::new().format(number)),
    }
}

/// `0x88cc`
fn hex(number: u16, text: &mut String) {
    let [high, low] = number.to_be_bytes();
    text.push_str("0x");
    for byte in [high, low] {
        text.push(digit(byte >> 4));
        text.push(digit(byte));
    }
}

/// Names of TCP flags, by bit.
pub(crate) const TCP_FLAGS: [&str; 8] = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];

/// `SYN,ACK`, in the order of the bits; empty for none.
pub(crate) fn tcp_flags(flags: u8, text: &mut String) {
    let mut separate = false;
    for (bit, name) in TCP_FLAGS.into_iter().enumerate() {
        if flags & (1 << bit) == 0 {
            continue;
        }
        if separate {
            text.push(',');
        }
        separate = true;
        text.push_str(name);
    }
}

/// The address in these bytes, as they stand in headers: IPv6, or IPv4 in the first four (also of an ARP packet, which has
/// no version).
pub(crate) fn address(version: u8, address: [u8; 16], text: &mut String) {
    if version == 6 {
        ipv6(address, text);
    } else {
        let [a, b, c, d, ..] = address;
        ipv4([a, b, c, d], text);
    }
}

/// The hexadecimal digit of the low four bits.
fn digit(nibble: u8) -> char {
    HEX.get(usize::from(nibble & 0xf)).copied().unwrap_or('0')
}
