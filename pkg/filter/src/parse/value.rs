//! Values behind qualifiers, and lists of them.

use std::net::Ipv6Addr;

use super::{
    head::{AddressProtocol, Head},
    literal,
    parser::{Parsed, Parser},
    written::{Asked, Written},
};
use crate::{
    error::{FilterError, Reason},
    lexer::{Kind, Token},
    relation::{Access, Arithmetic, Comparison, HeaderWord, Operator},
    syntax::{Expression, Network, Primitive, Side},
    tree::Tree,
    vocabulary::{
        constants, ethertypes, llc,
        protocols::{self, Transport, Version},
        services,
    },
    words,
};

const HOST_NAME: &str = "names of hosts are not looked up; write the address";

impl<'t> Parser<'t> {
    /// A value with the recent qualifiers, its opposite, or a list of these in parentheses.
    pub(super) fn values(&mut self) -> Parsed<Written> {
        if let Some(kind) = self.state.recent.and_then(Head::values) {
            self.wants_value(kind);
        }
        if self.at_negation() {
            self.negation(Self::values)
        } else if self.peek().is_sign("(") {
            self.parenthesised(Self::values)
        } else if self.peek().is_sign("{") {
            let reason =
                "a filter in braces is a condition; the values of a list are words with commas between them";
            Err(self.refused(reason))
        } else {
            self.spread(|parser| parser.value())
        }
    }

    fn value(&mut self) -> Parsed<Written> {
        let Some(head) = self.state.recent else { return Err(self.expected("a condition")) };
        let start = self.at;
        let is_open = self.peek().kind == Kind::Open;
        let value = if is_open { self.open(head) } else { self.known(head) };
        let means = match value {
            Ok(means) => means,
            Err(error) => {
                let wrong = self.tokens.get(start).unwrap_or(self.peek());
                let is_value =
                    matches!(wrong.kind, Kind::Word | Kind::Escaped) && !words::is_reserved(&wrong.source());
                if !self.overlooks(is_value) {
                    return Err(error);
                }
                self.at = start + 1;
                Tree::All(Vec::new())
            }
        };
        let text = self.text_from(start);
        Ok(self.leaf(start, Asked::Value { head, text }, means))
    }

    /// A value that is not known yet.
    fn open(&mut self, head: Head) -> Parsed<Expression> {
        self.next();
        if matches!(head, Head::Net { .. }) && self.eat_sign("/") {
            self.number(0..=u128::BITS, "a prefix length from 0 to 128")?;
        }
        Ok(Tree::All(Vec::new()))
    }

    fn known(&mut self, head: Head) -> Parsed<Expression> {
        match head {
            Head::Host { owner, side } => self.host(owner, side).map(Tree::Leaf),
            Head::Net { owner, side } => self.net(owner, side).map(Tree::Leaf),
            Head::Mac { side } => self.mac(side).map(Tree::Leaf),
            Head::Port { transport, side, range: false } => self.port(transport, side),
            Head::Port { transport, side, range: true } => self.port_range(transport, side),
            Head::Protocol { version } => self.protocol(version),
            Head::Ethertype => self.ethertype().map(Tree::Leaf),
            Head::Plain(access) => self.plain(access),
        }
    }

    fn host(&mut self, owner: Option<AddressProtocol>, side: Side) -> Parsed<Primitive> {
        let token = self.word("an IP address")?;
        if self.peek().is_sign("/") {
            return Err(self.refused("a host is one address; write `net` for a network"));
        }
        let network = match literal::ipv4(&token.text) {
            Some((base, 4)) => Network::V4 { base, length: u32::BITS },
            Some(_) => {
                return Err(
                    token.error(Reason::Expected("a whole IP address (`net` takes a part of one)".into()))
                );
            }
            None => Network::V6 { base: ipv6(token)?, length: u128::BITS },
        };
        owned(owner, side, network, token)
    }

    fn net(&mut self, owner: Option<AddressProtocol>, side: Side) -> Parsed<Primitive> {
        let token = self.word("an IP network")?;
        let network = match literal::ipv4(&token.text) {
            Some((base, bytes)) => Network::V4 { base, length: self.ipv4_length(bytes)? },
            None => {
                let base = ipv6(token)?;
                let length = if self.eat_sign("/") {
                    self.number(0..=u128::BITS, "a prefix length from 0 to 128")?
                } else {
                    u128::BITS
                };
                Network::V6 { base, length }
            }
        };
        let host_bits = match network {
            Network::V4 { base, length } => u32::from(base).checked_shl(length).unwrap_or(0) != 0,
            Network::V6 { base, length } => u128::from(base).checked_shl(length).unwrap_or(0) != 0,
        };
        if host_bits {
            return Err(token
                .error(Reason::Refused("it is no network, because bits behind its prefix are set".into())));
        }
        owned(owner, side, network, token)
    }

    /// The bits that count in an IPv4 network written with this number of bytes.
    fn ipv4_length(&mut self, bytes: u32) -> Parsed<u32> {
        if self.eat_sign("/") {
            return self.number(0..=u32::BITS, "a prefix length from 0 to 32");
        }
        if !self.eat_word("mask") {
            return Ok(bytes * 8);
        }
        let token = self.word("an IPv4 address mask")?;
        let mask = literal::ipv4(&token.text).map(|(mask, _)| u32::from(mask));
        let mask = mask.ok_or_else(|| token.error(Reason::Expected("an IPv4 address mask".into())))?;
        if mask.leading_ones() != mask.count_ones() {
            let reason = "all ones of a mask have to be in front of its zeros";
            return Err(token.error(Reason::Refused(reason.into())));
        }
        Ok(mask.leading_ones())
    }

    fn mac(&mut self, side: Side) -> Parsed<Primitive> {
        const EXPECTED: &str = "an Ethernet address such as 02:00:5e:10:00:01";
        let token = self.word(EXPECTED)?;
        let address =
            literal::mac(&token.text).ok_or_else(|| token.error(Reason::Expected(EXPECTED.into())))?;
        Ok(Primitive::Mac { side, address })
    }

    fn port(&mut self, transport: Option<Transport>, side: Side) -> Parsed<Expression> {
        let token = self.word("a port")?;
        let (port, transports) = endpoint(token, &token.text, transport)?;
        Ok(ports(transports, side, port, port))
    }

    /// `FIRST-LAST`, or one port.
    fn port_range(&mut self, transport: Option<Transport>, side: Side) -> Parsed<Expression> {
        let token = self.word("a range of ports such as 8000-8080")?;
        // Names have hyphens, too: the range is where both ends are ports.
        let hyphens = token.text.match_indices('-');
        let ends = hyphens.filter_map(|(at, _)| {
            let first = endpoint(token, token.text.get(..at)?, transport).ok()?;
            let last = endpoint(token, token.text.get(at + 1..)?, transport).ok()?;
            Some((first, last))
        });
        let mut ends = ends.collect::<Vec<_>>();
        let ((first, transports), (last, others)) = match ends.pop() {
            Some(ends) => ends,
            None => {
                let port = endpoint(token, &token.text, transport).map_err(|error| match error.reason {
                    Reason::Expected(_) => {
                        token.error(Reason::Expected("a range of ports such as 8000-8080".into()))
                    }
                    Reason::Refused(_) => error,
                })?;
                (port.clone(), port)
            }
        };
        if transports != others {
            let reason = "its two ends are services of different protocols";
            return Err(token.error(Reason::Refused(reason.into())));
        }
        Ok(ports(transports, side, first.min(last), first.max(last)))
    }

    fn protocol(&mut self, version: Option<Version>) -> Parsed<Expression> {
        const EXPECTED: &str = "a protocol number from 0 to 255, or a name behind a backslash such as \\tcp,";
        let token = self.peek();
        let number = match token.kind {
            Kind::Escaped => {
                self.next();
                let unknown = || token.error(Reason::Expected("the name of an IP protocol".into()));
                protocols::number(&token.text).ok_or_else(unknown)?
            }
            // Keywords are protocols by themselves; other names need no backslash.
            Kind::Word
                if protocols::bare(&token.text).is_none() && ethertypes::number(&token.text).is_none() =>
            {
                match protocols::number(&token.text) {
                    Some(number) => {
                        self.next();
                        number
                    }
                    None => self.number(0..=u8::MAX, EXPECTED)?,
                }
            }
            _ => return Err(self.expected(EXPECTED)),
        };
        if version == Some(Version::V6) && protocols::EXTENSIONS.contains(&number) {
            // Extension headers are looked through, so none is the protocol of a packet; the first one is in the header.
            let next = Arithmetic::Access(Access::Bytes { header: HeaderWord::Ip6, offset: 6, size: 1 });
            return self.relation(&next, Comparison::Equal, &Arithmetic::Constant(number.into()));
        }
        Ok(Tree::Leaf(Primitive::Protocol { version, number }))
    }

    fn ethertype(&mut self) -> Parsed<Primitive> {
        const EXPECTED: &str = "an EtherType such as 0x88cc, or a name behind a backslash such as \\arp,";
        let token = self.peek();
        if token.kind == Kind::Escaped {
            self.next();
            let unknown = || token.error(Reason::Expected("the name of an EtherType".into()));
            let typed = ethertypes::number(&token.text).map(Primitive::Ethertype);
            return typed
                .or_else(|| llc::named_destination(&token.text).map(Primitive::Llc))
                .ok_or_else(unknown);
        }
        let number = self.number(0..=u16::MAX, EXPECTED)?;
        // As in libpcap: what is no type is a service access point, which stands behind a length.
        if let Ok(point) = u8::try_from(number) {
            return Ok(Primitive::Llc(llc::destination(point)));
        }
        if number < ethertypes::SMALLEST {
            let reason =
                "from 256 to 1500 it is a length, and no type; up to 255 it is a service access point of LLC";
            return Err(token.error(Reason::Refused(reason.into())));
        }
        if ethertypes::TAGS.contains(&number) {
            return Err(
                token.error(Reason::Refused("VLAN tags are looked through; `vlan` asks for them".into()))
            );
        }
        Ok(Primitive::Ethertype(number))
    }

    /// A number that the packet's value is to be.
    fn plain(&mut self, access: Access) -> Parsed<Expression> {
        let (largest, expected) = match access {
            Access::Dscp => (63, "a code point from 0 to 63 or its name, such as ef,"),
            Access::TcpFlags => (255, "a TCP flag, such as syn,"),
            Access::Window => (65_535, "a window from 0 to 65535"),
            _ => (255, "a number from 0 to 255"),
        };
        let token = self.peek();
        let word = token.text.to_ascii_lowercase();
        let named = match access {
            _ if token.kind != Kind::Word => None,
            Access::Dscp => constants::code_point(&word),
            Access::TcpFlags => constants::flag(&word),
            _ => None,
        };
        let number = match named {
            Some(number) => {
                self.next();
                number
            }
            None => self.number(0..=largest, expected)?,
        };
        let value = Arithmetic::Access(access);
        if access == Access::TcpFlags {
            // Whatever other flags there are.
            let flags = Arithmetic::operation(value, Operator::And, Arithmetic::Constant(number));
            let flags = flags.map_err(|reason| self.refused(reason))?;
            return self.relation(&flags, Comparison::Equal, &Arithmetic::Constant(number));
        }
        self.relation(&value, Comparison::Equal, &Arithmetic::Constant(number))
    }

    /// The next token, which is a word of any kind.
    fn word(&mut self, expected: &str) -> Parsed<&'t Token> {
        let token = self.peek();
        match token.kind {
            Kind::Word | Kind::Escaped => Ok(self.next()),
            Kind::Open | Kind::Sign | Kind::Unknown | Kind::End => Err(self.expected(expected)),
        }
    }
}

fn ipv6(token: &Token) -> Parsed<Ipv6Addr> {
    if let Ok(address) = token.text.parse() {
        return Ok(address);
    }
    let reason = if literal::mac(&token.text).is_some() {
        Reason::Refused("it is an Ethernet address; write `ether` in front of host, src or dst".into())
    } else if token.text.starts_with(|c: char| c.is_ascii_alphabetic()) && !token.text.contains(':') {
        Reason::Refused(HOST_NAME.into())
    } else {
        Reason::Expected("an IP address".into())
    };
    Err(token.error(reason))
}

/// The condition, if the protocol in front of it has such addresses.
fn owned(owner: Option<AddressProtocol>, side: Side, network: Network, token: &Token) -> Parsed<Primitive> {
    let fits = match (owner, network) {
        (None, _) | (Some(AddressProtocol::Ip | AddressProtocol::Arp), Network::V4 { .. }) => true,
        (Some(AddressProtocol::Ip6), Network::V6 { .. }) => true,
        (Some(AddressProtocol::Ip | AddressProtocol::Arp), Network::V6 { .. })
        | (Some(AddressProtocol::Ip6), Network::V4 { .. }) => false,
    };
    if fits {
        Ok(Primitive::Network { owner: owner.and_then(AddressProtocol::owner), side, network })
    } else {
        let name = owner.map_or("", AddressProtocol::name);
        let version = if let Some(AddressProtocol::Ip6) = owner { "IPv6" } else { "IPv4" };
        Err(token.error(Reason::Refused(format!("{name} has {version} addresses only"))))
    }
}

/// A port by number or service name, and the protocols that it is to be looked for in: `None` for all.
type Endpoint = (u16, Vec<Option<Transport>>);

fn endpoint(token: &Token, text: &str, transport: Option<Transport>) -> Result<Endpoint, FilterError> {
    if let Some(number) = literal::number(text) {
        let port = u16::try_from(number)
            .map_err(|_| token.error(Reason::Expected("a port from 0 to 65535".into())))?;
        return Ok((port, vec![transport]));
    }
    let unknown = || token.error(Reason::Expected("a port from 0 to 65535 or the name of a service".into()));
    let service = services::service(text).ok_or_else(unknown)?;
    let has = |transport: &Transport| service.transports.contains(transport);
    match transport {
        Some(transport) if !has(&transport) => {
            let reason = format!("the service {text} is not registered for {}", transport.name());
            Err(token.error(Reason::Refused(reason)))
        }
        Some(_) => Ok((service.port, vec![transport])),
        // As in libpcap: a service of both is looked for wherever there are ports.
        None if has(&Transport::Tcp) && has(&Transport::Udp) => Ok((service.port, vec![None])),
        None => Ok((service.port, service.transports.iter().copied().map(Some).collect())),
    }
}

fn ports(transports: Vec<Option<Transport>>, side: Side, first: u16, last: u16) -> Expression {
    let one = |transport| Tree::Leaf(Primitive::Ports { transport, side, first, last });
    transports.into_iter().map(one).reduce(Tree::or).unwrap_or(Tree::Any(Vec::new()))
}
