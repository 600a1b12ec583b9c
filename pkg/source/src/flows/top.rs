//! The largest groups of flows.

use std::{collections::HashMap, net::IpAddr, sync::Arc};

use foldhash::fast::RandomState;
use xdplive_packet::{
    TunnelKind,
    event::Direction,
    flow::{Cast, FlowKey, Sum},
    headers::present,
};

use super::snapshot::FlowSnapshot;
use crate::{ip::ip, processes::Sides};

/// What flows are put together by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GroupBy {
    /// Upper-layer protocol.
    Protocol,
    /// Way of the packets.
    Direction,
    /// Id of the outer VLAN tag.
    Vlan,
    /// Interface.
    Interface,
    /// Machine.
    Host,
    /// Source address.
    Source,
    /// Destination address.
    Destination,
    /// Address of either side. Groups overlap: a packet is part of that of its source and of that of its destination.
    HostIp,
    /// Source port.
    SourcePort,
    /// Destination port.
    DestinationPort,
    /// What the link layer carries.
    Ethertype,
    /// Whom the destination MAC address names.
    Cast,
    /// TCP flag. Groups overlap: a packet with two flags is part of both.
    TcpFlag,
    /// Kinds of the tunnels around the packet.
    Tunnel,
    /// Id of the innermost tunnel.
    TunnelId,
    /// Service, by protocol and port.
    Service,
    /// Name of the source. Sums are by its address: whoever knows names puts those of one name together.
    SourceName,
    /// The same for the destination.
    DestinationName,
    /// Why the kernel dropped a packet: of dropped packets only. Flows have none.
    Reason,
    /// Process of this machine. Sums are by the ends of packets: whoever knows processes puts those of one together.
    Process,
    /// Its container, or control group.
    Container,
}

impl GroupBy {
    /// Every one, in the order in which they are documented.
    pub const ALL: [Self; 21] = [
        Self::Protocol,
        Self::Direction,
        Self::Vlan,
        Self::Interface,
        Self::Host,
        Self::Source,
        Self::Destination,
        Self::HostIp,
        Self::SourcePort,
        Self::DestinationPort,
        Self::Ethertype,
        Self::TcpFlag,
        Self::Cast,
        Self::Tunnel,
        Self::TunnelId,
        Self::Service,
        Self::SourceName,
        Self::DestinationName,
        Self::Reason,
        Self::Process,
        Self::Container,
    ];

    /// Whether groups are of what carries packets, which only who looks inside knows.
    #[must_use]
    pub const fn is_of_tunnels(self) -> bool {
        matches!(self, Self::Tunnel | Self::TunnelId)
    }

    /// Whether groups are of names, which are put together by whoever knows them.
    #[must_use]
    pub const fn is_of_names(self) -> bool {
        matches!(self, Self::SourceName | Self::DestinationName)
    }

    /// Whether groups are of processes, which are put together by whoever knows them.
    #[must_use]
    pub const fn is_of_processes(self) -> bool {
        matches!(self, Self::Process | Self::Container)
    }

    /// Whether groups say who talks to whom: by address or port.
    #[must_use]
    pub const fn is_of_peers(self) -> bool {
        match self {
            Self::Source
            | Self::Destination
            | Self::HostIp
            | Self::SourcePort
            | Self::DestinationPort
            | Self::Service
            | Self::SourceName
            | Self::DestinationName
            | Self::Process
            | Self::Container => true,
            Self::Protocol
            | Self::Direction
            | Self::Vlan
            | Self::Interface
            | Self::Host
            | Self::Ethertype
            | Self::Cast
            | Self::TcpFlag
            | Self::Tunnel
            | Self::TunnelId
            | Self::Reason => false,
        }
    }
}

/// A group of flows; `None` stands for packets without the field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Upper-layer protocol number.
    Protocol(Option<u8>),
    /// Way of the packets.
    Direction(Direction),
    /// Id of the outer VLAN tag.
    Vlan(Option<u16>),
    /// The interface's name.
    Interface(Arc<str>),
    /// The machine's name.
    Host(Arc<str>),
    /// Source (ARP: sender) address.
    Source(Option<IpAddr>),
    /// Destination (ARP: target) address.
    Destination(Option<IpAddr>),
    /// Address of either side.
    HostIp(Option<IpAddr>),
    /// Source port.
    SourcePort(Option<u16>),
    /// Destination port.
    DestinationPort(Option<u16>),
    /// What the link layer carries.
    Ethertype(Option<LinkProtocol>),
    /// Whom the destination MAC address names.
    Cast(Cast),
    /// Number of the bit, 0 = FIN … 7 = CWR.
    TcpFlag(u8),
    /// Kinds of the tunnels around the packet, the outermost first.
    Tunnel(Vec<TunnelKind>),
    /// Id of the innermost tunnel.
    TunnelId(Option<u32>),
    /// The service's name.
    Service(Option<&'static str>),
    /// The name of a host, of either end.
    Name(Arc<str>),
    /// The ends of packets, for who knows whose they are.
    Sides(Option<Sides>),
    /// The process, or its container.
    Process(Option<Arc<str>>),
}

/// What the link layer carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkProtocol {
    /// An IEEE 802.3 length field stands in the EtherType's place.
    Length,
    /// An EtherType.
    Type(u16),
}

/// The largest groups, and all others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Top {
    /// The largest, the largest first; of groups of the same size, the lesser one first.
    pub groups: Vec<(Group, Sum)>,
    /// What is in no group of these: `other` and the groups make up every packet counted, but for
    /// [`GroupBy::TcpFlag`], where it holds the groups that were left out, and [`GroupBy::HostIp`], where packets count
    /// for both of their hosts.
    pub other: Sum,
}

/// Where flows were counted.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The machine's name.
    pub host: &'a Arc<str>,
    /// The interface's.
    pub interface: &'a Arc<str>,
}

/// The `most` largest groups of what was counted in `snapshots`, by `size`.
#[must_use]
pub fn top<'a>(
    snapshots: impl IntoIterator<Item = &'a FlowSnapshot>,
    by: GroupBy,
    most: usize,
    size: impl Fn(&Sum) -> u64,
) -> Top {
    let mut groups = Groups::new(by, usize::MAX);
    for FlowSnapshot { host, interface, taken, .. } in snapshots {
        let place = Place { host: &host.name, interface };
        for (key, counters) in &taken.entries {
            groups.add(place, key, counters.sum);
        }
        for (direction, other) in Direction::ALL.into_iter().zip(&taken.other) {
            groups.add_other(place, direction, *other);
        }
        for flags in &taken.tcp_flags {
            groups.add_tcp_flags(flags);
        }
    }
    groups.top(most, size)
}

/// What was counted of each group. Seeded at random: whoever sends packets chooses their addresses.
pub type Sums = HashMap<Group, Sum, RandomState>;

/// Groups of flows that grow as their flows are counted on.
#[derive(Clone, Debug)]
pub struct Groups {
    by: GroupBy,
    most: usize,
    sums: Sums,
    other: Sum,
}

impl Groups {
    /// None yet, and so many at most; what there is no room for is in no group.
    #[must_use]
    pub fn new(by: GroupBy, most: usize) -> Self {
        Self { by, most, sums: Sums::default(), other: Sum::default() }
    }

    /// Adds packets of a flow. Flags are not known of single flows: groups by flag do not grow from it.
    pub fn add(&mut self, place: Place<'_>, key: &FlowKey, sum: Sum) {
        match self.by {
            GroupBy::TcpFlag | GroupBy::Reason => {}
            GroupBy::HostIp => {
                let [source, destination] = [key.source, key.destination].map(|bytes| address(key, bytes));
                self.add_to(Some(Group::HostIp(source)), sum);
                // A host that sends to itself has the packet once, as what has no address is no host twice.
                if destination != source {
                    self.add_to(Some(Group::HostIp(destination)), sum);
                }
            }
            by => self.add_to(Some(group(key, place, by)), sum),
        }
    }

    /// Adds packets of flows for which the table had no room.
    pub fn add_other(&mut self, place: Place<'_>, direction: Direction, sum: Sum) {
        // That much is known of them.
        let known = match self.by {
            GroupBy::Direction => Some(Group::Direction(direction)),
            GroupBy::Interface => Some(Group::Interface(Arc::clone(place.interface))),
            GroupBy::Host => Some(Group::Host(Arc::clone(place.host))),
            // The flags of all packets are counted beside the table.
            GroupBy::TcpFlag | GroupBy::Reason => return,
            _ => None,
        };
        self.add_to(known, sum);
        if self.by == GroupBy::HostIp {
            // Nearly all packets have two hosts, and those of groups that are left out count twice here, too.
            self.add_to(None, sum);
        }
    }

    /// Adds TCP packets by flag, FIN to CWR, to groups by flag, and to no others.
    pub fn add_tcp_flags(&mut self, flags: &[Sum; 8]) {
        if self.by == GroupBy::TcpFlag {
            for (flag, sum) in (0..).zip(flags) {
                self.add_to(Some(Group::TcpFlag(flag)), *sum);
            }
        }
    }

    fn add_to(&mut self, group: Option<Group>, more: Sum) {
        if more.packets == 0 {
            return;
        }
        let is_full = self.sums.len() >= self.most;
        let place = match group {
            Some(group) if is_full => self.sums.get_mut(&group),
            Some(group) => Some(self.sums.entry(group).or_default()),
            None => None,
        };
        *place.unwrap_or(&mut self.other) += more;
    }

    /// All groups in no order, and what is in none; leaves nothing.
    pub fn take(&mut self) -> (Sums, Sum) {
        (std::mem::take(&mut self.sums), std::mem::take(&mut self.other))
    }

    /// The `most` largest by `size`, and all others; leaves nothing.
    pub fn top(&mut self, most: usize, size: impl Fn(&Sum) -> u64) -> Top {
        let (sums, other) = self.take();
        Top::of(sums, other, most, size)
    }
}

impl Top {
    /// The `most` largest of `sums` by `size`; the others are added to `other`.
    #[must_use]
    pub fn of(
        sums: impl IntoIterator<Item = (Group, Sum)>,
        mut other: Sum,
        most: usize,
        size: impl Fn(&Sum) -> u64,
    ) -> Self {
        let mut groups: Vec<(Group, Sum)> = sums.into_iter().collect();
        let order = |(one, sum): &(Group, Sum), (next, more): &(Group, Sum)| {
            size(more).cmp(&size(sum)).then_with(|| one.cmp(next))
        };
        if most < groups.len() {
            groups.select_nth_unstable_by(most, order);
            for (_, sum) in groups.drain(most..) {
                other += sum;
            }
        }
        groups.sort_unstable_by(order);
        Self { groups, other }
    }
}

/// The group that a flow belongs to.
fn group(key: &FlowKey, place: Place<'_>, by: GroupBy) -> Group {
    match by {
        // Not of single flows; asked for elsewhere.
        GroupBy::Protocol | GroupBy::TcpFlag | GroupBy::Reason => Group::Protocol(key.protocol()),
        GroupBy::Direction => Group::Direction(key.direction()),
        GroupBy::Vlan => Group::Vlan(key.vlan()),
        GroupBy::Interface => Group::Interface(Arc::clone(place.interface)),
        GroupBy::Host => Group::Host(Arc::clone(place.host)),
        GroupBy::Source | GroupBy::SourceName => Group::Source(address(key, key.source)),
        GroupBy::Destination | GroupBy::DestinationName => Group::Destination(address(key, key.destination)),
        // The other one is added beside it.
        GroupBy::HostIp => Group::HostIp(address(key, key.source)),
        GroupBy::Process | GroupBy::Container => Group::Sides(Sides::of_flow(key)),
        GroupBy::SourcePort => Group::SourcePort(key.ports().map(|(source, _)| source)),
        GroupBy::DestinationPort => Group::DestinationPort(key.ports().map(|(_, destination)| destination)),
        GroupBy::Ethertype => {
            let length = key.has(present::LENGTH_FIELD).then_some(LinkProtocol::Length);
            Group::Ethertype(key.ethertype().map(LinkProtocol::Type).or(length))
        }
        GroupBy::Cast => Group::Cast(key.cast()),
        GroupBy::Tunnel => Group::Tunnel(key.tunnels().collect()),
        GroupBy::TunnelId => Group::TunnelId(key.tunnel_id()),
        GroupBy::Service => Group::Service(service(key)),
    }
}

/// The service that a flow's packets belong to.
fn service(key: &FlowKey) -> Option<&'static str> {
    xdplive_names::service(key.protocol()?, key.ports()?)
}

fn address(key: &FlowKey, bytes: [u8; 16]) -> Option<IpAddr> {
    key.has(present::ADDRESSES).then(|| ip(key.version, bytes))
}
