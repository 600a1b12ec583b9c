//! The signs of operators and comparisons, and what they stand for.

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

    /// The result. What is not defined is 0; `Arithmetic::operation` lets none of it through.
    pub(super) fn apply(self, left: u32, right: u32) -> u32 {
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

    /// Whether it is true of these numbers.
    pub(super) fn holds(self, left: u32, right: u32) -> bool {
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
