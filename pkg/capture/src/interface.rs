//! This machine's network interfaces, by netlink.

mod links;
mod tags;
mod watch;

pub use watch::{Watch, WatchError};
