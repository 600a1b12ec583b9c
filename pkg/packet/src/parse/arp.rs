//! ARP (RFC 826), as far as it speaks of IPv4 addresses.

use super::{Stopped, addresses4, reached, stop};
use crate::{
    frame::Frame,
    headers::{Headers, present},
};

const FIXED: u32 = 8;
const PROTOCOL_IPV4: u16 = 0x0800;

#[inline(always)]
pub(super) fn parse<F: Frame>(frame: &mut F, at: u32, headers: &mut Headers) -> Result<(), Stopped> {
    let [_, _, p0, p1, hardware_length, protocol_length, o0, o1] =
        *frame.read::<8>(at).map_err(|reason| stop(headers, reason))?;
    headers.arp_operation = u16::from_be_bytes([o0, o1]);
    headers.present |= present::ARP;
    reached(headers, at + FIXED);
    if u16::from_be_bytes([p0, p1]) != PROTOCOL_IPV4 || protocol_length != 4 {
        return Ok(());
    }
    let hardware_length = u32::from(hardware_length);
    let sender_at = at + FIXED + hardware_length;
    let target_at = sender_at + 4 + hardware_length;
    let sender = *frame.read::<4>(sender_at).map_err(|reason| stop(headers, reason))?;
    let target = *frame.read::<4>(target_at).map_err(|reason| stop(headers, reason))?;
    addresses4(headers, sender, target);
    reached(headers, target_at + 4);
    Ok(())
}
