//! What a kernel program tells of an answer of the DNS that has passed.

use bytemuck::{Pod, Zeroable};

/// Bytes of a message at most that come with it. Answers are rarely longer, and of what is longer the beginning is read.
pub const MOST_BYTES: usize = 1024;

/// Questions at most that wait for their answers.
pub const MOST_QUESTIONS: u32 = 4096;

/// For how long an answer may come to a question, nanoseconds.
pub const PATIENCE: u64 = 10_000_000_000;

/// Interfaces at most at which answers are looked for.
pub const MOST_INTERFACES: u32 = 4096;

/// The port on which the DNS is asked (RFC 1035, section 4.2).
pub const PORT: u16 = 53;

/// What is read of the kernel's structures, by the number of its offset in the map of offsets. The loader has the same order.
pub mod offset {
    /// `sk_buff.head`.
    pub const HEAD: u32 = 0;
    /// `sk_buff.data`.
    pub const DATA: u32 = 1;
    /// `sk_buff.tail`, from `head` on.
    pub const TAIL: u32 = 2;
    /// `sk_buff.network_header`, from `head` on.
    pub const NETWORK: u32 = 3;
    /// `sk_buff.protocol`.
    pub const PROTOCOL: u32 = 4;
    /// `sk_buff.dev`.
    pub const DEVICE: u32 = 5;
    /// `net_device.ifindex`.
    pub const INDEX: u32 = 6;
    /// `net_device.nd_net`.
    pub const DEVICE_NAMESPACE: u32 = 7;
    /// `net.ns.inum`.
    pub const NAMESPACE_NUMBER: u32 = 8;
    /// How many there are.
    pub const COUNT: usize = 9;
}

/// What is counted, by its number in the map of counts.
pub mod count {
    /// Answers that had no room in the ring.
    pub const LOST: u32 = 0;
    /// Answers to no question that was seen: nobody asked, or they came too late.
    pub const UNASKED: u32 = 1;
    /// How many there are.
    pub const COUNT: usize = 2;
}

/// By what a question and its answer are known to belong together. There is no padding: the kernel compares the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Question {
    /// Who asks; an IPv4 address takes the first word.
    pub client: [u32; 4],
    /// Who is asked.
    pub server: [u32; 4],
    /// The port that it is asked from.
    pub port: u16,
    /// The message's number.
    pub id: u16,
    /// Upper-layer protocol number (IANA).
    pub protocol: u32,
}

const _: () = assert!(size_of::<Question>() == 40);

/// An answer that has passed. In the ring it has its whole length, whatever it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Answer {
    /// Bytes of the message.
    pub length: u32,
    /// How many of `bytes` there are.
    pub captured: u32,
    /// The message (RFC 1035, section 4.1), without the length before it that TCP has.
    pub bytes: [u8; MOST_BYTES],
}

impl Answer {
    /// The message, as much of it as came.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        self.bytes.get(..self.captured as usize).unwrap_or_default()
    }

    /// Whether all of it came.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.captured >= self.length
    }
}
