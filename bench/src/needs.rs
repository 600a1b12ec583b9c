//! What must be there before anything is measured.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use thiserror::Error;

use crate::cli::Benchmark;

/// Something is missing.
#[derive(Debug, Error)]
pub enum Missing {
    /// Rights.
    #[error("the benchmarks load eBPF programs and make a network namespace: run `sudo make bench`")]
    Root,
    /// The plugin.
    #[error("there is no {}: run `make programs` first", .0.display())]
    Plugin(PathBuf),
    /// The command that makes interfaces.
    #[error("there is no `ip` command: install the package iproute2, for example by `make dependencies`")]
    Ip,
    /// A second processor.
    #[error(
        "B2 and B3 need two processors, one to send packets and one to read them; here there is one. `make bench B=B1` needs one"
    )]
    Processors,
}

/// Fails where `benchmarks` cannot be run.
///
/// # Errors
/// The first thing that is missing.
pub fn check(benchmarks: &[Benchmark]) -> Result<(), Missing> {
    if !rustix::process::geteuid().is_root() {
        return Err(Missing::Root);
    }
    if benchmarks.iter().all(|benchmark| *benchmark == Benchmark::Kernel) {
        return Ok(());
    }
    let plugin = plugin();
    if !plugin.is_file() {
        return Err(Missing::Plugin(plugin));
    }
    let ip = Command::new("ip").arg("-Version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !ip.is_ok_and(|status| status.success()) {
        return Err(Missing::Ip);
    }
    if std::thread::available_parallelism().map_or(1, std::num::NonZero::get) < 2 {
        return Err(Missing::Processors);
    }
    Ok(())
}

/// The built plugin.
#[must_use]
pub fn plugin() -> PathBuf {
    let bench = Path::new(env!("CARGO_MANIFEST_DIR"));
    bench.parent().unwrap_or(bench).join("dist").join(xdplive::host::program_name())
}
