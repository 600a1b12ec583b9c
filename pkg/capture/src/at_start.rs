//! Which rights this process was started with.

use std::{fs, io};

use rustix::{process::geteuid, thread::capability_is_in_bounding_set};
use xdplive_loader::needed::{self, NEEDED, Needed};

use crate::program_file::ProgramFile;

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
    /// Whether the loader is a service of its own, which has the rights that this process lacks.
    pub has_service: bool,
    /// The program's file.
    pub file: Option<ProgramFile>,
}

impl AtStart {
    /// Looks at the calling process.
    ///
    /// # Errors
    /// Where the kernel does not tell.
    pub fn look() -> io::Result<Self> {
        let missing = needed::missing(&NEEDED)?;
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
            has_service: false,
            file: ProgramFile::look(),
        })
    }

    /// Notes that the loader is a service: nothing is missing then.
    pub fn loader_is_service(&mut self) {
        self.has_service = true;
        self.missing.clear();
    }
}

/// Whether a process with these control groups (`/proc/<pid>/cgroup`) is a service's; a container or a login session
/// names none.
fn is_of_service(control_groups: &str) -> bool {
    control_groups.lines().any(|line| line.ends_with(".service"))
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
