//! The fewest prefixes, the longest of which that holds an address tells its class: Draves, King, Venkatachary and
//! Zill, "Constructing optimal IP routing tables", INFOCOM 1999. Of equal numbers the one with longer prefixes is taken:
//! these are what filters name, and the lengths in between would be further ones to look up.

use crate::set::Range;

/// A prefix and the class of the addresses that no longer one holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Route {
    /// The address, its first bit being the highest of the field's bits; zeros behind the prefix.
    pub(super) address: u128,
    /// Bits of the prefix.
    pub(super) length: u32,
    /// The class.
    pub(super) class: u8,
}

/// The prefixes that give each address of `bits` bits the class that `ranges` (without gaps) do. The first is the one
/// of no bits.
pub(super) fn routes(ranges: &[(Range, u8)], bits: u32) -> Vec<Route> {
    let root = Node::new(ranges, Region { address: 0, length: 0, bits });
    let mut routes = Vec::new();
    root.choose(Region { address: 0, length: 0, bits }, None, &mut routes);
    routes
}

/// The addresses under a prefix.
#[derive(Clone, Copy)]
struct Region {
    address: u128,
    length: u32,
    bits: u32,
}

impl Region {
    fn halves(self) -> [Self; 2] {
        let length = self.length + 1;
        let second = self.address | 1 << (self.bits - length);
        [Self { length, ..self }, Self { address: second, length, ..self }]
    }

    fn last(self) -> u128 {
        let below = self.bits - self.length;
        self.address | u128::MAX.checked_shr(u128::BITS - below).unwrap_or(0)
    }
}

/// A region, and the classes that its own prefix could have at the same cost. Sorted.
struct Node {
    candidates: Vec<u8>,
    /// Whether a prefix for the whole region saves one for a half of it.
    saves: bool,
    halves: Option<Box<[Self; 2]>>,
}

impl Node {
    /// `ranges` are those that touch the region.
    fn new(ranges: &[(Range, u8)], region: Region) -> Self {
        let mut classes = ranges.iter().map(|(_, class)| *class);
        let first = classes.next().unwrap_or(0);
        if classes.all(|class| class == first) {
            return Self { candidates: vec![first], saves: true, halves: None };
        }
        let halves = region.halves().map(|half| Self::new(touching(ranges, half), half));
        let [low, high] = &halves;
        let mut candidates: Vec<u8> =
            low.candidates.iter().copied().filter(|class| high.candidates.contains(class)).collect();
        let saves = !candidates.is_empty();
        if !saves {
            candidates = [&*low.candidates, &*high.candidates].concat();
            candidates.sort_unstable();
        }
        Self { candidates, saves, halves: Some(Box::new(halves)) }
    }

    /// Adds the prefixes that are needed below one that gives the class `inherited`.
    fn choose(&self, region: Region, inherited: Option<u8>, routes: &mut Vec<Route>) {
        let class = match inherited {
            Some(class) if self.candidates.contains(&class) || !self.saves => class,
            _ => {
                let class = self.candidates.first().copied().unwrap_or(0);
                routes.push(Route { address: region.address, length: region.length, class });
                class
            }
        };
        if let Some(halves) = &self.halves {
            for (half, region) in halves.iter().zip(region.halves()) {
                half.choose(region, Some(class), routes);
            }
        }
    }
}

/// Those of the ranges, sorted and without gaps, that touch a region.
fn touching(ranges: &[(Range, u8)], region: Region) -> &[(Range, u8)] {
    let from = ranges.partition_point(|(range, _)| range.last < region.address);
    let to = ranges.partition_point(|(range, _)| range.first <= region.last());
    ranges.get(from..to).unwrap_or_default()
}
