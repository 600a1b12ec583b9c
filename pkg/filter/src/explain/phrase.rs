//! What sentences are put together from.

/// A condition in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Phrase {
    /// What conditions on the same field have in common: `to or from port`.
    pub(super) head: String,
    /// The rest: `443`; empty where the head says it all.
    pub(super) value: String,
}

impl Phrase {
    pub(super) fn new(head: impl Into<String>, value: impl Into<String>) -> Self {
        Self { head: head.into(), value: value.into() }
    }

    /// One that is all head.
    pub(super) fn whole(head: impl Into<String>) -> Self {
        Self::new(head, "")
    }

    /// Both parts.
    pub(super) fn text(&self) -> String {
        if self.value.is_empty() { self.head.clone() } else { format!("{} {}", self.head, self.value) }
    }
}

/// `443 (https)`.
pub(super) fn named(number: String, name: Option<&str>) -> String {
    match name {
        Some(name) => format!("{number} ({name})"),
        None => number,
    }
}

/// Parts of a list at most that are all named.
const NAMED: usize = 8;

/// `a, b or c`, or for a long list `a, b, c or one of 2,997 others`.
pub(super) fn any_of(values: &[String]) -> String {
    match first_of_many(values) {
        Some((named, others)) => format!("{named} or one of {others} others"),
        None => joined(values, "or"),
    }
}

/// `a, b and c`, or for a long list `a, b, c and 2,997 other conditions`.
pub(super) fn all_of(conditions: &[String]) -> String {
    match first_of_many(conditions) {
        Some((named, others)) => format!("{named} and {others} other conditions"),
        None => joined(conditions, "and"),
    }
}

/// The first ones of a long list, and how many others there are.
fn first_of_many(parts: &[String]) -> Option<(String, String)> {
    let (named, others) = parts.split_at_checked(3).filter(|_| parts.len() > NAMED)?;
    Some((named.join(", "), grouped(others.len())))
}

/// `2,997`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| str::from_utf8(group).ok()).collect();
    groups.join(",")
}

/// `a, b or c`.
pub(super) fn joined(parts: &[String], word: &str) -> String {
    match parts.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} {word} {last}", others.join(", ")),
        None => String::new(),
    }
}
