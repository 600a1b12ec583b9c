//! The parser's state, and how it goes through the tokens.

use super::head::Head;
use crate::{
    error::{FilterError, Reason},
    lexer::Token,
};

pub(super) type Parsed<T> = Result<T, FilterError>;

pub(super) struct Parser<'t> {
    pub(super) tokens: &'t [Token],
    /// The last of them.
    end: &'t Token,
    /// The next one.
    pub(super) at: usize,
    /// Open parentheses and `not`s.
    pub(super) depth: usize,
    /// VLAN tags that packets are known to have where the next condition is asked, because it is joined by
    /// `and` to others that want them: the next `vlan` means the tag behind these.
    pub(super) tags: u8,
    /// The qualifiers that a value without any takes.
    pub(super) recent: Option<Head>,
    /// Ranges of values in the comparisons so far.
    pub(super) ranges: usize,
}

impl<'t> Parser<'t> {
    /// At the first of `tokens`, which `end` is the last of.
    pub(super) fn new(tokens: &'t [Token], end: &'t Token) -> Self {
        Self { tokens, end, at: 0, depth: 0, tags: 0, recent: None, ranges: 0 }
    }

    pub(super) fn peek(&self) -> &'t Token {
        self.peek_at(0)
    }

    /// The token `ahead` of the next one.
    pub(super) fn peek_at(&self, ahead: usize) -> &'t Token {
        self.tokens.get(self.at + ahead).unwrap_or(self.end)
    }

    pub(super) fn next(&mut self) -> &'t Token {
        let token = self.peek();
        self.at += 1;
        token
    }

    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.peek().is_word(word);
        self.at += usize::from(found);
        found
    }

    pub(super) fn eat_sign(&mut self, sign: &str) -> bool {
        let found = self.peek().is_sign(sign);
        self.at += usize::from(found);
        found
    }

    pub(super) fn want_sign(&mut self, sign: &str, expected: &str) -> Parsed<()> {
        if self.eat_sign(sign) { Ok(()) } else { Err(self.expected(expected)) }
    }

    /// An error at the next token.
    pub(super) fn expected(&self, expected: impl Into<String>) -> FilterError {
        self.peek().error(Reason::Expected(expected.into()))
    }

    /// An error at the next token.
    pub(super) fn refused(&self, reason: impl Into<String>) -> FilterError {
        self.peek().error(Reason::Refused(reason.into()))
    }
}
