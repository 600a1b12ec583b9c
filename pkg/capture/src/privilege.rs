//! Which rights each of the two processes has, and giving up the rest.
//!
//! Both functions that give up rights work on the calling thread and are to be called before there is
//! another one: threads inherit what is left.

use std::{fs, io, path::PathBuf};

use rustix::{
    process::{Gid, Resource, Rlimit, Uid, geteuid, getrlimit, setrlimit},
    thread::{
        CapabilitySet, CapabilitySets, capabilities, capability_is_in_bounding_set,
        clear_ambient_capability_set, remove_capability_from_bounding_set, set_capabilities,
        set_keep_capabilities, set_no_new_privs, set_thread_groups, set_thread_res_gid, set_thread_res_uid,
    },
};

/// User and group that a process started as root continues as: `nobody`.
pub const UNPRIVILEGED: u32 = 65534;

/// A capability the loader needs, and for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needed {
    /// The name as in capabilities(7).
    pub name: &'static str,
    /// What it is needed for.
    pub purpose: &'static str,
    set: CapabilitySet,
}

/// All that the loader needs. Kernel 5.8 split BPF and PERFMON from SYS_ADMIN.
pub const NEEDED: [Needed; 3] = [
    Needed { name: "CAP_BPF", purpose: "create eBPF maps and load programs", set: CapabilitySet::BPF },
    Needed { name: "CAP_PERFMON", purpose: "let programs read packet memory", set: CapabilitySet::PERFMON },
    Needed { name: "CAP_NET_ADMIN", purpose: "attach programs to interfaces", set: CapabilitySet::NET_ADMIN },
];

fn needed_set() -> CapabilitySet {
    NEEDED.iter().fold(CapabilitySet::empty(), |all, needed| all | needed.set)
}

/// What the process was given when it started, before it gave anything up.
#[derive(Clone, Debug)]
pub struct AtStart {
    /// Effective user id.
    pub uid: u32,
    /// Capabilities of [`NEEDED`] that are missing.
    pub missing: Vec<Needed>,
    /// Capabilities of [`NEEDED`] that this process could not even get from a file or its parent.
    pub out_of_bounds: Vec<Needed>,
    /// Whether file capabilities are ignored (`no_new_privs`, as systemd's NoNewPrivileges sets it).
    pub no_new_privileges: bool,
    /// Whether it is part of a service of systemd, so that a drop-in is what would give it rights.
    pub is_service: bool,
    /// The program's file.
    pub executable: Option<PathBuf>,
}

impl AtStart {
    /// Looks at the calling process.
    ///
    /// # Errors
    /// Where the kernel does not tell.
    pub fn look() -> io::Result<Self> {
        let permitted = capabilities(None)?.permitted;
        let missing = NEEDED.into_iter().filter(|needed| !permitted.contains(needed.set)).collect();
        let out_of_bounds = NEEDED
            .into_iter()
            .filter(|needed| !capability_is_in_bounding_set(needed.set).unwrap_or(false))
            .collect();
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        Ok(Self {
            uid: geteuid().as_raw(),
            missing,
            out_of_bounds,
            no_new_privileges: status.lines().any(|line| line.split_whitespace().eq(["NoNewPrivs:", "1"])),
            is_service: is_of_service(&fs::read_to_string("/proc/self/cgroup").unwrap_or_default()),
            executable: std::env::current_exe().ok(),
        })
    }
}

/// Whether a process with these control groups (`/proc/<pid>/cgroup`) is a service's; a container or a login session
/// names none.
fn is_of_service(control_groups: &str) -> bool {
    control_groups.lines().any(|line| line.ends_with(".service"))
}

/// Raises the number of files that this process, and those it forks, may have open as far as it may be raised without
/// rights. Each hook that is attached takes one. Where the kernel refuses, the lower limit holds.
pub fn raise_descriptor_limit() {
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    }
}

/// Keeps the capabilities of [`NEEDED`] as far as the process has them, and nothing else. A process started
/// as root continues as [`UNPRIVILEGED`].
///
/// # Errors
/// Where the kernel refuses to take something away; the process must not go on then.
pub fn keep_needed() -> io::Result<()> {
    let keep = capabilities(None)?.permitted & needed_set();
    leave_root(true)?;
    restrict_to(keep)
}

/// Gives up every capability. A process started as root continues as [`UNPRIVILEGED`].
///
/// # Errors
/// Where the kernel refuses to take something away; the process must not go on then.
pub fn give_up_all() -> io::Result<()> {
    leave_root(false)?;
    restrict_to(CapabilitySet::empty())
}

/// Continues as an ordinary user, where this process is root's.
fn leave_root(keep_capabilities: bool) -> io::Result<()> {
    // Needs CAP_SETPCAP; a process without it gets nothing from the bounding set either, because it cannot
    // execute a file with capabilities once `no_new_privs` is set.
    if capabilities(None)?.effective.contains(CapabilitySet::SETPCAP) {
        for capability in CapabilitySet::all() {
            if capability_is_in_bounding_set(capability).unwrap_or(false) {
                remove_capability_from_bounding_set(capability)?;
            }
        }
    }
    if !geteuid().is_root() {
        return Ok(());
    }
    set_keep_capabilities(keep_capabilities)?;
    let (user, group) = (Uid::from_raw(UNPRIVILEGED), Gid::from_raw(UNPRIVILEGED));
    set_thread_groups(&[])?;
    set_thread_res_gid(group, group, group)?;
    set_thread_res_uid(user, user, user)?;
    set_keep_capabilities(false)?;
    Ok(())
}

fn restrict_to(keep: CapabilitySet) -> io::Result<()> {
    clear_ambient_capability_set()?;
    set_capabilities(
        None,
        CapabilitySets { effective: keep, permitted: keep, inheritable: CapabilitySet::empty() },
    )?;
    set_no_new_privs(true)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_told_from_containers_and_sessions() {
        for (control_groups, expected) in [
            ("0::/system.slice/grafana-server.service\n", true),
            ("2:cpu:/\n1:name=systemd:/system.slice/grafana-server.service\n0::/\n", true),
            ("0::/\n", false),
            ("0::/system.slice/docker-1f.scope\n", false),
            ("0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-x.scope\n", false),
            ("", false),
        ] {
            assert_eq!(is_of_service(control_groups), expected, "{control_groups}");
        }
    }
}
