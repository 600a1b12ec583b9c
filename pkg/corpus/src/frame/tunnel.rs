//! Tunnels and labels: what stands between a packet and the one that it carries.
//!
//! VXLAN, Geneve and GTP-U become a [`Udp`] datagram, GRE an [`Upper`], MPLS and PPPoE the [`Payload`] of a frame; MPLS also
//! goes into whatever takes a payload.

use super::{Ethernet, Ipv4, Ipv6, Payload, Udp, Upper, ethertype, length_field, protocol};
use crate::checksum::Internet;

/// UDP ports of tunnels (IANA), and the one of VXLAN before it had one of its own, which Linux still uses.
pub mod tunnel_port {
    /// GTP-U.
    pub const GTP: u16 = 2152;
    /// VXLAN.
    pub const VXLAN: u16 = 4789;
    /// VXLAN-GPE.
    pub const VXLAN_GPE: u16 = 4790;
    /// Geneve.
    pub const GENEVE: u16 = 6081;
    /// VXLAN, in Linux.
    pub const VXLAN_LINUX: u16 = 8472;
}

/// The PPP protocol number of what has this EtherType; 0 for what has none here.
const fn ppp_protocol(ethertype: u16) -> u16 {
    match ethertype {
        ethertype::IPV4 => 0x0021,
        ethertype::IPV6 => 0x0057,
        ethertype::MPLS => 0x0281,
        _ => 0,
    }
}

/// PPP: a protocol number and what it announces.
fn ppp(carried: &Payload) -> Vec<u8> {
    [ppp_protocol(carried.ethertype()).to_be_bytes().as_slice(), &carried.bytes()].concat()
}

impl From<Ethernet> for Payload {
    /// A whole frame, as in Geneve and GRE.
    fn from(frame: Ethernet) -> Self {
        Self::Other { ethertype: ethertype::BRIDGED_ETHERNET, bytes: frame.bytes() }
    }
}

/// VXLAN (RFC 7348) and VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe).
#[derive(Clone, Debug)]
pub struct Vxlan {
    /// Network identifier, 24 bits.
    pub vni: u32,
    /// What it carries; without the generic extension always a frame.
    pub carried: Payload,
    /// Whether it says what it carries.
    pub is_generic: bool,
    /// The flags.
    pub flags: Option<u8>,
    /// What it says that it carries.
    pub next_protocol: Option<u8>,
}

impl Vxlan {
    /// A frame in VXLAN.
    #[must_use]
    pub fn new(vni: u32, frame: Ethernet) -> Self {
        Self { vni, carried: frame.into(), is_generic: false, flags: None, next_protocol: None }
    }

    /// Anything in VXLAN-GPE.
    pub fn generic(vni: u32, carried: impl Into<Payload>) -> Self {
        Self { vni, carried: carried.into(), is_generic: true, flags: None, next_protocol: None }
    }

    /// As a datagram to the port that it is usually sent to.
    #[must_use]
    pub fn from_port(&self, source_port: u16) -> Udp {
        let port = if self.is_generic { tunnel_port::VXLAN_GPE } else { tunnel_port::VXLAN };
        Udp::new(source_port, port, self.bytes())
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        /// The network identifier is valid.
        const WITH_ID: u8 = 0x08;
        /// The next protocol is.
        const WITH_PROTOCOL: u8 = 0x04;
        let flags = if self.is_generic { WITH_ID | WITH_PROTOCOL } else { WITH_ID };
        let next = match self.carried.ethertype() {
            _ if !self.is_generic => 0,
            ethertype::IPV4 => 1,
            ethertype::IPV6 => 2,
            ethertype::BRIDGED_ETHERNET => 3,
            ethertype::MPLS => 5,
            _ => 0xff,
        };
        let mut bytes = vec![self.flags.unwrap_or(flags), 0, 0, self.next_protocol.unwrap_or(next)];
        bytes.extend((self.vni << 8).to_be_bytes());
        bytes.extend(self.carried.bytes());
        bytes
    }
}

/// Geneve (RFC 8926).
#[derive(Clone, Debug)]
pub struct Geneve {
    /// Network identifier, 24 bits.
    pub vni: u32,
    /// Options as they stand in the header: whole words.
    pub options: Vec<u8>,
    /// What it carries.
    pub carried: Payload,
    /// The version field.
    pub version: u8,
    /// The length of the options, in words.
    pub option_words: Option<u8>,
}

impl Geneve {
    /// Anything in Geneve without options.
    pub fn new(vni: u32, carried: impl Into<Payload>) -> Self {
        Self { vni, options: Vec::new(), carried: carried.into(), version: 0, option_words: None }
    }

    /// An option of an experimental class with as many words of data, 0 to 31.
    #[must_use]
    pub fn option(words: u8) -> Vec<u8> {
        let words = words & 0x1f;
        [vec![0xff, 0xff, 0x42, words], vec![0xee; usize::from(words) * 4]].concat()
    }

    /// As a datagram.
    #[must_use]
    pub fn from_port(&self, source_port: u16) -> Udp {
        Udp::new(source_port, tunnel_port::GENEVE, self.bytes())
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let words = self.option_words.unwrap_or((self.options.len() / 4) as u8);
        let mut bytes = vec![self.version << 6 | words & 0x3f, 0];
        bytes.extend(self.carried.ethertype().to_be_bytes());
        bytes.extend((self.vni << 8).to_be_bytes());
        bytes.extend(&self.options);
        bytes.extend(self.carried.bytes());
        bytes
    }
}

/// GRE (RFC 2784, RFC 2890), also as PPTP has it (RFC 2637).
#[derive(Clone, Debug)]
pub struct Gre {
    /// Whether it has a checksum.
    pub with_checksum: bool,
    /// Key.
    pub key: Option<u32>,
    /// Sequence number.
    pub sequence: Option<u32>,
    /// Acknowledgment number; PPTP only.
    pub acknowledgment: Option<u32>,
    /// Source routes as they stand in the header, the end of them included.
    pub routes: Option<Vec<u8>>,
    /// 0, in PPTP 1.
    pub version: u8,
    /// What it says that it carries: an EtherType.
    pub protocol: u16,
    /// What it carries.
    pub carried: Vec<u8>,
}

impl Gre {
    /// Anything in GRE without options.
    pub fn new(carried: impl Into<Payload>) -> Self {
        let carried = carried.into();
        Self {
            with_checksum: false,
            key: None,
            sequence: None,
            acknowledgment: None,
            routes: None,
            version: 0,
            protocol: carried.ethertype(),
            carried: carried.bytes(),
        }
    }

    /// NVGRE (RFC 7637): a frame, and a network identifier of 24 bits in the key.
    #[must_use]
    pub fn nvgre(vni: u32, flow: u8, frame: Ethernet) -> Self {
        Self { key: Some(vni << 8 | u32::from(flow)), ..Self::new(frame) }
    }

    /// PPTP: a packet in PPP, with an address and a control byte in front.
    pub fn pptp(call: u16, sequence: u32, carried: impl Into<Payload>) -> Self {
        let bytes = [vec![0xff, 0x03], ppp(&carried.into())].concat();
        let key = u32::from(length_field(bytes.len())) << 16 | u32::from(call);
        Self {
            key: Some(key),
            sequence: Some(sequence),
            version: 1,
            protocol: ethertype::PPP,
            carried: bytes,
            ..Self::new(Payload::Other { ethertype: 0, bytes: Vec::new() })
        }
    }

    /// ERSPAN type I: a frame.
    #[must_use]
    pub fn erspan1(frame: &Ethernet) -> Self {
        Self::new(Payload::Other { ethertype: ethertype::ERSPAN, bytes: frame.bytes() })
    }

    /// ERSPAN type II: a frame behind its VLAN, session and index.
    #[must_use]
    pub fn erspan2(sequence: u32, session: u16, frame: &Ethernet) -> Self {
        let header = [0x1000_u16 | 40, session & 0x03ff, 0, 7].into_iter().flat_map(u16::to_be_bytes);
        let bytes = header.chain(frame.bytes()).collect();
        let ethertype = ethertype::ERSPAN;
        Self { sequence: Some(sequence), ..Self::new(Payload::Other { ethertype, bytes }) }
    }

    /// ERSPAN type III: a frame behind its VLAN, session, time and group, and eight bytes of the platform's if wanted.
    #[must_use]
    pub fn erspan3(sequence: u32, session: u16, with_platform: bool, frame: &Ethernet) -> Self {
        // An Ethernet frame (P, frame type 0), granularity 100 microseconds.
        let last = 0x8000 | u16::from(with_platform);
        let words = [0x2000_u16 | 40, session & 0x03ff, 0x1234, 0x5678, 5, last];
        let mut bytes: Vec<u8> = words.into_iter().flat_map(u16::to_be_bytes).collect();
        if with_platform {
            bytes.extend([0x0c, 0, 0, 1, 0, 0, 0, 2]);
        }
        bytes.extend(frame.bytes());
        let ethertype = ethertype::ERSPAN_3;
        Self { sequence: Some(sequence), ..Self::new(Payload::Other { ethertype, bytes }) }
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let without = self.with(0);
        if self.with_checksum { self.with(Internet::default().add(&without).finish()) } else { without }
    }

    fn with(&self, checksum: u16) -> Vec<u8> {
        let flags = [
            (0x80, self.with_checksum),
            (0x40, self.routes.is_some()),
            (0x20, self.key.is_some()),
            (0x10, self.sequence.is_some()),
        ];
        let flags = flags.into_iter().filter(|(_, is_set)| *is_set).fold(0, |all, (flag, _)| all | flag);
        let more = if self.acknowledgment.is_some() { 0x80 } else { 0 } | self.version;
        let mut bytes = vec![flags, more];
        bytes.extend(self.protocol.to_be_bytes());
        if self.with_checksum || self.routes.is_some() {
            bytes.extend(checksum.to_be_bytes());
            bytes.extend([0; 2]);
        }
        for number in [self.key, self.sequence, self.acknowledgment].into_iter().flatten() {
            bytes.extend(number.to_be_bytes());
        }
        bytes.extend(self.routes.iter().flatten());
        bytes.extend(&self.carried);
        bytes
    }
}

impl From<Gre> for Upper {
    fn from(packet: Gre) -> Self {
        Self::Other { protocol: protocol::GRE, bytes: packet.bytes() }
    }
}

/// A stack of MPLS labels (RFC 3032).
#[derive(Clone, Debug)]
pub struct Mpls {
    /// Labels of 20 bits, the one on top first.
    pub labels: Vec<u32>,
    /// What is behind them; nothing says what it is.
    pub carried: Vec<u8>,
}

impl Mpls {
    /// An IPv4 packet behind labels.
    pub fn ipv4(labels: impl Into<Vec<u32>>, packet: &Ipv4) -> Self {
        Self { labels: labels.into(), carried: packet.bytes() }
    }

    /// An IPv6 packet behind labels.
    pub fn ipv6(labels: impl Into<Vec<u32>>, packet: &Ipv6) -> Self {
        Self { labels: labels.into(), carried: packet.bytes() }
    }

    /// A frame behind labels and a control word (RFC 4448).
    pub fn pseudowire(labels: impl Into<Vec<u32>>, frame: &Ethernet) -> Self {
        Self { labels: labels.into(), carried: [vec![0; 4], frame.bytes()].concat() }
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        const BOTTOM: u32 = 0x100;
        const TTL: u32 = 64;
        let last = self.labels.len().saturating_sub(1);
        let entry = |(n, label): (usize, &u32)| label << 12 | if n == last { BOTTOM } else { 0 } | TTL;
        let labels = self.labels.iter().enumerate().map(entry);
        labels.flat_map(u32::to_be_bytes).chain(self.carried.iter().copied()).collect()
    }
}

impl From<Mpls> for Payload {
    fn from(stack: Mpls) -> Self {
        Self::Other { ethertype: ethertype::MPLS, bytes: stack.bytes() }
    }
}

impl From<Mpls> for Upper {
    /// Straight in IP (RFC 4023).
    fn from(stack: Mpls) -> Self {
        Self::Other { protocol: protocol::MPLS, bytes: stack.bytes() }
    }
}

/// PPPoE (RFC 2516) with what is in a session.
#[derive(Clone, Debug)]
pub struct Pppoe {
    /// The session.
    pub session: u16,
    /// What it carries.
    pub carried: Payload,
    /// The version and the type field.
    pub version_and_type: u8,
    /// 0 for a session's data.
    pub code: u8,
}

impl Pppoe {
    /// A packet of this session.
    pub fn new(session: u16, carried: impl Into<Payload>) -> Self {
        Self { session, carried: carried.into(), version_and_type: 0x11, code: 0 }
    }

    /// A packet that looks for a server.
    #[must_use]
    pub fn discovery() -> Payload {
        // PADI with an empty service name.
        let bytes = vec![0x11, 0x09, 0, 0, 0, 4, 0x01, 0x01, 0, 0];
        Payload::Other { ethertype: ethertype::PPPOE_DISCOVERY, bytes }
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let ppp = ppp(&self.carried);
        let mut bytes = vec![self.version_and_type, self.code];
        bytes.extend(self.session.to_be_bytes());
        bytes.extend(length_field(ppp.len()).to_be_bytes());
        bytes.extend(ppp);
        bytes
    }
}

impl From<Pppoe> for Payload {
    fn from(packet: Pppoe) -> Self {
        Self::Other { ethertype: ethertype::PPPOE, bytes: packet.bytes() }
    }
}

/// GTP-U, version 1 (3GPP TS 29.281).
#[derive(Clone, Debug)]
pub struct Gtp {
    /// The tunnel's end.
    pub teid: u32,
    /// 255 for user data.
    pub message: u8,
    /// Sequence number.
    pub sequence: Option<u16>,
    /// N-PDU number.
    pub pdu: Option<u8>,
    /// Extension headers: type, and content of 2, 6, 10, … bytes.
    pub extensions: Vec<(u8, Vec<u8>)>,
    /// What it carries.
    pub carried: Vec<u8>,
    /// The first four bits: version, and whether it is GTP and not its charging protocol.
    pub version: u8,
}

impl Gtp {
    /// User data: an IP packet.
    #[must_use]
    pub fn new(teid: u32, packet: &[u8]) -> Self {
        Self {
            teid,
            message: 255,
            sequence: None,
            pdu: None,
            extensions: Vec::new(),
            carried: packet.to_vec(),
            version: 3,
        }
    }

    /// Is the other end there?
    #[must_use]
    pub fn echo(sequence: u16) -> Self {
        Self { message: 1, sequence: Some(sequence), ..Self::new(0, &[]) }
    }

    /// As a datagram.
    #[must_use]
    pub fn from_port(&self, source_port: u16) -> Udp {
        Udp::new(source_port, tunnel_port::GTP, self.bytes())
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let flags = [(4, !self.extensions.is_empty()), (2, self.sequence.is_some()), (1, self.pdu.is_some())];
        let flags = flags.into_iter().filter(|(_, is_set)| *is_set).fold(0, |all, (flag, _)| all | flag);
        let mut body = Vec::new();
        if flags != 0 {
            body.extend(self.sequence.unwrap_or(0).to_be_bytes());
            body.push(self.pdu.unwrap_or(0));
            for (kind, content) in &self.extensions {
                body.extend([*kind, ((content.len() + 2) / 4) as u8]);
                body.extend(content);
            }
            // Nothing more.
            body.push(0);
        }
        body.extend(&self.carried);

        let mut bytes = vec![self.version << 4 | flags, self.message];
        bytes.extend(length_field(body.len()).to_be_bytes());
        bytes.extend(self.teid.to_be_bytes());
        bytes.extend(body);
        bytes
    }
}
