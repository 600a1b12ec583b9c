//! What an editor shows of a text: its parts, what could stand at the cursor, and its conditions in menus.
//!
//! The text may be wrong, and there may be variables in it whose values nobody knows yet.
//!
//! | module | for |
//! |---|---|
//! | `parts` | what each part of a text is, to colour it |
//! | `expected` | what could stand at the cursor, to complete it |
//! | `conditions` | the conditions of a filter, to show them in menus |
//! | `menus` | what menus ask for and how |

mod conditions;
mod expected;
mod menus;
mod parts;

use std::ops::Range;

pub use conditions::{Beyond, Condition, Conditions};
pub use expected::{Completion, Expected};
pub use menus::{Asks, MenuField};
pub use parts::{Class, Part};

use crate::lexer;
pub use crate::parse::ValueKind;

/// Bytes of a text at most of which more is shown than its meaning.
pub const MAX_SHOWN: usize = 8192;

/// What an editor shows of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// What is in it, without the white space.
    pub parts: Vec<Part>,
    /// What could stand at the cursor; nothing in a variable, and in a list in braces.
    pub expected: Option<Expected>,
    /// Its conditions, as far as menus can show them.
    pub conditions: Result<Conditions, Beyond>,
}

impl Reading {
    /// Reads `text`, in which `variables` stand (bytes, in order), with a cursor behind so many characters.
    ///
    /// Of a text that is longer than [`MAX_SHOWN`] nothing is shown.
    #[must_use]
    pub fn new(text: &str, variables: &[Range<usize>], cursor: Option<usize>) -> Self {
        if text.len() > MAX_SHOWN {
            return Self { parts: Vec::new(), expected: None, conditions: Err(Beyond::too_long(MAX_SHOWN)) };
        }
        let lexed = lexer::lex(text, variables);
        Self {
            parts: parts::parts(text, variables, &lexed),
            expected: cursor.and_then(|cursor| expected::at(text, variables, &lexed, cursor)),
            conditions: conditions::of(&lexed),
        }
    }
}

#[cfg(test)]
mod tests;
