//! What a benchmark brings: samples by round, compared, as a table, as targets met or missed, as JSON.
//!
//! | module | holds |
//! |---|---|
//! | [`statistics`] | median, range, comparison round by round |
//! | [`table`] | aligned text |
//! | [`target`] | what the design asks for |
//! | [`machine`] | where it was measured |

pub mod machine;
pub mod statistics;
pub mod table;
pub mod target;

use serde::Serialize;

use self::{
    statistics::Summary,
    table::{Align, Text},
    target::Target,
};

/// Everything that one benchmark found out.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Its name, such as `B1`.
    pub benchmark: &'static str,
    /// What it measures.
    pub title: &'static str,
    /// The figures.
    pub tables: Vec<Table>,
    /// What the design asks for.
    pub targets: Vec<Target>,
    /// What a reader of the figures should know.
    pub notes: Vec<String>,
}

/// Figures of one kind, measured in the same rounds.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    /// What they are.
    pub title: String,
    /// Their unit.
    pub unit: &'static str,
    /// Digits behind the point when they are printed.
    pub digits: usize,
    /// The same of ratios.
    pub ratio_digits: usize,
    /// One line for each thing measured.
    pub lines: Vec<Line>,
}

/// One thing measured.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// What it is.
    pub name: String,
    /// A figure for each round.
    pub samples: Vec<f64>,
    /// Number of the line in the same table that it is compared with; none for a reference itself.
    pub reference: Option<usize>,
    /// What the samples come to.
    pub summary: Summary,
    /// Times the reference, round by round.
    pub ratio: Option<Summary>,
    /// More than the reference, round by round.
    pub above: Option<Summary>,
}

impl Table {
    /// A table without lines.
    #[must_use]
    pub fn new(title: impl Into<String>, unit: &'static str, digits: usize) -> Self {
        Self { title: title.into(), unit, digits, ratio_digits: 2, lines: Vec::new() }
    }

    /// The same, with other digits of ratios.
    #[must_use]
    pub fn with_ratio_digits(self, ratio_digits: usize) -> Self {
        Self { ratio_digits, ..self }
    }

    /// Adds a line with a figure for each round; `reference` is the number of an earlier one. Returns its number.
    pub fn add(&mut self, name: impl Into<String>, samples: Vec<f64>, reference: Option<usize>) -> usize {
        let other = reference.and_then(|number| self.lines.get(number));
        let compared = |compare: fn(f64, f64) -> f64| {
            other.map(|other| Summary::of(&statistics::by_round(&samples, &other.samples, compare)))
        };
        let (ratio, above) = (compared(|one, other| one / other), compared(|one, other| one - other));
        let summary = Summary::of(&samples);
        self.lines.push(Line { name: name.into(), samples, reference, summary, ratio, above });
        self.lines.len() - 1
    }

    /// A line by its number.
    #[must_use]
    pub fn line(&self, number: usize) -> Option<&Line> {
        self.lines.get(number)
    }

    fn text(&self) -> String {
        let (digits, ratio_digits) = (self.digits, self.ratio_digits);
        let number = |value: f64| format!("{value:.digits$}");
        let range = |summary: Summary, digits: usize| {
            format!("{:.digits$} to {:.digits$}", summary.least, summary.most)
        };
        let compared = self.lines.iter().any(|line| line.reference.is_some());
        let heading = [
            (self.title.as_str(), Align::Left),
            (self.unit, Align::Right),
            ("range", Align::Right),
            ("ratio", Align::Right),
            ("range", Align::Right),
            ("above", Align::Right),
            ("compared with", Align::Left),
        ];
        let mut text = Text::new(if compared { &heading } else { &heading[..3] });
        for line in &self.lines {
            let reference = line.reference.and_then(|number| self.lines.get(number));
            text.row([
                line.name.clone(),
                number(line.summary.median),
                range(line.summary, digits),
                line.ratio.map_or_else(String::new, |ratio| format!("{:.ratio_digits$}", ratio.median)),
                line.ratio.map_or_else(String::new, |ratio| range(ratio, ratio_digits)),
                line.above.map_or_else(String::new, |above| number(above.median)),
                reference.map_or_else(String::new, |line| line.name.clone()),
            ]);
        }
        text.to_string()
    }
}

impl Report {
    /// What people read.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{}: {}\n", self.benchmark, self.title);
        for table in &self.tables {
            text.push('\n');
            text.push_str(&table.text());
        }
        if !self.targets.is_empty() {
            text.push('\n');
            text.push_str(&target::text(&self.targets));
        }
        for note in &self.notes {
            text.push_str(&format!("\nnote: {note}\n"));
        }
        text
    }
}

#[cfg(test)]
mod tests;
