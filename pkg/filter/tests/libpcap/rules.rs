//! Where a filter means something else than in libpcap on purpose. Each rule is a row of `DIFFERENCES.md`.

use std::fmt;

#[allow(unused_imports)]
use Malformed as _M;
use xdplive_corpus::Sample;
use xdplive_packet::{Headers, Malformed, headers::present};

/// A decision that is not the same.
pub(crate) struct Difference<'a> {
    pub(crate) expression: &'a str,
    /// Whether we take the frame; libpcap does the opposite.
    pub(crate) ours: bool,
    pub(crate) sample: &'a Sample,
    pub(crate) headers: &'a Headers,
}

impl fmt::Display for Difference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { expression, ours, sample, headers } = self;
        write!(f, "{expression}: ours {ours}; {:?}; {sample}", headers.malformed())
    }
}

impl Difference<'_> {
    fn is(&self, malformed: Malformed) -> bool {
        self.headers.malformed() == Some(malformed)
    }

    /// Where the IP packet starts, bytes from the start of the frame.
    fn packet(&self) -> usize {
        let tags =
            usize::from(self.headers.has(present::VLAN)) + usize::from(self.headers.has(present::INNER_VLAN));
        14 + 4 * tags
    }

    /// Whether the frame holds all that the IP packet has by its own length.
    fn holds_packet(&self) -> bool {
        let end = self.headers.length().map(|length| self.packet() + length as usize);
        end.is_some_and(|end| end <= self.sample.bytes.len())
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
            difference.is(Malformed::Truncated) && !difference.holds_packet() && difference.ours
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
        },
    },
    Rule {
        name: "libpcap does not look at the version of an IP packet",
        applies: |difference| difference.is(Malformed::BadIhl) && !difference.headers.has(present::IP),
    },
    Rule {
        name: "libpcap follows an impossible header length",
        applies: |difference| difference.is(Malformed::BadIhl) && difference.headers.has(present::IP),
    },
    Rule {
        name: "three tags and nine extension headers are not read",
        applies: |difference| difference.is(Malformed::TooManyHeaders),
    },
    Rule {
        name: "libpcap takes any ARP for that of IPv4 over Ethernet",
        applies: |difference| {
            let header = &difference.sample.bytes[difference.packet()..];
            difference.headers.ethertype() == Some(0x0806) && !header.starts_with(&USUAL_ARP)
        },
    },
    Rule {
        name: "the addresses in RARP are not read",
        applies: |difference| difference.headers.ethertype() == Some(0x8035),
    },
    Rule {
        name: "what follows an IEEE 802.3 length is not read",
        applies: |difference| {
            difference.headers.has(present::LENGTH_FIELD)
                && ["atalk", "aarp"].contains(&difference.expression)
        },
    },
    Rule {
        name: "a frame longer than 65,535 bytes counts as that long",
        applies: |difference| difference.sample.bytes.len() > 65_535 && difference.expression.contains("len"),
    },
];
