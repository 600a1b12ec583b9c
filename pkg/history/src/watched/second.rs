//! A second that is over, in as few bytes as it takes: some hundred on a quiet network, 2 to 6 KiB on a busy one.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
    time::Duration,
};

use integer_encoding::VarInt;
use xdplive_packet::{
    event::Direction,
    flow::{Cast, Sum},
};
use xdplive_source::{Group, GroupBy, LinkProtocol, Moment, Sums};

/// Groups of each key, direction and second that are kept at least, the largest by bytes and the largest by packets; what is
/// left is together.
pub const TOP: usize = 20;

/// The keys by which groups are kept. Flags are kept beside them, directions and interfaces are sums of all
/// packets, and nobody has looked into tunnels.
pub(super) const KEYS: [GroupBy; 9] = [
    GroupBy::Protocol,
    GroupBy::Vlan,
    GroupBy::Source,
    GroupBy::Destination,
    GroupBy::HostIp,
    GroupBy::SourcePort,
    GroupBy::DestinationPort,
    GroupBy::Ethertype,
    GroupBy::Cast,
];

/// Whether groups by this are known of a second.
pub(super) fn knows(by: GroupBy) -> bool {
    KEYS.contains(&by) || matches!(by, GroupBy::Direction | GroupBy::Interface | GroupBy::TcpFlag)
}

/// Whether packets are own traffic, in the order in which they are kept.
pub(super) const OWN: [bool; 2] = [false, true];

/// What was counted in one direction.
pub(super) struct Side {
    /// By [`OWN`].
    pub(super) halves: [Half; OWN.len()],
    /// TCP packets by flag, FIN to CWR.
    pub(super) flags: [Sum; 8],
}

/// What was counted of own traffic, or of all but that.
pub(super) struct Half {
    pub(super) total: Sum,
    /// By each of [`KEYS`]: the groups, and what is in none.
    pub(super) groups: Vec<(Sums, Sum)>,
}

/// What is asked of a second.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) by: GroupBy,
    pub(super) directions: &'a [Direction],
    /// Whether own traffic is part of it.
    pub(super) own: bool,
}

/// See the module's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Second {
    /// Its end.
    pub(super) at: Moment,
    /// Its length.
    pub(super) length: Duration,
    data: Box<[u8]>,
}

impl Second {
    /// A second that ended at `at`, with what was counted by direction.
    pub(super) fn new(at: Moment, length: Duration, sides: [Side; Direction::ALL.len()]) -> Self {
        let mut data = Writer::default();
        for side in sides {
            for half in side.halves {
                data.block(|data| data.half(half));
            }
            side.flags.iter().for_each(|sum| data.sum(*sum));
        }
        Self { at, length, data: data.0.into() }
    }

    /// Its memory.
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + self.data.len()
    }

    /// Its end, milliseconds since 1970.
    pub(super) const fn time(&self) -> i64 {
        self.at.milliseconds()
    }

    /// Its beginning, milliseconds since 1970.
    pub(super) fn begin(&self) -> i64 {
        self.time().saturating_sub(i64::try_from(self.length.as_millis()).unwrap_or(i64::MAX))
    }

    /// All packets, by direction; own traffic among them where it is asked for.
    pub(super) fn totals(&self, own: bool) -> [Sum; Direction::ALL.len()] {
        let mut data = Reader(&self.data);
        Direction::ALL.map(|_| {
            let mut total = Sum::default();
            for is_own in OWN {
                let mut half = data.block();
                if own || !is_own {
                    total += half.sum();
                }
            }
            (0..8).for_each(|_| _ = data.sum());
            total
        })
    }

    /// Gives what is asked to `take`: each group, and `None` for what is in none. A group may come several times.
    pub(super) fn read(
        &self,
        interface: &Arc<str>,
        asked: Asked<'_>,
        mut take: impl FnMut(Option<Group>, Sum),
    ) {
        let Asked { by, directions, own } = asked;
        if matches!(by, GroupBy::Direction | GroupBy::Interface) {
            for (direction, total) in Direction::ALL.into_iter().zip(self.totals(own)) {
                let group = match by {
                    GroupBy::Direction => Group::Direction(direction),
                    _ => Group::Interface(Arc::clone(interface)),
                };
                if directions.contains(&direction) && total.packets > 0 {
                    take(Some(group), total);
                }
            }
            return;
        }
        let mut data = Reader(&self.data);
        for direction in Direction::ALL {
            let is_asked = directions.contains(&direction);
            for is_own in OWN {
                let half = data.block();
                if is_asked && by != GroupBy::TcpFlag && (own || !is_own) {
                    half.groups(by, &mut take);
                }
            }
            for flag in 0..8 {
                let sum = data.sum();
                // They are counted of all packets, own traffic among them.
                if is_asked && by == GroupBy::TcpFlag && sum.packets > 0 {
                    take(Some(Group::TcpFlag(flag)), sum);
                }
            }
        }
    }
}

/// The groups that are kept of a second, and what is in none of them.
fn kept(sums: Sums, mut other: Sum) -> (Vec<(Group, Sum)>, Sum) {
    let mut groups: Vec<(Group, Sum)> = sums.into_iter().collect();
    if groups.len() > TOP {
        let edges = [|sum: &Sum| sum.bytes, |sum: &Sum| sum.segments].map(|size| {
            let order = move |(one, sum): &(Group, Sum), (next, more): &(Group, Sum)| {
                size(more).cmp(&size(sum)).then_with(|| one.cmp(next))
            };
            let (_, edge, _) = groups.select_nth_unstable_by(TOP - 1, order);
            (edge.clone(), order)
        });
        groups.retain(|group| {
            let is_large = edges.iter().any(|(edge, order)| order(group, edge).is_le());
            if !is_large {
                other += group.1;
            }
            is_large
        });
    }
    (groups, other)
}

/// Numbers one after the other, seven bits a byte.
#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn number(&mut self, number: u64) {
        let mut bytes = [0; 10];
        let length = number.encode_var(&mut bytes);
        self.0.extend(bytes.iter().take(length));
    }

    /// What `write` writes, with its length before it.
    fn block(&mut self, write: impl FnOnce(&mut Self)) {
        let mut block = Self::default();
        write(&mut block);
        self.number(block.0.len() as u64);
        self.0.extend(block.0);
    }

    /// Nothing is one byte.
    fn sum(&mut self, Sum { packets, segments, bytes }: Sum) {
        self.number(packets);
        if packets > 0 {
            // They are mostly the same.
            self.number(segments.saturating_sub(packets));
            self.number(bytes);
        }
    }

    fn half(&mut self, Half { total, groups }: Half) {
        self.sum(total);
        if total.packets == 0 {
            return;
        }
        for (sums, other) in groups {
            let (groups, other) = kept(sums, other);
            self.block(|data| {
                data.number(groups.len() as u64);
                for (group, sum) in groups {
                    data.group(&group);
                    data.sum(sum);
                }
                data.sum(other);
            });
        }
    }

    /// Of which key it is, is known from its place.
    fn group(&mut self, group: &Group) {
        let optional = |number: Option<u64>| number.map_or(0, |number| number + 1);
        match group {
            Group::Protocol(number) => self.number(optional(number.map(u64::from))),
            Group::Vlan(number) | Group::SourcePort(number) | Group::DestinationPort(number) => {
                self.number(optional(number.map(u64::from)));
            }
            Group::Source(address) | Group::Destination(address) | Group::HostIp(address) => match address {
                None => self.number(0),
                Some(IpAddr::V4(address)) => {
                    self.number(4);
                    self.0.extend(address.octets());
                }
                Some(IpAddr::V6(address)) => {
                    self.number(6);
                    self.0.extend(address.octets());
                }
            },
            Group::Ethertype(kind) => self.number(optional(kind.map(|kind| match kind {
                LinkProtocol::Length => 0,
                LinkProtocol::Type(number) => 1 + u64::from(number),
            }))),
            Group::Cast(cast) => self.number(*cast as u64),
            // These are not written.
            Group::Direction(_)
            | Group::Interface(_)
            | Group::Host(_)
            | Group::TcpFlag(_)
            | Group::Tunnel(_)
            | Group::TunnelId(_)
            | Group::Service(_)
            | Group::Name(_)
            | Group::Sides(_)
            | Group::Process(_) => {}
        }
    }
}

/// What a [`Writer`] has written. Beyond its end there are zeros.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn number(&mut self) -> u64 {
        let (number, length) = u64::decode_var(self.0).unwrap_or((0, self.0.len()));
        self.0 = self.0.get(length..).unwrap_or_default();
        number
    }

    fn octets<const N: usize>(&mut self) -> [u8; N] {
        let (octets, rest) =
            self.0.split_first_chunk().map_or(([0; N], [].as_slice()), |(octets, rest)| (*octets, rest));
        self.0 = rest;
        octets
    }

    fn block(&mut self) -> Self {
        let length = usize::try_from(self.number()).unwrap_or(usize::MAX).min(self.0.len());
        let (block, rest) = self.0.split_at(length);
        self.0 = rest;
        Self(block)
    }

    fn sum(&mut self) -> Sum {
        let packets = self.number();
        if packets == 0 {
            return Sum::default();
        }
        Sum { packets, segments: packets + self.number(), bytes: self.number() }
    }

    /// The groups of a half by one of [`KEYS`].
    fn groups(mut self, by: GroupBy, take: &mut impl FnMut(Option<Group>, Sum)) {
        if self.sum().packets == 0 {
            return;
        }
        for key in KEYS {
            let mut list = self.block();
            if key != by {
                continue;
            }
            for _ in 0..list.number() {
                let group = list.group(by);
                take(group, list.sum());
            }
            let other = list.sum();
            if other.packets > 0 {
                take(None, other);
            }
            return;
        }
    }

    /// `None` for a key of which no groups are written.
    fn group(&mut self, by: GroupBy) -> Option<Group> {
        let narrow = |number: Option<u64>| number.and_then(|number| u16::try_from(number).ok());
        Some(match by {
            GroupBy::Protocol => {
                Group::Protocol(self.optional().and_then(|number| u8::try_from(number).ok()))
            }
            GroupBy::Vlan => Group::Vlan(narrow(self.optional())),
            GroupBy::SourcePort => Group::SourcePort(narrow(self.optional())),
            GroupBy::DestinationPort => Group::DestinationPort(narrow(self.optional())),
            GroupBy::Source => Group::Source(self.address()),
            GroupBy::Destination => Group::Destination(self.address()),
            GroupBy::HostIp => Group::HostIp(self.address()),
            GroupBy::Ethertype => {
                Group::Ethertype(self.optional().map(|number| match number.checked_sub(1) {
                    None => LinkProtocol::Length,
                    Some(number) => LinkProtocol::Type(u16::try_from(number).unwrap_or(u16::MAX)),
                }))
            }
            GroupBy::Cast => Group::Cast(u8::try_from(self.number()).map_or(Cast::None, Cast::from_raw)),
            GroupBy::Direction
            | GroupBy::Interface
            | GroupBy::Host
            | GroupBy::TcpFlag
            | GroupBy::Tunnel
            | GroupBy::TunnelId
            | GroupBy::Service
            | GroupBy::SourceName
            | GroupBy::DestinationName
            | GroupBy::Reason
            | GroupBy::Process
            | GroupBy::Container => return None,
        })
    }

    fn optional(&mut self) -> Option<u64> {
        self.number().checked_sub(1)
    }

    fn address(&mut self) -> Option<IpAddr> {
        match self.number() {
            4 => Some(Ipv4Addr::from(self.octets()).into()),
            6 => Some(Ipv6Addr::from(self.octets::<16>()).into()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
