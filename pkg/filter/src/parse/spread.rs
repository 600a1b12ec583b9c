//! Lists in braces: a condition with one is the same condition for each of its values.

use super::{
    parser::{Parsed, Parser, State},
    written::{Joint, Written},
};
use crate::{
    error::Reason,
    lexer::{Kind, Span, Token},
};

/// Conditions at most that the lists in braces of a filter come to.
pub(crate) const MAX_CONDITIONS: usize = 32_768;

/// Reads a condition, whatever the lifetime of its tokens.
pub(super) type Condition = for<'p, 't> fn(&'p mut Parser<'t>) -> Parsed<Written>;

impl<'t> Parser<'t> {
    /// What `condition` reads, once for each value of the lists in braces that are in it.
    pub(super) fn spread(&mut self, condition: Condition) -> Parsed<Written> {
        let (start, before) = (self.at, self.state);
        let read = condition(self)?;
        let Some((list, token)) = self.unspread(start) else { return Ok(read) };
        let values = self.lists.get(list).map(Vec::as_slice).unwrap_or_default();
        self.state.ranges = before.ranges;
        self.state.spread += values.len();
        if self.state.spread > MAX_CONDITIONS {
            let reason = format!("lists in braces come to {MAX_CONDITIONS} conditions at most");
            return Err(token.error(Reason::Refused(reason)));
        }
        let mut tags = None;
        let mut each = Vec::with_capacity(values.len());
        for value in values {
            let tokens = with_value(self.read_from(start), list, value, self.end_of(start));
            let Some(end) = tokens.last() else { continue };
            let mut inner = Parser::new(&tokens, end, self.lists, self.is_lenient);
            inner.state =
                State { tags: before.tags, recent: before.recent, depth: before.depth, ..self.state };
            each.push(inner.spread(condition)?);
            if inner.peek().kind != Kind::End {
                return Err(inner.expected("a condition like that of the first value in the braces"));
            }
            tags = Some(tags.map_or(inner.state.tags, |tags: u8| tags.min(inner.state.tags)));
            self.state = inner.state;
        }
        self.state.tags = tags.unwrap_or(before.tags);
        self.spread.push((start, self.at));
        // What is none of several is not this one and not that one.
        let is_unequal = self.read_from(start).iter().any(|token| token.is_sign("!="));
        Ok(Written::Spread { joint: if is_unequal { Joint::And } else { Joint::Or }, each })
    }

    /// The first list in what was read from `start` on that is not spread yet.
    fn unspread(&self, start: usize) -> Option<(usize, &'t Token)> {
        // Those that end in front of it are not in it. They stand in the order of their ends.
        let within: Vec<_> = self.spread.iter().rev().take_while(|(_, to)| *to > start).collect();
        let is_open = |place: &usize| !within.iter().any(|(from, to)| (*from..*to).contains(place));
        let tokens = (start..self.at).filter(is_open).filter_map(|place| self.tokens.get(place));
        tokens.filter_map(|token| Some((token.list?, token))).next()
    }

    /// The end of a text that ends where the tokens do that were read from `start` on.
    fn end_of(&self, start: usize) -> Token {
        let end = self.read_from(start).last().map_or(0, |token| token.span.end);
        Token { kind: Kind::End, text: String::new(), span: Span { start: end, end }, list: None }
    }
}

/// `tokens` with `value` in place of those that are from `list`.
fn with_value(tokens: &[Token], list: usize, value: &[Token], end: Token) -> Vec<Token> {
    let is_of_list = |token: &Token| token.list == Some(list);
    let place = tokens.iter().position(is_of_list).unwrap_or(tokens.len());
    let (before, rest) = tokens.split_at(place);
    let behind = rest.iter().filter(|token| !is_of_list(token));
    before.iter().chain(value).chain(behind).cloned().chain([end]).collect()
}
