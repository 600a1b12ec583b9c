//! The loader as a service of its own, on a socket that systemd owns: then no process that Grafana starts has any right, and
//! no file gives one. systemd starts a loader for each connection (`Accept=yes`, systemd.socket(5)), so that a loader
//! still ends with its plugin, and every attachment with it.
//!
//! The connection is that for maps. What else belongs to a [`Loader`] comes with the plugin's first message: the
//! connection for links, and a stream whose end tells the plugin that the loader has ended.

use std::{
    env, io,
    os::{
        fd::{AsFd, FromRawFd, OwnedFd, RawFd},
        unix::net::UnixStream,
    },
    path::{Path, PathBuf},
    process,
};

use rustix::net::{
    AddressFamily, SocketAddrUnix, SocketFlags, SocketType, connect as connect_to, socket_with, sockopt,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    LinkLoader, Loader, LoaderProcess, MapLoader, PATIENCE,
    channel::Channel,
    needed::{self, NEEDED},
    policy::Policy,
    started,
};

/// The first descriptor that systemd hands over (sd_listen_fds(3)).
const FIRST: RawFd = 3;
/// Both ends are built from the same source, or do not talk.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What the plugin begins with; the two descriptors come with it.
#[derive(Debug, Serialize, Deserialize)]
struct Hello {
    version: String,
}

/// What the loader answers.
#[derive(Debug, Serialize, Deserialize)]
enum Welcome {
    Ready,
    Refused(String),
}

/// Why there is no connection to the loader's service.
#[derive(Debug, Error)]
pub enum ConnectError {
    /// The socket cannot be reached.
    #[error(
        "cannot connect to the loader at {path}: {error}; see whether systemd listens there (systemctl status \
         xdplive-loader.socket), and whether Grafana's user is in the group that may (SocketGroup= in it)",
        path = path.display()
    )]
    Socket {
        /// The socket.
        path: PathBuf,
        /// The kernel's answer.
        error: io::Error,
    },
    /// The connection broke while it was made.
    #[error("the loader has ended at once ({0}); its log says why (journalctl -u 'xdplive-loader@*')")]
    Ended(#[source] io::Error),
    /// It takes no orders from this process.
    #[error("the loader refuses: {0}")]
    Refused(String),
}

/// Why a loader that systemd has started cannot serve.
#[derive(Debug, Error)]
pub enum UnitError {
    /// Nobody has handed a connection over.
    #[error(
        "systemd starts the loader, and hands it a connection (LISTEN_FDS); by hand it does nothing. To install it see \
         docs/install.md"
    )]
    NoConnection,
    /// Another user than allowed has connected.
    #[error("user {uid} may not use the loader; {allowed} may (XDPLIVE_PEER in xdplive-loader@.service)")]
    Peer {
        /// Who it was.
        uid: u32,
        /// Who may.
        allowed: u32,
    },
    /// The plugin is of another version.
    #[error(
        "the plugin is of version {theirs}, and the loader of version {VERSION}; install both from one package"
    )]
    Version {
        /// The plugin's.
        theirs: String,
    },
    /// Its unit does not give it what it needs.
    #[error(
        "the loader lacks {0}; its unit has to give them (AmbientCapabilities= in xdplive-loader@.service, as it comes with \
         the plugin; then sudo systemctl daemon-reload)"
    )]
    Rights(String),
    /// What came first was not what a plugin begins with.
    #[error("the process that connected is no plugin of this version")]
    NoPlugin,
    /// The connection broke, or a right cannot be given up.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Connects to the loader's service at `path`.
///
/// # Errors
/// Any [`ConnectError`].
pub fn connect(path: &Path) -> Result<Loader, ConnectError> {
    let unreachable = |error: io::Error| ConnectError::Socket { path: path.to_owned(), error };
    let socket = socket_with(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)
        .map_err(|error| unreachable(error.into()))?;
    let address = SocketAddrUnix::new(path).map_err(|error| unreachable(error.into()))?;
    connect_to(&socket, &address).map_err(|error| unreachable(error.into()))?;
    let maps = Channel::from(socket);
    let (links, their_links) = Channel::pair().map_err(ConnectError::Ended)?;
    let (ended, their_life) = UnixStream::pair().map_err(ConnectError::Ended)?;
    let hello = Hello { version: VERSION.to_owned() };
    let sent = maps.send(&hello, &[their_links.as_fd(), their_life.as_fd()]);
    // The loader's are to be the only ones.
    drop((their_links, their_life));
    // One that refuses may be gone before the message comes. Its reason is there all the same.
    match (welcome(&maps), sent) {
        (Ok(Some(Welcome::Refused(reason))), _) => Err(ConnectError::Refused(reason)),
        (_, Err(error)) | (Err(error), Ok(())) => Err(ConnectError::Ended(error)),
        (Ok(None), Ok(())) => Err(ConnectError::Ended(io::ErrorKind::ConnectionReset.into())),
        (Ok(Some(Welcome::Ready)), Ok(())) => {
            let process = LoaderProcess { id: None, ended: ended.into() };
            Ok(Loader { maps: MapLoader(maps), links: LinkLoader::new(links), process })
        }
    }
}

/// The loader's answer; `None` where it has ended without one.
fn welcome(maps: &Channel) -> io::Result<Option<Welcome>> {
    if !maps.wait(PATIENCE)? {
        return Err(io::ErrorKind::TimedOut.into());
    }
    let answer = match maps.receive() {
        // It has closed its end without reading what it was sent. That is reported first, once, and its answer is behind it.
        Err(error) if error.kind() == io::ErrorKind::ConnectionReset => maps.receive(),
        other => other,
    };
    Ok(answer?.map(|(welcome, _)| welcome))
}

/// The connection that systemd has handed to this process.
///
/// # Errors
/// [`UnitError::NoConnection`].
///
/// # Safety
/// To be called once, before the process has opened a file: descriptor 3 is taken for systemd's.
pub unsafe fn handed_over() -> Result<OwnedFd, UnitError> {
    let is = |name: &str, value: u32| env::var(name).is_ok_and(|given| given == value.to_string());
    if !is("LISTEN_PID", process::id()) || !is("LISTEN_FDS", 1) {
        return Err(UnitError::NoConnection);
    }
    // SAFETY: by sd_listen_fds(3) it is open and this process's alone.
    Ok(unsafe { OwnedFd::from_raw_fd(FIRST) })
}

/// Serves the plugin at the other end of `connection`, which must be of the user `peer` if one is given, until it goes away.
/// To be called while there is one thread.
///
/// # Errors
/// Any [`UnitError`].
pub fn serve(connection: OwnedFd, peer: Option<u32>, policy: Policy) -> Result<(), UnitError> {
    let channel = Channel::from(connection);
    if let Some(allowed) = peer {
        let uid = sockopt::socket_peercred(&channel).map_err(io::Error::from)?.uid.as_raw();
        if uid != allowed {
            return refuse(&channel, UnitError::Peer { uid, allowed });
        }
    }
    let missing = needed::missing(&NEEDED)?;
    if !missing.is_empty() {
        return refuse(&channel, UnitError::Rights(needed::describe(&missing)));
    }
    let Ok(Some((Hello { version }, descriptors))) = channel.receive::<Hello>() else {
        return refuse(&channel, UnitError::NoPlugin);
    };
    if version != VERSION {
        return refuse(&channel, UnitError::Version { theirs: version });
    }
    let Ok([links, _life]) = <[OwnedFd; 2]>::try_from(descriptors) else {
        return refuse(&channel, UnitError::NoPlugin);
    };
    channel.send(&Welcome::Ready, &[])?;
    Ok(started(&channel, Channel::from(links), policy, None)?)
}

/// Tells the plugin at the other end of `connection` why it is not served.
pub fn decline(connection: OwnedFd, reason: &str) {
    // Who has gone already needs no reason.
    let _ = Channel::from(connection).send(&Welcome::Refused(reason.to_owned()), &[]);
}

fn refuse(channel: &Channel, error: UnitError) -> Result<(), UnitError> {
    // See `decline`.
    let _ = channel.send(&Welcome::Refused(error.to_string()), &[]);
    Err(error)
}

#[cfg(test)]
mod tests;
