//! Text to words and signs.

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
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A keyword, name, number or address.
    Word,
    /// A name after a backslash, which is no keyword.
    Escaped,
    /// A sign, such as `(` or `<=`.
    Sign,
    /// The end of the text.
    End,
}

impl Token {
    /// An error at this token.
    pub(crate) fn error(&self, reason: Reason) -> FilterError {
        let Span { start, end } = self.span;
        FilterError { column: start + 1, length: end - start, word: self.text.clone(), reason }
    }

    pub(crate) fn is_sign(&self, text: &str) -> bool {
        self.kind == Kind::Sign && self.text == text
    }

    pub(crate) fn is_word(&self, text: &str) -> bool {
        self.kind == Kind::Word && self.text == text
    }
}

/// Signs, the longer ones first.
const SIGNS: &[&str] = &[
    "&&", "||", "!=", "==", "<=", ">=", "<<", ">>", "(", ")", "[", "]", ":", "/", "&", "|", "!", "=", "<",
    ">", "+", "-", "*", "%", "^",
];

/// The tokens of `text`, the last of them being [`Kind::End`].
pub(crate) fn tokens(text: &str) -> Result<Vec<Token>, FilterError> {
    let mut lexer = Lexer { rest: text, column: 0, brackets: 0 };
    let mut tokens = Vec::new();
    loop {
        let token = lexer.next()?;
        let last = token.kind == Kind::End;
        tokens.push(token);
        if last {
            return Ok(tokens);
        }
    }
}

struct Lexer<'t> {
    rest: &'t str,
    /// Characters before `rest`.
    column: usize,
    /// Open square brackets: a colon inside of them is a sign, elsewhere a part of an address.
    brackets: usize,
}

impl Lexer<'_> {
    fn next(&mut self) -> Result<Token, FilterError> {
        self.rest = {
            let trimmed = self.rest.trim_start();
            let skipped = self.rest.len() - trimmed.len();
            self.column += self.rest.get(..skipped).unwrap_or_default().chars().count();
            trimmed
        };
        let Some(first) = self.rest.chars().next() else {
            return Ok(self.take(0, Kind::End));
        };
        if first == '\\' {
            let length =
                self.rest.chars().skip(1).take_while(|c| is_inner(*c)).map(char::len_utf8).sum::<usize>();
            let token = self.take(1 + length, Kind::Escaped);
            return Ok(Token { text: token.text.trim_start_matches('\\').to_owned(), ..token });
        }
        if first.is_ascii_alphanumeric() || (first == ':' && self.brackets == 0) {
            let length = self.word_length();
            return Ok(self.take(length, Kind::Word));
        }
        if let Some(sign) = SIGNS.iter().find(|sign| self.rest.starts_with(**sign)) {
            match *sign {
                "[" => self.brackets += 1,
                "]" => self.brackets = self.brackets.saturating_sub(1),
                _ => {}
            }
            return Ok(self.take(sign.len(), Kind::Sign));
        }
        let token = self.take(first.len_utf8(), Kind::Sign);
        Err(token
            .error(Reason::Expected("a word, a number, an address or a sign of the filter language".into())))
    }

    /// Bytes of the word at the start: it does not end with a hyphen, which is a minus there.
    fn word_length(&self) -> usize {
        let colons = self.brackets == 0;
        let length = self.rest.find(|c| !(is_inner(c) || (c == ':' && colons))).unwrap_or(self.rest.len());
        self.rest.get(..length).unwrap_or_default().trim_end_matches('-').len()
    }

    fn take(&mut self, length: usize, kind: Kind) -> Token {
        let (text, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        let start = self.column;
        self.column += text.chars().count();
        self.rest = rest;
        Token { kind, text: text.to_owned(), span: Span { start, end: self.column } }
    }
}

/// Whether `c` can stand inside of a word, colons apart.
fn is_inner(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_')
}

#[cfg(test)]
mod tests;
