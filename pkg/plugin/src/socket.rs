//! The unix socket that Grafana connects to: nobody else can reach it, and nobody else is listened to.

use std::{
    fs, io,
    os::unix::{
        fs::{DirBuilderExt as _, PermissionsExt as _, chown},
        net::UnixListener,
    },
    path::{Path, PathBuf},
    process,
};

use rustix::process::{Pid, test_kill_process};
use tracing::warn;

/// Directories are called this and the process id.
const PREFIX: &str = "xdplive-";
const NAME: &str = "plugin.sock";

/// A listening socket in a directory of its own, removed with it.
#[derive(Debug)]
pub struct Socket {
    directory: PathBuf,
    listener: Option<UnixListener>,
}

impl Socket {
    /// Listens in a new directory below `parent` that only `owner` may enter; `None` for the calling user.
    /// Directories that killed predecessors left behind are removed.
    ///
    /// # Errors
    /// Where the directory or the socket cannot be made.
    pub fn bind(parent: &Path, owner: Option<u32>) -> io::Result<Self> {
        remove_leftovers(parent);
        let directory = parent.join(format!("{PREFIX}{}", process::id()));
        // A predecessor had the same process id, in another container maybe.
        if directory.exists() {
            fs::remove_dir_all(&directory)?;
        }
        fs::DirBuilder::new().mode(0o700).create(&directory)?;
        let path = directory.join(NAME);
        let listener = UnixListener::bind(&path)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        if let Some(owner) = owner {
            chown(&path, Some(owner), Some(owner))?;
            chown(&directory, Some(owner), Some(owner))?;
        }
        Ok(Self { directory, listener: Some(listener) })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.directory.join(NAME)
    }

    /// The listener; the first caller has it.
    pub fn take_listener(&mut self) -> Option<UnixListener> {
        self.listener.take()
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.directory) {
            warn!("cannot remove {}: {error}", self.directory.display());
        }
    }
}

/// Removes directories of processes that are gone, as far as they are ours to remove.
fn remove_leftovers(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let id =
            name.to_str().and_then(|name| name.strip_prefix(PREFIX)).and_then(|id| id.parse::<i32>().ok());
        let Some(id) = id.and_then(Pid::from_raw) else { continue };
        // EPERM is the answer of a process that lives and is somebody else's.
        let gone = test_kill_process(id) == Err(rustix::io::Errno::SRCH);
        if gone && entry.path().join(NAME).exists() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests;
