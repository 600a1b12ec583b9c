//! The interfaces that a setting allows.

use std::sync::Arc;

use xdplive_source::Chosen;

use super::words;

/// What a setting allows, as a list of interfaces: names, patterns, words, and what is not allowed. None at all allows
/// everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patterns(Option<Arc<Chosen>>);

impl Patterns {
    /// Entries separated by commas or white space; `None` where the text has none, or stands for no list: it may have been
    /// meant to restrict something, and must not be taken for everything.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        Chosen::read(words(text)).ok().map(|chosen| Self(Some(Arc::new(chosen))))
    }

    /// The same without the word `uplinks`: for who knows nothing of an interface but its name.
    #[must_use]
    pub fn read_names(text: &str) -> Option<Self> {
        Self::read(text).filter(|Self(chosen)| !chosen.as_ref().is_some_and(|chosen| chosen.needs_uplinks()))
    }

    /// These, as far as `others` allow it.
    #[must_use]
    pub fn within(self, others: Self) -> Self {
        match (self.0, others.0) {
            (Some(own), Some(others)) => Self(Some(Arc::new(Arc::unwrap_or_clone(own).within(&others)))),
            (own, others) => Self(own.or(others)),
        }
    }

    /// Entries sorted, one by one.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        self.0.as_ref().map(|chosen| chosen.texts()).unwrap_or_default()
    }

    /// Whether every interface is allowed.
    #[must_use]
    pub fn allow_all(&self) -> bool {
        self.0.as_ref().is_none_or(|chosen| chosen.is_everything())
    }

    /// Whether an interface with this name is allowed.
    #[must_use]
    pub fn allow(&self, name: &str, is_uplink: bool) -> bool {
        self.0.as_ref().is_none_or(|chosen| chosen.contains(name, is_uplink))
    }

    /// Those of `chosen` that are allowed.
    #[must_use]
    pub fn restrict(&self, chosen: Chosen) -> Chosen {
        match &self.0 {
            Some(allowed) => chosen.within(allowed),
            None => chosen,
        }
    }
}
