//! What is true of every packet, in words.

use crate::{
    field::{Extracted, Field},
    relation::HeaderWord,
    term::Term,
    vocabulary::ethertypes::{IPV4, IPV6},
};

/// Why no packet has what `term` asks of `fields` together, where `headers` are those whose bytes are compared: a clause.
/// Empty for no field.
pub(super) fn of(term: &Term, fields: &[Field], headers: impl Iterator<Item = HeaderWord>) -> String {
    let takes = |field, value: u16| term.set(field).is_some_and(|set| set.contains(Some(value.into())));
    match fields {
        [Field::Ethertype, Field::Protocol] if takes(Field::Ethertype, IPV6) => {
            "IPv6 extension headers are looked through, to the protocol behind them".to_owned()
        }
        [] => String::new(),
        [Field::Ethertype] => {
            let mut of_versions = headers.filter_map(|header| Some((header.name(), header.version()?)));
            match of_versions.next() {
                Some((name, IPV4)) => format!("{name}[…] is read in IPv4 packets only"),
                Some((name, IPV6)) => format!("{name}[…] is read in IPv6 packets only"),
                _ => "a packet has one EtherType, such as that of IPv4, IPv6 or ARP".to_owned(),
            }
        }
        [Field::Direction] => "a packet is either received or sent".to_owned(),
        [Field::TcpFlags] => "a TCP flag is either set or not".to_owned(),
        [Field::Vlan] => "a packet has one outer VLAN tag, or none".to_owned(),
        [Field::InnerVlan] => "a packet has one inner VLAN tag, or none".to_owned(),
        [Field::DestinationCast] => "a destination is one station, a group or everyone".to_owned(),
        [Field::Extracted(Extracted::Fragment)] => "a packet is either a fragment or not".to_owned(),
        [Field::Extracted(Extracted::Tunnel(_))] => {
            "of several tunnels of one kind only the outermost counts".to_owned()
        }
        [one] => format!("a packet has one {}", name(*one)),
        [a, b] => of_two(*a, *b).or_else(|| of_two(*b, *a)).unwrap_or_else(|| together(fields)),
        several => together(several),
    }
}

fn of_two(a: Field, b: Field) -> Option<String> {
    use Field::{
        DestinationCast, DestinationIpv4, DestinationIpv6, DestinationMac, DestinationPort, Ethertype,
        FrameLength, IcmpCode, IcmpType, InnerVlan, Protocol, SourceIpv4, SourceIpv6, SourcePort, TcpFlags,
        TrafficClass, Ttl, Vlan,
    };
    Some(match (a, b) {
        (Ethertype, SourceIpv4 | DestinationIpv4) => {
            "only IPv4 and ARP packets have IPv4 addresses".to_owned()
        }
        (Ethertype, SourceIpv6 | DestinationIpv6) => "only IPv6 packets have IPv6 addresses".to_owned(),
        (SourceIpv4 | DestinationIpv4, SourceIpv6 | DestinationIpv6) => {
            "both addresses of a packet are of one IP version".to_owned()
        }
        (
            Ethertype,
            Protocol | Ttl | TrafficClass | SourcePort | DestinationPort | TcpFlags | IcmpType | IcmpCode,
        ) => {
            format!("only IP packets have {}", with_article(b))
        }
        (Ethertype, Field::Extracted(Extracted::Fragment)) => "only IP packets are fragmented".to_owned(),
        (Ethertype, Field::Extracted(Extracted::PayloadLength)) => {
            "only the payload of IP packets is looked at".to_owned()
        }
        (Protocol, SourcePort | DestinationPort) => {
            "only TCP, UDP, UDP-Lite, SCTP and DCCP packets have ports".to_owned()
        }
        (Protocol, TcpFlags) => "only TCP packets have TCP flags".to_owned(),
        (Protocol, IcmpType | IcmpCode) => {
            format!("only ICMP and ICMPv6 packets have {}", with_article(b))
        }
        (Vlan, InnerVlan) => "a packet with an inner VLAN tag has an outer one, too".to_owned(),
        (DestinationMac, DestinationCast) => {
            "the destination's MAC address tells whether it is one station, a group or everyone".to_owned()
        }
        (FrameLength, other) => format!("a frame with {} is longer", with_article(other)),
        _ => return None,
    })
}

fn together(fields: &[Field]) -> String {
    let names: Vec<&str> = fields.iter().map(|field| name(*field)).collect();
    format!("no packet has such values of {}", names.join(" and "))
}

fn with_article(field: Field) -> String {
    match field {
        Field::TcpFlags => name(field).to_owned(),
        _ if name(field).starts_with(['E', 'I', 'i']) => format!("an {}", name(field)),
        _ => format!("a {}", name(field)),
    }
}

const fn name(field: Field) -> &'static str {
    match field {
        Field::Direction => "direction",
        Field::Ethertype => "EtherType",
        Field::Protocol => "IP protocol",
        Field::Ttl => "TTL",
        Field::TrafficClass => "traffic class",
        Field::TcpFlags => "TCP flags",
        Field::IcmpType => "ICMP type",
        Field::IcmpCode => "ICMP code",
        Field::Vlan => "VLAN tag",
        Field::InnerVlan => "inner VLAN tag",
        Field::FrameLength => "length",
        Field::SourcePort => "source port",
        Field::DestinationPort => "destination port",
        Field::SourceIpv4 => "IPv4 source address",
        Field::DestinationIpv4 => "IPv4 destination address",
        Field::SourceIpv6 => "IPv6 source address",
        Field::DestinationIpv6 => "IPv6 destination address",
        Field::SourceMac => "source MAC address",
        Field::DestinationMac => "destination MAC address",
        Field::DestinationCast => "kind of destination",
        Field::Extracted(Extracted::Tunnel(_)) => "tunnel of a kind",
        Field::Extracted(Extracted::PayloadLength) => "payload length",
        Field::Extracted(Extracted::Fragment) => "fragmentation",
        Field::Extracted(Extracted::Bytes { .. }) => "value at a place",
    }
}
