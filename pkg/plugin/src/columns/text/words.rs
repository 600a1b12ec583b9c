//! The words of the columns: every one there is, made by the compiler.

use xdplive_packet::{event::Direction, names};

use super::{
    digits::digits,
    table::{Table, table},
    word::{Word, append},
};

/// A word that is known to be one: only the compiler evaluates this, and says so where it is not.
macro_rules! word {
    ($text:expr) => {
        match Word::new($text) {
            Some(word) => word,
            None => panic!("too long for its word, or not plain"),
        }
    };
}

/// `UDP`, or `253` where IANA has no keyword.
#[inline(always)]
pub(crate) fn protocol(number: u8) -> &'static Word<24> {
    static PROTOCOLS: Table<Word<24>> = table!(protocol_word, Word::EMPTY);
    PROTOCOLS.get(number)
}

const fn protocol_word(number: u8) -> Word<24> {
    if let Some(name) = names::protocol(number) {
        return word!(name.as_bytes());
    }
    let (digits, length) = digits(number as u32);
    let digits = digits.to_le_bytes();
    let (digits, _) = digits.split_at(length);
    word!(digits)
}

/// `IPv4`; none where an EtherType has no short name.
#[inline(always)]
pub(crate) fn ethertype(number: u16) -> Option<&'static Word<16>> {
    static WORDS: [(u16, Word<16>); names::ETHERTYPES.len()] = ethertype_words();
    let place = WORDS.binary_search_by_key(&number, |(known, _)| *known).ok()?;
    WORDS.get(place).map(|(_, word)| word)
}

const fn ethertype_words() -> [(u16, Word<16>); names::ETHERTYPES.len()] {
    let mut words = [(0, Word::EMPTY); names::ETHERTYPES.len()];
    let (mut left, mut names) = (words.as_mut_slice(), names::ETHERTYPES.as_slice());
    while let ([word, others @ ..], [(number, name), other_names @ ..]) = (left, names) {
        *word = (*number, word!(name.as_bytes()));
        (left, names) = (others, other_names);
    }
    words
}

/// [`LENGTH_FIELD`](super::LENGTH_FIELD)
pub(crate) static LENGTH_FIELD: Word<8> = word!(super::LENGTH_FIELD.as_bytes());

/// Names of TCP flags, by bit.
pub(crate) const TCP_FLAGS: [&str; 8] = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];

/// `SYN,ACK`, in the order of the bits; empty for none.
#[inline(always)]
pub(crate) fn tcp_flags(flags: u8) -> &'static Word<40> {
    static FLAGS: Table<Word<40>> = table!(flags_word, Word::EMPTY);
    FLAGS.get(flags)
}

const fn flags_word(flags: u8) -> Word<40> {
    let mut text = [0; 37];
    let length = text.len();
    let mut room = text.as_mut_slice();
    let mut names = TCP_FLAGS.as_slice();
    let mut bits = flags;
    while let [name, others @ ..] = names {
        if bits & 1 != 0 {
            // The first has no comma before it.
            let separator: &[u8] = if room.len() == length { b"" } else { b"," };
            let Some(rest) = append(room, separator) else { return Word::EMPTY };
            let Some(rest) = append(rest, name.as_bytes()) else { return Word::EMPTY };
            room = rest;
        }
        bits >>= 1;
        names = others;
    }
    let length = length - room.len();
    let (text, _) = text.split_at(length);
    word!(text)
}

/// `in`, `out`
#[inline(always)]
pub(crate) fn direction(direction: Direction) -> &'static Word<8> {
    static IN: Word<8> = word!(Direction::In.name().as_bytes());
    static OUT: Word<8> = word!(Direction::Out.name().as_bytes());
    match direction {
        Direction::In => &IN,
        Direction::Out => &OUT,
    }
}

#[cfg(test)]
mod tests;
