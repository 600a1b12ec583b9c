//! The memory and the descriptors of processes, as /proc tells them.

use std::{collections::BTreeMap, fs, path::Path};

use crate::process::status;

/// What some processes hold together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Footprint {
    /// Memory in use, bytes (`VmRSS`). What several of them share is counted for each.
    pub resident: u64,
    /// Open descriptors.
    pub descriptors: usize,
    /// eBPF maps that they hold, each counted once.
    pub maps: usize,
    /// Memory of these maps in the kernel, bytes (`memlock`).
    pub map_memory: u64,
}

impl Footprint {
    /// Of processes that live.
    ///
    /// # Panics
    /// Where one of them does not.
    #[must_use]
    pub fn of(processes: &[u32]) -> Self {
        let mut maps = BTreeMap::new();
        let mut footprint = Self { resident: 0, descriptors: 0, maps: 0, map_memory: 0 };
        for process in processes {
            footprint.resident += resident(*process);
            let directory = format!("/proc/{process}/fdinfo");
            for entry in fs::read_dir(&directory).unwrap_or_else(|error| panic!("{directory}: {error}")) {
                footprint.descriptors += 1;
                maps.extend(map(&entry.expect("an entry").path()));
            }
        }
        footprint.maps = maps.len();
        footprint.map_memory = maps.values().sum();
        footprint
    }
}

/// Memory in use, bytes.
fn resident(process: u32) -> u64 {
    let status = status(process).unwrap_or_else(|| panic!("process {process} has ended"));
    let kilobytes = status["VmRSS"].strip_suffix(" kB").expect("a number of kB");
    1024 * kilobytes.trim().parse::<u64>().expect("a number")
}

/// Number and memory of the map that a descriptor is, where it is one.
fn map(info: &Path) -> Option<(u32, u64)> {
    // It may have been closed meanwhile.
    let text = fs::read_to_string(info).ok()?;
    let fields: BTreeMap<&str, &str> = text
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name, value.trim()))
        .collect();
    let number = |name| Some(fields.get(name)?.parse::<u64>().expect("a number"));
    Some((number("map_id")?.try_into().expect("a map's number"), number("memlock")?))
}
