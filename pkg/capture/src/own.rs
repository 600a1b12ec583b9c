//! Own traffic: the packets that carry what is captured to those who look at it.
//!
//! A panel that watches the interface over which it is delivered would feed itself: every row makes packets, and
//! every packet a row. What is captured leaves this machine from the TCP ports on which the process that started
//! this one listens ([`Parent::ports`]), and [`xdplive_source::own::filter`] recognises the packets of those ports.
//!
//! A listening socket is the parent's if it belongs to the parent's user *and* was made in the control group that
//! this process is in, which is its parent's: a service, a container and a login session have one each. The user
//! alone would make a root's sshd, and whatever else listens as root, part of own traffic. Control groups alone do
//! not tell users of one session apart. The parent's descriptors, which would say it exactly, may be read by nobody
//! who has given up its rights (ptrace(2), access mode checking).

mod error;
mod sockets;

use std::{collections::BTreeSet, fs, io, path::PathBuf};

use rustix::process::{Pid, getppid};

pub use error::OwnError;
use sockets::{FAMILIES, Listening, Marker};

/// The ports of own traffic, or how to find them.
#[derive(Clone, Debug)]
pub enum Ports {
    /// These.
    Set(BTreeSet<u16>),
    /// Those on which the parent listens.
    Of {
        /// The parent, where it is known.
        parent: Option<Parent>,
        /// And these.
        more: BTreeSet<u16>,
    },
}

impl Ports {
    /// The ports as of now, and why there may be others, where [`Parent::ports`] fails.
    #[must_use]
    pub fn now(&self) -> (BTreeSet<u16>, Option<OwnError>) {
        match self {
            Self::Set(ports) => (ports.clone(), None),
            Self::Of { parent: None, more } => (more.clone(), None),
            Self::Of { parent: Some(parent), more } => match parent.ports() {
                Ok(ports) => (ports.union(more).copied().collect(), None),
                Err(error) => (more.clone(), Some(error)),
            },
        }
    }
}

/// The process that started this one, as far as its sockets can be told from others'.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parent {
    /// Its user, as this process's user namespace numbers it.
    uid: u32,
    /// Its control group (cgroup v2), and this process's; none where the kernel does not give sockets one.
    control_group: Option<u64>,
}

impl Parent {
    /// Looks at it. To be called once and before rights are given up: where /proc is mounted with hidepid, another
    /// user is not told whose process it is. Opens a listening socket on the loopback address for a moment.
    ///
    /// # Errors
    /// Any [`OwnError`].
    pub fn look() -> Result<Self, OwnError> {
        let uid = user_of(getppid().ok_or(OwnError::NoParent)?)?;
        Ok(Self { uid, control_group: control_group()? })
    }

    /// The TCP ports on which it listens now, in this network namespace. Needs no rights. Asks the kernel for all
    /// listening sockets and waits for it: 0.03 ms for a few, 0.5 ms for 900.
    ///
    /// # Errors
    /// Any of the [`OwnError`]s that are about netlink.
    pub fn ports(&self) -> Result<BTreeSet<u16>, OwnError> {
        let mut ports = BTreeSet::new();
        for family in FAMILIES {
            sockets::each_listening(family, |socket| {
                if self.holds(socket) {
                    ports.insert(socket.port);
                }
            })?;
        }
        Ok(ports)
    }

    /// Whether a socket is its own. Where the kernel does not know control groups, the user decides.
    fn holds(&self, socket: &Listening) -> bool {
        socket.uid == self.uid && (self.control_group.is_none() || socket.control_group == self.control_group)
    }
}

/// The user of a process, whose sockets are that user's.
fn user_of(process: Pid) -> Result<u32, OwnError> {
    let path = PathBuf::from(format!("/proc/{}/status", process.as_raw_pid()));
    let found = fs::read_to_string(&path).and_then(|status| {
        file_system_user(&status).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "no line Uid"))
    });
    found.map_err(|error| OwnError::User { path, error })
}

/// The last of the four users in /proc/PID/status (proc_pid_status(5)): that for files, and so for sockets.
fn file_system_user(status: &str) -> Option<u32> {
    let users = status.lines().find_map(|line| line.strip_prefix("Uid:"))?;
    users.split_whitespace().nth(3)?.parse().ok()
}

/// This process's control group, as the kernel numbers it among sockets.
///
/// Asked of a socket of its own. The other way, /proc/self/cgroup and the number of that directory, would need to
/// know where the hierarchy is mounted, which a container need not have, and to see past cgroup namespaces.
fn control_group() -> Result<Option<u64>, OwnError> {
    let marker = Marker::open().map_err(OwnError::ControlGroup)?;
    let mut found = None;
    sockets::each_listening(Marker::FAMILY, |socket| {
        if marker.is(socket) {
            found = Some(socket.control_group);
        }
    })?;
    found.ok_or_else(|| OwnError::ControlGroup(io::Error::other("the kernel does not list it")))
}

#[cfg(test)]
mod tests;
