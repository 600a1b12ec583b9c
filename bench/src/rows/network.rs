//! A network of the benchmark's own: a veth pair in a namespace that ends with the process, however that ends.

use std::{fs, io, process::Command};

use rustix::thread::{UnshareFlags, unshare_unsafe};
use serde_json::Value;
use thiserror::Error;

/// The end that frames are sent into.
const SENDER: &str = "bn0";
/// The end that they come out of, which is watched.
const RECEIVER: &str = "bn1";

/// Why there is no network.
#[derive(Debug, Error)]
pub enum NetworkError {
    /// The system's answer.
    #[error("cannot {action}: {error}")]
    System {
        /// What was asked.
        action: &'static str,
        /// Its answer.
        error: io::Error,
    },
    /// Nothing is attached where something should be.
    #[error("no XDP program is attached to {interface}")]
    NoProgram {
        /// The interface.
        interface: &'static str,
    },
    /// `ip` did not do it.
    #[error("`ip {arguments}` failed: {reason}")]
    Ip {
        /// What it was told.
        arguments: String,
        /// What it said.
        reason: String,
    },
}

/// The pair.
pub struct Network {
    /// Number of the sending end.
    pub sender: u32,
    /// Name of the receiving end.
    pub receiver: &'static str,
    /// Number of the receiving end.
    pub receiver_index: u32,
}

impl Network {
    /// Moves the calling thread, and those that it starts from now on, into a namespace of their own, with a silent
    /// veth pair.
    ///
    /// # Errors
    /// Any [`NetworkError`].
    pub fn enter() -> Result<Self, NetworkError> {
        be_alone()?;
        ip(&["link", "add", "name", SENDER, "type", "veth", "peer", "name", RECEIVER])?;
        for end in [SENDER, RECEIVER] {
            // Without IPv6 and ARP nothing is sent that nobody asked for.
            without_ipv6(end)?;
            ip(&["link", "set", "dev", end, "arp", "off", "up"])?;
        }
        let index = |name| {
            let index = link(name)?.get("ifindex").and_then(Value::as_u64).unwrap_or_default();
            Ok::<_, NetworkError>(u32::try_from(index).unwrap_or_default())
        };
        Ok(Self { sender: index(SENDER)?, receiver: RECEIVER, receiver_index: index(RECEIVER)? })
    }

    /// Packets that the receiving end has received so far: all that a program attached there should have seen.
    ///
    /// # Errors
    /// Any [`NetworkError`].
    pub fn received(&self) -> Result<u64, NetworkError> {
        let link = link(self.receiver)?;
        Ok(link.pointer("/stats64/rx/packets").and_then(Value::as_u64).unwrap_or_default())
    }

    /// Id of the program that is attached to the receiving end.
    ///
    /// # Errors
    /// Any [`NetworkError`], also where there is none.
    pub fn program(&self) -> Result<u32, NetworkError> {
        let link = link(self.receiver)?;
        let id = link.pointer("/xdp/prog/id").and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok());
        id.ok_or(NetworkError::NoProgram { interface: self.receiver })
    }
}

/// Moves the calling thread, and those that it starts from now on, into a network namespace of their own.
///
/// # Errors
/// [`NetworkError::System`].
pub(crate) fn be_alone() -> Result<(), NetworkError> {
    // SAFETY: file descriptors stay shared; only the network becomes the thread's own.
    let moved = unsafe { unshare_unsafe(UnshareFlags::NEWNET) };
    let action = "make a network namespace";
    moved.map_err(|error| NetworkError::System { action, error: error.into() })
}

/// Has an interface of the calling thread's namespace send no IPv6 of its own.
///
/// # Errors
/// [`NetworkError::System`].
pub(crate) fn without_ipv6(interface: &str) -> Result<(), NetworkError> {
    // /proc/sys/net is that of the thread.
    let ipv6 = format!("/proc/sys/net/ipv6/conf/{interface}/disable_ipv6");
    if !fs::exists(&ipv6).unwrap_or(false) {
        return Ok(());
    }
    let action = "switch IPv6 off";
    fs::write(ipv6, "1").map_err(|error| NetworkError::System { action, error })
}

/// What `ip` knows of an interface.
fn link(name: &str) -> Result<Value, NetworkError> {
    let arguments = ["-json", "-statistics", "link", "show", "dev", name];
    let links: Value = serde_json::from_str(&ip(&arguments)?)
        .map_err(|error| NetworkError::Ip { arguments: arguments.join(" "), reason: error.to_string() })?;
    Ok(links.get(0).cloned().unwrap_or_default())
}

/// Runs `ip`, in the calling thread's namespace; returns what it prints.
///
/// # Errors
/// [`NetworkError::Ip`].
pub(crate) fn ip(arguments: &[&str]) -> Result<String, NetworkError> {
    let failed = |reason: String| NetworkError::Ip { arguments: arguments.join(" "), reason };
    let output = Command::new("ip").args(arguments).output().map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
