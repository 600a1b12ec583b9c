//! IP versions and protocols: pcap-filter(7)'s keywords, and the names in IANA's registry.

use xdplive_packet::names;

use super::look_up;

/// An IP version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    V4,
    V6,
}

/// A transport protocol with ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Tcp,
    Udp,
    Sctp,
}

impl Transport {
    pub(crate) const ALL: [Self; 3] = [Self::Tcp, Self::Udp, Self::Sctp];

    /// Its keyword.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Sctp => "sctp",
        }
    }

    /// Its protocol number (IANA).
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Tcp => 6,
            Self::Udp => 17,
            Self::Sctp => 132,
        }
    }
}

/// What a keyword stands for: a protocol in packets of one IP version, or of both.
const KEYWORDS: &[(&str, (Option<Version>, u8))] = &[
    ("tcp", (None, 6)),
    ("udp", (None, 17)),
    ("sctp", (None, 132)),
    ("icmp", (Some(Version::V4), 1)),
    ("icmp6", (Some(Version::V6), 58)),
    ("igmp", (Some(Version::V4), 2)),
    ("pim", (None, 103)),
    ("vrrp", (Some(Version::V4), 112)),
    ("ah", (None, 51)),
    ("esp", (None, 50)),
];

/// Names in use besides the registry's.
const ALIASES: &[(&str, u8)] = &[
    ("ax25", 93),
    ("carp", 112),
    ("icmp6", 58),
    ("icmpv6", 58),
    ("ipencap", 4),
    ("igrp", 9),
    ("isis", 124),
    ("mobility-header", 135),
    ("ospf", 89),
];

/// The IPv6 extension headers that are looked through: no packet has them as its protocol.
pub(crate) const EXTENSIONS: [u8; 5] = [0, 43, 44, 51, 60];

/// What a bare keyword such as `tcp` stands for.
pub(crate) fn bare(keyword: &str) -> Option<(Option<Version>, u8)> {
    look_up(KEYWORDS, keyword)
}

/// The keyword that stands for this.
pub(crate) fn keyword(version: Option<Version>, number: u8) -> Option<&'static str> {
    KEYWORDS.iter().find(|(_, known)| *known == (version, number)).map(|(keyword, _)| *keyword)
}

/// Every keyword with its protocol's number.
pub(crate) fn keywords() -> impl Iterator<Item = (&'static str, u8)> {
    KEYWORDS.iter().map(|(keyword, (_, number))| (*keyword, *number))
}

/// The number of a protocol by any of its names, in any case.
pub(crate) fn number(name: &str) -> Option<u8> {
    let registered =
        |number: &u8| names::protocol(*number).is_some_and(|known| known.eq_ignore_ascii_case(name));
    (0..=u8::MAX).find(registered).or_else(|| look_up(ALIASES, &name.to_ascii_lowercase()))
}
