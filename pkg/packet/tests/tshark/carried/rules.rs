//! Where the parser and tshark differ on purpose, in what a packet carries; as `rules` beside this for the packet itself.

use xdplive_corpus::Kind;
use xdplive_packet::Malformed;

use super::pdml::Layer;
use crate::comparison::{self, Dissection, Rule};

type Difference<'a> = comparison::Difference<'a, [Layer]>;

impl Dissection for [Layer] {
    fn layers(&self) -> String {
        self.iter().skip(2).map(|layer| layer.name.as_str()).collect::<Vec<_>>().join(":")
    }
}

impl Difference<'_> {
    /// Whether tshark has the same tunnels and one more.
    fn goes_on(&self) -> bool {
        let (ours, theirs) = (self.ours.as_deref().unwrap_or_default(), self.theirs.as_deref());
        theirs.is_some_and(|theirs| self.field == "tunnel_id" || theirs.starts_with(ours))
    }

    /// Whether bytes were changed at random.
    fn is_altered(&self) -> bool {
        self.sample.kind == Kind::TunnelAltered
    }

    /// The last layer that tshark could not read to its end.
    fn broken(&self) -> Option<&str> {
        let at = self.dissection.iter().position(|layer| layer.name == "_ws.malformed")?;
        self.dissection.get(at.checked_sub(1)?).map(|layer| layer.name.as_str())
    }
}

const TUNNELS: &[&str] = &["tunnel", "tunnel_id", "ids", "outer_source_ip", "outer_destination_ip"];
const UPPER: &[&str] =
    &["source_port", "destination_port", "tcp_flags", "tcp_window", "icmp_type", "icmp_code"];

/// Every field: those of another packet.
const ALL: &[&str] = &[
    "source_mac",
    "destination_mac",
    "ethertype",
    "length_field",
    "vlan",
    "inner_vlan",
    "version",
    "source_ip",
    "destination_ip",
    "protocol",
    "length",
    "ttl",
    "dscp",
    "ip_id",
    "arp_operation",
    "fragment",
    "source_port",
    "destination_port",
    "tcp_flags",
    "tcp_window",
    "icmp_type",
    "icmp_code",
    "tunnel",
    "tunnel_id",
    "ids",
    "outer_source_ip",
    "outer_destination_ip",
];

/// Every reason to differ.
pub(super) const RULES: &[Rule<[Layer]>] = &[
    // The parser takes a header as a whole; tshark shows it up to the byte that is missing.
    Rule {
        name: "tshark shows a tunnel's header that is cut",
        fields: TUNNELS,
        applies: |difference| {
            difference.is_malformed(Malformed::Truncated)
                && difference.goes_on()
                && matches!(difference.broken(), Some("geneve" | "gre" | "gtp" | "mpls" | "pppoes"))
        },
    },
    // The other way round: tshark wants a whole header, the parser takes what is there.
    Rule {
        name: "tshark shows nothing of an upper layer's header that is cut",
        fields: UPPER,
        applies: |difference| difference.is_malformed(Malformed::Truncated) && difference.only_ours(),
    },
    // Lengths that lie.
    Rule {
        name: "tshark stops at an impossible header length",
        fields: ALL,
        applies: |difference| {
            difference.is_altered()
                && difference.is_malformed(Malformed::BadIhl)
                && difference.headers.version() == Some(4)
        },
    },
    Rule {
        name: "tshark looks into a datagram that says it is longer than its packet",
        fields: ALL,
        applies: |difference| {
            difference.is_altered()
                && difference.is_malformed(Malformed::BadLength)
                && difference.headers.protocol() == Some(17)
        },
    },
    Rule {
        name: "tshark skips any control byte of PPP",
        fields: ALL,
        applies: |difference| {
            let controls = difference.dissection.iter().filter_map(|layer| layer.get("ppp.control"));
            difference.is_altered() && controls.into_iter().any(|control| control != "0x03")
        },
    },
    Rule {
        name: "tshark knows a call only where PPP is announced",
        fields: &["tunnel_id", "ids"],
        applies: |difference| {
            let of_pptp = |layer: &Layer| {
                layer.get("gre.flags.version") == Some("1") && layer.get("gre.proto") != Some("0x880b")
            };
            difference.is_altered() && difference.dissection.iter().any(of_pptp)
        },
    },
];
