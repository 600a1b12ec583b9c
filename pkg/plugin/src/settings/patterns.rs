//! Names of interfaces with wildcards.

use wildmatch::WildMatch;

use super::words;

/// Names with `*` and `?`. None at all allow everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patterns(Vec<WildMatch>);

impl Patterns {
    /// Patterns separated by commas or white space.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(words(text).map(WildMatch::new).collect())
    }

    /// As they were written, one by one.
    pub fn texts(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(WildMatch::pattern)
    }

    /// Whether every name is allowed.
    #[must_use]
    pub fn allow_all(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a name is allowed.
    #[must_use]
    pub fn allow(&self, name: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|pattern| pattern.matches(name))
    }
}
