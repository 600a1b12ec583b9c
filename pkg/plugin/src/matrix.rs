//! Conversations as a matrix: how much each host, or each network, sends to each other one.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    sync::Arc,
    time::Duration,
};

use crate::{columns::flows::FlowRow, conversations::bits_a_second, groups::OTHER, masks::Masks};

/// The name of the field that has the senders.
pub const SOURCE: &str = "source";

/// Senders that have a row, and receivers that have a column. All others are one.
const MOST: usize = 30;

/// Who sends how much to whom.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matrix {
    /// Those that send, the largest first, and then the others together.
    pub senders: Vec<String>,
    /// Those that receive, in the same order, each with the bits a second that it has of each sender; none where there was nothing.
    pub receivers: Vec<(String, Vec<Option<f64>>)>,
}

impl Matrix {
    /// The matrix of conversations that were counted for so long, of hosts or of these networks. Those without addresses are no part
    /// of it.
    #[must_use]
    pub fn of(rows: &[FlowRow], time: Duration, networks: Masks) -> Self {
        let mut sums: BTreeMap<(IpAddr, IpAddr), u64> = BTreeMap::new();
        let mut names: BTreeMap<IpAddr, Arc<str>> = BTreeMap::new();
        for row in rows {
            let Some((source, destination)) = row.ends() else { continue };
            for (address, about) in [source, destination].into_iter().zip(row.about()) {
                if let Some(name) = about.name.as_ref().filter(|_| networks.leave(address)) {
                    names.entry(address).or_insert_with(|| Arc::clone(&name.text));
                }
            }
            let (source, destination) = (networks.address(source), networks.address(destination));
            let conversation = row.conversation();
            for (pair, bytes) in [
                ((source, destination), conversation.forward.sum.bytes),
                ((destination, source), conversation.reverse.sum.bytes),
            ] {
                if bytes > 0 {
                    *sums.entry(pair).or_default() += bytes;
                }
            }
        }
        let senders = largest(sums.iter().map(|((sender, _), bytes)| (*sender, *bytes)));
        let receivers = largest(sums.iter().map(|((_, receiver), bytes)| (*receiver, *bytes)));
        let mut cells = vec![vec![None; senders.len()]; receivers.len()];
        for ((sender, receiver), bytes) in &sums {
            // Who is none of the largest is the last.
            let place = |of: &[Option<IpAddr>], address: &IpAddr| {
                of.iter().position(|one| one.as_ref() == Some(address)).unwrap_or(of.len().saturating_sub(1))
            };
            let (row, column) = (place(&senders, sender), place(&receivers, receiver));
            if let Some(cell) = cells.get_mut(column).and_then(|column| column.get_mut(row)) {
                *cell = Some(cell.unwrap_or(0) + bytes);
            }
        }
        let called = Called::new(names, networks);
        Self {
            senders: senders.iter().map(|one| called.text(*one)).collect(),
            receivers: receivers
                .iter()
                .zip(cells)
                .map(|(one, cells)| {
                    let bits = cells.into_iter().map(|bytes| Some(bits_a_second(bytes?, time)));
                    (called.text(*one), bits.collect())
                })
                .collect(),
        }
    }
}

/// The largest by their sums, the largest first; `None` behind them stands for all others.
fn largest(parts: impl Iterator<Item = (IpAddr, u64)>) -> Vec<Option<IpAddr>> {
    let mut sums: BTreeMap<IpAddr, u64> = BTreeMap::new();
    for (address, bytes) in parts {
        *sums.entry(address).or_default() += bytes;
    }
    let mut ranked: Vec<(Reverse<u64>, IpAddr)> =
        sums.into_iter().map(|(address, bytes)| (Reverse(bytes), address)).collect();
    ranked.sort_unstable();
    let others = (ranked.len() > MOST).then_some(None);
    ranked.truncate(MOST);
    ranked.into_iter().map(|(_, address)| Some(address)).chain(others).collect()
}

/// What hosts and networks are called. Fields of a frame need names that differ.
struct Called {
    names: BTreeMap<IpAddr, Arc<str>>,
    networks: Masks,
}

impl Called {
    /// With the names that only one of the hosts has.
    fn new(mut names: BTreeMap<IpAddr, Arc<str>>, networks: Masks) -> Self {
        let mut known = BTreeSet::new();
        let doubled: BTreeSet<Arc<str>> =
            names.values().filter(|name| !known.insert(Arc::clone(name))).cloned().collect();
        names.retain(|_, name| !doubled.contains(name) && **name != *OTHER && **name != *SOURCE);
        Self { names, networks }
    }

    fn text(&self, address: Option<IpAddr>) -> String {
        let Some(address) = address else { return OTHER.to_owned() };
        self.names.get(&address).map_or_else(|| self.networks.network(address), |name| name.to_string())
    }
}

#[cfg(test)]
mod tests;
