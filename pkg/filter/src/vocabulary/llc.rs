//! Frames with a length field, and the words of pcap-filter(7) for what follows it: logical link control (IEEE 802.2), OSI's
//! protocols (ISO/IEC TR 9577) and PDUs of IS-IS (ISO/IEC 10589, 9).

use super::look_up;

/// What a frame with a length field carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Llc {
    /// Any header of logical link control; Novell's raw frames have none.
    Any,
    /// One with this kind of control field.
    Control(Control),
    /// For this service access point, whatever the sender's is.
    Destination(u8),
    /// Between two service access points with this number.
    Between(u8),
    /// IPX in any of its four encapsulations, one of which has a type.
    Ipx,
    /// This protocol of OSI's network layer, by its identifier.
    Osi(u8),
    /// A PDU of IS-IS of this type.
    Pdu(u8),
    /// One of any of the types that the word stands for.
    Pdus(&'static str),
}

/// A kind of control field: its name, the bits that tell, and their value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Control {
    pub(crate) name: &'static str,
    pub(crate) mask: u8,
    pub(crate) value: u8,
}

/// Kinds of control fields. The poll and final bits do not tell them apart.
const CONTROLS: [Control; 13] = [
    Control { name: "i", mask: 0x01, value: 0x00 },
    Control { name: "s", mask: 0x03, value: 0x01 },
    Control { name: "u", mask: 0x03, value: 0x03 },
    Control { name: "rr", mask: 0x0f, value: 0x01 },
    Control { name: "rnr", mask: 0x0f, value: 0x05 },
    Control { name: "rej", mask: 0x0f, value: 0x09 },
    Control { name: "ui", mask: 0xef, value: 0x03 },
    Control { name: "ua", mask: 0xef, value: 0x63 },
    Control { name: "disc", mask: 0xef, value: 0x43 },
    Control { name: "sabme", mask: 0xef, value: 0x6f },
    Control { name: "test", mask: 0xef, value: 0xe3 },
    Control { name: "xid", mask: 0xef, value: 0xaf },
    Control { name: "frmr", mask: 0xef, value: 0x87 },
];

/// Service access points (IEEE 802.2).
const IP: u8 = 0x06;
pub(crate) const SPANNING_TREE: u8 = 0x42;
pub(crate) const IPX: u8 = 0xe0;
pub(crate) const NETBEUI: u8 = 0xf0;
pub(crate) const OSI: u8 = 0xfe;
/// The one that announces a header of SNAP.
pub(crate) const SNAP: u8 = 0xaa;

/// Identifier of IS-IS.
pub(crate) const IS_IS: u8 = 0x83;

/// Words with what they stand for; what is printed comes first of several for the same.
const WORDS: &[(&str, Llc)] = &[
    ("llc", Llc::Any),
    ("stp", Llc::Destination(SPANNING_TREE)),
    ("iso", Llc::Between(OSI)),
    ("netbeui", Llc::Between(NETBEUI)),
    ("ipx", Llc::Ipx),
    ("clnp", Llc::Osi(0x81)),
    ("esis", Llc::Osi(0x82)),
    ("es-is", Llc::Osi(0x82)),
    ("isis", Llc::Osi(IS_IS)),
    ("is-is", Llc::Osi(IS_IS)),
    ("l1", Llc::Pdus("l1")),
    ("l2", Llc::Pdus("l2")),
    ("iih", Llc::Pdus("iih")),
    ("lsp", Llc::Pdus("lsp")),
    ("snp", Llc::Pdus("snp")),
    ("csnp", Llc::Pdus("csnp")),
    ("psnp", Llc::Pdus("psnp")),
];

/// Types of PDUs that a word stands for: hellos 15 to 17, of which 17 is of
/// both levels, link states 18 and 20, sequence numbers 24 to 27.
const PDUS: &[(&str, &[u8])] = &[
    ("l1", &[15, 17, 18, 24, 26]),
    ("l2", &[16, 17, 20, 25, 27]),
    ("iih", &[15, 16, 17]),
    ("lsp", &[18, 20]),
    ("snp", &[24, 25, 26, 27]),
    ("csnp", &[24, 25]),
    ("psnp", &[26, 27]),
];

/// What `word` stands for.
pub(crate) fn of(word: &str) -> Option<Llc> {
    look_up(WORDS, word)
}

/// The kind of control field with this name.
pub(crate) fn control(name: &str) -> Option<Control> {
    CONTROLS.into_iter().find(|control| control.name == name)
}

/// Names of kinds of control fields.
pub(crate) fn control_names() -> [&'static str; CONTROLS.len()] {
    CONTROLS.map(|control| control.name)
}

/// The word for it alone, if there is one.
pub(crate) fn word(what: Llc) -> Option<&'static str> {
    WORDS.iter().find(|(_, known)| *known == what).map(|(word, _)| *word)
}

/// The types that a word for PDUs of IS-IS stands for.
pub(crate) fn pdus(word: &str) -> &'static [u8] {
    look_up(PDUS, word).unwrap_or_default()
}

/// The protocol of OSI's network layer with this name.
pub(crate) fn osi(name: &str) -> Option<u8> {
    match of(name) {
        Some(Llc::Osi(number)) => Some(number),
        _ => None,
    }
}

/// Frames with a service access point where others have a type, as in `ether proto 0x42`.
pub(crate) const fn destination(number: u8) -> Llc {
    match number {
        IPX => Llc::Ipx,
        IP | NETBEUI | OSI => Llc::Between(number),
        other => Llc::Destination(other),
    }
}

/// The same by name.
pub(crate) fn named_destination(name: &str) -> Option<Llc> {
    of(name).filter(|what| matches!(what, Llc::Destination(_) | Llc::Between(_) | Llc::Ipx))
}
