//! Which bytes of a header are a field that the parser reads.

use crate::{
    field::{Extracted, Field, Layer},
    formula::{self, Formula},
    set::Set,
    tree::Tree,
    vocabulary::ethertypes::{ARP, IPV4, IPV6},
};

/// A value of the packet in a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// `len`.
    Length,
    /// `ttl`.
    Ttl,
    /// `dscp`.
    Dscp,
    /// `payload`: bytes behind the header of the upper layer.
    Payload,
    /// The same of TCP in IPv4, as pcap-filter(7) has it computed from three headers.
    TcpPayload,
    /// `window`: of TCP, in both IP versions.
    Window,
    /// `tcpflags`: in both IP versions.
    TcpFlags,
    /// `header[offset:size]`, a big-endian number of 1, 2 or 4 bytes.
    Bytes { header: HeaderWord, offset: u32, size: u32 },
}

/// A part of a field: `bits` bits of it, above its `shift` lowest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slice {
    pub(super) field: Field,
    pub(super) shift: u32,
    pub(super) bits: u32,
}

impl Access {
    /// Where the value is; the formula says which packets have it (those that lack the field do not).
    ///
    /// # Errors
    /// The reason why it is not read.
    pub(super) fn slice(self) -> Result<(Formula, Slice), String> {
        let everywhere = Tree::All(Vec::new());
        match self {
            Self::Length => Ok((everywhere, whole(Field::FrameLength))),
            Self::Ttl => Ok((everywhere, whole(Field::Ttl))),
            Self::Dscp => Ok((everywhere, Slice { field: Field::TrafficClass, shift: 2, bits: 6 })),
            Self::Payload => Ok((everywhere, whole(Field::Extracted(Extracted::PayloadLength)))),
            Self::TcpPayload => {
                Ok((HeaderWord::Tcp.packets(), whole(Field::Extracted(Extracted::PayloadLength))))
            }
            Self::Window => {
                let window = Extracted::bytes(Layer::Upper, 14, 2);
                Ok((tcp(), whole(Field::Extracted(window))))
            }
            Self::TcpFlags => Ok((everywhere, whole(Field::TcpFlags))),
            Self::Bytes { header, offset, size } => {
                let slice = header.slice(offset, size).ok_or_else(|| header.refusal())?;
                Ok((header.packets(), slice))
            }
        }
    }
}

fn tcp() -> Formula {
    formula::leaf(Field::Protocol, Set::value(6_u8))
}

fn whole(field: Field) -> Slice {
    Slice { field, shift: 0, bits: field.bits() }
}

impl Access {
    /// The bytes of a header by their place, and the packets with that header; nothing for any other value.
    pub(super) fn bytes(self) -> Option<(Formula, Extracted)> {
        match self {
            Self::Bytes { header, offset, size } => Some((header.packets(), header.bytes(offset, size)?)),
            _ => None,
        }
    }
}

/// A header whose bytes can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeaderWord {
    Ether,
    Ip,
    Ip6,
    Tcp,
    Udp,
    Sctp,
    Icmp,
    Icmp6,
    Arp,
}

/// Where a field stands in a header: its first byte, and the field.
type Place = (u32, Field);

const PORTS: &[Place] = &[(0, Field::SourcePort), (2, Field::DestinationPort)];
const MESSAGE: &[Place] = &[(0, Field::IcmpType), (1, Field::IcmpCode)];

impl HeaderWord {
    const ALL: [Self; 9] = [
        Self::Ether,
        Self::Ip,
        Self::Ip6,
        Self::Tcp,
        Self::Udp,
        Self::Sctp,
        Self::Icmp,
        Self::Icmp6,
        Self::Arp,
    ];

    /// The header with this keyword.
    pub(crate) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|header| header.name() == word)
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ether => "ether",
            Self::Ip => "ip",
            Self::Ip6 => "ip6",
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Sctp => "sctp",
            Self::Icmp => "icmp",
            Self::Icmp6 => "icmp6",
            Self::Arp => "arp",
        }
    }

    /// The EtherType of the only packets in which its bytes are read, if there is one.
    pub(crate) const fn version(self) -> Option<u16> {
        match self {
            Self::Ether => None,
            // As in pcap-filter(7), the bytes of transport headers are those in IPv4 packets.
            Self::Ip | Self::Tcp | Self::Udp | Self::Sctp | Self::Icmp => Some(IPV4),
            Self::Ip6 | Self::Icmp6 => Some(IPV6),
            Self::Arp => Some(ARP),
        }
    }

    const fn places(self) -> &'static [Place] {
        match self {
            // Bytes 0 to 11 are addresses, whose sets may not hold ranges; see `solve`.
            Self::Ether => &[(12, Field::Ethertype)],
            Self::Ip => &[
                (1, Field::TrafficClass),
                (8, Field::Ttl),
                (9, Field::Protocol),
                (12, Field::SourceIpv4),
                (16, Field::DestinationIpv4),
            ],
            Self::Ip6 => &[(7, Field::Ttl), (8, Field::SourceIpv6), (24, Field::DestinationIpv6)],
            Self::Tcp => &[(0, Field::SourcePort), (2, Field::DestinationPort), (13, Field::TcpFlags)],
            Self::Udp | Self::Sctp => PORTS,
            Self::Icmp | Self::Icmp6 => MESSAGE,
            Self::Arp => &[],
        }
    }

    /// The field that has all of these bytes, and the part of it that they are.
    fn slice(self, offset: u32, size: u32) -> Option<Slice> {
        let end = offset.checked_add(size)?;
        if self == Self::Ether && (offset, size) == (0, 1) {
            return Some(Slice { field: Field::DestinationMac, shift: 40, bits: 8 });
        }
        let of_field = self.places().iter().find_map(|(start, field)| {
            let field_end = start + field.bits() / 8;
            (*start <= offset && end <= field_end).then(|| Slice {
                field: *field,
                shift: (field_end - end) * 8,
                bits: size * 8,
            })
        });
        of_field.or_else(|| self.bytes(offset, size).map(|bytes| whole(Field::Extracted(bytes))))
    }

    /// The bytes by their place, whatever field they are of.
    fn bytes(self, offset: u32, size: u32) -> Option<Extracted> {
        let (layer, length) = self.reach();
        let is_within = offset.checked_add(size).is_some_and(|end| end <= length);
        let (Ok(offset), Ok(size)) = (u8::try_from(offset), u8::try_from(size)) else { return None };
        is_within.then_some(Extracted::bytes(layer, offset, size))
    }

    /// Where its bytes are counted from, and how many are the header's whatever it says.
    const fn reach(self) -> (Layer, u32) {
        match self {
            // What follows is behind tags that may have been taken off.
            Self::Ether => (Layer::Link, 12),
            Self::Ip => (Layer::Network, 20),
            Self::Ip6 => (Layer::Network, 40),
            Self::Arp => (Layer::Network, 28),
            Self::Tcp => (Layer::Upper, 20),
            Self::Sctp => (Layer::Upper, 12),
            Self::Udp | Self::Icmp | Self::Icmp6 => (Layer::Upper, 8),
        }
    }

    /// The packets with that header, among those with one of its fields.
    fn packets(self) -> Formula {
        let of_version = match self.version() {
            Some(version) => formula::leaf(Field::Ethertype, Set::value(version)),
            // A frame without Ethernet has no destination address.
            None => {
                return formula::leaf(Field::DestinationCast, Set::range(0_u8, Field::DestinationCast.max()));
            }
        };
        let protocol = |number: u8| formula::leaf(Field::Protocol, Set::value(number));
        match self {
            Self::Ether | Self::Ip | Self::Ip6 | Self::Arp => of_version,
            Self::Tcp => of_version.and(protocol(6)),
            Self::Udp => of_version.and(protocol(17)),
            Self::Sctp => of_version.and(protocol(132)),
            Self::Icmp => of_version.and(protocol(1)),
            Self::Icmp6 => of_version.and(protocol(58)),
        }
    }

    fn refusal(self) -> String {
        let name = self.name();
        let (_, length) = self.reach();
        let type_field = if self == Self::Ether { ", and the type, ether[12:2]" } else { "" };
        format!(
            "only the bytes that every {name} header has are looked at: the first {length}, {name}[0] to {name}[{}]{type_field}",
            length - 1
        )
    }
}
