//! The table of flows: what packets with the same addresses, ports, protocol and so on have in common, and how many
//! there were.
//!
//! The host has two banks, which all interfaces share: each is a hash table from [`FlowKey`] to [`FlowCounters`] and a
//! [`Beside`] for each interface, CPU and direction. Which bank is counted into,
//! [`InForce`](crate::accounting::InForce) says; the host changes it and waits until no CPU counts into the other bank
//! any more. Then that is final, is read and emptied.
//!
//! Every packet is counted once: in the table, or in [`Beside::other`] where that has no room.

use bytemuck::{Pod, Zeroable};

use crate::{
    accounting::INTERFACES,
    classify,
    event::Direction,
    headers::{Headers, present},
    parse::tunnel::{MAX_TUNNELS, Tunnel, TunnelKind},
    shared::Shared,
};

mod tcp;

use tcp::SharedTcp;
pub use tcp::{Again, Data, Segment, Stretch, TCP, TcpCounts};

/// Banks of a table; see the module's text.
pub const BANKS: usize = 2;

/// Flags that the tables are made with: an entry's memory is there only while the entry is
/// (`BPF_F_NO_PREALLOC`, linux/bpf.h).
pub const TABLE_FLAGS: u32 = 1;

/// What identifies a flow: fields of its packets, one way, as they are in the packet.
///
/// Fields that a packet does not have are zero but for [`Self::vlan`]; [`Self::present`] tells them from zeros. There
/// is no padding: the kernel compares the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Pod, Zeroable)]
#[repr(C, align(8))]
pub struct FlowKey {
    /// Source (ARP: sender) address; an IPv4 address takes the first four bytes.
    pub source: [u8; 16],
    /// Destination (ARP: target) address; an IPv4 address takes the first four bytes.
    pub destination: [u8; 16],
    /// Source port of TCP, UDP, SCTP, DCCP or UDP-Lite.
    pub source_port: u16,
    /// Destination port of them.
    pub destination_port: u16,
    /// EtherType after all VLAN tags; 0 for an IEEE 802.3 length field, which is no property of a flow.
    pub ethertype: u16,
    /// Id of the outer VLAN tag, 0 to 4095, or [`Self::NO_VLAN`].
    pub vlan: u16,
    /// Upper-layer protocol number (IANA).
    pub protocol: u8,
    /// IP version, 4 or 6; 0 for a packet that is not IP.
    pub version: u8,
    /// A [`Direction`].
    pub direction: u8,
    /// A [`Cast`].
    pub cast: u8,
    /// Which fields exist: those bits of [`present`] that are in [`Self::FIELDS`].
    pub present: u16,
    /// The number of the interface that saw the packets.
    pub interface: u16,
    /// Id of the innermost tunnel, where [`Self::view`] says that it has one; else 0.
    pub tunnel_id: u32,
    /// Kinds of the tunnels around the packets, the outermost first: a [`TunnelKind`], or 0 behind the last.
    pub tunnels: [u8; MAX_TUNNELS],
    /// A [`View`], and [`Self::WITH_TUNNEL_ID`] where `tunnel_id` is one.
    pub view: u8,
}

const _: () = assert!(size_of::<FlowKey>() == 56);

/// Which of a packet's headers a key is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum View {
    /// The packet carries no other, or nobody has looked: part of both of the others.
    Whole = 0,
    /// The outermost headers of a packet that carries another.
    Outer = 1,
    /// The innermost.
    Inner = 2,
}

impl View {
    /// The one with this number; any number that is none of them is [`Self::Whole`].
    #[inline(always)]
    #[must_use]
    pub const fn from_raw(raw: u32) -> Self {
        match raw {
            1 => Self::Outer,
            2 => Self::Inner,
            _ => Self::Whole,
        }
    }
}

/// Whom the Ethernet destination address names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Cast {
    /// One station.
    Unicast = 0,
    /// A group of stations.
    Multicast = 1,
    /// All stations.
    Broadcast = 2,
    /// There is no Ethernet header.
    None = 3,
}

impl Cast {
    /// The one with this stored number; any number that is none of them is [`Self::None`].
    #[must_use]
    pub const fn from_raw(raw: u8) -> Self {
        match raw {
            0 => Self::Unicast,
            1 => Self::Multicast,
            2 => Self::Broadcast,
            _ => Self::None,
        }
    }

    /// The word for it; `None` without an Ethernet header.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::Unicast => Some("unicast"),
            Self::Multicast => Some("multicast"),
            Self::Broadcast => Some("broadcast"),
            Self::None => None,
        }
    }
}

impl FlowKey {
    /// `vlan` of a packet without a tag.
    pub const NO_VLAN: u16 = u16::MAX;

    /// The bits of [`present`] that are part of a key.
    pub const FIELDS: u16 =
        present::ETHERNET | present::LENGTH_FIELD | present::ADDRESSES | present::PROTOCOL | present::PORTS;

    /// The key of a packet at the interface with the number 0.
    #[must_use]
    pub fn of(headers: &Headers, direction: Direction) -> Self {
        let mut key = Self::zeroed();
        key.fill(headers, direction, 0, View::Whole);
        key
    }

    /// Bit of [`Self::view`].
    pub const WITH_TUNNEL_ID: u8 = 1 << 7;

    /// Adds what carries the packet.
    #[inline(always)]
    pub fn carried_by(&mut self, tunnel: &Tunnel) {
        self.tunnels = tunnel.kinds;
        self.tunnel_id = tunnel.id;
        let [_, second, third] = tunnel.kinds;
        let innermost = if third != 0 {
            2
        } else if second != 0 {
            1
        } else {
            0
        };
        if tunnel.with_id >> innermost & 1 == 1 {
            self.view |= Self::WITH_TUNNEL_ID;
        }
    }

    /// Which headers the key is made of.
    #[must_use]
    pub const fn view(&self) -> View {
        View::from_raw((self.view & !Self::WITH_TUNNEL_ID) as u32)
    }

    /// The same for who has flows of one view only.
    #[must_use]
    pub const fn seen_whole(self) -> Self {
        Self { view: self.view & Self::WITH_TUNNEL_ID, ..self }
    }

    /// Kinds of the tunnels around the packets, the outermost first.
    pub fn tunnels(&self) -> impl Iterator<Item = TunnelKind> {
        self.tunnels.into_iter().map_while(TunnelKind::from_raw)
    }

    /// The id of the innermost tunnel, where it has one.
    #[must_use]
    pub fn tunnel_id(&self) -> Option<u32> {
        (self.view & Self::WITH_TUNNEL_ID != 0).then_some(self.tunnel_id)
    }

    /// Makes this the key of a packet. A kernel program has no room to build one and copy it.
    #[inline(always)]
    pub fn fill(&mut self, headers: &Headers, direction: Direction, interface: u16, view: View) {
        self.source = headers.source_ip;
        self.destination = headers.destination_ip;
        self.source_port = headers.source_port;
        self.destination_port = headers.destination_port;
        self.ethertype = if headers.has(present::LENGTH_FIELD) { 0 } else { headers.ethertype };
        self.vlan = if headers.has(present::VLAN) { headers.vlan & VLAN_ID } else { Self::NO_VLAN };
        self.protocol = headers.protocol;
        self.version = headers.version;
        self.direction = direction as u8;
        self.cast = if headers.has(present::ETHERNET) {
            classify::cast(&headers.destination_mac)
        } else {
            Cast::None as u8
        };
        self.present = headers.present & Self::FIELDS;
        self.interface = interface;
        self.tunnel_id = 0;
        self.tunnels = [0; MAX_TUNNELS];
        self.view = view as u8;
    }

    /// Whether the packet has all of these fields, bits of [`Self::FIELDS`].
    #[must_use]
    pub const fn has(&self, bits: u16) -> bool {
        self.present & bits == bits
    }

    /// Source and destination port.
    #[must_use]
    pub fn ports(&self) -> Option<(u16, u16)> {
        self.has(present::PORTS).then_some((self.source_port, self.destination_port))
    }

    /// Whether its packets have a header of TCP that was read: a fragment other than the first has none.
    #[must_use]
    pub fn is_of_tcp(&self) -> bool {
        self.protocol() == Some(TCP) && self.ports().is_some()
    }

    /// EtherType after all tags; `None` without an Ethernet header and where the field is a length.
    #[must_use]
    pub fn ethertype(&self) -> Option<u16> {
        (self.has(present::ETHERNET) && !self.has(present::LENGTH_FIELD)).then_some(self.ethertype)
    }

    /// Id of the outer VLAN tag, 0 to 4095.
    #[must_use]
    pub fn vlan(&self) -> Option<u16> {
        (self.vlan != Self::NO_VLAN).then_some(self.vlan)
    }

    /// Upper-layer protocol number.
    #[must_use]
    pub fn protocol(&self) -> Option<u8> {
        self.has(present::PROTOCOL).then_some(self.protocol)
    }

    /// IP version, 4 or 6.
    #[must_use]
    pub fn version(&self) -> Option<u8> {
        (self.version != 0).then_some(self.version)
    }

    /// The way of the packets.
    #[must_use]
    pub const fn direction(&self) -> Direction {
        if self.direction == Direction::Out as u8 { Direction::Out } else { Direction::In }
    }

    /// Whom the Ethernet destination address names.
    #[must_use]
    pub const fn cast(&self) -> Cast {
        Cast::from_raw(self.cast)
    }
}

/// The VLAN id in a tag's control information.
const VLAN_ID: u16 = 0x0fff;

/// What was counted of a flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct FlowCounters {
    /// How many.
    pub sum: Sum,
    /// When the first packet was seen, nanoseconds of `CLOCK_MONOTONIC`.
    pub first: u64,
    /// When the last one was.
    pub last: u64,
    /// TTL or hop limit of the last packet; 0 where it is not IP.
    pub ttl: u64,
    /// TCP flags that any packet had, bit 0 = FIN … bit 7 = CWR, and [`OPENS`] and [`ACCEPTS`].
    pub tcp_flags: u64,
    /// What is counted of TCP besides.
    pub tcp: TcpCounts,
}

/// What a table has of a flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct FlowRecord {
    /// What was counted.
    pub counters: FlowCounters,
    /// The sequence numbers of its data.
    pub stretch: Stretch,
}

impl FlowCounters {
    /// Whether a packet of the flow asked for a connection: a SYN without ACK (RFC 9293, 3.5).
    #[must_use]
    pub const fn opens(&self) -> bool {
        self.tcp_flags & OPENS != 0
    }

    /// Whether a packet of the flow accepted a connection: a SYN with ACK.
    #[must_use]
    pub const fn accepts(&self) -> bool {
        self.tcp_flags & ACCEPTS != 0
    }
}

impl core::ops::AddAssign for FlowCounters {
    /// Adds what was counted of the same flow at another time or place.
    fn add_assign(&mut self, more: Self) {
        if more.sum.packets == 0 {
            return;
        }
        if self.sum.packets == 0 {
            *self = more;
            return;
        }
        self.sum += more.sum;
        self.first = self.first.min(more.first);
        if more.last >= self.last {
            self.last = more.last;
            self.ttl = more.ttl;
        }
        self.tcp_flags |= more.tcp_flags;
        self.tcp += more.tcp;
    }
}

/// Bit of [`FlowCounters::tcp_flags`] beside the flags themselves: a packet had SYN and not ACK. From the flags of all
/// packets together that could not be told.
pub const OPENS: u64 = 1 << 8;
/// Bit of [`FlowCounters::tcp_flags`]: a packet had SYN and ACK.
pub const ACCEPTS: u64 = 1 << 9;
/// SYN and ACK among TCP flags.
const SYN: u8 = 1 << 1;
const ACK: u8 = 1 << 4;
/// The same among the bits of [`FlowCounters::tcp_flags`].
const SYN_BIT: u64 = SYN as u64;
const ACK_BIT: u64 = ACK as u64;

/// What a packet's TCP flags add to [`FlowCounters::tcp_flags`].
#[inline(always)]
#[must_use]
pub const fn marks(tcp_flags: u8) -> u64 {
    let handshake = tcp_flags & (SYN | ACK);
    tcp_flags as u64 | ((handshake == SYN) as u64 * OPENS) | ((handshake == SYN | ACK) as u64 * ACCEPTS)
}

/// A number of packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Sum {
    /// Frames, as the hook saw them.
    pub packets: u64,
    /// Wire packets in them, an unknown number counting as one.
    pub segments: u64,
    /// Bytes on the wire, see [`crate::accounting::wire_bytes`].
    pub bytes: u64,
}

impl core::ops::AddAssign for Sum {
    #[inline(always)]
    fn add_assign(&mut self, more: Self) {
        self.packets += more.packets;
        self.segments += more.segments;
        self.bytes += more.bytes;
    }
}

/// What is counted of one packet.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Counted {
    /// When it was seen, nanoseconds of `CLOCK_MONOTONIC`.
    pub time: u64,
    /// Wire packets in the frame, at least 1.
    pub segments: u64,
    /// Bytes on the wire.
    pub bytes: u64,
    /// TTL or hop limit; 0 where it is not IP.
    pub ttl: u64,
    /// [`marks`] of the TCP flags; 0 where it is not TCP.
    pub tcp_flags: u64,
    /// What it says of its connection.
    pub segment: Segment,
}

impl Counted {
    /// This one packet.
    #[inline(always)]
    #[must_use]
    pub const fn sum(&self) -> Sum {
        Sum { packets: 1, segments: self.segments, bytes: self.bytes }
    }
}

/// [`FlowRecord`] in the table, where all CPUs add to them.
#[derive(Debug, Default)]
#[repr(C)]
pub struct SharedCounters {
    packets: Shared,
    segments: Shared,
    bytes: Shared,
    first: Shared,
    last: Shared,
    ttl: Shared,
    tcp_flags: Shared,
    tcp: SharedTcp,
}

const _: () = assert!(size_of::<SharedCounters>() == size_of::<FlowRecord>());

impl SharedCounters {
    /// Makes these the counters of a flow with this one packet, whatever they were.
    #[inline(always)]
    pub fn begin(&self, packet: &Counted) {
        self.packets.set(1);
        self.segments.set(packet.segments);
        self.bytes.set(packet.bytes);
        self.first.set(packet.time);
        self.last.set(packet.time);
        self.ttl.set(packet.ttl);
        self.tcp_flags.set(packet.tcp_flags);
        self.tcp.begin(&packet.segment);
    }

    /// What was counted, as the host reads it.
    #[cfg(not(target_arch = "bpf"))]
    #[must_use]
    pub fn read(&self) -> FlowRecord {
        let sum = Sum { packets: self.packets.get(), segments: self.segments.get(), bytes: self.bytes.get() };
        let (tcp, stretch) = self.tcp.read();
        let counters = FlowCounters {
            sum,
            first: self.first.get(),
            last: self.last.get(),
            ttl: self.ttl.get(),
            tcp_flags: self.tcp_flags.get(),
            tcp,
        };
        FlowRecord { counters, stretch }
    }

    /// Adds another packet. The sums are exact; of two CPUs with a packet at the same moment, either may be the last.
    #[inline(always)]
    pub fn add(&self, packet: &Counted) {
        let before = self.packets.add(1);
        self.segments.add(packet.segments);
        self.bytes.add(packet.bytes);
        self.last.set(packet.time);
        self.ttl.set(packet.ttl);
        let flags = packet.tcp_flags;
        if before == 1
            && self.tcp_flags.get() & (OPENS | ACK_BIT) == OPENS
            && flags & (ACK_BIT | SYN_BIT) == ACK_BIT
        {
            // The first packet after the request: the answer has come back.
            self.tcp.answered(packet.time.saturating_sub(self.first.get()));
        }
        self.tcp.add(&packet.segment);
        // After the first packets of a connection there is nothing new.
        if self.tcp_flags.get() & flags != flags {
            self.tcp_flags.set_bits(flags);
        }
    }
}

/// What one CPU counts for one interface and direction beside a bank's table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Beside {
    /// Packets of flows for which the table had no room, by [`View`].
    pub other: [Sum; 3],
    /// TCP packets by flag, FIN to CWR. A packet with two flags is part of both.
    pub tcp_flags: [Sum; 8],
    /// The same of the innermost headers, of packets that carry another.
    pub inner_tcp_flags: [Sum; 8],
}

impl Beside {
    /// Adds a TCP packet with these flags.
    #[inline(always)]
    pub fn add_tcp(&mut self, view: View, flags: u8, packet: &Counted) {
        let sums = match view {
            View::Inner => &mut self.inner_tcp_flags,
            View::Whole | View::Outer => &mut self.tcp_flags,
        };
        for (bit, sum) in sums.iter_mut().enumerate() {
            if flags >> bit & 1 == 1 {
                *sum += packet.sum();
            }
        }
    }
}

impl core::ops::AddAssign<&Self> for Beside {
    fn add_assign(&mut self, more: &Self) {
        let Self { other, tcp_flags, inner_tcp_flags } = self;
        let sums = other.iter_mut().chain(tcp_flags).chain(inner_tcp_flags);
        let more = more.other.iter().chain(&more.tcp_flags).chain(&more.inner_tcp_flags);
        sums.zip(more).for_each(|(sum, more)| *sum += *more);
    }
}

/// Interfaces whose [`Beside`] is in one map.
pub const BESIDE_INTERFACES: u32 = 64;
/// Entries of such a map: one for each interface and direction.
pub const BESIDE_ENTRIES: u32 = BESIDE_INTERFACES * Direction::ALL.len() as u32;
/// Such maps at most, over both banks.
pub const BESIDE_MAPS: u32 = (INTERFACES as u32 / BESIDE_INTERFACES) * BANKS as u32;

/// The number of the map with the [`Beside`] of an interface (below [`INTERFACES`]) in a bank.
#[inline(always)]
#[must_use]
pub const fn beside_map(interface: u32, bank: u32) -> u32 {
    interface / BESIDE_INTERFACES * BANKS as u32 + bank
}

/// The entry of an interface and direction in its [`beside_map`].
#[inline(always)]
#[must_use]
pub const fn beside_entry(interface: u32, direction: Direction) -> u32 {
    interface % BESIDE_INTERFACES * Direction::ALL.len() as u32 + direction as u32
}

#[cfg(test)]
mod tests;
