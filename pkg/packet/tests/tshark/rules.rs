//! Where the parser and tshark differ on purpose.
//!
//! Each rule is as narrow as its reason: the fields concerned, who of the two has a value, and the fault
//! that the parser named. A rule that no frame of the corpus needs any more fails the test.

use xdplive_packet::{Malformed, headers::present};

use crate::{
    comparison::{self, Dissection, Rule},
    fields::{chain, link, network},
    judge::Verdict,
};

type Difference<'a> = comparison::Difference<'a, Verdict>;

impl Dissection for Verdict {
    fn layers(&self) -> String {
        self.layers.join(":")
    }
}

impl Difference<'_> {
    /// Bytes that the frame holds of what the IPv4 packet carries.
    fn ipv4_payload(&self) -> Option<usize> {
        // Three at most are read, of which the headers name two.
        let tags = link(self.dissection).tags.len();
        let at = if self.headers.has(present::ETHERNET) { 14 + 4 * tags } else { 0 };
        let length = self.headers.length().filter(|_| self.headers.version() == Some(4))?;
        let length = (self.sample.bytes.len() - at).min(length as usize);
        length.checked_sub(usize::from(self.sample.bytes[at] & 0x0f) * 4)
    }

    /// The byte that many bytes before the end of the last header read.
    fn before_end(&self, bytes: u16) -> Option<u8> {
        let at = self.headers.header_length.checked_sub(bytes)?;
        self.sample.bytes.get(usize::from(at)).copied()
    }
}

const TAGS: &[&str] = &["vlan", "inner_vlan"];
const NETWORK: &[&str] =
    &["version", "source_ip", "destination_ip", "protocol", "length", "ttl", "dscp", "ip_id", "fragment"];
const NETWORK_AND_UPPER: &[&str] = &[
    "ethertype",
    "version",
    "source_ip",
    "destination_ip",
    "protocol",
    "length",
    "ttl",
    "dscp",
    "ip_id",
    "fragment",
    "arp_operation",
    "source_port",
    "destination_port",
    "tcp_flags",
    "tcp_window",
    "icmp_type",
    "icmp_code",
];

const PROTOCOL_AND_UPPER: &[&str] =
    &["protocol", "source_port", "destination_port", "tcp_flags", "tcp_window", "icmp_type", "icmp_code"];

/// Every reason to differ.
pub(crate) const RULES: &[Rule<Verdict>] = &[
    // The parser stops where it says it does; tshark has no such bounds.
    Rule {
        name: "tshark reads any number of tags",
        fields: NETWORK_AND_UPPER,
        applies: |difference| {
            difference.is_malformed(Malformed::TooManyHeaders)
                && link(difference.dissection).tags.len() > 3
                && (difference.only_theirs() || difference.field == "ethertype")
        },
    },
    Rule {
        // tshark's names for the ids of two service tags in a row are others than for a single one, and do
        // not say which of them came first.
        name: "tshark does not say the order of three service tags",
        fields: TAGS,
        applies: |difference| {
            difference.dissection.nth("ieee8021ad.id", 0).is_some()
                && difference.dissection.nth("ieee8021ad.svid", 0).is_some()
        },
    },
    Rule {
        name: "tshark reads any number of extension headers",
        fields: PROTOCOL_AND_UPPER,
        applies: |difference| {
            difference.is_malformed(Malformed::TooManyHeaders)
                && chain(difference.dissection).length > 8
                && difference.only_theirs()
        },
    },
    // The parser takes a header or a part of it as a whole; tshark shows it up to the byte that is missing.
    Rule {
        name: "tshark shows the first half of a tag",
        fields: TAGS,
        applies: |difference| {
            difference.is_malformed(Malformed::Truncated)
                && !difference.headers.has(present::IP)
                && difference.only_theirs()
                && difference.sample.bytes.len() < usize::from(difference.headers.header_length) + 4
        },
    },
    Rule {
        name: "tshark does not show a type without the tag it announces",
        fields: &["ethertype"],
        applies: |difference| {
            difference.is_malformed(Malformed::Truncated)
                && difference.only_ours()
                && matches!(difference.headers.ethertype, 0x8100 | 0x88a8 | 0x9100)
                && difference.sample.bytes.len() < usize::from(difference.headers.header_length) + 4
        },
    },
    Rule {
        name: "tshark shows the first bytes of an IP header",
        fields: NETWORK,
        applies: |difference| {
            difference.is_malformed(Malformed::Truncated)
                && !difference.headers.has(present::IP)
                && difference.only_theirs()
                && match network(difference.dissection) {
                    Some("ip") => {
                        difference.sample.bytes.len() < usize::from(difference.headers.header_length) + 20
                    }
                    Some("ipv6") => {
                        difference.sample.bytes.len() < usize::from(difference.headers.header_length) + 40
                    }
                    _ => false,
                }
        },
    },
    Rule {
        name: "tshark shows what follows an extension header that is cut",
        fields: &["protocol"],
        applies: |difference| {
            difference.is_malformed(Malformed::Truncated)
                && chain(difference.dissection).length > 0
                && difference.only_theirs()
        },
    },
    Rule {
        name: "tshark looks for a source route in cut options before it shows the destination",
        fields: &["destination_ip"],
        applies: |difference| {
            difference.is_malformed(Malformed::Truncated)
                && difference.headers.version() == Some(4)
                && difference.before_end(20) > Some(0x45)
                && difference.only_ours()
        },
    },
    // The other way round: tshark wants a whole header, the parser takes what is there.
    Rule {
        name: "tshark shows no flags of a TCP header that is cut",
        fields: &["tcp_flags", "tcp_window"],
        applies: |difference| {
            difference.is_malformed(Malformed::Truncated)
                && difference.headers.protocol() == Some(6)
                && difference.only_ours()
        },
    },
    Rule {
        name: "tshark shows no flags where the data offset is below 5",
        fields: &["tcp_flags", "tcp_window"],
        applies: |difference| {
            difference.is_malformed(Malformed::BadLength)
                && difference.headers.protocol() == Some(6)
                && difference.before_end(8) < Some(0x50)
                && difference.only_ours()
        },
    },
    Rule {
        name: "tshark shows nothing of an SCTP header that is cut",
        fields: &["source_port", "destination_port"],
        applies: |difference| {
            difference.is_malformed(Malformed::Truncated)
                && difference.headers.protocol() == Some(132)
                && difference.only_ours()
        },
    },
    Rule {
        // RFC 792 has messages of 8 bytes and more, but type, code and checksum are all they have in common.
        name: "tshark shows nothing of an ICMP message below 8 bytes",
        fields: &["icmp_type", "icmp_code"],
        applies: |difference| {
            difference.headers.protocol() == Some(1)
                && difference.ipv4_payload().is_some_and(|length| length < 8)
                && difference.only_ours()
        },
    },
    Rule {
        name: "tshark shows the type of an ICMPv6 message of one byte",
        fields: &["icmp_type"],
        applies: |difference| {
            difference.is_malformed(Malformed::Truncated)
                && difference.headers.protocol() == Some(58)
                && difference.only_theirs()
        },
    },
    // Impossible lengths.
    Rule {
        name: "tshark shows nothing behind an impossible header length",
        fields: NETWORK,
        applies: |difference| {
            difference.is_malformed(Malformed::BadIhl)
                && difference.headers.version() == Some(4)
                && difference.only_ours()
        },
    },
    Rule {
        name: "tshark shows nothing behind a total length below the header length",
        fields: NETWORK,
        applies: |difference| {
            difference.is_malformed(Malformed::BadLength)
                && difference.headers.version() == Some(4)
                && difference.headers.length() < Some(60)
                && difference.only_ours()
        },
    },
    Rule {
        // It presumes that the card was to cut the packet. The kernel has a 0 there only where the packet is
        // longer than the field can say, and there the parser does the same.
        name: "tshark takes any length of 0 for the rest of the frame",
        fields: &[
            "length",
            "source_port",
            "destination_port",
            "tcp_flags",
            "tcp_window",
            "icmp_type",
            "icmp_code",
        ],
        applies: |difference| {
            let zero = match difference.headers.version() {
                Some(4) => {
                    difference.is_malformed(Malformed::BadLength) && difference.headers.length() == Some(0)
                }
                Some(6) => difference.headers.length() == Some(40),
                _ => false,
            };
            zero && (difference.field == "length" || difference.only_theirs())
        },
    },
    Rule {
        name: "tshark stops at an option that is longer than its extension header",
        fields: PROTOCOL_AND_UPPER,
        applies: |difference| {
            let last = difference.dissection.layers.last().map(String::as_str);
            difference.ours.is_some()
                && matches!(last, Some("ipv6.hopopts" | "ipv6.dstopts"))
                && (difference.theirs.is_none() || difference.field == "protocol")
        },
    },
    // Other readings of the same bytes.
    Rule {
        name: "tshark shows the version that should not be there",
        fields: &["version"],
        applies: |difference| {
            difference.is_malformed(Malformed::BadIhl)
                && !difference.headers.has(present::IP)
                && difference.only_theirs()
        },
    },
    Rule {
        name: "tshark shows no type for what is neither length nor type",
        fields: &["ethertype"],
        applies: |difference| (1501..1536).contains(&difference.headers.ethertype) && difference.only_ours(),
    },
    Rule {
        name: "tshark takes length 0 for a type",
        fields: &["ethertype", "length_field"],
        applies: |difference| {
            difference.headers.has(present::LENGTH_FIELD) && difference.headers.ethertype == 0
        },
    },
    Rule {
        name: "tshark takes a length behind a service tag for a type",
        fields: &["ethertype", "length_field"],
        applies: |difference| {
            let last = difference
                .dissection
                .layers
                .iter()
                .rfind(|layer| matches!(layer.as_str(), "vlan" | "ieee8021ad"));
            difference.headers.has(present::LENGTH_FIELD)
                && last.is_some_and(|layer| layer == "ieee8021ad")
                && link(difference.dissection).ethertype
                    == Some(format!("0x{:04x}", difference.headers.ethertype))
        },
    },
];
