//! And, or, not and parentheses, around whatever can stand in them.

use super::parser::{Parsed, Parser};
use crate::{error::Reason, syntax::Expression};

/// Levels of parentheses and `not` at most, in the text and in what it is read as.
pub const MAX_DEPTH: usize = 64;

/// How two conditions are joined.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Joint {
    And,
    Or,
}

impl Parser<'_> {
    /// `item`s joined by and, or; both bind equally, from left to right.
    pub(super) fn chain(&mut self, item: fn(&mut Self) -> Parsed<Expression>) -> Parsed<Expression> {
        let outside = self.tags;
        let mut expression = item(self)?;
        loop {
            let joint = self.peek();
            match self.joint() {
                None => return Ok(expression),
                Some(Joint::And) => expression = expression.and(item(self)?),
                Some(Joint::Or) => {
                    let before = std::mem::replace(&mut self.tags, outside);
                    expression = expression.or(item(self)?);
                    self.tags = self.tags.min(before);
                }
            }
            if expression.height() > MAX_DEPTH {
                return Err(joint.error(too_deep()));
            }
        }
    }

    fn joint(&mut self) -> Option<Joint> {
        if self.eat_word("and") || self.eat_sign("&&") {
            Some(Joint::And)
        } else if self.eat_word("or") || self.eat_sign("||") {
            Some(Joint::Or)
        } else {
            None
        }
    }

    /// What `item` reads, one level deeper.
    fn deeper(&mut self, item: impl FnOnce(&mut Self) -> Parsed<Expression>) -> Parsed<Expression> {
        if self.depth >= MAX_DEPTH {
            return Err(self.peek().error(too_deep()));
        }
        self.depth += 1;
        let expression = item(self)?;
        self.depth -= 1;
        Ok(expression)
    }

    /// `not item`, where `not` comes next.
    pub(super) fn negation(&mut self, item: fn(&mut Self) -> Parsed<Expression>) -> Parsed<Expression> {
        let tags = self.tags;
        let expression = self.deeper(|parser| {
            parser.next();
            item(parser)
        })?;
        // That there is no such tag says nothing about the ones there are.
        self.tags = tags;
        Ok(expression.negated())
    }

    pub(super) fn at_negation(&self) -> bool {
        self.peek().is_word("not") || self.peek().is_sign("!")
    }

    /// A list of `item`s in parentheses, where the first of these comes next.
    pub(super) fn parenthesised(&mut self, item: fn(&mut Self) -> Parsed<Expression>) -> Parsed<Expression> {
        self.deeper(|parser| {
            parser.next();
            let expression = parser.chain(item)?;
            parser.want_sign(")", "and, or or )")?;
            Ok(expression)
        })
    }
}

fn too_deep() -> Reason {
    Reason::Refused(format!("conditions can be {MAX_DEPTH} levels deep at most"))
}
