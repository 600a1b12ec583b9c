//! Ethernet II, IEEE 802.3, and VLAN tags.

use super::{Arp, Ipv4, Ipv6, length_field};

/// EtherTypes (IANA, "IEEE 802 Numbers") that tests use.
pub mod ethertype {
    /// IPv4.
    pub const IPV4: u16 = 0x0800;
    /// ARP.
    pub const ARP: u16 = 0x0806;
    /// Wake-on-LAN.
    pub const WAKE_ON_LAN: u16 = 0x0842;
    /// Encapsulated remote SPAN, type III.
    pub const ERSPAN_3: u16 = 0x22eb;
    /// A whole Ethernet frame (RFC 1701 and others).
    pub const BRIDGED_ETHERNET: u16 = 0x6558;
    /// PPP, in GRE.
    pub const PPP: u16 = 0x880b;
    /// IPv6.
    pub const IPV6: u16 = 0x86dd;
    /// MPLS.
    pub const MPLS: u16 = 0x8847;
    /// PPPoE discovery.
    pub const PPPOE_DISCOVERY: u16 = 0x8863;
    /// PPPoE session.
    pub const PPPOE: u16 = 0x8864;
    /// IEEE 802.1X.
    pub const EAPOL: u16 = 0x888e;
    /// Encapsulated remote SPAN, types I and II.
    pub const ERSPAN: u16 = 0x88be;
    /// IEEE 802.1, local experiments.
    pub const EXPERIMENTAL: u16 = 0x88b5;
    /// LLDP.
    pub const LLDP: u16 = 0x88cc;
}

/// Bytes of the shortest Ethernet frame, without its check sequence.
const MINIMUM: usize = 60;

/// An Ethernet frame without its check sequence.
#[derive(Clone, Debug)]
pub struct Ethernet {
    /// Source address.
    pub source: [u8; 6],
    /// Destination address.
    pub destination: [u8; 6],
    /// VLAN tags, outermost first.
    pub tags: Vec<Tag>,
    /// What the frame carries.
    pub payload: Payload,
    /// The type or length field; by default what the payload is.
    pub ethertype: Option<u16>,
    /// What follows the payload.
    pub padding: Padding,
}

impl Ethernet {
    /// An untagged frame, padded as on the wire.
    pub fn new(source: [u8; 6], destination: [u8; 6], payload: impl Into<Payload>) -> Self {
        Self {
            source,
            destination,
            tags: Vec::new(),
            payload: payload.into(),
            ethertype: None,
            padding: Padding::Minimum,
        }
    }

    /// The frame with these tags, outermost first, instead of those it has.
    #[must_use]
    pub fn tagged(self, tags: impl Into<Vec<Tag>>) -> Self {
        Self { tags: tags.into(), ..self }
    }

    /// The frame's bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let payload = self.payload.bytes();
        let mut bytes = [self.destination, self.source].concat();
        for tag in &self.tags {
            bytes.extend((tag.tpid as u16).to_be_bytes());
            bytes.extend(tag.control.to_be_bytes());
        }
        bytes.extend(self.ethertype.unwrap_or(self.payload.ethertype()).to_be_bytes());
        bytes.extend(payload);
        match &self.padding {
            Padding::None => {}
            Padding::Minimum => bytes.resize(bytes.len().max(MINIMUM), 0),
            Padding::Bytes(padding) => bytes.extend(padding),
        }
        bytes
    }
}

/// What stands between the end of an Ethernet payload and the end of its frame.
#[derive(Clone, Debug)]
pub enum Padding {
    /// Nothing: a frame on its way out, before the card pads it.
    None,
    /// Zeros up to the shortest frame.
    Minimum,
    /// These bytes. Not all hardware pads with zeros.
    Bytes(Vec<u8>),
}

/// The type that announces a VLAN tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Tpid {
    /// Customer tag (IEEE 802.1Q).
    Customer = 0x8100,
    /// Service tag (IEEE 802.1ad).
    Service = 0x88a8,
    /// Stacked tag from before 802.1ad.
    OldStacked = 0x9100,
}

/// A VLAN tag.
#[derive(Clone, Copy, Debug)]
pub struct Tag {
    /// The type in front of it.
    pub tpid: Tpid,
    /// Priority (3 bits), drop eligible (1), id (12).
    pub control: u16,
}

impl Tag {
    /// An 802.1Q tag with this id and no priority.
    #[must_use]
    pub const fn customer(id: u16) -> Self {
        Self { tpid: Tpid::Customer, control: id }
    }

    /// An 802.1ad service tag with this id and no priority.
    #[must_use]
    pub const fn service(id: u16) -> Self {
        Self { tpid: Tpid::Service, control: id }
    }
}

/// What an Ethernet frame carries.
#[derive(Clone, Debug)]
pub enum Payload {
    /// An IPv4 packet.
    Ipv4(Ipv4),
    /// An IPv6 packet.
    Ipv6(Ipv6),
    /// An ARP packet.
    Arp(Arp),
    /// An IEEE 802.3 frame: the type field holds the number of these bytes.
    Length(Vec<u8>),
    /// Anything else.
    Other {
        /// Its type.
        ethertype: u16,
        /// Its bytes.
        bytes: Vec<u8>,
    },
}

impl Payload {
    /// The value of the type field in front of it.
    #[must_use]
    pub fn ethertype(&self) -> u16 {
        match self {
            Self::Ipv4(_) => ethertype::IPV4,
            Self::Ipv6(_) => ethertype::IPV6,
            Self::Arp(_) => ethertype::ARP,
            Self::Length(bytes) => length_field(bytes.len()),
            Self::Other { ethertype, .. } => *ethertype,
        }
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Ipv4(packet) => packet.bytes(),
            Self::Ipv6(packet) => packet.bytes(),
            Self::Arp(packet) => packet.bytes(),
            Self::Length(bytes) | Self::Other { bytes, .. } => bytes.clone(),
        }
    }
}

impl From<Ipv4> for Payload {
    fn from(packet: Ipv4) -> Self {
        Self::Ipv4(packet)
    }
}

impl From<Ipv6> for Payload {
    fn from(packet: Ipv6) -> Self {
        Self::Ipv6(packet)
    }
}

impl From<Arp> for Payload {
    fn from(packet: Arp) -> Self {
        Self::Arp(packet)
    }
}
