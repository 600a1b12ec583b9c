//! Fields as text. Written by hand where the standard library's formatting would dominate the cost of a row.

mod address;
mod digits;
mod table;
mod word;
pub(crate) mod words;

use xdplive_packet::TunnelKind;

pub use self::word::Word;
pub(crate) use self::{
    address::{address, hex, mac},
    digits::{SHORT, digits},
    words::TCP_FLAGS,
};

/// Where text is written to.
pub trait Text {
    /// Appends the first `length` of `bytes`, which are ASCII. Those behind them do not count: to copy as many bytes every
    /// time is cheaper than to copy just these.
    fn put<const N: usize>(&mut self, bytes: &[u8; N], length: usize);

    /// Appends any text.
    fn push_str(&mut self, text: &str);
}

impl Text for String {
    fn put<const N: usize>(&mut self, bytes: &[u8; N], length: usize) {
        let text = bytes.get(..length).and_then(|bytes| str::from_utf8(bytes).ok());
        self.push_str(text.unwrap_or_default());
    }

    fn push_str(&mut self, text: &str) {
        Self::push_str(self, text);
    }
}

/// `IPv4`, or `0x88cc` where it has no short name.
pub(crate) fn ethertype(number: u16, text: &mut String) {
    match words::ethertype(number) {
        Some(word) => text.push_str(word.text()),
        None => hex(number, text),
    }
}

/// In the place of an EtherType where an IEEE 802.3 length field stands.
pub(crate) const LENGTH_FIELD: &str = "802.3";

/// `UDP`, or `253` where IANA has no keyword.
pub(crate) fn protocol(number: u8, text: &mut String) {
    text.push_str(words::protocol(number).text());
}

/// Kinds of tunnels, the outermost first, as they stand in a column.
#[must_use]
pub fn tunnel(kinds: impl IntoIterator<Item = TunnelKind>) -> String {
    let mut text = String::new();
    for kind in kinds {
        if !text.is_empty() {
            text.push('/');
        }
        text.push_str(kind.name());
    }
    text
}
