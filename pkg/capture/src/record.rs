//! The records that the kernel programs write to a ring, as they are read from it.

use xdplive_packet::{
    Event, Tunnel,
    event::{HeaderRecord, RecordKind, TunnelRecord},
};
use xdplive_source::Captured;

/// A packet, and the bytes of its headers where somebody wanted them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// What the kernel reported.
    pub event: Event,
    /// What carries it, where the slots that want it look inside and something does.
    pub tunnel: Option<Tunnel>,
    /// Its bytes.
    pub captured: Option<Captured<'a>>,
}

impl<'a> Record<'a> {
    /// Reads a record; `None` for anything that is not one of ours.
    #[must_use]
    pub fn read(item: &'a [u8]) -> Option<Self> {
        let (event, rest) = item.split_at_checked(size_of::<Event>())?;
        let event: Event = bytemuck::try_pod_read_unaligned(event).ok()?;
        if event.kind == RecordKind::Event as u8 {
            return rest.is_empty().then_some(Self { event, tunnel: None, captured: None });
        }
        let (tunnel, rest) = rest.split_at_checked(size_of::<Tunnel>())?;
        let tunnel: Tunnel = bytemuck::try_pod_read_unaligned(tunnel).ok()?;
        let tunnel = (tunnel != Tunnel::NONE).then_some(tunnel);
        if event.kind == RecordKind::Tunnel as u8 {
            return rest.is_empty().then_some(Self { event, tunnel, captured: None });
        }
        const NUMBERS: usize = HeaderRecord::BYTES_AT - size_of::<TunnelRecord>();
        let (numbers, bytes) = rest.split_at_checked(NUMBERS)?;
        let [captured, protocol, control, _reserved]: [u16; NUMBERS / 2] =
            bytemuck::try_pod_read_unaligned(numbers).ok()?;
        let tag = (protocol != 0).then_some([protocol, control]);
        let is_whole = event.kind == RecordKind::Headers as u8 && bytes.len() == usize::from(captured);
        is_whole.then_some(Self { event, tunnel, captured: Some(Captured { bytes, tag }) })
    }
}

#[cfg(test)]
mod tests;
