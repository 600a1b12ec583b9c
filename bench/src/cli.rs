//! The command line.

use clap::{Parser, ValueEnum};

/// Benchmarks of XDP Live, as ratios. Needs root; takes some minutes.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
pub struct Cli {
    /// Which to run [default: all]
    #[arg(value_enum, ignore_case = true)]
    pub benchmarks: Vec<Benchmark>,
}

/// A benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Benchmark {
    /// Kernel program: nanoseconds a packet
    #[value(name = "B1")]
    Kernel,
    /// Rows a second through the plugin without loss
    #[value(name = "B2")]
    Rows,
    /// What it costs TCP connections that somebody asks for processes, quality and drops
    #[value(name = "B3")]
    Costs,
}

impl Cli {
    /// The benchmarks to run, each once.
    #[must_use]
    pub fn chosen(&self) -> Vec<Benchmark> {
        let all = Benchmark::value_variants();
        let chosen = |one: &&Benchmark| self.benchmarks.is_empty() || self.benchmarks.contains(one);
        all.iter().filter(chosen).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_name_all_are_run() {
        let all = [Benchmark::Kernel, Benchmark::Rows, Benchmark::Costs];
        assert_eq!(Cli::parse_from(["bench"]).chosen(), all);
        assert_eq!(Cli::parse_from(["bench", "b2"]).chosen(), [Benchmark::Rows]);
        assert_eq!(Cli::parse_from(["bench", "B2", "B2"]).chosen(), [Benchmark::Rows]);
        assert!(Cli::try_parse_from(["bench", "B9"]).is_err());
    }
}
