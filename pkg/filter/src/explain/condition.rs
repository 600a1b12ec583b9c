//! Conditions in words.

use xdplive_packet::{TunnelKind, event::Direction, names};

use super::{
    comparison,
    phrase::{Phrase, named},
};
use crate::{
    syntax::{Cast, Network, Owner, Primitive, Side},
    vocabulary::{
        ethertypes,
        llc::{self, Control, Llc},
        protocols::{self, Transport, Version},
        services,
    },
};

/// What follows "packets".
pub(super) fn phrase(primitive: &Primitive) -> Phrase {
    match primitive {
        Primitive::Ethertype(_) | Primitive::Protocol { .. } if protocol(primitive).is_some() => {
            Phrase::new("of", protocol(primitive).unwrap_or_default())
        }
        Primitive::Ethertype(number) => {
            let number_text = format!("{number:#06x}");
            Phrase::new("of EtherType", named(number_text, ethertypes::name(*number)))
        }
        Primitive::Protocol { version, number } => {
            let version = match version {
                None => "IP",
                Some(Version::V4) => "IPv4",
                Some(Version::V6) => "IPv6",
            };
            Phrase::new(format!("of {version} protocol"), named(number.to_string(), names::protocol(*number)))
        }
        Primitive::Network { owner, side, network } => {
            let owner = match owner {
                None => "",
                Some(Owner::Ip) => "of IPv4 ",
                Some(Owner::Arp) => "of ARP ",
            };
            let (what, value) = match network {
                Network::V4 { base, length: u32::BITS } => ("host", base.to_string()),
                Network::V6 { base, length: u128::BITS } => ("host", base.to_string()),
                Network::V4 { base, length } => ("network", format!("{base}/{length}")),
                Network::V6 { base, length } => ("network", format!("{base}/{length}")),
            };
            Phrase::new(format!("{owner}{} {what}", from_or_to(*side)), value)
        }
        Primitive::Mac { side, address: [a, b, c, d, e, g] } => Phrase::new(
            format!("{} Ethernet address", from_or_to(*side)),
            format!("{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}"),
        ),
        Primitive::Ports { transport, side, first, last } => {
            let transport_name = transport.map_or("", upper);
            let head = format!("{} {transport_name}", from_or_to(*side));
            let head = head.trim_end();
            if first == last {
                let name = services::name(*first, *transport);
                Phrase::new(format!("{head} port"), named(first.to_string(), name))
            } else {
                Phrase::new(format!("{head} ports"), format!("{first} to {last}"))
            }
        }
        Primitive::Cast(cast) => Phrase::whole(match cast {
            Cast::EtherBroadcast => "to everyone on the link (Ethernet broadcast)",
            Cast::EtherMulticast => "to a group or everyone on the link (Ethernet multicast and broadcast)",
            Cast::IpBroadcast => "to an IPv4 broadcast address",
            Cast::IpMulticast => "to an IPv4 multicast address (224.0.0.0 and above)",
            Cast::Ip6Multicast => "to an IPv6 multicast address",
        }),
        Primitive::Vlan { level: 0, id: None } => Phrase::whole("with a VLAN tag"),
        Primitive::Vlan { level: 0, id: Some(id) } => Phrase::new("of VLAN", id.to_string()),
        Primitive::Vlan { id: None, .. } => Phrase::whole("with an inner VLAN tag"),
        Primitive::Vlan { id: Some(id), .. } => Phrase::new("of inner VLAN", id.to_string()),
        Primitive::Tunnel { kind, id: None } => Phrase::whole(format!("in {}", tunnel(*kind))),
        Primitive::Tunnel { kind, id: Some(id) } => {
            Phrase::new(format!("in {} with the id", tunnel(*kind)), id.to_string())
        }
        Primitive::Llc(what) => link_control(*what),
        Primitive::Fragment => Phrase::whole("that are fragments"),
        Primitive::Relation(relation) => comparison::phrase(relation),
        Primitive::Way(direction) => Phrase::whole(way_of(*direction)),
    }
}

const fn tunnel(kind: TunnelKind) -> &'static str {
    match kind {
        TunnelKind::Vxlan => "VXLAN",
        TunnelKind::Geneve => "Geneve",
        TunnelKind::Gre => "GRE",
        TunnelKind::Ipip => "IPv4 in IPv4",
        TunnelKind::SixInFour => "IPv6 in IPv4",
        TunnelKind::FourInSix => "IPv4 in IPv6",
        TunnelKind::SixInSix => "IPv6 in IPv6",
        TunnelKind::Mpls => "MPLS",
        TunnelKind::Pppoe => "a PPPoE session",
        TunnelKind::Gtp => "GTP-U",
    }
}

fn link_control(what: Llc) -> Phrase {
    let kind = |Control { name, .. }: Control| match name {
        "i" => "carry numbered information",
        "s" => "are supervisory",
        "u" => "are unnumbered",
        "rr" => "say that the receiver is ready (RR)",
        "rnr" => "say that the receiver is not ready (RNR)",
        "rej" => "reject (REJ)",
        "ui" => "carry unnumbered information (UI)",
        "ua" => "acknowledge (UA)",
        "disc" => "disconnect (DISC)",
        "sabme" => "connect (SABME)",
        "test" => "test (TEST)",
        "xid" => "exchange identification (XID)",
        _ => "reject a frame (FRMR)",
    };
    match what {
        Llc::Any => Phrase::whole("of LLC, behind a length"),
        Llc::Control(control) => Phrase::whole(format!("of LLC that {}", kind(control))),
        Llc::Destination(llc::SPANNING_TREE) => Phrase::whole("of spanning tree (STP)"),
        Llc::Destination(number) => Phrase::new("to LLC service access point", format!("{number:#04x}")),
        Llc::Between(llc::OSI) => Phrase::whole("of OSI"),
        Llc::Between(llc::NETBEUI) => Phrase::whole("of NetBEUI"),
        Llc::Between(number) => Phrase::new("between LLC service access points", format!("{number:#04x}")),
        Llc::Ipx => Phrase::whole("of IPX, behind a type or a length"),
        Llc::Osi(0x81) => Phrase::whole("of CLNP"),
        Llc::Osi(0x82) => Phrase::whole("of ES-IS"),
        Llc::Osi(llc::IS_IS) => Phrase::whole("of IS-IS"),
        Llc::Osi(number) => Phrase::new("of OSI protocol", format!("{number:#04x}")),
        Llc::Pdu(number) => Phrase::new("with IS-IS PDUs of type", number.to_string()),
        Llc::Pdus(word) => Phrase::whole(match word {
            "l1" => "with IS-IS PDUs of level 1",
            "l2" => "with IS-IS PDUs of level 2",
            "iih" => "with IS-IS hellos",
            "lsp" => "with IS-IS link states",
            "csnp" => "with complete IS-IS sequence numbers",
            "psnp" => "with partial IS-IS sequence numbers",
            _ => "with IS-IS sequence numbers",
        }),
    }
}

/// The packet's way, where that is what the condition is about.
pub(super) fn way(primitive: &Primitive) -> Option<&'static str> {
    match primitive {
        Primitive::Way(direction) => Some(way_of(*direction)),
        _ => None,
    }
}

const fn way_of(direction: Direction) -> &'static str {
    match direction {
        Direction::In => "received",
        Direction::Out => "sent",
    }
}

/// The name of a protocol that can stand in front of "packets", where that is what the condition is about.
pub(super) fn protocol(primitive: &Primitive) -> Option<String> {
    match primitive {
        Primitive::Ethertype(number) => names::ethertype(*number).map(str::to_owned),
        Primitive::Protocol { version, number } => {
            protocols::keyword(*version, *number).map(|keyword| match keyword {
                "icmp6" => "ICMPv6".to_owned(),
                keyword => keyword.to_uppercase(),
            })
        }
        _ => None,
    }
}

const fn upper(transport: Transport) -> &'static str {
    match transport {
        Transport::Tcp => "TCP",
        Transport::Udp => "UDP",
        Transport::Sctp => "SCTP",
    }
}

const fn from_or_to(side: Side) -> &'static str {
    match side {
        Side::Source => "from",
        Side::Destination => "to",
        Side::Either => "to or from",
        Side::Both => "both to and from",
    }
}
