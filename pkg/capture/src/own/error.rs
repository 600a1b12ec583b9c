//! Why own traffic cannot be told from other traffic.

use std::{io, path::PathBuf};

use netlink_packet_core::DecodeError;
use thiserror::Error;

/// Why it is unknown which sockets are the parent's.
#[derive(Debug, Error)]
pub enum OwnError {
    /// It has no number here.
    #[error(
        "the process that started this one is in another PID namespace, so that its user is unknown here"
    )]
    NoParent,
    /// Its user is not told.
    #[error(
        "cannot read {path}, which says whose process started this one: {error}; /proc has to be mounted, and \
         without hidepid for a process that is not of the same user"
    )]
    User {
        /// The file.
        path: PathBuf,
        /// Why it cannot be read, or what is in it.
        error: io::Error,
    },
    /// This process's own sockets are not told.
    #[error("cannot read which sockets this process has, in /proc/self/fd: {0}; /proc has to be mounted")]
    Descriptors(io::Error),
    /// The control group of this process is not told.
    #[error(
        "cannot open a listening socket on the loopback address, which tells this process's control group: {0}"
    )]
    ControlGroup(io::Error),
    /// No netlink socket.
    #[error(
        "cannot open a netlink socket: {0}; a service manager that restricts address families must allow \
         AF_NETLINK (systemd: RestrictAddressFamilies=… AF_NETLINK)"
    )]
    Socket(io::Error),
    /// The kernel does not list sockets.
    #[error(
        "the kernel does not list TCP sockets: {0}; it needs the module tcp_diag \
         (CONFIG_INET_TCP_DIAG)"
    )]
    Request(io::Error),
    /// The kernel's list cannot be read.
    #[error("the kernel's list of TCP sockets is not as expected: {0}")]
    Answer(#[from] DecodeError),
}
