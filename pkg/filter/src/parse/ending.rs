//! Where a text ends: what could come next, whatever is wrong in front of it.

use super::{parser::Parser, wanted::Wanted};
use crate::lexer::{Lexed, Token};

/// Faults that are passed over at most.
const MAX_FAULTS: usize = 16;

/// What could stand at the end of a text, what is looked for first at the front.
pub(crate) fn wanted(lexed: &Lexed) -> Vec<Wanted> {
    to_the_end(lexed, true).map_or_else(Vec::new, |parser| parser.wanted)
}

/// Whether the last word of a text can stand there as it is.
pub(crate) fn is_whole(lexed: &Lexed) -> bool {
    to_the_end(lexed, false).is_some()
}

/// A parser that has come to the end. Behind a fault, it begins anew where the next condition can; nothing where
/// there is no such place.
fn to_the_end(lexed: &Lexed, is_lenient: bool) -> Option<Parser<'_>> {
    let end = lexed.tokens.last()?;
    let mut tokens = lexed.tokens.as_slice();
    let mut recent = None;
    for _ in 0..=MAX_FAULTS {
        let mut parser = Parser::new(tokens, end, &lexed.lists, is_lenient);
        parser.state.recent = recent;
        let wrong = match parser.all() {
            Ok(_) => parser.at,
            Err(fault) => tokens.iter().position(|token| token.span.start + 1 >= fault.column)?,
        };
        // Qualifiers can be at fault that a value is still missing behind.
        let last = if is_lenient { wrong.max(parser.at) } else { wrong };
        if last + 1 >= tokens.len() {
            return Some(parser);
        }
        tokens = behind_connective(tokens.get(wrong..)?)?;
        recent = parser.state.recent;
    }
    None
}

/// The tokens from where the next condition can begin, in front of which is the first of `tokens`.
fn behind_connective(tokens: &[Token]) -> Option<&[Token]> {
    let place = tokens.iter().enumerate().position(|(place, token)| {
        token.is_connective() || (place > 0 && (token.is_sign("(") || token.is_sign("{")))
    })?;
    let is_connective = tokens.get(place)?.is_connective();
    tokens.get(place + usize::from(is_connective)..)
}
