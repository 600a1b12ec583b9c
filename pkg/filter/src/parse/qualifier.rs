//! Qualifiers: what stands in front of a value.

use super::{
    head::{AddressProtocol, Head},
    parser::{Parsed, Parser},
};
use crate::{
    error::Reason,
    lexer::{Kind, Token},
    relation::Access,
    syntax::{Cast, Expression, Primitive, Side},
    tree::Tree,
    vocabulary::{
        ethertypes,
        protocols::{self, Transport, Version},
    },
};

/// A keyword that says in which protocol to look.
#[derive(Clone, Copy)]
enum Protocol {
    Ether,
    Rarp,
    Address(AddressProtocol),
    Transport(Transport),
    /// One that qualifies nothing.
    Other,
}

impl Protocol {
    fn of(word: &str) -> Option<Self> {
        match word {
            "ether" | "link" => Some(Self::Ether),
            "ip" => Some(Self::Address(AddressProtocol::Ip)),
            "ip6" => Some(Self::Address(AddressProtocol::Ip6)),
            "arp" => Some(Self::Address(AddressProtocol::Arp)),
            "rarp" => Some(Self::Rarp),
            word => Transport::ALL
                .into_iter()
                .find(|transport| transport.name() == word)
                .map(Self::Transport)
                .or_else(|| bare(word).map(|_| Self::Other)),
        }
    }
}

/// What a protocol's keyword means by itself.
fn bare(word: &str) -> Option<Primitive> {
    let protocol = protocols::bare(word).map(|(version, number)| Primitive::Protocol { version, number });
    protocol.or_else(|| ethertypes::number(word).map(Primitive::Ethertype))
}

/// What qualifiers can be followed by.
const TYPES: [&str; 4] = ["host", "net", "port", "portrange"];

impl Parser<'_> {
    /// A condition that begins with a qualifier; `None` where the next word is none.
    pub(super) fn qualified(&mut self) -> Parsed<Option<Expression>> {
        let first = self.peek();
        let plain = match first.text.as_str() {
            "ttl" => Some(Access::Ttl),
            "dscp" => Some(Access::Dscp),
            _ => None,
        };
        if let Some(access) = plain {
            self.next();
            return self.values_of(Head::Plain(access)).map(Some);
        }
        let protocol = Protocol::of(&first.text);
        if protocol.is_some() {
            self.next();
        }
        let start = self.peek();
        let side = self.side();
        let kind = self.peek();
        let head = match (protocol, kind.text.as_str()) {
            _ if kind.kind != Kind::Word => None,
            (_, "host") => Some(host(protocol, side, first)?),
            (_, "net") => Some(net(protocol, side, first)?),
            (_, "port") => Some(port(protocol, side, false, first)?),
            (_, "portrange") => Some(port(protocol, side, true, first)?),
            (_, "proto" | "protochain") if side.is_none() => Some(proto(protocol, first)?),
            (Some(protocol), "broadcast" | "multicast") if side.is_none() => {
                let cast = cast(protocol, &kind.text).ok_or_else(|| {
                    kind.error(Reason::Expected(
                        "and, or or the end: only ether and ip have it, and ip6 multicast".into(),
                    ))
                })?;
                self.next();
                return Ok(Some(Tree::Leaf(Primitive::Cast(cast))));
            }
            _ => None,
        };
        if let Some(head) = head {
            self.next();
            return self.values_of(head).map(Some);
        }
        if side.is_some() {
            // As in pcap-filter(7), `src` and `dst` by themselves are about hosts.
            let head = host(protocol, side, first)?;
            return self.values_of(head).map(Some);
        }
        match (protocol, bare(&first.text)) {
            (None, _) => Ok(None),
            (Some(_), Some(primitive)) => Ok(Some(Tree::Leaf(primitive))),
            (Some(_), None) => {
                Err(start.error(Reason::Expected("host, src, dst, proto, broadcast or multicast".into())))
            }
        }
    }

    /// `src`, `dst`, or both joined by or, and; `None` where neither comes next.
    fn side(&mut self) -> Option<Side> {
        let named = |token: &Token| match token.text.as_str() {
            "src" if token.kind == Kind::Word => Some(Side::Source),
            "dst" if token.kind == Kind::Word => Some(Side::Destination),
            _ => None,
        };
        let side = named(self.peek())?;
        let second = named(self.peek_at(2)).filter(|second| *second != side);
        let joint = self.peek_at(1);
        let both = match second {
            Some(_) if joint.is_word("or") || joint.is_sign("||") => Some(Side::Either),
            Some(_) if joint.is_word("and") || joint.is_sign("&&") => Some(Side::Both),
            _ => None,
        };
        self.at += if both.is_some() { 3 } else { 1 };
        Some(both.unwrap_or(side))
    }

    /// The value or values behind `head`, which values without qualifiers take from now on.
    fn values_of(&mut self, head: Head) -> Parsed<Expression> {
        self.recent = Some(head);
        self.values()
    }

    /// A value alone: it takes the most recent qualifiers.
    pub(super) fn value_without_qualifiers(&mut self) -> Parsed<Expression> {
        let token = self.peek();
        let starts_value = match token.kind {
            Kind::Word => {
                !matches!(token.text.as_str(), "and" | "or" | "not") && !TYPES.contains(&token.text.as_str())
            }
            Kind::Escaped => true,
            Kind::Sign | Kind::End => false,
        };
        if starts_value && self.recent.is_some() {
            return self.values();
        }
        Err(self.expected("a condition, such as host 192.0.2.1, port 53, tcp, or ip[8] < 5,"))
    }
}

/// The owner of an address behind `protocol`.
fn owner(protocol: Option<Protocol>, first: &Token) -> Parsed<Option<AddressProtocol>> {
    match protocol {
        None => Ok(None),
        Some(Protocol::Address(address)) => Ok(Some(address)),
        Some(Protocol::Rarp) => {
            Err(first.error(Reason::Refused("the addresses in RARP packets are not read".into())))
        }
        Some(Protocol::Ether) => Err(first
            .error(Reason::Refused("Ethernet has no networks; `ether host` takes a whole address".into()))),
        Some(Protocol::Transport(_) | Protocol::Other) => {
            let reason = "addresses are of ip, ip6, arp or ether; write `and` between a protocol and a host";
            Err(first.error(Reason::Refused(reason.into())))
        }
    }
}

fn host(protocol: Option<Protocol>, side: Option<Side>, first: &Token) -> Parsed<Head> {
    let side = side.unwrap_or(Side::Either);
    if let Some(Protocol::Ether) = protocol {
        return Ok(Head::Mac { side });
    }
    Ok(Head::Host { owner: owner(protocol, first)?, side })
}

fn net(protocol: Option<Protocol>, side: Option<Side>, first: &Token) -> Parsed<Head> {
    Ok(Head::Net { owner: owner(protocol, first)?, side: side.unwrap_or(Side::Either) })
}

fn port(protocol: Option<Protocol>, side: Option<Side>, range: bool, first: &Token) -> Parsed<Head> {
    let transport = match protocol {
        None => None,
        Some(Protocol::Transport(transport)) => Some(transport),
        Some(_) => {
            let reason = "ports are of tcp, udp or sctp; write `and` between another protocol and a port";
            return Err(first.error(Reason::Refused(reason.into())));
        }
    };
    Ok(Head::Port { transport, side: side.unwrap_or(Side::Either), range })
}

fn proto(protocol: Option<Protocol>, first: &Token) -> Parsed<Head> {
    match protocol {
        None => Ok(Head::Protocol { version: None }),
        Some(Protocol::Address(AddressProtocol::Ip)) => Ok(Head::Protocol { version: Some(Version::V4) }),
        Some(Protocol::Address(AddressProtocol::Ip6)) => Ok(Head::Protocol { version: Some(Version::V6) }),
        Some(Protocol::Ether) => Ok(Head::Ethertype),
        Some(_) => {
            let reason = "a protocol is asked for of ip, ip6 or ether";
            Err(first.error(Reason::Refused(reason.into())))
        }
    }
}

fn cast(protocol: Protocol, word: &str) -> Option<Cast> {
    match (protocol, word) {
        (Protocol::Ether, "broadcast") => Some(Cast::EtherBroadcast),
        (Protocol::Ether, "multicast") => Some(Cast::EtherMulticast),
        (Protocol::Address(AddressProtocol::Ip), "broadcast") => Some(Cast::IpBroadcast),
        (Protocol::Address(AddressProtocol::Ip), "multicast") => Some(Cast::IpMulticast),
        (Protocol::Address(AddressProtocol::Ip6), "multicast") => Some(Cast::Ip6Multicast),
        _ => None,
    }
}
