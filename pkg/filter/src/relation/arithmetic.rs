//! Numbers computed from a packet.

use super::{layout::Access, signs::Operator};

/// A number computed from a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Constant(u32),
    Access(Access),
    Operation(Box<Self>, Operator, Box<Self>),
}

impl Arithmetic {
    /// The operation; with constants, its result.
    ///
    /// # Errors
    /// Where the result is not defined, the reason.
    pub(crate) fn operation(left: Self, operator: Operator, right: Self) -> Result<Self, String> {
        match (&left, operator, &right) {
            (_, Operator::Divide | Operator::Remainder, Self::Constant(0)) => {
                Err("nothing can be divided by 0".into())
            }
            (_, Operator::ShiftLeft | Operator::ShiftRight, Self::Constant(32..)) => {
                Err("numbers have 32 bits, so they can be shifted by 31 at most".into())
            }
            (_, Operator::Divide | Operator::Remainder, _)
            | (_, Operator::ShiftLeft | Operator::ShiftRight, _)
                if right.access().is_some() =>
            {
                Err("packets can have a value here for which the result is not defined".into())
            }
            (Self::Constant(left), _, Self::Constant(right)) => {
                Ok(Self::Constant(operator.apply(*left, *right)))
            }
            _ => Ok(Self::Operation(Box::new(left), operator, Box::new(right))),
        }
    }

    /// The value of the packet in it, from the left the first.
    pub(crate) fn access(&self) -> Option<Access> {
        match self {
            Self::Constant(_) => None,
            Self::Access(access) => Some(*access),
            Self::Operation(left, _, right) => left.access().or_else(|| right.access()),
        }
    }

    /// Values of the packet in it.
    pub(crate) fn accesses(&self) -> usize {
        match self {
            Self::Constant(_) => 0,
            Self::Access(_) => 1,
            Self::Operation(left, _, right) => left.accesses() + right.accesses(),
        }
    }

    /// The result where the packet's value is `value`.
    pub(super) fn result(&self, value: u32) -> u32 {
        match self {
            Self::Constant(constant) => *constant,
            Self::Access(_) => value,
            Self::Operation(left, operator, right) => operator.apply(left.result(value), right.result(value)),
        }
    }
}
