//! Fields as text. Written by hand where the standard library's formatting would dominate the cost of a row.

use std::{fmt::Write as _, net::Ipv6Addr};

const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];

/// `00:11:32:e5:79:5c`
pub(super) fn mac(address: [u8; 6], text: &mut String) {
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
pub(super) fn ipv4(address: [u8; 4], text: &mut String) {
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
pub(super) fn ipv6(address: [u8; 16], text: &mut String) {
    // Writing to a string cannot fail.
    let _ = write!(text, "{}", Ipv6Addr::from(address));
}

/// `0x88cc`
pub(super) fn hex(number: u16, text: &mut String) {
    let [high, low] = number.to_be_bytes();
    text.push_str("0x");
    for byte in [high, low] {
        text.push(digit(byte >> 4));
        text.push(digit(byte));
    }
}

/// `SYN,ACK`, in the order of the bits; empty for none.
pub(super) fn tcp_flags(flags: u8, text: &mut String) {
    let mut separate = false;
    for (bit, name) in ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"].into_iter().enumerate() {
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

/// The hexadecimal digit of the low four bits.
fn digit(nibble: u8) -> char {
    HEX.get(usize::from(nibble & 0xf)).copied().unwrap_or('0')
}
