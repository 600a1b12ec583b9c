//! Numbers and texts in bytes, read within bounds.
//!
//! Numbers are written seven bits a byte, the lowest first (LEB128); signed ones are folded, so that small ones are short
//! whatever their sign.

use xdplive_packet::flow::Sum;

use super::error::WireError;

/// Adds `number`.
pub(super) fn put(to: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

/// Adds a signed number.
pub(super) fn put_signed(to: &mut Vec<u8>, number: i64) {
    put(to, ((number << 1) ^ (number >> 63)) as u64);
}

/// Adds a text; of one that is longer than `most` bytes, what fits.
pub(super) fn put_text(to: &mut Vec<u8>, text: &str, most: usize) {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = text.get(..end).unwrap_or_default();
    put(to, text.len() as u64);
    to.extend_from_slice(text.as_bytes());
}

/// What has not been read yet of a message.
#[derive(Clone, Debug)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// All of `bytes`.
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// How many bytes are left.
    pub(super) const fn left(&self) -> usize {
        self.0.len()
    }

    /// All bytes that are left.
    pub(super) const fn rest(self) -> &'a [u8] {
        self.0
    }

    /// The next bytes.
    pub(super) fn take(&mut self, count: usize, what: &'static str) -> Result<&'a [u8], WireError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(WireError::Short(what))?;
        self.0 = rest;
        Ok(taken)
    }

    /// The next bytes, as many as the array has.
    pub(super) fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], WireError> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or(WireError::Short(what))?;
        self.0 = rest;
        Ok(*taken)
    }

    /// The next byte.
    pub(super) fn byte(&mut self, what: &'static str) -> Result<u8, WireError> {
        self.array::<1>(what).map(|[byte]| byte)
    }

    /// Eight bytes, the lowest first.
    pub(super) fn fixed(&mut self, what: &'static str) -> Result<u64, WireError> {
        self.array(what).map(u64::from_le_bytes)
    }

    /// A number.
    pub(super) fn number(&mut self, what: &'static str) -> Result<u64, WireError> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte(what)?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                // The tenth byte has one bit of room.
                return if shift == 63 && byte > 1 {
                    Err(WireError::Value { what, given: u64::from(byte) })
                } else {
                    Ok(number)
                };
            }
        }
        Err(WireError::Value { what, given: number })
    }

    /// A signed number.
    pub(super) fn signed(&mut self, what: &'static str) -> Result<i64, WireError> {
        let folded = self.number(what)?;
        Ok((folded >> 1) as i64 ^ -((folded & 1) as i64))
    }

    /// A number that is at most `most`.
    pub(super) fn at_most(&mut self, most: usize, what: &'static str) -> Result<usize, WireError> {
        let given = self.number(what)?;
        match usize::try_from(given) {
            Ok(number) if number <= most => Ok(number),
            _ => Err(WireError::TooMuch { what, given, allowed: most as u64 }),
        }
    }

    /// A text of at most `most` bytes.
    pub(super) fn text(&mut self, most: usize, what: &'static str) -> Result<&'a str, WireError> {
        let length = self.at_most(most, what)?;
        std::str::from_utf8(self.take(length, what)?).map_err(|_| WireError::Text(what))
    }

    /// Nothing more is to follow.
    pub(super) const fn end(&self) -> Result<(), WireError> {
        if self.0.is_empty() { Ok(()) } else { Err(WireError::Rest(self.0.len())) }
    }
}

/// Bytes of which most are as they were in the bytes before: for each eight that differ a mask of which do, and these.
///
/// `before` and `now` have the same length, of at most 128 bytes and a multiple of eight.
pub(super) fn put_changes(to: &mut Vec<u8>, before: &[u8], now: &[u8]) {
    let words = now.chunks_exact(8).zip(before.chunks_exact(8));
    let mut changed = 0_u16;
    for (place, (now, before)) in words.clone().enumerate() {
        changed |= u16::from(now != before) << place;
    }
    put(to, u64::from(changed));
    for (now, before) in words.filter(|(now, before)| now != before) {
        let mut mask = 0_u8;
        for (place, (now, before)) in now.iter().zip(before).enumerate() {
            mask |= u8::from(now != before) << place;
        }
        to.push(mask);
        to.extend(now.iter().zip(before).filter(|(now, before)| now != before).map(|(now, _)| *now));
    }
}

/// Makes of `bytes`, as they were before, what they are now.
pub(super) fn read_changes(
    from: &mut Reader<'_>,
    bytes: &mut [u8],
    what: &'static str,
) -> Result<(), WireError> {
    let words = bytes.len() / 8;
    let changed = from.number(what)?;
    if changed >> words != 0 {
        return Err(WireError::Value { what, given: changed });
    }
    for (place, word) in bytes.chunks_exact_mut(8).enumerate() {
        if changed >> place & 1 == 0 {
            continue;
        }
        let mask = from.byte(what)?;
        for (place, byte) in word.iter_mut().enumerate() {
            if mask >> place & 1 == 1 {
                *byte = from.byte(what)?;
            }
        }
    }
    Ok(())
}

/// Adds a number of packets.
pub(super) fn put_sum(to: &mut Vec<u8>, sum: &Sum) {
    let Sum { packets, segments, bytes } = *sum;
    [packets, segments, bytes].into_iter().for_each(|number| put(to, number));
}

/// Reads one.
pub(super) fn read_sum(from: &mut Reader<'_>) -> Result<Sum, WireError> {
    let [packets, segments, bytes] =
        [from.number("packets")?, from.number("packets on the wire")?, from.number("bytes")?];
    Ok(Sum { packets, segments, bytes })
}
