//! A laboratory on one machine: network namespaces with veth pairs, a sender of raw frames, and the built
//! `xdplive` and plugin watched from outside.
//!
//! | module | holds |
//! |---|---|
//! | [`leash`] | processes that a failed test would leave behind |
//! | [`namespace`] | a network namespace of its own, and interfaces in it |
//! | [`send`] | raw frames onto an interface |
//! | [`watch`] | a running `xdplive watch`, its rows and its accounts |
//! | [`relay`] | a wire that takes its time and loses frames |
//! | [`client`] | a client of the plugin's services, as Grafana is one |
//! | [`process`] | the processes of a plugin, and how many programs are attached |
//! | [`attached`] | what is attached in the kernel, and taking it away by force |
//! | [`control_group`] | control groups, such as one with a bound on memory |
//! | [`fleet`] | a server of NATS, and agents |
//! | [`footprint`] | the memory and the descriptors of processes |
//! | [`verdict`] | programs that give every packet the same verdict |
//!
//! For tests, as root. Everything fails with a sentence that says what is missing; nothing is skipped.

pub mod attached;
mod bpf;
pub mod client;
pub mod control_group;
pub mod fleet;
pub mod footprint;
pub mod leash;
pub mod namespace;
pub mod process;
pub mod relay;
pub mod send;
pub mod verdict;
pub mod watch;

use std::{
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

/// The name of this machine, as the kernel tells it.
///
/// # Panics
/// Where it does not.
#[must_use]
pub fn host_name() -> String {
    let name =
        std::fs::read_to_string("/proc/sys/kernel/hostname").expect("the kernel tells its host's name");
    name.trim_end().to_owned()
}

/// Fails where this process is not root.
///
/// # Panics
/// Then.
pub fn need_root() {
    assert!(
        rustix::process::geteuid().is_root(),
        "these tests load eBPF programs and make network namespaces: run them as root"
    );
}

/// The number in a variable of the environment; `None` where it is not set.
///
/// # Panics
///
/// If it is no number.
#[must_use]
pub fn number(name: &str) -> Option<usize> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|error| panic!("{name}={text}: {error}")))
}

/// A file of the checkout.
#[must_use]
pub fn in_checkout(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// The built plugin.
///
/// # Panics
/// Where it has not been built.
#[must_use]
pub fn plugin() -> PathBuf {
    built(&format!(
        "dist/gpx_xdplive_linux_{}",
        if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" }
    ))
}

/// The built command line.
///
/// # Panics
/// Where it has not been built.
#[must_use]
pub fn xdplive() -> PathBuf {
    built("target/release/xdplive")
}

fn built(path: &str) -> PathBuf {
    let path = in_checkout(path);
    path.canonicalize()
        .unwrap_or_else(|error| panic!("{}: {error}; run `make programs` first", path.display()))
}

/// Waits until `condition` holds, for at most `patience`; says whether it does.
pub fn eventually(patience: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let until = Instant::now() + patience;
    loop {
        if condition() {
            return true;
        }
        if Instant::now() >= until {
            return false;
        }
        thread::sleep(Duration::from_millis(5));
    }
}
