//! What keeps a fence from being put up.

use std::io;

use thiserror::Error;

/// Why a fence cannot be put up.
#[derive(Debug, Error)]
pub enum FenceError {
    /// The kernel does not take the filter of system calls.
    #[error("the kernel takes no filter of system calls (seccomp): {0}")]
    Seccomp(#[from] seccompiler::Error),
    /// The filter cannot be made: this processor is not one it knows.
    #[error("there is no filter of system calls for this processor: {0}")]
    Processor(#[from] seccompiler::BackendError),
    /// The kernel does not restrict the files of a process.
    #[error("the kernel does not restrict the process's files (Landlock): {0}")]
    Landlock(String),
    /// The process can still be looked into.
    #[error("the process cannot be protected from inspection: {0}")]
    Dumpable(#[source] io::Error),
}
