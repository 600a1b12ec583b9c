//! Where, when and of what version something was measured.

use std::{fs, process::Command};

use chrono::{SecondsFormat, Utc};
use serde::Serialize;

/// The machine and the checkout.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// When the benchmarks began, UTC.
    pub date: String,
    /// The kernel's release.
    pub kernel: String,
    /// The processor's name, where the kernel knows one.
    pub cpu: Option<String>,
    /// Processors that this process may use.
    pub cores: usize,
    /// Version of the product.
    pub version: &'static str,
    /// The checkout as git describes it, where there is git and a checkout.
    pub checkout: Option<String>,
}

impl Machine {
    /// This one, now.
    #[must_use]
    pub fn here() -> Self {
        Self {
            date: Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true),
            kernel: rustix::system::uname().release().to_string_lossy().into_owned(),
            cpu: fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| cpu(&text)),
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            version: env!("CARGO_PKG_VERSION"),
            checkout: described(),
        }
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { date, kernel, cpu, cores, version, checkout } = self;
        write!(f, "XDP Live {version}")?;
        if let Some(checkout) = checkout {
            write!(f, " ({checkout})")?;
        }
        let cpu = cpu.as_deref().unwrap_or("processor unknown");
        write!(f, ", kernel {kernel}, {cpu}, cores: {cores}, {date}")
    }
}

/// The first processor's name in /proc/cpuinfo.
fn cpu(text: &str) -> Option<String> {
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn described() -> Option<String> {
    let git = Command::new("git")
        .args(["-C", env!("CARGO_MANIFEST_DIR"), "describe", "--always", "--dirty"])
        .output()
        .ok()?;
    let text = String::from_utf8(git.stdout).ok()?;
    (git.status.success() && !text.trim().is_empty()).then(|| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::cpu;

    #[test]
    fn the_processor_has_its_own_name() {
        let text = "processor\t: 0\nmodel name\t: A CPU: fast\n\nprocessor\t: 1\nmodel name\t: another\n";
        assert_eq!(cpu(text).as_deref(), Some("A CPU: fast"));
        assert_eq!(cpu("processor : 0\n"), None);
    }
}
