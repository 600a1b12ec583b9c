//! What the design asks for, judged where packets are hardest to foresee, and in rounds in which the machine had nothing
//! else to do: where another process runs on the same core's other half, everything takes longer, the stub as well, and
//! nanoseconds say nothing.

use super::cases::{AGAIN, JUDGED, PAIRS, UNWANTED as UNWANTED_CASES};
use crate::report::{
    Line, Table,
    statistics::{by_round, least, median},
    target::{Bound, Target},
};

/// Nanoseconds that an unwanted packet may take more than the stub.
const UNWANTED: f64 = 40.0;
/// How much more 64 terms may take than one.
const TERMS: f64 = 1.3;
/// How much longer than its best a stub takes on a quiet machine, at most.
const QUIET: f64 = 1.2;

/// The targets, and the number of rounds that they are judged by.
pub(super) fn targets(tables: &[Table]) -> (Vec<Target>, usize) {
    let Some(table) = tables.iter().find(|table| table.title == JUDGED) else { return (Vec::new(), 0) };
    let line = |name: &str| table.lines.iter().find(|line| line.name == name);
    let (Some(stub), Some(again)) = (table.line(0), line(AGAIN)) else { return (Vec::new(), 0) };
    let quiet = quiet(&stub.samples, &again.samples);
    // A figure of one case, above the stub, in the quiet rounds.
    let above = |line: &Line| {
        let all = by_round(&line.samples, &stub.samples, |one, stub| one - stub);
        all.into_iter().zip(&quiet).filter_map(|(above, quiet)| quiet.then_some(above)).collect::<Vec<f64>>()
    };
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
    (targets, quiet.iter().filter(|quiet| **quiet).count())
}

/// In which rounds the stub took no longer than it must, at the beginning and at the end.
fn quiet(stub: &[f64], again: &[f64]) -> Vec<bool> {
    let most = QUIET * least(stub).min(least(again));
    stub.iter().zip(again).map(|(stub, again)| stub.max(*again) <= most).collect()
}

#[cfg(test)]
mod tests;
