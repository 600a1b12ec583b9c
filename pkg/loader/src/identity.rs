//! The user that a process started as root goes on as: one that is nobody else's. User 65534 (`nobody`) is everybody's: what
//! else runs as it could stop the loader, or take the place of the plugin's socket.

use std::{fs, path::Path};

use rustix::{
    process::{Gid, Uid, geteuid},
    rand::{GetRandomFlags, getrandom},
};
use thiserror::Error;

use crate::needed::{self, Needed, TO_LEAVE_ROOT};

/// Users that are given to services for the while they run (systemd's `DynamicUser=`, "Users, Groups, UIDs and GIDs on
/// systemd Systems"). No file belongs to them.
const DYNAMIC: std::ops::RangeInclusive<u32> = 61_184..=65_519;
/// Where systemd keeps which of them it has given away.
const GIVEN_AWAY: &str = "/run/systemd/dynamic-uid";
/// Where none of them is to be had: a user namespace may know fewer.
const NOBODY: u32 = 65_534;

/// A user, and the group of the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The user's number.
    pub uid: Uid,
    /// The group's number.
    pub gid: Gid,
}

/// Why a process that root has started cannot go on as another user.
#[derive(Debug, Error)]
#[error(
    "root has started this process, which has to go on as another user and lacks {missing}. Give it these as well (container: \
     {options}), or start Grafana as an ordinary user"
)]
pub struct StaysRoot {
    /// What it lacks, each with its purpose.
    missing: String,
    /// The options that give it.
    options: String,
}

impl Identity {
    /// Who a process goes on as: `None`, whoever it is, unless it is root's; otherwise the `configured` user, or one of
    /// those for services that nobody has. To be called before rights are given up, which takes it to see all processes.
    ///
    /// # Errors
    /// Where it cannot be anybody else.
    pub fn choose(configured: Option<u32>) -> Result<Option<Self>, StaysRoot> {
        if !geteuid().is_root() {
            return Ok(None);
        }
        // Where the kernel does not tell, the step itself fails.
        let missing = needed::missing(&TO_LEAVE_ROOT).unwrap_or_default();
        if missing.is_empty() {
            Ok(Some(Self::numbered(configured.unwrap_or_else(free))))
        } else {
            Err(StaysRoot::for_want_of(&missing))
        }
    }

    fn numbered(id: u32) -> Self {
        Self { uid: Uid::from_raw(id), gid: Gid::from_raw(id) }
    }
}

impl StaysRoot {
    fn for_want_of(missing: &[Needed]) -> Self {
        let options: Vec<String> = missing
            .iter()
            .map(|needed| format!("--cap-add={}", needed.name.trim_start_matches("CAP_")))
            .collect();
        Self { missing: needed::describe(missing), options: options.join(" ") }
    }
}

/// A user for services that no process has, and that systemd has not given away.
fn free() -> u32 {
    let mapped = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    let taken = users_of_processes();
    let mut random = [0; 4];
    // The kernel refuses before it has collected randomness, at its very start: any number does then.
    let _ = getrandom(&mut random, GetRandomFlags::NONBLOCK);
    let is_free = |uid: &u32| {
        !taken.contains(uid)
            && is_mapped(&mapped, *uid)
            && !Path::new(GIVEN_AWAY).join(uid.to_string()).exists()
    };
    from(u32::from_ne_bytes(random)).find(is_free).unwrap_or(NOBODY)
}

/// All of [`DYNAMIC`], beginning somewhere.
fn from(random: u32) -> impl Iterator<Item = u32> {
    let (first, last) = (*DYNAMIC.start(), *DYNAMIC.end());
    let begin = first + random % (last - first + 1);
    (begin..=last).chain(first..begin)
}

/// Whether a user namespace with this `uid_map` (user_namespaces(7)) knows the user.
fn is_mapped(map: &str, uid: u32) -> bool {
    map.lines().any(|line| {
        let mut numbers = line.split_whitespace().map(str::parse::<u32>);
        match (numbers.next(), numbers.next(), numbers.next()) {
            (Some(Ok(inside)), Some(Ok(_)), Some(Ok(length))) => uid >= inside && uid - inside < length,
            _ => false,
        }
    })
}

/// The users of [`DYNAMIC`] that processes have now, as their real, effective or saved one.
fn users_of_processes() -> Vec<u32> {
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    let statuses = processes.flatten().filter_map(|process| {
        // Also for what has ended meanwhile, and for what is no process.
        fs::read_to_string(process.path().join("status")).ok()
    });
    statuses.flat_map(|status| users(&status)).filter(|uid| DYNAMIC.contains(uid)).collect()
}

/// The users in a process's status (proc_pid_status(5)).
fn users(status: &str) -> Vec<u32> {
    let line = status.lines().find_map(|line| line.strip_prefix("Uid:")).unwrap_or_default();
    line.split_whitespace().filter_map(|uid| uid.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_user_of_the_range_is_tried_once() {
        for random in [0, 1, 4335, 4336, u32::MAX] {
            let mut tried: Vec<u32> = from(random).collect();
            assert_eq!(tried.first(), Some(&(61_184 + random % 4336)));
            tried.sort_unstable();
            assert!(tried.into_iter().eq(DYNAMIC), "{random}");
        }
    }

    #[test]
    fn what_keeps_a_process_with_root_is_named_with_the_options_that_give_it() {
        let [_, group, user] = TO_LEAVE_ROOT;
        let expected = "root has started this process, which has to go on as another user and lacks CAP_SETGID (to leave \
                        root's groups), CAP_SETUID (to leave root). Give it these as well (container: --cap-add=SETGID \
                        --cap-add=SETUID), or start Grafana as an ordinary user";
        assert_eq!(StaysRoot::for_want_of(&[group, user]).to_string(), expected);
    }

    #[test]
    fn a_user_namespace_knows_the_users_of_its_map() {
        let whole = "         0          0 4294967295\n";
        let container = "         0     100000      65536\n";
        let small = "0 1000 1\n1 100000 1000";
        for (map, uid, expected) in [
            (whole, 61_184, true),
            (container, 65_519, true),
            (small, 0, true),
            (small, 1000, true),
            (small, 1001, false),
            (small, 61_184, false),
            ("", 0, false),
        ] {
            assert_eq!(is_mapped(map, uid), expected, "{uid} in {map}");
        }
    }

    #[test]
    fn every_user_of_a_process_counts() {
        assert_eq!(users("Name:\tx\nUid:\t0\t61184\t65519\t7\nGid:\t1\t1\t1\t1\n"), [0, 61_184, 65_519, 7]);
        assert_eq!(users("Name:\tx\n"), [0; 0]);
    }
}
