//! What kernel and host share besides events: which interface goes by what, and counters.
//!
//! A program finds the number of its interface's [`Configuration`] in [`InForce`], by the interface's index. A
//! configuration says what is wanted there and where it is counted, and never changes while a program can find it:
//! every join or leave of a stream begins a new *generation*, which is another configuration with counters of its
//! own, and the host puts its number in the place of the old one with one store. A packet reads that number once, so
//! it belongs to exactly one generation. When no program runs any more that began before the store, the counters of
//! the old generation are final.
//!
//! Counters are cells of one pool, per CPU. A generation has a range of them: one for each direction of the hook and
//! one for each slot and direction. They only grow; what a generation counted is the difference to what its cells
//! held when it was given them.

use bytemuck::{Pod, Zeroable};

use crate::{
    classify::Word,
    event::{Direction, MAX_HEADER_BYTES},
    wire::LinkType,
};

/// Slots an interface can hold: one for each different (filter, budget) being watched.
pub const SLOTS: usize = 64;
/// Interfaces that can be watched at a time.
pub const INTERFACES: usize = 4096;
/// Configurations there is room for: one in force and one to come for each interface.
pub const CONFIGURATIONS: usize = 2 * INTERFACES;
/// Different sets of filters that can be in force at a time, each with tables of its own.
pub const TABLE_SETS: usize = 128;
/// Budgets that can be in force at a time.
pub const BUDGETS: usize = 4096;
/// Places in [`InForce`]: four times as many as interfaces, so that a place is nearly always where it is looked for.
pub const PLACES: usize = 4 * INTERFACES;
/// Places that are looked at for one interface.
pub const PROBES: usize = 8;

/// What programs go by now: the value of the map that they read first. The host writes it in place, number by number,
/// while programs read it.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct InForce {
    /// The bank of the flow tables that is counted into, 0 or 1.
    pub flow_bank: u64,
    /// Which configuration an interface goes by: its index (upper 32 bits) and the configuration's number (lower
    /// 32). 0 where nothing is. An interface's place is the first that has its index, from its index on, modulo their
    /// number, [`PROBES`] of them.
    pub places: [u64; PLACES],
}

impl InForce {
    /// What a place holds.
    #[inline(always)]
    #[must_use]
    pub const fn place(index: u32, configuration: u32) -> u64 {
        (index as u64) << 32 | configuration as u64
    }

    /// The place to look at for the interface number `index`, `probe` places on.
    #[inline(always)]
    #[must_use]
    pub const fn probe(index: u32, probe: usize) -> usize {
        (index as usize + probe) & (PLACES - 1)
    }

    /// The number of the configuration that the interface number `index` goes by.
    #[inline(always)]
    #[must_use]
    #[allow(clippy::indexing_slicing, reason = "`probe` gives no more than there are places")]
    pub fn configuration(&self, index: u32) -> Option<u32> {
        let mut probe = 0;
        while probe < PROBES {
            // SAFETY: a reference is valid to read. Read once: the host may write it at any time.
            let place = unsafe { core::ptr::read_volatile(&self.places[Self::probe(index, probe)]) };
            if (place >> 32) as u32 == index {
                return Some(place as u32);
            }
            probe += 1;
        }
        None
    }

    /// The bank of the flow tables in force.
    #[inline(always)]
    #[must_use]
    pub fn flow_bank(&self) -> u32 {
        // SAFETY: a reference is valid to read.
        (unsafe { core::ptr::read_volatile(&self.flow_bank) }) as u32 & 1
    }
}

/// How many of a slot's packets may become events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limit {
    /// All of them.
    All,
    /// So many a second, 1 to 4,294,967,294; more are taken for that many.
    PerSecond(u32),
    /// None: they are only counted.
    None,
}

impl Limit {
    /// Stands for [`Limit::None`] in a [`Configuration`].
    pub const NONE: u32 = u32::MAX;

    /// The number of packets a second, where there is one.
    #[must_use]
    pub const fn per_second(self) -> Option<u32> {
        match self {
            Self::PerSecond(packets) => Some(packets),
            Self::All | Self::None => None,
        }
    }

    /// How it is written in a [`Configuration`]: 0 for all, [`Limit::NONE`] for none, else the number.
    #[must_use]
    pub const fn raw(self) -> u32 {
        match self {
            Self::All => 0,
            Self::PerSecond(0) => 1,
            Self::PerSecond(Self::NONE) => Self::NONE - 1,
            Self::PerSecond(packets) => packets,
            Self::None => Self::NONE,
        }
    }
}

/// What the programs do for one interface, in one generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Configuration {
    /// Live terms by [`Direction`]; a packet that none of them accepts is only counted.
    pub live: [Word; 2],
    /// Terms of slots that look inside tunnels: they are about the innermost packet.
    pub inner: Word,
    /// Slots that leave own traffic out: bit n for slot n. What own traffic is,
    /// [`Tables::own`](crate::classify::Tables::own) says.
    pub hiding: u64,
    /// Slots that want the bytes of the headers too: bit n for slot n.
    pub headers: u64,
    /// What may become events, by slot: a [`Limit`].
    pub limits: [u32; SLOTS],
    /// The number of the budget that a slot's limit is kept by, below [`BUDGETS`].
    pub budgets: [u32; SLOTS],
    /// Number of this generation; no other of any interface has it, until the numbers wrap around.
    pub generation: u32,
    /// A [`LinkType`].
    pub link: u32,
    /// The interface's number with the host, below [`INTERFACES`].
    pub interface: u32,
    /// The first of its cells in the pool of counters.
    pub cells: u32,
    /// The number of the tables that say which slots want a packet, below [`TABLE_SETS`].
    pub tables: u32,
    /// Which flows are counted, bits of [`flows`]; 0 for none.
    pub flows: u32,
    /// Whether tunnels are looked into, 0 or 1: for slots, for terms that ask for a tunnel, or for flows.
    pub tunnels: u32,
    /// The longest IP packet that the interface takes, bytes; 0 where it is not known. A longer one is not one wire packet.
    pub mtu: u32,
    /// The reader is woken when the ring holds this many bytes; below, it comes by itself.
    pub wake_bytes: u32,
    /// Bytes of a frame that may be reported where its headers end before that, 0 to
    /// [`MAX_HEADER_BYTES`](crate::event::MAX_HEADER_BYTES).
    pub header_bytes: u32,
}

impl Configuration {
    /// Nothing wanted.
    #[must_use]
    pub const fn idle(link: LinkType, wake_bytes: u32) -> Self {
        Self {
            live: [[0; 2]; 2],
            inner: [0; 2],
            hiding: 0,
            headers: 0,
            limits: [0; SLOTS],
            budgets: [0; SLOTS],
            generation: 0,
            link: link as u32,
            interface: 0,
            cells: 0,
            tables: 0,
            flows: 0,
            tunnels: 0,
            mtu: 0,
            wake_bytes,
            header_bytes: 0,
        }
    }

    /// Bytes of a frame of `length` bytes that are reported where a slot wants them: its headers of `header_length`
    /// bytes, or more where both [`Self::header_bytes`] and `ceiling` allow it. Lengths are of the frame as the hook saw
    /// it.
    #[inline(always)]
    #[must_use]
    pub const fn reported_bytes(&self, ceiling: u32, length: u32, header_length: u32) -> u32 {
        let allowed = if self.header_bytes < ceiling { self.header_bytes } else { ceiling };
        let wanted = if header_length > allowed { header_length } else { allowed };
        let there = if wanted < length { wanted } else { length };
        if there < MAX_HEADER_BYTES as u32 { there } else { MAX_HEADER_BYTES as u32 }
    }
}

/// Which flows an interface counts.
pub mod flows {
    /// Those of the packets as they are on the wire.
    pub const OUTER: u32 = 1;
    /// Those of the innermost packets.
    pub const INNER: u32 = 2;
}

/// Bytes that a frame of `frame_length` bytes takes on the wire as `segments` packets, each of which has the headers'
/// `header_length` bytes (both lengths with a tag that was taken off before). Only the first packet's headers are
/// part of a frame that a card or the kernel has put together, or has yet to cut. An unknown number of segments
/// ([`SEGMENTS_UNKNOWN`](crate::event::SEGMENTS_UNKNOWN)) counts as one. `taken_off` bytes of the headers do not go to the wire
/// with segments: see [`JUMBO_HEADER`].
#[inline(always)]
#[must_use]
pub const fn wire_bytes(frame_length: u32, segments: u16, header_length: u32, taken_off: u32) -> u64 {
    if segments <= 1 {
        return frame_length as u64;
    }
    let more = segments as u64 - 1;
    (frame_length - taken_off) as u64 + more * (header_length - taken_off) as u64
}

/// Bytes of the hop-by-hop header that the kernel gives a TCP packet which is too large for IPv6's length field
/// (`ipv6_hopopt_jumbo_remove`, net/ipv6.h), and takes off before it cuts it.
pub const JUMBO_HEADER: u32 = 8;

/// A cell of the pool, with what one CPU counted for one slot and direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct SlotCounters {
    /// Frames that the slot's filter accepts.
    pub matched: u64,
    /// Matched frames left out because the slot's budget was used up; none in a slot that only counts.
    pub thinned: u64,
    /// Matched frames for which the ring had no room.
    pub lost: u64,
    /// Wire packets in the matched frames, an unknown number counting as one.
    pub segments: u64,
    /// Bytes of the matched frames on the wire: see [`wire_bytes`].
    pub bytes: u64,
}

impl core::ops::AddAssign for SlotCounters {
    fn add_assign(&mut self, more: Self) {
        let Self { matched, thinned, lost, segments, bytes } = more;
        self.matched += matched;
        self.thinned += thinned;
        self.lost += lost;
        self.segments += segments;
        self.bytes += bytes;
    }
}

impl SlotCounters {
    /// What was counted since the cell held `before`.
    #[must_use]
    pub const fn since(&self, before: &Self) -> Self {
        Self {
            matched: self.matched.wrapping_sub(before.matched),
            thinned: self.thinned.wrapping_sub(before.thinned),
            lost: self.lost.wrapping_sub(before.lost),
            segments: self.segments.wrapping_sub(before.segments),
            bytes: self.bytes.wrapping_sub(before.bytes),
        }
    }
}

/// A cell of the pool, with what one CPU counted for one direction, whatever slots want.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct HookCounters {
    /// Frames that the program saw.
    pub seen: u64,
    /// Frames of own traffic, whether slots leave it out or not. Not counted while no live term looks for it.
    pub own: u64,
    /// Makes it as large as any cell.
    pub reserved: [u64; 3],
}

const _: () = assert!(size_of::<HookCounters>() == size_of::<SlotCounters>(), "both are cells");

/// Cells in one map of the pool. A generation's cells are in one map.
pub const CELLS: u32 = 4096;
/// Maps that the pool can grow to.
pub const CELL_MAPS: u32 = 256;

/// The cell of a hook: `first` is the first cell of its generation.
#[inline(always)]
#[must_use]
pub const fn hook_cell(first: u32, direction: Direction) -> u32 {
    first + direction as u32
}

/// The cell of a slot below [`SLOTS`]: `first` is the first cell of its generation.
#[inline(always)]
#[must_use]
pub const fn slot_cell(first: u32, slot: u32, direction: Direction) -> u32 {
    first + (slot + 1) * Direction::ALL.len() as u32 + direction as u32
}

/// Cells of a generation whose slots are all below `slots`.
#[must_use]
pub const fn cells(slots: u32) -> u32 {
    slot_cell(0, slots, Direction::In)
}
