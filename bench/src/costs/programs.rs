//! What the kernel itself counts of its programs: how often each ran, and for how long (bpf(2), `BPF_ENABLE_STATS`).

use std::{collections::BTreeMap, os::fd::OwnedFd, time::Duration};

use aya::{
    programs::loaded_programs,
    sys::{Stats, SyscallError, enable_stats},
};

/// Programs of the instruments that run again and again.
const OF_INSTRUMENTS: [&str; 4] = ["sent", "received", "socket_event", "packet_dropped"];

/// Counts for as long as it lives. Counting takes some time itself, of which a part is in what is counted.
pub struct Counting {
    _counting: OwnedFd,
    before: BTreeMap<u32, Ran>,
}

/// What a program did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// Its name.
    pub name: String,
    /// How often it ran.
    pub times: u64,
    /// For how long.
    pub time: Duration,
}

impl Counting {
    /// From now on.
    ///
    /// # Errors
    /// The kernel's.
    pub fn begin() -> Result<Self, SyscallError> {
        Ok(Self { _counting: enable_stats(Stats::RunTime)?, before: all() })
    }

    /// What each program did since, of those that ran; of several with one name, which may be another plugin's, together.
    #[must_use]
    pub fn end(self) -> Vec<Ran> {
        let mut ran: BTreeMap<String, Ran> = BTreeMap::new();
        for (id, now) in all() {
            let before = self.before.get(&id).cloned().unwrap_or_default();
            if now.times > before.times {
                let of_name = ran.entry(now.name.clone()).or_default();
                of_name.name = now.name;
                of_name.times += now.times - before.times;
                of_name.time += now.time.saturating_sub(before.time);
            }
        }
        ran.into_values().collect()
    }
}

/// Whether a program of an instrument is loaded, anybody's.
#[must_use]
pub fn instruments_are_in_force() -> bool {
    all().values().any(|ran| OF_INSTRUMENTS.contains(&ran.name.as_str()))
}

/// All programs that there are, by the kernel's numbers of them.
fn all() -> BTreeMap<u32, Ran> {
    let programs = loaded_programs().filter_map(Result::ok);
    let ran = programs.map(|program| {
        let name = program.name_as_str().unwrap_or_default().to_owned();
        (program.id(), Ran { name, times: program.run_count(), time: program.run_time() })
    });
    ran.collect()
}
