//! The bytes of rows' headers, beside the rows: those who want none of it pay nothing.

/// The beginning of one frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Captured<'a> {
    /// As the hook saw it, cut behind its headers or further on.
    pub bytes: &'a [u8],
    /// EtherType and control information of the outermost VLAN tag, where it was taken off before.
    pub tag: Option<[u16; 2]>,
}

/// The bytes of many rows' headers, by the number in [`Row::bytes`](super::Row::bytes).
#[derive(Clone, Debug, Default)]
pub struct HeaderBytes {
    entries: Vec<Entry>,
    bytes: Vec<u8>,
}

/// Where one frame's bytes are.
#[derive(Clone, Copy, Debug)]
struct Entry {
    start: usize,
    length: u16,
    tag: Option<[u16; 2]>,
}

impl HeaderBytes {
    /// The number of a row that has none.
    pub const NONE: u32 = u32::MAX;

    /// Adds a frame's bytes and returns their number; [`HeaderBytes::NONE`] where there is no room for more numbers, or
    /// the frame is longer than any that a kernel program reports.
    pub fn add(&mut self, captured: Captured<'_>) -> u32 {
        let (Ok(number), Ok(length)) =
            (u32::try_from(self.entries.len()), u16::try_from(captured.bytes.len()))
        else {
            return Self::NONE;
        };
        self.entries.push(Entry { start: self.bytes.len(), length, tag: captured.tag });
        self.bytes.extend_from_slice(captured.bytes);
        number
    }

    /// Adds what `other` has under `number`, if anything, and returns its number here.
    pub fn add_from(&mut self, other: &Self, number: u32) -> u32 {
        other.get(number).map_or(Self::NONE, |captured| self.add(captured))
    }

    /// The bytes with a number.
    #[must_use]
    pub fn get(&self, number: u32) -> Option<Captured<'_>> {
        let Entry { start, length, tag } = *self.entries.get(usize::try_from(number).ok()?)?;
        let bytes = self.bytes.get(start..start + usize::from(length))?;
        Some(Captured { bytes, tag })
    }
}

#[cfg(test)]
mod tests;
