//! The headers of tunnels, and what they announce.

use super::kind::TunnelKind;
use crate::{
    frame::Frame,
    headers::{Headers, Malformed, present},
    parse::Layers,
};

/// The header to look at next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum Next {
    /// None: the packet at hand is the innermost one that can be reached.
    Nothing = 0,
    Ethernet = 1,
    /// Behind an Ethernet header, as the next two.
    Ipv4 = 2,
    Ipv6 = 3,
    Arp = 4,
    /// Behind labels: whatever the first four bits say, or nothing that is read.
    Ip = 5,
    /// Behind a header that says so.
    CarriedIpv4 = 6,
    CarriedIpv6 = 7,
    /// Straight behind another IP header.
    TunnelledIpv4 = 8,
    TunnelledIpv6 = 9,
    Mpls = 10,
    Pppoe = 11,
    Ppp = 12,
    Gre = 13,
    Erspan2 = 14,
    Erspan3 = 15,
    Vxlan = 16,
    VxlanGpe = 17,
    Geneve = 18,
    Gtp = 19,
    GtpExtension = 20,
}

impl Next {
    /// The one with this stored number.
    #[inline(always)]
    pub(super) const fn from_raw(raw: u32) -> Self {
        match raw {
            1 => Self::Ethernet,
            2 => Self::Ipv4,
            3 => Self::Ipv6,
            4 => Self::Arp,
            5 => Self::Ip,
            6 => Self::CarriedIpv4,
            7 => Self::CarriedIpv6,
            8 => Self::TunnelledIpv4,
            9 => Self::TunnelledIpv6,
            10 => Self::Mpls,
            11 => Self::Pppoe,
            12 => Self::Ppp,
            13 => Self::Gre,
            14 => Self::Erspan2,
            15 => Self::Erspan3,
            16 => Self::Vxlan,
            17 => Self::VxlanGpe,
            18 => Self::Geneve,
            19 => Self::Gtp,
            20 => Self::GtpExtension,
            _ => Self::Nothing,
        }
    }
}

/// EtherTypes, which Geneve and GRE use too.
pub(super) const IPV4: u16 = 0x0800;
pub(super) const IPV6: u16 = 0x86dd;
const BRIDGED_ETHERNET: u16 = 0x6558;
const MPLS: u16 = 0x8847;
const MPLS_UPSTREAM: u16 = 0x8848;
const PPPOE_SESSION: u16 = 0x8864;
const PPP: u16 = 0x880b;
const ERSPAN_1_OR_2: u16 = 0x88be;
const ERSPAN_3: u16 = 0x22eb;

/// IP protocols.
const IPV4_IN_IP: u8 = 4;
const UDP: u8 = 17;
const IPV6_IN_IP: u8 = 41;
const GRE: u8 = 47;
const MPLS_IN_IP: u8 = 137;

/// UDP destination ports: IANA's, and the one that Linux and early switches use for VXLAN.
const PORT_GTP: u16 = 2152;
const PORT_VXLAN: u16 = 4789;
const PORT_VXLAN_GPE: u16 = 4790;
const PORT_GENEVE: u16 = 6081;
const PORT_VXLAN_LINUX: u16 = 8472;

/// PPP protocols (IANA).
const PPP_IPV4: u16 = 0x0021;
const PPP_IPV6: u16 = 0x0057;
const PPP_MPLS: u16 = 0x0281;

/// What a packet carries. A fragment is looked into by nobody: it is a piece of something.
#[inline(always)]
pub(super) fn next(headers: &Headers, layers: &Layers) -> Next {
    if headers.has(present::IP) {
        if layers.payload == Layers::ABSENT || headers.has(present::FRAGMENT) {
            return Next::Nothing;
        }
        match headers.protocol {
            IPV4_IN_IP => Next::TunnelledIpv4,
            IPV6_IN_IP => Next::TunnelledIpv6,
            GRE => Next::Gre,
            MPLS_IN_IP => Next::Mpls,
            UDP => match headers.destination_port {
                PORT_VXLAN | PORT_VXLAN_LINUX => Next::Vxlan,
                PORT_VXLAN_GPE => Next::VxlanGpe,
                PORT_GENEVE => Next::Geneve,
                PORT_GTP => Next::Gtp,
                _ => Next::Nothing,
            },
            _ => Next::Nothing,
        }
    } else if headers.has(present::ETHERNET) && layers.network != Layers::ABSENT {
        match headers.ethertype {
            MPLS | MPLS_UPSTREAM => Next::Mpls,
            PPPOE_SESSION => Next::Pppoe,
            _ => Next::Nothing,
        }
    } else {
        Next::Nothing
    }
}

/// What an EtherType in Geneve or GRE announces.
#[inline(always)]
const fn carried(ethertype: u16) -> Next {
    match ethertype {
        IPV4 => Next::CarriedIpv4,
        IPV6 => Next::CarriedIpv6,
        BRIDGED_ETHERNET => Next::Ethernet,
        MPLS | MPLS_UPSTREAM => Next::Mpls,
        _ => Next::Nothing,
    }
}

/// A network identifier of 24 bits.
#[inline(always)]
const fn vni(a: u8, b: u8, c: u8) -> u32 {
    u32::from_be_bytes([0, a, b, c])
}

/// A header of a tunnel, as it was read.
#[derive(Clone, Copy)]
pub(super) struct Carrier {
    /// A [`TunnelKind`]; 0 for a header that begins no tunnel.
    pub(super) kind: u8,
    /// 1 where there is an id, else 0.
    pub(super) with_id: u8,
    /// The id.
    pub(super) id: u32,
    /// Where the header ends.
    pub(super) end: u32,
    /// What starts there.
    pub(super) next: Next,
}

// Filled in, not returned, as in `parse`: the verifier refuses to see an undefined value moved around.
impl Carrier {
    /// No tunnel at `at` after all: a port alone says little.
    #[inline(always)]
    pub(super) const fn none(at: u32) -> Self {
        Self { kind: 0, with_id: 0, id: 0, end: at, next: Next::Nothing }
    }

    /// A tunnel with an id, whose header ends at `end`.
    #[inline(always)]
    fn is(&mut self, kind: TunnelKind, id: u32, end: u32, next: Next) -> Result<(), Malformed> {
        *self = Self { kind: kind as u8, with_id: 1, id, end, next };
        Ok(())
    }

    /// A further header of the same tunnel.
    #[inline(always)]
    fn goes_on(&mut self, end: u32, next: Next) -> Result<(), Malformed> {
        self.end = end;
        self.next = next;
        Ok(())
    }
}

#[inline(always)]
fn vxlan<F: Frame>(part: &mut F, at: u32, carrier: &mut Carrier) -> Result<(), Malformed> {
    let Ok([flags, _, _, _, a, b, c, _]) = part.read::<8>(at) else { return Ok(()) };
    if flags & 0x08 == 0 {
        return Ok(());
    }
    carrier.is(TunnelKind::Vxlan, vni(*a, *b, *c), at + 8, Next::Ethernet)
}

#[inline(always)]
fn vxlan_gpe<F: Frame>(part: &mut F, at: u32, carrier: &mut Carrier) -> Result<(), Malformed> {
    let Ok([flags, _, _, protocol, a, b, c, _]) = part.read::<8>(at) else { return Ok(()) };
    if flags & 0x08 == 0 {
        return Ok(());
    }
    let next = match protocol {
        _ if flags & 0x04 == 0 => Next::Ethernet,
        1 => Next::CarriedIpv4,
        2 => Next::CarriedIpv6,
        3 => Next::Ethernet,
        5 => Next::Mpls,
        _ => Next::Nothing,
    };
    carrier.is(TunnelKind::Vxlan, vni(*a, *b, *c), at + 8, next)
}

#[inline(always)]
fn geneve<F: Frame>(part: &mut F, at: u32, carrier: &mut Carrier) -> Result<(), Malformed> {
    let Ok([version, _, p0, p1, a, b, c, _]) = part.read::<8>(at) else { return Ok(()) };
    if version >> 6 != 0 {
        return Ok(());
    }
    let (options, next) = (u32::from(version & 0x3f) * 4, carried(u16::from_be_bytes([*p0, *p1])));
    let id = vni(*a, *b, *c);
    if at + 8 + options > part.length() {
        return Err(Malformed::Truncated);
    }
    carrier.is(TunnelKind::Geneve, id, at + 8 + options, next)
}

#[inline(always)]
fn gre<F: Frame>(part: &mut F, at: u32, carrier: &mut Carrier) -> Result<(), Malformed> {
    const CHECKSUM: u8 = 0x80;
    const ROUTING: u8 = 0x40;
    const KEY: u8 = 0x20;
    const SEQUENCE: u8 = 0x10;
    const ACKNOWLEDGMENT: u8 = 0x80;
    const VERSION: u8 = 0x07;
    let [flags, more, p0, p1] = *part.read::<4>(at)?;
    let protocol = u16::from_be_bytes([p0, p1]);
    let has_key = flags & KEY != 0;
    let key_at = if flags & (CHECKSUM | ROUTING) != 0 { at + 8 } else { at + 4 };
    let mut end = if has_key { key_at + 4 } else { key_at };
    if flags & SEQUENCE != 0 {
        end += 4;
    }
    let version = more & VERSION;
    if version == 1 && more & ACKNOWLEDGMENT != 0 {
        end += 4;
    }
    if version > 1 {
        return Ok(());
    }
    if end > part.length() {
        return Err(Malformed::Truncated);
    }
    let mut id = 0;
    if has_key {
        let [k0, k1, k2, k3] = *part.read::<4>(key_at)?;
        // In PPTP the first half is a length.
        id = if version == 0 {
            u32::from_be_bytes([k0, k1, k2, k3])
        } else {
            u32::from_be_bytes([0, 0, k2, k3])
        };
    }
    let next = match protocol {
        // Source routes, which nobody uses any more, have a length of their own.
        _ if flags & ROUTING != 0 => Next::Nothing,
        PPP if version == 1 => Next::Ppp,
        ERSPAN_1_OR_2 if flags & SEQUENCE != 0 => Next::Erspan2,
        ERSPAN_1_OR_2 => Next::Ethernet,
        ERSPAN_3 => Next::Erspan3,
        other => carried(other),
    };
    // A keep-alive, or an acknowledgment alone.
    let next = if end == part.length() { Next::Nothing } else { next };
    carrier.is(TunnelKind::Gre, id, end, next)?;
    carrier.with_id = u8::from(has_key);
    Ok(())
}

/// A header of type II, whose version is 1.
#[inline(always)]
fn erspan2<F: Frame>(part: &mut F, at: u32, carrier: &mut Carrier) -> Result<(), Malformed> {
    let version = part.read::<1>(at)?[0] >> 4;
    carrier.goes_on(at + 8, if version == 1 { Next::Ethernet } else { Next::Nothing })
}

/// A header of type III, whose version is 2. Only frames of type 0 are Ethernet's.
#[inline(always)]
fn erspan3<F: Frame>(part: &mut F, at: u32, carrier: &mut Carrier) -> Result<(), Malformed> {
    let version = part.read::<1>(at)?[0] >> 4;
    let [kind, more] = *part.read::<2>(at + 10)?;
    let is_ethernet = version == 2 && kind >> 2 & 0x1f == 0;
    let length = if more & 1 == 1 { 20 } else { 12 };
    carrier.goes_on(at + length, if is_ethernet { Next::Ethernet } else { Next::Nothing })
}

#[inline(always)]
fn label<F: Frame>(part: &mut F, at: u32, carrier: &mut Carrier) -> Result<(), Malformed> {
    let [a, b, c, _] = *part.read::<4>(at)?;
    let label = u32::from_be_bytes([0, a, b, c]) >> 4;
    let is_last = c & 1 != 0;
    carrier.is(TunnelKind::Mpls, label, at + 4, if is_last { Next::Ip } else { Next::Mpls })
}

#[inline(always)]
fn pppoe<F: Frame>(part: &mut F, at: u32, carrier: &mut Carrier) -> Result<(), Malformed> {
    let [version_and_type, code, s0, s1, _, _] = *part.read::<6>(at)?;
    if version_and_type != 0x11 || code != 0 {
        return Ok(());
    }
    carrier.is(TunnelKind::Pppoe, u16::from_be_bytes([s0, s1]).into(), at + 6, Next::Ppp)
}

/// The protocol field of PPP, in PPTP mostly behind an address and a control byte.
#[inline(always)]
fn ppp<F: Frame>(part: &mut F, at: u32, carrier: &mut Carrier) -> Result<(), Malformed> {
    const ADDRESS: u8 = 0xff;
    const CONTROL: u8 = 0x03;
    let [first] = *part.read::<1>(at)?;
    let (protocol, length) = if first & 1 == 1 && first != ADDRESS {
        // An odd first byte is the last one (RFC 1661, 6.5).
        (first.into(), 1)
    } else {
        let [first, second] = *part.read::<2>(at)?;
        if (first, second) == (ADDRESS, CONTROL) {
            return carrier.goes_on(at + 2, Next::Ppp);
        }
        (u16::from_be_bytes([first, second]), 2)
    };
    let next = match protocol {
        PPP_IPV4 => Next::CarriedIpv4,
        PPP_IPV6 => Next::CarriedIpv6,
        PPP_MPLS => Next::Mpls,
        _ => Next::Nothing,
    };
    carrier.goes_on(at + length, next)
}

#[inline(always)]
fn gtp<F: Frame>(part: &mut F, at: u32, carrier: &mut Carrier) -> Result<(), Malformed> {
    const EXTENSION: u8 = 0x04;
    /// Extension, sequence number, N-PDU number: with any of them there is room for all.
    const OPTIONAL: u8 = 0x07;
    const USER_DATA: u8 = 255;
    let Ok([flags, kind, _, _, t0, t1, t2, t3]) = part.read::<8>(at) else { return Ok(()) };
    let (flags, id) = (*flags, u32::from_be_bytes([*t0, *t1, *t2, *t3]));
    // Version 1, and not the charging protocol.
    if flags & 0xf0 != 0x30 || *kind != USER_DATA {
        return Ok(());
    }
    if flags & OPTIONAL == 0 {
        return carrier.is(TunnelKind::Gtp, id, at + 8, Next::Ip);
    }
    let extension = part.read::<1>(at + 11)?[0];
    let has_more = flags & EXTENSION != 0 && extension != 0;
    carrier.is(TunnelKind::Gtp, id, at + 12, if has_more { Next::GtpExtension } else { Next::Ip })
}

#[inline(always)]
fn gtp_extension<F: Frame>(part: &mut F, at: u32, carrier: &mut Carrier) -> Result<(), Malformed> {
    let length = u32::from(part.read::<1>(at)?[0]) * 4;
    if length == 0 {
        return Err(Malformed::BadLength);
    }
    let last = part.settle(at + length - 1);
    let following = part.read::<1>(last)?[0];
    carrier.goes_on(at + length, if following == 0 { Next::Ip } else { Next::GtpExtension })
}

/// Reads the tunnel's header that `next` is, at `at`.
#[inline(always)]
pub(super) fn read<F: Frame>(
    part: &mut F,
    at: u32,
    next: Next,
    carrier: &mut Carrier,
) -> Result<(), Malformed> {
    match next {
        Next::Mpls => label(part, at, carrier),
        Next::Pppoe => pppoe(part, at, carrier),
        Next::Ppp => ppp(part, at, carrier),
        Next::Gre => gre(part, at, carrier),
        Next::Erspan2 => erspan2(part, at, carrier),
        Next::Erspan3 => erspan3(part, at, carrier),
        Next::Vxlan => vxlan(part, at, carrier),
        Next::VxlanGpe => vxlan_gpe(part, at, carrier),
        Next::Geneve => geneve(part, at, carrier),
        Next::Gtp => gtp(part, at, carrier),
        Next::GtpExtension => gtp_extension(part, at, carrier),
        _ => Ok(()),
    }
}
