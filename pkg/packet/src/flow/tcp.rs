//! What is counted of a TCP flow besides its packets: how often somebody asked for a connection, refused it or had no room,
//! and what was sent again (RFC 9293).
//!
//! What was sent again is told by sequence numbers: bytes that end at or before the highest number seen so far. A table is
//! emptied with every reading, so a flow's first data of a reading is compared by the host, which remembers the highest number
//! of the reading before: see [`Stretch`].

use bytemuck::{Pod, Zeroable};

use crate::{
    headers::{Headers, present},
    parse::Layers,
    shared::Shared,
};

/// The protocol's number (IANA).
pub const TCP: u8 = 6;

/// Its flags.
pub(super) const SYN: u8 = 1 << 1;
const RST: u8 = 1 << 2;
pub(super) const ACK: u8 = 1 << 4;

/// What was counted of a TCP flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct TcpCounts {
    /// Packets that ask for a connection: SYN without ACK.
    pub requests: u64,
    /// Packets that accept one: SYN with ACK.
    pub acceptances: u64,
    /// Packets that end or refuse one: RST.
    pub resets: u64,
    /// Packets whose window is zero, so that nothing may be sent to who sent them; of those without SYN and RST, whose windows
    /// say nothing of that.
    pub zero_windows: u64,
    /// Wire packets with data that had been sent before. One that came late is taken for one that was sent again.
    pub retransmits: u64,
    /// The bytes of data in them that had been sent before.
    pub retransmitted_bytes: u64,
    /// Time from the request for a connection to the first packet after it, nanoseconds: the round trip between both ends at
    /// that time, where the request was the flow's first packet. Zero where it is not known.
    pub round_trip: u64,
}

impl TcpCounts {
    /// Of a flow that has none of it.
    pub const ZERO: Self = Self {
        requests: 0,
        acceptances: 0,
        resets: 0,
        zero_windows: 0,
        retransmits: 0,
        retransmitted_bytes: 0,
        round_trip: 0,
    };

    /// Answers to requests for a connection. Of one that was accepted, a reset is its end; else it is a refusal.
    #[must_use]
    pub const fn answers(&self) -> u64 {
        if self.acceptances > 0 { self.acceptances } else { self.resets }
    }
}

impl core::ops::AddAssign for TcpCounts {
    /// Adds what was counted of the same flow later, or at another place. Another machine may tell of any number.
    fn add_assign(&mut self, more: Self) {
        self.requests = self.requests.saturating_add(more.requests);
        self.acceptances = self.acceptances.saturating_add(more.acceptances);
        self.resets = self.resets.saturating_add(more.resets);
        self.zero_windows = self.zero_windows.saturating_add(more.zero_windows);
        self.retransmits = self.retransmits.saturating_add(more.retransmits);
        self.retransmitted_bytes = self.retransmitted_bytes.saturating_add(more.retransmitted_bytes);
        if more.round_trip != 0 {
            self.round_trip = more.round_trip;
        }
    }
}

/// The sequence numbers of a flow's data between two readings of its table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Stretch {
    /// The first data: a [`Data`] as a number, or 0 where there was none.
    first: u64,
    /// [`Self::KNOWN`] and the sequence number behind the highest that was seen; 0 where there was no data.
    next: u64,
}

impl Stretch {
    const KNOWN: u64 = 1 << 32;

    /// The sequence number behind the highest that was seen, for the next stretch; `None` where there was no data.
    #[must_use]
    pub const fn next(&self) -> Option<u32> {
        if self.next & Self::KNOWN == 0 { None } else { Some(self.next as u32) }
    }

    /// What of the first data had been sent before, where the stretch before ended before the sequence number `next`.
    #[must_use]
    pub fn again(&self, next: u32) -> Again {
        Data::unpack(self.first).again(next)
    }
}

/// Data of one frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Data {
    /// The sequence number of its first byte.
    pub sequence: u32,
    /// Bytes; 0 where the frame carries none.
    pub bytes: u32,
    /// Wire packets that they are in.
    pub packets: u32,
}

/// What had been sent before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Again {
    /// Wire packets that have some of it.
    pub packets: u64,
    /// Bytes.
    pub bytes: u64,
}

/// Bits of a packed [`Data`] for bytes: the largest that Linux makes has 524,280 (`GSO_MAX_SIZE`).
const BYTES: u32 = 20;
/// Bits for packets.
const PACKETS: u32 = 12;

impl Data {
    /// What of it had been sent before, where the next byte would have had the sequence number `next`.
    #[inline(always)]
    #[must_use]
    pub const fn again(&self, next: u32) -> Again {
        let behind = next.wrapping_sub(self.sequence) as i32;
        // One byte that was there is a question whether the other end lives (RFC 9293, 3.8.4).
        if behind <= 0 || self.bytes == 0 || self.bytes == 1 && behind == 1 {
            return Again { packets: 0, bytes: 0 };
        }
        let behind = behind as u32;
        if behind >= self.bytes {
            return Again { packets: self.packets as u64, bytes: self.bytes as u64 };
        }
        // Bytes fill the packets in order, so those are the first ones.
        let packets = (self.packets as u64 * behind as u64).div_ceil(self.bytes as u64);
        Again { packets, bytes: behind as u64 }
    }

    /// As one number, which is not zero. What does not fit is as much as does.
    #[inline(always)]
    const fn pack(self) -> u64 {
        let bytes = if self.bytes >> BYTES == 0 { self.bytes } else { (1 << BYTES) - 1 };
        let packets = if self.packets >> PACKETS == 0 { self.packets } else { (1 << PACKETS) - 1 };
        (self.sequence as u64) << (BYTES + PACKETS) | (bytes as u64) << PACKETS | packets as u64
    }

    const fn unpack(packed: u64) -> Self {
        Self {
            sequence: (packed >> (BYTES + PACKETS)) as u32,
            bytes: (packed >> PACKETS) as u32 & ((1 << BYTES) - 1),
            packets: packed as u32 & ((1 << PACKETS) - 1),
        }
    }
}

/// What one packet says of its connection; zeros where it is not TCP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Segment {
    /// Its data.
    pub data: Data,
    /// What is counted of it: bits of [`events`].
    pub events: u32,
}

/// Bits of [`Segment::events`].
pub mod events {
    /// SYN without ACK.
    pub const REQUEST: u32 = 1;
    /// SYN with ACK.
    pub const ACCEPTANCE: u32 = 1 << 1;
    /// RST.
    pub const RESET: u32 = 1 << 2;
    /// A window of zero.
    pub const ZERO_WINDOW: u32 = 1 << 3;
}

impl Segment {
    /// That of a packet whose first byte of data, if it has any, has the sequence number `sequence`, and that is `packets` on the
    /// wire.
    #[inline(always)]
    #[must_use]
    pub fn of(headers: &Headers, layers: &Layers, sequence: u32, packets: u64) -> Self {
        let flags = headers.tcp_flags;
        // What is cut says neither how much it carries nor, in parts, what follows.
        let is_whole = headers.malformed == 0 && !headers.has(present::FRAGMENT);
        let bytes = if is_whole { layers.end.saturating_sub(layers.payload) } else { 0 };
        let is_request = flags & (SYN | ACK) == SYN;
        let is_acceptance = flags & (SYN | ACK) == SYN | ACK;
        let is_zero = headers.has(present::WINDOW) && headers.tcp_window == 0 && flags & (SYN | RST) == 0;
        let events = u32::from(is_request)
            | u32::from(is_acceptance) << 1
            | u32::from(flags & RST != 0) << 2
            | u32::from(is_zero) << 3;
        // A SYN takes the first number for itself.
        let sequence = sequence.wrapping_add(u32::from(flags & SYN != 0));
        Self { data: Data { sequence, bytes, packets: packets as u32 }, events }
    }
}

/// [`TcpCounts`] and the [`Stretch`] in the table, where all CPUs add to them.
#[derive(Debug, Default)]
#[repr(C)]
pub(super) struct SharedTcp {
    requests: Shared,
    acceptances: Shared,
    resets: Shared,
    zero_windows: Shared,
    retransmits: Shared,
    retransmitted_bytes: Shared,
    round_trip: Shared,
    first: Shared,
    next: Shared,
}

const _: () = assert!(size_of::<SharedTcp>() == size_of::<TcpCounts>() + size_of::<Stretch>());

impl SharedTcp {
    /// Makes these the counts of a flow with this one packet.
    #[inline(always)]
    pub(super) fn begin(&self, segment: &Segment) {
        let Segment { data, events } = *segment;
        self.requests.set(u64::from(events & 1));
        self.acceptances.set(u64::from(events >> 1 & 1));
        self.resets.set(u64::from(events >> 2 & 1));
        self.zero_windows.set(u64::from(events >> 3 & 1));
        self.retransmits.set(0);
        self.retransmitted_bytes.set(0);
        self.round_trip.set(0);
        self.first.set(0);
        self.next.set(0);
        if data.bytes != 0 || events & (events::REQUEST | events::ACCEPTANCE) != 0 {
            self.begin_stretch(data);
        }
    }

    #[inline(always)]
    fn begin_stretch(&self, data: Data) {
        self.first.set(data.pack());
        self.next.set(Stretch::KNOWN | u64::from(data.sequence.wrapping_add(data.bytes)));
    }

    /// What was counted, as the host reads it.
    #[cfg(not(target_arch = "bpf"))]
    pub(super) fn read(&self) -> (TcpCounts, Stretch) {
        let counts = TcpCounts {
            requests: self.requests.get(),
            acceptances: self.acceptances.get(),
            resets: self.resets.get(),
            zero_windows: self.zero_windows.get(),
            retransmits: self.retransmits.get(),
            retransmitted_bytes: self.retransmitted_bytes.get(),
            round_trip: self.round_trip.get(),
        };
        (counts, Stretch { first: self.first.get(), next: self.next.get() })
    }

    /// Adds another packet. Of two CPUs with data of the same flow at the same moment, either may be compared with what was
    /// before both.
    #[inline(always)]
    pub(super) fn add(&self, segment: &Segment) {
        let Segment { data, events } = *segment;
        if events != 0 {
            core::hint::cold_path();
            self.note(events, data);
        }
        if data.bytes == 0 {
            return;
        }
        let next = self.next.get();
        if next == 0 {
            self.begin_stretch(data);
            return;
        }
        let end = data.sequence.wrapping_add(data.bytes);
        if next as u32 != data.sequence {
            core::hint::cold_path();
            let Again { packets, bytes } = data.again(next as u32);
            if bytes != 0 {
                self.retransmits.add(packets);
                self.retransmitted_bytes.add(bytes);
            }
            if end.wrapping_sub(next as u32) as i32 <= 0 {
                return;
            }
        }
        self.next.set(Stretch::KNOWN | u64::from(end));
    }

    #[inline(always)]
    fn note(&self, events: u32, data: Data) {
        if events & events::REQUEST != 0 {
            self.requests.add(1);
        }
        if events & events::ACCEPTANCE != 0 {
            self.acceptances.add(1);
        }
        if events & (events::REQUEST | events::ACCEPTANCE) != 0 {
            // A connection that begins has numbers of its own, which are not compared with those before.
            if self.first.get() == 0 {
                self.first.set(Data { bytes: 0, ..data }.pack());
            }
            self.next.set(Stretch::KNOWN | u64::from(data.sequence));
        }
        if events & events::RESET != 0 {
            self.resets.add(1);
        }
        if events & events::ZERO_WINDOW != 0 {
            self.zero_windows.add(1);
        }
    }

    /// Notes the time from a request for a connection to this packet.
    #[inline(always)]
    pub(super) fn answered(&self, nanoseconds: u64) {
        self.round_trip.set(nanoseconds);
    }
}

#[cfg(test)]
mod tests;
