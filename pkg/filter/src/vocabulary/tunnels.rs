//! Words for tunnels.

use std::ops::RangeInclusive;

use xdplive_packet::TunnelKind;

/// A word, what it stands for, and the ids it takes.
const WORDS: &[(&str, TunnelKind, RangeInclusive<u32>, &str)] = &[
    ("vxlan", TunnelKind::Vxlan, 0..=0x00ff_ffff, "a VXLAN network identifier (VNI)"),
    ("geneve", TunnelKind::Geneve, 0..=0x00ff_ffff, "a Geneve network identifier (VNI)"),
    ("gre", TunnelKind::Gre, 0..=u32::MAX, "a GRE key"),
    ("mpls", TunnelKind::Mpls, 0..=0x000f_ffff, "an MPLS label"),
    ("pppoes", TunnelKind::Pppoe, 0..=0xffff, "the id of a PPPoE session"),
    ("gtp", TunnelKind::Gtp, 0..=u32::MAX, "the id of a GTP tunnel's end (TEID)"),
];

/// What `word` stands for, the ids it takes, and what they are called.
pub(crate) fn of(word: &str) -> Option<(TunnelKind, RangeInclusive<u32>, &'static str)> {
    let (_, kind, ids, name) = WORDS.iter().find(|(one, ..)| *one == word)?;
    Some((*kind, ids.clone(), name))
}

/// The word for a kind; its name where there is none, which no filter has.
pub(crate) fn word(kind: TunnelKind) -> &'static str {
    WORDS.iter().find(|(_, one, ..)| *one == kind).map_or(kind.name(), |(word, ..)| word)
}
