//! Values that no term tells apart.

use std::collections::HashMap;

use xdplive_packet::classify::{CLASSES, Word as TermBits};

use crate::set::{Range, Set};

/// A term's bit and the set that it has for the field at hand.
pub(super) type Constraint<'a> = (u32, &'a Set);

/// The values of a field, from 0 to its largest, in ranges that each have a class, and what each class stands for.
pub(super) struct Classes {
    /// Ranges without gaps, and their classes.
    pub(super) ranges: Vec<(Range, u8)>,
    /// By class: the terms that accept its values.
    pub(super) words: Vec<TermBits>,
}

/// There are more than [`CLASSES`] of them.
pub(super) struct TooManyClasses;

impl Classes {
    /// Where the values up to `max` change from one class to another: the first of each range of them, from 0 on.
    pub(super) fn edges(constraints: &[Constraint<'_>], max: u128) -> Vec<u128> {
        let mut edges: Vec<u128> = constraints
            .iter()
            .flat_map(|(_, set)| set.ranges())
            .flat_map(|range| [Some(range.first), range.last.checked_add(1)])
            .flatten()
            .filter(|edge| *edge <= max)
            .chain([0])
            .collect();
        edges.sort_unstable();
        edges.dedup();
        edges
    }

    /// The classes that `constraints` make of the values up to `max`. `all` are the bits of all terms, those
    /// without a constraint among them.
    pub(super) fn new(
        constraints: &[Constraint<'_>],
        all: TermBits,
        max: u128,
    ) -> Result<Self, TooManyClasses> {
        let edges = Self::edges(constraints, max);
        let ends = edges.iter().skip(1).map(|edge| edge - 1).chain([max]);
        let mut numbers = HashMap::new();
        let mut classes = Self { ranges: Vec::with_capacity(edges.len()), words: Vec::new() };
        for (first, last) in edges.iter().copied().zip(ends) {
            let word = word_of(constraints, all, Some(first));
            let class = *numbers.entry(word).or_insert_with(|| {
                classes.words.push(word);
                classes.words.len() - 1
            });
            if classes.words.len() > CLASSES {
                return Err(TooManyClasses);
            }
            classes.ranges.push((Range { first, last }, u8::try_from(class).map_err(|_| TooManyClasses)?));
        }
        Ok(classes)
    }

    /// Makes `class` number 0, and what was number 0 that class.
    pub(super) fn make_first(&mut self, class: u8) {
        self.words.swap(0, class.into());
        for (_, number) in &mut self.ranges {
            *number = match *number {
                0 => class,
                other if other == class => 0,
                other => other,
            };
        }
    }
}

/// The terms that accept a value, or a packet without the field.
pub(super) fn word_of(constraints: &[Constraint<'_>], all: TermBits, value: Option<u128>) -> TermBits {
    let mut word = all;
    for (bit, set) in constraints {
        if !set.contains(value) {
            clear(&mut word, *bit);
        }
    }
    word
}

pub(super) fn clear(word: &mut TermBits, bit: u32) {
    let [low, high] = word;
    if bit < u64::BITS {
        *low &= !(1 << bit);
    } else {
        *high &= !(1 << (bit - u64::BITS));
    }
}
