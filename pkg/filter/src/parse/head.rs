//! What stands in front of a value, as it was read.

use super::wanted::ValueKind;
use crate::{
    relation::Access,
    syntax::{Owner, Side},
    vocabulary::protocols::{Transport, Version},
};

/// Qualifiers that belong together, or the kind of value that follows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Head {
    /// An IP address.
    Host { owner: Option<AddressProtocol>, side: Side },
    /// An IP network.
    Net { owner: Option<AddressProtocol>, side: Side },
    /// An Ethernet address.
    Mac { side: Side },
    /// A port or a range of ports.
    Port { transport: Option<Transport>, side: Side, range: bool },
    /// An IP protocol.
    Protocol { version: Option<Version> },
    /// An EtherType.
    Ethertype,
    /// A time to live, or a code point.
    Plain(Access),
}

impl Head {
    /// What its values are of, as far as there are some to choose from.
    pub(super) const fn values(self) -> Option<ValueKind> {
        match self {
            Self::Host { .. } | Self::Net { .. } => Some(ValueKind::Address),
            Self::Port { .. } => Some(ValueKind::Service),
            Self::Protocol { .. } => Some(ValueKind::IpProtocol),
            Self::Ethertype => Some(ValueKind::Ethertype),
            Self::Plain(Access::Dscp) => Some(ValueKind::CodePoint),
            Self::Mac { .. } | Self::Plain(_) => None,
        }
    }
}

/// The protocol in front of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AddressProtocol {
    Ip,
    Ip6,
    Arp,
}

impl AddressProtocol {
    pub(super) const fn owner(self) -> Option<Owner> {
        match self {
            Self::Ip => Some(Owner::Ip),
            Self::Arp => Some(Owner::Arp),
            Self::Ip6 => None,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ip => "ip",
            Self::Ip6 => "ip6",
            Self::Arp => "arp",
        }
    }
}
