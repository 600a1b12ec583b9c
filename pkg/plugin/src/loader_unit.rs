//! `gpx_xdplive loader`: the loader as a service that systemd starts for a connection. It reads the administrator's
//! settings itself, from the ceiling's file and its own unit.

use std::{env, fs, process::ExitCode};

use thiserror::Error;
use xdplive_loader::unit::{self, UnitError};

use crate::administrator::Administrator;

/// The argument that asks for it.
pub const ARGUMENT: &str = "loader";
/// Names the only user whose connections are served, by name or number.
const PEER: &str = "XDPLIVE_PEER";

/// Why it does not serve.
#[derive(Debug, Error)]
enum LoaderError {
    #[error("{PEER} is \"{0}\", and there is no such user in /etc/passwd")]
    NoSuchUser(String),
    #[error("{0}")]
    Settings(String),
    #[error(transparent)]
    Unit(#[from] UnitError),
}

/// Runs the service.
///
/// # Safety
/// To be called once, before the process has opened a file (see [`unit::handed_over`]): this is for the beginning of `main`.
#[must_use]
pub unsafe fn run() -> ExitCode {
    // SAFETY: the caller's promise.
    match unsafe { serve() } {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Serves the plugin that has connected.
///
/// # Safety
/// As for [`run`].
unsafe fn serve() -> Result<(), LoaderError> {
    // SAFETY: the caller's promise.
    let connection = unsafe { unit::handed_over() }?;
    let administrator = Administrator::read();
    let peer = match administrator.stops() {
        Some(reason) => Err(LoaderError::Settings(reason)),
        None => peer(),
    };
    match peer {
        Ok(peer) => Ok(unit::serve(connection, peer, administrator.policy())?),
        Err(error) => {
            unit::decline(connection, &error.to_string());
            Err(error)
        }
    }
}

/// The only user who is served, where the unit names one.
fn peer() -> Result<Option<u32>, LoaderError> {
    let Some(name) = env::var_os(PEER) else { return Ok(None) };
    let name = name.to_string_lossy().into_owned();
    user(&name).map(Some).ok_or(LoaderError::NoSuchUser(name))
}

/// The number of a user.
fn user(name: &str) -> Option<u32> {
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    name.parse().ok().or_else(|| numbered(&users, name))
}

/// The number of a user, by passwd(5).
fn numbered(users: &str, name: &str) -> Option<u32> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some(name)).then(|| fields.nth(1)?.parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_have_names_and_numbers() {
        let users = "root:x:0:0:root:/root:/bin/sh\ngrafana:x:472:473::/:/bin/false\n#nobody\nbad:x:y:1:::\n";
        assert_eq!(numbered(users, "grafana"), Some(472));
        assert_eq!(numbered(users, "root"), Some(0));
        for name in ["graf", "x", "", "bad", "#nobody"] {
            assert_eq!(numbered(users, name), None, "{name}");
        }
        assert_eq!(user("4711"), Some(4711));
    }
}
