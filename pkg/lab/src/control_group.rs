//! Control groups for the processes of tests, as a service or a container has one (cgroups(7)).

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// Where control groups are mounted.
const CGROUPS: &str = "/sys/fs/cgroup";

/// A control group, gone with its value. Its processes must have ended by then.
pub struct ControlGroup {
    /// Where those of its hierarchy are.
    root: PathBuf,
    directory: PathBuf,
}

impl ControlGroup {
    /// A group with this path, in the hierarchy of a controller of version 1 where there is one, and of version 2 otherwise.
    ///
    /// # Panics
    /// Where there can be none.
    #[must_use]
    pub fn new(controller: &str, path: &str) -> Self {
        crate::need_root();
        let of_version_1 = Path::new(CGROUPS).join(controller);
        let root = if of_version_1.join("cgroup.procs").exists() {
            of_version_1
        } else {
            let root = PathBuf::from(CGROUPS);
            // systemd has done so already.
            let _ = fs::write(root.join("cgroup.subtree_control"), format!("+{controller}"));
            root
        };
        let directory = root.join(path);
        fs::create_dir_all(&directory)
            .unwrap_or_else(|error| panic!("a control group at {}: {error}", directory.display()));
        Self { root, directory }
    }

    /// Sets a file of the controller: the first of them that there is.
    ///
    /// # Panics
    /// Where it cannot be set.
    pub fn set(&self, files: &[&str], value: &str) {
        let file = files.iter().map(|file| self.directory.join(file)).find(|file| file.exists());
        let file = file.unwrap_or_else(|| panic!("{files:?} in {}", self.directory.display()));
        fs::write(&file, value).unwrap_or_else(|error| panic!("writing {}: {error}", file.display()));
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

impl Drop for ControlGroup {
    fn drop(&mut self) {
        // The kernel lets go of the last process a moment after its end. Groups above it that others use stay.
        let mut directory = self.directory.as_path();
        crate::eventually(Duration::from_secs(5), || fs::remove_dir(directory).is_ok());
        while let Some(above) = directory.parent().filter(|above| *above != self.root) {
            directory = above;
            let _ = fs::remove_dir(directory);
        }
    }
}
