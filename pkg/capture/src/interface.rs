//! This machine's network interfaces, as far as capturing needs to know them.

mod links;
mod model;
mod tags;
mod vlan_tags;
mod watch;

pub use model::{Interface, Interfaces, Link};
pub use vlan_tags::VlanTags;
pub use watch::{Watch, WatchError};
