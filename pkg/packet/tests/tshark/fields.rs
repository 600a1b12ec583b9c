//! The fields that are compared, as the parser and as tshark say them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use xdplive_packet::{Headers, headers::present};

use crate::judge::{CHECKSUMS, Verdict};

/// One field, both values as text.
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) ours: fn(&Headers) -> Option<String>,
    pub(crate) theirs: fn(&Verdict) -> Option<String>,
}

/// Every column of the parser.
pub(crate) const FIELDS: &[Field] = &[
    Field {
        name: "source_mac",
        ours: |headers| headers.has(present::ETHERNET).then(|| mac(headers.source_mac)),
        theirs: |verdict| outer_mac(verdict, "eth.src"),
    },
    Field {
        name: "destination_mac",
        ours: |headers| headers.has(present::ETHERNET).then(|| mac(headers.destination_mac)),
        theirs: |verdict| outer_mac(verdict, "eth.dst"),
    },
    Field {
        name: "ethertype",
        ours: |headers| headers.ethertype().map(|ethertype| format!("0x{ethertype:04x}")),
        theirs: |verdict| link(verdict).ethertype,
    },
    Field {
        name: "length_field",
        ours: |headers| headers.has(present::LENGTH_FIELD).then(|| headers.ethertype.to_string()),
        theirs: |verdict| link(verdict).length,
    },
    Field {
        name: "vlan",
        ours: |headers| text(headers.vlan()),
        theirs: |verdict| link(verdict).tags.first().cloned(),
    },
    Field {
        name: "inner_vlan",
        ours: |headers| text(headers.inner_vlan()),
        theirs: |verdict| link(verdict).tags.get(1).cloned(),
    },
    Field {
        name: "version",
        ours: |headers| text(headers.version()),
        theirs: |verdict| internet(verdict, "ip.version", "ipv6.version"),
    },
    Field {
        name: "source_ip",
        ours: |headers| address(headers, headers.source_ip),
        theirs: |verdict| {
            arp(verdict, "arp.src.proto_ipv4").or_else(|| internet(verdict, "ip.src", "ipv6.src").map(ip))
        },
    },
    Field {
        name: "destination_ip",
        ours: |headers| address(headers, headers.destination_ip),
        theirs: |verdict| {
            arp(verdict, "arp.dst.proto_ipv4").or_else(|| internet(verdict, "ip.dst", "ipv6.dst").map(ip))
        },
    },
    Field {
        name: "protocol",
        ours: |headers| text(headers.protocol()),
        theirs: |verdict| match network(verdict) {
            Some("ipv6") => chain(verdict).protocol,
            _ => internet(verdict, "ip.proto", ""),
        },
    },
    Field {
        name: "length",
        ours: |headers| text(headers.length()),
        theirs: |verdict| match network(verdict) {
            Some("ipv6") => verdict.nth("ipv6.plen", 0).map(|length| (number(length) + 40).to_string()),
            _ => internet(verdict, "ip.len", ""),
        },
    },
    Field {
        name: "ttl",
        ours: |headers| text(headers.ttl()),
        theirs: |verdict| internet(verdict, "ip.ttl", "ipv6.hlim"),
    },
    Field {
        name: "dscp",
        ours: |headers| text(headers.dscp()),
        theirs: |verdict| internet(verdict, "ip.dsfield.dscp", "ipv6.tclass.dscp"),
    },
    Field {
        name: "ip_id",
        ours: |headers| headers.ip_id().map(|id| format!("0x{id:04x}")),
        theirs: |verdict| internet(verdict, "ip.id", ""),
    },
    Field {
        name: "arp_operation",
        ours: |headers| text(headers.arp_operation()),
        theirs: |verdict| arp(verdict, "arp.opcode"),
    },
    Field {
        name: "fragment",
        ours: |headers| text(headers.fragment()),
        theirs: |verdict| match network(verdict) {
            Some("ipv6") => Some(chain(verdict).fragment.to_string()),
            Some("ip") => {
                let offset = verdict.nth("ip.frag_offset", 0)?;
                Some((verdict.nth("ip.flags.mf", 0)? == "1" || offset != "0").to_string())
            }
            _ => None,
        },
    },
    Field {
        name: "source_port",
        ours: |headers| text(headers.source_port()),
        theirs: |verdict| {
            upper(
                verdict,
                Names {
                    tcp: "tcp.srcport",
                    udp: "udp.srcport",
                    sctp: "sctp.srcport",
                    dccp: "dccp.srcport",
                    ..Names::NONE
                },
            )
        },
    },
    Field {
        name: "destination_port",
        ours: |headers| text(headers.destination_port()),
        theirs: |verdict| {
            upper(
                verdict,
                Names {
                    tcp: "tcp.dstport",
                    udp: "udp.dstport",
                    sctp: "sctp.dstport",
                    dccp: "dccp.dstport",
                    ..Names::NONE
                },
            )
        },
    },
    Field {
        name: "tcp_flags",
        ours: |headers| headers.tcp_flags().map(|flags| format!("0x{flags:04x}")),
        // With tshark's three more, reserved or experimental, in front.
        theirs: |verdict| {
            let flags = upper(verdict, Names { tcp: "tcp.flags", ..Names::NONE })?;
            Some(format!("0x00{}", flags.get(4..)?))
        },
    },
    Field {
        name: "tcp_window",
        ours: |headers| text(headers.tcp_window()),
        theirs: |verdict| upper(verdict, Names { tcp: "tcp.window_size_value", ..Names::NONE }),
    },
    Field {
        name: "icmp_type",
        ours: |headers| text(headers.icmp_type()),
        theirs: |verdict| upper(verdict, Names { icmp: "icmp.type", icmpv6: "icmpv6.type", ..Names::NONE }),
    },
    Field {
        name: "icmp_code",
        ours: |headers| text(headers.icmp_code()),
        theirs: |verdict| upper(verdict, Names { icmp: "icmp.code", icmpv6: "icmpv6.code", ..Names::NONE }),
    },
];

fn text(value: Option<impl ToString>) -> Option<String> {
    value.map(|value| value.to_string())
}

fn owned(value: Option<&str>) -> Option<String> {
    value.map(str::to_owned)
}

/// An address as Rust writes it; tshark writes some IPv6 addresses with an IPv4 address at their end.
fn ip(value: String) -> String {
    value.parse::<IpAddr>().unwrap_or_else(|_| panic!("{value} has to be an address")).to_string()
}

fn number(value: &str) -> u32 {
    value.parse().unwrap_or_else(|_| panic!("{value} has to be a number"))
}

fn mac(address: [u8; 6]) -> String {
    address.map(|byte| format!("{byte:02x}")).join(":")
}

fn address(headers: &Headers, address: [u8; 16]) -> Option<String> {
    let [a, b, c, d, ..] = address;
    headers.has(present::ADDRESSES).then(|| match headers.version() {
        Some(6) => Ipv6Addr::from(address).to_string(),
        _ => Ipv4Addr::from([a, b, c, d]).to_string(),
    })
}

/// An address of the frame itself; a tunnel may carry another.
fn outer_mac(verdict: &Verdict, field: &str) -> Option<String> {
    let has_frame = verdict.layers.first().is_some_and(|layer| layer == "eth");
    has_frame.then(|| owned(verdict.nth(field, 0))).flatten()
}

/// What tshark saw of the link layer.
#[derive(Default)]
pub(crate) struct Link {
    pub(crate) tags: Vec<String>,
    pub(crate) ethertype: Option<String>,
    pub(crate) length: Option<String>,
}

pub(crate) fn link(verdict: &Verdict) -> Link {
    let mut link = Link::default();
    let (mut customer, mut service) = (0, 0);
    for layer in &verdict.layers {
        let (tags, ethertype, length): (&[Option<&str>], _, _) = match layer.as_str() {
            // A length may also be that of a frame inside.
            "eth" if verdict.layers.get(1).is_some_and(|layer| layer == "ethertype") => {
                (&[], verdict.nth("eth.type", 0), None)
            }
            "eth" => (&[], verdict.nth("eth.type", 0), verdict.nth("eth.len", 0)),
            "vlan" => {
                let n = customer;
                customer += 1;
                // There is one length at most, behind the last tag.
                let length = verdict.nth("vlan.len", 0).filter(|_| verdict.nth("vlan.etype", n).is_none());
                (&[verdict.nth("vlan.id", n)], verdict.nth("vlan.etype", n), length)
            }
            "ieee8021ad" => {
                let n = service;
                service += 1;
                let ethertype = verdict.nth("ieee8021ah.etype", n);
                match verdict.nth("ieee8021ad.id", n) {
                    Some(id) => (&[Some(id)], ethertype, None),
                    // Two in a row are one layer with names of their own.
                    None => (
                        &[verdict.nth("ieee8021ad.svid", 0), verdict.nth("ieee8021ad.cvid", 0)],
                        ethertype,
                        None,
                    ),
                }
            }
            "ethertype" => continue,
            _ => break,
        };
        link.tags.extend(tags.iter().filter_map(|id| owned(*id)));
        link.ethertype = owned(ethertype);
        link.length = owned(length);
    }
    link
}

/// The names of layers that may stand before the network layer.
const LINK_LAYERS: &[&str] = &["eth", "raw", "ethertype", "vlan", "ieee8021ad", "llc"];

/// The network layer's name and place, if it is one that both sides know.
fn network_at(verdict: &Verdict) -> Option<(usize, &str)> {
    let at = verdict.layers.iter().position(|layer| !LINK_LAYERS.contains(&layer.as_str()))?;
    let name = verdict.layers.get(at)?.as_str();
    matches!(name, "ip" | "ipv6" | "arp").then_some((at, name))
}

pub(crate) fn network(verdict: &Verdict) -> Option<&str> {
    network_at(verdict).map(|(_, name)| name)
}

fn internet(verdict: &Verdict, ipv4: &str, ipv6: &str) -> Option<String> {
    match network(verdict)? {
        "ip" => owned(verdict.nth(ipv4, 0)),
        "ipv6" => owned(verdict.nth(ipv6, 0)),
        _ => None,
    }
}

fn arp(verdict: &Verdict, field: &str) -> Option<String> {
    (network(verdict)? == "arp").then(|| owned(verdict.nth(field, 0))).flatten()
}

/// What tshark saw of IPv6's chain of extension headers.
pub(crate) struct Chain {
    pub(crate) protocol: Option<String>,
    pub(crate) fragment: bool,
    /// How many headers it has.
    pub(crate) length: usize,
    /// The place of the layer behind the chain.
    pub(crate) end: usize,
}

pub(crate) fn chain(verdict: &Verdict) -> Chain {
    let start = network_at(verdict).map_or(0, |(at, _)| at + 1);
    let mut chain =
        Chain { protocol: owned(verdict.nth("ipv6.nxt", 0)), fragment: false, length: 0, end: start };
    let mut seen: Vec<&str> = Vec::new();
    for layer in &verdict.layers[start..] {
        let next = match layer.as_str() {
            "ipv6.hopopts" => "ipv6.hopopts.nxt",
            "ipv6.routing" => "ipv6.routing.nxt",
            "ipv6.dstopts" => "ipv6.dstopts.nxt",
            "ipv6.fraghdr" => "ipv6.fraghdr.nxt",
            "ah" => "ah.next_header",
            _ => break,
        };
        let n = seen.iter().filter(|name| **name == next).count();
        seen.push(next);
        chain.protocol = owned(verdict.nth(next, n));
        if next == "ipv6.fraghdr.nxt" {
            let at = |field| verdict.nth(field, n).is_some_and(|value| value != "0");
            chain.fragment |= at("ipv6.fraghdr.offset") || at("ipv6.fraghdr.more");
        }
        chain.length += 1;
        chain.end += 1;
    }
    chain
}

/// What a field is called in each of the upper layers; "" in those that do not have it.
#[derive(Clone, Copy)]
struct Names {
    tcp: &'static str,
    /// UDP and UDP-Lite.
    udp: &'static str,
    sctp: &'static str,
    dccp: &'static str,
    icmp: &'static str,
    icmpv6: &'static str,
}

impl Names {
    const NONE: Self = Self { tcp: "", udp: "", sctp: "", dccp: "", icmp: "", icmpv6: "" };
}

/// The field of the upper layer that stands directly in the outermost IP packet. What is quoted or tunnelled has the same
/// field names.
fn upper(verdict: &Verdict, names: Names) -> Option<String> {
    let (at, name) = network_at(verdict)?;
    let at = if name == "ipv6" { chain(verdict).end } else { at + 1 };
    let field = match verdict.layers.get(at)?.as_str() {
        "tcp" => names.tcp,
        "udp" | "udplite" => names.udp,
        "sctp" => names.sctp,
        "dccp" => names.dccp,
        "icmp" => names.icmp,
        "icmpv6" => names.icmpv6,
        _ => return None,
    };
    owned(verdict.nth(field, 0))
}

/// Whether tshark found the checksum of the IPv4 header right, and that of the upper layer.
pub(crate) fn checksums(verdict: &Verdict) -> [Option<String>; 2] {
    let [ip, tcp, udp, sctp, icmp, icmpv6] = CHECKSUMS;
    let names = Names { tcp, udp, sctp, dccp: "", icmp, icmpv6 };
    [internet(verdict, ip, ""), upper(verdict, names)]
}
