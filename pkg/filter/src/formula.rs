//! Tests of fields, joined by and, or and not.

use crate::{
    environment::Environment,
    field::{Field, Packet},
    set::{Range, Set},
    tree::Tree,
};

/// A filter's meaning.
pub(crate) type Formula = Tree<Test>;

/// A test of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Test {
    /// The field's value, or its absence, is in the set.
    In(Field, Set),
    /// The IPv4 destination is a directed broadcast address of the interface.
    DirectedBroadcast,
}

impl Test {
    /// The field and the set it has to be in.
    pub(crate) fn set(&self, environment: &Environment) -> (Field, Set) {
        match self {
            Self::In(field, set) => (*field, set.clone()),
            Self::DirectedBroadcast => {
                let number = |address| u128::from(u32::from(address));
                let addresses = environment.broadcasts.iter().copied().map(number);
                let ranges = addresses.map(|address| Range { first: address, last: address });
                (Field::DestinationIpv4, Set::new(ranges))
            }
        }
    }

    /// Ranges of values in it.
    pub(crate) fn ranges(&self) -> usize {
        match self {
            Self::In(_, set) => set.ranges().len(),
            Self::DirectedBroadcast => 0,
        }
    }

    /// Whether `packet` passes.
    pub(crate) fn passes(&self, packet: &Packet<'_>, environment: &Environment) -> bool {
        match self {
            Self::In(field, set) => set.contains(field.value(packet)),
            Self::DirectedBroadcast => {
                let (field, set) = self.set(environment);
                set.contains(field.value(packet))
            }
        }
    }
}

/// The packets whose `field` is in `set`.
pub(crate) fn leaf(field: Field, set: Set) -> Formula {
    Tree::Leaf(Test::In(field, set))
}
