//! EtherTypes with a keyword in pcap-filter(7).

use super::look_up;

const NAMES: &[(&str, u16)] = &[
    ("ip", IPV4),
    ("ip6", IPV6),
    ("arp", ARP),
    ("rarp", RARP),
    ("atalk", ATALK),
    ("aarp", AARP),
    ("decnet", 0x6003),
    ("lat", 0x6004),
    ("moprc", 0x6002),
    ("mopdl", 0x6001),
    ("lldp", LLDP),
];

/// EtherType of IPv4.
pub(crate) const IPV4: u16 = 0x0800;
/// EtherType of IPv6.
pub(crate) const IPV6: u16 = 0x86dd;
/// EtherType of ARP.
pub(crate) const ARP: u16 = 0x0806;
/// EtherType of RARP.
pub(crate) const RARP: u16 = 0x8035;

/// EtherType of AppleTalk.
pub(crate) const ATALK: u16 = 0x809b;
/// EtherType of AppleTalk's ARP.
pub(crate) const AARP: u16 = 0x80f3;
/// EtherType of IPX.
pub(crate) const IPX: u16 = 0x8137;
/// EtherType of LLDP (IEEE 802.1AB).
pub(crate) const LLDP: u16 = 0x88cc;

/// Types that announce a VLAN tag, which are looked through.
pub(crate) const TAGS: [u16; 3] = [0x8100, 0x88a8, 0x9100];

/// Smallest value that is a type, not an IEEE 802.3 length.
pub(crate) const SMALLEST: u16 = 1501;

/// The type with this keyword.
pub(crate) fn number(name: &str) -> Option<u16> {
    look_up(NAMES, name)
}

/// The keyword of a type.
pub(crate) fn name(number: u16) -> Option<&'static str> {
    NAMES.iter().find(|(_, known)| *known == number).map(|(name, _)| *name)
}

/// Every keyword with its type.
pub(crate) fn keywords() -> impl Iterator<Item = (&'static str, u16)> {
    NAMES.iter().copied()
}
