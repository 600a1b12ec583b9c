//! What is wrong with a filter, and where.

use thiserror::Error;

/// Why a text is no filter.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("column {column}: {}", .reason.sentence(.word))]
pub struct FilterError {
    /// Where the offending word starts: characters, counted from 1.
    pub column: usize,
    /// Its length in characters, 0 at the end of the text.
    pub length: usize,
    /// The word itself, empty at the end of the text.
    pub word: String,
    /// What is wrong with it.
    pub reason: Reason,
}

impl FilterError {
    /// What is wrong, without the place.
    #[must_use]
    pub fn message(&self) -> String {
        self.reason.sentence(&self.word)
    }
}

/// What is wrong with a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It cannot stand there; this can: a list such as `and, or or the end`.
    Expected(String),
    /// It is understood, but cannot be done, for this reason (a clause without a capital and a full stop).
    Refused(String),
}

impl Reason {
    fn sentence(&self, word: &str) -> String {
        match (self, word) {
            (Self::Expected(expected), "") => format!("the filter ends where {expected} is expected"),
            (Self::Expected(expected), _) => format!("{word:?} stands where {expected} is expected"),
            (Self::Refused(why), "") => why.clone(),
            (Self::Refused(why), _) => format!("{word:?} is not possible: {why}"),
        }
    }
}
