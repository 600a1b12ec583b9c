//! The table of pairs of an address and a port.

use std::collections::{BTreeSet, HashMap};

use xdplive_packet::classify::{CLASSES, Pair, Pairs, SIDES, Word as TermBits, pair_bucket};

use super::{
    classes::clear,
    hashed::{ATTEMPTS, STEP, words},
};
use crate::{
    field::Field,
    term::{Ends, Term},
};

/// Why pairs do not go into the table.
pub(super) enum NoRoom {
    /// More than [`CLASSES`] of them.
    Classes,
    /// So many that a bucket always overflows.
    Pairs(usize),
}

/// A pair as it is in a packet: whether its address is of IPv6, the address, and the port.
type Known = (bool, u128, u16);

/// Fills `table` with the pairs of `terms`, which are there with their bits. `all` are the bits of all terms.
pub(super) fn fill(table: &mut Pairs, terms: &[(u32, &Term)], all: TermBits) -> Result<(), NoRoom> {
    let mut known = BTreeSet::new();
    for (ends, pairs) in terms.iter().flat_map(|(_, term)| term.pairs()) {
        known.extend(pairs.listed().map(|(address, port)| (is_ipv6(ends), address, port)));
    }
    let mut classes = HashMap::from([(accepted(terms, all, None), 0)]);
    let mut entries = Vec::with_capacity(known.len());
    for pair @ (is_ipv6, address, port) in known {
        let next = classes.len() as u32;
        let class = *classes.entry(accepted(terms, all, Some(pair))).or_insert(next);
        let (version, bits) = if is_ipv6 { (6, 128) } else { (4, 32) };
        let address = words(address.checked_shl(u128::BITS - bits).unwrap_or(0));
        entries.push(Pair { address, version_and_port: version << 16 | u32::from(port), class });
    }
    if classes.len() > CLASSES {
        return Err(NoRoom::Classes);
    }
    for (word, class) in classes {
        if let Some(place) = table.words.get_mut(class as usize) {
            *place = word;
        }
    }
    // One that is not in the table is as good as one of class 0.
    entries.retain(|pair| pair.class != 0);
    (0..ATTEMPTS)
        .any(|attempt| place(table, &entries, attempt.wrapping_mul(STEP) | 1))
        .then_some(())
        .ok_or(NoRoom::Pairs(entries.len()))
}

fn is_ipv6(ends: Ends) -> bool {
    matches!(ends.address, Field::SourceIpv6 | Field::DestinationIpv6)
}

/// The number of a packet's pair.
fn number(ends: Ends) -> usize {
    let is_to = usize::from(matches!(ends.address, Field::DestinationIpv4 | Field::DestinationIpv6));
    is_to << 1 | usize::from(ends.port == Field::DestinationPort)
}

/// By the number of a packet's pair: the terms that accept this one, or one that none of them names.
fn accepted(terms: &[(u32, &Term)], all: TermBits, pair: Option<Known>) -> [TermBits; SIDES] {
    let mut accepted = [all; SIDES];
    for (bit, term) in terms {
        for (ends, pairs) in term.pairs() {
            let of_version = pair.filter(|(version, ..)| *version == is_ipv6(ends));
            let is_accepted = pairs.contains(of_version.map(|(_, address, port)| (address, port)));
            if !is_accepted && let Some(word) = accepted.get_mut(number(ends)) {
                clear(word, *bit);
            }
        }
    }
    accepted
}

/// Puts every entry into its bucket under `seed`. Returns whether each had room.
fn place(table: &mut Pairs, entries: &[Pair], seed: u64) -> bool {
    table.seed = seed;
    bytemuck::bytes_of_mut(&mut table.entries).fill(0);
    entries.iter().all(|entry| {
        let bucket = table.entries.get_mut(pair_bucket(entry.address, entry.version_and_port, seed));
        let free = bucket.and_then(|bucket| bucket.iter_mut().find(|place| place.version_and_port == 0));
        free.map(|place| *place = *entry).is_some()
    })
}
