//! The parser's result.

use bytemuck::{Pod, Zeroable};

/// Why the parser stopped before the end of the headers. What was read until then is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Malformed {
    /// The frame, or the IP packet by its own length, ends inside a header, or the frame holds less of the
    /// IP packet than its header says.
    Truncated = 1,
    /// An IP header whose first byte is impossible: a version other than the one announced by the link
    /// layer, or an IPv4 header length below 5 words (RFC 791, 3.1).
    BadIhl = 2,
    /// A length field that contradicts its own header or the packet around it: IPv4 total length below the
    /// header length, a TCP data offset below 5 words or beyond the packet, a UDP length below 8 bytes or
    /// beyond the packet.
    BadLength = 3,
    /// More than three VLAN tags, more than [`crate::parse::MAX_EXTENSIONS`] IPv6 extension headers, more than eight MPLS
    /// labels, or more than three tunnels.
    TooManyHeaders = 4,
}

impl Malformed {
    /// The name used in the `malformed` column.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Truncated => "truncated",
            Self::BadIhl => "bad_ihl",
            Self::BadLength => "bad_length",
            Self::TooManyHeaders => "too_many_headers",
        }
    }

    /// The reason with this stored number.
    #[must_use]
    pub const fn from_raw(raw: u8) -> Option<Self> {
        match raw {
            1 => Some(Self::Truncated),
            2 => Some(Self::BadIhl),
            3 => Some(Self::BadLength),
            4 => Some(Self::TooManyHeaders),
            _ => None,
        }
    }
}

/// Which fields of [`Headers`] were read from the packet. A field whose bit is clear is zero and means nothing.
pub mod present {
    /// `source_mac`, `destination_mac` and `ethertype`.
    pub const ETHERNET: u16 = 1 << 0;
    /// `ethertype` holds an IEEE 802.3 length instead of a type.
    pub const LENGTH_FIELD: u16 = 1 << 1;
    /// `vlan`.
    pub const VLAN: u16 = 1 << 2;
    /// `inner_vlan`.
    pub const INNER_VLAN: u16 = 1 << 3;
    /// `version`, `length`, `ttl`, `traffic_class`; the packet is IP.
    pub const IP: u16 = 1 << 4;
    /// `source_ip` and `destination_ip`; also set for ARP.
    pub const ADDRESSES: u16 = 1 << 5;
    /// `protocol`: the upper-layer protocol is known.
    pub const PROTOCOL: u16 = 1 << 6;
    /// The packet is a fragment of an IP packet (of any position).
    pub const FRAGMENT: u16 = 1 << 7;
    /// `source_port` and `destination_port`.
    pub const PORTS: u16 = 1 << 8;
    /// `tcp_flags`.
    pub const TCP_FLAGS: u16 = 1 << 9;
    /// `icmp_type` and `icmp_code`.
    pub const ICMP: u16 = 1 << 10;
    /// `tcp_window`.
    pub const WINDOW: u16 = 1 << 11;
    /// `arp_operation`.
    pub const ARP: u16 = 1 << 12;
    /// An IPv6 packet whose length is in a hop-by-hop option (RFC 2675). The kernel makes such headers itself for what it
    /// has yet to cut, and takes them off again when it does.
    pub const JUMBO: u16 = 1 << 13;

    /// The fields that filters see. As in pcap-filter(7), a frame with a length in place of a type is not IP and not ARP, though
    /// one of these may stand behind the header of SNAP.
    #[inline(always)]
    #[must_use]
    pub const fn visible(bits: u16) -> u16 {
        const LINK: u16 = ETHERNET | LENGTH_FIELD | VLAN | INNER_VLAN;
        // Without a branch: the verifier would follow both ways of each. All ones where there is no length.
        let all = (bits >> LENGTH_FIELD.trailing_zeros() & 1).wrapping_sub(1);
        bits & (all | LINK)
    }
}

/// Everything the parser reads from a frame. Numbers are in host byte order, addresses in network order.
///
/// The layout is shared with the kernel: no padding, and each field where it is aligned even when the
/// compiler copies it in larger pieces, because the verifier refuses unaligned access to the stack.
/// Read fields through the methods: they know which field exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C, align(8))]
pub struct Headers {
    /// Ethernet destination address.
    pub destination_mac: [u8; 6],
    /// EtherType after all VLAN tags, or the IEEE 802.3 length.
    pub ethertype: u16,
    /// Ethernet source address.
    pub source_mac: [u8; 6],
    /// Control information of the outer VLAN tag.
    pub vlan: u16,
    /// Source (ARP: sender) address; an IPv4 address takes the first four bytes.
    pub source_ip: [u8; 16],
    /// Destination (ARP: target) address; an IPv4 address takes the first four bytes.
    pub destination_ip: [u8; 16],
    /// Length of the IP packet in bytes: IPv4 total length, or 40 + IPv6 payload length.
    pub length: u32,
    /// Source port of TCP, UDP, SCTP, DCCP or UDP-Lite.
    pub source_port: u16,
    /// Destination port of them.
    pub destination_port: u16,
    /// Control information of the inner VLAN tag.
    pub inner_vlan: u16,
    /// Bits of [`present`].
    pub present: u16,
    /// Bytes from the start of the frame to the end of the last header that was read.
    pub header_length: u16,
    /// IP version: 4 or 6.
    pub version: u8,
    /// IP protocol number (IANA), for IPv6 that after the extension headers.
    pub protocol: u8,
    /// Time to live or hop limit.
    pub ttl: u8,
    /// IPv4 type of service or IPv6 traffic class: DSCP (6 bits), ECN (2).
    pub traffic_class: u8,
    /// TCP flags, bit 0 = FIN … bit 7 = CWR (RFC 9293, 3.1).
    pub tcp_flags: u8,
    /// ICMP or ICMPv6 type.
    pub icmp_type: u8,
    /// ICMP or ICMPv6 code.
    pub icmp_code: u8,
    /// A [`Malformed`] reason, or 0.
    pub malformed: u8,
    /// TCP window as it is in the header, not scaled.
    pub tcp_window: u16,
    /// IPv4 identification.
    pub ip_id: u16,
    /// ARP operation: 1 for a request, 2 for a reply, … (IANA, ARP parameters).
    pub arp_operation: u16,
    /// Keeps the size a multiple of eight; always 0.
    pub reserved: [u16; 2],
}

/// The VLAN id in a tag's control information.
const VLAN_ID: u16 = 0x0fff;

impl Headers {
    /// No header read yet.
    pub const EMPTY: Self = Self {
        destination_mac: [0; 6],
        ethertype: 0,
        source_mac: [0; 6],
        vlan: 0,
        source_ip: [0; 16],
        destination_ip: [0; 16],
        length: 0,
        source_port: 0,
        destination_port: 0,
        inner_vlan: 0,
        present: 0,
        header_length: 0,
        version: 0,
        protocol: 0,
        ttl: 0,
        traffic_class: 0,
        tcp_flags: 0,
        icmp_type: 0,
        icmp_code: 0,
        malformed: 0,
        tcp_window: 0,
        ip_id: 0,
        arp_operation: 0,
        reserved: [0; 2],
    };

    /// Whether every bit of `bits` (of [`present`]) is set.
    #[inline(always)]
    #[must_use]
    pub const fn has(&self, bits: u16) -> bool {
        self.present & bits == bits
    }

    /// The fields that filters see: see [`present::visible`].
    #[inline(always)]
    #[must_use]
    pub const fn visible(&self) -> u16 {
        present::visible(self.present)
    }

    /// EtherType after all tags; `None` without an Ethernet header and where the field is a length.
    #[must_use]
    pub fn ethertype(&self) -> Option<u16> {
        (self.has(present::ETHERNET) && !self.has(present::LENGTH_FIELD)).then_some(self.ethertype)
    }

    /// Id of the outer VLAN tag, 0 to 4095; 0 is a priority tag (IEEE 802.1Q, 9.6).
    #[must_use]
    pub fn vlan(&self) -> Option<u16> {
        self.has(present::VLAN).then_some(self.vlan & VLAN_ID)
    }

    /// Id of the inner VLAN tag, 0 to 4095.
    #[must_use]
    pub fn inner_vlan(&self) -> Option<u16> {
        self.has(present::INNER_VLAN).then_some(self.inner_vlan & VLAN_ID)
    }

    /// IP version, 4 or 6.
    #[must_use]
    pub fn version(&self) -> Option<u8> {
        self.has(present::IP).then_some(self.version)
    }

    /// IP packet length in bytes.
    #[must_use]
    pub fn length(&self) -> Option<u32> {
        self.has(present::IP).then_some(self.length)
    }

    /// TTL or hop limit.
    #[must_use]
    pub fn ttl(&self) -> Option<u8> {
        self.has(present::IP).then_some(self.ttl)
    }

    /// Differentiated services code point, 0 to 63 (RFC 2474).
    #[must_use]
    pub fn dscp(&self) -> Option<u8> {
        self.has(present::IP).then_some(self.traffic_class >> 2)
    }

    /// Upper-layer protocol number.
    #[must_use]
    pub fn protocol(&self) -> Option<u8> {
        self.has(present::PROTOCOL).then_some(self.protocol)
    }

    /// Whether the packet is a fragment; `None` where it is not IP.
    #[must_use]
    pub fn fragment(&self) -> Option<bool> {
        self.has(present::IP).then_some(self.has(present::FRAGMENT))
    }

    /// Source port of TCP, UDP, SCTP, DCCP or UDP-Lite.
    #[must_use]
    pub fn source_port(&self) -> Option<u16> {
        self.has(present::PORTS).then_some(self.source_port)
    }

    /// Destination port of them.
    #[must_use]
    pub fn destination_port(&self) -> Option<u16> {
        self.has(present::PORTS).then_some(self.destination_port)
    }

    /// TCP flags.
    #[must_use]
    pub fn tcp_flags(&self) -> Option<u8> {
        self.has(present::TCP_FLAGS).then_some(self.tcp_flags)
    }

    /// TCP window, not scaled.
    #[must_use]
    pub fn tcp_window(&self) -> Option<u16> {
        self.has(present::WINDOW).then_some(self.tcp_window)
    }

    /// IPv4 identification; IPv6 has none in each packet.
    #[must_use]
    pub fn ip_id(&self) -> Option<u16> {
        (self.version() == Some(4)).then_some(self.ip_id)
    }

    /// ARP operation.
    #[must_use]
    pub fn arp_operation(&self) -> Option<u16> {
        self.has(present::ARP).then_some(self.arp_operation)
    }

    /// ICMP type.
    #[must_use]
    pub fn icmp_type(&self) -> Option<u8> {
        self.has(present::ICMP).then_some(self.icmp_type)
    }

    /// ICMP code.
    #[must_use]
    pub fn icmp_code(&self) -> Option<u8> {
        self.has(present::ICMP).then_some(self.icmp_code)
    }

    /// Why the parser stopped early.
    #[must_use]
    pub fn malformed(&self) -> Option<Malformed> {
        Malformed::from_raw(self.malformed)
    }
}
