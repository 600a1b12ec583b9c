//! What identifies a flow.

use bytemuck::{Pod, Zeroable};

use super::tcp::TCP;
use crate::{
    classify,
    event::Direction,
    headers::{Headers, present},
    parse::tunnel::{MAX_TUNNELS, Tunnel, TunnelKind},
};

/// What identifies a flow: fields of its packets, one way, as they are in the packet.
///
/// Fields that a packet does not have are zero but for [`Self::vlan`]; [`Self::present`] tells them from zeros. There
/// is no padding: the kernel compares the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Pod, Zeroable)]
#[repr(C, align(8))]
pub struct FlowKey {
    /// Source (ARP: sender) address; an IPv4 address takes the first four bytes.
    pub source: [u8; 16],
    /// Destination (ARP: target) address; an IPv4 address takes the first four bytes.
    pub destination: [u8; 16],
    /// Source port of TCP, UDP, SCTP, DCCP or UDP-Lite.
    pub source_port: u16,
    /// Destination port of them.
    pub destination_port: u16,
    /// EtherType after all VLAN tags; 0 for an IEEE 802.3 length field, which is no property of a flow.
    pub ethertype: u16,
    /// Id of the outer VLAN tag, 0 to 4095, or [`Self::NO_VLAN`].
    pub vlan: u16,
    /// Upper-layer protocol number (IANA).
    pub protocol: u8,
    /// IP version, 4 or 6; 0 for a packet that is not IP.
    pub version: u8,
    /// A [`Direction`].
    pub direction: u8,
    /// A [`Cast`].
    pub cast: u8,
    /// Which fields exist: those bits of [`present`] that are in [`Self::FIELDS`].
    pub present: u16,
    /// The number of the interface that saw the packets.
    pub interface: u16,
    /// Id of the innermost tunnel, where [`Self::view`] says that it has one; else 0.
    pub tunnel_id: u32,
    /// Kinds of the tunnels around the packets, the outermost first: a [`TunnelKind`], or 0 behind the last.
    pub tunnels: [u8; MAX_TUNNELS],
    /// A [`View`], and [`Self::WITH_TUNNEL_ID`] where `tunnel_id` is one.
    pub view: u8,
}

const _: () = assert!(size_of::<FlowKey>() == 56);

/// Which of a packet's headers a key is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum View {
    /// The packet carries no other, or nobody has looked: part of both of the others.
    Whole = 0,
    /// The outermost headers of a packet that carries another.
    Outer = 1,
    /// The innermost.
    Inner = 2,
}

impl View {
    /// The one with this number; any number that is none of them is [`Self::Whole`].
    #[inline(always)]
    #[must_use]
    pub const fn from_raw(raw: u32) -> Self {
        match raw {
            1 => Self::Outer,
            2 => Self::Inner,
            _ => Self::Whole,
        }
    }
}

/// Whom the Ethernet destination address names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Cast {
    /// One station.
    Unicast = 0,
    /// A group of stations.
    Multicast = 1,
    /// All stations.
    Broadcast = 2,
    /// There is no Ethernet header.
    None = 3,
}

impl Cast {
    /// The one with this stored number; any number that is none of them is [`Self::None`].
    #[must_use]
    pub const fn from_raw(raw: u8) -> Self {
        match raw {
            0 => Self::Unicast,
            1 => Self::Multicast,
            2 => Self::Broadcast,
            _ => Self::None,
        }
    }

    /// The word for it; `None` without an Ethernet header.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::Unicast => Some("unicast"),
            Self::Multicast => Some("multicast"),
            Self::Broadcast => Some("broadcast"),
            Self::None => None,
        }
    }
}

impl FlowKey {
    /// `vlan` of a packet without a tag.
    pub const NO_VLAN: u16 = u16::MAX;

    /// The bits of [`present`] that are part of a key.
    pub const FIELDS: u16 =
        present::ETHERNET | present::LENGTH_FIELD | present::ADDRESSES | present::PROTOCOL | present::PORTS;

    /// The key of a packet at the interface with the number 0.
    #[must_use]
    pub fn of(headers: &Headers, direction: Direction) -> Self {
        let mut key = Self::zeroed();
        key.fill(headers, direction, 0, View::Whole);
        key
    }

    /// Bit of [`Self::view`].
    pub const WITH_TUNNEL_ID: u8 = 1 << 7;

    /// Adds what carries the packet.
    #[inline(always)]
    pub fn carried_by(&mut self, tunnel: &Tunnel) {
        self.tunnels = tunnel.kinds;
        self.tunnel_id = tunnel.id;
        let [_, second, third] = tunnel.kinds;
        let innermost = if third != 0 {
            2
        } else if second != 0 {
            1
        } else {
            0
        };
        if tunnel.with_id >> innermost & 1 == 1 {
            self.view |= Self::WITH_TUNNEL_ID;
        }
    }

    /// Which headers the key is made of.
    #[must_use]
    pub const fn view(&self) -> View {
        View::from_raw((self.view & !Self::WITH_TUNNEL_ID) as u32)
    }

    /// The same for who has flows of one view only.
    #[must_use]
    pub const fn seen_whole(self) -> Self {
        Self { view: self.view & Self::WITH_TUNNEL_ID, ..self }
    }

    /// Kinds of the tunnels around the packets, the outermost first.
    pub fn tunnels(&self) -> impl Iterator<Item = TunnelKind> {
        self.tunnels.into_iter().map_while(TunnelKind::from_raw)
    }

    /// The id of the innermost tunnel, where it has one.
    #[must_use]
    pub fn tunnel_id(&self) -> Option<u32> {
        (self.view & Self::WITH_TUNNEL_ID != 0).then_some(self.tunnel_id)
    }

    /// Makes this the key of a packet. A kernel program has no room to build one and copy it.
    #[inline(always)]
    pub fn fill(&mut self, headers: &Headers, direction: Direction, interface: u16, view: View) {
        self.source = headers.source_ip;
        self.destination = headers.destination_ip;
        self.source_port = headers.source_port;
        self.destination_port = headers.destination_port;
        self.ethertype = if headers.has(present::LENGTH_FIELD) { 0 } else { headers.ethertype };
        self.vlan = if headers.has(present::VLAN) { headers.vlan & VLAN_ID } else { Self::NO_VLAN };
        self.protocol = headers.protocol;
        self.version = headers.version;
        self.direction = direction as u8;
        self.cast = if headers.has(present::ETHERNET) {
            classify::cast(&headers.destination_mac)
        } else {
            Cast::None as u8
        };
        self.present = headers.present & Self::FIELDS;
        self.interface = interface;
        self.tunnel_id = 0;
        self.tunnels = [0; MAX_TUNNELS];
        self.view = view as u8;
    }

    /// Whether the packet has all of these fields, bits of [`Self::FIELDS`].
    #[must_use]
    pub const fn has(&self, bits: u16) -> bool {
        self.present & bits == bits
    }

    /// Source and destination port.
    #[must_use]
    pub fn ports(&self) -> Option<(u16, u16)> {
        self.has(present::PORTS).then_some((self.source_port, self.destination_port))
    }

    /// Whether its packets have a header of TCP that was read: a fragment other than the first has none.
    #[must_use]
    pub fn is_of_tcp(&self) -> bool {
        self.protocol() == Some(TCP) && self.ports().is_some()
    }

    /// EtherType after all tags; `None` without an Ethernet header and where the field is a length.
    #[must_use]
    pub fn ethertype(&self) -> Option<u16> {
        (self.has(present::ETHERNET) && !self.has(present::LENGTH_FIELD)).then_some(self.ethertype)
    }

    /// Id of the outer VLAN tag, 0 to 4095.
    #[must_use]
    pub fn vlan(&self) -> Option<u16> {
        (self.vlan != Self::NO_VLAN).then_some(self.vlan)
    }

    /// Upper-layer protocol number.
    #[must_use]
    pub fn protocol(&self) -> Option<u8> {
        self.has(present::PROTOCOL).then_some(self.protocol)
    }

    /// IP version, 4 or 6.
    #[must_use]
    pub fn version(&self) -> Option<u8> {
        (self.version != 0).then_some(self.version)
    }

    /// The way of the packets.
    #[must_use]
    pub const fn direction(&self) -> Direction {
        if self.direction == Direction::Out as u8 { Direction::Out } else { Direction::In }
    }

    /// Whom the Ethernet destination address names.
    #[must_use]
    pub const fn cast(&self) -> Cast {
        Cast::from_raw(self.cast)
    }
}

/// The VLAN id in a tag's control information.
const VLAN_ID: u16 = 0x0fff;
