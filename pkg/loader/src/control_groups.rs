//! The root of the control groups (cgroups(7), version 2), where programs are attached that are about sockets.

use std::{
    fs, io,
    os::fd::OwnedFd,
    path::{Path, PathBuf},
};

use crate::protocol::LoaderError;

/// Mounts that this process sees (proc_pid_mountinfo(5)).
const MOUNTS: &str = "/proc/self/mountinfo";
/// The file system's name.
const KIND: &str = "cgroup2";

/// The root as this process sees it.
#[derive(Debug)]
pub(crate) struct Root {
    /// The directory.
    pub directory: OwnedFd,
    /// Whether it is that of the whole machine, and not of a container.
    pub is_whole: bool,
}

/// Opens it.
///
/// # Errors
/// [`LoaderError::NoControlGroups`].
pub(crate) fn root() -> Result<Root, LoaderError> {
    let refused = |error: io::Error| LoaderError::NoControlGroups { reason: error.to_string() };
    let mounts = fs::read_to_string(MOUNTS).map_err(refused)?;
    let Some(path) = find(&mounts) else {
        return Err(LoaderError::NoControlGroups { reason: "it is not mounted".to_owned() });
    };
    let directory = fs::File::open(path).map_err(refused)?.into();
    // All groups have this file but the root of the machine.
    let is_whole = !Path::new(path).join("cgroup.events").exists();
    Ok(Root { directory, is_whole })
}

/// Where it is mounted; `None` where it is not.
#[must_use]
pub fn mount_point() -> Option<PathBuf> {
    find(&fs::read_to_string(MOUNTS).ok()?).map(PathBuf::from)
}

/// Where it is mounted, by what stands in [`MOUNTS`]: the fifth field, and behind a dash the kind of file system.
fn find(mounts: &str) -> Option<&str> {
    mounts.lines().find_map(|line| {
        let (place, system) = line.split_once(" - ")?;
        let is_such = system.split(' ').next() == Some(KIND);
        is_such.then(|| place.split(' ').nth(4)).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mount_of_version_2_is_found_beside_those_of_version_1() {
        let mounts = "\
30 24 0:25 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
31 30 0:26 / /sys/fs/cgroup/cpu rw,relatime shared:9 - cgroup cgroup rw,cpu
40 30 0:35 / /sys/fs/cgroup/unified rw,relatime shared:10 - cgroup2 cgroup2 rw
41 30 0:36 / /elsewhere rw - cgroup2 cgroup2 rw
";
        assert_eq!(find(mounts), Some("/sys/fs/cgroup/unified"));
        assert_eq!(find("31 30 0:26 / /sys/fs/cgroup/cpu rw - cgroup cgroup2 rw,cpu\n"), None);
    }
}
