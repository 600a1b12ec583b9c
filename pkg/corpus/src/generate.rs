//! Frames by the thousand, the same ones for the same seed.
//!
//! The generator is `fastrand` (no dependencies, one multiplication a number): nothing here is a secret, and
//! the workspace's lock file pins the algorithm, so a seed in a failure report is enough to see it again.
//!
//! Addresses, ports, VLAN ids, TTLs and code points come from [`pool`]s that are small on purpose, so that
//! a filter made from them finds both matches and misses.

mod link;
mod network;
pub mod pool;
mod tunnel;
mod upper;

use core::fmt;

use link::Frame;

use crate::{LinkType, dice::Dice};

/// One generated frame.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Its place in the corpus, from 0.
    pub number: usize,
    /// What it was made to show.
    pub kind: Kind,
    /// How it begins.
    pub link: LinkType,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What a test says about the sample when it fails: number, kind, link type and the bytes (of a long frame,
/// the first).
impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 256;
        write!(f, "sample {} ({:?}, {:?}, {} bytes): ", self.number, self.kind, self.link, self.bytes.len())?;
        self.bytes.iter().take(SHOWN).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The first `count` frames of the corpus with this seed, all kinds in turn.
pub fn generate(seed: u64, count: usize) -> impl Iterator<Item = Sample> {
    // A seed for each sample: what one kind draws does not shift the others.
    let mut seeds = fastrand::Rng::with_seed(seed);
    let kinds = Kind::ALL.iter().cycle().enumerate().take(count);
    kinds.map(move |(number, kind)| Sample { number, ..kind.sample(seeds.u64(..)) })
}

/// The first `count` frames with this seed of the kinds that have to do with tunnels, all of them in turn.
pub fn tunnels(seed: u64, count: usize) -> impl Iterator<Item = Sample> {
    let mut seeds = fastrand::Rng::with_seed(seed);
    let kinds = Kind::ALL.iter().filter(|kind| kind.is_about_tunnels()).cycle().enumerate().take(count);
    kinds.map(move |(number, kind)| Sample { number, ..kind.sample(seeds.u64(..)) })
}

/// Declares [`Kind`], so that no kind can be missing from [`Kind::ALL`] or lack its recipe.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $recipe:expr,)*) => {
        /// What a sample was made to show.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind {
            $($(#[$doc])* $name,)*
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            fn frame(self, dice: &mut Dice) -> Frame {
                match self {
                    $(Self::$name => $recipe(dice),)*
                }
            }
        }
    };
}

kinds! {
    // Link layer.
    /// ARP for IPv4 over Ethernet.
    Arp = link::arp,
    /// ARP with other hardware addresses, or for another protocol than IPv4.
    ArpOther = link::arp_other,
    /// An Ethernet type that is not IP or ARP.
    OtherType = link::other_type,
    /// IEEE 802.3: a length instead of a type.
    LengthField = link::length_field,
    /// A value between length and type, which means nothing.
    UndefinedType = link::undefined_type,
    /// Three VLAN tags or more.
    ThreeTags = link::three_tags,
    /// On a link without Ethernet, a packet that is not IP.
    RawNeither = link::raw_neither,
    /// Type IPv4 in front of IPv6, or the other way round, or any other version.
    WrongVersion = link::wrong_version,
    /// A short packet padded with bytes that look like headers.
    Padded = link::padded,
    /// A frame cut anywhere.
    Cut = link::cut,
    /// A frame with a few bytes of its headers changed at random.
    Altered = link::altered,

    // Network layer.
    /// IPv4 with options.
    Options = network::options,
    /// An IPv4 header length that is impossible or wrong.
    HeaderLength = network::header_length,
    /// An IPv4 total length that is wrong.
    TotalLength = network::total_length,
    /// An IPv6 payload length that is wrong.
    PayloadLength = network::payload_length,
    /// IPv6 with one to eight extension headers.
    Extensions = network::extensions,
    /// IPv6 with nine extension headers or more.
    TooManyExtensions = network::too_many_extensions,
    /// An IPv6 extension header longer than its packet, or shorter than its fixed part or its options.
    ExtensionLength = network::extension_length,
    /// IPv6 with nothing behind its headers.
    NoNextHeader = network::no_next_header,
    /// The first fragment of a packet, with the whole upper-layer header.
    FirstFragment = network::first_fragment,
    /// The first fragment of a packet, too small for the upper-layer header.
    TinyFragment = network::tiny_fragment,
    /// Any fragment but the first.
    LaterFragment = network::later_fragment,
    /// IPv6 with a fragment header, but whole.
    AtomicFragment = network::atomic_fragment,
    /// IP in IP.
    Tunnel = network::tunnel,
    /// A packet longer than a length field can say.
    Huge = network::huge,

    // Upper layer.
    /// The acceptance frame, plain or in a VLAN.
    Ssdp = upper::ssdp,
    /// TCP, any flags.
    Tcp = upper::tcp,
    /// TCP with options.
    TcpOptions = upper::tcp_options,
    /// A TCP data offset that is wrong.
    TcpOffset = upper::tcp_offset,
    /// UDP.
    Udp = upper::udp,
    /// A UDP length that is wrong.
    UdpLength = upper::udp_length,
    /// SCTP.
    Sctp = upper::sctp,
    /// ICMP or ICMPv6 without a quoted packet.
    IcmpQuery = upper::icmp_query,
    /// ICMP or ICMPv6 with a quoted packet.
    IcmpError = upper::icmp_error,
    /// A protocol without ports or types.
    OtherProtocol = upper::other_protocol,
    /// UDP-Lite.
    UdpLite = upper::udp_lite,
    /// DCCP.
    Dccp = upper::dccp,

    // Tunnels and labels.
    /// A frame in VXLAN.
    Vxlan = tunnel::vxlan,
    /// A packet, a frame or labels in VXLAN-GPE.
    VxlanGpe = tunnel::vxlan_gpe,
    /// A packet or a frame in Geneve, with options or without.
    Geneve = tunnel::geneve,
    /// A packet, a frame or labels in GRE, with every combination of flags.
    Gre = tunnel::gre,
    /// A frame in GRE with a network identifier.
    Nvgre = tunnel::nvgre,
    /// A frame that a switch mirrors: ERSPAN, all types.
    Erspan = tunnel::erspan,
    /// A packet in PPP in GRE, or an acknowledgment alone.
    Pptp = tunnel::pptp,
    /// A packet behind one to eight labels.
    Mpls = tunnel::mpls,
    /// A frame behind labels and a control word.
    Pseudowire = tunnel::pseudowire,
    /// A packet behind nine labels or more.
    TooManyLabels = tunnel::too_many_labels,
    /// A packet of a PPPoE session.
    Pppoe = tunnel::pppoe,
    /// PPPoE discovery, or what is not a packet in a session.
    PppoeOther = tunnel::pppoe_other,
    /// A packet in GTP-U, with and without its optional parts.
    Gtp = tunnel::gtp,
    /// GTP-U that carries no packet.
    GtpSignal = tunnel::gtp_signal,
    /// Two or three tunnels in one another.
    Nested = tunnel::nested,
    /// Four tunnels in one another or five.
    TooManyTunnels = tunnel::too_many_tunnels,
    /// A fragment that carries a piece of a tunnel, or a tunnel that carries a fragment.
    TunnelFragment = tunnel::tunnel_fragment,
    /// The port of a tunnel, and no tunnel.
    PortAlone = tunnel::port_alone,
    /// A tunnel cut anywhere.
    TunnelCut = tunnel::tunnel_cut,
    /// A tunnel with a few bytes of its headers changed at random.
    TunnelAltered = tunnel::tunnel_altered,
}

impl Kind {
    /// The frame of this kind with this seed, outside of any corpus.
    #[must_use]
    pub fn sample(self, seed: u64) -> Sample {
        let Frame { link, bytes } = self.frame(&mut Dice::with_seed(seed));
        Sample { number: 0, kind: self, link, bytes }
    }

    /// Whether nothing is wrong with such a frame: no field lies and nothing is missing.
    #[must_use]
    pub const fn is_sound(self) -> bool {
        !matches!(
            self,
            Self::UndefinedType
                | Self::ThreeTags
                | Self::RawNeither
                | Self::WrongVersion
                | Self::Cut
                | Self::Altered
                | Self::HeaderLength
                | Self::TotalLength
                | Self::PayloadLength
                | Self::TooManyExtensions
                | Self::ExtensionLength
                | Self::TinyFragment
                | Self::Huge
                | Self::TcpOffset
                | Self::UdpLength
                | Self::TooManyLabels
                | Self::TooManyTunnels
                | Self::TunnelCut
                | Self::TunnelAltered
        )
    }

    /// Whether such frames carry others, or look as if they did.
    #[must_use]
    pub const fn is_about_tunnels(self) -> bool {
        matches!(
            self,
            Self::Tunnel
                | Self::Vxlan
                | Self::VxlanGpe
                | Self::Geneve
                | Self::Gre
                | Self::Nvgre
                | Self::Erspan
                | Self::Pptp
                | Self::Mpls
                | Self::Pseudowire
                | Self::TooManyLabels
                | Self::Pppoe
                | Self::PppoeOther
                | Self::Gtp
                | Self::GtpSignal
                | Self::Nested
                | Self::TooManyTunnels
                | Self::TunnelFragment
                | Self::PortAlone
                | Self::TunnelCut
                | Self::TunnelAltered
        )
    }
}

#[cfg(test)]
mod tests;
