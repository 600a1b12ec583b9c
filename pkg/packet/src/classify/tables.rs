//! The tables that answer which terms accept a value. The host builds them; the kernel only reads.

use bytemuck::{Pod, Zeroable};

use super::{
    Word,
    extract::{EXTRACTS, Extract},
    pairs::Pairs,
};

/// A header field that terms can constrain. The number is its place in [`Tables::words`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Field {
    /// EtherType after all tags; that of the IP version where there is no Ethernet header.
    Ethertype = 0,
    /// Upper-layer protocol.
    Protocol = 1,
    /// TTL or hop limit.
    Ttl = 2,
    /// IPv4 type of service or IPv6 traffic class.
    TrafficClass = 3,
    /// TCP flags.
    TcpFlags = 4,
    /// ICMP or ICMPv6 type.
    IcmpType = 5,
    /// ICMP or ICMPv6 code.
    IcmpCode = 6,
    /// Id of the outer VLAN tag.
    Vlan = 7,
    /// Id of the inner VLAN tag.
    InnerVlan = 8,
    /// Frame length in bytes; 65,535 stands for all above it, too.
    FrameLength = 9,
    /// Source port.
    SourcePort = 10,
    /// Destination port.
    DestinationPort = 11,
    /// 0, 1 or 2: the destination MAC address is one station's, a group's, all stations'.
    DestinationCast = 12,
    /// IPv4 source (ARP: sender) address.
    SourceIpv4 = 13,
    /// IPv4 destination (ARP: target) address.
    DestinationIpv4 = 14,
    /// IPv6 source address.
    SourceIpv6 = 15,
    /// IPv6 destination address.
    DestinationIpv6 = 16,
    /// Ethernet source address.
    SourceMac = 17,
    /// Ethernet destination address.
    DestinationMac = 18,
}

/// How many fields there are.
pub const FIELDS: usize = 19;
/// Fields looked up by hash; they come last.
pub const HASHED: usize = 6;

impl Field {
    /// All of them, by their numbers.
    pub const ALL: [Self; FIELDS] = [
        Self::Ethertype,
        Self::Protocol,
        Self::Ttl,
        Self::TrafficClass,
        Self::TcpFlags,
        Self::IcmpType,
        Self::IcmpCode,
        Self::Vlan,
        Self::InnerVlan,
        Self::FrameLength,
        Self::SourcePort,
        Self::DestinationPort,
        Self::DestinationCast,
        Self::SourceIpv4,
        Self::DestinationIpv4,
        Self::SourceIpv6,
        Self::DestinationIpv6,
        Self::SourceMac,
        Self::DestinationMac,
    ];

    /// Whether few filters ask for it. Where none does, these are passed over in one step.
    #[must_use]
    pub const fn is_rare(self) -> bool {
        !matches!(
            self,
            Self::Ethertype
                | Self::Protocol
                | Self::SourcePort
                | Self::DestinationPort
                | Self::SourceIpv4
                | Self::DestinationIpv4
                | Self::SourceIpv6
                | Self::DestinationIpv6
        )
    }

    /// Place in [`Tables::hashed`] of a field that is looked up by hash.
    #[inline(always)]
    #[must_use]
    pub const fn hashed(self) -> usize {
        (self as usize).saturating_sub(FIELDS - HASHED)
    }
}

/// Classes of a field: sets of values between which no term makes a difference.
pub const CLASSES: usize = 256;
/// VLAN ids.
pub const VLAN_IDS: usize = 4096;
/// Different prefix lengths of one field.
pub const PREFIXES: usize = 8;
/// Buckets of a hash table.
pub const BUCKETS: usize = 4096;
/// Entries of a bucket.
pub const BUCKET: usize = 4;

/// All tables of one generation.
///
/// What a program reads for every packet comes first: it is in few cache lines then, and near enough for an offset in one
/// instruction.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct Tables {
    /// By field: 1 where a term makes a difference between its values, else 0.
    pub constrained: [u32; FIELDS],
    /// Whether there is such a difference for one of the fields that [`Field::is_rare`], 0 or 1.
    pub rare: u32,
    /// How many of `extracts` are in use, from the first on.
    pub extracts_used: u32,
    /// Keeps the layout free of padding; always 0.
    pub reserved: u32,
    /// Terms that ask for pairs of an address and a port, too.
    pub paired: Word,
    /// Terms of a word's second half that recognise own traffic: packets that carry what is captured to those
    /// who look at it. They belong to no slot.
    pub own: u64,
    /// By field: the terms that accept a packet without it.
    pub absent: [Word; FIELDS],
    /// By field: the terms that accept each class of values. For fields of 8 bits the class is the value.
    pub words: [[Word; CLASSES]; FIELDS],
    /// By byte of a word's second half, and its value: the slots that these terms belong to.
    pub extra: [[u64; 256]; 8],
    /// Tables of prefixes, by [`Field::hashed`].
    pub hashed: [Hashed; HASHED],
    /// Values without a table of their own.
    pub extracts: [Extract; EXTRACTS],
    /// Pairs of an address and a port.
    pub pairs: Pairs,
    /// Classes of EtherTypes.
    pub ethertype: [u8; 1 << 16],
    /// Classes of frame lengths.
    pub frame_length: [u8; 1 << 16],
    /// Classes of source ports.
    pub source_port: [u8; 1 << 16],
    /// Classes of destination ports.
    pub destination_port: [u8; 1 << 16],
    /// Classes of outer VLAN ids.
    pub vlan: [u8; VLAN_IDS],
    /// Classes of inner VLAN ids.
    pub inner_vlan: [u8; VLAN_IDS],
}

/// Classes of addresses: a hash table over masked addresses, asked once for each prefix length in use.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct Hashed {
    /// Masks in use, the longest prefix first; zeros behind the last. A prefix of no bits is class 0.
    pub masks: [[u64; 2]; PREFIXES],
    /// Makes another hash of the same addresses.
    pub seed: u64,
    /// How many bits of the hash do not count, so that few entries are in few buckets, which stay in the CPU's caches: 64 minus
    /// the binary logarithm of the buckets in use.
    pub shift: u64,
    /// Entries by bucket.
    pub entries: [[Entry; BUCKET]; BUCKETS],
}

/// A prefix and the class of the addresses that no longer prefix holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Entry {
    /// The prefix: an address from its first bit on, with zeros behind.
    pub key: [u64; 2],
    /// Number of its mask, counted from 1; 0 for an unused entry.
    pub mask: u32,
    /// A class, below [`CLASSES`].
    pub class: u32,
}

impl Hashed {
    /// The class of an address, given from its first bit on and with zeros behind: that of the longest prefix
    /// that holds it, or 0.
    #[inline(always)]
    #[must_use]
    pub fn class(&self, address: [u64; 2]) -> u8 {
        let mut number = 0;
        while number < PREFIXES {
            let mask = &self.masks[number];
            if mask[0] == 0 {
                return 0;
            }
            number += 1;
            let key = [address[0] & mask[0], address[1] & mask[1]];
            for entry in &self.entries[bucket(hash(key, self.seed), self.shift)] {
                if entry.key[0] == key[0] && entry.key[1] == key[1] && entry.mask == number as u32 {
                    return entry.class as u8;
                }
            }
        }
        0
    }
}

/// The hash of a prefix.
#[inline(always)]
#[must_use]
pub const fn hash(key: [u64; 2], seed: u64) -> u64 {
    // Multiplicative hashing (Knuth, The Art of Computer Programming 3, 6.4): the top bits depend on all below.
    (key[0] ^ key[1].rotate_left(32).wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_mul(seed | 1)
}

/// The bucket of a prefix with this hash, in a table with this [`Hashed::shift`].
#[inline(always)]
#[must_use]
pub const fn bucket(hash: u64, shift: u64) -> usize {
    (hash >> (shift & 63)) as usize & (BUCKETS - 1)
}

const _: () = {
    assert!(BUCKETS.is_power_of_two(), "a mask bounds the number of one");
    assert!(size_of::<Entry>() == 24);
};
