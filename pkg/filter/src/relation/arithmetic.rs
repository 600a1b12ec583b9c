//! Numbers computed from a packet.

use super::{
    layout::{Access, HeaderWord},
    signs::Operator,
};

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

    /// The same with the manual's formula for how much data a TCP packet carries as one value.
    pub(super) fn with_payload(self) -> Self {
        if self == Self::tcp_payload() { Self::Access(Access::TcpPayload) } else { self }
    }

    /// `ip[2:2] - ((ip[0] & 0xf) << 2) - ((tcp[12] & 0xf0) >> 2)`: the packet less both of its headers.
    fn tcp_payload() -> Self {
        let bytes = |header, offset, size| Box::new(Self::Access(Access::Bytes { header, offset, size }));
        let number = |number| Box::new(Self::Constant(number));
        let with = |left, operator, right| Box::new(Self::Operation(left, operator, right));
        let ip = with(bytes(HeaderWord::Ip, 0, 1), Operator::And, number(0xf));
        let tcp = with(bytes(HeaderWord::Tcp, 12, 1), Operator::And, number(0xf0));
        let of_ip = with(ip, Operator::ShiftLeft, number(2));
        let of_tcp = with(tcp, Operator::ShiftRight, number(2));
        let payload = with(bytes(HeaderWord::Ip, 2, 2), Operator::Subtract, of_ip);
        Self::Operation(payload, Operator::Subtract, of_tcp)
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

    /// The mask that the packet's value is put through first, if it is.
    pub(super) fn mask(&self) -> Option<u32> {
        match self {
            Self::Constant(_) | Self::Access(_) => None,
            Self::Operation(left, _, right) => {
                self.own_mask().or_else(|| left.mask()).or_else(|| right.mask())
            }
        }
    }

    /// The mask, if all that is computed is the packet's value behind one.
    pub(super) fn own_mask(&self) -> Option<u32> {
        let Self::Operation(left, Operator::And, right) = self else { return None };
        match (left.as_ref(), right.as_ref()) {
            (Self::Access(_), Self::Constant(mask)) | (Self::Constant(mask), Self::Access(_)) => Some(*mask),
            _ => None,
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
