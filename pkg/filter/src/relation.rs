//! Comparisons such as `tcp[13] & 2 != 0`.
//!
//! As in pcap-filter(7), numbers are unsigned, of 32 bits, and wrap around. A comparison is about one value
//! of the packet; it becomes the set of that value's numbers for which it is true.

mod layout;
mod print;
mod solve;

pub(crate) use layout::{Access, HeaderWord};

use crate::formula::{Formula, Test};

/// Two numbers compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Relation {
    left: Arithmetic,
    comparison: Comparison,
    right: Arithmetic,
    meaning: Formula,
}

impl Relation {
    /// The comparison, if headers can decide it.
    ///
    /// # Errors
    /// The reason why they cannot.
    pub(crate) fn new(left: Arithmetic, comparison: Comparison, right: Arithmetic) -> Result<Self, String> {
        let meaning = solve::meaning(&left, comparison, &right)?;
        Ok(Self { left, comparison, right, meaning })
    }

    /// Ranges of values in its meaning: what it costs.
    pub(crate) fn ranges(&self) -> usize {
        self.meaning.leaves().map(Test::ranges).sum()
    }

    /// Left side, comparison, right side, as they were written.
    pub(crate) fn parts(&self) -> (&Arithmetic, Comparison, &Arithmetic) {
        (&self.left, self.comparison, &self.right)
    }

    /// The packets for which it is true.
    pub(crate) fn meaning(&self) -> &Formula {
        &self.meaning
    }
}

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
    fn result(&self, value: u32) -> u32 {
        match self {
            Self::Constant(constant) => *constant,
            Self::Access(_) => value,
            Self::Operation(left, operator, right) => operator.apply(left.result(value), right.result(value)),
        }
    }
}

/// Declares an enum of signs.
macro_rules! signs {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $sign:literal $(| $other:literal)*,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $name {
            $($variant,)*
        }

        impl $name {
            /// What `sign` stands for.
            pub(crate) fn of(sign: &str) -> Option<Self> {
                match sign {
                    $($sign $(| $other)* => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// Its usual sign.
            pub(crate) const fn sign(self) -> &'static str {
                match self {
                    $(Self::$variant => $sign,)*
                }
            }
        }
    };
}

signs! {
    /// What is done with two numbers.
    Operator {
        Or = "|",
        And = "&",
        ExclusiveOr = "^",
        ShiftLeft = "<<",
        ShiftRight = ">>",
        Add = "+",
        Subtract = "-",
        Multiply = "*",
        Divide = "/",
        Remainder = "%",
    }
}

impl Operator {
    /// How many levels of operators bind tighter or less.
    pub(crate) const LEVELS: u8 = 4;

    /// How tight it binds: 0 is the loosest.
    pub(crate) const fn level(self) -> u8 {
        match self {
            Self::Or | Self::And | Self::ExclusiveOr => 0,
            Self::ShiftLeft | Self::ShiftRight => 1,
            Self::Add | Self::Subtract => 2,
            Self::Multiply | Self::Divide | Self::Remainder => 3,
        }
    }

    /// What is not defined is 0; [`Arithmetic::operation`] lets none of it through.
    fn apply(self, left: u32, right: u32) -> u32 {
        match self {
            Self::Or => left | right,
            Self::And => left & right,
            Self::ExclusiveOr => left ^ right,
            Self::ShiftLeft => left.checked_shl(right).unwrap_or(0),
            Self::ShiftRight => left.checked_shr(right).unwrap_or(0),
            Self::Add => left.wrapping_add(right),
            Self::Subtract => left.wrapping_sub(right),
            Self::Multiply => left.wrapping_mul(right),
            Self::Divide => left.checked_div(right).unwrap_or(0),
            Self::Remainder => left.checked_rem(right).unwrap_or(0),
        }
    }
}

signs! {
    /// How two numbers are compared.
    Comparison {
        Equal = "==" | "=",
        NotEqual = "!=",
        Less = "<",
        Greater = ">",
        AtMost = "<=",
        AtLeast = ">=",
    }
}

impl Comparison {
    /// The same with the sides exchanged.
    pub(crate) const fn mirrored(self) -> Self {
        match self {
            Self::Equal | Self::NotEqual => self,
            Self::Less => Self::Greater,
            Self::Greater => Self::Less,
            Self::AtMost => Self::AtLeast,
            Self::AtLeast => Self::AtMost,
        }
    }

    fn holds(self, left: u32, right: u32) -> bool {
        match self {
            Self::Equal => left == right,
            Self::NotEqual => left != right,
            Self::Less => left < right,
            Self::Greater => left > right,
            Self::AtMost => left <= right,
            Self::AtLeast => left >= right,
        }
    }
}

#[cfg(test)]
mod tests;
