//! The conditions that a filter is made of.

mod print;

use std::net::{Ipv4Addr, Ipv6Addr};

use xdplive_packet::{TunnelKind, event::Direction};

use crate::{
    relation::Relation,
    tree::Tree,
    vocabulary::{
        llc::Llc,
        protocols::{Transport, Version},
    },
};

/// A filter as it was written, shorthands resolved.
pub(crate) type Expression = Tree<Primitive>;

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Primitive {
    /// The EtherType behind all tags.
    Ethertype(u16),
    /// The upper-layer protocol.
    Protocol { version: Option<Version>, number: u8 },
    /// An IP address, or any of a network.
    Network { owner: Option<Owner>, side: Side, network: Network },
    /// An Ethernet address.
    Mac { side: Side, address: [u8; 6] },
    /// A port from `first` to `last`.
    Ports { transport: Option<Transport>, side: Side, first: u16, last: u16 },
    /// Packets for more than one.
    Cast(Cast),
    /// A VLAN tag: the outer (level 0) or the inner one, with any id or this one.
    Vlan { level: u8, id: Option<u16> },
    /// A tunnel of a kind around what a filter looks at, with any id or this one.
    Tunnel { kind: TunnelKind, id: Option<u32> },
    /// A frame with a length field that carries this.
    Llc(Llc),
    /// A fragment of an IP packet.
    Fragment,
    /// A comparison of numbers.
    Relation(Relation),
    /// The packet's way.
    Way(Direction),
}

/// Where an IPv4 address has to stand, if not in any header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    Ip,
    Arp,
}

/// Which of a pair of fields has to hold the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Source,
    Destination,
    /// One of them, or both.
    Either,
    Both,
}

/// An address with the number of leading bits that count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Network {
    V4 { base: Ipv4Addr, length: u32 },
    V6 { base: Ipv6Addr, length: u32 },
}

/// Packets for more than one station.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cast {
    EtherBroadcast,
    EtherMulticast,
    IpBroadcast,
    IpMulticast,
    Ip6Multicast,
}
