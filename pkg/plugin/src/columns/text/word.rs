//! Text that many cells have, ready to be copied.

/// A text with quotes around it and a comma behind it, as it stands in JSON, of at most `N` bytes in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word<const N: usize> {
    cell: [u8; N],
    /// Bytes of the cell that count.
    length: u8,
}

impl<const N: usize> Word<N> {
    /// None yet.
    pub(super) const EMPTY: Self = Self { cell: [0; N], length: 0 };

    /// Of `text`, if it fits and is of printable ASCII characters that JSON does not escape.
    #[must_use]
    pub const fn new(text: &[u8]) -> Option<Self> {
        let mut cell = [0; N];
        let Some(room) = append(&mut cell, b"\"") else { return None };
        let Some(room) = append(room, text) else { return None };
        let Some(room) = append(room, b"\",") else { return None };
        let length = N - room.len();
        if length > u8::MAX as usize || !is_plain(text) {
            return None;
        }
        Some(Self { cell, length: length as u8 })
    }

    /// As it stands in JSON, and how many of the bytes count.
    #[inline(always)]
    pub(crate) const fn cell(&self) -> (&[u8; N], usize) {
        (&self.cell, self.length as usize)
    }

    /// The text itself.
    #[must_use]
    pub fn text(&self) -> &str {
        let text = self.cell.get(1..usize::from(self.length).saturating_sub(2)).unwrap_or_default();
        str::from_utf8(text).unwrap_or_default()
    }
}

/// Copies `text` to the beginning of `room`, and returns the rest of that; nothing where it does not fit.
pub(super) const fn append<'a>(room: &'a mut [u8], text: &[u8]) -> Option<&'a mut [u8]> {
    match room.split_at_mut_checked(text.len()) {
        Some((place, rest)) => {
            place.copy_from_slice(text);
            Some(rest)
        }
        None => None,
    }
}

/// Whether JSON has this text as it is.
const fn is_plain(mut text: &[u8]) -> bool {
    while let [byte, rest @ ..] = text {
        if !matches!(*byte, b' '..=b'~') || matches!(*byte, b'"' | b'\\') {
            return false;
        }
        text = rest;
    }
    true
}

#[cfg(test)]
mod tests;
