//! An answer in pieces: one that is longer than a message may be is several.

use super::{
    bounds::{MAX_MESSAGE, VERSION},
    bytes::Reader,
    error::WireError,
};

const MAGIC: [u8; 2] = *b"XA";
/// Bytes before those of the answer.
const HEAD: usize = 16;
/// Bytes of the answer in a piece at most.
const MOST: usize = MAX_MESSAGE - HEAD;
/// Pieces of an answer at most: 4 MiB.
pub const MAX_PIECES: usize = 64;

/// One piece of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// The ask that it answers.
    pub id: u64,
    /// Which piece it is, from 0 on.
    pub part: usize,
    /// How many there are.
    pub parts: usize,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// The messages with an answer to the ask `id`.
///
/// # Errors
/// [`WireError::TooMuch`] where it is too long for them.
pub fn pieces(id: u64, answer: &[u8]) -> Result<Vec<Vec<u8>>, WireError> {
    let parts = answer.len().div_ceil(MOST).max(1);
    if parts > MAX_PIECES {
        let (given, allowed) = (answer.len() as u64, (MOST * MAX_PIECES) as u64);
        return Err(WireError::TooMuch { what: "an answer", given, allowed });
    }
    let piece = |part: usize| {
        let (begin, end) = (part * MOST, answer.len().min((part + 1) * MOST));
        let bytes = answer.get(begin..end).unwrap_or_default();
        let mut to = Vec::with_capacity(HEAD + bytes.len());
        to.extend_from_slice(&MAGIC);
        to.extend_from_slice(&[VERSION, 0]);
        to.extend_from_slice(&id.to_le_bytes());
        to.extend_from_slice(&(part as u16).to_le_bytes());
        to.extend_from_slice(&(parts as u16).to_le_bytes());
        to.extend_from_slice(bytes);
        to
    };
    Ok((0..parts).map(piece).collect())
}

/// Reads one.
///
/// # Errors
/// Any [`WireError`] but [`WireError::Forged`].
pub fn read_piece(message: &[u8]) -> Result<Piece<'_>, WireError> {
    super::calls::within(message, MAX_MESSAGE, "a piece of an answer")?;
    let mut from = Reader::new(message);
    if from.array("its beginning").ok() != Some(MAGIC) {
        return Err(WireError::Foreign);
    }
    let [version, _] = from.array("the version")?;
    if version != VERSION {
        return Err(WireError::Version { given: version, known: VERSION });
    }
    let id = from.fixed("the ask")?;
    let part = usize::from(u16::from_le_bytes(from.array("the piece")?));
    let parts = usize::from(u16::from_le_bytes(from.array("the pieces")?));
    if parts > MAX_PIECES || part >= parts {
        return Err(WireError::Value { what: "the pieces of an answer", given: parts as u64 });
    }
    Ok(Piece { id, part, parts, bytes: from.rest() })
}

/// The pieces of one answer as they come.
#[derive(Debug, Default)]
pub struct Pieces {
    had: Vec<Option<Vec<u8>>>,
}

impl Pieces {
    /// Takes one; the whole answer once it is there. Of another number of pieces than before, all begins anew.
    pub fn add(&mut self, piece: Piece<'_>) -> Option<Vec<u8>> {
        if self.had.len() != piece.parts {
            self.had = vec![None; piece.parts];
        }
        if let Some(place) = self.had.get_mut(piece.part) {
            *place = Some(piece.bytes.to_vec());
        }
        if self.had.iter().any(Option::is_none) {
            return None;
        }
        Some(std::mem::take(&mut self.had).into_iter().flatten().flatten().collect())
    }
}
