//! Conditions to what they mean: tests of fields.

use crate::{
    field::{Extracted, Field, cast, mac_number},
    formula::{Formula, Test, leaf},
    set::Set,
    syntax::{Cast, Expression, Network, Owner, Primitive, Side},
    tree::Tree,
    vocabulary::{
        ethertypes::{ARP, IPV4, IPV6},
        protocols::Version,
    },
};

/// The packets for which `expression` is true.
pub(crate) fn formula(expression: &Expression) -> Formula {
    expression.replace(&condition)
}

fn condition(primitive: &Primitive) -> Formula {
    match primitive {
        Primitive::Ethertype(number) => ethertype(*number),
        Primitive::Protocol { version, number } => {
            let protocol = leaf(Field::Protocol, Set::value(*number));
            match version {
                None => protocol,
                Some(Version::V4) => ethertype(IPV4).and(protocol),
                Some(Version::V6) => ethertype(IPV6).and(protocol),
            }
        }
        Primitive::Network { owner, side, network } => {
            let addresses = of_network(*side, network);
            match owner {
                None => addresses,
                Some(Owner::Ip) => ethertype(IPV4).and(addresses),
                Some(Owner::Arp) => ethertype(ARP).and(addresses),
            }
        }
        Primitive::Mac { side, address } => {
            pair(*side, Field::SourceMac, Field::DestinationMac, &Set::value(mac_number(*address)))
        }
        Primitive::Ports { transport, side, first, last } => {
            let ports = pair(*side, Field::SourcePort, Field::DestinationPort, &Set::range(*first, *last));
            match transport {
                None => ports,
                Some(transport) => leaf(Field::Protocol, Set::value(transport.number())).and(ports),
            }
        }
        Primitive::Cast(cast) => of_cast(*cast),
        Primitive::Vlan { level, id } => {
            let field = if *level == 0 { Field::Vlan } else { Field::InnerVlan };
            leaf(field, id.map_or(Set::range(0_u8, field.max()), Set::value))
        }
        Primitive::Tunnel { kind, id } => {
            let field = Field::Extracted(Extracted::Tunnel(*kind));
            leaf(field, id.map_or(Set::range(0_u8, field.max()), Set::value))
        }
        Primitive::Fragment => leaf(Field::Extracted(Extracted::Fragment), Set::value(1_u8)),
        Primitive::Relation(relation) => relation.meaning().clone(),
        Primitive::Way(direction) => leaf(Field::Direction, Set::value(*direction as u32)),
    }
}

fn ethertype(number: u16) -> Formula {
    leaf(Field::Ethertype, Set::value(number))
}

/// The packets with `set` in the source, the destination, one or both of them.
fn pair(side: Side, source: Field, destination: Field, set: &Set) -> Formula {
    let one = |field| leaf(field, set.clone());
    match side {
        Side::Source => one(source),
        Side::Destination => one(destination),
        Side::Either => one(source).or(one(destination)),
        Side::Both => one(source).and(one(destination)),
    }
}

fn of_network(side: Side, network: &Network) -> Formula {
    match network {
        Network::V4 { base, length } => {
            let first = u32::from(*base);
            let last = first | u32::MAX.checked_shr(*length).unwrap_or(0);
            pair(side, Field::SourceIpv4, Field::DestinationIpv4, &Set::range(first, last))
        }
        Network::V6 { base, length } => {
            let first = u128::from(*base);
            let last = first | u128::MAX.checked_shr(*length).unwrap_or(0);
            pair(side, Field::SourceIpv6, Field::DestinationIpv6, &Set::range(first, last))
        }
    }
}

fn of_cast(which: Cast) -> Formula {
    /// The first group address, 224.0.0.0 (RFC 1112, 4). The broadcast address is above it.
    const FIRST_GROUP: u32 = 0xe000_0000;
    /// The first group address, ff00:: (RFC 4291, 2.7).
    const FIRST_GROUP6: u128 = 0xff << 120;
    let to = |set| leaf(Field::DestinationIpv4, set);
    match which {
        Cast::EtherBroadcast => leaf(Field::DestinationCast, Set::value(cast::BROADCAST)),
        Cast::EtherMulticast => leaf(Field::DestinationCast, Set::range(cast::MULTICAST, cast::BROADCAST)),
        Cast::IpBroadcast => {
            let everyone = to(Set::value(0_u32).union(&Set::value(u32::MAX)));
            ethertype(IPV4).and(everyone.or(Tree::Leaf(Test::DirectedBroadcast)))
        }
        Cast::IpMulticast => ethertype(IPV4).and(to(Set::range(FIRST_GROUP, u32::MAX))),
        Cast::Ip6Multicast => leaf(Field::DestinationIpv6, Set::range(FIRST_GROUP6, u128::MAX)),
    }
}
