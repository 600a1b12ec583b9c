//! This machine's network interfaces, by netlink.

mod ethtool;
mod kind;
mod links;
mod speed;
mod tags;
mod uplinks;
mod watch;

pub use watch::{Watch, WatchError};
