//! What is wrong with a filter, and where.

use thiserror::Error;

/// Why a text is no filter.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("column {column}: {}", self.message())]
pub struct FilterError {
    /// Where the offending word starts: characters, counted from 1.
    pub column: usize,
    /// Its length in characters, 0 at the end of the text.
    pub length: usize,
    /// The word itself, empty at the end of the text.
    pub word: String,
    /// What is wrong with it.
    pub reason: Reason,
    /// What may have been meant, what is most likely at the front.
    pub suggestions: Vec<Suggestion>,
}

/// A change of a filter's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// Where what it replaces begins: characters, counted from 1.
    pub column: usize,
    /// Characters that it replaces.
    pub length: usize,
    /// What stands there instead.
    pub text: String,
}

impl Suggestion {
    /// `text` in place of what begins at a column and has so many characters.
    pub(crate) fn new((column, length): (usize, usize), text: String) -> Self {
        Self { column, length, text }
    }

    /// The filter with the change made.
    #[must_use]
    pub fn applied(&self, filter: &str) -> String {
        let start = self.column.saturating_sub(1);
        let before = filter.chars().take(start);
        let behind = filter.chars().skip(start + self.length);
        before.chain(self.text.chars()).chain(behind).collect()
    }
}

impl FilterError {
    /// What is wrong, without the place and the suggestions.
    #[must_use]
    pub fn fault(&self) -> String {
        self.reason.sentence(&shortened(&self.word))
    }

    /// What is wrong and what may have been meant, without the place.
    #[must_use]
    pub fn message(&self) -> String {
        let quoted: Vec<String> =
            self.suggestions.iter().map(|suggestion| format!("{:?}", shortened(&suggestion.text))).collect();
        let wrong = self.fault();
        if quoted.is_empty() { wrong } else { format!("{wrong}; did you mean {}?", quoted.join(" or ")) }
    }
}

/// Characters of a word at most that a sentence quotes.
const QUOTED: usize = 120;

fn shortened(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
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
            (Self::Expected(expected), "") => {
                format!("the filter ends too early: expected {}", expected.trim_end_matches(','))
            }
            (Self::Expected(expected), _) => format!("expected {expected} but found {word:?}"),
            (Self::Refused(why), "") => why.clone(),
            (Self::Refused(why), _) => format!("{word:?} cannot be used: {why}"),
        }
    }
}
