//! A packet as its hook hands it over.

use xdplive_packet::{Frame, Hook, Tag, event::MAX_HEADER_BYTES, flow::View};

use crate::packet_bytes::Direct;

/// What a hook knows of a packet besides its bytes.
pub trait Packet: Frame {
    /// Where it was seen.
    fn hook(&self) -> Hook;

    /// The tag that is no longer in the frame.
    fn tag(&self) -> Tag;

    /// Bytes that each wire packet of this frame has behind its headers; 0 where it is one packet, or that is not known.
    fn segment_size(&self) -> u32;

    /// Wire packets in this frame, [`SEGMENTS_UNKNOWN`](xdplive_packet::event::SEGMENTS_UNKNOWN) where unknown. `header_length` bytes of it are headers that each of
    /// them has, the network layer starts at `network` ([`Layers::ABSENT`](xdplive_packet::Layers::ABSENT) if it was not reached), and the interface takes IP
    /// packets of `mtu` bytes (0 if that is not known).
    fn segments(&self, header_length: u32, network: u32, mtu: u32) -> u16;

    /// EtherType of the tag that is no longer in the frame; 0 where there is none.
    fn tag_protocol(&self) -> u16;

    /// The frame as far as its bytes can be read directly.
    fn direct(&mut self) -> Direct<'_>;

    /// Has [`parse`](crate::observe::parse) done, for the configuration with a number.
    fn parse(&self, number: u32);

    /// Has [`inside::descend`](crate::inside::descend) done, for the configuration with a number.
    fn descend(&self, number: u32);

    /// Has [`look_inside`](crate::observe::look_inside) done, for the configuration with a number.
    fn look_inside(&self, number: u32);

    /// Has [`flows::count`](crate::flows::count) done, for the configuration with a number.
    fn count_flow(&self, number: u32, view: View);

    /// Has [`wanted::extract`](crate::wanted::extract) done, for the configuration with a number and one of the packets at work.
    fn extract(&self, number: u32, view: u32);

    /// Copies the first `size` bytes of the frame to `to`. Returns whether they are there.
    ///
    /// # Safety
    /// `size` is 1 to [`MAX_HEADER_BYTES`].
    unsafe fn load(&self, to: &mut [u8; MAX_HEADER_BYTES], size: u32) -> bool;
}
