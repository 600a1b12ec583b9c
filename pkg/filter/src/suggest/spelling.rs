//! Words that are nearly those that were expected.

use crate::{
    parse::{ValueKind, Wanted},
    vocabulary::{constants, ethertypes, protocols, services},
    words,
};

/// Words at most that are suggested for one.
const MAX_WORDS: usize = 3;

/// Longest word that is looked at, bytes; no word of the language is longer.
const MAX_LENGTH: usize = 40;

/// The words among those `expected` that `word` is nearest to, if it is near enough to be one of them mistyped.
pub(super) fn nearest(word: &str, expected: &[Wanted]) -> Vec<String> {
    let word = word.to_ascii_lowercase();
    let allowed = match word.len() {
        0..=2 => return Vec::new(),
        3..=5 => 1,
        6..=MAX_LENGTH => 2,
        _ => return Vec::new(),
    };
    let mut near: Vec<(usize, &str)> = Vec::new();
    for candidate in expected.iter().flat_map(|wanted| words_of(*wanted)) {
        let distance = distance(word.as_bytes(), candidate.as_bytes());
        if distance <= allowed && !near.iter().any(|(_, known)| *known == candidate) {
            near.push((distance, candidate));
        }
    }
    let least = near.iter().map(|(distance, _)| *distance).min();
    let nearest = near.into_iter().filter(|(distance, _)| Some(*distance) == least);
    nearest.take(MAX_WORDS).map(|(_, candidate)| candidate.to_owned()).collect()
}

fn words_of(wanted: Wanted) -> Vec<&'static str> {
    let names = |kind: ValueKind| -> Vec<&'static str> {
        match kind {
            ValueKind::Service => services::all().iter().map(|(name, _)| *name).collect(),
            ValueKind::IpProtocol => protocols::keywords().map(|(name, _)| name).collect(),
            ValueKind::Ethertype => ethertypes::keywords().map(|(name, _)| name).collect(),
            ValueKind::CodePoint => constants::code_point_names().map(|(name, _)| name).collect(),
            ValueKind::Number => constants::names().map(|(name, _)| name).collect(),
            ValueKind::Address | ValueKind::Vlan => Vec::new(),
        }
    };
    match wanted {
        Wanted::Condition => words::beginning_conditions().chain(words::protocols()).collect(),
        Wanted::Word(word) => vec![word],
        Wanted::Value(kind) => names(kind),
    }
}

/// Letters to add, take away, replace, or exchange with their neighbour, until one is the other (optimal string
/// alignment).
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (row, letter) in a.iter().enumerate() {
        let mut next = vec![row + 1];
        for (column, other) in b.iter().enumerate() {
            let at = |line: &[usize], place: usize| line.get(place).copied().unwrap_or(usize::MAX / 2);
            let replaced = at(&last, column) + usize::from(letter != other);
            let mut least = replaced.min(at(&last, column + 1) + 1).min(at(&next, column) + 1);
            let neighbours = (row.checked_sub(1), column.checked_sub(1));
            if let (Some(previous), Some(place)) = neighbours
                && a.get(previous) == Some(other)
                && b.get(place) == Some(letter)
            {
                least = least.min(at(&before, place) + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut last, next);
    }
    last.last().copied().unwrap_or(a.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (a, b, expected) in [
            ("", "abc", 3),
            ("abc", "abc", 0),
            ("scr", "src", 1),
            ("hots", "host", 1),
            ("prot", "proto", 1),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(a.as_bytes(), b.as_bytes()), expected, "{a} {b}");
            assert_eq!(distance(b.as_bytes(), a.as_bytes()), expected, "{b} {a}");
        }
    }
}
