//! Names of interfaces as text. The kernel takes nearly any bytes for a name; queries, rows and messages are text.
//!
//! In the text form a byte of a control character, or one that is not UTF-8, is `\xNN` (two hexadecimal digits), and a
//! backslash is `\\`. Everything else stands for itself. Names that people give to interfaces are the same in both
//! forms.

use thiserror::Error;

/// A text that is no name of an interface in text form.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "\"{given}\" has a backslash that is not part of \\xNN (a byte in hexadecimal) or \\\\ (a backslash itself); \
     write \\\\ for a backslash in an interface's name"
)]
pub struct InvalidEscape {
    /// The text, in a form that can be printed.
    pub given: String,
}

/// The text form of a name.
#[must_use]
pub fn escape(name: &[u8]) -> String {
    let mut text = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\\' => text.push_str(r"\\"),
                character if character.is_control() => {
                    push_bytes(&mut text, character.encode_utf8(&mut [0; 4]).as_bytes());
                }
                character => text.push(character),
            }
        }
        push_bytes(&mut text, chunk.invalid());
    }
    text
}

/// The name that a text stands for. Also takes what [`escape`] would write in another way: control characters as they
/// are, digits in upper case, and `\xNN` for any byte.
///
/// # Errors
/// [`InvalidEscape`].
pub fn unescape(text: &str) -> Result<Vec<u8>, InvalidEscape> {
    let mut name = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('\\') {
        name.extend_from_slice(before.as_bytes());
        let (byte, behind) =
            escaped(behind).ok_or_else(|| InvalidEscape { given: text.escape_debug().to_string() })?;
        name.push(byte);
        rest = behind;
    }
    name.extend_from_slice(rest.as_bytes());
    Ok(name)
}

/// The same for a text that may be of before there was an escape: there a backslash that escapes nothing stands for itself.
#[must_use]
pub fn unescape_any(text: &str) -> Vec<u8> {
    unescape(text).unwrap_or_else(|_| text.as_bytes().to_vec())
}

/// The byte that follows a backslash in text form, and what is behind it.
fn escaped(text: &str) -> Option<(u8, &str)> {
    if let Some(behind) = text.strip_prefix('\\') {
        return Some((b'\\', behind));
    }
    let (digits, behind) = text.strip_prefix('x')?.split_at_checked(2)?;
    // A sign is no digit, but a number to the parser.
    let byte = u8::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))?;
    Some((byte, behind))
}

fn push_bytes(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        text.push_str(&format!("\\x{byte:02x}"));
    }
}

#[cfg(test)]
mod tests;
