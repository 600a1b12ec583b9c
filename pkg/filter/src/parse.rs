//! Tokens to an expression: a recursive-descent parser.
//!
//! | module | for |
//! |---|---|
//! | this one | conditions, by what they begin with |
//! | `qualifier` | qualifiers in front of values: `tcp src port` |
//! | `value` | what qualifiers can be followed by: addresses, ports, protocols, and lists of them |
//! | `arithmetic` | comparisons |
//! | `literal` | numbers and addresses, from one word |
//! | `ending` | what could come next where a text ends, whatever its faults |
//! | `spread` | conditions with a list in braces |
//! | `logic` | and, or, not and parentheses, around conditions and around values |
//! | `parser` | the next token, and what is known from those before it |
//! | `written` | what is read: conditions as they were written |
//! | `wanted` | what could be read next |
//! | `head` | qualifiers, as they were read |

mod arithmetic;
mod ending;
mod head;
mod literal;
mod logic;
mod parser;
mod qualifier;
mod spread;
mod value;
mod wanted;
mod written;

pub use arithmetic::MAX_RANGES;
pub(crate) use ending::{is_whole, wanted};
pub(crate) use head::Head;
pub(crate) use parser::Parsed;
use parser::Parser;
pub(crate) use spread::MAX_CONDITIONS;
pub use wanted::ValueKind;
pub(crate) use wanted::Wanted;
pub use written::MAX_DEPTH;
pub(crate) use written::{Asked, Compared, Joint, Leaf, Written};
use xdplive_packet::event::Direction;

use crate::{
    lexer::{Kind, Lexed, Token},
    relation::{Access, Arithmetic, Comparison, HeaderWord, Operator},
    syntax::{Cast, Primitive},
    tree::Tree,
    vocabulary::{
        llc::{self, Llc},
        refused, tunnels,
    },
};

/// EtherType of PPPoE discovery (RFC 2516).
const PPPOE_DISCOVERY: u16 = 0x8863;
/// VLAN tags whose ids the parser of packets keeps.
const TAGS: u8 = 2;

/// Reads all of a text; nothing where there is nothing in it, which is everything.
pub(crate) fn written(lexed: &Lexed) -> Parsed<Option<Written>> {
    match &lexed.fault {
        Some(fault) => Err(fault.clone()),
        None => whole(lexed, false),
    }
}

/// The same, with values that are wrong as values that are not known.
pub(crate) fn outline(lexed: &Lexed) -> Parsed<Option<Written>> {
    whole(lexed, true)
}

fn whole(Lexed { tokens, lists, .. }: &Lexed, is_lenient: bool) -> Parsed<Option<Written>> {
    let Some(end) = tokens.last().filter(|_| tokens.len() > 1) else { return Ok(None) };
    let mut parser = Parser::new(tokens, end, lists, is_lenient);
    let written = parser.all()?;
    match parser.peek().kind {
        Kind::End => Ok(Some(written)),
        _ => Err(parser.expected("and, or or the end")),
    }
}

impl Parser<'_> {
    /// Conditions, up to what joins no others to them.
    fn all(&mut self) -> Parsed<Written> {
        self.chain(Parser::term)
    }

    /// A condition, its opposite, or a group of them.
    fn term(&mut self) -> Parsed<Written> {
        self.wants(Wanted::Condition);
        if self.at_negation() {
            self.negation(Self::term)
        } else if self.at_comparison() {
            self.spread(|parser| parser.comparison())
        } else if self.peek().is_sign("(") {
            self.parenthesised(Self::term)
        } else if self.peek().is_sign("{") {
            self.braced(Self::term)
        } else {
            self.spread(|parser| parser.primitive())
        }
    }

    fn primitive(&mut self) -> Parsed<Written> {
        let (start, token) = (self.at, self.peek());
        if token.kind == Kind::Open {
            return self.variable();
        }
        if token.kind == Kind::Word {
            if let Some(reason) = refused::reason(&token.text) {
                return Err(self.refused(reason));
            }
            let simple = match token.text.as_str() {
                "inbound" => Some((Primitive::Way(Direction::In), Asked::Way(token.text.clone()))),
                "outbound" => Some((Primitive::Way(Direction::Out), Asked::Way(token.text.clone()))),
                "broadcast" => {
                    Some((Primitive::Cast(Cast::EtherBroadcast), Asked::Cast(Cast::EtherBroadcast)))
                }
                "multicast" => {
                    Some((Primitive::Cast(Cast::EtherMulticast), Asked::Cast(Cast::EtherMulticast)))
                }
                _ => None,
            };
            if let Some((primitive, asked)) = simple {
                self.next();
                return Ok(self.leaf(start, asked, Tree::Leaf(primitive)));
            }
            match token.text.as_str() {
                "vlan" => return self.vlan(),
                "fragment" => return Ok(self.alone(Primitive::Fragment)),
                "pppoed" => return Ok(self.alone(Primitive::Ethertype(PPPOE_DISCOVERY))),
                "df" => return self.dont_fragment(),
                word if tunnels::of(word).is_some() => return self.tunnel(),
                word if llc::of(word).is_some() => return self.link_control(),
                "less" => return self.length(Comparison::AtMost),
                "greater" => return self.length(Comparison::AtLeast),
                _ => {}
            }
            if let Some(condition) = self.qualified()? {
                return Ok(condition);
            }
        }
        if let Some(kind) = self.state.recent.and_then(Head::values) {
            self.wants_value(kind);
        }
        self.value_without_qualifiers()
    }

    /// What may be a whole condition, or a protocol in front of qualifiers.
    fn variable(&mut self) -> Parsed<Written> {
        let start = self.at;
        self.next();
        self.qualified()?;
        let text = self.text_from(start);
        Ok(self.leaf(start, Asked::Variable(text), Tree::All(Vec::new())))
    }

    /// `vlan`, `vlan ID`.
    fn vlan(&mut self) -> Parsed<Written> {
        if self.state.tags == TAGS {
            return Err(self.refused("the ids of two tags are kept at most, of the outer and the inner one"));
        }
        let (start, level) = (self.at, self.state.tags);
        self.next();
        self.wants_value(ValueKind::Vlan);
        let token = self.peek();
        let is_open = token.kind == Kind::Open;
        let is_number = token.kind == Kind::Word && token.text.starts_with(|c: char| c.is_ascii_digit());
        let id = if is_open || is_number {
            Some(self.number(0..=4095, "a VLAN id from 0 to 4095")?)
        } else {
            None
        };
        // A condition that restricts nothing says nothing about tags.
        self.state.tags += u8::from(!is_open);
        let asked = Asked::Vlan { id: id.map(|_| token.source()) };
        Ok(self.leaf(start, asked, Tree::Leaf(Primitive::Vlan { level, id })))
    }

    /// A word that takes no value.
    fn alone(&mut self, primitive: Primitive) -> Written {
        let start = self.at;
        let word = self.next().text.clone();
        self.leaf(start, Asked::Word(word), Tree::Leaf(primitive))
    }

    /// `df`: of IPv4, whose packets may say that they are not to be fragmented (RFC 791).
    fn dont_fragment(&mut self) -> Parsed<Written> {
        let start = self.at;
        let word = self.next().text.clone();
        let flags = Arithmetic::Access(Access::Bytes { header: HeaderWord::Ip, offset: 6, size: 1 });
        let flag = Arithmetic::operation(flags, Operator::And, Arithmetic::Constant(0x40));
        let flag = flag.map_err(|reason| self.refused(reason))?;
        let means = self.relation(&flag, Comparison::NotEqual, &Arithmetic::Constant(0))?;
        Ok(self.leaf(start, Asked::Word(word), means))
    }

    /// `vxlan`, `vxlan VNI` and so on.
    fn tunnel(&mut self) -> Parsed<Written> {
        let start = self.at;
        let word = self.next().text.clone();
        let Some((kind, ids, name)) = tunnels::of(&word) else { return Err(self.expected("a tunnel")) };
        let token = self.peek();
        let is_number = token.kind == Kind::Word && token.text.starts_with(|c: char| c.is_ascii_digit());
        let is_compared = |token: &Token| token.kind == Kind::Sign && Comparison::of(&token.text).is_some();
        let id = if token.kind == Kind::Open || is_number && !is_compared(self.peek_at(1)) {
            let expected = format!("{name} from {} to {}", ids.start(), ids.end());
            Some(self.number(ids, &expected)?)
        } else {
            None
        };
        // A variable can be any number.
        let means = match token.kind {
            Kind::Open => Tree::All(Vec::new()),
            _ => Tree::Leaf(Primitive::Tunnel { kind, id }),
        };
        let text = self.text_from(start);
        Ok(self.leaf(start, Asked::Word(text), means))
    }

    /// `llc`, `llc TYPE`, `stp`, `iso proto PROTOCOL` and so on.
    fn link_control(&mut self) -> Parsed<Written> {
        let start = self.at;
        let word = self.next().text.clone();
        let Some(mut what) = llc::of(&word) else { return Err(self.expected("llc")) };
        let mut is_open = false;
        if what == Llc::Any {
            self.wants_words(&llc::control_names());
            let kind = self.peek();
            is_open = kind.kind == Kind::Open;
            let named = (kind.kind == Kind::Word).then(|| llc::control(&kind.text)).flatten();
            if is_open || named.is_some() {
                self.next();
            }
            what = named.map_or(what, Llc::Control);
        } else if let Llc::Between(llc::OSI) | Llc::Osi(llc::IS_IS) = what {
            self.wants_words(&["proto"]);
            if self.eat_word("proto") {
                let token = self.peek();
                is_open = token.kind == Kind::Open;
                let named =
                    if what == Llc::Between(llc::OSI) && matches!(token.kind, Kind::Word | Kind::Escaped) {
                        llc::osi(&token.text)
                    } else {
                        None
                    };
                what = match (named, what) {
                    (Some(number), _) => {
                        self.next();
                        Llc::Osi(number)
                    }
                    (None, Llc::Between(_)) => Llc::Osi(self.number(
                        0..=u8::MAX,
                        "the number of a protocol from 0 to 255, or clnp, esis or isis,",
                    )?),
                    (None, _) => Llc::Pdu(self.number(0..=u8::MAX, "the type of a PDU from 0 to 255")?),
                };
            }
        }
        let means = if is_open { Tree::All(Vec::new()) } else { Tree::Leaf(Primitive::Llc(what)) };
        let text = self.text_from(start);
        Ok(self.leaf(start, Asked::Word(text), means))
    }

    /// `less LENGTH`, `greater LENGTH`: both include the length.
    fn length(&mut self, comparison: Comparison) -> Parsed<Written> {
        let start = self.at;
        self.next();
        let token = self.peek();
        let length = self.number(0..=u16::MAX, "a frame length in bytes from 0 to 65535")?;
        let (left, right) = (Arithmetic::Access(Access::Length), Arithmetic::Constant(length.into()));
        let means = self.relation(&left, comparison, &right)?;
        let compared = Compared { left, words: None, comparison, right, text: Some(token.source()) };
        Ok(self.leaf(start, Asked::Comparison(compared), means))
    }
}

#[cfg(test)]
mod tests;
