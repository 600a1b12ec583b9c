//! Ours against tshark's, field by field: differences, reasons for them, and how often both agree.

use std::{collections::BTreeMap, fmt};

use xdplive_corpus::Sample;
use xdplive_packet::{Headers, Malformed};

/// Differences shown, where there are any.
const SHOWN: usize = 20;

/// What tshark says of a frame.
pub(crate) trait Dissection {
    /// The names of its layers.
    fn layers(&self) -> String;
}

/// A field on which they differ.
pub(crate) struct Difference<'a, D: ?Sized> {
    pub(crate) field: &'static str,
    pub(crate) ours: Option<String>,
    pub(crate) theirs: Option<String>,
    pub(crate) sample: &'a Sample,
    pub(crate) headers: &'a Headers,
    /// All that tshark says of the frame.
    pub(crate) dissection: &'a D,
}

impl<D: ?Sized> Difference<'_, D> {
    pub(crate) fn only_ours(&self) -> bool {
        self.ours.is_some() && self.theirs.is_none()
    }

    pub(crate) fn only_theirs(&self) -> bool {
        self.ours.is_none() && self.theirs.is_some()
    }

    pub(crate) fn is_malformed(&self, reason: Malformed) -> bool {
        self.headers.malformed() == Some(reason)
    }
}

impl<D: Dissection + ?Sized> fmt::Display for Difference<'_, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, ours, theirs, sample, headers, dissection } = self;
        let (reason, layers) = (headers.malformed(), dissection.layers());
        write!(f, "{field}: {ours:?}, tshark {theirs:?}; {reason:?}, tshark's layers {layers}; {sample}")
    }
}

/// A reason to differ.
pub(crate) struct Rule<D: ?Sized + 'static> {
    pub(crate) name: &'static str,
    pub(crate) fields: &'static [&'static str],
    pub(crate) applies: fn(&Difference<'_, D>) -> bool,
}

impl<D: ?Sized> Rule<D> {
    fn excuses(&self, difference: &Difference<'_, D>) -> bool {
        self.fields.contains(&difference.field) && (self.applies)(difference)
    }
}

/// What came of the comparison so far.
pub(crate) struct Tally<D: ?Sized + 'static> {
    rules: &'static [Rule<D>],
    agreed: BTreeMap<&'static str, usize>,
    excused: BTreeMap<&'static str, usize>,
    unexplained: Vec<String>,
}

impl<D: Dissection + ?Sized> Tally<D> {
    pub(crate) const fn new(rules: &'static [Rule<D>]) -> Self {
        Self { rules, agreed: BTreeMap::new(), excused: BTreeMap::new(), unexplained: Vec::new() }
    }

    /// Compares one field of one frame.
    pub(crate) fn compare(&mut self, difference: Difference<'_, D>) {
        if difference.ours == difference.theirs {
            *self.agreed.entry(difference.field).or_default() += usize::from(difference.ours.is_some());
            return;
        }
        match self.rules.iter().find(|rule| rule.excuses(&difference)) {
            Some(rule) => *self.excused.entry(rule.name).or_default() += 1,
            None => self.unexplained.push(difference.to_string()),
        }
    }

    /// How often both had the same value of a field.
    pub(crate) fn agreed(&self, field: &str) -> usize {
        self.agreed.get(field).copied().unwrap_or(0)
    }

    /// Every difference has its reason, and every reason a difference.
    pub(crate) fn assert_explained(&self) {
        self.assert_without_surprise();
        for rule in self.rules {
            assert!(
                self.excused.contains_key(rule.name),
                "\"{}\" is no longer needed by any frame",
                rule.name
            );
        }
    }

    /// Every difference has its reason.
    pub(crate) fn assert_without_surprise(&self) {
        let Self { unexplained, .. } = self;
        let shown = unexplained.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join("\n");
        assert!(unexplained.is_empty(), "{} differences, among them:\n{shown}", unexplained.len());
    }
}
