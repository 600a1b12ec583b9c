//! Conditions and their opposites, without `not` around groups of them.

use std::fmt::{self, Display, Formatter};

use crate::{
    compile,
    field::Field,
    formula::{Formula, Test, leaf},
    relation::HeaderWord,
    set::Set,
    syntax::{Expression, Primitive},
    tree::{Printed, Tree},
};

/// A condition, or its opposite.
#[derive(Clone, Copy, Debug)]
pub(super) struct Literal<'e> {
    primitive: &'e Primitive,
    is_wanted: bool,
}

/// `expression`, or its opposite: no `not` is left in it.
pub(super) fn tree(expression: &Expression, is_wanted: bool) -> Tree<Literal<'_>> {
    match (expression, is_wanted) {
        (Tree::All(list), true) | (Tree::Any(list), false) => {
            // Groups of conditions that all have to be met are one group.
            list.iter().map(|one| tree(one, is_wanted)).fold(Tree::All(Vec::new()), Tree::and)
        }
        (Tree::Any(list), true) | (Tree::All(list), false) => {
            Tree::Any(list.iter().map(|one| tree(one, is_wanted)).collect())
        }
        (Tree::Not(inner), _) => tree(inner, !is_wanted),
        (Tree::Leaf(primitive), _) => Tree::Leaf(Literal { primitive, is_wanted }),
    }
}

impl Literal<'_> {
    /// The packets that meet it on some interface.
    pub(super) fn formula(&self) -> Formula {
        let any_address = || leaf(Field::DestinationIpv4, Set::range(0_u8, Field::DestinationIpv4.max()));
        let on_some_interface = |test: &Test| match test {
            Test::DirectedBroadcast if self.is_wanted => any_address(),
            Test::DirectedBroadcast => Tree::Any(Vec::new()),
            Test::In(..) => Tree::Leaf(test.clone()),
        };
        let formula = compile::formula(&Tree::Leaf(self.primitive.clone())).replace(&on_some_interface);
        if self.is_wanted { formula } else { formula.negated() }
    }

    /// The header whose bytes it compares.
    pub(super) fn header(&self) -> Option<HeaderWord> {
        match self.primitive {
            Primitive::Relation(relation) => relation.header(),
            _ => None,
        }
    }
}

impl Printed for Literal<'_> {
    fn value(&self) -> Option<(String, String)> {
        if self.is_wanted { self.primitive.value() } else { None }
    }
}

impl Display for Literal<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if !self.is_wanted {
            f.write_str("not ")?;
        }
        self.primitive.fmt(f)
    }
}
