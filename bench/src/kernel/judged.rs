//! What the design asks for, judged where packets are hardest to foresee, by the median over all rounds.

use super::cases::{AGAIN, JUDGED, PAIRS, UNWANTED as UNWANTED_CASES};
use crate::report::{
    Line, Table,
    statistics::{by_round, median},
    target::{Bound, Target},
};

/// Nanoseconds that an unwanted packet may take more than the stub.
const UNWANTED: f64 = 40.0;
/// How much more 64 terms may take than one.
const TERMS: f64 = 1.3;
/// How much longer the stub takes at one time than at another on a quiet machine, at most.
const QUIET: f64 = 1.3;

/// The targets.
pub(super) fn targets(tables: &[Table]) -> Vec<Target> {
    let Some((table, stub)) = judged(tables) else { return Vec::new() };
    let above = |line: &Line| by_round(&line.samples, &stub.samples, |one, stub| one - stub);
    let unwanted = table.lines.iter().filter(|line| line.name.starts_with(UNWANTED_CASES));
    let mut targets: Vec<Target> = unwanted
        .map(|line| Target {
            text: format!("{}: above the stub", line.name),
            bound: Bound::AtMost,
            limit: UNWANTED,
            measured: median(&above(line)),
            unit: "ns",
        })
        .collect();
    for (one, many) in PAIRS {
        let line = |name: &str| table.lines.iter().find(|line| line.name == name);
        let (Some(one), Some(many)) = (line(one), line(many)) else { continue };
        // Of what lies above the stub, which is the stricter way: the stub's share would hide some of it.
        let ratios = by_round(&above(many), &above(one), |many, one| many / one);
        targets.push(Target {
            text: format!("{}: times {:?}, both above the stub", many.name, one.name),
            bound: Bound::AtMost,
            limit: TERMS,
            measured: median(&ratios),
            unit: "",
        });
    }
    targets
}

/// Says so where the stub, which is always the same, took much longer at some times than at others: then nanoseconds
/// tell of the machine as well.
pub(super) fn disturbed(tables: &[Table]) -> Option<String> {
    let (table, stub) = judged(tables)?;
    let again = table.lines.iter().find(|line| line.name == AGAIN)?;
    let least = stub.summary.least.min(again.summary.least);
    let most = stub.summary.most.max(again.summary.most);
    (most > QUIET * least).then(|| {
        format!(
            "the machine was not quiet: the stub alone took {least:.0} to {most:.0} ns. Everything takes longer then, \
             and differences grow with it; targets in ns are only decided by a quiet machine"
        )
    })
}

fn judged(tables: &[Table]) -> Option<(&Table, &Line)> {
    let table = tables.iter().find(|table| table.title == JUDGED)?;
    Some((table, table.line(0)?))
}

#[cfg(test)]
mod tests;
