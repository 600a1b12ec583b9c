//! Tables and targets of B3.

use std::collections::BTreeMap;

use super::{
    CostsError, Traffic,
    asked::Asked,
    turn::{Part, Turn},
};
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
    /// Why there are fewer than there should be.
    ended: Option<String>,
}

impl Figures {
    /// Adds a turn of a case.
    pub fn add(&mut self, asked: Asked, turn: Turn) {
        let number = Asked::ALL.iter().position(|case| *case == asked);
        if let Some(turns) = number.and_then(|number| self.turns.get_mut(number)) {
            turns.push(turn);
        }
    }

    /// Notes why no more turns come.
    pub fn end_early(&mut self, reason: &CostsError) {
        self.ended = Some(reason.to_string());
    }

    /// The whole report.
    #[must_use]
    pub fn report(&self) -> Report {
        let [bulk, questions] = Traffic::ALL.map(|traffic| {
            let title = format!("{}, of a processor that does nothing else", traffic.name());
            self.compared(title, traffic, |part| part.carried.per_processor_second())
        });
        let [bulk_now, questions_now] = Traffic::ALL.map(|traffic| {
            let title = format!("{}, by the clock", traffic.name());
            self.compared(title, traffic, |part| part.carried.per_second())
        });
        let left = bulk.lines.last().and_then(|line| line.ratio).map_or(f64::NAN, |ratio| ratio.median);
        let target = Target {
            text: "TCP throughput with processes, quality and drops, part of that without".to_owned(),
            bound: Bound::AtLeast,
            limit: LEFT,
            measured: left,
            unit: "",
        };
        let plugin = Traffic::ALL.map(|traffic| self.plugin(traffic));
        let programs = Traffic::ALL.into_iter().flat_map(|traffic| self.programs(traffic));
        Report {
            benchmark: "B3",
            title: "what it costs TCP connections that somebody asks for processes, quality and drops",
            tables: [bulk, questions, bulk_now, questions_now]
                .into_iter()
                .chain(plugin)
                .chain(programs)
                .collect(),
            targets: vec![target],
            notes: self.notes(),
        }
    }

    fn notes(&self) -> Vec<String> {
        let least = self.turns.iter().map(Vec::len).min().unwrap_or(0);
        let mut notes = vec![
            format!("each case was measured {least} times at least"),
            "\"the same, again\" is what two measurements of one thing differ by".to_owned(),
        ];
        notes.extend(self.ended.iter().map(|reason| format!("ended early: {reason}")));
        notes
    }

    /// Every case beside what was before.
    fn compared(&self, title: String, traffic: Traffic, of: impl Fn(&Part) -> f64) -> Table {
        let (unit, digits, divisor) = match traffic {
            Traffic::Bulk => ("Gbit/s", 2, 1e9),
            Traffic::Questions => ("1/s", 0, 1.0),
        };
        let mut table = Table::new(title, unit, digits).with_ratio_digits(3);
        for (asked, turns) in Asked::ALL.into_iter().zip(&self.turns) {
            let [with, before] = asked.names();
            let samples = |parts: fn(&Turn) -> &[Part; 2]| {
                turns.iter().map(|turn| of(traffic.of(parts(turn))) / divisor).collect()
            };
            let reference = table.add(before, samples(|turn| &turn.before), None);
            table.add(with, samples(|turn| &turn.with), Some(reference));
        }
        table
    }

    fn plugin(&self, traffic: Traffic) -> Table {
        let title = format!("processor time of the plugin, {}", traffic.name());
        let mut table = Table::new(title, "% of one", 1);
        for (asked, turns) in Asked::ALL.into_iter().zip(&self.turns) {
            let [with, _] = asked.names();
            let samples = turns.iter().map(|turn| 100.0 * traffic.of(&turn.with).plugin);
            table.add(with, samples.collect(), None);
        }
        table
    }

    /// What each program took with everything asked for, by the kernel's own count.
    fn programs(&self, traffic: Traffic) -> [Table; 2] {
        let mut found: BTreeMap<&str, [Vec<f64>; 2]> = BTreeMap::new();
        let counted = self.turns.iter().flatten().filter_map(|turn| traffic.of(&turn.with).programs.as_ref());
        for (processor, ran) in counted {
            for one in ran {
                let [times, parts] = found.entry(one.name.as_str()).or_default();
                times.push(one.time.as_nanos() as f64 / one.times as f64);
                parts.push(100.0 * one.time.as_secs_f64() / processor.as_secs_f64());
            }
        }
        let title = |what| format!("with all three, {what} of each program, {}", traffic.name());
        let mut each = Table::new(title("time of a run"), "ns", 0);
        let mut all = Table::new(title("part of the connection's time"), "%", 2);
        for (name, [times, parts]) in found {
            each.add(name, times, None);
            all.add(name, parts, None);
        }
        [each, all]
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::costs::{ends::Carried, programs::Ran};

    #[test]
    fn each_case_is_compared_with_the_same_without_it() {
        let mut figures = Figures::default();
        for (asked, part_left) in Asked::ALL.into_iter().zip([0.8, 1.0, 0.975, 0.95, 1.0, 0.9]) {
            let part = |gigabits: f64| Part {
                carried: Carried {
                    amount: gigabits * 2e9,
                    time: Duration::from_secs(4),
                    processor: Duration::from_secs(2),
                },
                plugin: 0.25,
                programs: None,
            };
            let (before, mut with) = (part(40.0), part(40.0 * part_left));
            if asked == Asked::Together {
                let ran = Ran { name: "sent".to_owned(), times: 1_000_000, time: Duration::from_millis(50) };
                with.programs = Some((Duration::from_secs(1), vec![ran]));
            }
            figures.add(asked, Turn { before: [before.clone(), before], with: [with.clone(), with] });
        }
        let report = figures.report();
        let ratios = report.tables[0].lines.iter().filter_map(|line| line.ratio.map(|ratio| ratio.median));
        assert_eq!(ratios.collect::<Vec<_>>(), [0.8, 1.0, 0.975, 0.95, 1.0, 0.9]);
        assert!(!report.targets[0].is_met());
        let median = |table: usize, line: usize| report.tables[table].lines[line].summary.median;
        let found = [median(0, 11), median(2, 11), median(4, 5), median(6, 0), median(7, 0)];
        assert_eq!(found, [36.0, 18.0, 25.0, 50.0, 5.0]);
    }
}
