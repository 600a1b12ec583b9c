//! Hash tables of prefixes.

use std::collections::BTreeSet;

use xdplive_packet::classify::{BUCKET, BUCKETS, Entry, Hashed, PREFIXES, bucket, hash};

use super::{
    classes::Classes,
    prefixes::{Route, routes},
};

/// Other hashes to try before the table counts as full.
pub(super) const ATTEMPTS: u64 = 2000;
/// As many with fewer buckets than there is room for.
const ATTEMPTS_WITH_LESS: u64 = 16;
/// The fewest buckets, a power of two.
const LEAST_BUCKETS: usize = 16;
/// Distance of the seeds that are tried: odd, and with bits all over.
pub(super) const STEP: u64 = 0xd1b5_4a32_d192_ed03;

/// Why prefixes do not go into the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoRoom {
    /// More than [`PREFIXES`] different lengths.
    Lengths(usize),
    /// So many that a bucket always overflows.
    Prefixes(usize),
}

/// Fills `table` with the classes of a field of `bits` bits. The class of most addresses becomes number 0.
pub(super) fn fill(table: &mut Hashed, classes: &mut Classes, bits: u32) -> Result<(), NoRoom> {
    let mut routes = routes(&classes.ranges, bits);
    if let Some(root) = routes.first().map(|route| route.class) {
        classes.make_first(root);
        for route in &mut routes {
            route.class = match route.class {
                0 => root,
                class if class == root => 0,
                class => class,
            };
        }
    }
    let routes: Vec<Route> = routes.into_iter().filter(|route| route.length > 0).collect();
    let lengths: BTreeSet<u32> = routes.iter().map(|route| route.length).collect();
    if lengths.len() > PREFIXES {
        return Err(NoRoom::Lengths(lengths.len()));
    }
    // The longest first.
    let lengths: Vec<u32> = lengths.into_iter().rev().collect();
    for (mask, length) in table.masks.iter_mut().zip(&lengths) {
        *mask = words(u128::MAX.checked_shl(u128::BITS - length).unwrap_or(u128::MAX));
    }
    let entries: Vec<Entry> = routes
        .iter()
        .map(|route| Entry {
            key: words(route.address.checked_shl(u128::BITS - bits).unwrap_or(0)),
            mask: lengths
                .iter()
                .zip(1..)
                .find_map(|(length, number)| (*length == route.length).then_some(number))
                .unwrap_or(0),
            class: route.class.into(),
        })
        .collect();
    if entries.len() > BUCKETS * BUCKET {
        return Err(NoRoom::Prefixes(entries.len()));
    }
    bytemuck::bytes_of_mut(&mut table.entries).fill(0);
    // As few buckets as will do: they stay in the CPU's caches.
    let least = entries.len().next_power_of_two().clamp(LEAST_BUCKETS, BUCKETS);
    (least.ilog2()..=BUCKETS.ilog2())
        .flat_map(|bits| {
            let attempts = if bits == BUCKETS.ilog2() { ATTEMPTS } else { ATTEMPTS_WITH_LESS };
            (0..attempts).map(move |attempt| (bits, attempt))
        })
        .any(|(bits, attempt)| place(table, &entries, bits, attempt.wrapping_mul(STEP) | 1))
        .then_some(())
        .ok_or(NoRoom::Prefixes(entries.len()))
}

/// An address as the kernel compares it, from its first bit on.
pub(super) fn words(address: u128) -> [u64; 2] {
    [(address >> 64) as u64, address as u64]
}

/// Puts every entry into one of `1 << bits` buckets under `seed`. Returns whether each had room.
fn place(table: &mut Hashed, entries: &[Entry], bits: u32, seed: u64) -> bool {
    table.seed = seed;
    table.shift = u64::from(u64::BITS - bits);
    // Those behind have not been written to yet.
    for bucket in table.entries.iter_mut().take(1 << bits) {
        bytemuck::bytes_of_mut(bucket).fill(0);
    }
    entries.iter().all(|entry| {
        let bucket = table.entries.get_mut(bucket(hash(entry.key, seed), table.shift));
        let free = bucket.and_then(|bucket| bucket.iter_mut().find(|place| place.mask == 0));
        free.map(|place| *place = *entry).is_some()
    })
}
