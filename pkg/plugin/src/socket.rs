//! The unix socket that Grafana connects to: nobody else can reach it, and nobody else is listened to.

use std::{
    fs::{self, File},
    io,
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _, chown},
        net::UnixListener,
    },
    path::{Path, PathBuf},
};

use rustix::{
    fs::{FlockOperation, flock},
    process::geteuid,
};
use tempfile::TempDir;
use xdplive_loader::identity::Identity;

/// Directories are called this and something that nobody can foresee.
const PREFIX: &str = "xdplive-";
/// Characters of that.
const RANDOM: usize = 16;
const NAME: &str = "plugin.sock";

/// A listening socket in a directory of its own, removed with it.
#[derive(Debug)]
pub struct Socket {
    directory: TempDir,
    listener: Option<UnixListener>,
    /// The directory, locked for as long as it is in use.
    _lock: File,
}

impl Socket {
    /// Listens in a new directory below `parent` that only `owner` may enter; `None` for the calling user.
    /// Directories that killed predecessors left behind are removed.
    ///
    /// # Errors
    /// Where the directory or the socket cannot be made.
    pub fn bind(parent: &Path, owner: Option<Identity>) -> io::Result<Self> {
        remove_leftovers(parent);
        let mode = fs::Permissions::from_mode(0o700);
        let directory = tempfile::Builder::new()
            .prefix(PREFIX)
            .rand_bytes(RANDOM)
            .permissions(mode)
            .tempdir_in(parent)?;
        let lock = File::open(directory.path())?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
        // From here on the directory can be told from one that was left behind.
        let path = directory.path().join(NAME);
        let listener = UnixListener::bind(&path)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        if let Some(Identity { uid, gid }) = owner {
            for path in [path.as_path(), directory.path()] {
                chown(path, Some(uid.as_raw()), Some(gid.as_raw()))?;
            }
        }
        Ok(Self { directory, listener: Some(listener), _lock: lock })
    }

    /// The directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.directory.path().join(NAME)
    }

    /// The listener; the first caller has it.
    pub fn take_listener(&mut self) -> Option<UnixListener> {
        self.listener.take()
    }
}

/// Removes directories that nobody uses any more, as far as they are ours to remove.
fn remove_leftovers(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let is_named_so = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        if is_named_so && is_left_behind(&entry.path()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Whether a directory is a socket's, and of no process that lives: it would hold the lock.
fn is_left_behind(directory: &Path) -> bool {
    // Not what a link leads to: everybody may put one there.
    let is_ours = fs::symlink_metadata(directory).is_ok_and(|metadata| {
        metadata.is_dir() && (geteuid().is_root() || metadata.uid() == geteuid().as_raw())
    });
    is_ours
        && directory.join(NAME).exists()
        && File::open(directory)
            .is_ok_and(|directory| flock(&directory, FlockOperation::NonBlockingLockExclusive).is_ok())
}

#[cfg(test)]
mod tests;
