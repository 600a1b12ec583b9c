//! Conditions joined by and, or and not.

use std::fmt::Display;

/// A condition as it is printed.
pub(crate) trait Printed: Display {
    /// What it begins with, and the value that comes next, if that can stand in a list in braces.
    fn value(&self) -> Option<(String, String)>;
}

/// A condition made of conditions `L`.
///
/// An `All` never holds an `All`, an `Any` never an `Any` when built by [`Tree::and`] and [`Tree::or`]: a
/// chain of any length is one level deep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tree<L> {
    /// Every one of these; of an empty list, always.
    All(Vec<Self>),
    /// At least one of these; of an empty list, never.
    Any(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
    /// A condition.
    Leaf(L),
}

impl<L> Tree<L> {
    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let list = |tree| match tree {
            Self::All(list) => list,
            tree => vec![tree],
        };
        Self::All(joined(list(self), list(other)))
    }

    /// At least one of both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let list = |tree| match tree {
            Self::Any(list) => list,
            tree => vec![tree],
        };
        Self::Any(joined(list(self), list(other)))
    }

    /// The opposite.
    #[must_use]
    pub fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// Whether the whole holds, where `leaf` says it of a condition.
    pub fn holds(&self, leaf: &impl Fn(&L) -> bool) -> bool {
        match self {
            Self::All(list) => list.iter().all(|tree| tree.holds(leaf)),
            Self::Any(list) => list.iter().any(|tree| tree.holds(leaf)),
            Self::Not(tree) => !tree.holds(leaf),
            Self::Leaf(condition) => leaf(condition),
        }
    }

    /// The same tree of other conditions.
    pub fn replace<M>(&self, leaf: &impl Fn(&L) -> Tree<M>) -> Tree<M> {
        let each = |list: &[Self]| list.iter().map(|tree| tree.replace(leaf)).collect();
        match self {
            Self::All(list) => Tree::All(each(list)),
            Self::Any(list) => Tree::Any(each(list)),
            Self::Not(tree) => tree.replace(leaf).negated(),
            Self::Leaf(condition) => leaf(condition),
        }
    }

    /// The conditions, from left to right.
    pub fn leaves(&self) -> Box<dyn Iterator<Item = &L> + '_> {
        match self {
            Self::All(list) | Self::Any(list) => Box::new(list.iter().flat_map(Self::leaves)),
            Self::Not(tree) => tree.leaves(),
            Self::Leaf(leaf) => Box::new(std::iter::once(leaf)),
        }
    }

    /// Levels of and, or and not above the deepest condition.
    #[must_use]
    pub fn height(&self) -> usize {
        match self {
            Self::All(list) | Self::Any(list) => 1 + list.iter().map(Self::height).max().unwrap_or(0),
            Self::Not(tree) => 1 + tree.height(),
            Self::Leaf(_) => 0,
        }
    }
}

fn joined<T>(mut list: Vec<T>, other: Vec<T>) -> Vec<T> {
    list.extend(other);
    list
}
