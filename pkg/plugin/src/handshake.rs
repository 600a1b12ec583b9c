//! go-plugin's handshake: the cookie that shows that Grafana starts us, and the line that tells it where we are.

use std::{
    io::{self, Write as _},
    path::Path,
};

use thiserror::Error;
pub use xdplive_protocol::handshake::{COOKIE, VERSIONS};

/// Somebody started the program by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "This program is the back end of the Grafana data source XDP Live. Grafana starts it by itself; by hand it does \
     nothing. To see packets in a terminal run `xdplive watch`; to install it see docs/install.md."
)]
pub struct NotGrafana;

/// Checks the cookie.
///
/// # Errors
/// [`NotGrafana`].
pub fn check(cookie: Option<&str>) -> Result<(), NotGrafana> {
    if cookie == Some(COOKIE.1) { Ok(()) } else { Err(NotGrafana) }
}

/// Tells Grafana where to connect.
///
/// # Errors
/// Where standard output is closed.
pub fn announce(socket: &Path) -> io::Result<()> {
    let (core, plugin) = VERSIONS;
    let mut out = io::stdout().lock();
    writeln!(out, "{core}|{plugin}|unix|{}|grpc", socket.display())?;
    out.flush()
}

#[cfg(test)]
mod tests;
