//! Tables and targets of B2.

use super::{Subject, Taker, shared::STREAMS, trial::Trial};
use crate::report::{
    Report, Table,
    target::{Bound, Target},
};

/// Part of the bare reader's rate that ten columns are to come up to.
const OF_BARE: f64 = 0.45;
/// Part of the rate without loss that is to be delivered at twice that rate.
const UNDER_LOAD: f64 = 0.9;

/// What many streams that share packets may cost, times one stream that has all.
const MANY_STREAMS: f64 = 2.0;

/// All rounds.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// By the number of the subject.
    rounds: [Vec<Round>; Subject::ALL.len()],
}

/// What one round found about one subject.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    /// The trial at the highest rate that was carried.
    pub carried: Trial,
    /// Whether there could have been more, had more been sent.
    pub is_senders_limit: bool,
    /// The trial at twice that rate.
    pub twice: Option<Trial>,
}

/// A subject, its rounds, and the line of its reference: the first of its path.
type Measured<'a> = (Subject, &'a [Round], Option<usize>);

impl Figures {
    /// Adds what a round found about the subject with this number.
    pub fn add(&mut self, subject: usize, round: Round) {
        if let Some(rounds) = self.rounds.get_mut(subject) {
            rounds.push(round);
        }
    }

    fn measured(&self) -> impl Iterator<Item = Measured<'_>> {
        Subject::ALL.into_iter().zip(&self.rounds).map(|(subject, rounds)| {
            let reference = Subject { taker: Taker::Bare, ..subject };
            let line = Subject::ALL.iter().position(|one| *one == reference);
            (subject, rounds.as_slice(), line.filter(|_| subject != reference))
        })
    }

    /// The whole report; `shared` is what packets cost where one stream has all, and where many share them, in
    /// nanoseconds.
    #[must_use]
    pub fn report(&self, shared: [Vec<f64>; 2]) -> Report {
        let (rates, [offered, delivered]) = (self.rates(), self.loads());
        let mut targets = Vec::new();
        for ((subject, ..), line) in self.measured().zip(&rates.lines) {
            if let Some(ratio) = line.ratio.filter(|_| subject.taker == Taker::Ten) {
                targets.push(Target {
                    text: format!("{}: rows/s without loss, part of the bare ring reader's", subject.name()),
                    bound: Bound::AtLeast,
                    limit: OF_BARE,
                    measured: ratio.median,
                    unit: "",
                });
            }
        }
        for line in &delivered.lines {
            targets.push(Target {
                text: format!("{}: delivered at twice the rate it carries, part of that rate", line.name),
                bound: Bound::AtLeast,
                limit: UNDER_LOAD,
                measured: line.summary.median,
                unit: "",
            });
        }
        let mut costs =
            Table::new("processor time of the plugin, by streams that share all packets", "ns/row", 0);
        let [one, many] = shared;
        let one = costs.add("one stream", one, None);
        costs.add(format!("{STREAMS} streams, each with other packets"), many, Some(one));
        if let Some(ratio) = costs.lines.last().and_then(|line| line.ratio) {
            targets.push(Target {
                text: format!("{STREAMS} streams that share packets: processor time, times that of one"),
                bound: Bound::AtMost,
                limit: MANY_STREAMS,
                measured: ratio.median,
                unit: "",
            });
        }
        Report {
            benchmark: "B2",
            title: "rows a second through the plugin without loss",
            tables: vec![rates, self.times(), self.clients(), self.senders(), offered, delivered, costs],
            targets,
            notes: self.notes(),
        }
    }

    fn rates(&self) -> Table {
        let mut table = Table::new("without loss", "rows/s", 0);
        for (subject, rounds, reference) in self.measured() {
            let rates = rounds.iter().map(|round| round.carried.offered_rate());
            table.add(subject.name(), rates.collect(), reference);
        }
        table
    }

    fn times(&self) -> Table {
        let mut table = Table::new("processor time of reader, or plugin and loader", "ns/row", 0);
        for (subject, rounds, reference) in self.measured() {
            let times = rounds.iter().map(|round| round.carried.reader_per_row());
            table.add(subject.name(), times.collect(), reference);
        }
        table
    }

    fn clients(&self) -> Table {
        let mut table = Table::new("processor time of the client", "ns/row", 0);
        for (subject, rounds, _) in self.measured().filter(|(subject, ..)| subject.taker != Taker::Bare) {
            let times = rounds.iter().map(|round| round.carried.client_per_row());
            table.add(subject.name(), times.collect(), None);
        }
        table
    }

    fn senders(&self) -> Table {
        let mut table = Table::new("processor time of sender, and of kernel that receives", "ns/row", 0);
        for (subject, rounds, _) in self.measured() {
            let times = rounds.iter().map(|round| round.carried.sender_per_packet());
            table.add(subject.name(), times.collect(), None);
        }
        table
    }

    /// What was offered and what arrived at twice the rate that is carried, as parts of that rate.
    fn loads(&self) -> [Table; 2] {
        let title = |what: &str| format!("{what} at twice that rate, of that rate");
        let table = |what: &str, figure: fn(&Trial) -> f64| {
            let mut table = Table::new(title(what), "part", 2);
            for (subject, rounds, _) in self.measured() {
                let parts = rounds
                    .iter()
                    .filter_map(|round| Some(figure(round.twice.as_ref()?) / round.carried.offered_rate()));
                let parts: Vec<f64> = parts.collect();
                if !parts.is_empty() {
                    table.add(subject.name(), parts, None);
                }
            }
            table
        };
        [table("offered", Trial::offered_rate), table("delivered", |trial| trial.arriving)]
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = vec![
            "in every trial: seen = what was sent = unmatched + thinned + lost + delivered, and delivered = rows that \
             came"
                .to_owned(),
        ];
        for (subject, rounds, _) in self.measured() {
            let limited = rounds.iter().filter(|round| round.is_senders_limit).count();
            if limited > 0 {
                notes.push(format!(
                    "{}: in {limited} of {} rounds it took all that could be sent; its own limit is higher",
                    subject.name(),
                    rounds.len()
                ));
            }
        }
        if notes.len() > 1 {
            notes.push(
                "where the sender limits the bare ring reader, the ratios to it flatter: there, go by \"straight\""
                    .to_owned(),
            );
        }
        notes
    }
}

#[cfg(test)]
mod tests;
