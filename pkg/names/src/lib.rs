//! What addresses and ports are called. This crate has no I/O: whoever uses it reads files and asks the system.
//!
//! | module | holds |
//! |---|---|
//! | [`vendor`] | who made a network card, by its Ethernet address |
//! | [`service`] | which service packets belong to, by protocol and ports |

pub mod service;
pub mod vendor;

pub use service::service;
pub use vendor::{Vendor, vendor};
