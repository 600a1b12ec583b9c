//! Canonical text: what [`crate::Filter`] prints is read back as the same filter.

use std::fmt::{self, Display, Formatter};

use xdplive_packet::event::Direction;

use super::{Cast, Network, Owner, Primitive, Side};
use crate::{
    tree::{Printed, Tree},
    vocabulary::{
        ethertypes,
        llc::{self, Llc},
        protocols::{self, Transport, Version},
        tunnels,
    },
};

/// Neighbours from which on values of the same condition are a list in braces: it is shorter, and text has bounds.
const LISTED_FROM: usize = 8;

impl<L: Printed> Display for Tree<L> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(list) => join(list, " and ", f),
            Self::Any(list) => alternatives(list, f),
            Self::Not(tree) => {
                f.write_str("not ")?;
                tree.group(f)
            }
            Self::Leaf(leaf) => leaf.fmt(f),
        }
    }
}

impl<L: Printed> Tree<L> {
    /// Prints it so that it is one word to what stands around it.
    fn group(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(_) | Self::Any(_) => write!(f, "({self})"),
            Self::Not(_) | Self::Leaf(_) => self.fmt(f),
        }
    }
}

/// The list, joined by or; long lists of values are in braces.
fn alternatives<L: Printed>(list: &[Tree<L>], f: &mut Formatter<'_>) -> fmt::Result {
    let value = |tree: &Tree<L>| match tree {
        Tree::Leaf(leaf) => leaf.value(),
        Tree::All(_) | Tree::Any(_) | Tree::Not(_) => None,
    };
    let values: Vec<Option<(String, String)>> =
        if list.len() < LISTED_FROM { vec![None; list.len()] } else { list.iter().map(value).collect() };
    let is_alike = |a: &Option<(String, String)>, b: &Option<(String, String)>| match (a, b) {
        (Some((head, _)), Some((other, _))) => head == other,
        _ => false,
    };
    let mut rest = list.iter();
    for (number, alike) in values.chunk_by(is_alike).enumerate() {
        if number > 0 {
            f.write_str(" or ")?;
        }
        let trees: Vec<&Tree<L>> = rest.by_ref().take(alike.len()).collect();
        match alike.first() {
            Some(Some((head, _))) if alike.len() >= LISTED_FROM => {
                let values: Vec<&str> = alike.iter().flatten().map(|(_, value)| value.as_str()).collect();
                write!(f, "{head} {{{}}}", values.join(","))?;
            }
            _ => {
                for (number, tree) in trees.into_iter().enumerate() {
                    if number > 0 {
                        f.write_str(" or ")?;
                    }
                    tree.group(f)?;
                }
            }
        }
    }
    Ok(())
}

fn join<L: Printed>(list: &[Tree<L>], word: &str, f: &mut Formatter<'_>) -> fmt::Result {
    for (index, tree) in list.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        tree.group(f)?;
    }
    Ok(())
}

impl Printed for Primitive {
    fn value(&self) -> Option<(String, String)> {
        let is_listed = match self {
            Self::Network { .. } | Self::Mac { .. } | Self::Ports { .. } => true,
            Self::Ethertype(_)
            | Self::Protocol { .. }
            | Self::Cast(_)
            | Self::Vlan { .. }
            | Self::Tunnel { .. }
            | Self::Llc(_)
            | Self::Fragment
            | Self::Relation(_)
            | Self::Way(_) => false,
        };
        let text = is_listed.then(|| self.to_string())?;
        text.rsplit_once(' ').map(|(head, value)| (head.to_owned(), value.to_owned()))
    }
}

impl Display for Primitive {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ethertype(number) => match ethertypes::name(*number) {
                Some(name) => f.write_str(name),
                None => write!(f, "ether proto {number:#06x}"),
            },
            Self::Protocol { version, number } => match protocols::keyword(*version, *number) {
                Some(keyword) => f.write_str(keyword),
                None => match version {
                    None => write!(f, "proto {number}"),
                    Some(Version::V4) => write!(f, "ip proto {number}"),
                    Some(Version::V6) => write!(f, "ip6 proto {number}"),
                },
            },
            Self::Network { owner, side, network } => {
                let owner = match owner {
                    None => "",
                    Some(Owner::Ip) => "ip ",
                    Some(Owner::Arp) => "arp ",
                };
                write!(f, "{owner}{side}{network}")
            }
            Self::Mac { side, address: [a, b, c, d, e, g] } => {
                write!(f, "ether {side}host {a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
            }
            Self::Ports { transport, side, first, last } => {
                if let Some(transport) = transport {
                    write!(f, "{} ", Transport::name(*transport))?;
                }
                if first == last {
                    write!(f, "{side}port {first}")
                } else {
                    write!(f, "{side}portrange {first}-{last}")
                }
            }
            Self::Cast(cast) => f.write_str(match cast {
                Cast::EtherBroadcast => "ether broadcast",
                Cast::EtherMulticast => "ether multicast",
                Cast::IpBroadcast => "ip broadcast",
                Cast::IpMulticast => "ip multicast",
                Cast::Ip6Multicast => "ip6 multicast",
            }),
            Self::Vlan { id: None, .. } => f.write_str("vlan"),
            Self::Vlan { id: Some(id), .. } => write!(f, "vlan {id}"),
            Self::Tunnel { kind, id: None } => f.write_str(tunnels::word(*kind)),
            Self::Tunnel { kind, id: Some(id) } => write!(f, "{} {id}", tunnels::word(*kind)),
            Self::Llc(what) => match (llc::word(*what), what) {
                (Some(word), _) => f.write_str(word),
                (None, Llc::Control(control)) => write!(f, "llc {}", control.name),
                (None, Llc::Destination(number) | Llc::Between(number)) => {
                    write!(f, "ether proto {number:#04x}")
                }
                (None, Llc::Osi(number)) => write!(f, "iso proto {number:#04x}"),
                (None, Llc::Pdu(number)) => write!(f, "isis proto {number}"),
                // Each of these has a word.
                (None, Llc::Any | Llc::Ipx | Llc::Pdus(_)) => f.write_str("llc"),
            },
            Self::Fragment => f.write_str("fragment"),
            Self::Relation(relation) => relation.fmt(f),
            Self::Way(Direction::In) => f.write_str("inbound"),
            Self::Way(Direction::Out) => f.write_str("outbound"),
        }
    }
}

/// With a space behind it, where it is not what goes without saying.
impl Display for Side {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Source => "src ",
            Self::Destination => "dst ",
            Self::Either => "",
            Self::Both => "src and dst ",
        })
    }
}

impl Display for Network {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4 { base, length: u32::BITS } => write!(f, "host {base}"),
            Self::V4 { base, length } => write!(f, "net {base}/{length}"),
            Self::V6 { base, length: u128::BITS } => write!(f, "host {base}"),
            Self::V6 { base, length } => write!(f, "net {base}/{length}"),
        }
    }
}
