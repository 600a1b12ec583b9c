//! Packets to measure with: thousands of different ones, the same for the same seed.
//!
//! Addresses, ports, lengths and the order of protocols are random, so that neither caches nor branch predictors
//! know what comes. What the benchmarks' filters name never occurs: see [`FILTERED_NET`], [`FILTERED_PORTS`].

use fastrand::Rng;
use xdplive_corpus::frame::{Ethernet, Icmp, Ipv4, Ipv6, Padding, Payload, Tag, Tcp, Udp, Upper, tcp_flag};

/// Bytes of each frame.
pub const FRAME: usize = 128;
/// Bytes of a frame's beginning that hold all headers: Ethernet, a tag, IPv6 and TCP are 78. A multiple of
/// eight.
pub const HEADERS: usize = 80;
/// Packets of a set: a power of two, and more than a branch predictor remembers.
pub const COUNT: usize = 1 << 14;
/// No IPv4 address begins with this byte; no IPv6 address is in 2001::/16.
pub const FILTERED_NET: u8 = 192;
/// No port is below this number.
pub const FILTERED_PORTS: u16 = 1024;

/// Addresses that are not the receiver's own: its kernel takes no further notice of such a frame.
const SOURCE: [u8; 6] = [0x02, 0, 0, 0, 0, 0x01];
const DESTINATION: [u8; 6] = [0x02, 0, 0, 0, 0, 0x02];
/// Bytes of data in a packet, at most: the longest headers and these fit a frame.
const DATA: usize = 48;

/// A kind of packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// All of the others, and ICMP, in random order.
    Mixed,
    /// IPv4 and TCP.
    Tcp,
    /// IPv4 and UDP.
    Udp,
    /// IPv6, TCP or UDP.
    Ipv6,
    /// IPv4 in a VLAN, TCP or UDP.
    Vlan,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 5] = [Self::Mixed, Self::Tcp, Self::Udp, Self::Ipv6, Self::Vlan];

    /// What tables call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mixed => "mixed",
            Self::Tcp => "IPv4 TCP",
            Self::Udp => "IPv4 UDP",
            Self::Ipv6 => "IPv6",
            Self::Vlan => "VLAN",
        }
    }
}

/// A set of [`COUNT`] packets.
#[derive(Clone, Debug)]
pub struct Packets(Vec<[u8; FRAME]>);

impl Packets {
    /// Packets of a kind.
    #[must_use]
    pub fn new(kind: Kind, seed: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        Self((0..COUNT).map(|_| frame(kind, &mut random)).collect())
    }

    /// UDP packets with these sources, in turn: of 4 bytes for IPv4, of 16 for IPv6.
    #[must_use]
    pub fn from_sources<const N: usize>(sources: &[[u8; N]], seed: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        let frames = sources.iter().cycle().take(COUNT).map(|source| {
            let upper = udp(&mut random);
            match (source.first_chunk::<16>(), source.first_chunk::<4>()) {
                (Some(source), _) => whole(Ipv6 { source: *source, ..ipv6(upper, &mut random) }, []),
                (None, Some(source)) => whole(Ipv4 { source: *source, ..ipv4(upper, &mut random) }, []),
                (None, None) => whole(ipv4(upper, &mut random), []),
            }
        });
        Self(frames.collect())
    }

    /// All of them.
    #[must_use]
    pub fn frames(&self) -> &[[u8; FRAME]] {
        &self.0
    }

    /// The first [`HEADERS`] bytes of each.
    pub fn headers(&self) -> impl Iterator<Item = &[u8; HEADERS]> {
        self.0.iter().filter_map(|frame| frame.first_chunk())
    }
}

fn frame(kind: Kind, random: &mut Rng) -> [u8; FRAME] {
    match kind {
        Kind::Tcp => whole(ipv4(tcp(random), random), []),
        Kind::Udp => whole(ipv4(udp(random), random), []),
        Kind::Ipv6 => whole(ipv6(either(random), random), []),
        Kind::Vlan => whole(ipv4(either(random), random), [Tag::customer(random.u16(1..4095))]),
        Kind::Mixed => match random.u8(..20) {
            0..8 => frame(Kind::Tcp, random),
            8..13 => frame(Kind::Udp, random),
            13..16 => frame(Kind::Ipv6, random),
            16..18 => frame(Kind::Vlan, random),
            18 => whole(ipv4(Upper::Icmp(echo(8, random)), random), []),
            _ => whole(ipv6(Upper::Icmpv6(echo(128, random)), random), []),
        },
    }
}

fn whole(packet: impl Into<Payload>, tags: impl Into<Vec<Tag>>) -> [u8; FRAME] {
    let padding = Padding::Bytes(vec![0; FRAME]);
    let frame = Ethernet { padding, ..Ethernet::new(SOURCE, DESTINATION, packet).tagged(tags) };
    frame.bytes().first_chunk().copied().unwrap_or([0; FRAME])
}

fn ipv4(upper: impl Into<Upper>, random: &mut Rng) -> Ipv4 {
    let mut address = || {
        let [first, rest @ ..] = random.u32(..).to_be_bytes();
        let [a, b, c] = rest;
        [if first == FILTERED_NET { 10 } else { first }, a, b, c]
    };
    let (source, destination) = (address(), address());
    Ipv4 { ttl: random.u8(1..), ..Ipv4::new(source, destination, upper) }
}

fn ipv6(upper: impl Into<Upper>, random: &mut Rng) -> Ipv6 {
    let mut address = || {
        let mut address = random.u128(..).to_be_bytes();
        // Unique local addresses (RFC 4193).
        address[0] = 0xfd;
        address
    };
    let (source, destination) = (address(), address());
    Ipv6 { hop_limit: random.u8(1..), ..Ipv6::new(source, destination, upper) }
}

fn either(random: &mut Rng) -> Upper {
    if random.bool() { tcp(random) } else { udp(random) }
}

fn tcp(random: &mut Rng) -> Upper {
    let flags =
        if random.u8(..8) == 0 { tcp_flag::SYN } else { tcp_flag::ACK | (random.u8(..2) * tcp_flag::PSH) };
    Tcp { payload: data(random), ..Tcp::new(port(random), port(random), flags) }.into()
}

fn udp(random: &mut Rng) -> Upper {
    Udp::new(port(random), port(random), data(random)).into()
}

fn echo(kind: u8, random: &mut Rng) -> Icmp {
    Icmp::new(kind, 0, random.u32(..), &data(random))
}

fn port(random: &mut Rng) -> u16 {
    random.u16(FILTERED_PORTS..)
}

fn data(random: &mut Rng) -> Vec<u8> {
    vec![0; random.usize(..=DATA)]
}

#[cfg(test)]
mod tests;
