//! Numbers and addresses, each from one word.

use std::{net::Ipv4Addr, ops::RangeInclusive};

use super::parser::{Parsed, Parser};
use crate::{error::Reason, lexer::Kind};

/// A number: decimal, hexadecimal with 0x, octal with a leading 0.
pub(super) fn number(text: &str) -> Option<u32> {
    let (digits, radix) = match text.strip_prefix('0') {
        None | Some("") => (text, 10),
        Some(rest) => rest.strip_prefix(['x', 'X']).map_or((rest, 8), |digits| (digits, 16)),
    };
    // A sign is none of the digits.
    let valid = digits.starts_with(|c: char| c.is_ascii_alphanumeric());
    u32::from_str_radix(digits, radix).ok().filter(|_| valid)
}

/// One to four bytes of an IPv4 address, the rest being zero, and how many there are.
pub(super) fn ipv4(text: &str) -> Option<(Ipv4Addr, u32)> {
    let mut bytes = [0_u8; 4];
    let mut count = 0;
    for part in text.split('.') {
        let decimal = part.bytes().all(|byte| byte.is_ascii_digit());
        *bytes.get_mut(count)? = part.parse().ok().filter(|_| decimal)?;
        count += 1;
    }
    Some((Ipv4Addr::from(bytes), count as u32))
}

/// An Ethernet address: six bytes between colons, hyphens or dots, three words between dots, or all twelve
/// digits in one.
pub(super) fn mac(text: &str) -> Option<[u8; 6]> {
    let separator = text.chars().find(|c| !c.is_ascii_hexdigit());
    let parts: Vec<&str> = match separator {
        Some(separator @ (':' | '-' | '.')) => text.split(separator).collect(),
        Some(_) => return None,
        None => vec![text],
    };
    let hexadecimal = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let digits = 12 / parts.len();
    let fits = |part: &&str| hexadecimal(part) && (part.len() == digits || (digits == 2 && part.len() == 1));
    let shape = match parts.len() {
        1 => true,
        3 => separator == Some('.'),
        6 => true,
        _ => false,
    };
    if !shape || !parts.iter().all(fits) {
        return None;
    }
    let number = parts
        .iter()
        .try_fold(0_u64, |number, part| Some(number << (digits * 4) | u64::from_str_radix(part, 16).ok()?))?;
    let [_, _, address @ ..] = number.to_be_bytes();
    Some(address)
}

impl Parser<'_> {
    /// The next word as a number in `range`.
    pub(super) fn number<N>(&mut self, range: RangeInclusive<N>, expected: &str) -> Parsed<N>
    where
        N: TryFrom<u32> + PartialOrd,
    {
        let token = self.peek();
        let number = (token.kind == Kind::Word)
            .then(|| number(&token.text).and_then(|number| N::try_from(number).ok()))
            .flatten()
            .filter(|number| range.contains(number));
        let is_wrong = number.is_none() && token.text.starts_with(|c: char| c.is_ascii_digit());
        if token.kind == Kind::Open || self.overlooks(is_wrong) {
            self.next();
            // Nobody looks at it: what it is a part of means nothing.
            return Ok(range.into_inner().0);
        }
        let number = number.ok_or_else(|| token.error(Reason::Expected(expected.into())))?;
        self.next();
        Ok(number)
    }
}
