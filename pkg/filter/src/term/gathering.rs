//! Terms for pairs: `(host A and port 1) or (host B and port 2) or …` as few of them.
//!
//! As sets of fields, each of these alternatives would be a term of its own, once for each side of a packet.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::{Ends, Pairs, Term};
use crate::{
    field::Field,
    set::{Range, Set},
};

/// Alternatives that become one term, and different addresses and ports among them, at least: with fewer, sets of fields do.
pub(super) const MIN_PAIRS: usize = 4;
/// Pairs of one alternative at most; one with more stays a term of its own.
const MAX_OF_ONE: usize = 64;

/// A term that can be one of many pairs: all but the pair, and the pairs.
struct Part {
    rest: Term,
    ends: Ends,
    listed: BTreeSet<(u128, u16)>,
}

impl Part {
    /// Nothing for a term that cannot.
    fn new(term: &Term) -> Option<Self> {
        let ends = asked(term)?;
        let mut rest = term.clone();
        let (addresses, ports) = (rest.sets.remove(&ends.address)?, rest.sets.remove(&ends.port)?);
        let listed = match rest.pairs.remove(&ends) {
            Some(pairs) => {
                let is_whole =
                    !pairs.is_none_of() && projections(&pairs.listed().collect()) == [addresses, ports];
                is_whole.then(|| pairs.listed().collect())?
            }
            None => product(&addresses, &ports)?,
        };
        Some(Self { rest, ends, listed })
    }
}

/// The pairs of each of some addresses with each of some ports, where they are few.
fn product(addresses: &Set, ports: &Set) -> Option<BTreeSet<(u128, u16)>> {
    let values = |set: &Set| -> Option<Vec<u128>> {
        let count = |range: &Range| (range.last - range.first).saturating_add(1);
        let all = set.ranges().iter().fold(0_u128, |sum, range| sum.saturating_add(count(range)));
        let is_few = !set.absent() && all <= MAX_OF_ONE as u128;
        is_few.then(|| set.ranges().iter().flat_map(|range| range.first..=range.last).collect())
    };
    let (addresses, ports) = (values(addresses)?, values(ports)?);
    if addresses.len() * ports.len() > MAX_OF_ONE {
        return None;
    }
    let with =
        |address: u128| ports.iter().filter_map(move |port| Some((address, u16::try_from(*port).ok()?)));
    Some(addresses.into_iter().flat_map(with).collect())
}

/// Their addresses, and their ports.
fn projections(listed: &BTreeSet<(u128, u16)>) -> [Set; 2] {
    let one = |value: u128| Range { first: value, last: value };
    let addresses = Set::new(listed.iter().map(|(address, _)| one(*address)));
    [addresses, Set::new(listed.iter().map(|(_, port)| one((*port).into())))]
}

/// Whether a term asks for one address and one port of a packet, so that it can be one of many.
pub(super) fn is_one(term: &Term) -> bool {
    asked(term).is_some()
}

/// The one address and the one port that a term asks for.
fn asked(term: &Term) -> Option<Ends> {
    let is_asked = |ends: &Ends| term.set(ends.address).is_some() && term.set(ends.port).is_some();
    let mut asked = Ends::ALL.into_iter().filter(is_asked);
    let ends = asked.next()?;
    asked.next().is_none().then_some(ends)
}

/// The same packets, with terms for pairs in place of those that differ in an address and a port only, if they are many.
pub(super) fn gathered(terms: Vec<Term>) -> Option<Vec<Term>> {
    let mut numbers = HashMap::new();
    let mut groups: BTreeMap<(Ends, usize), Vec<(Term, Part)>> = BTreeMap::new();
    let mut kept = Vec::new();
    for term in terms {
        let Some(part) = Part::new(&term) else {
            kept.push(term);
            continue;
        };
        let next = numbers.len();
        let number = *numbers.entry(part.rest.clone()).or_insert(next);
        groups.entry((part.ends, number)).or_default().push((term, part));
    }
    let mut found = Vec::new();
    for ((ends, _), group) in groups {
        let different =
            |field: Field| group.iter().filter_map(|(term, _)| term.set(field)).collect::<HashSet<_>>().len();
        if different(ends.address).min(different(ends.port)) < MIN_PAIRS {
            kept.extend(group.into_iter().map(|(term, _)| term));
            continue;
        }
        let mut listed = BTreeSet::new();
        let mut all = Term::ALL;
        for (_, part) in group {
            listed.extend(part.listed);
            all = part.rest;
        }
        let [addresses, ports] = projections(&listed);
        all.sets.insert(ends.address, addresses);
        all.sets.insert(ends.port, ports);
        all.pairs.insert(ends, Pairs::any_of(listed));
        found.push(all);
    }
    if found.is_empty() {
        return None;
    }
    found.append(&mut kept);
    Some(found)
}

/// The packets that are not of `term`, as terms with one condition each.
pub(super) fn complement(term: &Term) -> Vec<Term> {
    // What pairs keep out, the sets of their addresses and ports keep out again.
    let is_implied = |field: Field, set: &Set| {
        term.pairs.iter().filter(|(_, pairs)| !pairs.is_none_of()).any(|(ends, pairs)| {
            let [addresses, ports] = projections(&pairs.listed().collect());
            (ends.address == field && set.includes(&addresses))
                || (ends.port == field && set.includes(&ports))
        })
    };
    let sets = term.sets().filter(|(field, set)| !is_implied(*field, set));
    let sets = sets.map(|(field, set)| Term::new(field, set.complement(field.max())));
    let pairs = term.pairs.iter().map(|(ends, pairs)| Term {
        pairs: BTreeMap::from([(*ends, pairs.clone().complement())]),
        ..Term::ALL
    });
    sets.chain(pairs).collect()
}
