//! The file `/etc/hosts`, read again when it has changed.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use tracing::warn;
use xdplive_names::{HostNames, hosts_file::names_in};

/// Where it is: the file that the plugin process is left with the right to read (`pkg/loader/src/fence/landlock.rs`).
const PATH: &str = "/etc/hosts";
/// Bytes of it that are read at most.
const MOST: u64 = 16 << 20;

/// The file, as it was when it was last read.
pub(super) struct HostsFile {
    path: PathBuf,
    /// What tells one state of it from another; `None` where there is none, or it has not been read yet.
    state: Option<State>,
    names: HostNames,
    has_warned: bool,
}

/// Device, inode, bytes, and when it was changed, seconds and nanoseconds.
type State = (u64, u64, u64, i64, i64);

impl HostsFile {
    /// The one at `path`, not read yet.
    pub(super) fn at(path: &Path) -> Self {
        Self { path: path.to_owned(), state: None, names: HostNames::default(), has_warned: false }
    }

    /// The names in it now. Where it cannot be read they are those of before, and the log says so once.
    pub(super) fn names(&mut self) -> &HostNames {
        let state = fs::metadata(&self.path)
            .ok()
            .map(|found| (found.dev(), found.ino(), found.size(), found.ctime(), found.ctime_nsec()));
        if state == self.state {
            return &self.names;
        }
        self.state = state;
        match state.map(|_| read(&self.path)) {
            None => self.names = HostNames::default(),
            Some(Ok(text)) => self.names = Arc::new(names_in(&text)),
            Some(Err(error)) => {
                if !std::mem::replace(&mut self.has_warned, true) {
                    warn!(
                        "{} has changed and cannot be read ({error}): names are those of before until Grafana starts the \
                         plugin anew. This process may read the file that was there at its start, and no other one",
                        self.path.display()
                    );
                }
            }
        }
        &self.names
    }
}

impl Default for HostsFile {
    fn default() -> Self {
        Self::at(Path::new(PATH))
    }
}

fn read(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    #[test]
    fn the_file_is_read_again_when_it_has_changed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("hosts");
        let mut file = HostsFile::at(&path);
        let mut name = || file.names().get(&IpAddr::from([192, 0, 2, 20])).map(|name| name.to_string());
        assert_eq!(name(), None);
        fs::write(&path, "192.0.2.20 nas\n").unwrap();
        assert_eq!(name().as_deref(), Some("nas"));
        // Written over, and put in the other's place.
        fs::write(&path, "192.0.2.20 storage # \u{fffd}\n").unwrap();
        assert_eq!(name().as_deref(), Some("storage"));
        let other = directory.path().join("new");
        fs::write(&other, b"192.0.2.20 box \xff\n").unwrap();
        fs::rename(&other, &path).unwrap();
        assert_eq!(name().as_deref(), Some("box"));
        fs::remove_file(&path).unwrap();
        assert_eq!(name(), None);
    }
}
