//! Tables and targets of B3.

use super::{asked::Asked, turn::Turn};
use crate::report::{
    Report, Table,
    target::{Bound, Target},
};

/// Part of the throughput that is left at least with processes, quality and drops together.
const LEFT: f64 = 0.96;

/// All rounds.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// By the number of the case.
    turns: [Vec<Turn>; Asked::ALL.len()],
}

impl Figures {
    /// Adds a turn of the case with this number.
    pub fn add(&mut self, case: usize, turn: Turn) {
        if let Some(turns) = self.turns.get_mut(case) {
            turns.push(turn);
        }
    }

    /// The whole report.
    #[must_use]
    pub fn report(&self) -> Report {
        let bulk = self.table("TCP over veth, as fast as it goes", "Gbit/s", 2, |turn| turn.bulk / 1e9);
        let answers = self.table("TCP over veth, question and answer", "1/s", 0, |turn| turn.answers);
        let left = bulk.lines.last().and_then(|line| line.ratio).map_or(f64::NAN, |ratio| ratio.median);
        let target = Target {
            text: "TCP throughput with processes, quality and drops, part of that without".to_owned(),
            bound: Bound::AtLeast,
            limit: LEFT,
            measured: left,
            unit: "",
        };
        let plain = |title, of: fn(&Turn) -> f64| {
            let mut table = Table::new(title, "% of one", 1);
            for (asked, turns) in Asked::ALL.into_iter().zip(&self.turns) {
                table.add(asked.name(), turns.iter().map(|turn| 100.0 * of(turn)).collect(), None);
            }
            table
        };
        let times = [
            plain("processor time of the plugin, as fast as it goes", |turn| turn.plugin[0]),
            plain("processor time of the plugin, question and answer", |turn| turn.plugin[1]),
        ];
        Report {
            benchmark: "B3",
            title: "what it costs TCP connections that somebody asks for processes, quality and drops",
            tables: [bulk, answers].into_iter().chain(times).collect(),
            targets: vec![target],
            notes: self.notes(),
        }
    }

    fn table(&self, title: &str, unit: &'static str, digits: usize, of: impl Fn(&Turn) -> f64) -> Table {
        let mut table = Table::new(title, unit, digits).with_ratio_digits(3);
        for (asked, turns) in Asked::ALL.into_iter().zip(&self.turns) {
            let reference = Asked::ALL.iter().position(|other| Some(*other) == asked.reference());
            table.add(asked.name(), turns.iter().map(&of).collect(), reference);
        }
        table
    }

    fn notes(&self) -> Vec<String> {
        let rounds = self.turns.first().map_or(0, Vec::len);
        vec![
            format!("{rounds} rounds; \"again\" is what two measurements of the same differ by"),
            "both ends of a connection share one processor; plugin and client have the others".to_owned(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_case_is_compared_with_the_same_without_it() {
        let mut figures = Figures::default();
        for (number, gigabits) in [50.0, 40.0, 40.0, 39.0, 38.0, 40.0, 36.0].into_iter().enumerate() {
            let turn = Turn { bulk: gigabits * 1e9, answers: 1000.0 * gigabits, plugin: [0.1, 0.2] };
            figures.add(number, turn);
        }
        let report = figures.report();
        let ratios: Vec<Option<f64>> =
            report.tables[0].lines.iter().map(|line| line.ratio.map(|ratio| ratio.median)).collect();
        let expected = [None, Some(0.8), Some(1.0), Some(0.975), Some(0.95), Some(1.0), Some(0.9)];
        assert_eq!(ratios, expected);
        assert!(!report.targets[0].is_met());
        assert_eq!(report.tables[3].lines[6].summary.median, 20.0);
    }
}
