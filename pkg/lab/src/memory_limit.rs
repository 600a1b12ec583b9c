//! A bound on the memory of processes, eBPF maps among it, as a service or a container has one (cgroups(7)).

use std::{fs, path::PathBuf, process::Command, time::Duration};

/// Where control groups are mounted.
const CGROUPS: &str = "/sys/fs/cgroup";

/// A control group with a bound, gone with its value. Its processes must have ended by then.
pub struct MemoryLimit {
    directory: PathBuf,
}

impl MemoryLimit {
    /// A group that may have so many bytes.
    ///
    /// # Panics
    /// Where there can be none.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        crate::need_root();
        let root = PathBuf::from(CGROUPS);
        let of_version_1 = root.join("memory");
        let (parent, bound) = if of_version_1.join("memory.limit_in_bytes").exists() {
            (of_version_1, "memory.limit_in_bytes")
        } else {
            // systemd has done so already.
            let _ = fs::write(root.join("cgroup.subtree_control"), "+memory");
            (root, "memory.max")
        };
        let directory = parent.join(format!("xdplive-{}", std::process::id()));
        fs::create_dir(&directory)
            .and_then(|()| fs::write(directory.join(bound), bytes.to_string()))
            .unwrap_or_else(|error| {
                panic!("a control group with a bound on memory at {}: {error}", directory.display())
            });
        Self { directory }
    }

    /// The same command in this group.
    #[must_use]
    pub fn within(&self, command: &Command) -> Command {
        let join = format!("echo $$ > {}/cgroup.procs && exec \"$0\" \"$@\"", self.directory.display());
        let mut within = Command::new("sh");
        within.args(["-c", &join]).arg(command.get_program()).args(command.get_args());
        within
    }
}

impl Drop for MemoryLimit {
    fn drop(&mut self) {
        // The kernel lets go of the last process a moment after its end.
        crate::eventually(Duration::from_secs(5), || fs::remove_dir(&self.directory).is_ok());
    }
}
