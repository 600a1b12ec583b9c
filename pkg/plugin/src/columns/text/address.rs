//! Addresses, and hexadecimal numbers.

use super::{
    Text,
    digits::digits,
    table::{Table, table},
};

/// The address in these bytes, as they stand in headers: IPv6, or IPv4 in the first four (also of an ARP packet, which has
/// no version).
#[inline(always)]
pub(crate) fn address(version: u8, address: &[u8; 16], text: &mut impl Text) {
    if version == 6 {
        ipv6(address, text);
    } else {
        let [a, b, c, d, ..] = *address;
        ipv4([a, b, c, d], text);
    }
}

/// `00:11:32:e5:79:5c`
#[inline(always)]
pub(crate) fn mac(address: [u8; 6], text: &mut impl Text) {
    let [[a, b], [c, d], [e, f], [g, h], [i, j], [k, l]] = address.map(|byte| *HEX.get(byte));
    text.put(&[a, b, b':', c, d, b':', e, f, b':', g, h, b':', i, j, b':', k, l], 17);
}

/// `192.0.2.1`
#[inline(always)]
fn ipv4([a, b, c, d]: [u8; 4], text: &mut impl Text) {
    for byte in [a, b, c] {
        let (octet, length) = OCTETS.get(byte);
        text.put(octet, usize::from(*length) + 1);
    }
    let (octet, length) = OCTETS.get(d);
    text.put(octet, (*length).into());
}

/// `2001:db8::1` (RFC 5952)
fn ipv6(address: &[u8; 16], text: &mut impl Text) {
    let (groups, _) = address.as_chunks::<2>();
    if let [[0, 0], [0, 0], [0, 0], [0, 0], [0, 0], [0xff, 0xff], [a, b], [c, d]] = *groups {
        // RFC 4291, 2.5.5.2
        text.put(b"::ffff:", 7);
        return ipv4([a, b, c, d], text);
    }
    let zeros = groups.iter().rev().fold(0, |zeros, group| zeros << 1 | u8::from(*group == [0, 0]));
    let Zeros { begin, end } = *ZEROS.get(zeros);
    let before = groups.get(..begin.into()).unwrap_or_default();
    let after = groups.get(end.into()..).unwrap_or_default();
    for one in before {
        group(*one, true, text);
    }
    if end > 0 {
        text.put(b"::", if before.is_empty() { 2 } else { 1 });
    }
    if let [groups @ .., last] = after {
        for one in groups {
            group(*one, true, text);
        }
        group(*last, false, text);
    }
}

/// `db8`, or `db8:`
#[inline(always)]
fn group(group: [u8; 2], has_colon: bool, text: &mut impl Text) {
    let [[a, b], [c, d]] = group.map(|byte| *HEX.get(byte));
    // Zero is one digit.
    let zeros = (u16::from_be_bytes(group) | 1).leading_zeros() / 4;
    let digits = u64::from(u32::from_le_bytes([a, b, c, d]) >> (8 * zeros));
    let colon = u64::from(b':') << (8 * (4 - zeros));
    text.put(&(digits | colon).to_le_bytes(), (4 - zeros) as usize + usize::from(has_colon));
}

/// `0x88cc`
pub(crate) fn hex(number: u16, text: &mut impl Text) {
    let [[a, b], [c, d]] = number.to_be_bytes().map(|byte| *HEX.get(byte));
    text.put(&[b'0', b'x', a, b, c, d], 6);
}

/// Two digits each.
static HEX: Table<[u8; 2]> = table!(hex_digits, [0; 2]);

const fn hex_digits(byte: u8) -> [u8; 2] {
    [hex_digit(byte >> 4), hex_digit(byte & 0xf)]
}

const fn hex_digit(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'a' - 10 + nibble }
}

/// Decimal digits and a dot behind them, and how many digits there are.
static OCTETS: Table<([u8; 4], u8)> = table!(octet, ([0; 4], 0));

const fn octet(byte: u8) -> ([u8; 4], u8) {
    let (digits, length) = digits(byte as u32);
    let with_dot = digits as u32 | (b'.' as u32) << (8 * length);
    (with_dot.to_le_bytes(), length as u8)
}

/// Which groups of an IPv6 address `::` stands for.
#[derive(Clone, Copy)]
struct Zeros {
    begin: u8,
    /// Behind the last; 0 where there are none.
    end: u8,
}

/// By a mask of the groups that are zero, the first in the lowest bit.
static ZEROS: Table<Zeros> = table!(longest, Zeros { begin: 0, end: 0 });

/// The longest run of at least two, the first one of several (RFC 5952, 4.2).
const fn longest(mask: u8) -> Zeros {
    let mut longest = Zeros { begin: 0, end: 0 };
    let mut length = 2;
    while length <= 8 {
        let run = (0xff_u8) >> (8 - length);
        let mut begin = 0;
        while begin + length <= 8 {
            if mask >> begin & run == run && longest.end - longest.begin < length {
                longest = Zeros { begin, end: begin + length };
            }
            begin += 1;
        }
        length += 1;
    }
    longest
}

#[cfg(test)]
mod tests;
