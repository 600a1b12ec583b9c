//! Where a filter means something else than in libpcap on purpose. Each rule is a row of `DIFFERENCES.md`.

use std::fmt;

use xdplive_packet::{Layers, Malformed, headers::present};

use crate::{Subject, shown};

/// A decision that is not the same.
pub(crate) struct Difference<'a> {
    pub(crate) expression: &'a str,
    /// Whether we take the frame; libpcap does the opposite.
    pub(crate) ours: bool,
    pub(crate) subject: &'a Subject,
}

impl fmt::Display for Difference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { expression, ours, subject: Subject { sample, headers, .. } } = self;
        write!(f, "{expression}: ours {ours}; {:?}; {sample}", headers.malformed())
    }
}

impl Difference<'_> {
    fn is(&self, malformed: Malformed) -> bool {
        self.subject.headers.malformed() == Some(malformed)
    }

    /// Where the IP packet starts, bytes from the start of the frame.
    fn packet(&self) -> usize {
        14 + 4 * shown::tags(&self.subject.sample.bytes)
    }

    /// Whether an ICMP packet ends within the eight bytes that a message begins with, of which the parser needs four.
    fn is_cut_message(&self) -> bool {
        let Subject { headers, layers, .. } = self.subject;
        headers.has(present::ICMP) && layers.upper < layers.end && layers.upper + 8 > layers.end
    }

    /// Whether a frame ends within the eight bytes behind its length that words for LLC, OSI and SNAP look at.
    fn is_cut_llc(&self) -> bool {
        let Subject { headers, sample, .. } = self.subject;
        headers.has(present::LENGTH_FIELD) && sample.bytes.len() < self.packet() + 8
    }

    /// Whether the frame holds all that the IP packet has by its own length.
    fn holds_packet(&self) -> bool {
        let end = self.subject.headers.length().map(|length| self.packet() + length as usize);
        end.is_some_and(|end| end <= self.subject.sample.bytes.len())
    }
}

/// A reason to differ.
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    applies: fn(&Difference<'_>) -> bool,
}

impl Rule {
    pub(crate) fn excuses(&self, difference: &Difference<'_>) -> bool {
        (self.applies)(difference)
    }
}

/// ARP for IPv4 over Ethernet: hardware type, protocol, sizes of addresses.
const USUAL_ARP: [u8; 6] = [0, 1, 8, 0, 6, 4];

/// Every reason to differ.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "libpcap drops a packet that ends in front of a byte it looks at",
        applies: |difference| {
            let is_cut = difference.is(Malformed::Truncated) && !difference.holds_packet();
            difference.ours && (is_cut || difference.is_cut_llc())
        },
    },
    Rule {
        name: "libpcap takes the first bytes of a header that is cut",
        applies: |difference| {
            difference.is(Malformed::Truncated) && !difference.holds_packet() && !difference.ours
        },
    },
    Rule {
        name: "libpcap does not heed the length of an IP packet",
        applies: |difference| {
            (difference.is(Malformed::Truncated) || difference.is(Malformed::BadLength))
                && difference.holds_packet()
                || difference.is_cut_message()
        },
    },
    Rule {
        name: "libpcap does not look at the version of an IP packet",
        applies: |difference| {
            difference.is(Malformed::BadIhl) && !difference.subject.headers.has(present::IP)
        },
    },
    Rule {
        name: "libpcap follows an impossible header length",
        applies: |difference| difference.is(Malformed::BadIhl) && difference.subject.headers.has(present::IP),
    },
    Rule {
        name: "four tags and nine extension headers are not read",
        applies: |difference| difference.is(Malformed::TooManyHeaders),
    },
    Rule {
        name: "libpcap knows no ports of DCCP and UDP-Lite",
        applies: |difference| {
            matches!(difference.subject.headers.protocol(), Some(33 | 136))
                && difference.expression.contains("port")
        },
    },
    Rule {
        name: "libpcap knows MPLS behind EtherType 0x8847 only",
        applies: |difference| {
            difference.expression.contains("mpls")
                && difference.ours
                && difference.subject.headers.ethertype() != Some(0x8847)
        },
    },
    Rule {
        name: "a PPPoE session is data of version 1",
        applies: |difference| difference.expression.contains("pppoes") && !difference.ours,
    },
    Rule {
        name: "fragments are not looked into for tunnels",
        applies: |difference| {
            difference.expression.contains("geneve") && difference.subject.headers.has(present::FRAGMENT)
        },
    },
    Rule {
        name: "libpcap asks for the protocol of a comparison's first header only",
        applies: |difference| {
            difference.expression.starts_with("ip[2:2] - ")
                && !difference.ours
                && (difference.subject.headers.protocol() != Some(6)
                    || difference.subject.layers.upper == Layers::ABSENT)
        },
    },
    Rule {
        name: "libpcap takes any ARP for that of IPv4 over Ethernet",
        applies: |difference| {
            let header = &difference.subject.sample.bytes[difference.packet()..];
            difference.subject.headers.ethertype() == Some(0x0806) && !header.starts_with(&USUAL_ARP)
        },
    },
    Rule {
        name: "the addresses in RARP are not read",
        applies: |difference| difference.subject.headers.ethertype() == Some(0x8035),
    },
    Rule {
        name: "a frame longer than 65,535 bytes counts as that long",
        applies: |difference| {
            difference.subject.sample.bytes.len() > 65_535 && difference.expression.contains("len")
        },
    },
];
