//! Tokens to an expression: a recursive-descent parser.
//!
//! | module | reads |
//! |---|---|
//! | this one | and, or, not, parentheses; what a condition begins with |
//! | `head` | qualifiers in front of values: `tcp src port` |
//! | `value` | what qualifiers can be followed by: addresses, ports, protocols, and lists of them |
//! | `literal` | numbers and addresses, from one word |
//! | `arithmetic` | comparisons |

mod arithmetic;
mod head;
mod literal;
mod value;

use head::Head;
use xdplive_packet::event::Direction;

use crate::{
    error::{FilterError, Reason},
    lexer::{Kind, Token},
    relation::{Access, Arithmetic, Comparison, Relation},
    syntax::{Cast, Expression, Primitive},
    tree::Tree,
    vocabulary::refused,
};

/// Levels of parentheses and `not` at most, in the text and in what it is read as.
pub const MAX_DEPTH: usize = 64;

/// Ranges of values that all comparisons of a filter come to at most, such as 32,768 for `len & 1 == 0`.
pub const MAX_RANGES: usize = 131_072;

/// VLAN tags that the parser of packets reads.
const TAGS: u8 = 2;

type Parsed<T> = Result<T, FilterError>;

/// Reads all of `tokens`, which end with [`Kind::End`]; nothing in front of it is everything.
pub(crate) fn expression(tokens: &[Token]) -> Parsed<Expression> {
    let Some(end) = tokens.last() else {
        return Ok(Tree::All(Vec::new()));
    };
    let mut parser = Parser { tokens, end, at: 0, depth: 0, tags: 0, recent: None, ranges: 0 };
    if tokens.len() == 1 {
        return Ok(Tree::All(Vec::new()));
    }
    let expression = parser.chain(Parser::term)?;
    match parser.peek().kind {
        Kind::End => Ok(expression),
        _ => Err(parser.expected("and, or or the end")),
    }
}

struct Parser<'t> {
    tokens: &'t [Token],
    /// The last of them.
    end: &'t Token,
    /// The next one.
    at: usize,
    /// Open parentheses and `not`s.
    depth: usize,
    /// VLAN tags that packets are known to have where the next condition is asked, because it is joined by
    /// `and` to others that want them: the next `vlan` means the tag behind these.
    tags: u8,
    /// The qualifiers that a value without any takes.
    recent: Option<Head>,
    /// Ranges of values in the comparisons so far.
    ranges: usize,
}

/// How two conditions are joined.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Joint {
    And,
    Or,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> &'t Token {
        self.peek_at(0)
    }

    /// The token `ahead` of the next one.
    fn peek_at(&self, ahead: usize) -> &'t Token {
        self.tokens.get(self.at + ahead).unwrap_or(self.end)
    }

    fn next(&mut self) -> &'t Token {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let found = self.peek().is_word(word);
        self.at += usize::from(found);
        found
    }

    fn eat_sign(&mut self, sign: &str) -> bool {
        let found = self.peek().is_sign(sign);
        self.at += usize::from(found);
        found
    }

    fn want_sign(&mut self, sign: &str, expected: &str) -> Parsed<()> {
        if self.eat_sign(sign) { Ok(()) } else { Err(self.expected(expected)) }
    }

    /// An error at the next token.
    fn expected(&self, expected: impl Into<String>) -> FilterError {
        self.peek().error(Reason::Expected(expected.into()))
    }

    /// An error at the next token.
    fn refused(&self, reason: impl Into<String>) -> FilterError {
        self.peek().error(Reason::Refused(reason.into()))
    }

    /// `item`s joined by and, or; both bind equally, from left to right.
    fn chain(&mut self, item: fn(&mut Self) -> Parsed<Expression>) -> Parsed<Expression> {
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
    fn negation(&mut self, item: fn(&mut Self) -> Parsed<Expression>) -> Parsed<Expression> {
        let tags = self.tags;
        let expression = self.deeper(|parser| {
            parser.next();
            item(parser)
        })?;
        // That there is no such tag says nothing about the ones there are.
        self.tags = tags;
        Ok(expression.negated())
    }

    fn at_negation(&self) -> bool {
        self.peek().is_word("not") || self.peek().is_sign("!")
    }

    /// A list of `item`s in parentheses, where the first of these comes next.
    fn parenthesised(&mut self, item: fn(&mut Self) -> Parsed<Expression>) -> Parsed<Expression> {
        self.deeper(|parser| {
            parser.next();
            let expression = parser.chain(item)?;
            parser.want_sign(")", "and, or or )")?;
            Ok(expression)
        })
    }

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

    fn relation(
        &mut self,
        left: Arithmetic,
        comparison: Comparison,
        right: Arithmetic,
    ) -> Parsed<Expression> {
        let relation = Relation::new(left, comparison, right).map_err(|reason| self.refused(reason))?;
        self.ranges += relation.ranges();
        if self.ranges > MAX_RANGES {
            let reason = format!("the comparisons come to more than {MAX_RANGES} ranges of values");
            return Err(self.refused(reason));
        }
        Ok(Tree::Leaf(Primitive::Relation(relation)))
    }
}

fn too_deep() -> Reason {
    Reason::Refused(format!("conditions can be {MAX_DEPTH} levels deep at most"))
}

#[cfg(test)]
mod tests;
