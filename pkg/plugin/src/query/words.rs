//! Keys of a query that take one of a few words.

use xdplive_source::{Decapsulate, GroupBy};

/// One of a few words.
pub trait Word: Copy + 'static {
    /// All of them.
    const ALL: &'static [Self];

    /// As it stands in a query.
    fn name(self) -> &'static str;
}

/// What a query is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A row a packet.
    Packets,
    /// What is counted in each interval.
    Rates,
    /// Conversations.
    Flows,
    /// The capture's own accounts.
    Capture,
    /// What kernel and cards count of interfaces.
    Interfaces,
    /// Packets that the kernel drops.
    Drops,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 6] =
        [Self::Packets, Self::Rates, Self::Flows, Self::Capture, Self::Interfaces, Self::Drops];

    /// Its name in queries and channels.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Packets => "packets",
            Self::Rates => "rates",
            Self::Flows => "flows",
            Self::Capture => "capture",
            Self::Interfaces => "interfaces",
            Self::Drops => "drops",
        }
    }
}

impl Word for Kind {
    const ALL: &'static [Self] = &Self::ALL;

    fn name(self) -> &'static str {
        self.name()
    }
}

/// What rates are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Packets on the wire a second.
    Packets,
    /// Bits on the wire a second.
    Bits,
    /// Mean bytes of a packet on the wire.
    Size,
    /// Percent of the link's speed.
    Utilisation,
    /// TCP segments a second whose data had been seen before.
    Retransmits,
    /// TCP packets a second with RST.
    Resets,
    /// TCP packets a second with a window of zero.
    ZeroWindows,
    /// Requests for a connection a second that had no answer.
    Unanswered,
    /// Mean round trip of the handshakes that were seen, ms.
    Rtt,
}

impl Measure {
    /// Whether it is of TCP connections, which are counted by flows.
    #[must_use]
    pub const fn is_of_tcp(self) -> bool {
        match self {
            Self::Packets | Self::Bits | Self::Size | Self::Utilisation => false,
            Self::Retransmits | Self::Resets | Self::ZeroWindows | Self::Unanswered | Self::Rtt => true,
        }
    }
}

impl Word for Measure {
    const ALL: &'static [Self] = &[
        Self::Packets,
        Self::Bits,
        Self::Size,
        Self::Utilisation,
        Self::Retransmits,
        Self::Resets,
        Self::ZeroWindows,
        Self::Unanswered,
        Self::Rtt,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Packets => "packets",
            Self::Bits => "bits",
            Self::Size => "size",
            Self::Utilisation => "utilisation",
            Self::Retransmits => "retransmits",
            Self::Resets => "resets",
            Self::ZeroWindows => "zero_windows",
            Self::Unanswered => "unanswered",
            Self::Rtt => "rtt",
        }
    }
}

/// Since when conversations are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// In each interval anew.
    Interval,
    /// Since the stream began.
    Start,
}

impl Word for Since {
    const ALL: &'static [Self] = &[Self::Interval, Self::Start];

    fn name(self) -> &'static str {
        match self {
            Self::Interval => "interval",
            Self::Start => "start",
        }
    }
}

/// How conversations are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// As rows.
    Table,
    /// As the nodes and edges of a graph.
    Graph,
    /// As a table of senders by receivers.
    Matrix,
}

impl Word for Format {
    const ALL: &'static [Self] = &[Self::Table, Self::Graph, Self::Matrix];

    fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Graph => "graph",
            Self::Matrix => "matrix",
        }
    }
}

impl Word for Decapsulate {
    const ALL: &'static [Self] = &[Self::None, Self::Inner];

    fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Inner => "inner",
        }
    }
}

impl Word for GroupBy {
    const ALL: &'static [Self] = &Self::ALL;

    fn name(self) -> &'static str {
        match self {
            Self::Protocol => "protocol",
            Self::Direction => "direction",
            Self::Vlan => "vlan",
            Self::Interface => "interface",
            Self::Host => "host",
            Self::Source => "source",
            Self::Destination => "destination",
            Self::HostIp => "host_ip",
            Self::SourcePort => "source_port",
            Self::DestinationPort => "destination_port",
            Self::Ethertype => "ethertype",
            Self::TcpFlag => "tcp_flag",
            Self::Cast => "cast",
            Self::Tunnel => "tunnel",
            Self::TunnelId => "tunnel_id",
            Self::Service => "service",
            Self::SourceName => "source_name",
            Self::DestinationName => "destination_name",
            Self::Reason => "reason",
            Self::Process => "process",
            Self::Container => "container",
        }
    }
}
