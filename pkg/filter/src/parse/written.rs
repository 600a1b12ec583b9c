//! A filter as it was written: the conditions, how they are joined, and what each of them asks for.

use super::head::Head;
use crate::{
    error::{FilterError, Reason},
    lexer::Token,
    relation::{Arithmetic, Comparison},
    syntax::{Cast, Expression},
    tree::Tree,
};

/// Levels of parentheses and `not` at most, in the text and in what it is read as.
pub const MAX_DEPTH: usize = 64;

/// Conditions in the order and the parentheses that they were written in.
#[derive(Clone, Debug)]
pub(crate) enum Written {
    /// Joined by and, or; both bind equally, from left to right.
    Chain {
        first: Box<Written>,
        others: Vec<Joined>,
    },
    /// The opposite.
    Not(Box<Written>),
    /// In parentheses.
    Group(Box<Written>),
    /// The same condition for each value of a list in braces; empty are those that restrict nothing.
    Spread {
        joint: Joint,
        each: Vec<Written>,
    },
    Leaf(Leaf),
}

/// How two conditions are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Joint {
    And,
    Or,
}

/// A condition with what joins it to those before.
#[derive(Clone, Debug)]
pub(crate) struct Joined {
    pub(crate) joint: Joint,
    /// What says so.
    pub(crate) word: Token,
    pub(crate) condition: Written,
}

/// One condition.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    pub(crate) asked: Asked,
    /// Nothing where a value in it is not known: it restricts nothing.
    pub(crate) means: Option<Expression>,
}

/// What a condition asks for, in the words that it was written in.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    /// A value behind qualifiers, which may be those of a value before it.
    Value {
        head: Head,
        text: String,
    },
    /// A protocol by its keyword alone.
    Protocol(String),
    Cast(Cast),
    /// `inbound`, `outbound`.
    Way(String),
    /// A VLAN tag, with this id if there is one.
    /// A word, with its value if it takes one, that menus do not know.
    Word(String),
    Vlan {
        id: Option<String>,
    },
    Comparison(Compared),
    /// Whatever stands in a variable.
    Variable(String),
}

/// A comparison.
#[derive(Clone, Debug)]
pub(crate) struct Compared {
    pub(crate) left: Arithmetic,
    /// The words and signs on the left, if all of them are known.
    pub(crate) words: Option<Vec<String>>,
    pub(crate) comparison: Comparison,
    pub(crate) right: Arithmetic,
    /// The right side, where it is one word.
    pub(crate) text: Option<String>,
}

impl Written {
    /// What it means; nothing where it restricts nothing.
    ///
    /// # Errors
    /// Where it is too deep.
    pub(crate) fn expression(&self) -> Result<Option<Expression>, FilterError> {
        Ok(self.built()?.map(|built| built.tree))
    }

    fn built(&self) -> Result<Option<Built>, FilterError> {
        match self {
            Self::Leaf(leaf) => Ok(leaf.means.clone().map(Built::new)),
            Self::Group(inner) => inner.built(),
            Self::Not(inner) => Ok(inner.built()?.map(Built::negated)),
            Self::Spread { joint, each } => {
                let each = each.iter().map(Self::built).collect::<Result<Vec<_>, _>>()?;
                Ok(each.into_iter().flatten().reduce(|all, other| all.joined(*joint, other)))
            }
            Self::Chain { first, others } => {
                let mut all = first.built()?;
                for Joined { joint, word, condition } in others {
                    all = match (all, condition.built()?) {
                        (Some(before), Some(other)) => Some(before.joined(*joint, other)),
                        (before, other) => before.or(other),
                    };
                    if all.as_ref().is_some_and(|all| all.height > MAX_DEPTH) {
                        return Err(word.error(too_deep()));
                    }
                }
                Ok(all)
            }
        }
    }
}

/// An expression and its height, which would take long to find out anew with each condition of a long list.
struct Built {
    tree: Expression,
    height: usize,
}

impl Built {
    fn new(tree: Expression) -> Self {
        let height = tree.height();
        Self { tree, height }
    }

    fn negated(self) -> Self {
        Self { tree: self.tree.negated(), height: self.height + 1 }
    }

    fn joined(self, joint: Joint, other: Self) -> Self {
        let level = |built: &Self| match (joint, &built.tree) {
            // It becomes a part of the same list.
            (Joint::And, Tree::All(_)) | (Joint::Or, Tree::Any(_)) => built.height,
            _ => built.height + 1,
        };
        let height = level(&self).max(level(&other));
        Self { tree: joint.join(self.tree, other.tree), height }
    }
}

impl Joint {
    fn join(self, left: Expression, right: Expression) -> Expression {
        match self {
            Self::And => left.and(right),
            Self::Or => left.or(right),
        }
    }
}

pub(super) fn too_deep() -> Reason {
    Reason::Refused(format!("conditions can be {MAX_DEPTH} levels deep at most"))
}
