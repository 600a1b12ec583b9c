//! Which hosts somebody means: names, patterns, and what people say about hosts. Pure.

use std::collections::BTreeMap;

use wildmatch::WildMatch;

/// Hosts by name (`web1`), pattern (`web*`, `?`), or label (`site=fra`, whose value may be a pattern). One that begins with
/// `!` leaves out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct HostPatterns(Vec<String>);

impl HostPatterns {
    /// Those that one of `patterns` fits; all, without any.
    #[must_use]
    pub fn new(patterns: impl IntoIterator<Item = String>) -> Self {
        Self(patterns.into_iter().filter(|pattern| !pattern.is_empty()).collect())
    }

    /// One by one.
    #[must_use]
    pub fn texts(&self) -> &[String] {
        &self.0
    }

    /// Whether a host with this name and these labels is meant.
    #[must_use]
    pub fn matches(&self, name: &str, labels: &BTreeMap<String, String>) -> bool {
        let fits = |pattern: &str| match pattern.split_once('=') {
            Some((label, value)) => {
                labels.get(label).is_some_and(|given| WildMatch::new(value).matches(given))
            }
            None => WildMatch::new(pattern).matches(name),
        };
        let (not, only): (Vec<&String>, Vec<&String>) =
            self.0.iter().partition(|pattern| pattern.starts_with('!'));
        let is_left_out = not.iter().any(|pattern| pattern.strip_prefix('!').is_some_and(fits));
        !is_left_out && (only.is_empty() || only.iter().any(|pattern| fits(pattern)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_meant_by_name_pattern_and_label() {
        let labels = BTreeMap::from([("site".to_owned(), "fra".to_owned())]);
        let matches = |patterns: &[&str], name: &str| {
            HostPatterns::new(patterns.iter().map(|one| (*one).to_owned())).matches(name, &labels)
        };
        assert!(matches(&[], "web1") && matches(&["web?"], "web1") && matches(&["db*", "site=f*"], "web1"));
        assert!(
            !matches(&["db*"], "web1") && !matches(&["site=muc"], "web1") && !matches(&["rack=1"], "web1")
        );
        assert!(
            !matches(&["!web*"], "web1")
                && matches(&["!web*"], "db")
                && !matches(&["site=fra", "!web1"], "web1")
        );
    }
}
