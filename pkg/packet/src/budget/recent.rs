//! A small memory of flows that have been seen lately.

use crate::{headers::Headers, shared::Shared};

/// Buckets of the memory, which holds [`WAYS`] flows in each.
pub const FLOWS: usize = 1024;
/// Flows in a bucket.
pub const WAYS: usize = 4;

/// A tick is 2^28 ns, about a quarter of a second.
const TICK_BITS: u32 = 28;
/// A flow that has been silent for so many ticks counts as new again: after ten seconds for certain, and a third of a
/// second before that at the earliest.
const FORGET: u64 = 10_000_000_000 >> TICK_BITS;

/// A bucket of the memory: a tag (upper 32 bits) and the tick when it was last seen (lower 32) for each flow.
/// CPUs overwrite each other's entries without harm: a flow may count as new once more.
#[derive(Debug, Default)]
#[repr(transparent)]
pub struct Recent([Shared; WAYS]);

impl Recent {
    /// The bucket, of [`FLOWS`], for a flow's hash.
    #[inline(always)]
    #[must_use]
    pub const fn bucket(hash: u64) -> u32 {
        hash as u32 & (FLOWS as u32 - 1)
    }

    /// Whether the flow with this hash has not been seen in the ten seconds before `now` (nanoseconds).
    /// From now on it has, the one seen longest ago making room.
    #[inline(always)]
    pub fn is_new(&self, hash: u64, now: u64) -> bool {
        let tag = hash >> 32;
        let tick = (now >> TICK_BITS) as u32 as u64;
        let mut oldest = &self.0[0];
        let mut oldest_age = 0;
        for way in &self.0 {
            let entry = way.get();
            let age = tick.wrapping_sub(entry as u32 as u64) as u32;
            // Another CPU's clock may already be in the next tick.
            let age = if age > u32::MAX / 2 { 0 } else { age };
            if entry >> 32 == tag {
                // Written once a tick only: a flood from several CPUs would else fight over the cache line.
                if age != 0 {
                    way.set(tag << 32 | tick);
                }
                return age as u64 >= FORGET;
            }
            if age >= oldest_age {
                oldest_age = age;
                oldest = way;
            }
        }
        oldest.set(tag << 32 | tick);
        true
    }
}

/// What of a packet has not been seen in the last ten seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Novelty {
    /// Nothing: others of its flow have.
    None,
    /// Its flow, of a conversation that has.
    Flow,
    /// Its conversation.
    Conversation,
}

/// What of a packet at `now` (nanoseconds) is new to the memory, which knows it from now on. `recent` gives the memory's
/// bucket of a number below [`FLOWS`]; where there is none, nothing is new.
#[inline(always)]
pub(super) fn novelty<'a>(
    headers: &Headers,
    slot: u32,
    now: u64,
    recent: impl Fn(u32) -> Option<&'a Recent>,
) -> Novelty {
    let hash = conversation(headers, slot);
    let Some(bucket) = recent(Recent::bucket(hash)) else { return Novelty::None };
    if bucket.is_new(hash, now) {
        return Novelty::Conversation;
    }
    let hash = flow(hash, headers);
    let Some(bucket) = recent(Recent::bucket(hash)) else { return Novelty::None };
    if bucket.is_new(hash, now) { Novelty::Flow } else { Novelty::None }
}

/// A hash of the two hosts and the protocol.
#[inline(always)]
#[must_use]
pub fn conversation(headers: &Headers, slot: u32) -> u64 {
    let mut hash = mix(slot as u64 + 1, headers.protocol as u64 | (headers.ethertype as u64) << 16);
    for address in [&headers.source_ip, &headers.destination_ip] {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = *address;
        hash = mix(hash, u64::from_ne_bytes([a, b, c, d, e, f, g, h]));
        hash = mix(hash, u64::from_ne_bytes([i, j, k, l, m, n, o, p]));
    }
    hash
}

/// A hash of a conversation's flow: that by its lower port, because the higher one is mostly random.
#[inline(always)]
#[must_use]
pub fn flow(conversation: u64, headers: &Headers) -> u64 {
    let (source, destination) = (headers.source_port, headers.destination_port);
    let lower = if source < destination { source } else { destination };
    mix(conversation, lower as u64 | 1 << 16)
}

/// A step of a hash: multiply and fold, so that upper and lower half depend on every bit.
#[inline(always)]
const fn mix(hash: u64, value: u64) -> u64 {
    let product = (hash ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (product ^ product >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) ^ product >> 32
}
