//! The processes of a plugin, and what is attached in the kernel.

use std::{collections::BTreeMap, fs, os::unix::fs::MetadataExt as _, path::PathBuf, time::Duration};

use rustix::process::{Pid, Signal, kill_process};

use crate::attached;

/// Kills a process the hard way.
///
/// # Panics
/// Where there is no such process.
pub fn kill(id: u32) {
    kill_process(pid(id), Signal::KILL).expect("killing a process");
}

/// Interrupts a process as Ctrl-C does.
///
/// # Panics
/// Where there is no such process.
pub fn interrupt(id: u32) {
    kill_process(pid(id), Signal::INT).expect("interrupting a process");
}

/// Asks a process to terminate (SIGTERM).
///
/// # Panics
/// Where there is no such process.
pub fn terminate(id: u32) {
    kill_process(pid(id), Signal::TERM).expect("asking a process to terminate");
}

/// Stops a process where it is, until [`go_on`] (SIGSTOP).
///
/// # Panics
/// Where there is no such process.
pub fn hold(id: u32) {
    kill_process(pid(id), Signal::STOP).expect("stopping a process");
}

/// Lets a process go on (SIGCONT).
///
/// # Panics
/// Where there is no such process.
pub fn go_on(id: u32) {
    kill_process(pid(id), Signal::CONT).expect("continuing a process");
}

fn pid(id: u32) -> Pid {
    Pid::from_raw(id.try_into().expect("a process id")).expect("a process id")
}

/// Whether a process exists and has not ended.
#[must_use]
pub fn lives(id: u32) -> bool {
    status(id).is_some_and(|status| !matches!(status.get("State"), Some(state) if state.starts_with('Z')))
}

/// The children of a process.
#[must_use]
pub fn children(parent: u32) -> Vec<u32> {
    let mut found: Vec<u32> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|id| status(*id).is_some_and(|status| status.get("PPid") == Some(&parent.to_string())))
        .collect();
    found.sort_unstable();
    found
}

/// The directory in which a plugin that root started has its socket: that of the plugin's user, which no other process has.
///
/// # Panics
/// Where there is none.
#[must_use]
pub fn socket_directory(plugin: u32) -> PathBuf {
    let status = status(plugin).expect("the plugin's status");
    let user: u32 = status["Uid"].split_whitespace().next().and_then(|uid| uid.parse().ok()).expect("a user");
    let entries = fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten();
    let mut ours = entries.filter(|entry| {
        entry.file_name().to_string_lossy().starts_with("xdplive-")
            && entry.metadata().is_ok_and(|metadata| metadata.uid() == user)
    });
    ours.next().expect("the plugin's directory").path()
}

/// The processor's time that a process has taken.
///
/// # Panics
/// Where it does not live.
#[must_use]
pub fn processor_time(id: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).expect("a process that lives");
    // The name may have blanks in it; fields 14 and 15 follow it (proc_pid_stat(5)).
    let (_, fields) = stat.rsplit_once(')').expect("a name");
    let ticks: u64 =
        fields.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().expect("ticks")).sum();
    Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second())
}

/// The fields of /proc/ID/status.
#[must_use]
pub fn status(id: u32) -> Option<BTreeMap<String, String>> {
    let text = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let fields = text.lines().filter_map(|line| line.split_once(':'));
    Some(fields.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect())
}

/// How many XDP and TCX links there are in the kernel, of whomever.
#[must_use]
pub fn links() -> usize {
    attached::links().len()
}

/// The kernel measures how long eBPF programs run, until this is dropped.
pub struct MeasuredKernel {
    before: String,
}

/// What switches it on and off; root's.
const STATS_ENABLED: &str = "/proc/sys/kernel/bpf_stats_enabled";

impl MeasuredKernel {
    /// Switches it on.
    ///
    /// # Panics
    /// Where that is not possible.
    #[must_use]
    pub fn start() -> Self {
        let before = fs::read_to_string(STATS_ENABLED).expect("reading the sysctl");
        fs::write(STATS_ENABLED, "1").expect("writing the sysctl");
        Self { before }
    }
}

impl Drop for MeasuredKernel {
    fn drop(&mut self) {
        let _ = fs::write(STATS_ENABLED, self.before.trim());
    }
}
