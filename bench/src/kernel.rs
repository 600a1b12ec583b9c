//! B1: nanoseconds that the kernel program takes for a packet, by `BPF_PROG_TEST_RUN`.
//!
//! # What the figures mean
//!
//! The kernel runs a program many times over and says how long a turn took. In that time are its own loop and,
//! where packets vary, a feeder that writes the next packet over the last one: a figure alone means little. So
//! a program that only passes packets (`XDP_PASS`, the *stub*) is measured in the very same way in the very same
//! round, and what counts is how far above it a case lies. Nothing is subtracted from a figure; the column
//! `above` is the difference, round by round.
//!
//! | way | each turn | caches and branch predictors |
//! |---|---|---|
//! | [`Way::Varied`] | another of 16,384 packets, written in place by a feeder that jumps to the program | the program's code and tables are warm, as in a driver's loop under load; packets cannot be foreseen |
//! | [`Way::Repeated`] | one packet over and over | everything is warm and foreseen: the lowest figure there is |
//! | [`Way::Single`] | another packet, and a system call between two turns | partly cold, as on a machine that sees few packets |
//!
//! None of them has the cost of a driver, nor that of a packet that comes from memory.
//!
//! The ring is emptied after every 65,536 packets, so that it is full only in the case that is meant to show it.
//! After each sample the product's own counters say whether every packet went the way the case tells of.

mod addresses;
mod cases;
mod judged;
mod sample;

use crate::{
    bpf::{
        BpfError,
        product::Product,
        programs::{self, Target},
    },
    progress::Progress,
    report::{Report, Table},
};

pub use self::cases::Way;
use self::{
    addresses::Addresses,
    cases::Case,
    sample::{Sampler, Unexpected},
};

/// Rounds, each measuring every case once.
const ROUNDS: usize = 15;
/// The default ring of an interface.
const RING_BYTES: u32 = 8 << 20;
/// The smallest ring, to be full.
const SMALL_RING_BYTES: u32 = 4096;

/// Why the benchmark cannot be finished.
#[derive(Debug, thiserror::Error)]
pub enum KernelError {
    /// The kernel or an object.
    #[error(transparent)]
    Bpf(#[from] BpfError),
    /// Something else was measured than is said.
    #[error(transparent)]
    Unexpected(#[from] Unexpected),
}

/// Runs the benchmark.
///
/// # Errors
/// Any [`KernelError`].
pub fn run(progress: &mut Progress) -> Result<Report, KernelError> {
    progress.say("B1: loading");
    let stub = programs::stub()?;
    let cases = cases::all();
    let mut sampler =
        Sampler::new(stub, Product::load(RING_BYTES)?, Product::load(SMALL_RING_BYTES)?, &cases)?;
    let target = Target::new()?;
    let addresses = Addresses::new(&target)?;
    let mut samples = vec![Vec::new(); cases.len()];
    let mut lookups = addresses.samples();
    for round in 1..=ROUNDS {
        progress.say(&format!("B1: round {round} of {ROUNDS}"));
        for (number, (case, samples)) in cases.iter().zip(&mut samples).enumerate() {
            samples.push(sampler.sample(number, case)?);
        }
        addresses.round(&target, sampler.stub(), &mut lookups)?;
    }
    let mut report = report(&cases, samples);
    let lookups = addresses.table(lookups);
    report.targets.extend(addresses.targets(&lookups));
    report.tables.push(lookups);
    Ok(report)
}

fn report(cases: &[Case], samples: Vec<Vec<f64>>) -> Report {
    let mut tables: Vec<Table> = Vec::new();
    for (case, samples) in cases.iter().zip(samples) {
        let title = case.table();
        match tables.last_mut().filter(|table| table.title == title) {
            Some(table) => _ = table.add(case.name.clone(), samples, Some(0)),
            None => {
                // Its first line is a stub.
                let mut table = Table::new(title, "ns", 0);
                table.add(case.name.clone(), samples, None);
                tables.push(table);
            }
        }
    }
    let targets = judged::targets(&tables);
    let mut notes = vec![
        "every figure has the kernel's loop and, where packets vary, the feeder in it: compare with the stub"
            .to_owned(),
        "the kernel tells whole nanoseconds, rounded down".to_owned(),
    ];
    notes.extend(judged::disturbed(&tables));
    Report {
        benchmark: "B1",
        title: "kernel program, nanoseconds a packet (BPF_PROG_TEST_RUN)",
        tables,
        targets,
        notes,
    }
}
