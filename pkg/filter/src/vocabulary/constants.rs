//! Names of numbers in comparisons (pcap-filter(7)), and of code points.

use super::look_up;

const CONSTANTS: &[(&str, u32)] = &[
    // Offsets.
    ("icmptype", 0),
    ("icmpcode", 1),
    ("icmp6type", 0),
    ("icmp6code", 1),
    ("tcpflags", 13),
    // TCP flags (RFC 9293, 3.1).
    ("tcp-fin", 0x01),
    ("tcp-syn", 0x02),
    ("tcp-rst", 0x04),
    ("tcp-push", 0x08),
    ("tcp-ack", 0x10),
    ("tcp-urg", 0x20),
    ("tcp-ece", 0x40),
    ("tcp-cwr", 0x80),
    ("fin", 0x01),
    ("syn", 0x02),
    ("rst", 0x04),
    ("psh", 0x08),
    ("ack", 0x10),
    ("urg", 0x20),
    ("ece", 0x40),
    ("cwr", 0x80),
    // ICMP types (IANA, "ICMP Type Numbers").
    ("icmp-echoreply", 0),
    ("icmp-unreach", 3),
    ("icmp-sourcequench", 4),
    ("icmp-redirect", 5),
    ("icmp-echo", 8),
    ("icmp-routeradvert", 9),
    ("icmp-routersolicit", 10),
    ("icmp-timxceed", 11),
    ("icmp-paramprob", 12),
    ("icmp-tstamp", 13),
    ("icmp-tstampreply", 14),
    ("icmp-ireq", 15),
    ("icmp-ireqreply", 16),
    ("icmp-maskreq", 17),
    ("icmp-maskreply", 18),
    // ICMPv6 types (IANA, "ICMPv6 type Numbers").
    ("icmp6-destinationunreach", 1),
    ("icmp6-packettoobig", 2),
    ("icmp6-timeexceeded", 3),
    ("icmp6-parameterproblem", 4),
    ("icmp6-echo", 128),
    ("icmp6-echoreply", 129),
    ("icmp6-multicastlistenerquery", 130),
    ("icmp6-multicastlistenerreportv1", 131),
    ("icmp6-multicastlistenerdone", 132),
    ("icmp6-routersolicit", 133),
    ("icmp6-routeradvert", 134),
    ("icmp6-neighborsolicit", 135),
    ("icmp6-neighboradvert", 136),
    ("icmp6-redirect", 137),
    ("icmp6-routerrenum", 138),
    ("icmp6-nodeinformationquery", 139),
    ("icmp6-nodeinformationresponse", 140),
    ("icmp6-ineighbordiscoverysolicit", 141),
    ("icmp6-ineighbordiscoveryadvert", 142),
    ("icmp6-multicastlistenerreportv2", 143),
    ("icmp6-homeagentdiscoveryrequest", 144),
    ("icmp6-homeagentdiscoveryreply", 145),
    ("icmp6-mobileprefixsolicit", 146),
    ("icmp6-mobileprefixadvert", 147),
    ("icmp6-certpathsolicit", 148),
    ("icmp6-certpathadvert", 149),
    ("icmp6-multicastrouteradvert", 151),
    ("icmp6-multicastroutersolicit", 152),
    ("icmp6-multicastrouterterm", 153),
];

/// Code points (IANA, "Differentiated Services Field Codepoints").
const CODE_POINTS: &[(&str, u32)] = &[
    ("df", 0),
    ("cs0", 0),
    ("le", 1),
    ("cs1", 8),
    ("af11", 10),
    ("af12", 12),
    ("af13", 14),
    ("cs2", 16),
    ("af21", 18),
    ("af22", 20),
    ("af23", 22),
    ("cs3", 24),
    ("af31", 26),
    ("af32", 28),
    ("af33", 30),
    ("cs4", 32),
    ("af41", 34),
    ("af42", 36),
    ("af43", 38),
    ("cs5", 40),
    ("va", 44),
    ("voice-admit", 44),
    ("ef", 46),
    ("cs6", 48),
    ("cs7", 56),
];

/// The number that `name` stands for in a comparison.
pub(crate) fn constant(name: &str) -> Option<u32> {
    look_up(CONSTANTS, name)
}

/// The TCP flag that `name` stands for, with `tcp-` in front or without.
pub(crate) fn flag(name: &str) -> Option<u32> {
    let whole = if name.starts_with("tcp-") { name.to_owned() } else { format!("tcp-{name}") };
    let whole = if whole == "tcp-psh" { "tcp-push".to_owned() } else { whole };
    constant(&whole)
}

/// What stands behind `prefix` in the first name of `number` that begins with it: `echo` for `icmp-` and 8.
pub(crate) fn name(prefix: &str, number: u32) -> Option<&'static str> {
    let named = CONSTANTS.iter().filter(|(_, value)| *value == number);
    named.filter_map(|(name, _)| name.strip_prefix(prefix)).next()
}

/// The first name of a code point.
pub(crate) fn code_point_name(number: u32) -> Option<&'static str> {
    CODE_POINTS.iter().find(|(_, value)| *value == number).map(|(name, _)| *name)
}

/// Names of numbers in comparisons.
pub(crate) fn names() -> impl Iterator<Item = (&'static str, u32)> {
    CONSTANTS.iter().copied()
}

/// Names of code points.
pub(crate) fn code_point_names() -> impl Iterator<Item = (&'static str, u32)> {
    CODE_POINTS.iter().copied()
}

/// The code point with this name.
pub(crate) fn code_point(name: &str) -> Option<u32> {
    look_up(CODE_POINTS, name)
}
