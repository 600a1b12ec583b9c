//! What IP carries: TCP, UDP, SCTP, ICMP, and everything without ports or types.

use super::{Ipv4, Ipv6, length_field};
use crate::checksum::{Internet, crc32c};

/// Protocol numbers (IANA, "Assigned Internet Protocol Numbers") that tests use.
pub mod protocol {
    /// ICMP.
    pub const ICMP: u8 = 1;
    /// IGMP.
    pub const IGMP: u8 = 2;
    /// IPv4 in IP.
    pub const IPV4: u8 = 4;
    /// TCP.
    pub const TCP: u8 = 6;
    /// UDP.
    pub const UDP: u8 = 17;
    /// DCCP.
    pub const DCCP: u8 = 33;
    /// IPv6 in IP.
    pub const IPV6: u8 = 41;
    /// GRE.
    pub const GRE: u8 = 47;
    /// Encapsulating security payload.
    pub const ESP: u8 = 50;
    /// ICMPv6.
    pub const ICMPV6: u8 = 58;
    /// IPv6: nothing follows.
    pub const NO_NEXT_HEADER: u8 = 59;
    /// OSPF.
    pub const OSPF: u8 = 89;
    /// PIM.
    pub const PIM: u8 = 103;
    /// VRRP.
    pub const VRRP: u8 = 112;
    /// SCTP.
    pub const SCTP: u8 = 132;
    /// UDP-Lite.
    pub const UDP_LITE: u8 = 136;
    /// MPLS in IP.
    pub const MPLS: u8 = 137;
    /// For experiments (RFC 3692).
    pub const EXPERIMENTAL: u8 = 253;
}

/// Flags of the TCP header.
pub mod tcp_flag {
    /// No more data from the sender.
    pub const FIN: u8 = 0x01;
    /// Synchronise sequence numbers.
    pub const SYN: u8 = 0x02;
    /// Reset.
    pub const RST: u8 = 0x04;
    /// Push.
    pub const PSH: u8 = 0x08;
    /// The acknowledgment field is valid.
    pub const ACK: u8 = 0x10;
    /// The urgent pointer is valid.
    pub const URG: u8 = 0x20;
    /// ECN echo.
    pub const ECE: u8 = 0x40;
    /// Congestion window reduced.
    pub const CWR: u8 = 0x80;
}

/// The part of an IP header that transport checksums cover.
#[derive(Clone, Copy)]
pub(super) struct PseudoHeader(Internet);

impl PseudoHeader {
    pub(super) fn ipv4(source: [u8; 4], destination: [u8; 4]) -> Self {
        Self(Internet::default().add(&source).add(&destination))
    }

    pub(super) fn ipv6(source: [u8; 16], destination: [u8; 16]) -> Self {
        Self(Internet::default().add(&source).add(&destination))
    }

    /// The checksum of a transport header with a zero in its place, and all that follows.
    fn checksum(self, protocol: u8, bytes: &[u8]) -> u16 {
        let length = bytes.len() as u32;
        self.0.add(&length.to_be_bytes()).add(&[0, protocol]).add(bytes).finish()
    }
}

/// What an IP packet carries.
#[derive(Clone, Debug)]
pub enum Upper {
    /// TCP.
    Tcp(Tcp),
    /// UDP.
    Udp(Udp),
    /// UDP-Lite (RFC 3828) with a checksum over all of it; the length field is the coverage.
    UdpLite(Udp),
    /// SCTP.
    Sctp(Sctp),
    /// DCCP.
    Dccp(Dccp),
    /// ICMP.
    Icmp(Icmp),
    /// ICMPv6.
    Icmpv6(Icmp),
    /// Anything else, or part of something.
    Other {
        /// Its protocol number.
        protocol: u8,
        /// Its bytes.
        bytes: Vec<u8>,
    },
}

impl Upper {
    /// An IGMPv2 membership report.
    #[must_use]
    pub fn igmp(group: [u8; 4]) -> Self {
        let message =
            |checksum: u16| [vec![0x16, 0], checksum.to_be_bytes().to_vec(), group.to_vec()].concat();
        let bytes = message(Internet::default().add(&message(0)).finish());
        Self::Other { protocol: protocol::IGMP, bytes }
    }

    /// A GRE packet without options; `ethertype` says what it carries.
    #[must_use]
    pub fn gre(ethertype: u16, payload: &[u8]) -> Self {
        let bytes = [&[0; 2], ethertype.to_be_bytes().as_slice(), payload].concat();
        Self::Other { protocol: protocol::GRE, bytes }
    }

    /// An encrypted packet.
    #[must_use]
    pub fn esp(index: u32, sequence: u32, encrypted: &[u8]) -> Self {
        let bytes = [index.to_be_bytes().as_slice(), &sequence.to_be_bytes(), encrypted].concat();
        Self::Other { protocol: protocol::ESP, bytes }
    }

    /// Nothing (IPv6 only).
    #[must_use]
    pub const fn none() -> Self {
        Self::Other { protocol: protocol::NO_NEXT_HEADER, bytes: Vec::new() }
    }

    /// Its protocol number.
    #[must_use]
    pub const fn protocol(&self) -> u8 {
        match self {
            Self::Tcp(_) => protocol::TCP,
            Self::Udp(_) => protocol::UDP,
            Self::UdpLite(_) => protocol::UDP_LITE,
            Self::Sctp(_) => protocol::SCTP,
            Self::Dccp(_) => protocol::DCCP,
            Self::Icmp(_) => protocol::ICMP,
            Self::Icmpv6(_) => protocol::ICMPV6,
            Self::Other { protocol, .. } => *protocol,
        }
    }

    /// Its bytes inside a packet with this pseudo header.
    pub(super) fn bytes(&self, pseudo_header: PseudoHeader) -> Vec<u8> {
        let number = self.protocol();
        match self {
            Self::Tcp(tcp) => tcp.bytes(pseudo_header.checksum(number, &tcp.bytes(0))),
            Self::Udp(udp) | Self::UdpLite(udp) => match pseudo_header.checksum(number, &udp.bytes(0)) {
                // A zero would say that there is no checksum.
                0 => udp.bytes(u16::MAX),
                checksum => udp.bytes(checksum),
            },
            Self::Sctp(sctp) => sctp.bytes(crc32c(&sctp.bytes(0))),
            Self::Dccp(dccp) => dccp.bytes(pseudo_header.checksum(number, &dccp.bytes(0))),
            Self::Icmp(icmp) => icmp.bytes(Internet::default().add(&icmp.bytes(0)).finish()),
            Self::Icmpv6(icmp) => icmp.bytes(pseudo_header.checksum(number, &icmp.bytes(0))),
            Self::Other { bytes, .. } => bytes.clone(),
        }
    }
}

impl From<Tcp> for Upper {
    fn from(segment: Tcp) -> Self {
        Self::Tcp(segment)
    }
}

impl From<Udp> for Upper {
    fn from(datagram: Udp) -> Self {
        Self::Udp(datagram)
    }
}

impl From<Sctp> for Upper {
    fn from(packet: Sctp) -> Self {
        Self::Sctp(packet)
    }
}

impl From<Dccp> for Upper {
    fn from(packet: Dccp) -> Self {
        Self::Dccp(packet)
    }
}

impl From<Ipv4> for Upper {
    fn from(packet: Ipv4) -> Self {
        Self::Other { protocol: protocol::IPV4, bytes: packet.bytes() }
    }
}

impl From<Ipv6> for Upper {
    fn from(packet: Ipv6) -> Self {
        Self::Other { protocol: protocol::IPV6, bytes: packet.bytes() }
    }
}

/// A TCP segment (RFC 9293).
#[derive(Clone, Debug)]
pub struct Tcp {
    /// Source port.
    pub source_port: u16,
    /// Destination port.
    pub destination_port: u16,
    /// Sequence number.
    pub sequence: u32,
    /// Acknowledgment number.
    pub acknowledgment: u32,
    /// Bits of [`tcp_flag`].
    pub flags: u8,
    /// Window.
    pub window: u16,
    /// Options; filled up to whole words with end-of-list.
    pub options: Vec<u8>,
    /// Data.
    pub payload: Vec<u8>,
    /// The data offset field, in words.
    pub data_offset: Option<u8>,
}

impl Tcp {
    /// A segment without options and data.
    #[must_use]
    pub const fn new(source_port: u16, destination_port: u16, flags: u8) -> Self {
        Self {
            source_port,
            destination_port,
            sequence: 1,
            acknowledgment: if flags & tcp_flag::ACK == 0 { 0 } else { 1 },
            flags,
            window: 64_240,
            options: Vec::new(),
            payload: Vec::new(),
            data_offset: None,
        }
    }

    fn bytes(&self, checksum: u16) -> Vec<u8> {
        let header = 20 + self.options.len().next_multiple_of(4);
        let offset = self.data_offset.unwrap_or((header / 4) as u8);
        let urgent_pointer = u16::from(self.flags & tcp_flag::URG != 0);

        let mut bytes = [self.source_port.to_be_bytes(), self.destination_port.to_be_bytes()].concat();
        bytes.extend(self.sequence.to_be_bytes());
        bytes.extend(self.acknowledgment.to_be_bytes());
        bytes.extend([offset << 4, self.flags]);
        bytes.extend(self.window.to_be_bytes());
        bytes.extend(checksum.to_be_bytes());
        bytes.extend(urgent_pointer.to_be_bytes());
        bytes.extend(&self.options);
        bytes.resize(header, 0);
        bytes.extend(&self.payload);
        bytes
    }
}

/// A UDP datagram (RFC 768).
#[derive(Clone, Debug)]
pub struct Udp {
    /// Source port.
    pub source_port: u16,
    /// Destination port.
    pub destination_port: u16,
    /// Data.
    pub payload: Vec<u8>,
    /// The length field.
    pub length: Option<u16>,
}

impl Udp {
    /// A datagram with this data.
    pub fn new(source_port: u16, destination_port: u16, payload: impl AsRef<[u8]>) -> Self {
        Self { source_port, destination_port, payload: payload.as_ref().to_vec(), length: None }
    }

    fn bytes(&self, checksum: u16) -> Vec<u8> {
        let length = self.length.unwrap_or(length_field(8 + self.payload.len()));
        let header = [self.source_port, self.destination_port, length, checksum];
        header.into_iter().flat_map(u16::to_be_bytes).chain(self.payload.iter().copied()).collect()
    }
}

/// An SCTP packet (RFC 9260).
#[derive(Clone, Debug)]
pub struct Sctp {
    /// Source port.
    pub source_port: u16,
    /// Destination port.
    pub destination_port: u16,
    /// Verification tag.
    pub verification_tag: u32,
    /// The chunks as they stand in the packet.
    pub chunks: Vec<u8>,
}

impl Sctp {
    /// A packet with one chunk: COOKIE-ACK, the shortest there is.
    #[must_use]
    pub fn new(source_port: u16, destination_port: u16) -> Self {
        Self { source_port, destination_port, verification_tag: 1, chunks: vec![11, 0, 0, 4] }
    }

    fn bytes(&self, checksum: u32) -> Vec<u8> {
        let mut bytes = [self.source_port.to_be_bytes(), self.destination_port.to_be_bytes()].concat();
        bytes.extend(self.verification_tag.to_be_bytes());
        // The register goes out low byte first (RFC 9260, appendix A).
        bytes.extend(checksum.to_le_bytes());
        bytes.extend(&self.chunks);
        bytes
    }
}

/// A DCCP packet with data and nothing else (RFC 4340).
#[derive(Clone, Debug)]
pub struct Dccp {
    /// Source port.
    pub source_port: u16,
    /// Destination port.
    pub destination_port: u16,
    /// Whether sequence numbers have 48 bits, else 24.
    pub has_long_sequence: bool,
    /// Data.
    pub payload: Vec<u8>,
    /// The data offset field, in words.
    pub data_offset: Option<u8>,
}

impl Dccp {
    /// A packet without data.
    #[must_use]
    pub const fn new(source_port: u16, destination_port: u16, has_long_sequence: bool) -> Self {
        Self { source_port, destination_port, has_long_sequence, payload: Vec::new(), data_offset: None }
    }

    fn bytes(&self, checksum: u16) -> Vec<u8> {
        /// The packet's type, in front of the bit for long sequence numbers.
        const DATA: u8 = 2 << 1;
        let (kind, sequence): (u8, &[u8]) =
            if self.has_long_sequence { (DATA | 1, &[0, 0, 0, 0, 0, 0, 1]) } else { (DATA, &[0, 0, 1]) };
        let offset = self.data_offset.unwrap_or(((9 + sequence.len()) / 4) as u8);
        let mut bytes = [self.source_port.to_be_bytes(), self.destination_port.to_be_bytes()].concat();
        // The checksum covers all data.
        bytes.extend([offset, 0]);
        bytes.extend(checksum.to_be_bytes());
        bytes.push(kind);
        bytes.extend(sequence);
        bytes.extend(&self.payload);
        bytes
    }
}

/// An ICMP (RFC 792) or ICMPv6 (RFC 4443) message.
#[derive(Clone, Debug)]
pub struct Icmp {
    /// Type.
    pub kind: u8,
    /// Code.
    pub code: u8,
    /// Everything behind the checksum.
    pub body: Vec<u8>,
}

impl Icmp {
    /// A message whose first word behind the checksum is `word`: identifier and sequence number, a
    /// pointer, an MTU, or zero.
    #[must_use]
    pub fn new(kind: u8, code: u8, word: u32, rest: &[u8]) -> Self {
        Self { kind, code, body: [word.to_be_bytes().as_slice(), rest].concat() }
    }

    fn bytes(&self, checksum: u16) -> Vec<u8> {
        [&[self.kind, self.code], checksum.to_be_bytes().as_slice(), &self.body].concat()
    }
}
