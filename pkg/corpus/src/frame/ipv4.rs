//! IPv4 (RFC 791).

use super::{Upper, length_field, upper::PseudoHeader};
use crate::checksum::Internet;

const HEADER: usize = 20;
/// More fragments.
const MORE: u16 = 0x2000;
/// Don't fragment.
const DONT: u16 = 0x4000;

/// An IPv4 packet.
#[derive(Clone, Debug)]
pub struct Ipv4 {
    /// Source address.
    pub source: [u8; 4],
    /// Destination address.
    pub destination: [u8; 4],
    /// Differentiated services code point, 0 to 63.
    pub dscp: u8,
    /// Explicit congestion notification, 0 to 3.
    pub ecn: u8,
    /// Time to live.
    pub ttl: u8,
    /// Identification, the same in all fragments of a packet.
    pub identification: u16,
    /// Whether routers must not fragment it.
    pub dont_fragment: bool,
    /// Whether it is a fragment other than the last.
    pub more_fragments: bool,
    /// Fragment offset in units of eight bytes.
    pub fragment_offset: u16,
    /// Options; filled up to whole words with end-of-list.
    pub options: Vec<u8>,
    /// What it carries.
    pub payload: Upper,
    /// The version field.
    pub version: Option<u8>,
    /// The header length field, in words.
    pub header_words: Option<u8>,
    /// The total length field.
    pub total_length: Option<u16>,
}

impl Ipv4 {
    /// A whole packet without options, TTL 64.
    pub fn new(source: [u8; 4], destination: [u8; 4], payload: impl Into<Upper>) -> Self {
        Self {
            source,
            destination,
            dscp: 0,
            ecn: 0,
            ttl: 64,
            identification: 0,
            dont_fragment: false,
            more_fragments: false,
            fragment_offset: 0,
            options: Vec::new(),
            payload: payload.into(),
            version: None,
            header_words: None,
            total_length: None,
        }
    }

    /// The packet in fragments that carry `size` bytes each (a multiple of eight), the last one the rest.
    #[must_use]
    pub fn fragments(&self, size: u16) -> Vec<Self> {
        let protocol = self.payload.protocol();
        let payload = self.payload.bytes(self.pseudo_header());
        let pieces: Vec<&[u8]> = payload.chunks(usize::from(size.max(8))).collect();
        let last = pieces.len().saturating_sub(1);
        let fragment = |(index, piece): (usize, &&[u8])| Self {
            dont_fragment: false,
            more_fragments: index < last,
            fragment_offset: index as u16 * (size / 8),
            payload: Upper::Other { protocol, bytes: piece.to_vec() },
            ..self.clone()
        };
        pieces.iter().enumerate().map(fragment).collect()
    }

    /// The packet's bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let payload = self.payload.bytes(self.pseudo_header());
        let checksum = Internet::default().add(&self.header(payload.len(), 0)).finish();
        [self.header(payload.len(), checksum), payload].concat()
    }

    fn header(&self, payload: usize, checksum: u16) -> Vec<u8> {
        let length = HEADER + self.options.len().next_multiple_of(4);
        let words = self.header_words.unwrap_or((length / 4) as u8);
        let total = self.total_length.unwrap_or(length_field(length + payload));
        let flags = if self.dont_fragment { DONT } else { 0 } | if self.more_fragments { MORE } else { 0 };

        let mut bytes = vec![self.version.unwrap_or(4) << 4 | words & 0x0f, self.dscp << 2 | self.ecn];
        bytes.extend(total.to_be_bytes());
        bytes.extend(self.identification.to_be_bytes());
        bytes.extend((flags | self.fragment_offset).to_be_bytes());
        bytes.extend([self.ttl, self.payload.protocol()]);
        bytes.extend(checksum.to_be_bytes());
        bytes.extend(self.source);
        bytes.extend(self.destination);
        bytes.extend(&self.options);
        bytes.resize(length, 0);
        bytes
    }

    fn pseudo_header(&self) -> PseudoHeader {
        PseudoHeader::ipv4(self.source, self.destination)
    }
}
