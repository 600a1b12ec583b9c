//! Own traffic: the packets that carry what is captured to those who look at it.
//!
//! A panel that watches the interface over which it is delivered would feed itself: every row makes packets, and
//! every packet a row. What is captured leaves this machine from the TCP ports on which the process that started
//! this one listens ([`Parent::ports`]), and [`xdplive_source::own::filter`] recognises the packets of those ports.
//!
//! This process's questions to the DNS are own traffic, too, by the ports of UDP that it has for them. To other machines, it goes over connections of this process's own, whose ends are found by its descriptors.
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
use sockets::{FAMILIES, Found, Marker, Which};

/// How to find the ports of own traffic.
#[derive(Clone, Debug, Default)]
pub struct Ports {
    /// Ports that are always among them.
    pub set: BTreeSet<u16>,
    /// Who started this process: the ports on which it listens are among them.
    pub parent: Option<Parent>,
    /// Ports of servers to which this process itself connects, to send what is captured: its own ends of these connections
    /// are among them.
    pub servers: BTreeSet<u16>,
    /// Ports of UDP from which this process itself asks something, such as the DNS.
    pub datagrams: BTreeSet<u16>,
}

impl Ports {
    /// The ports as of now, and why there may be others.
    #[must_use]
    pub fn now(&self) -> (BTreeSet<u16>, Option<OwnError>) {
        let mut ports = self.set.clone();
        let mut failed = None;
        for found in [self.parent.as_ref().map(Parent::ports), Some(connected(&self.servers))] {
            match found {
                Some(Ok(found)) => ports.extend(found),
                Some(Err(error)) => failed = Some(error),
                None => {}
            }
        }
        (ports, failed)
    }
}

/// The ports from which this process is connected to these ports of whatever machine. Needs no rights.
fn connected(servers: &BTreeSet<u16>) -> Result<BTreeSet<u16>, OwnError> {
    let mut ports = BTreeSet::new();
    if servers.is_empty() {
        return Ok(ports);
    }
    let own = own_sockets().map_err(OwnError::Descriptors)?;
    for server in servers {
        for family in FAMILIES {
            sockets::each(Which::ConnectedTo(*server), family, |socket| {
                if own.contains(&socket.inode) {
                    ports.insert(socket.port);
                }
            })?;
        }
    }
    Ok(ports)
}

/// The sockets of this process, by their numbers; 32 bits of them, as lists of sockets have them.
fn own_sockets() -> io::Result<BTreeSet<u32>> {
    let mut own = BTreeSet::new();
    for entry in fs::read_dir("/proc/self/fd")? {
        // One that has been closed meanwhile is none.
        let Ok(link) = fs::read_link(entry?.path()) else { continue };
        let number =
            link.to_str().and_then(|text| text.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok());
        own.extend(number.map(|number: u64| number as u32));
    }
    Ok(own)
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
            sockets::each(Which::Listening, family, |socket| {
                if self.holds(socket) {
                    ports.insert(socket.port);
                }
            })?;
        }
        Ok(ports)
    }

    /// Whether a socket is its own. Where the kernel does not know control groups, the user decides.
    fn holds(&self, socket: &Found) -> bool {
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
    sockets::each(Which::Listening, Marker::FAMILY, |socket| {
        if marker.is(socket) {
            found = Some(socket.control_group);
        }
    })?;
    found.ok_or_else(|| OwnError::ControlGroup(io::Error::other("the kernel does not list it")))
}

#[cfg(test)]
mod tests;
