//! Terms in words, for people who want to know what a filter comes to.

use std::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr},
};

use xdplive_packet::names;

use super::{Ends, Pairs, Term};
use crate::{
    field::{Extracted, Field, Layer, cast},
    set::{Range, Set, prefix::Prefix},
};

/// Values named of one field; a list of addresses may be long.
const NAMED: usize = 8;

/// The fields that matter, each with its values: `protocol UDP, destination port 53`.
impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let conditions = self.sets().map(|(field, set)| condition(field, set));
        let conditions: Vec<String> =
            conditions.chain(self.pairs().map(|(ends, pairs)| paired(ends, pairs))).collect();
        f.write_str(if conditions.is_empty() { "every packet" } else { "" })?;
        f.write_str(&conditions.join(", "))
    }
}

fn paired(Ends { address, port }: Ends, pairs: &Pairs) -> String {
    let none = if pairs.is_none_of() { "none" } else { "one" };
    format!("{} and {} {none} of {} pairs", name(address), name(port), pairs.listed().len())
}

fn condition(field: Field, set: &Set) -> String {
    let name = name(field);
    if set.absent() {
        // What is not in it is the shorter half, and never the absent field.
        let others = set.complement(field.max());
        return if set.ranges().is_empty() {
            format!("no {name}")
        } else {
            format!("{name} not {}", values(field, &others))
        };
    }
    if set.clone().with_absent(true).is_all(field.max()) {
        return format!("any {name}");
    }
    format!("{name} {}", values(field, set))
}

/// The values of a set, separated by bars.
fn values(field: Field, set: &Set) -> String {
    let named: Vec<String> = match field {
        Field::SourceIpv4 | Field::DestinationIpv4 | Field::SourceIpv6 | Field::DestinationIpv6 => {
            set.prefixes(field.bits()).iter().map(|prefix| network(field, *prefix)).collect()
        }
        _ => set.ranges().iter().map(|range| span(field, *range)).collect(),
    };
    let more = named.len().saturating_sub(NAMED);
    let shown: Vec<String> = named.into_iter().take(NAMED).collect();
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{}{more}", shown.join(" | "))
}

fn network(field: Field, prefix: Prefix) -> String {
    let address = match field.bits() {
        32 => Ipv4Addr::from(prefix.value as u32).to_string(),
        _ => Ipv6Addr::from(prefix.value).to_string(),
    };
    if prefix.length == field.bits() { address } else { format!("{address}/{}", prefix.length) }
}

fn span(field: Field, Range { first, last }: Range) -> String {
    if first == last {
        value(field, first)
    } else {
        format!("{}-{}", value(field, first), value(field, last))
    }
}

fn value(field: Field, value: u128) -> String {
    match field {
        Field::Direction => if value == 0 { "in" } else { "out" }.to_owned(),
        Field::Ethertype => format!("0x{value:04x}"),
        Field::Protocol => match names::protocol(value as u8) {
            Some(name) => name.to_owned(),
            None => value.to_string(),
        },
        Field::SourceMac | Field::DestinationMac => {
            let bytes = (value as u64).to_be_bytes();
            let bytes: Vec<String> = bytes.iter().skip(2).map(|byte| format!("{byte:02x}")).collect();
            bytes.join(":")
        }
        Field::DestinationCast => match value {
            cast::UNICAST => "unicast",
            cast::MULTICAST => "multicast",
            _ => "broadcast",
        }
        .to_owned(),
        _ => value.to_string(),
    }
}

const fn name(field: Field) -> &'static str {
    match field {
        Field::Direction => "direction",
        Field::Ethertype => "EtherType",
        Field::Protocol => "protocol",
        Field::Ttl => "TTL",
        Field::TrafficClass => "traffic class",
        Field::TcpFlags => "TCP flags",
        Field::IcmpType => "ICMP type",
        Field::IcmpCode => "ICMP code",
        Field::Vlan => "VLAN",
        Field::InnerVlan => "inner VLAN",
        Field::FrameLength => "frame length",
        Field::SourcePort => "source port",
        Field::DestinationPort => "destination port",
        Field::SourceIpv4 => "IPv4 source",
        Field::DestinationIpv4 => "IPv4 destination",
        Field::SourceIpv6 => "IPv6 source",
        Field::DestinationIpv6 => "IPv6 destination",
        Field::SourceMac => "MAC source",
        Field::DestinationMac => "MAC destination",
        Field::DestinationCast => "destination",
        Field::Extracted(extracted) => extracted_name(extracted),
    }
}

const fn extracted_name(extracted: Extracted) -> &'static str {
    match extracted {
        Extracted::Bytes { layer: Layer::Link, .. } => "Ethernet bytes",
        Extracted::Bytes { layer: Layer::Network, .. } => "network bytes",
        Extracted::Bytes { layer: Layer::Upper, .. } => "upper bytes",
        Extracted::Tunnel(kind) => kind.name(),
        Extracted::PayloadLength => "payload",
        Extracted::Fragment => "fragment",
    }
}

#[cfg(test)]
mod tests;
