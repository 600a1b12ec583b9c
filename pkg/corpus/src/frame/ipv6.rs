//! IPv6 (RFC 8200) with extension headers.

use super::{Upper, length_field, upper::PseudoHeader};

/// An IPv6 packet.
#[derive(Clone, Debug)]
pub struct Ipv6 {
    /// Source address.
    pub source: [u8; 16],
    /// Destination address.
    pub destination: [u8; 16],
    /// Differentiated services code point, 0 to 63.
    pub dscp: u8,
    /// Explicit congestion notification, 0 to 3.
    pub ecn: u8,
    /// Flow label, 20 bits.
    pub flow_label: u32,
    /// Hop limit.
    pub hop_limit: u8,
    /// Extension headers in their order.
    pub extensions: Vec<Extension>,
    /// What it carries.
    pub payload: Upper,
    /// The version field.
    pub version: Option<u8>,
    /// The payload length field.
    pub payload_length: Option<u16>,
}

impl Ipv6 {
    /// A packet without extensions, hop limit 64.
    pub fn new(source: [u8; 16], destination: [u8; 16], payload: impl Into<Upper>) -> Self {
        Self {
            source,
            destination,
            dscp: 0,
            ecn: 0,
            flow_label: 0,
            hop_limit: 64,
            extensions: Vec::new(),
            payload: payload.into(),
            version: None,
            payload_length: None,
        }
    }

    /// The packet in fragments that carry `size` bytes each (a multiple of eight), the last one the rest.
    /// Each has all extension headers the packet has, and a fragment header behind them.
    #[must_use]
    pub fn fragments(&self, size: u16, identification: u32) -> Vec<Self> {
        let protocol = self.payload.protocol();
        let payload = self.payload.bytes(self.pseudo_header());
        let pieces: Vec<&[u8]> = payload.chunks(usize::from(size.max(8))).collect();
        let last = pieces.len().saturating_sub(1);
        let fragment = |(index, piece): (usize, &&[u8])| {
            let offset = index as u16 * (size / 8);
            let header = Extension::Fragment { offset, more: index < last, identification };
            Self {
                extensions: [self.extensions.clone(), vec![header]].concat(),
                payload: Upper::Other { protocol, bytes: piece.to_vec() },
                ..self.clone()
            }
        };
        pieces.iter().enumerate().map(fragment).collect()
    }

    /// The packet's bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        // From the last header to the first: each names the one behind it.
        let mut next = self.payload.protocol();
        let mut body = self.payload.bytes(self.pseudo_header());
        for extension in self.extensions.iter().rev() {
            body = [extension.bytes(next), body].concat();
            next = extension.protocol();
        }

        let version = u32::from(self.version.unwrap_or(6)) << 28;
        let class = u32::from(self.dscp << 2 | self.ecn) << 20;
        let mut bytes = (version | class | self.flow_label).to_be_bytes().to_vec();
        bytes.extend(self.payload_length.unwrap_or(length_field(body.len())).to_be_bytes());
        bytes.extend([next, self.hop_limit]);
        bytes.extend(self.source);
        bytes.extend(self.destination);
        bytes.extend(body);
        bytes
    }

    fn pseudo_header(&self) -> PseudoHeader {
        PseudoHeader::ipv6(self.source, self.destination)
    }
}

/// An IPv6 extension header. ESP and "no next header" end the chain: they are an [`Upper`].
#[derive(Clone, Debug)]
pub enum Extension {
    /// Hop-by-hop options; filled up with padding options.
    HopByHop(Vec<u8>),
    /// Destination options; filled up with padding options.
    DestinationOptions(Vec<u8>),
    /// A routing header that has reached its last segment.
    Routing {
        /// Routing type.
        kind: u8,
        /// What follows the fixed part: a multiple of eight bytes.
        data: Vec<u8>,
    },
    /// A fragment header. Offset 0 without more fragments is an atomic fragment (RFC 6946).
    Fragment {
        /// Offset in units of eight bytes.
        offset: u16,
        /// Whether another fragment follows.
        more: bool,
        /// The same in all fragments of a packet.
        identification: u32,
    },
    /// An authentication header (RFC 4302) with this integrity check value: 4 bytes, or 8 more, or 16 more.
    Authentication(Vec<u8>),
    /// Any extension header, right or wrong.
    Raw {
        /// Its protocol number.
        protocol: u8,
        /// Everything behind its "next header" field, the length field first.
        bytes: Vec<u8>,
    },
}

impl Extension {
    /// The number that announces it.
    #[must_use]
    pub const fn protocol(&self) -> u8 {
        match self {
            Self::HopByHop(_) => 0,
            Self::Routing { .. } => 43,
            Self::Fragment { .. } => 44,
            Self::Authentication(_) => 51,
            Self::DestinationOptions(_) => 60,
            Self::Raw { protocol, .. } => *protocol,
        }
    }

    /// Its bytes, with `next` as the protocol behind it.
    fn bytes(&self, next: u8) -> Vec<u8> {
        let mut bytes = vec![next];
        match self {
            Self::HopByHop(options) | Self::DestinationOptions(options) => {
                let length = (2 + options.len()).next_multiple_of(8);
                bytes.push((length / 8 - 1) as u8);
                bytes.extend(options);
                match length - bytes.len() {
                    0 => {}
                    // Pad1, a single byte; otherwise PadN: type 1, length of what follows, zeros.
                    1 => bytes.push(0),
                    n => bytes.extend([1, (n - 2) as u8]),
                }
                bytes.resize(length, 0);
            }
            Self::Routing { kind, data } => {
                let segments_left = 0;
                bytes.extend([(data.len() / 8) as u8, *kind, segments_left, 0, 0, 0, 0]);
                bytes.extend(data);
            }
            Self::Fragment { offset, more, identification } => {
                bytes.push(0);
                bytes.extend((offset << 3 | u16::from(*more)).to_be_bytes());
                bytes.extend(identification.to_be_bytes());
            }
            Self::Authentication(value) => {
                bytes.push((1 + value.len() / 4) as u8);
                let (reserved, index, sequence) = ([0; 2], 0x1000_u32, 1_u32);
                bytes.extend(reserved);
                bytes.extend(index.to_be_bytes());
                bytes.extend(sequence.to_be_bytes());
                bytes.extend(value);
            }
            Self::Raw { bytes: rest, .. } => bytes.extend(rest),
        }
        bytes
    }
}
