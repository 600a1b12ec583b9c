//! What each part of a text is.

use std::ops::Range;

use crate::{
    lexer::{self, Kind, Lexed},
    words,
};

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Characters in front of it.
    pub start: usize,
    /// Characters; never 0.
    pub length: usize,
    /// What it is.
    pub class: Class,
}

/// What a part of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Joins conditions or values, or compares: `and`, `!=`, a parenthesis.
    Operator,
    /// Says what is asked for: `port`, `tcp`.
    Keyword,
    /// What it is to be: `443`, `https`.
    Value,
    /// Of Grafana: `$host`.
    Variable,
    /// Nothing of the language.
    Unknown,
}

impl Class {
    /// Its name in the plugin's resource.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Keyword => "keyword",
            Self::Value => "value",
            Self::Variable => "variable",
            Self::Unknown => "unknown",
        }
    }
}

/// Signs within a word with a list in braces.
const SIGNS: [char; 4] = ['{', '}', ',', '/'];

/// The parts of `text`, from left to right: every character that is no white space is in exactly one of them.
pub(super) fn parts(text: &str, variables: &[Range<usize>], lexed: &Lexed) -> Vec<Part> {
    let mut parts = Vec::new();
    let (mut behind, mut column) = (0, 0);
    let mut before = "";
    for piece in &lexed.pieces {
        let mut add = |place: Range<usize>, class| {
            column += characters(text, behind..place.start);
            let length = characters(text, place.clone());
            parts.push(Part { start: column, length, class });
            column += length;
            behind = place.end;
        };
        let whole = piece.place.clone();
        match piece.kind {
            Kind::Sign => add(whole.clone(), Class::Operator),
            Kind::Escaped => add(whole.clone(), Class::Value),
            Kind::Word | Kind::Open | Kind::Unknown | Kind::End => {
                let mut at = whole.start;
                while at < whole.end {
                    let (length, class) = first_of(text, at..whole.end, variables, piece.kind, before);
                    if let Some(class) = class {
                        add(at..at + length, class);
                    }
                    at += length;
                }
            }
        }
        before = text.get(whole).unwrap_or_default();
    }
    parts
}

fn characters(text: &str, place: Range<usize>) -> usize {
    text.get(place).unwrap_or_default().chars().count()
}

/// The bytes of what `place` begins with, and what it is; nothing for white space. `before` is the piece in front.
fn first_of(
    text: &str,
    place: Range<usize>,
    variables: &[Range<usize>],
    kind: Kind,
    before: &str,
) -> (usize, Option<Class>) {
    let rest = text.get(place.clone()).unwrap_or_default();
    let from_here = variables.get(variables.partition_point(|variable| variable.start < place.start)..);
    let mut from_here = from_here.unwrap_or_default().iter().peekable();
    if let Some(variable) = from_here.next_if(|variable| variable.start == place.start) {
        return (variable.len().clamp(1, place.len()), Some(Class::Variable));
    }
    let next = from_here.next().map(|variable| variable.start);
    let limit = next.map_or(rest.len(), |start| start - place.start);
    match rest.chars().next() {
        Some(first) if first.is_whitespace() => return (first.len_utf8(), None),
        Some(first) if SIGNS.contains(&first) && kind != Kind::Unknown => {
            return (first.len_utf8(), Some(Class::Operator));
        }
        None => return (place.len(), None),
        Some(_) => {}
    }
    let ends = |c: char| c.is_whitespace() || (SIGNS.contains(&c) && kind != Kind::Unknown);
    let length = rest.find(ends).unwrap_or(rest.len()).min(limit);
    let word = rest.get(..length).unwrap_or_default();
    let class = match kind {
        Kind::Unknown => Class::Unknown,
        _ if lexer::CONNECTIVES.contains(&word) => Class::Operator,
        // `tcpflags` is a place there, `vxlan` a service and `df` a code point.
        _ if matches!(before, "[" | "port" | "portrange" | "dscp") => Class::Value,
        _ if words::is_reserved(word) => Class::Keyword,
        _ => Class::Value,
    };
    (length, Some(class))
}
