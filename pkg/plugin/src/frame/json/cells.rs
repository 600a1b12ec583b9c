//! Cells as JSON.

use crate::columns::{
    Cells,
    text::{self, SHORT, Text, Word, digits},
};

/// The cells of columns, one column after the other. Each cell has a comma behind it, so that both are written at once.
pub(super) struct JsonCells {
    /// What is written. The cells make no text of it, for that would have to be checked.
    pub(super) json: Vec<u8>,
    time: TimeCell,
}

impl JsonCells {
    /// Behind what is in `json`.
    pub(super) fn in_json(json: Vec<u8>) -> Self {
        Self { json, time: TimeCell::default() }
    }

    /// Ends a column.
    pub(super) fn end(&mut self) {
        self.json.pop_if(|last| *last == b',');
        self.json.push(b']');
    }

    /// Text that needs no escaping.
    #[inline(always)]
    fn quoted(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.json.push(b'"');
        write(&mut self.json);
        self.json.put(b"\",", 2);
    }

    /// A number below [`SHORT`].
    #[inline(always)]
    fn short(&mut self, number: u32) {
        let (digits, length) = digits(number);
        let comma = u64::from(b',') << (8 * length);
        self.json.put(&(digits | comma).to_le_bytes(), length + 1);
    }
}

impl Cells for JsonCells {
    #[inline(always)]
    fn null(&mut self) {
        self.json.put(b"null,\0\0\0", 5);
    }

    #[inline(always)]
    fn time(&mut self, milliseconds: i64) {
        let (cell, length) = self.time.of(milliseconds);
        self.json.put(cell, length);
    }

    #[inline(always)]
    fn number(&mut self, number: u32) {
        if number < SHORT { self.short(number) } else { self.count(number.into()) }
    }

    fn count(&mut self, count: u64) {
        match u32::try_from(count) {
            Ok(number) if number < SHORT => self.short(number),
            _ => {
                self.json.push_str(itoa::Buffer::new().format(count));
                self.json.push(b',');
            }
        }
    }

    fn decimal(&mut self, number: f64) {
        // What is no number is null in JSON.
        self.json.push_str(&serde_json::Value::from(number).to_string());
        self.json.push(b',');
    }

    #[inline(always)]
    fn boolean(&mut self, value: bool) {
        self.json.put(if value { b"true,\0\0\0" } else { b"false,\0\0" }, if value { 5 } else { 6 });
    }

    fn text(&mut self, text: &str) {
        // An interface's name may hold quotes and control characters.
        let is_plain = |byte: u8| byte.is_ascii_graphic() & (byte != b'"') & (byte != b'\\');
        // To look at all of it is cheaper than to ask at each byte whether to go on.
        if text.bytes().fold(true, |plain, byte| plain & is_plain(byte)) {
            self.quoted(|json| json.push_str(text));
        } else {
            self.json.push_str(&serde_json::Value::from(text).to_string());
            self.json.push(b',');
        }
    }

    fn plain(&mut self, write: impl FnOnce(&mut String)) {
        let mut text = String::new();
        write(&mut text);
        self.quoted(|json| json.push_str(&text));
    }

    #[inline(always)]
    fn address(&mut self, version: u8, address: &[u8; 16]) {
        self.quoted(|json| text::address(version, address, json));
    }

    #[inline(always)]
    fn mac(&mut self, address: [u8; 6]) {
        self.quoted(|json| text::mac(address, json));
    }

    #[inline(always)]
    fn word<const N: usize>(&mut self, word: &Word<N>) {
        let (cell, length) = word.cell();
        self.json.put(cell, length);
    }
}

impl Text for Vec<u8> {
    #[inline(always)]
    fn put<const N: usize>(&mut self, bytes: &[u8; N], length: usize) {
        let end = self.len() + length;
        self.extend_from_slice(bytes);
        self.truncate(end);
    }

    #[inline]
    fn push_str(&mut self, text: &str) {
        self.extend_from_slice(text.as_bytes());
    }
}

/// The cell of a time, for rows of the same millisecond or second, which follow each other.
#[derive(Default)]
struct TimeCell {
    /// Milliseconds since 1970; without a cell it does not count.
    milliseconds: i64,
    cell: [u8; 24],
    /// Bytes of the cell that count.
    length: usize,
}

impl TimeCell {
    #[inline(always)]
    fn of(&mut self, milliseconds: i64) -> (&[u8; 24], usize) {
        if milliseconds != self.milliseconds || self.length == 0 {
            self.write(milliseconds);
        }
        (&self.cell, self.length)
    }

    fn write(&mut self, milliseconds: i64) {
        let mut number = itoa::Buffer::new();
        let number = number.format(milliseconds).as_bytes();
        // A number of 64 bits has 20 characters at most.
        for (place, byte) in self.cell.iter_mut().zip(number.iter().chain(b",")) {
            *place = *byte;
        }
        self.milliseconds = milliseconds;
        self.length = number.len() + 1;
    }
}

#[cfg(test)]
mod tests;
