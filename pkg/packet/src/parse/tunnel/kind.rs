//! Kinds of tunnels, and those around a packet.

use bytemuck::{Pod, Zeroable};

use crate::headers::Malformed;

/// Tunnels in one another that are followed.
pub const MAX_TUNNELS: usize = 3;

/// What a packet is carried by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum TunnelKind {
    /// VXLAN and VXLAN-GPE. Its id is the network identifier (VNI).
    Vxlan = 1,
    /// Geneve. Its id is the network identifier (VNI).
    Geneve = 2,
    /// GRE, also as used by NVGRE, PPTP and ERSPAN. Its id is the key, where it has one; in PPTP the call.
    Gre = 3,
    /// IPv4 in IPv4.
    Ipip = 4,
    /// IPv6 in IPv4.
    SixInFour = 5,
    /// IPv4 in IPv6.
    FourInSix = 6,
    /// IPv6 in IPv6.
    SixInSix = 7,
    /// MPLS. Its id is a label.
    Mpls = 8,
    /// A PPPoE session. Its id is the session's.
    Pppoe = 9,
    /// GTP-U. Its id is that of the tunnel's end (TEID).
    Gtp = 10,
}

impl TunnelKind {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Vxlan,
        Self::Geneve,
        Self::Gre,
        Self::Ipip,
        Self::SixInFour,
        Self::FourInSix,
        Self::SixInSix,
        Self::Mpls,
        Self::Pppoe,
        Self::Gtp,
    ];

    /// The word in the `tunnel` column.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Vxlan => "vxlan",
            Self::Geneve => "geneve",
            Self::Gre => "gre",
            Self::Ipip => "ipip",
            Self::SixInFour => "6in4",
            Self::FourInSix => "4in6",
            Self::SixInSix => "6in6",
            Self::Mpls => "mpls",
            Self::Pppoe => "pppoe",
            Self::Gtp => "gtp",
        }
    }

    /// The kind with this stored number.
    #[must_use]
    pub fn from_raw(raw: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == raw)
    }

    /// IP of version `inner` in IP of version `outer`.
    #[inline(always)]
    pub(super) const fn of_ip(outer: u8, inner: u8) -> Self {
        match (outer, inner) {
            (4, 4) => Self::Ipip,
            (4, _) => Self::SixInFour,
            (_, 4) => Self::FourInSix,
            _ => Self::SixInSix,
        }
    }
}

/// The tunnels around the innermost packet that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Tunnel {
    /// Source address of the outermost IP packet; an IPv4 address takes the first four bytes.
    pub outer_source: [u8; 16],
    /// Its destination address.
    pub outer_destination: [u8; 16],
    /// Ids of the tunnels, the outermost first; of MPLS that of the label on top.
    pub ids: [u32; MAX_TUNNELS],
    /// The id of the innermost tunnel; of MPLS that of the label at the bottom.
    pub id: u32,
    /// Kinds of the tunnels, the outermost first: a [`TunnelKind`], or 0 behind the last.
    pub kinds: [u8; MAX_TUNNELS],
    /// Which tunnels have an id: bit n for the one with number n.
    pub with_id: u8,
    /// Version of the outermost IP packet, 4 or 6; 0 where none carries another.
    pub outer_version: u8,
    /// Keeps the size a multiple of four; always 0.
    pub reserved: [u8; 3],
}

impl Tunnel {
    /// No tunnel.
    pub const NONE: Self = Self {
        outer_source: [0; 16],
        outer_destination: [0; 16],
        ids: [0; MAX_TUNNELS],
        id: 0,
        kinds: [0; MAX_TUNNELS],
        with_id: 0,
        outer_version: 0,
        reserved: [0; 3],
    };

    /// The tunnels, the outermost first, each with its id; of MPLS with the label on top.
    pub fn levels(&self) -> impl Iterator<Item = (TunnelKind, Option<u32>)> {
        let Self { kinds, ids, with_id, .. } = *self;
        kinds.into_iter().zip(ids).enumerate().map_while(move |(level, (kind, id))| {
            let id = (with_id >> level & 1 == 1).then_some(id);
            TunnelKind::from_raw(kind).map(|kind| (kind, id))
        })
    }

    /// The id of the innermost tunnel; of MPLS the label at the bottom.
    #[must_use]
    pub fn innermost_id(&self) -> Option<u32> {
        self.levels().last()?.1.map(|_| self.id)
    }

    /// One more tunnel, inside the others: a [`TunnelKind`], 1 if it has an id, else 0, and the id.
    #[inline(always)]
    pub(super) fn push(&mut self, kind: u8, with_id: u8, id: u32) -> Result<(), Malformed> {
        let [a, b, c] = &mut self.kinds;
        let [x, y, z] = &mut self.ids;
        let (kind_at, id_at, level) = if *a == 0 {
            (a, x, 0)
        } else if *b == 0 {
            (b, y, 1)
        } else if *c == 0 {
            (c, z, 2)
        } else {
            return Err(Malformed::TooManyHeaders);
        };
        *kind_at = kind;
        *id_at = id;
        self.with_id |= with_id << level;
        self.id = id;
        Ok(())
    }
}

const _: () = assert!(size_of::<Tunnel>() == 56);
