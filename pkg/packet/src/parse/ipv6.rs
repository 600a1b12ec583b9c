//! IPv6 (RFC 8200) and its chain of extension headers.

use super::{LENGTH_FIELD_MAX, Packet, Stopped, Upper, reached, stop};
use crate::{
    frame::Frame,
    headers::{Headers, Malformed, present},
};

/// Extension headers that are followed; one more and the packet is `too_many_headers`.
pub const MAX_EXTENSIONS: u32 = 8;

const HEADER: u32 = 40;
const HOP_BY_HOP: u8 = 0;
/// The hop-by-hop option with a length that the header has no room for (RFC 2675).
const JUMBO: u8 = 0xc2;
/// More than any frame has; such lengths are not believed, so that sums fit 32 bits.
const JUMBO_MAX: u32 = 1 << 24;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const AUTHENTICATION: u8 = 51;
const DESTINATION_OPTIONS: u8 = 60;

/// In the fragment header's offset field: the offset itself (in 8-byte units, low bits removed).
const FRAGMENT_OFFSET: u16 = 0xfff8;
const MORE_FRAGMENTS: u16 = 0x0001;

/// Reads the header at `at` and its extensions; `upper` is what they carry.
#[inline(always)]
pub(super) fn parse<F: Frame>(
    frame: &mut F,
    at: u32,
    headers: &mut Headers,
    upper: &mut Upper,
) -> Result<(), Stopped> {
    let rest = frame.length() - at.min(frame.length());
    let &[v0, v1, _, _, l0, l1, next, hop_limit, ref addresses @ ..] =
        frame.read::<40>(at).map_err(|reason| stop(headers, reason))?;
    if v0 >> 4 != 6 {
        return Err(stop(headers, Malformed::BadIhl));
    }
    let payload = u32::from(u16::from_be_bytes([l0, l1]));
    // As in IPv4: a packet larger than the field can say carries 0 (also a jumbogram, RFC 2675).
    let mut length = if payload == 0 && rest > LENGTH_FIELD_MAX + HEADER { rest } else { payload + HEADER };

    headers.version = 6;
    headers.length = length;
    headers.traffic_class = (v0 << 4) | (v1 >> 4);
    headers.ttl = hop_limit;
    let (source, destination) = split(addresses);
    headers.source_ip = source;
    headers.destination_ip = destination;
    headers.present |= present::IP | present::ADDRESSES;
    reached(headers, at + HEADER);

    if payload == 0
        && next == HOP_BY_HOP
        && let Ok([_, _, JUMBO, 4, l0, l1, l2, l3]) = frame.read::<8>(at + HEADER)
    {
        let jumbo = u32::from_be_bytes([*l0, *l1, *l2, *l3]);
        if jumbo > LENGTH_FIELD_MAX && jumbo < JUMBO_MAX {
            length = jumbo + HEADER;
            headers.length = length;
            headers.present |= present::JUMBO;
        }
    }
    let packet = Packet::new(frame, at, length);
    chain(frame, at + HEADER, next, packet, headers, upper)
}

/// Follows the extension headers from `at`, the first of them of type `next`, to the upper layer.
#[inline(always)]
fn chain<F: Frame>(
    frame: &mut F,
    mut at: u32,
    mut next: u8,
    packet: Packet,
    headers: &mut Headers,
    upper: &mut Upper,
) -> Result<(), Stopped> {
    let mut readable = true;
    // The upper-layer protocol may come after the last extension allowed, so there is one turn more.
    for extensions in 0..=MAX_EXTENSIONS {
        if !is_extension(next) {
            break;
        }
        if extensions == MAX_EXTENSIONS {
            return Err(stop(headers, Malformed::TooManyHeaders));
        }
        // None of them is shorter.
        let [following, units, o0, o1, ..] = *packet.header::<F, 8>(frame, at, headers)?;
        let units = u32::from(units);
        let length = match next {
            FRAGMENT => 8,
            AUTHENTICATION => (units + 2) * 4,
            _ => (units + 1) * 8,
        };
        if next == FRAGMENT {
            let offset = u16::from_be_bytes([o0, o1]);
            if offset & (FRAGMENT_OFFSET | MORE_FRAGMENTS) != 0 {
                headers.present |= present::FRAGMENT;
            }
            // What follows is the middle of something; at most its type is known.
            readable = offset & FRAGMENT_OFFSET == 0;
        }
        next = following;
        at = frame.settle(at + length);
        if at > packet.limit {
            return Err(stop(headers, Malformed::Truncated));
        }
        reached(headers, at);
        if !readable {
            break;
        }
    }
    // In a later fragment there may be more extensions, of which nothing can be known.
    if readable || !is_extension(next) {
        headers.protocol = next;
        headers.present |= present::PROTOCOL;
    }
    *upper = Upper { at, readable, packet };
    Ok(())
}

#[inline(always)]
const fn is_extension(header: u8) -> bool {
    matches!(header, HOP_BY_HOP | ROUTING | FRAGMENT | AUTHENTICATION | DESTINATION_OPTIONS)
}

#[inline(always)]
const fn split(addresses: &[u8; 32]) -> ([u8; 16], [u8; 16]) {
    let [
        s0,
        s1,
        s2,
        s3,
        s4,
        s5,
        s6,
        s7,
        s8,
        s9,
        s10,
        s11,
        s12,
        s13,
        s14,
        s15, //
        d0,
        d1,
        d2,
        d3,
        d4,
        d5,
        d6,
        d7,
        d8,
        d9,
        d10,
        d11,
        d12,
        d13,
        d14,
        d15,
    ] = *addresses;
    (
        [s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15],
        [d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, d10, d11, d12, d13, d14, d15],
    )
}
