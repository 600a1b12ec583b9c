//! What addresses and ports are called. This crate has no I/O: whoever uses it reads files and asks the system.
//!
//! | module | holds |
//! |---|---|
//! | [`vendor`] | who made a network card, by its Ethernet address |
//! | [`service`] | which service packets belong to, by protocol and ports |
//! | [`table`] | names that do not age: those of files and interfaces |
//! | [`aging`] | names that do |
//! | [`dns`] | messages of the DNS, and what is in them |
//! | [`learnt`] | names in answers of the DNS that have passed |
//! | [`container`] | what containers are called, and which addresses they have |
//! | [`hosts_file`] | names in the text of `/etc/hosts` |
//! | [`host`] | what is known of hosts, by address |

pub mod aging;
pub mod container;
pub mod dns;
pub mod host;
pub mod hosts_file;
pub mod learnt;
pub mod service;
pub mod table;
pub mod vendor;

pub use aging::Aging;
pub use host::{About, AboutHosts, HostNames, LONGEST_NAME, Name, NameSource, name_source};
pub use learnt::{Learnt, LearntCounts};
pub use service::service;
pub use table::Table;
pub use vendor::{Vendor, vendor};
