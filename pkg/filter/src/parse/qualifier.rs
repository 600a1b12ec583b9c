//! Qualifiers: what stands in front of a value.

use super::{
    head::{AddressProtocol, Head},
    parser::{Parsed, Parser},
    wanted::{ValueKind, Wanted},
    written::{Asked, Written},
};
use crate::{
    error::Reason,
    lexer::{Kind, Token},
    relation::Access,
    syntax::{Cast, Primitive, Side},
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

impl Protocol {
    /// Words that can stand behind it and belong to it.
    const fn qualifiers(self) -> &'static [&'static str] {
        match self {
            Self::Ether => &["host", "src", "dst", "proto", "broadcast", "multicast"],
            Self::Address(AddressProtocol::Ip) => {
                &["host", "net", "src", "dst", "proto", "broadcast", "multicast"]
            }
            Self::Address(AddressProtocol::Ip6) => &["host", "net", "src", "dst", "proto", "multicast"],
            Self::Address(AddressProtocol::Arp) => &["host", "net", "src", "dst"],
            Self::Transport(_) => &["port", "portrange", "src", "dst"],
            Self::Rarp | Self::Other => &[],
        }
    }

    /// Words that can stand behind it and a side.
    const fn types(self) -> &'static [&'static str] {
        match self {
            Self::Ether => &["host"],
            Self::Address(_) => &["host", "net"],
            Self::Transport(_) => &["port", "portrange"],
            Self::Rarp | Self::Other => &[],
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
    pub(super) fn qualified(&mut self) -> Parsed<Option<Written>> {
        let (from, first) = (self.at, self.peek());
        let plain = match first.text.as_str() {
            "ttl" => Some(Access::Ttl),
            "dscp" => Some(Access::Dscp),
            "tcpflags" => Some(Access::TcpFlags),
            "window" => Some(Access::Window),
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
        self.wants_words(protocol.map_or(&[], Protocol::qualifiers));
        let side = self.side(protocol)?;
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
                return Ok(Some(self.leaf(from, Asked::Cast(cast), Tree::Leaf(Primitive::Cast(cast)))));
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
            (Some(_), Some(primitive)) => {
                let asked = Asked::Protocol(first.text.clone());
                Ok(Some(self.leaf(from, asked, Tree::Leaf(primitive))))
            }
            (Some(_), None) => {
                Err(start.error(Reason::Expected("host, src, dst, proto, broadcast or multicast".into())))
            }
        }
    }

    /// `src`, `dst`, or both joined by or, and; `None` where neither comes next.
    fn side(&mut self, protocol: Option<Protocol>) -> Parsed<Option<Side>> {
        let named = |token: &Token| match token.text.as_str() {
            "src" if token.kind == Kind::Word => Some((Side::Source, "dst")),
            "dst" if token.kind == Kind::Word => Some((Side::Destination, "src")),
            _ => None,
        };
        let Some((mut side, other)) = named(self.peek()) else { return Ok(None) };
        self.next();
        let joint = self.peek();
        let both = if joint.is_word("or") || joint.is_sign("||") {
            Some(Side::Either)
        } else if joint.is_word("and") || joint.is_sign("&&") {
            Some(Side::Both)
        } else {
            None
        };
        if let Some(both) = both {
            let second = self.peek_at(1);
            if second.kind == Kind::End {
                self.next();
                self.wants(Wanted::Word(other));
                return Err(self.expected(other));
            }
            if second.is_word(other) {
                self.at += 2;
                side = both;
            }
        }
        // By itself it is about hosts.
        if matches!(protocol, None | Some(Protocol::Address(_))) {
            self.wants_value(ValueKind::Address);
        }
        self.wants_words(protocol.map_or(&TYPES, Protocol::types));
        if both.is_none() {
            self.wants_words(&["or", "and"]);
        }
        Ok(Some(side))
    }

    /// The value or values behind `head`, which values without qualifiers take from now on.
    fn values_of(&mut self, head: Head) -> Parsed<Written> {
        self.state.recent = Some(head);
        self.values()
    }

    /// A value alone: it takes the most recent qualifiers.
    pub(super) fn value_without_qualifiers(&mut self) -> Parsed<Written> {
        let token = self.peek();
        let starts_value = match token.kind {
            Kind::Word => {
                !matches!(token.text.as_str(), "and" | "or" | "not") && !TYPES.contains(&token.text.as_str())
            }
            Kind::Escaped => true,
            Kind::Open | Kind::Sign | Kind::Unknown | Kind::End => false,
        };
        if starts_value && self.state.recent.is_some() {
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
            let reason = "only ip, ip6, arp and ether can stand in front of an address; write `and` between a protocol and a host";
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
            let reason = "only tcp, udp and sctp have ports; write `and` between another protocol and a port";
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
            let reason = "only ip, ip6 and ether can stand in front of proto";
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
