//! What a filter can depend on besides the packet.

use std::net::Ipv4Addr;

/// The interface that packets are seen on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// The directed broadcast addresses of its IPv4 networks, such as 192.168.1.255: `ip broadcast` means
    /// these, too.
    pub broadcasts: Vec<Ipv4Addr>,
}
