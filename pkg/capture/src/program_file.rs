//! The file of this program, as far as it decides who gets the rights that it gives.

use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use rustix::{
    fs::{Access, access, getxattr_query},
    process::{getegid, geteuid},
};

/// Where a file keeps its capabilities (capabilities(7)).
const CAPABILITIES: &str = "security.capability";
/// Others than owner and group may execute.
const OTHERS_EXECUTE: u32 = 0o001;

/// The program's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramFile {
    /// Where it is.
    pub path: PathBuf,
    /// The group that this process is of: Grafana's.
    pub group: u32,
    /// Whether it has capabilities that everybody on the machine gets who executes it.
    pub is_anybodys: bool,
    /// Who this process is may put another file in its place: the file, or the directory, that it may write.
    pub replaceable: Option<PathBuf>,
}

impl ProgramFile {
    /// The calling program's; `None` where the kernel does not tell which that is.
    #[must_use]
    pub fn look() -> Option<Self> {
        let path = std::env::current_exe().ok()?;
        let mode = fs::metadata(&path).ok()?.mode();
        let has_capabilities = getxattr_query(&path, CAPABILITIES).is_ok();
        let replaceable = [Some(path.as_path()), path.parent()]
            .into_iter()
            .flatten()
            // Root may write everything, and has the rights anyway.
            .find(|path| !geteuid().is_root() && may_write(path))
            .map(Path::to_owned);
        Some(Self {
            group: getegid().as_raw(),
            is_anybodys: has_capabilities && mode & OTHERS_EXECUTE != 0,
            replaceable,
            path,
        })
    }
}

fn may_write(path: &Path) -> bool {
    access(path, Access::WRITE_OK).is_ok()
}
