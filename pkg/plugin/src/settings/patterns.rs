//! Names of interfaces with wildcards.

use wildmatch::WildMatch;

use super::words;

/// Names with `*` and `?`. None at all allow everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patterns {
    own: Vec<WildMatch>,
    /// What is allowed must be allowed by these, too.
    within: Vec<WildMatch>,
}

impl Patterns {
    /// Patterns separated by commas or white space; `None` where the text has none, which may have been meant to allow
    /// something and must not be taken for everything.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let own: Vec<WildMatch> = words(text).map(WildMatch::new).collect();
        (!own.is_empty()).then(|| Self { own, within: Vec::new() })
    }

    /// These, as far as `others` allow it.
    #[must_use]
    pub fn within(self, others: Self) -> Self {
        if self.own.is_empty() { others } else { Self { within: others.own, ..self } }
    }

    /// As they were written, one by one.
    pub fn texts(&self) -> impl Iterator<Item = String> {
        self.own.iter().map(WildMatch::pattern)
    }

    /// Whether every name is allowed.
    #[must_use]
    pub fn allow_all(&self) -> bool {
        self.own.is_empty()
    }

    /// Whether a name is allowed.
    #[must_use]
    pub fn allow(&self, name: &str) -> bool {
        [&self.own, &self.within]
            .into_iter()
            .all(|patterns| patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(name)))
    }
}
