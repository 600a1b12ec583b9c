//! The upper layers: TCP (RFC 9293), UDP (RFC 768), UDP-Lite (RFC 3828), DCCP (RFC 4340), SCTP (RFC 9260), ICMP (RFC 792),
//! ICMPv6 (RFC 4443).
//!
//! Only called for whole packets and first fragments.

use core::hint::cold_path;

use super::{LENGTH_FIELD_MAX, Layers, Packet, Stopped, reached, stop};
use crate::{
    frame::Frame,
    headers::{Headers, Malformed, present},
};

const ICMP: u8 = 1;
const TCP: u8 = 6;
const UDP: u8 = 17;
const ICMPV6: u8 = 58;
const DCCP: u8 = 33;
const SCTP: u8 = 132;
const UDP_LITE: u8 = 136;

const TCP_HEADER: u32 = 20;
const UDP_HEADER: u32 = 8;
const SCTP_HEADER: u32 = 12;
const DCCP_HEADER: u32 = 12;
const DCCP_LONG_HEADER: u32 = 16;
const ICMP_HEADER: u32 = 4;
const ICMP_WITH_REST: u32 = 8;

/// Reads the header of `headers.protocol` at `at`.
#[inline(always)]
pub(super) fn parse<F: Frame>(
    frame: &mut F,
    at: u32,
    packet: Packet,
    headers: &mut Headers,
    layers: &mut Layers,
) -> Result<(), Stopped> {
    match headers.protocol {
        TCP => tcp(frame, at, packet, headers),
        UDP => udp(frame, at, packet, headers, layers),
        SCTP | DCCP | UDP_LITE => {
            cold_path();
            ports(frame, at, packet, headers)?;
            match headers.protocol {
                DCCP => dccp(frame, at, packet, headers),
                // Its length field says how much a checksum covers, which is no length.
                UDP_LITE => whole(at, UDP_HEADER, packet, headers),
                _ => whole(at, SCTP_HEADER, packet, headers),
            }
        }
        ICMP | ICMPV6 => {
            let [kind, code] = *packet.header::<F, 2>(frame, at, headers)?;
            headers.icmp_type = kind;
            headers.icmp_code = code;
            headers.present |= present::ICMP;
            whole(at, ICMP_HEADER, packet, headers)?;
            // Four more bytes are the header's, whatever they mean (RFC 792); whoever reads a message without them
            // takes it for none.
            if headers.protocol == ICMP && at + ICMP_WITH_REST <= packet.limit {
                reached(headers, at + ICMP_WITH_REST);
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Ports come first in all headers that have some, and are worth having when the rest is cut.
#[inline(always)]
fn ports<F: Frame>(frame: &mut F, at: u32, packet: Packet, headers: &mut Headers) -> Result<(), Stopped> {
    let bytes = *packet.header::<F, 4>(frame, at, headers)?;
    set_ports(headers, bytes);
    Ok(())
}

#[inline(always)]
fn set_ports(headers: &mut Headers, [s0, s1, d0, d1]: [u8; 4]) {
    headers.source_port = u16::from_be_bytes([s0, s1]);
    headers.destination_port = u16::from_be_bytes([d0, d1]);
    headers.present |= present::PORTS;
}

#[inline(always)]
fn tcp<F: Frame>(frame: &mut F, at: u32, packet: Packet, headers: &mut Headers) -> Result<(), Stopped> {
    // In one piece, as nearly always: each read costs a look at where the packet ends.
    let offset = if at + 16 <= packet.limit {
        let &[s0, s1, d0, d1, .., offset, flags, w0, w1] = packet.header::<F, 16>(frame, at, headers)?;
        set_ports(headers, [s0, s1, d0, d1]);
        headers.tcp_flags = flags;
        headers.tcp_window = u16::from_be_bytes([w0, w1]);
        headers.present |= present::TCP_FLAGS | present::WINDOW;
        offset
    } else {
        cold_path();
        ports(frame, at, packet, headers)?;
        let [offset, flags] = *packet.header::<F, 2>(frame, at + 12, headers)?;
        headers.tcp_flags = flags;
        headers.present |= present::TCP_FLAGS;
        offset
    };
    whole(at, TCP_HEADER, packet, headers)?;
    let length = u32::from(offset >> 4) * 4;
    // A header may be longer than the first fragment, whose end is no end of the segment.
    let beyond = at + length > packet.end && !headers.has(present::FRAGMENT);
    if length < TCP_HEADER || beyond {
        return Err(stop(headers, Malformed::BadLength));
    }
    whole(at, length, packet, headers)
}

#[inline(always)]
fn udp<F: Frame>(
    frame: &mut F,
    at: u32,
    packet: Packet,
    headers: &mut Headers,
    layers: &mut Layers,
) -> Result<(), Stopped> {
    if at + UDP_HEADER > packet.limit {
        cold_path();
        ports(frame, at, packet, headers)?;
        packet.header::<F, 2>(frame, at + 4, headers)?;
        return Err(stop(headers, Malformed::Truncated));
    }
    let [s0, s1, d0, d1, l0, l1, _, _] = *packet.header::<F, 8>(frame, at, headers)?;
    set_ports(headers, [s0, s1, d0, d1]);
    let length = u32::from(u16::from_be_bytes([l0, l1]));
    let available = packet.end - at;
    // 0 stands for a length the field cannot express (RFC 2675, 4).
    if length == 0 && available > LENGTH_FIELD_MAX {
        return Ok(());
    }
    // The first fragment of a datagram carries the length of the whole.
    let beyond = length > available && !headers.has(present::FRAGMENT);
    if length < UDP_HEADER || beyond {
        return Err(stop(headers, Malformed::BadLength));
    }
    // What it carries ends with it, whatever follows in the IP packet.
    if at + length < layers.end {
        layers.end = at + length;
    }
    Ok(())
}

/// A data offset of at least the generic header, which is 12 bytes, or 16 with long sequence numbers (RFC 4340, 5.1).
#[inline(always)]
fn dccp<F: Frame>(frame: &mut F, at: u32, packet: Packet, headers: &mut Headers) -> Result<(), Stopped> {
    let [offset] = *packet.header::<F, 1>(frame, at + 4, headers)?;
    let [kind] = *packet.header::<F, 1>(frame, at + 8, headers)?;
    let least = if kind & 1 == 0 { DCCP_HEADER } else { DCCP_LONG_HEADER };
    whole(at, least, packet, headers)?;
    let length = u32::from(offset) * 4;
    let beyond = at + length > packet.end && !headers.has(present::FRAGMENT);
    if length < least || beyond {
        return Err(stop(headers, Malformed::BadLength));
    }
    whole(at, length, packet, headers)
}

/// Requires that a header of `length` bytes at `at` lies inside the packet.
#[inline(always)]
fn whole(at: u32, length: u32, packet: Packet, headers: &mut Headers) -> Result<(), Stopped> {
    let end = at + length;
    if end > packet.limit {
        return Err(stop(headers, Malformed::Truncated));
    }
    reached(headers, end);
    Ok(())
}
