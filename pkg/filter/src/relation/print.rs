//! Canonical text of comparisons: one word for each thing, parentheses around each operation inside another.

use std::fmt::{self, Display, Formatter};

use super::{Relation, arithmetic::Arithmetic, layout::Access};

impl Display for Relation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.left, self.comparison.sign(), self.right)
    }
}

impl Display for Arithmetic {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant(number) => write!(f, "{number}"),
            Self::Access(access) => access.fmt(f),
            Self::Operation(left, operator, right) => {
                left.operand(f)?;
                write!(f, " {} ", operator.sign())?;
                right.operand(f)
            }
        }
    }
}

impl Arithmetic {
    fn operand(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operation(..) => write!(f, "({self})"),
            Self::Constant(_) | Self::Access(_) => self.fmt(f),
        }
    }
}

/// As it is read back.
const TCP_PAYLOAD: &str = "(ip[2:2] - ((ip[0] & 15) << 2)) - ((tcp[12] & 240) >> 2)";

impl Display for Access {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length => f.write_str("len"),
            Self::Ttl => f.write_str("ttl"),
            Self::Dscp => f.write_str("dscp"),
            Self::Payload => f.write_str("payload"),
            Self::TcpPayload => f.write_str(TCP_PAYLOAD),
            Self::Window => f.write_str("window"),
            Self::TcpFlags => f.write_str("tcpflags"),
            Self::Bytes { header, offset, size: 1 } => write!(f, "{}[{offset}]", header.name()),
            Self::Bytes { header, offset, size } => write!(f, "{}[{offset}:{size}]", header.name()),
        }
    }
}
