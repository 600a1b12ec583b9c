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

/// `a, b or c`.
pub(super) fn joined(parts: &[String], word: &str) -> String {
    match parts.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} {word} {last}", others.join(", ")),
        None => String::new(),
    }
}
