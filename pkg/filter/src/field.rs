//! What a filter looks at: the fields of a packet, each a number.

mod extracted;

use xdplive_packet::{
    Headers,
    event::Direction,
    flow::{Cast as FlowCast, FlowKey},
    headers::present,
};

pub use self::extracted::{Bytes, Extracted, Layer};
use crate::vocabulary::ethertypes::{IPV4, IPV6};

/// A packet as filters see it.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'h> {
    /// What the parser read.
    pub headers: &'h Headers,
    /// The whole frame in bytes, with a VLAN tag that was taken off before.
    pub frame_length: u32,
    /// Its way.
    pub direction: Direction,
    /// What extracted values are read from; without it a packet has none.
    pub bytes: Option<Bytes<'h>>,
}

/// Declares [`Field`] with the number of bits of each.
macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident = $bits:literal,)*) => {
        /// A field of a packet. Each is a number, or absent.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Field {
            $($(#[$doc])* $name,)*
            /// A value that has no table of its own in the kernel.
            Extracted(Extracted),
        }

        impl Field {
            /// Every field but the extracted ones, of which there are very many.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Bits that hold every value of the field.
            #[must_use]
            pub const fn bits(self) -> u32 {
                match self {
                    $(Self::$name => $bits,)*
                    Self::Extracted(extracted) => extracted.bits(),
                }
            }
        }
    };
}

fields! {
    /// The packet's way: 0 received, 1 sent ([`Direction`]). Never absent.
    Direction = 1,
    /// EtherType behind all VLAN tags. On a link without Ethernet it is what the IP version stands for
    /// (0x0800 or 0x86dd). Absent where IEEE 802.3 has a length in its place.
    Ethertype = 16,
    /// Upper-layer protocol (IANA), for IPv6 the one behind the extension headers.
    Protocol = 8,
    /// IPv4 time to live or IPv6 hop limit.
    Ttl = 8,
    /// IPv4 type of service or IPv6 traffic class: code point (6 bits), congestion notification (2).
    TrafficClass = 8,
    /// TCP flags, bit 0 = FIN … bit 7 = CWR.
    TcpFlags = 8,
    /// ICMP or ICMPv6 type.
    IcmpType = 8,
    /// ICMP or ICMPv6 code.
    IcmpCode = 8,
    /// Id of the outer VLAN tag.
    Vlan = 12,
    /// Id of the inner VLAN tag.
    InnerVlan = 12,
    /// Whole frame in bytes; 65,535 stands for that and everything above. Never absent.
    FrameLength = 16,
    /// Source port of TCP, UDP or SCTP; absent in all fragments but the first.
    SourcePort = 16,
    /// Destination port.
    DestinationPort = 16,
    /// Source address of IPv4, or sender's in ARP for IPv4.
    SourceIpv4 = 32,
    /// Destination address of IPv4, or target's in ARP for IPv4.
    DestinationIpv4 = 32,
    /// Source address of IPv6.
    SourceIpv6 = 128,
    /// Destination address of IPv6.
    DestinationIpv6 = 128,
    /// Ethernet source address. Its sets are finite, or all but a finite number of addresses.
    SourceMac = 48,
    /// Ethernet destination address; sets as for the source.
    DestinationMac = 48,
    /// Whom the Ethernet destination address means: 0 one station, 1 a group, 2 everyone.
    DestinationCast = 2,
}

/// Values of [`Field::DestinationCast`].
pub mod cast {
    /// One station.
    pub const UNICAST: u128 = 0;
    /// A group of stations: the lowest bit of the first byte is set (IEEE 802, 8.2).
    pub const MULTICAST: u128 = 1;
    /// Every station: ff:ff:ff:ff:ff:ff.
    pub const BROADCAST: u128 = 2;
}

impl Field {
    /// The largest value.
    #[must_use]
    pub const fn max(self) -> u128 {
        match self {
            Self::DestinationCast => cast::BROADCAST,
            _ => u128::MAX >> (u128::BITS - self.bits()),
        }
    }

    /// The field's value in `packet`; `None` where it has no such field or it could not be read.
    #[must_use]
    pub fn value(self, packet: &Packet<'_>) -> Option<u128> {
        let headers = packet.headers;
        if headers.has(present::LENGTH_FIELD) && self.is_behind_type() {
            return None;
        }
        match self {
            Self::Direction => Some(packet.direction as u128),
            Self::Ethertype => {
                ethertype(headers.has(present::ETHERNET), headers.ethertype(), headers.version())
            }
            Self::Protocol => headers.protocol().map(u128::from),
            Self::Ttl => headers.ttl().map(u128::from),
            Self::TrafficClass => headers.has(present::IP).then_some(headers.traffic_class.into()),
            Self::TcpFlags => headers.tcp_flags().map(u128::from),
            Self::IcmpType => headers.icmp_type().map(u128::from),
            Self::IcmpCode => headers.icmp_code().map(u128::from),
            Self::Vlan => headers.vlan().map(u128::from),
            Self::InnerVlan => headers.inner_vlan().map(u128::from),
            Self::FrameLength => Some(u128::from(packet.frame_length).min(self.max())),
            Self::SourcePort => headers.source_port().map(u128::from),
            Self::DestinationPort => headers.destination_port().map(u128::from),
            Self::SourceIpv4 => ipv4(addresses(headers), &headers.source_ip),
            Self::DestinationIpv4 => ipv4(addresses(headers), &headers.destination_ip),
            Self::SourceIpv6 => ipv6(addresses(headers), headers.source_ip),
            Self::DestinationIpv6 => ipv6(addresses(headers), headers.destination_ip),
            Self::SourceMac => mac(headers, headers.source_mac),
            Self::DestinationMac => mac(headers, headers.destination_mac),
            Self::DestinationCast => mac(headers, headers.destination_mac).map(destination_cast),
            Self::Extracted(extracted) => extracted.value(packet.bytes.as_ref()?),
        }
    }
}

impl Field {
    /// Whether it is of the network layer or above. As in pcap-filter(7), a frame with a length in place of a type has no such
    /// field, whatever stands behind the header of SNAP.
    const fn is_behind_type(self) -> bool {
        !matches!(
            self,
            Self::Direction
                | Self::Ethertype
                | Self::Vlan
                | Self::InnerVlan
                | Self::FrameLength
                | Self::SourceMac
                | Self::DestinationMac
                | Self::DestinationCast
                | Self::Extracted(_)
        )
    }

    /// Whether a flow carries the field: all of its packets have the same value of it.
    #[must_use]
    pub const fn is_of_flows(self) -> bool {
        match self {
            Self::Direction
            | Self::Ethertype
            | Self::Protocol
            | Self::Vlan
            | Self::SourcePort
            | Self::DestinationPort
            | Self::SourceIpv4
            | Self::DestinationIpv4
            | Self::SourceIpv6
            | Self::DestinationIpv6
            | Self::DestinationCast => true,
            Self::Ttl
            | Self::TrafficClass
            | Self::TcpFlags
            | Self::IcmpType
            | Self::IcmpCode
            | Self::InnerVlan
            | Self::FrameLength
            | Self::SourceMac
            | Self::DestinationMac
            | Self::Extracted(_) => false,
        }
    }

    /// The field's value in every packet of a flow, as [`Self::value`] has it; `None` where they have no such field,
    /// and for a field that is not [of flows](Self::is_of_flows).
    #[must_use]
    pub fn flow_value(self, key: &FlowKey) -> Option<u128> {
        if key.has(present::LENGTH_FIELD) && self.is_behind_type() {
            return None;
        }
        let addresses = || Addresses::new(key.has(present::ADDRESSES), key.version());
        match self {
            Self::Direction => Some(key.direction() as u128),
            Self::Ethertype => ethertype(key.has(present::ETHERNET), key.ethertype(), key.version()),
            Self::Protocol => key.protocol().map(u128::from),
            Self::Vlan => key.vlan().map(u128::from),
            Self::SourcePort => key.ports().map(|(source, _)| source.into()),
            Self::DestinationPort => key.ports().map(|(_, destination)| destination.into()),
            Self::SourceIpv4 => ipv4(addresses(), &key.source),
            Self::DestinationIpv4 => ipv4(addresses(), &key.destination),
            Self::SourceIpv6 => ipv6(addresses(), key.source),
            Self::DestinationIpv6 => ipv6(addresses(), key.destination),
            Self::DestinationCast => match key.cast() {
                FlowCast::Unicast => Some(cast::UNICAST),
                FlowCast::Multicast => Some(cast::MULTICAST),
                FlowCast::Broadcast => Some(cast::BROADCAST),
                FlowCast::None => None,
            },
            Self::Ttl
            | Self::TrafficClass
            | Self::TcpFlags
            | Self::IcmpType
            | Self::IcmpCode
            | Self::InnerVlan
            | Self::FrameLength
            | Self::SourceMac
            | Self::DestinationMac
            | Self::Extracted(_) => None,
        }
    }
}

/// Without an Ethernet header it is what the IP version stands for.
fn ethertype(has_ethernet: bool, ethertype: Option<u16>, version: Option<u8>) -> Option<u128> {
    let found =
        if has_ethernet { ethertype } else { version.map(|version| if version == 4 { IPV4 } else { IPV6 }) };
    found.map(u128::from)
}

/// What a pair of addresses is of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Addresses {
    Absent,
    /// IPv4, or ARP for IPv4.
    Ipv4,
    Ipv6,
}

impl Addresses {
    const fn new(exist: bool, version: Option<u8>) -> Self {
        match (exist, version) {
            (false, _) => Self::Absent,
            (true, Some(6)) => Self::Ipv6,
            (true, _) => Self::Ipv4,
        }
    }
}

fn addresses(headers: &Headers) -> Addresses {
    Addresses::new(headers.has(present::ADDRESSES), headers.version())
}

fn ipv4(addresses: Addresses, address: &[u8; 16]) -> Option<u128> {
    let first = address.first_chunk().map(|bytes| u32::from_be_bytes(*bytes).into());
    first.filter(|_| addresses == Addresses::Ipv4)
}

fn ipv6(addresses: Addresses, address: [u8; 16]) -> Option<u128> {
    (addresses == Addresses::Ipv6).then_some(u128::from_be_bytes(address))
}

fn mac(headers: &Headers, address: [u8; 6]) -> Option<u128> {
    headers.has(present::ETHERNET).then_some(mac_number(address))
}

/// An Ethernet address as a number.
pub(crate) fn mac_number(address: [u8; 6]) -> u128 {
    address.iter().fold(0, |number, byte| number << 8 | u128::from(*byte))
}

const GROUP_BIT: u128 = 1 << 40;

fn destination_cast(address: u128) -> u128 {
    if address == Field::DestinationMac.max() {
        cast::BROADCAST
    } else if address & GROUP_BIT != 0 {
        cast::MULTICAST
    } else {
        cast::UNICAST
    }
}

#[cfg(test)]
mod tests;
