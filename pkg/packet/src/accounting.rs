//! What kernel and host share besides events: configuration and counters.
//!
//! Every join or leave of a stream starts a new *generation* of the configuration. A packet reads the
//! configuration once and counts in its generation's bank, so that every packet belongs to exactly one
//! generation. There are two banks: the host swaps configurations through a map-in-map, whose update
//! returns only when no CPU runs the old one any more; then the old bank is final, is added up and cleared,
//! and serves the generation after the next.

use bytemuck::{Pod, Zeroable};

use crate::{
    classify::{Tables, Word},
    event::{Direction, MAX_HEADER_BYTES},
    wire::LinkType,
};

/// Slots an interface can hold: one for each different (filter, budget) being watched.
pub const SLOTS: usize = 64;
/// Banks of counters; see the module's text.
pub const BANKS: u32 = 2;
/// Entries of the counter map: one for each bank and direction.
pub const COUNTER_ENTRIES: u32 = BANKS * Direction::ALL.len() as u32;

/// What the programs of one interface go by, one generation of it: the value of the map they read.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct Rules {
    /// What they are to do.
    pub configuration: Configuration,
    /// How they find out which slots want a packet.
    pub tables: Tables,
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

/// What the programs of one interface are to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Configuration {
    /// Live terms by [`Direction`]; a packet that none of them accepts is only counted.
    pub live: [Word; 2],
    /// Slots that leave own traffic out: bit n for slot n. What own traffic is, [`Tables::own`] says.
    pub hiding: u64,
    /// Slots that want the bytes of the headers too: bit n for slot n.
    pub headers: u64,
    /// What may become events, by slot: a [`Limit`].
    pub limits: [u32; SLOTS],
    /// Number of this generation; wraps around.
    pub generation: u32,
    /// A [`LinkType`].
    pub link: u32,
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
            hiding: 0,
            headers: 0,
            limits: [0; SLOTS],
            generation: 0,
            link: link as u32,
            wake_bytes,
            header_bytes: 0,
        }
    }

    /// Bytes of a frame of `length` bytes that are reported where a slot wants them: its headers of `header_length`
    /// bytes, or more where that is allowed. Lengths are of the frame as the hook saw it.
    #[inline(always)]
    #[must_use]
    pub const fn reported_bytes(&self, length: u32, header_length: u32) -> u32 {
        let wanted = if header_length > self.header_bytes { header_length } else { self.header_bytes };
        let there = if wanted < length { wanted } else { length };
        if there < MAX_HEADER_BYTES as u32 { there } else { MAX_HEADER_BYTES as u32 }
    }

    /// The counter entry of this generation for one direction.
    #[inline(always)]
    #[must_use]
    pub const fn counter_entry(&self, direction: Direction) -> u32 {
        counter_entry(self.generation, direction)
    }
}

/// Index in the counter map for a generation's bank and a direction.
#[inline(always)]
#[must_use]
pub const fn counter_entry(generation: u32, direction: Direction) -> u32 {
    (generation % BANKS) * Direction::ALL.len() as u32 + direction as u32
}

/// Bytes that a frame of `frame_length` bytes takes on the wire as `segments` packets, each of which has the headers'
/// `header_length` bytes (both lengths with a tag that was taken off before). Only the first packet's headers are
/// part of a frame that a card or the kernel has put together, or has yet to cut. An unknown number of segments
/// ([`SEGMENTS_UNKNOWN`](crate::event::SEGMENTS_UNKNOWN)) counts as one.
#[inline(always)]
#[must_use]
pub const fn wire_bytes(frame_length: u32, segments: u16, header_length: u32) -> u64 {
    let more = if segments > 1 { segments as u64 - 1 } else { 0 };
    frame_length as u64 + more * header_length as u64
}

/// What one CPU counted for one slot.
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

/// What one CPU counted for one direction in one generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct HookCounters {
    /// Frames that the program saw.
    pub seen: u64,
    /// Frames of own traffic, whether slots leave it out or not. Not counted while no live term looks for it.
    pub own: u64,
    /// Per slot.
    pub slots: [SlotCounters; SLOTS],
}
