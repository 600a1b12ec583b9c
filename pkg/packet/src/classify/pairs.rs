//! Pairs of one address and one port, such as the ends of connections: which terms accept them.
//!
//! A term that asks for pairs asks for their addresses and ports as fields, too. So the table is looked at only for a packet
//! that has one of these addresses and one of these ports.

use bytemuck::{Pod, Zeroable};

use super::{
    Word,
    tables::{BUCKET, CLASSES, hash},
};
use crate::headers::{Headers, present};

/// Buckets of the table.
pub const PAIR_BUCKETS: usize = 2048;
/// The pairs of a packet: each of its addresses with each of its ports. In the number of one, bit 1 stands for the destination
/// address, bit 0 for the destination port.
pub const SIDES: usize = 4;

/// A hash table over addresses and ports, and the terms that accept what is in it.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct Pairs {
    /// Makes another hash of the same pairs.
    pub seed: u64,
    /// By class of a pair, and by the number of the packet's pair: the terms that accept it, those that do not ask for it
    /// among them. Class 0 has what is not in the table.
    pub words: [[Word; SIDES]; CLASSES],
    /// Entries by bucket.
    pub entries: [[Pair; BUCKET]; PAIR_BUCKETS],
}

/// A pair and its class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Pair {
    /// The address from its first bit on, with zeros behind.
    pub address: [u64; 2],
    /// The IP version, and the port in the lower 16 bits; 0 for an unused entry.
    pub version_and_port: u32,
    /// A class, below [`CLASSES`].
    pub class: u32,
}

/// The bucket of a pair.
#[inline(always)]
#[must_use]
pub const fn pair_bucket(address: [u64; 2], version_and_port: u32, seed: u64) -> usize {
    let hash = hash([address[0] ^ version_and_port as u64, address[1]], seed);
    (hash >> (u64::BITS - PAIR_BUCKETS.ilog2())) as usize
}

impl Pairs {
    /// The class of a pair; 0 for one that is not in the table.
    #[inline(always)]
    fn class(&self, address: [u64; 2], version_and_port: u32) -> usize {
        // Without branches: the verifier would follow both ways of each.
        let mut class = 0;
        for pair in &self.entries[pair_bucket(address, version_and_port, self.seed) & (PAIR_BUCKETS - 1)] {
            let different = pair.address[0] ^ address[0]
                | pair.address[1] ^ address[1]
                | u64::from(pair.version_and_port ^ version_and_port);
            // All ones if nothing is different.
            let same = ((different | different.wrapping_neg()) >> 63).wrapping_sub(1);
            class |= u64::from(pair.class) & same;
        }
        class as usize & (CLASSES - 1)
    }

    /// The terms that accept the pair with this number, below [`SIDES`], of a packet.
    #[inline(always)]
    #[must_use]
    pub fn word(&self, headers: &Headers, number: usize) -> &Word {
        let number = number & (SIDES - 1);
        const BITS: u16 = present::IP | present::ADDRESSES | present::PORTS;
        if headers.visible() & BITS != BITS {
            return &self.words[0][number];
        }
        let address = if number & 2 == 0 { &headers.source_ip } else { &headers.destination_ip };
        let port = if number & 1 == 0 { headers.source_port } else { headers.destination_port };
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = *address;
        let address =
            [u64::from_be_bytes([a, b, c, d, e, f, g, h]), u64::from_be_bytes([i, j, k, l, m, n, o, p])];
        let version_and_port = u32::from(headers.version) << 16 | u32::from(port);
        &self.words[self.class(address, version_and_port)][number]
    }
}

const _: () = {
    assert!(PAIR_BUCKETS.is_power_of_two(), "a mask bounds the number of one");
    assert!(size_of::<Pair>() == 24);
};
