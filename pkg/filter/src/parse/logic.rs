//! And, or, not and parentheses, around whatever can stand in them.

use super::{
    parser::{Parsed, Parser},
    written::{Joined, Joint, MAX_DEPTH, Written, too_deep},
};

/// Reads one item of a chain.
pub(super) type Item<'t> = fn(&mut Parser<'t>) -> Parsed<Written>;

impl<'t> Parser<'t> {
    /// `item`s joined by and, or.
    pub(super) fn chain(&mut self, item: Item<'t>) -> Parsed<Written> {
        let outside = self.state.tags;
        let first = item(self)?;
        let mut others = Vec::new();
        loop {
            let word = self.peek();
            let Some(joint) = self.joint() else { break };
            let before = self.state.tags;
            if joint == Joint::Or {
                self.state.tags = outside;
            }
            let condition = item(self)?;
            if joint == Joint::Or {
                self.state.tags = self.state.tags.min(before);
            }
            others.push(Joined { joint, word: word.clone(), condition });
        }
        Ok(if others.is_empty() { first } else { Written::Chain { first: Box::new(first), others } })
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
    fn deeper(&mut self, item: impl FnOnce(&mut Self) -> Parsed<Written>) -> Parsed<Written> {
        if self.state.depth >= MAX_DEPTH {
            return Err(self.peek().error(too_deep()));
        }
        self.state.depth += 1;
        let read = item(self)?;
        self.state.depth -= 1;
        Ok(read)
    }

    /// `not item`, where `not` comes next.
    pub(super) fn negation(&mut self, item: Item<'t>) -> Parsed<Written> {
        let tags = self.state.tags;
        let read = self.deeper(|parser| {
            parser.next();
            item(parser)
        })?;
        // That there is no such tag says nothing about the ones there are.
        self.state.tags = tags;
        Ok(Written::Not(Box::new(read)))
    }

    pub(super) fn at_negation(&self) -> bool {
        self.peek().is_word("not") || self.peek().is_sign("!")
    }

    /// A list of `item`s in parentheses, where the first of these comes next.
    pub(super) fn parenthesised(&mut self, item: Item<'t>) -> Parsed<Written> {
        self.deeper(|parser| {
            parser.next();
            let inner = parser.chain(item)?;
            parser.want_sign(")", "and, or or )")?;
            Ok(Written::Group(Box::new(inner)))
        })
    }

    /// A filter of its own in braces, where the first of these comes next: what is in it ends with it, and a value
    /// behind it takes the qualifiers in front of it.
    pub(super) fn braced(&mut self, item: Item<'t>) -> Parsed<Written> {
        let recent = self.state.recent.take();
        let read = self.deeper(|parser| {
            parser.next();
            let inner = parser.chain(item)?;
            parser.want_sign("}", "and, or or }")?;
            Ok(Written::Group(Box::new(inner)))
        })?;
        self.state.recent = recent;
        Ok(read)
    }
}
