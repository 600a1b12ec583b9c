//! What addresses and ports are called. This crate has no I/O: whoever uses it reads files and asks the system.
//!
//! | module | holds |
//! |---|---|
//! | [`vendor`] | who made a network card, by its Ethernet address |
//! | [`service`] | which service packets belong to, by protocol and ports |
//! | [`table`] | names that do not age: those of files and interfaces |
//! | [`hosts_file`] | names in the text of `/etc/hosts` |
//! | [`host`] | what is known of hosts, by address |

pub mod host;
pub mod hosts_file;
pub mod service;
pub mod table;
pub mod vendor;

pub use host::{About, AboutHosts, LONGEST_NAME, Name, NameSource, name_source};
pub use service::service;
pub use table::Table;
pub use vendor::{Vendor, vendor};
