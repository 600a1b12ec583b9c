//! Fields of Wireshark's display filters (wireshark-filter(4), its "Display Filter Reference"), which people write by
//! habit, and what asks for the same here.

use super::look_up;

/// How a field is asked for here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// By `host` or `net` behind these words; the second are a condition for packets that have the field.
    Address(&'static str, &'static str),
    /// By a value behind these words.
    Value(&'static str, &'static str),
    /// By `port` or `portrange` behind these words.
    Port(&'static str, &'static str),
    /// By comparing this.
    Number(&'static str, &'static str),
    /// By this TCP flag.
    Flag(&'static str),
}

use Form::{Address, Flag, Number, Port, Value};

const FIELDS: &[(&str, Form)] = &[
    ("ip.addr", Address("", "ip")),
    ("ip.host", Address("", "ip")),
    ("ip.src", Address("src ", "ip")),
    ("ip.src_host", Address("src ", "ip")),
    ("ip.dst", Address("dst ", "ip")),
    ("ip.dst_host", Address("dst ", "ip")),
    ("ipv6.addr", Address("", "ip6")),
    ("ipv6.host", Address("", "ip6")),
    ("ipv6.src", Address("src ", "ip6")),
    ("ipv6.dst", Address("dst ", "ip6")),
    ("arp.src.proto_ipv4", Address("arp src ", "arp")),
    ("arp.dst.proto_ipv4", Address("arp dst ", "arp")),
    ("eth.addr", Value("ether host", "")),
    ("eth.src", Value("ether src", "")),
    ("eth.dst", Value("ether dst", "")),
    ("eth.type", Value("ether proto", "")),
    ("vlan.id", Value("vlan", "vlan")),
    ("ip.proto", Value("ip proto", "ip")),
    ("ipv6.nxt", Value("ip6 proto", "ip6")),
    ("tcp.port", Port("tcp ", "tcp")),
    ("tcp.srcport", Port("tcp src ", "tcp")),
    ("tcp.dstport", Port("tcp dst ", "tcp")),
    ("udp.port", Port("udp ", "udp")),
    ("udp.srcport", Port("udp src ", "udp")),
    ("udp.dstport", Port("udp dst ", "udp")),
    ("sctp.port", Port("sctp ", "sctp")),
    ("sctp.srcport", Port("sctp src ", "sctp")),
    ("sctp.dstport", Port("sctp dst ", "sctp")),
    ("frame.len", Number("len", "")),
    ("ip.ttl", Number("ttl", "ip")),
    ("ipv6.hlim", Number("ttl", "ip6")),
    ("ip.dsfield.dscp", Number("dscp", "ip")),
    ("ipv6.tclass.dscp", Number("dscp", "ip6")),
    ("icmp.type", Number("icmp[icmptype]", "icmp")),
    ("icmp.code", Number("icmp[icmpcode]", "icmp")),
    ("icmpv6.type", Number("icmp6[icmp6type]", "icmp6")),
    ("icmpv6.code", Number("icmp6[icmp6code]", "icmp6")),
    ("tcp.flags", Number("tcp[tcpflags]", "tcp")),
    ("tcp.flags.fin", Flag("tcp-fin")),
    ("tcp.flags.syn", Flag("tcp-syn")),
    ("tcp.flags.reset", Flag("tcp-rst")),
    ("tcp.flags.push", Flag("tcp-push")),
    ("tcp.flags.ack", Flag("tcp-ack")),
    ("tcp.flags.urg", Flag("tcp-urg")),
    ("tcp.flags.ece", Flag("tcp-ece")),
    ("tcp.flags.cwr", Flag("tcp-cwr")),
];

/// Protocols by another name, or by the ports that they usually have.
const PROTOCOLS: &[(&str, &str)] = &[
    ("eth", "ether"),
    ("ipv4", "ip"),
    ("ipv6", "ip6"),
    ("icmpv6", "icmp6"),
    ("http", "tcp port 80"),
    ("http2", "tcp port 443"),
    ("tls", "tcp port 443"),
    ("ssl", "tcp port 443"),
    ("quic", "udp port 443"),
    ("dhcp", "udp port {67,68}"),
    ("bootp", "udp port {67,68}"),
    ("dhcpv6", "udp port {546,547}"),
    ("mdns", "udp port 5353"),
    ("ssdp", "udp port 1900"),
    ("rdp", "tcp port 3389"),
    ("smb", "tcp port 445"),
    ("smb2", "tcp port 445"),
    ("sip", "port 5060"),
    ("eapol", "ether proto 0x888e"),
    ("lldp", "ether proto 0x88cc"),
    ("gre", "proto gre"),
    ("ospf", "proto ospf"),
];

/// How the field of this name is asked for, whatever its case.
pub(crate) fn field(name: &str) -> Option<Form> {
    look_up(FIELDS, &name.to_ascii_lowercase())
}

/// A condition for the protocol of this name.
pub(crate) fn protocol(name: &str) -> Option<&'static str> {
    look_up(PROTOCOLS, &name.to_ascii_lowercase())
}
