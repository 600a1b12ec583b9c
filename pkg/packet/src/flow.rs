//! The table of flows: what packets with the same addresses, ports, protocol and so on have in common, and how many
//! there were.
//!
//! The host has two banks, which all interfaces share: each is a hash table from [`FlowKey`] to [`FlowCounters`] and a
//! [`Beside`] for each interface, CPU and direction. Which bank is counted into,
//! [`InForce`](crate::accounting::InForce) says; the host changes it and waits until no CPU counts into the other bank
//! any more. Then that is final, is read and emptied.
//!
//! Every packet is counted once: in the table, or in [`Beside::other`] where that has no room.

use bytemuck::{Pod, Zeroable};

use crate::shared::Shared;

mod beside;
mod key;
mod tcp;

pub use beside::{BESIDE_ENTRIES, BESIDE_INTERFACES, BESIDE_MAPS, Beside, beside_entry, beside_map};
pub use key::{Cast, FlowKey, View};
use tcp::{ACK, SYN, SharedTcp};
pub use tcp::{Again, Data, Segment, Stretch, TCP, TcpCounts};

/// Banks of a table; see the module's text.
pub const BANKS: usize = 2;

/// Flags that the tables are made with: an entry's memory is there only while the entry is
/// (`BPF_F_NO_PREALLOC`, linux/bpf.h).
pub const TABLE_FLAGS: u32 = 1;

/// What was counted of a flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct FlowCounters {
    /// How many.
    pub sum: Sum,
    /// When the first packet was seen, nanoseconds of `CLOCK_MONOTONIC`.
    pub first: u64,
    /// When the last one was.
    pub last: u64,
    /// TTL or hop limit of the last packet; 0 where it is not IP.
    pub ttl: u64,
    /// TCP flags that any packet had, bit 0 = FIN … bit 7 = CWR, and [`OPENS`] and [`ACCEPTS`].
    pub tcp_flags: u64,
    /// What is counted of TCP besides.
    pub tcp: TcpCounts,
}

/// What a table has of a flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct FlowRecord {
    /// What was counted.
    pub counters: FlowCounters,
    /// The sequence numbers of its data.
    pub stretch: Stretch,
}

impl FlowCounters {
    /// Whether a packet of the flow asked for a connection: a SYN without ACK (RFC 9293, 3.5).
    #[must_use]
    pub const fn opens(&self) -> bool {
        self.tcp_flags & OPENS != 0
    }

    /// Whether a packet of the flow accepted a connection: a SYN with ACK.
    #[must_use]
    pub const fn accepts(&self) -> bool {
        self.tcp_flags & ACCEPTS != 0
    }
}

impl core::ops::AddAssign for FlowCounters {
    /// Adds what was counted of the same flow at another time or place.
    fn add_assign(&mut self, more: Self) {
        if more.sum.packets == 0 {
            return;
        }
        if self.sum.packets == 0 {
            *self = more;
            return;
        }
        self.sum += more.sum;
        self.first = self.first.min(more.first);
        if more.last >= self.last {
            self.last = more.last;
            self.ttl = more.ttl;
        }
        self.tcp_flags |= more.tcp_flags;
        self.tcp += more.tcp;
    }
}

/// Bit of [`FlowCounters::tcp_flags`] beside the flags themselves: a packet had SYN and not ACK. From the flags of all
/// packets together that could not be told.
pub const OPENS: u64 = 1 << 8;
/// Bit of [`FlowCounters::tcp_flags`]: a packet had SYN and ACK.
pub const ACCEPTS: u64 = 1 << 9;
/// Flags of TCP among the bits of [`FlowCounters::tcp_flags`].
const SYN_BIT: u64 = SYN as u64;
const ACK_BIT: u64 = ACK as u64;

/// What a packet's TCP flags add to [`FlowCounters::tcp_flags`].
#[inline(always)]
#[must_use]
pub const fn marks(tcp_flags: u8) -> u64 {
    let handshake = tcp_flags & (SYN | ACK);
    tcp_flags as u64 | ((handshake == SYN) as u64 * OPENS) | ((handshake == SYN | ACK) as u64 * ACCEPTS)
}

/// A number of packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Sum {
    /// Frames, as the hook saw them.
    pub packets: u64,
    /// Wire packets in them, an unknown number counting as one.
    pub segments: u64,
    /// Bytes on the wire, see [`crate::accounting::wire_bytes`].
    pub bytes: u64,
}

impl core::ops::AddAssign for Sum {
    #[inline(always)]
    fn add_assign(&mut self, more: Self) {
        self.packets += more.packets;
        self.segments += more.segments;
        self.bytes += more.bytes;
    }
}

/// What is counted of one packet.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Counted {
    /// When it was seen, nanoseconds of `CLOCK_MONOTONIC`.
    pub time: u64,
    /// Wire packets in the frame, at least 1.
    pub segments: u64,
    /// Bytes on the wire.
    pub bytes: u64,
    /// TTL or hop limit; 0 where it is not IP.
    pub ttl: u64,
    /// [`marks`] of the TCP flags; 0 where it is not TCP.
    pub tcp_flags: u64,
    /// What it says of its connection.
    pub segment: Segment,
}

impl Counted {
    /// This one packet.
    #[inline(always)]
    #[must_use]
    pub const fn sum(&self) -> Sum {
        Sum { packets: 1, segments: self.segments, bytes: self.bytes }
    }
}

/// [`FlowRecord`] in the table, where all CPUs add to them.
#[derive(Debug, Default)]
#[repr(C)]
pub struct SharedCounters {
    packets: Shared,
    segments: Shared,
    bytes: Shared,
    first: Shared,
    last: Shared,
    ttl: Shared,
    tcp_flags: Shared,
    tcp: SharedTcp,
}

const _: () = assert!(size_of::<SharedCounters>() == size_of::<FlowRecord>());

impl SharedCounters {
    /// Makes these the counters of a flow with this one packet, whatever they were.
    #[inline(always)]
    pub fn begin(&self, packet: &Counted) {
        self.packets.set(1);
        self.segments.set(packet.segments);
        self.bytes.set(packet.bytes);
        self.first.set(packet.time);
        self.last.set(packet.time);
        self.ttl.set(packet.ttl);
        self.tcp_flags.set(packet.tcp_flags);
        self.tcp.begin(&packet.segment);
    }

    /// What was counted, as the host reads it.
    #[cfg(not(target_arch = "bpf"))]
    #[must_use]
    pub fn read(&self) -> FlowRecord {
        let sum = Sum { packets: self.packets.get(), segments: self.segments.get(), bytes: self.bytes.get() };
        let (tcp, stretch) = self.tcp.read();
        let counters = FlowCounters {
            sum,
            first: self.first.get(),
            last: self.last.get(),
            ttl: self.ttl.get(),
            tcp_flags: self.tcp_flags.get(),
            tcp,
        };
        FlowRecord { counters, stretch }
    }

    /// Adds another packet. The sums are exact; of two CPUs with a packet at the same moment, either may be the last.
    #[inline(always)]
    pub fn add(&self, packet: &Counted) {
        let before = self.packets.add(1);
        self.segments.add(packet.segments);
        self.bytes.add(packet.bytes);
        self.last.set(packet.time);
        self.ttl.set(packet.ttl);
        let flags = packet.tcp_flags;
        if before == 1
            && self.tcp_flags.get() & (OPENS | ACK_BIT) == OPENS
            && flags & (ACK_BIT | SYN_BIT) == ACK_BIT
        {
            // The first packet after the request: the answer has come back.
            self.tcp.answered(packet.time.saturating_sub(self.first.get()));
        }
        self.tcp.add(&packet.segment);
        // After the first packets of a connection there is nothing new.
        if self.tcp_flags.get() & flags != flags {
            self.tcp_flags.set_bits(flags);
        }
    }
}

#[cfg(test)]
mod tests;
