//! The record that a kernel program writes to the ring buffer for a wanted packet.

use bytemuck::{Pod, Zeroable};

use crate::{headers::Headers, parse::tunnel::Tunnel};

/// Where a program sits on the packet's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Hook {
    /// XDP in the driver, before the kernel has a socket buffer. Kernel 6.1.
    XdpNative = 1,
    /// XDP in the generic receive path, on socket buffers (after GRO). Kernel 6.1.
    XdpGeneric = 2,
    /// TCX ingress. Kernel 6.6.
    TcxIngress = 3,
    /// TCX egress. Kernel 6.6.
    TcxEgress = 4,
}

impl Hook {
    /// The hook with this stored number.
    #[must_use]
    pub const fn from_raw(raw: u8) -> Option<Self> {
        match raw {
            1 => Some(Self::XdpNative),
            2 => Some(Self::XdpGeneric),
            3 => Some(Self::TcxIngress),
            4 => Some(Self::TcxEgress),
            _ => None,
        }
    }

    /// The way the packets of this hook go.
    #[inline(always)]
    #[must_use]
    pub const fn direction(self) -> Direction {
        match self {
            Self::TcxEgress => Direction::Out,
            Self::XdpNative | Self::XdpGeneric | Self::TcxIngress => Direction::In,
        }
    }

    /// The name people use: `xdp-native`, `xdp-generic` or `tcx`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::XdpNative => "xdp-native",
            Self::XdpGeneric => "xdp-generic",
            Self::TcxIngress | Self::TcxEgress => "tcx",
        }
    }
}

/// The way of a packet, as seen from this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u32)]
pub enum Direction {
    /// Received.
    In = 0,
    /// Sent.
    Out = 1,
}

impl Direction {
    /// Both, in the order in which tables over directions are laid out.
    pub const ALL: [Self; 2] = [Self::In, Self::Out];

    /// The word in the `direction` column.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

/// What follows the first bytes of a ring buffer record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum RecordKind {
    /// An [`Event`].
    Event = 1,
    /// A [`HeaderRecord`]: the event, its tunnels and the bytes of the headers.
    Headers = 2,
    /// A [`TunnelRecord`]: the event and its tunnels.
    Tunnel = 3,
}

/// `segments` where the number of wire packets in a frame cannot be known (XDP in generic mode).
pub const SEGMENTS_UNKNOWN: u16 = 0;

/// One wanted packet. With the ring buffer's own 8 bytes it takes 120 bytes, less than two cache lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Event {
    /// When the program saw the packet: nanoseconds of `CLOCK_MONOTONIC` (`bpf_ktime_get_ns`).
    pub time: u64,
    /// The slots (streams of one filter and budget) that want the packet, bit n for slot n.
    pub slots: u64,
    /// The generation in which the packet was decided, which also tells the interface; see [`crate::accounting`].
    pub generation: u32,
    /// Whole frame in bytes as the hook saw it, plus 4 for a tag taken off before.
    pub frame_length: u32,
    /// A [`RecordKind`].
    pub kind: u8,
    /// A [`Hook`].
    pub hook: u8,
    /// Wire packets in this frame: more than 1 after GRO or before GSO, [`SEGMENTS_UNKNOWN`] if not known.
    pub segments: u16,
    /// Keeps the headers aligned; always 0.
    pub reserved: u32,
    /// What the headers say.
    pub headers: Headers,
}

/// A packet that another one carries, for a slot that looks inside: the event has the inner packet's headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct TunnelRecord {
    /// The event, its `kind` being [`RecordKind::Tunnel`].
    pub event: Event,
    /// What it was carried by.
    pub tunnel: Tunnel,
}

/// Bytes of a frame at most in a [`HeaderRecord`]. A power of two: see the kernel program that reads them.
pub const MAX_HEADER_BYTES: usize = 512;

/// The larger record, where a slot wants the bytes of the headers too (pcapng). In the ring it ends behind the last
/// byte that is the frame's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct HeaderRecord {
    /// The event, its `kind` being [`RecordKind::Headers`].
    pub event: Event,
    /// What it was carried by, for slots that look inside.
    pub tunnel: Tunnel,
    /// How many of `bytes` there are, 0 to [`MAX_HEADER_BYTES`].
    pub captured: u16,
    /// EtherType of the VLAN tag that was taken off the frame before the hook saw it (0x8100 or 0x88a8), host byte
    /// order; 0 where there was none.
    pub tag_protocol: u16,
    /// That tag's control information, host byte order.
    pub tag_control: u16,
    /// Keeps the layout free of padding; always 0.
    pub reserved: u16,
    /// The frame from its start as the hook saw it: to the end of the last header that was read, or as far as the
    /// configuration allows.
    pub bytes: [u8; MAX_HEADER_BYTES],
}

impl HeaderRecord {
    /// Length of what comes before the bytes.
    pub const BYTES_AT: usize = size_of::<Self>() - MAX_HEADER_BYTES;
}

const _: () = {
    assert!(size_of::<Headers>() == 80);
    assert!(size_of::<Event>() == 112);
    assert!(HeaderRecord::BYTES_AT == 176);
    assert!(MAX_HEADER_BYTES.is_power_of_two());
};
