//! Which slots want a packet: bit vectors (Lakshman and Stiliadis, SIGCOMM 1998).
//!
//! A filter is a disjunction of terms, a term a conjunction of one set for each header field. Every term owns
//! a bit. For each field a table says, for the packet's value, which terms accept it; the packet's answer is
//! the AND of these words. That costs the same for one term and for [`TERMS`]; fields that no term
//! constrains are skipped.
//!
//! Values of more than 8 bits go through a *class*: values that the same terms accept share one, so that the
//! tables a packet touches stay small enough for the CPU's caches.

#![allow(
    clippy::indexing_slicing,
    reason = "an index has no more values than its table has entries, as the compiler can see: were a check left in \
              the kernel programs, they would not link"
)]

mod extract;
mod pairs;
mod tables;

pub use extract::{ABSENT, Computed, EXTRACTS, Extract, Origin, UNUSED, WITHOUT_ID};
pub use pairs::{PAIR_BUCKETS, Pair, Pairs, SIDES, pair_bucket};
pub use tables::{
    BUCKET, BUCKETS, CLASSES, Entry, FIELDS, Field, HASHED, Hashed, PREFIXES, Tables, VLAN_IDS, bucket, hash,
};

use crate::{
    accounting::SLOTS,
    frame::Frame,
    headers::{Headers, present},
    parse::Layers,
};

/// Terms that an interface can hold.
pub const TERMS: usize = 128;
/// A bit for each term. Those of the first half are at the same time the slots' own: bit n is slot n's first
/// term. The second half belongs to slots as [`Tables::extra`] says, or recognises own traffic: [`Tables::own`].
pub type Word = [u64; TERMS / 64];

const _: () = assert!(SLOTS == 64, "a slot's first term has the slot's own bit");

/// EtherTypes that stand for the IP versions where there is no Ethernet header.
const ETHERTYPE_IPV4: u16 = 0x0800;
const ETHERTYPE_IPV6: u16 = 0x86dd;

/// What the tables say of a packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The slots whose filter accepts it: bit n for slot n. Whether they leave own traffic out does not count here.
    pub slots: u64,
    /// Whether it is own traffic.
    pub own: bool,
}

/// Which slots accept a packet with these headers, and whether it is own traffic, as far as the terms in `live` say
/// it, and ask for no [`Extract`] and no [`Pairs`]. `frame_length` is that of the event.
#[inline(always)]
#[must_use]
pub fn classify(tables: &Tables, headers: &Headers, frame_length: u32, live: Word) -> Verdict {
    verdict(tables, fields(tables, headers, frame_length, live))
}

/// Which of the terms in `live` accept all fields that have a table of their own.
#[inline(always)]
#[must_use]
pub fn fields(tables: &Tables, headers: &Headers, frame_length: u32, live: Word) -> Word {
    let mut packet = Packet { tables, headers, left: live };
    let kept = packet.network_type()
        && packet.byte(Field::Protocol, present::PROTOCOL, |headers| headers.protocol)
        && packet.port(Field::SourcePort, |headers| headers.source_port, &tables.source_port)
        && packet.port(Field::DestinationPort, |headers| headers.destination_port, &tables.destination_port)
        && packet.rare_fields(frame_length)
        && packet.address(Field::SourceIpv4, 4, |headers| &headers.source_ip)
        && packet.address(Field::DestinationIpv4, 4, |headers| &headers.destination_ip)
        && packet.address(Field::SourceIpv6, 6, |headers| &headers.source_ip)
        && packet.address(Field::DestinationIpv6, 6, |headers| &headers.destination_ip);
    if kept { packet.left } else { [0; 2] }
}

/// Keeps those of the terms `left` that accept all the values that they ask for beside fields. A kernel program does the
/// same, one value at a time.
pub fn extracted<F: Frame>(
    tables: &Tables,
    layers: &Layers,
    computed: &Computed,
    frame: &mut F,
    left: &mut Word,
) {
    for extract in tables.extracts.iter().take(tables.extracts_used as usize) {
        let word = extract.word(extract.value(layers, computed, frame));
        left[0] &= word[0];
        left[1] &= word[1];
    }
}

/// Whether some of the terms `left` ask for more than fields.
#[inline(always)]
#[must_use]
pub const fn asks_for_more(tables: &Tables, left: Word) -> bool {
    let is_paired = tables.paired[0] & left[0] | tables.paired[1] & left[1];
    left[0] | left[1] != 0 && tables.extracts_used as u64 | is_paired != 0
}

/// Keeps those of the terms `left` that accept the packet's pairs of an address and a port. A kernel program does the same, one
/// pair at a time.
pub fn paired(tables: &Tables, headers: &Headers, left: &mut Word) {
    for number in 0..SIDES {
        let word = tables.pairs.word(headers, number);
        left[0] &= word[0];
        left[1] &= word[1];
    }
}

/// What the terms `left` belong to.
#[inline(always)]
#[must_use]
pub fn verdict(tables: &Tables, left: Word) -> Verdict {
    let [mut slots, extra] = left;
    if extra != 0 {
        let mut byte = 0;
        while byte < 8 {
            slots |= tables.extra[byte][(extra >> (8 * byte)) as u8 as usize];
            byte += 1;
        }
    }
    Verdict { slots, own: extra & tables.own != 0 }
}

/// A packet on its way through the fields.
struct Packet<'a> {
    tables: &'a Tables,
    headers: &'a Headers,
    /// The terms that have accepted every field so far.
    left: Word,
}

impl Packet<'_> {
    /// Keeps the terms that accept `value` of `field`. Returns whether there are any left.
    #[inline(always)]
    fn keep(&mut self, field: Field, class: Option<u8>) -> bool {
        let word = match class {
            Some(class) => &self.tables.words[field as usize][class as usize],
            None => &self.tables.absent[field as usize],
        };
        self.left[0] &= word[0];
        self.left[1] &= word[1];
        self.left[0] | self.left[1] != 0
    }

    /// Whether a term constrains `field`.
    #[inline(always)]
    fn is_constrained(&self, field: Field) -> bool {
        self.tables.constrained[field as usize] != 0
    }

    /// Those that [`Field::is_rare`].
    #[inline(always)]
    fn rare_fields(&mut self, frame_length: u32) -> bool {
        let tables = self.tables;
        tables.rare == 0
            || self.byte(Field::TcpFlags, present::TCP_FLAGS, |headers| headers.tcp_flags)
                && self.byte(Field::IcmpType, present::ICMP, |headers| headers.icmp_type)
                && self.byte(Field::IcmpCode, present::ICMP, |headers| headers.icmp_code)
                && self.byte(Field::Ttl, present::IP, |headers| headers.ttl)
                && self.byte(Field::TrafficClass, present::IP, |headers| headers.traffic_class)
                && self.frame_length(frame_length)
                && self.vlan(Field::Vlan, present::VLAN, |headers| headers.vlan, &tables.vlan)
                && self.vlan(
                    Field::InnerVlan,
                    present::INNER_VLAN,
                    |headers| headers.inner_vlan,
                    &tables.inner_vlan,
                )
                && self.cast()
                && self.mac(Field::SourceMac, |headers| &headers.source_mac)
                && self.mac(Field::DestinationMac, |headers| &headers.destination_mac)
    }

    #[inline(always)]
    fn has(&self, bits: u16) -> bool {
        present::visible(fresh(&self.headers.present)) & bits == bits
    }

    #[inline(always)]
    fn byte(&mut self, field: Field, bits: u16, value: impl FnOnce(&Headers) -> u8) -> bool {
        if !self.is_constrained(field) {
            return true;
        }
        let class = if self.has(bits) { Some(value(self.headers)) } else { None };
        self.keep(field, class)
    }

    /// The EtherType; on a link without Ethernet that of the IP version. A length field is no type.
    #[inline(always)]
    fn network_type(&mut self) -> bool {
        if !self.is_constrained(Field::Ethertype) {
            return true;
        }
        let value = if self.has(present::ETHERNET) {
            if self.has(present::LENGTH_FIELD) {
                return self.keep(Field::Ethertype, None);
            }
            self.headers.ethertype
        } else if self.has(present::IP) {
            if self.headers.version == 4 { ETHERTYPE_IPV4 } else { ETHERTYPE_IPV6 }
        } else {
            return self.keep(Field::Ethertype, None);
        };
        let class = self.tables.ethertype[value as usize];
        self.keep(Field::Ethertype, Some(class))
    }

    #[inline(always)]
    fn port(&mut self, field: Field, value: impl FnOnce(&Headers) -> u16, classes: &[u8; 1 << 16]) -> bool {
        if !self.is_constrained(field) {
            return true;
        }
        let class = if self.has(present::PORTS) { Some(classes[value(self.headers) as usize]) } else { None };
        self.keep(field, class)
    }

    #[inline(always)]
    fn vlan(
        &mut self,
        field: Field,
        bits: u16,
        control: impl FnOnce(&Headers) -> u16,
        classes: &[u8; VLAN_IDS],
    ) -> bool {
        if !self.is_constrained(field) {
            return true;
        }
        let id = control(self.headers) as usize & (VLAN_IDS - 1);
        let class = if self.has(bits) { Some(classes[id]) } else { None };
        self.keep(field, class)
    }

    #[inline(always)]
    fn frame_length(&mut self, length: u32) -> bool {
        if !self.is_constrained(Field::FrameLength) {
            return true;
        }
        let length = fresh(&length);
        let index = if length > 0xffff { 0xffff } else { length as usize & 0xffff };
        let class = self.tables.frame_length[index];
        self.keep(Field::FrameLength, Some(class))
    }

    /// An address of IP `version`. Addresses are there without an IP header too: ARP has IPv4's.
    #[inline(always)]
    fn address(&mut self, field: Field, version: u8, value: impl FnOnce(&Headers) -> &[u8; 16]) -> bool {
        if !self.is_constrained(field) {
            return true;
        }
        let is_ipv6 = self.has(present::IP) && self.headers.version == 6;
        if !self.has(present::ADDRESSES) || is_ipv6 != (version == 6) {
            return self.keep(field, None);
        }
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = *value(self.headers);
        let high = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
        let low = u64::from_be_bytes([i, j, k, l, m, n, o, p]);
        // The address of version 4 takes the first bytes, and zeros follow.
        let class = self.tables.hashed[field.hashed()].class([high, low]);
        self.keep(field, Some(class))
    }

    #[inline(always)]
    fn mac(&mut self, field: Field, value: impl FnOnce(&Headers) -> &[u8; 6]) -> bool {
        if !self.is_constrained(field) {
            return true;
        }
        if !self.has(present::ETHERNET) {
            return self.keep(field, None);
        }
        let [a, b, c, d, e, f] = *value(self.headers);
        let class =
            self.tables.hashed[field.hashed()].class([u64::from_be_bytes([a, b, c, d, e, f, 0, 0]), 0]);
        self.keep(field, Some(class))
    }

    /// To one, to many or to all, by the destination MAC address: 0, 1, 2.
    #[inline(always)]
    fn cast(&mut self) -> bool {
        if !self.is_constrained(Field::DestinationCast) {
            return true;
        }
        if !self.has(present::ETHERNET) {
            return self.keep(Field::DestinationCast, None);
        }
        let class = cast(&self.headers.destination_mac);
        self.keep(Field::DestinationCast, Some(class))
    }
}

/// Whether an Ethernet address is one station's (0), a group's (1) or all stations' (2); IEEE 802, 8.2.
#[inline(always)]
#[must_use]
pub const fn cast(mac: &[u8; 6]) -> u8 {
    let [a, b, c, d, e, f] = *mac;
    if a & b & c & d & e & f == 0xff { 2 } else { a & 1 }
}

/// `value` as it is in memory. The compiler would keep it in a register, of which the verifier learns a bit
/// with every comparison: it would then follow every combination of these bits. Or it would keep two copies, compare
/// one and use the other as an index, of which the verifier then knows no bound.
#[inline(always)]
fn fresh<T: Copy>(value: &T) -> T {
    // SAFETY: a reference is valid to read.
    unsafe { core::ptr::read_volatile(value) }
}
