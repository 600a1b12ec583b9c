//! The words of the language, for who completes what is being typed.

use xdplive_packet::names;

use crate::vocabulary::{constants, ethertypes, protocols, services};

/// A word that can stand in a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// As it is written.
    pub text: &'static str,
    /// Where it can stand.
    pub kind: WordKind,
    /// What it means, in a few words.
    pub meaning: String,
}

/// Where a word can stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WordKind {
    /// Where a condition can begin, or go on.
    Keyword,
    /// A protocol of IP: a condition by itself.
    Protocol,
    /// An EtherType: a condition by itself.
    Ethertype,
    /// Behind `port` and `portrange`.
    Service,
    /// Behind `dscp`.
    CodePoint,
    /// In a comparison, such as `tcp[tcpflags] & tcp-syn != 0`.
    Number,
}

impl WordKind {
    /// Its name in the plugin's resource.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keyword => "keyword",
            Self::Protocol => "protocol",
            Self::Ethertype => "ethertype",
            Self::Service => "service",
            Self::CodePoint => "code-point",
            Self::Number => "number",
        }
    }
}

/// What a port of an IP protocol (IANA's number) is registered for, by the word that stands behind `port`; `None` for nothing,
/// and for protocols other than TCP, UDP and SCTP.
#[must_use]
pub fn service_name(protocol: u8, port: u16) -> Option<&'static str> {
    let transport = protocols::Transport::ALL.into_iter().find(|one| one.number() == protocol)?;
    services::name_of(port, transport)
}

/// Words that the parser knows by themselves, with what they mean and a filter that has them.
const KEYWORDS: &[(&str, &str, &str)] = &[
    ("host", "packets to or from an address", "host 192.0.2.1"),
    ("net", "packets to or from a network", "net 192.0.2.0/24"),
    ("port", "packets to or from a port or service", "port 443"),
    ("portrange", "packets to or from one of many ports", "portrange 8000-8080"),
    ("src", "only where packets come from", "src host 192.0.2.1"),
    ("dst", "only where packets go to", "dst port 53"),
    ("and", "both conditions", "tcp and port 22"),
    ("or", "at least one of the conditions", "udp or icmp"),
    ("not", "the opposite of the condition", "not port 22"),
    ("vlan", "packets with a VLAN tag, or with this id", "vlan 40"),
    ("vxlan", "packets in VXLAN, or with this VNI", "vxlan 5"),
    ("geneve", "packets in Geneve, or with this VNI", "geneve 5"),
    ("gre", "packets in GRE, or with this key", "gre"),
    ("mpls", "packets behind MPLS labels, or with this one on top", "mpls 1024"),
    ("pppoes", "packets in PPPoE sessions, or in this one", "pppoes 17"),
    ("pppoed", "PPPoE discovery", "pppoed"),
    ("gtp", "packets in GTP-U, or with this TEID", "gtp"),
    ("stp", "spanning tree", "stp"),
    ("llc", "frames of LLC, behind a length, or of one kind", "llc"),
    ("isis", "IS-IS", "isis"),
    ("tcpflags", "TCP flags, of both IP versions", "tcpflags syn"),
    ("window", "the TCP window, not scaled", "window 0"),
    ("payload", "bytes behind the TCP, UDP or other header, to compare", "payload > 0"),
    ("fragment", "fragments of IP packets", "fragment"),
    ("df", "IPv4 packets that are not to be fragmented", "df"),
    ("ttl", "time to live or hop limit", "ttl 1"),
    ("dscp", "code point, by number or name", "dscp ef"),
    ("less", "frames of at most so many bytes", "less 100"),
    ("greater", "frames of at least so many bytes", "greater 1000"),
    ("len", "the frame's length in bytes, to compare", "len > 500"),
    ("broadcast", "packets to everyone on the link", "broadcast"),
    ("multicast", "packets to a group or everyone", "ip multicast"),
    ("inbound", "packets received", "inbound"),
    ("outbound", "packets sent", "outbound"),
    ("ether", "Ethernet addresses and types", "ether host 02:00:5e:10:00:01"),
    ("link", "the same as ether", "link host 02:00:5e:10:00:01"),
    ("proto", "a protocol by number or name", "ip proto 47"),
    ("protochain", "the same as proto: extension headers are looked through", "ip6 protochain 6"),
    ("mask", "the mask of a network", "net 192.0.2.0 mask 255.255.255.0"),
    ("clnp", "CLNP of OSI", "clnp"),
    ("esis", "ES-IS of OSI", "esis"),
    ("iso", "protocols of OSI", "iso"),
    ("netbeui", "NetBEUI", "netbeui"),
    ("ipx", "IPX, behind a type or a length", "ipx"),
    ("l1", "IS-IS of level 1", "l1"),
    ("l2", "IS-IS of level 2", "l2"),
    ("iih", "hellos of IS-IS", "iih"),
    ("lsp", "link states of IS-IS", "lsp"),
    ("snp", "sequence numbers of IS-IS", "snp"),
    ("csnp", "complete sequence numbers of IS-IS", "csnp"),
    ("psnp", "partial sequence numbers of IS-IS", "psnp"),
];

/// Words that a condition begins with, the most used at the front; protocols apart.
pub(crate) fn beginning_conditions() -> impl Iterator<Item = &'static str> {
    KEYWORDS.iter().map(|(word, ..)| *word).filter(|word| !matches!(*word, "and" | "or" | "mask"))
}

/// Keywords of protocols, each a condition of its own.
pub(crate) fn protocols() -> impl Iterator<Item = &'static str> {
    protocols::keywords().map(|(word, _)| word).chain(ethertypes::keywords().map(|(word, _)| word))
}

/// Whether a word says what is asked for, or joins conditions: it is no value.
pub(crate) fn is_reserved(text: &str) -> bool {
    is_keyword(text) || protocols::bare(text).is_some() || ethertypes::number(text).is_some()
}

fn is_keyword(text: &str) -> bool {
    KEYWORDS.iter().any(|(word, ..)| *word == text)
}

/// Every word, without the addresses and numbers that it takes; keywords first, the most used of them at the front.
pub fn all() -> impl Iterator<Item = Word> {
    let keywords = KEYWORDS.iter().map(|(text, meaning, _)| Word {
        text,
        kind: WordKind::Keyword,
        meaning: (*meaning).to_owned(),
    });
    let protocols = protocols::keywords().map(|(text, number)| Word {
        text,
        kind: WordKind::Protocol,
        meaning: format!("IP protocol {number}"),
    });
    let ethertypes = ethertypes::keywords().map(|(text, number)| Word {
        text,
        kind: WordKind::Ethertype,
        meaning: names::ethertype(number).map_or_else(
            || format!("EtherType {number:#06x}"),
            |name| format!("{name}, EtherType {number:#06x}"),
        ),
    });
    let services = services::all().iter().map(|(text, service)| {
        let transports: Vec<&str> = service.transports.iter().map(|transport| transport.name()).collect();
        let meaning = format!("port {}, {}", service.port, transports.join(", "));
        Word { text, kind: WordKind::Service, meaning }
    });
    let code_points = constants::code_point_names().map(|(text, number)| Word {
        text,
        kind: WordKind::CodePoint,
        meaning: format!("code point {number}"),
    });
    let numbers = constants::names().map(|(text, number)| Word {
        text,
        kind: WordKind::Number,
        meaning: format!("{number} in a comparison"),
    });
    keywords.chain(protocols).chain(ethertypes).chain(services).chain(code_points).chain(numbers)
}

#[cfg(test)]
mod tests;
