//! Tokens to an expression: a recursive-descent parser.
//!
//! | module | for |
//! |---|---|
//! | this one | conditions, by what they begin with |
//! | `qualifier` | qualifiers in front of values: `tcp src port` |
//! | `value` | what qualifiers can be followed by: addresses, ports, protocols, and lists of them |
//! | `arithmetic` | comparisons |
//! | `literal` | numbers and addresses, from one word |
//! | `logic` | and, or, not and parentheses, around conditions and around values |
//! | `parser` | the next token, and what is known from those before it |
//! | `head` | qualifiers, as they were read |

mod arithmetic;
mod head;
mod literal;
mod logic;
mod parser;
mod qualifier;
mod value;

pub use arithmetic::MAX_RANGES;
pub use logic::MAX_DEPTH;
use parser::{Parsed, Parser};
use xdplive_packet::event::Direction;

use crate::{
    lexer::{Kind, Token},
    relation::{Access, Arithmetic, Comparison},
    syntax::{Cast, Expression, Primitive},
    tree::Tree,
    vocabulary::refused,
};

/// VLAN tags that the parser of packets reads.
const TAGS: u8 = 2;

/// Reads all of `tokens`, which end with [`Kind::End`]; nothing in front of it is everything.
pub(crate) fn expression(tokens: &[Token]) -> Parsed<Expression> {
    let Some(end) = tokens.last() else {
        return Ok(Tree::All(Vec::new()));
    };
    let mut parser = Parser::new(tokens, end);
    if tokens.len() == 1 {
        return Ok(Tree::All(Vec::new()));
    }
    let expression = parser.chain(Parser::term)?;
    match parser.peek().kind {
        Kind::End => Ok(expression),
        _ => Err(parser.expected("and, or or the end")),
    }
}

impl Parser<'_> {
    /// A condition, its opposite, or a group of them.
    fn term(&mut self) -> Parsed<Expression> {
        if self.at_negation() {
            self.negation(Self::term)
        } else if self.at_comparison() {
            self.comparison()
        } else if self.peek().is_sign("(") {
            self.parenthesised(Self::term)
        } else {
            self.primitive()
        }
    }

    fn primitive(&mut self) -> Parsed<Expression> {
        let token = self.peek();
        if token.kind == Kind::Word {
            if let Some(reason) = refused::reason(&token.text) {
                return Err(self.refused(reason));
            }
            let simple = match token.text.as_str() {
                "inbound" => Some(Primitive::Way(Direction::In)),
                "outbound" => Some(Primitive::Way(Direction::Out)),
                "broadcast" => Some(Primitive::Cast(Cast::EtherBroadcast)),
                "multicast" => Some(Primitive::Cast(Cast::EtherMulticast)),
                _ => None,
            };
            if let Some(primitive) = simple {
                self.next();
                return Ok(Tree::Leaf(primitive));
            }
            match token.text.as_str() {
                "vlan" => return self.vlan(),
                "less" => return self.length(Comparison::AtMost),
                "greater" => return self.length(Comparison::AtLeast),
                _ => {}
            }
            if let Some(condition) = self.qualified()? {
                return Ok(condition);
            }
        }
        self.value_without_qualifiers()
    }

    /// `vlan`, `vlan ID`.
    fn vlan(&mut self) -> Parsed<Expression> {
        if self.tags == TAGS {
            return Err(self.refused("two tags are read at most, the outer and the inner one"));
        }
        let level = self.tags;
        self.next();
        let numbered =
            self.peek().kind == Kind::Word && self.peek().text.starts_with(|c: char| c.is_ascii_digit());
        let id = if numbered { Some(self.number(0..=4095, "a VLAN id from 0 to 4095")?) } else { None };
        self.tags += 1;
        Ok(Tree::Leaf(Primitive::Vlan { level, id }))
    }

    /// `less LENGTH`, `greater LENGTH`: both include the length.
    fn length(&mut self, comparison: Comparison) -> Parsed<Expression> {
        self.next();
        let length = self.number(0..=u16::MAX, "a frame length in bytes from 0 to 65535")?;
        self.relation(Arithmetic::Access(Access::Length), comparison, Arithmetic::Constant(length.into()))
    }
}

#[cfg(test)]
mod tests;
