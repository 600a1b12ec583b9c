//! Conditions to what they mean: tests of fields.

use crate::{
    field::{Extracted, Field, Layer, cast, mac_number},
    formula::{Formula, Test, leaf},
    set::{Range, Set},
    syntax::{Cast, Expression, Network, Owner, Primitive, Side},
    tree::Tree,
    vocabulary::{
        ethertypes::{AARP, ARP, ATALK, IPV4, IPV6, IPX},
        llc::{self, Llc},
        protocols::Version,
    },
};

/// The packets for which `expression` is true.
pub(crate) fn formula(expression: &Expression) -> Formula {
    expression.replace(&condition)
}

fn condition(primitive: &Primitive) -> Formula {
    match primitive {
        Primitive::Ethertype(number @ ATALK) => ethertype(*number).or(snap(0x08_0007, *number)),
        Primitive::Ethertype(number @ AARP) => ethertype(*number).or(snap(0, *number)),
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
        Primitive::Llc(what) => link_control(*what),
        Primitive::Fragment => leaf(Field::Extracted(Extracted::Fragment), Set::value(1_u8)),
        Primitive::Relation(relation) => relation.meaning().clone(),
        Primitive::Way(direction) => leaf(Field::Direction, Set::value(*direction as u32)),
    }
}

fn ethertype(number: u16) -> Formula {
    leaf(Field::Ethertype, Set::value(number))
}

/// Frames with a length field.
fn with_length() -> Formula {
    let ethernet = leaf(Field::DestinationCast, Set::range(0_u8, Field::DestinationCast.max()));
    ethernet.and(leaf(Field::Ethertype, Set::EMPTY.with_absent(true)))
}

/// Those whose bytes behind the length are in `set`.
fn behind_length(offset: u8, size: u8, set: Set) -> Formula {
    leaf(Field::Extracted(Extracted::bytes(Layer::Network, offset, size)), set)
}

fn link_control(what: Llc) -> Formula {
    /// What Novell's raw frames begin with, the checksum of IPX, which is none.
    const RAW: u16 = 0xffff;
    let any = || with_length().and(behind_length(0, 2, Set::range(0_u8, RAW - 1)));
    let between =
        |number: u8| with_length().and(behind_length(0, 2, Set::value(u16::from_be_bytes([number; 2]))));
    let osi = |number: u8| between(llc::OSI).and(behind_length(3, 1, Set::value(number)));
    match what {
        Llc::Any => any(),
        Llc::Control(control) => {
            let bits =
                Extracted::Bytes { layer: Layer::Network, offset: 2, size: 1, mask: control.mask.into() };
            any().and(leaf(Field::Extracted(bits), Set::value(control.value)))
        }
        Llc::Destination(number) => with_length().and(behind_length(0, 1, Set::value(number))),
        Llc::Between(number) => between(number),
        Llc::Ipx => {
            let in_llc = behind_length(0, 1, Set::value(llc::IPX)).or(behind_length(0, 2, Set::value(RAW)));
            ethertype(IPX).or(with_length().and(in_llc)).or(snap(0, IPX))
        }
        Llc::Osi(number) => osi(number),
        Llc::Pdu(number) => osi(llc::IS_IS).and(behind_length(7, 1, Set::value(number))),
        Llc::Pdus(word) => {
            let range = |number: &u8| Range { first: (*number).into(), last: (*number).into() };
            let types = Set::new(llc::pdus(word).iter().map(range));
            osi(llc::IS_IS).and(behind_length(7, 1, types))
        }
    }
}

/// A type in the header of SNAP (RFC 1042), whose number belongs to `organization`.
fn snap(organization: u32, number: u16) -> Formula {
    /// Unnumbered information.
    const CONTROL: u32 = 0x03;
    let sap = u32::from(llc::SNAP);
    let first = sap << 24 | sap << 16 | CONTROL << 8 | organization >> 16;
    let second = organization << 16 | u32::from(number);
    with_length().and(behind_length(0, 4, Set::value(first))).and(behind_length(4, 4, Set::value(second)))
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
