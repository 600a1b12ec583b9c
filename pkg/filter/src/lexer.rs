//! Text to words and signs.

mod list;

use std::ops::Range;

use list::{NoWord, is_inner};

use crate::error::{FilterError, Reason};

/// Where something stands in the text, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// Characters in front of it.
    pub(crate) start: usize,
    /// Characters behind it begin here.
    pub(crate) end: usize,
}

/// A word or a sign.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    /// As it stands in the text, without the backslash of an escaped word; empty at the end.
    pub(crate) text: String,
    pub(crate) span: Span,
    /// The list in braces that it is from, an index into [`Lexed::lists`].
    pub(crate) list: Option<usize>,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A keyword, name, number or address.
    Word,
    /// A name after a backslash, which is no keyword.
    Escaped,
    /// A word that nobody knows yet: it has a variable in it, or it is a list of nothing.
    Open,
    /// A sign, such as `(` or `<=`.
    Sign,
    /// Nothing of the language.
    Unknown,
    /// The end of the text.
    End,
}

/// What each value of a list in braces is read as.
pub(crate) type List = Vec<Vec<Token>>;

/// A text in tokens.
#[derive(Debug)]
pub(crate) struct Lexed {
    /// The last is [`Kind::End`]. Of a list in braces only the first value is among them.
    pub(crate) tokens: Vec<Token>,
    /// Lists in braces of two values and more.
    pub(crate) lists: Vec<List>,
    /// What there is in the text, from left to right: all but the white space.
    pub(crate) pieces: Vec<Piece>,
    /// The first thing that is no token.
    pub(crate) fault: Option<FilterError>,
}

/// A word or a sign as it stands in the text.
#[derive(Debug)]
pub(crate) struct Piece {
    /// Bytes.
    pub(crate) place: Range<usize>,
    /// What it is; a word with lists in braces is a word.
    pub(crate) kind: Kind,
}

impl Token {
    /// An error at this token.
    pub(crate) fn error(&self, reason: Reason) -> FilterError {
        let Span { start, end } = self.span;
        FilterError {
            column: start + 1,
            length: end - start,
            word: self.text.clone(),
            reason,
            suggestions: Vec::new(),
        }
    }

    pub(crate) fn is_sign(&self, text: &str) -> bool {
        self.kind == Kind::Sign && self.text == text
    }

    pub(crate) fn is_word(&self, text: &str) -> bool {
        self.kind == Kind::Word && self.text == text
    }

    /// Whether it stands between conditions, or in front of one.
    pub(crate) fn is_connective(&self) -> bool {
        match self.kind {
            Kind::Word => CONNECTIVES.contains(&self.text.as_str()),
            Kind::Sign => matches!(self.text.as_str(), "&&" | "||" | "!"),
            _ => false,
        }
    }

    /// As somebody writes it.
    pub(crate) fn source(&self) -> String {
        let backslash = if self.kind == Kind::Escaped { "\\" } else { "" };
        format!("{backslash}{}", self.text)
    }
}

/// Words that stand between conditions, or in front of one.
pub(crate) const CONNECTIVES: [&str; 3] = ["and", "or", "not"];

/// Signs, the longer ones first.
const SIGNS: &[&str] = &[
    "&&", "||", "!=", "==", "<=", ">=", "<<", ">>", "(", ")", "{", "}", "[", "]", ":", "/", "&", "|", "!",
    "=", "<", ">", "+", "-", "*", "%", "^",
];

/// What Grafana puts in where a variable is to restrict nothing.
const ANYTHING: &str = ".*";

/// The tokens of `text`; `variables` are where in it (bytes, in order) something stands whose value is not known.
pub(crate) fn lex(text: &str, variables: &[Range<usize>]) -> Lexed {
    Lexer { text, at: 0, column: 0, brackets: 0, variables, lexed: Lexed::new() }.read()
}

impl Lexed {
    const fn new() -> Self {
        Self { tokens: Vec::new(), lists: Vec::new(), pieces: Vec::new(), fault: None }
    }
}

struct Lexer<'t> {
    text: &'t str,
    /// Bytes in front of the next token.
    at: usize,
    /// Characters in front of it.
    column: usize,
    /// Open square brackets: a colon inside of them is a sign, elsewhere a part of an address.
    brackets: usize,
    variables: &'t [Range<usize>],
    lexed: Lexed,
}

impl<'t> Lexer<'t> {
    fn read(mut self) -> Lexed {
        while self.next() {}
        self.lexed
    }

    /// Reads one more; false at the end.
    fn next(&mut self) -> bool {
        let rest = self.rest(self.at);
        let trimmed = rest.trim_start();
        self.skip(rest.len() - trimmed.len());
        let Some(first) = trimmed.chars().next() else {
            self.push(0, Kind::End);
            return false;
        };
        let begins_word = first.is_ascii_alphanumeric()
            || matches!(first, '\\' | '{')
            || (first == ':' && self.brackets == 0)
            || self.variable_at(self.at).is_some();
        if begins_word {
            if let Err(fault) = self.word() {
                self.unknown(fault);
            }
        } else if trimmed.strip_prefix(ANYTHING).is_some_and(|behind| !behind.starts_with(is_inner)) {
            self.push(ANYTHING.len(), Kind::Open);
        } else if let Some(sign) = SIGNS.iter().find(|sign| trimmed.starts_with(**sign)) {
            match *sign {
                "[" => self.brackets += 1,
                "]" => self.brackets = self.brackets.saturating_sub(1),
                _ => {}
            }
            self.push(sign.len(), Kind::Sign);
        } else {
            let expected = "a word, a number, an address or a sign of the filter language";
            self.unknown(NoWord { place: 0..first.len_utf8(), reason: Reason::Expected(expected.into()) });
        }
        true
    }

    /// A word at the start: letters and digits, variables, and lists in braces, as they stand together.
    fn word(&mut self) -> Result<(), NoWord> {
        let rest = self.rest(self.at);
        let is_escaped = rest.starts_with('\\');
        let mut length = usize::from(is_escaped);
        let (mut lists, mut is_open) = (Vec::new(), false);
        loop {
            let behind = rest.get(length..).unwrap_or_default();
            if let Some(end) =
                self.variable_at(self.at + length).or_else(|| self.variables_at(self.at + length))
            {
                (length, is_open) = (end - self.at, true);
            } else if behind.starts_with('{') {
                let Some(list) = list::read(rest, length)? else { break };
                is_open |= list.values.is_empty();
                length = list.place.end;
                lists.push(list);
            } else {
                let colons = self.brackets == 0 && !is_escaped;
                let literal = behind.find(|c| !(is_inner(c) || (c == ':' && colons))).unwrap_or(behind.len());
                if literal == 0 {
                    break;
                }
                length += literal;
            }
        }
        let word = rest.get(..length).unwrap_or_default();
        if length == 0 {
            // A filter stands in the braces.
            self.push(1, Kind::Sign);
        } else if is_open {
            self.push(length, Kind::Open);
        } else if !lists.is_empty() {
            self.listed(word, &lists)?;
        } else if is_escaped {
            self.push(length, Kind::Escaped);
        } else {
            // It does not end with a hyphen, which is a minus there.
            self.push(word.trim_end_matches('-').len(), Kind::Word);
        }
        Ok(())
    }

    fn rest(&self, at: usize) -> &'t str {
        self.text.get(at..).unwrap_or_default()
    }

    /// Where the variable ends that begins at this byte.
    fn variable_at(&self, at: usize) -> Option<usize> {
        let place = self.variables.binary_search_by_key(&at, |variable| variable.start).ok()?;
        self.variables.get(place).map(|variable| variable.end).filter(|end| *end > at)
    }

    /// Where a list in braces ends that begins at this byte, if there are variables in it.
    fn variables_at(&self, at: usize) -> Option<usize> {
        if self.variables.is_empty() {
            return None;
        }
        let list = self.rest(at).strip_prefix('{').map(|_| self.rest(at))?;
        let is_within =
            |place: &usize| self.variables.iter().any(|variable| variable.contains(&(at + place)));
        let end = list.match_indices('}').map(|(place, _)| place).find(|place| !is_within(place))? + 1;
        let variables = self.variables.partition_point(|variable| variable.start < at);
        let first = self.variables.get(variables)?;
        (first.start < at + end).then_some(at + end)
    }

    /// A word with lists in braces: another word for each combination of their values.
    fn listed(&mut self, word: &str, lists: &[list::List<'_>]) -> Result<(), NoWord> {
        let whole = Span { start: self.column, end: self.column + word.chars().count() };
        // Values alone come in their order, so each character is counted once.
        let (mut counted, mut characters) = (0, self.column);
        let mut column = |bytes: usize| {
            characters += word.get(counted..bytes).unwrap_or_default().chars().count();
            counted = bytes;
            characters
        };
        let mut read = |(place, text): (Option<usize>, String)| {
            let lexer = Lexer {
                text: &text,
                at: 0,
                column: place.map_or(0, &mut column),
                brackets: self.brackets,
                variables: &[],
                lexed: Lexed::new(),
            };
            let tokens = lexer.read().tokens.into_iter().filter(|token| token.kind != Kind::End);
            tokens
                .map(|token| Token { span: if place.is_some() { token.span } else { whole }, ..token })
                .collect()
        };
        let list: List = list::spread(word, lists)?.into_iter().map(&mut read).collect();
        let mark = (list.len() > 1).then_some(self.lexed.lists.len());
        let first = list.first().cloned().unwrap_or_default();
        self.skip_piece(word.len(), Kind::Word);
        self.lexed.tokens.extend(first.into_iter().map(|token| Token { list: mark, ..token }));
        self.lexed.lists.extend(mark.map(|_| list));
        Ok(())
    }

    /// A token of this many bytes.
    fn push(&mut self, length: usize, kind: Kind) {
        let text = self.rest(self.at).get(..length).unwrap_or_default();
        let text = if kind == Kind::Escaped { text.trim_start_matches('\\') } else { text }.to_owned();
        let start = self.column;
        self.skip_piece(length, kind);
        self.lexed.tokens.push(Token { kind, text, span: Span { start, end: self.column }, list: None });
    }

    fn skip(&mut self, length: usize) {
        self.column += self.rest(self.at).get(..length).unwrap_or_default().chars().count();
        self.at += length;
    }

    fn skip_piece(&mut self, length: usize, kind: Kind) {
        if length > 0 {
            self.lexed.pieces.push(Piece { place: self.at..self.at + length, kind });
        }
        self.skip(length);
    }

    /// What stands there is no token, up to the end of what is wrong with it.
    fn unknown(&mut self, NoWord { place, reason }: NoWord) {
        let rest = self.rest(self.at);
        let start = self.column + rest.get(..place.start).unwrap_or_default().chars().count();
        let word = rest.get(place.clone()).unwrap_or_default();
        let fault = FilterError {
            column: start + 1,
            length: word.chars().count(),
            word: word.to_owned(),
            reason,
            suggestions: Vec::new(),
        };
        self.lexed.fault.get_or_insert(fault);
        self.push(place.end, Kind::Unknown);
    }
}

#[cfg(test)]
mod tests;
