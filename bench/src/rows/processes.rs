//! Processor time of other processes, from /proc (proc_pid_stat(5)).

use std::{fs, time::Duration};

/// Length of a tick (`USER_HZ`): 100 a second on every architecture that the plugin is built for.
const TICK: Duration = Duration::from_millis(10);

/// Processor time of a process so far, in user and kernel, all of its threads.
#[must_use]
pub fn processor_time(process: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    Some(Stat::parse(&stat)?.time)
}

/// The children of a process.
#[must_use]
pub fn children(parent: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let is_child = |id: &u32| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok();
        stat.and_then(|stat| Stat::parse(&stat)).is_some_and(|stat| stat.parent == parent)
    };
    ids.filter(is_child).collect()
}

#[derive(Debug, PartialEq, Eq)]
struct Stat {
    parent: u32,
    time: Duration,
}

impl Stat {
    fn parse(text: &str) -> Option<Self> {
        // The name, in parentheses, may have spaces and parentheses in it.
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = |index: usize| fields.get(index)?.parse::<u32>().ok();
        Some(Self { parent: ticks(1)?, time: TICK * (ticks(11)? + ticks(12)?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_look_like_the_end_of_a_name() {
        let text = "7 (a) b 1 2 (x) S 41 7 7 0 -1 4194560 9 0 0 0 250 50 0 0 20 0 5 0 100 1 1";
        assert_eq!(Stat::parse(text), Some(Stat { parent: 41, time: Duration::from_secs(3) }));
        assert_eq!(Stat::parse("7 (a) S 41"), None);
    }

    #[test]
    fn this_process_has_a_parent_and_has_run() {
        let stat = fs::read_to_string("/proc/self/stat").unwrap();
        assert_eq!(Stat::parse(&stat).unwrap().parent, std::os::unix::process::parent_id());
        assert!(processor_time(std::process::id()).is_some());
    }
}
