//! This machine's network interfaces, by netlink.

mod counters;
mod dump;
mod ethtool;
mod kind;
mod links;
mod queues;
mod speed;
mod tags;
mod uplinks;
mod watch;

pub use watch::{Watch, WatchError};
