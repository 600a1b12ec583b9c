//! What the design asks for, beside what was measured.

use serde::Serialize;

use super::table::{Align, Text};

/// Which side of a number is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bound {
    /// No more than it.
    AtMost,
    /// No less than it.
    AtLeast,
}

/// A target and what was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Target {
    /// What is asked for, with the case it was measured in.
    pub text: String,
    /// Which side of the number is good.
    pub bound: Bound,
    /// The number.
    pub limit: f64,
    /// What was measured.
    pub measured: f64,
    /// Unit of both; empty for ratios.
    pub unit: &'static str,
}

impl Target {
    /// Whether it is met.
    #[must_use]
    pub fn is_met(&self) -> bool {
        match self.bound {
            Bound::AtMost => self.measured <= self.limit,
            Bound::AtLeast => self.measured >= self.limit,
        }
    }

    /// Met or missed, and by what part of the number asked for.
    #[must_use]
    pub fn verdict(&self) -> String {
        let word = if self.is_met() { "met" } else { "missed" };
        let distance = (self.measured - self.limit).abs() / self.limit;
        format!("{word}, by {:.0} %", 100.0 * distance)
    }
}

/// Targets as lines.
#[must_use]
pub fn text(targets: &[Target]) -> String {
    let mut text = Text::new(&[
        ("target", Align::Left),
        ("asked for", Align::Right),
        ("measured", Align::Right),
        ("", Align::Left),
    ]);
    for target in targets {
        let bound = if target.bound == Bound::AtMost { "at most" } else { "at least" };
        let unit = if target.unit.is_empty() { String::new() } else { format!(" {}", target.unit) };
        text.row([
            target.text.clone(),
            format!("{bound} {}{unit}", target.limit),
            format!("{:.2}{unit}", target.measured),
            target.verdict(),
        ]);
    }
    text.to_string()
}

#[cfg(test)]
mod tests;
