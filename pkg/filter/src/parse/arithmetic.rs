//! Comparisons of numbers.

use super::{
    head::Head,
    literal,
    parser::{Parsed, Parser},
    wanted::ValueKind,
    written::{Asked, Compared, Written},
};
use crate::{
    error::Reason,
    lexer::{Kind, Token},
    relation::{Access, Arithmetic, Comparison, HeaderWord, Operator, Relation},
    syntax::{Expression, Primitive},
    tree::Tree,
    vocabulary::{constants, refused},
};

/// Ranges of values that all comparisons of a filter come to at most, such as 32,768 for `len & 1 == 0`.
pub const MAX_RANGES: usize = 131_072;

/// Operators and parentheses at most in one comparison.
const MAX_OPERATIONS: usize = 32;

/// Operators and parentheses of a comparison so far: they bound the work and the depth.
#[derive(Default)]
struct Budget {
    spent: usize,
    /// Whether what is read is a place in a header.
    is_offset: bool,
}

impl Parser<'_> {
    /// Whether the next condition is a comparison.
    pub(super) fn at_comparison(&self) -> bool {
        let token = self.peek();
        match token.kind {
            Kind::Sign => {
                token.text == "-" || (token.text == "(" && self.behind_parentheses().is_some_and(continues))
            }
            Kind::Word | Kind::Open => {
                let behind = self.peek_at(1);
                // In `net 10/8 or 11/8`, it is a prefix.
                let prefix = behind.is_sign("/") && matches!(self.state.recent, Some(Head::Net { .. }));
                token.is_word("len") || behind.is_sign("[") || (continues(behind) && !prefix)
            }
            Kind::Escaped | Kind::Unknown | Kind::End => false,
        }
    }

    pub(super) fn comparison(&mut self) -> Parsed<Written> {
        let (start, first) = (self.at, self.peek());
        let mut budget = Budget::default();
        let left = self.arithmetic(0, &mut budget)?;
        let is_open = |tokens: &[Token]| tokens.iter().any(|token| token.kind == Kind::Open);
        let words = self.read_from(start);
        let words = (!is_open(words)).then(|| words.iter().map(Token::source).collect());
        let comparison = Comparison::of(&self.peek().text)
            .filter(|_| self.peek().kind == Kind::Sign)
            .ok_or_else(|| self.expected("an operator or one of = != < > <= >="))?;
        self.next();
        let behind = self.at;
        let right = self.arithmetic(0, &mut budget)?;
        let text = (self.at == behind + 1).then(|| self.text_from(behind));
        let is_open = is_open(self.read_from(start));
        // What cannot be decided is the whole comparison; it is shown where it begins.
        let means = match self.relation(&left, comparison, &right) {
            _ if is_open => Tree::All(Vec::new()),
            Ok(means) => means,
            Err(_) if self.overlooks(true) => Tree::All(Vec::new()),
            Err(error) => return Err(first.error(error.reason)),
        };
        Ok(self.leaf(start, Asked::Comparison(Compared { left, words, comparison, right, text }), means))
    }

    /// The condition that compares these, as long as the ranges of all comparisons stay within [`MAX_RANGES`].
    pub(super) fn relation(
        &mut self,
        left: &Arithmetic,
        comparison: Comparison,
        right: &Arithmetic,
    ) -> Parsed<Expression> {
        let relation =
            Relation::new(left.clone(), comparison, right.clone()).map_err(|reason| self.refused(reason))?;
        self.state.ranges += relation.ranges();
        if self.state.ranges > MAX_RANGES {
            let reason = format!("the comparisons come to more than {MAX_RANGES} ranges of values");
            return Err(self.refused(reason));
        }
        Ok(Tree::Leaf(Primitive::Relation(relation)))
    }

    /// Operations of `level` and those that bind tighter.
    fn arithmetic(&mut self, level: u8, budget: &mut Budget) -> Parsed<Arithmetic> {
        if level == Operator::LEVELS {
            return self.operand(budget);
        }
        let mut left = self.arithmetic(level + 1, budget)?;
        loop {
            let sign = self.peek();
            let operator = Operator::of(&sign.text).filter(|operator| operator.level() == level);
            let Some(operator) = operator.filter(|_| sign.kind == Kind::Sign) else {
                return Ok(left);
            };
            self.spend(budget)?;
            self.next();
            let right = self.arithmetic(level + 1, budget)?;
            left = operation(left, operator, right, sign)?;
        }
    }

    fn operand(&mut self, budget: &mut Budget) -> Parsed<Arithmetic> {
        let token = self.peek();
        self.wants_value(ValueKind::Number);
        if token.kind == Kind::Open {
            self.next();
            // Any number will do: the comparison means nothing.
            return Ok(Arithmetic::Constant(1));
        }
        if self.peek().is_sign("(") {
            self.spend(budget)?;
            self.next();
            let inner = self.arithmetic(0, budget)?;
            self.want_sign(")", "an operator or )")?;
            return Ok(inner);
        }
        if self.peek().is_sign("-") {
            self.spend(budget)?;
            self.next();
            let inner = self.operand(budget)?;
            return operation(Arithmetic::Constant(0), Operator::Subtract, inner, token);
        }
        if token.kind == Kind::Word {
            if self.peek_at(1).is_sign("[") {
                return self.bytes(budget);
            }
            let access = match token.text.as_str() {
                "len" => Some(Access::Length),
                "ttl" => Some(Access::Ttl),
                "dscp" => Some(Access::Dscp),
                "payload" => Some(Access::Payload),
                "window" => Some(Access::Window),
                // In brackets it is the place of the flags.
                "tcpflags" if !budget.is_offset => Some(Access::TcpFlags),
                _ => None,
            };
            if let Some(access) = access {
                self.next();
                return Ok(Arithmetic::Access(access));
            }
            if let Some(number) = literal::number(&token.text).or_else(|| constants::constant(&token.text)) {
                self.next();
                return Ok(Arithmetic::Constant(number));
            }
        }
        Err(self.expected("a number, a name of one such as tcp-syn, or bytes of a header such as ip[8],"))
    }

    /// `header[offset]` or `header[offset:size]`.
    fn bytes(&mut self, budget: &mut Budget) -> Parsed<Arithmetic> {
        let word = self.peek();
        let name = if word.text == "link" { "ether" } else { word.text.as_str() };
        let header = HeaderWord::of(name).ok_or_else(|| {
            word.error(match refused::reason(&word.text) {
                Some(reason) => Reason::Refused(reason.into()),
                None => Reason::Expected(
                    "one of the headers ether, ip, ip6, arp, tcp, udp, sctp, icmp and icmp6".into(),
                ),
            })
        })?;
        self.next();
        self.spend(budget)?;
        self.next();
        let start = self.peek();
        budget.is_offset = true;
        let offset = self.arithmetic(0, budget);
        budget.is_offset = false;
        let Arithmetic::Constant(offset) = offset? else {
            let reason = "bytes are looked at where header fields are, not where the packet says";
            return Err(start.error(Reason::Refused(reason.into())));
        };
        let size = if self.eat_sign(":") { self.size()? } else { 1 };
        self.want_sign("]", "an operator, : or ]")?;
        Ok(Arithmetic::Access(Access::Bytes { header, offset, size }))
    }

    fn size(&mut self) -> Parsed<u32> {
        let token = self.peek();
        let size = self.number(1..=4, "1, 2 or 4 bytes")?;
        if size == 3 { Err(token.error(Reason::Expected("1, 2 or 4 bytes".into()))) } else { Ok(size) }
    }

    fn spend(&self, budget: &mut Budget) -> Parsed<()> {
        budget.spent += 1;
        if budget.spent > MAX_OPERATIONS {
            let reason = format!("a comparison can have {MAX_OPERATIONS} operators and parentheses at most");
            return Err(self.refused(reason));
        }
        Ok(())
    }
}

/// Whether a number in front of `token` is part of a comparison.
fn continues(token: &Token) -> bool {
    token.kind == Kind::Sign && (Operator::of(&token.text).is_some() || Comparison::of(&token.text).is_some())
}

fn operation(left: Arithmetic, operator: Operator, right: Arithmetic, sign: &Token) -> Parsed<Arithmetic> {
    Arithmetic::operation(left, operator, right).map_err(|reason| sign.error(Reason::Refused(reason)))
}
