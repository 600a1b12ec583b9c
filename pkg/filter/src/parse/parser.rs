//! The parser's state, and how it goes through the tokens.

use super::{
    head::Head,
    wanted::{ValueKind, Wanted},
    written::{Asked, Leaf, Written},
};
use crate::{
    error::{FilterError, Reason},
    lexer::{Kind, List, Token},
    syntax::Expression,
};

pub(crate) type Parsed<T> = Result<T, FilterError>;

pub(super) struct Parser<'t> {
    pub(super) tokens: &'t [Token],
    /// Which lists in braces tokens are from.
    pub(super) lists: &'t [List],
    /// The last of the tokens.
    end: &'t Token,
    /// The next one.
    pub(super) at: usize,
    pub(super) state: State,
    /// Tokens (from, up to) whose lists in braces have been spread.
    pub(super) spread: Vec<(usize, usize)>,
    /// Whether a value that is wrong is read as one that is not known, for who wants to know what else there is.
    pub(super) is_lenient: bool,
    /// Whether that was done since the condition began.
    unsure: bool,
    /// What could stand at the end, in the order it was looked for.
    pub(super) wanted: Vec<Wanted>,
    /// For each token that is a parenthesis, the place of the one that closes it.
    closing: Vec<Option<usize>>,
}

/// What is known from the tokens before the next one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct State {
    /// Open parentheses and `not`s.
    pub(super) depth: usize,
    /// VLAN tags that packets are known to have where the next condition is asked, because it is joined by
    /// `and` to others that want them: the next `vlan` means the tag behind these.
    pub(super) tags: u8,
    /// The qualifiers that a value without any takes.
    pub(super) recent: Option<Head>,
    /// Ranges of values in the comparisons so far.
    pub(super) ranges: usize,
    /// Conditions that lists in braces have come to so far.
    pub(super) spread: usize,
}

impl<'t> Parser<'t> {
    /// At the first of `tokens`, which `end` is the last of.
    pub(super) fn new(tokens: &'t [Token], end: &'t Token, lists: &'t [List], is_lenient: bool) -> Self {
        Self {
            tokens,
            lists,
            end,
            at: 0,
            state: State::default(),
            spread: Vec::new(),
            is_lenient,
            unsure: false,
            wanted: Vec::new(),
            closing: closing(tokens),
        }
    }

    pub(super) fn peek(&self) -> &'t Token {
        self.peek_at(0)
    }

    /// The token `ahead` of the next one.
    pub(super) fn peek_at(&self, ahead: usize) -> &'t Token {
        self.tokens.get(self.at + ahead).unwrap_or(self.end)
    }

    /// The token behind the parenthesis that closes the next one.
    pub(super) fn behind_parentheses(&self) -> Option<&'t Token> {
        let close = self.closing.get(self.at).copied().flatten()?;
        self.tokens.get(close + 1)
    }

    pub(super) fn next(&mut self) -> &'t Token {
        let token = self.peek();
        self.at += 1;
        token
    }

    pub(super) fn eat_word(&mut self, word: &'static str) -> bool {
        self.wants(Wanted::Word(word));
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

    /// Notes what could come next, if the text ends here.
    pub(super) fn wants(&mut self, wanted: Wanted) {
        if self.peek().kind == Kind::End {
            self.wanted.push(wanted);
        }
    }

    pub(super) fn wants_value(&mut self, kind: ValueKind) {
        self.wants(Wanted::Value(kind));
    }

    pub(super) fn wants_words(&mut self, words: &[&'static str]) {
        for word in words {
            self.wants(Wanted::Word(word));
        }
    }

    /// Whether a value that `is_wrong` is to be read as one that is not known.
    pub(super) fn overlooks(&mut self, is_wrong: bool) -> bool {
        let overlooks = self.is_lenient && is_wrong;
        self.unsure |= overlooks;
        overlooks
    }

    /// The condition in the tokens from `start` on.
    pub(super) fn leaf(&mut self, start: usize, asked: Asked, means: Expression) -> Written {
        let is_open = self.read_from(start).iter().any(|token| token.kind == Kind::Open);
        let is_unsure = std::mem::take(&mut self.unsure);
        Written::Leaf(Leaf { asked, means: (!is_open && !is_unsure).then_some(means) })
    }

    /// The tokens that have been read, from `start` on.
    pub(super) fn read_from(&self, start: usize) -> &'t [Token] {
        self.tokens.get(start..self.at).unwrap_or_default()
    }

    /// These tokens as they are written.
    pub(super) fn text_from(&self, start: usize) -> String {
        self.read_from(start).iter().map(Token::source).collect()
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

fn closing(tokens: &[Token]) -> Vec<Option<usize>> {
    let mut closing = vec![None; tokens.len()];
    let mut open = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        if token.is_sign("(") {
            open.push(place);
        } else if token.is_sign(")")
            && let Some(opened) = open.pop()
            && let Some(slot) = closing.get_mut(opened)
        {
            *slot = Some(place);
        }
    }
    closing
}
