//! IPv4 (RFC 791), with options.

use core::hint::cold_path;

use super::{LENGTH_FIELD_MAX, Packet, Stopped, Upper, addresses4, reached, stop};
use crate::{
    frame::Frame,
    headers::{Headers, Malformed, present},
};

const MIN_HEADER: u32 = 20;
const MORE_FRAGMENTS: u16 = 0x2000;
const FRAGMENT_OFFSET: u16 = 0x1fff;

/// Reads the header at `at`; `upper` is what it carries.
#[inline(always)]
pub(super) fn parse<F: Frame>(
    frame: &mut F,
    at: u32,
    headers: &mut Headers,
    upper: &mut Upper,
) -> Result<(), Stopped> {
    let [vihl, tos, l0, l1, i0, i1, f0, f1, ttl, protocol, _, _, s0, s1, s2, s3, d0, d1, d2, d3] =
        *frame.read::<20>(at).map_err(|reason| stop(headers, reason))?;
    if vihl >> 4 != 4 {
        return Err(stop(headers, Malformed::BadIhl));
    }
    let header = u32::from(vihl & 0x0f) * 4;
    let total = u32::from(u16::from_be_bytes([l0, l1]));
    let fragment = u16::from_be_bytes([f0, f1]);

    headers.version = 4;
    headers.traffic_class = tos;
    headers.ttl = ttl;
    headers.ip_id = u16::from_be_bytes([i0, i1]);
    headers.protocol = protocol;
    headers.present |= present::IP | present::PROTOCOL;
    addresses4(headers, [s0, s1, s2, s3], [d0, d1, d2, d3]);
    reached(headers, at + MIN_HEADER);
    let length = if total == 0 {
        cold_path();
        // A segment merged or not yet cut by the kernel can exceed what the field can say and has 0 there.
        let rest = frame.length() - at;
        if rest > LENGTH_FIELD_MAX { rest } else { 0 }
    } else {
        total
    };
    headers.length = length;
    if fragment & (MORE_FRAGMENTS | FRAGMENT_OFFSET) != 0 {
        headers.present |= present::FRAGMENT;
    }

    if header < MIN_HEADER {
        return Err(stop(headers, Malformed::BadIhl));
    }
    if length < header {
        return Err(stop(headers, Malformed::BadLength));
    }
    let packet = Packet::new(frame, at, length);
    let upper_at = at + header;
    if upper_at > packet.limit {
        return Err(stop(headers, Malformed::Truncated));
    }
    reached(headers, upper_at);
    *upper = Upper { at: upper_at, readable: fragment & FRAGMENT_OFFSET == 0, packet };
    Ok(())
}
