//! Benchmarks, as ratios: every figure stands beside a reference that was measured in the same run, round by round,
//! because machines differ and one machine differs from minute to minute.
//!
//! | module | holds |
//! |---|---|
//! | [`cli`] | which benchmarks are asked for |
//! | [`needs`] | what must be there before anything is measured |
//! | [`kernel`] | B1: nanoseconds of the kernel program |
//! | [`rows`] | B2: rows a second through the plugin |
//! | [`costs`] | B3: what it costs TCP connections that somebody asks |
//! | [`bpf`], [`packets`] | programs made for measuring, and packets for them |
//! | [`report`] | samples, tables, targets |
//! | [`priority`] | before the rest of the machine |
//! | [`progress`] | what is said meanwhile |
//!
//! `docs/benchmarks.md` says how to read the figures.

pub mod bpf;
pub mod cli;
pub mod costs;
pub mod kernel;
pub mod needs;
pub mod packets;
pub mod priority;
pub mod progress;
pub mod report;
pub mod rows;

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser as _;
use serde::Serialize;
use thiserror::Error;

use cli::{Benchmark, Cli};
use priority::Priority;
use progress::Progress;
use report::{Report, machine::Machine};

/// Why there are no figures.
#[derive(Debug, Error)]
pub enum Failure {
    /// Something is missing.
    #[error(transparent)]
    Needs(#[from] needs::Missing),
    /// B1.
    #[error("B1: {0}")]
    Kernel(#[from] kernel::KernelError),
    /// B2.
    #[error("B2: {0}")]
    Rows(#[from] rows::RowsError),
    /// B3.
    #[error("B3: {0}")]
    Costs(#[from] costs::CostsError),
    /// The figures cannot be kept.
    #[error("cannot write {path}: {error}")]
    Write {
        /// Where.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
}

/// What is written to a file.
#[derive(Serialize)]
struct Record<'a> {
    machine: &'a Machine,
    #[serde(flatten)]
    report: &'a Report,
}

/// Runs the benchmarks of the process's arguments.
#[must_use]
pub fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let chosen = cli.chosen();
    needs::check(&chosen)?;
    let machine = Machine::here();
    let _priority = Priority::raise();
    let mut progress = Progress::begin();
    for (number, benchmark) in chosen.into_iter().enumerate() {
        let report = match benchmark {
            Benchmark::Kernel => kernel::run(&mut progress)?,
            Benchmark::Rows => rows::run(&mut progress)?,
            Benchmark::Costs => costs::run(&mut progress)?,
        };
        if number == 0 {
            println!("{machine}\n");
        } else {
            println!();
        }
        print!("{}", report.text());
        let path = save(&machine, &report)?;
        progress.say(&format!("{}: raw figures in {}", report.benchmark, path.display()));
    }
    Ok(())
}

/// Writes the raw figures where they are kept; returns the file.
fn save(machine: &Machine, report: &Report) -> Result<PathBuf, Failure> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    let name = format!("{}-{}.json", machine.date.replace(':', ""), report.benchmark);
    let path = directory.join(name);
    let write = || {
        fs::create_dir_all(&directory)?;
        let mut text = serde_json::to_string_pretty(&Record { machine, report })?;
        text.push('\n');
        fs::write(&path, text)
    };
    match write() {
        Ok(()) => Ok(path),
        Err(error) => Err(Failure::Write { path, error }),
    }
}
