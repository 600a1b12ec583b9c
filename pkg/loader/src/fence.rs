//! What either process can no longer do, whoever comes to run code in it. Neither executes a program, looks into another
//! process or writes a file, and none of that is needed once both have started.
//!
//! | | loader | plugin |
//! |---|---|---|
//! | looked into by processes of the same user, or by core dumps | no | no |
//! | seccomp | no system call but those that it needs | none of those that it never needs |
//! | Landlock | no restriction | reads `/proc`, `/sys`, `/etc/hosts`, `/etc/passwd`, the names of files in `/var/log/containers` and random numbers, removes its own directory, has no TCP but to the ports of servers that the administrator names, and then reads `/etc`, too |
//!
//! What the kernel does not have is told to who starts the process ([`Fences`]) and stops nothing: the rights that
//! [`privilege`](crate::privilege) gives up are given up all the same.

mod error;
mod landlock;
mod syscalls;

use std::{collections::BTreeSet, path::Path};

use rustix::process::{DumpableBehavior, set_dumpable_behavior};

pub use self::error::FenceError;

/// What could not be put up, each with its reason; nothing, on a kernel that has it all.
#[derive(Debug, Default)]
pub struct Fences {
    /// In the order in which it was tried.
    pub missing: Vec<FenceError>,
}

impl Fences {
    fn note<E: Into<FenceError>>(&mut self, result: Result<(), E>) {
        self.missing.extend(result.err().map(Into::into));
    }
}

/// Puts up the fences of the loader: to be called while it has one thread.
pub fn loader() -> Fences {
    let mut fences = Fences::default();
    fences.note(hide());
    fences.note(syscalls::allow_only_the_loaders());
    fences
}

/// Puts up the fences of the plugin: to be called while it has one thread, and after what reads files elsewhere than in
/// `/proc` and `/sys`. `own` is the directory that it removes at its end; `ports` are those of TCP that it may connect to.
pub fn plugin(own: &Path, ports: &BTreeSet<u16>) -> Fences {
    let mut fences = Fences::default();
    fences.note(hide());
    fences.note(landlock::restrict(own, ports));
    fences.note(syscalls::deny_what_the_plugin_never_does());
    fences
}

/// Processes of the same user must not look into this one, nor the kernel write its memory to a file.
fn hide() -> Result<(), FenceError> {
    set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(|error| FenceError::Dumpable(error.into()))
}
