//! What could stand at the cursor.

use std::ops::Range;

use crate::{
    lexer::{self, Kind, Lexed, Piece},
    parse::{self, ValueKind, Wanted},
    words,
};

/// What could stand at a place of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The word at the cursor: characters in front of it.
    pub start: usize,
    /// Its characters, 0 where there is none.
    pub length: usize,
    /// Whether what of it is in front of the cursor can stand there as it is.
    pub is_whole: bool,
    /// What could stand in its place, what is most likely meant at the front; each of them once.
    pub completions: Vec<Completion>,
}

/// Something that could stand at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completion {
    /// This word.
    Word(&'static str),
    /// A value of this kind.
    Value(ValueKind),
}

/// What could stand behind `cursor` characters.
pub(super) fn at(text: &str, variables: &[Range<usize>], lexed: &Lexed, cursor: usize) -> Option<Expected> {
    let cursor = text.char_indices().nth(cursor).map_or(text.len(), |(byte, _)| byte);
    let touching =
        |piece: &&Piece| piece.kind != Kind::Sign && piece.place.start <= cursor && cursor <= piece.place.end;
    // Where two of them touch, it is the one that is being typed.
    let piece = lexed.pieces.iter().find(touching);
    let is_known = |piece: &Piece| {
        let word = text.get(piece.place.clone()).unwrap_or_default();
        matches!(piece.kind, Kind::Word | Kind::Escaped) && !word.contains('{')
    };
    let place = match piece {
        Some(piece) if is_known(piece) => piece.place.clone(),
        Some(piece) if piece.place.start < cursor && piece.kind != Kind::Unknown => return None,
        _ => cursor..cursor,
    };
    let up_to = |end: usize| {
        let count = variables.partition_point(|variable| variable.end <= end);
        lexer::lex(text.get(..end).unwrap_or_default(), variables.get(..count).unwrap_or_default())
    };
    let typed = text.get(place.start..cursor).unwrap_or_default();
    // An address that goes on behind its colons is more often meant than the one that ends there.
    let is_whole = !typed.is_empty() && !typed.ends_with(':') && parse::is_whole(&up_to(cursor));
    let characters = |place: Range<usize>| text.get(place).unwrap_or_default().chars().count();
    Some(Expected {
        start: characters(0..place.start),
        length: characters(place.clone()),
        is_whole,
        completions: completions(&parse::wanted(&up_to(place.start))),
    })
}

fn completions(wanted: &[Wanted]) -> Vec<Completion> {
    let mut completions = Vec::new();
    let mut add = |completion| {
        if !completions.contains(&completion) {
            completions.push(completion);
        }
    };
    for wanted in wanted {
        match wanted {
            Wanted::Condition => {
                words::beginning_conditions()
                    .chain(words::protocols())
                    .map(Completion::Word)
                    .for_each(&mut add);
            }
            Wanted::Word(word) => add(Completion::Word(word)),
            Wanted::Value(kind) => add(Completion::Value(*kind)),
        }
    }
    completions
}
