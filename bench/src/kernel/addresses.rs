//! Addresses by hash for each prefix length, as the product does it, against the kernel's LPM trie: one look-up
//! of varied packets' source addresses, of the same prefixes, with the same answers.

use std::os::fd::{AsFd as _, BorrowedFd};

use fastrand::Rng;
use xdplive_packet::classify::{Field, Hashed};

use super::{KernelError, sample::Unexpected};
use crate::{
    bpf::{
        lookup::Lookup,
        product::{Wanted, rules},
        programs::{Feeder, Target},
        syscall::test_run,
    },
    packets::{COUNT, Packets},
    report::{
        Table,
        statistics::{least, median},
        target::{Bound, Target as Asked},
    },
};

/// Networks in a table.
const NETWORKS: usize = 64;
/// Passes in a sample, of which the fastest counts.
const PASSES: usize = 3;
/// Packets in a pass, all of the set several times.
const PACKETS: usize = 4 * COUNT;
/// Packets whose answers are compared before anything is measured.
const COMPARED: usize = 512;
const SEED: u64 = 77;
const TITLE: &str = "one look-up of an address, 64 networks";

/// A table's networks: length of addresses in bytes, and prefix lengths.
const SETS: [(usize, &[u32]); 6] = [
    (4, &[32]),
    (4, &[16, 24, 32]),
    (4, &[10, 12, 16, 20, 24, 26, 28, 32]),
    (16, &[128]),
    (16, &[48, 64, 128]),
    (16, &[24, 32, 40, 48, 56, 64, 96, 128]),
];

/// Everything to look up, ready.
pub struct Addresses(Vec<Set>);

struct Set {
    name: String,
    feeder: Feeder,
    trie: Lookup,
    hash: Lookup,
}

/// Samples of a set: stub, trie, hash.
pub type Samples = Vec<[Vec<f64>; 3]>;

impl Addresses {
    /// Makes everything ready, and compares the answers.
    ///
    /// # Errors
    /// Any [`KernelError`]; [`KernelError::Unexpected`] where answers differ.
    pub fn new(target: &Target) -> Result<Self, KernelError> {
        SETS.iter().map(|(bytes, lengths)| set(*bytes, lengths, target)).collect::<Result<_, _>>().map(Self)
    }

    /// Room for samples.
    #[must_use]
    pub fn samples(&self) -> Samples {
        self.0.iter().map(|_| Default::default()).collect()
    }

    /// Measures each once.
    ///
    /// # Errors
    /// The kernel's.
    pub fn round(
        &self,
        target: &Target,
        stub: BorrowedFd<'_>,
        samples: &mut Samples,
    ) -> Result<(), KernelError> {
        for (set, samples) in self.0.iter().zip(samples) {
            let programs = [stub, set.trie.program.as_fd(), set.hash.program.as_fd()];
            for (program, samples) in programs.into_iter().zip(samples) {
                target.aim(program)?;
                let mut passes = Vec::new();
                for _ in 0..PASSES {
                    passes.push(set.feeder.run(PACKETS as u32)?.duration.as_nanos() as f64);
                }
                samples.push(least(&passes));
            }
        }
        Ok(())
    }

    /// The table: for each set the stub, the trie, the hash.
    #[must_use]
    pub fn table(&self, samples: Samples) -> Table {
        let mut table = Table::new(TITLE, "ns", 0);
        for (set, [stub, trie, hash]) in self.0.iter().zip(samples) {
            let stub = table.add(format!("stub, {}", set.name), stub, None);
            table.add(format!("LPM trie, {}", set.name), trie, Some(stub));
            table.add(format!("hash, {}", set.name), hash, Some(stub));
        }
        table
    }

    /// Whether the hash is the better choice: what both take above the stub, compared.
    #[must_use]
    pub fn targets(&self, table: &Table) -> Vec<Asked> {
        let lines = table.lines.chunks_exact(3).zip(&self.0);
        lines
            .filter_map(|(lines, set)| {
                let [stub, trie, hash] = lines else { return None };
                let samples = trie.samples.iter().zip(&hash.samples).zip(&stub.samples);
                let ratios: Vec<f64> =
                    samples.map(|((trie, hash), stub)| (hash - stub) / (trie - stub)).collect();
                Some(Asked {
                    text: format!("address by hash, {}: times the LPM trie, both above the stub", set.name),
                    bound: Bound::AtMost,
                    limit: 1.0,
                    measured: median(&ratios),
                    unit: "",
                })
            })
            .collect()
    }
}

fn set(bytes: usize, lengths: &[u32], target: &Target) -> Result<Set, KernelError> {
    let mut random = Rng::with_seed(SEED);
    let nets: Vec<(u128, u32)> = lengths
        .iter()
        .cycle()
        .take(NETWORKS)
        .map(|length| (address(bytes, &mut random) & mask(*length), *length))
        .collect();
    let wanted: Vec<Wanted> = nets.iter().map(|(net, length)| (filter(bytes, *net, *length), None)).collect();
    let rules = rules(&wanted)?;
    let field = if bytes == 4 { Field::SourceIpv4 } else { Field::SourceIpv6 };
    let name = format!("IPv{}, prefix lengths: {}", if bytes == 4 { 4 } else { 6 }, lengths.len());
    let unexpected = |what: String| Unexpected { case: name.clone(), packets: COMPARED as u64, what };
    let Some(table) = rules.tables.hashed.get(field.hashed()) else {
        return Err(unexpected("there is no such table".to_owned()).into());
    };
    // Half of the addresses are in one of the networks.
    let sources: Vec<u128> = (0..COUNT)
        .map(|_| {
            let any = address(bytes, &mut random);
            match random.choice(&nets) {
                Some((net, length)) if random.bool() => net | (any & !mask(*length)),
                _ => any,
            }
        })
        .collect();
    let packets = packets(bytes, &sources);
    let (trie, hash) = (Lookup::by_trie(table, bytes)?, Lookup::by_hash(table, bytes)?);
    for (frame, source) in packets.frames().iter().zip(&sources).take(COMPARED) {
        let class = u32::from(class(table, *source));
        for lookup in [&trie, &hash] {
            let found = test_run(lookup.program.as_fd(), frame, 1)?.result;
            if found != class {
                let what = format!("{source:032x} is of class {class} and a program found {found}");
                return Err(unexpected(what).into());
            }
        }
    }
    Ok(Set { name, feeder: Feeder::new(&packets, target)?, trie, hash })
}

/// A random address from its first bit on: any of IPv4, a unique local one of IPv6 (RFC 4193).
fn address(bytes: usize, random: &mut Rng) -> u128 {
    if bytes == 4 { u128::from(random.u32(..)) << 96 } else { 0xfd << 120 | random.u128(..) >> 8 }
}

/// The first `length` bits, at least one.
const fn mask(length: u32) -> u128 {
    u128::MAX << (128 - length)
}

fn class(table: &Hashed, address: u128) -> u8 {
    table.class([(address >> 64) as u64, address as u64])
}

fn filter(bytes: usize, net: u128, length: u32) -> String {
    if bytes == 4 {
        format!("src net {}/{length}", std::net::Ipv4Addr::from((net >> 96) as u32))
    } else {
        format!("src net {}/{length}", std::net::Ipv6Addr::from(net))
    }
}

fn packets(bytes: usize, sources: &[u128]) -> Packets {
    if bytes == 4 {
        let sources: Vec<[u8; 4]> =
            sources.iter().map(|source| ((source >> 96) as u32).to_be_bytes()).collect();
        Packets::from_sources(&sources, SEED)
    } else {
        let sources: Vec<[u8; 16]> = sources.iter().map(|source| source.to_be_bytes()).collect();
        Packets::from_sources(&sources, SEED)
    }
}
