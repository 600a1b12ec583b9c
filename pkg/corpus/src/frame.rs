//! Frames put together from typed headers.
//!
//! Every header is a struct with public fields: `new` takes what has no sensible default, the rest is set
//! with struct update syntax. What a header can compute it does compute (lengths, checksums, the type of
//! what follows); the `Option` fields are for lying, `None` being the truth.
//!
//! ```
//! use xdplive_corpus::frame::{Ethernet, Ipv4, Tag, Udp};
//!
//! let packet = Ipv4 { ttl: 1, ..Ipv4::new([192, 0, 2, 1], [224, 0, 0, 251], Udp::new(5353, 5353, b"mdns")) };
//! let frame = Ethernet::new([2, 0, 0, 0, 0, 1], [1, 0, 0x5e, 0, 0, 0xfb], packet).tagged([Tag::customer(40)]);
//! assert_eq!(frame.bytes().len(), 60);
//! ```

mod arp;
mod ethernet;
mod ipv4;
mod ipv6;
mod tunnel;
mod upper;

pub use arp::Arp;
pub use ethernet::{Ethernet, Padding, Payload, Tag, Tpid, ethertype};
pub use ipv4::Ipv4;
pub use ipv6::{Extension, Ipv6};
pub use tunnel::{Geneve, Gre, Gtp, Mpls, Pppoe, Vxlan, tunnel_port};
pub use upper::{Dccp, Icmp, Sctp, Tcp, Udp, Upper, protocol, tcp_flag};

/// `length` as a 16-bit length field holds it: 0 where it does not fit, as in the kernel's merged segments
/// and in jumbograms (RFC 2675).
fn length_field(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(0)
}

#[cfg(test)]
mod tests;
