//! The largest groups of flows.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

use xdplive_packet::{
    event::Direction,
    flow::{Cast, FlowKey, Sum},
    headers::present,
};

use super::FlowSnapshot;

/// What flows are put together by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GroupBy {
    /// Upper-layer protocol.
    Protocol,
    /// Way of the packets.
    Direction,
    /// Id of the outer VLAN tag.
    Vlan,
    /// Interface.
    Interface,
    /// Source address.
    Source,
    /// Destination address.
    Destination,
    /// Source port.
    SourcePort,
    /// Destination port.
    DestinationPort,
    /// What the link layer carries.
    Ethertype,
    /// Whom the destination MAC address names.
    Cast,
    /// TCP flag. Groups overlap: a packet with two flags is part of both.
    TcpFlag,
}

/// A group of flows; `None` stands for packets without the field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Upper-layer protocol number.
    Protocol(Option<u8>),
    /// Way of the packets.
    Direction(Direction),
    /// Id of the outer VLAN tag.
    Vlan(Option<u16>),
    /// The interface's name.
    Interface(Arc<str>),
    /// Source (ARP: sender) address.
    Source(Option<IpAddr>),
    /// Destination (ARP: target) address.
    Destination(Option<IpAddr>),
    /// Source port.
    SourcePort(Option<u16>),
    /// Destination port.
    DestinationPort(Option<u16>),
    /// What the link layer carries.
    Ethertype(Option<LinkProtocol>),
    /// Whom the destination MAC address names.
    Cast(Cast),
    /// Number of the bit, 0 = FIN … 7 = CWR.
    TcpFlag(u8),
}

/// What the link layer carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkProtocol {
    /// An IEEE 802.3 length field stands in the EtherType's place.
    Length,
    /// An EtherType.
    Type(u16),
}

/// The largest groups, and all others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Top {
    /// The largest, the largest first; of groups of the same size, the lesser one first.
    pub groups: Vec<(Group, Sum)>,
    /// What is in no group of these: `other` and the groups make up every packet counted, but for
    /// [`GroupBy::TcpFlag`], where it holds the groups that were left out.
    pub other: Sum,
}

/// The `most` largest groups of what was counted in `snapshots`, by `size`.
#[must_use]
pub fn top<'a>(
    snapshots: impl IntoIterator<Item = &'a FlowSnapshot>,
    by: GroupBy,
    most: usize,
    size: impl Fn(&Sum) -> u64,
) -> Top {
    let mut groups: BTreeMap<Group, Sum> = BTreeMap::new();
    let mut other = Sum::default();
    for snapshot in snapshots {
        let taken = &snapshot.taken;
        if by == GroupBy::TcpFlag {
            for (flag, sum) in taken.tcp_flags.iter().flat_map(|direction| (0..).zip(direction)) {
                if sum.packets > 0 {
                    *groups.entry(Group::TcpFlag(flag)).or_default() += *sum;
                }
            }
            continue;
        }
        for (key, counters) in &taken.entries {
            *groups.entry(group(key, &snapshot.interface, by)).or_default() += counters.sum;
        }
        for (direction, sum) in Direction::ALL.into_iter().zip(&taken.other) {
            if sum.packets == 0 {
                continue;
            }
            // Of flows without room in the table that much is known.
            let known = match by {
                GroupBy::Direction => Some(Group::Direction(direction)),
                GroupBy::Interface => Some(Group::Interface(Arc::clone(&snapshot.interface))),
                _ => None,
            };
            *known.map_or(&mut other, |known| groups.entry(known).or_default()) += *sum;
        }
    }
    let mut groups: Vec<(Group, Sum)> = groups.into_iter().collect();
    // Stable, so that the order of the map decides between groups of one size.
    groups.sort_by_key(|(_, sum)| std::cmp::Reverse(size(sum)));
    for (_, sum) in groups.drain(most.min(groups.len())..) {
        other += sum;
    }
    Top { groups, other }
}

/// The group that a flow belongs to.
fn group(key: &FlowKey, interface: &Arc<str>, by: GroupBy) -> Group {
    match by {
        // Not of single flows; asked for elsewhere.
        GroupBy::Protocol | GroupBy::TcpFlag => Group::Protocol(key.protocol()),
        GroupBy::Direction => Group::Direction(key.direction()),
        GroupBy::Vlan => Group::Vlan(key.vlan()),
        GroupBy::Interface => Group::Interface(Arc::clone(interface)),
        GroupBy::Source => Group::Source(address(key, key.source)),
        GroupBy::Destination => Group::Destination(address(key, key.destination)),
        GroupBy::SourcePort => Group::SourcePort(key.ports().map(|(source, _)| source)),
        GroupBy::DestinationPort => Group::DestinationPort(key.ports().map(|(_, destination)| destination)),
        GroupBy::Ethertype => {
            let length = key.has(present::LENGTH_FIELD).then_some(LinkProtocol::Length);
            Group::Ethertype(key.ethertype().map(LinkProtocol::Type).or(length))
        }
        GroupBy::Cast => Group::Cast(key.cast()),
    }
}

fn address(key: &FlowKey, bytes: [u8; 16]) -> Option<IpAddr> {
    if !key.has(present::ADDRESSES) {
        return None;
    }
    let [a, b, c, d, ..] = bytes;
    // ARP, which has no IP version, is about IPv4 addresses.
    Some(if key.version == 6 { Ipv6Addr::from(bytes).into() } else { Ipv4Addr::new(a, b, c, d).into() })
}
