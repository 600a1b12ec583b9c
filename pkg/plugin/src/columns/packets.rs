//! The columns of packet rows: names, types, and how each is read from a row.
//!
//! A column's value is written down once, in [`Column::write`], whatever it is written to: JSON of a stream
//! or Arrow of an answer ([`Cells`]).

mod text;

use serde::Serialize;
use thiserror::Error;
use xdplive_capture::{
    clock::WallClock,
    source::{Names, Row},
};
use xdplive_packet::{Hook, event::SEGMENTS_UNKNOWN, headers::present, names};

/// Grafana's type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnType {
    /// Milliseconds since 1970.
    Time,
    /// Text.
    String,
    /// A whole number of at most 32 bits.
    Number,
    /// True or false.
    Boolean,
}

/// Where cells are written to, one after the other.
pub trait Cells {
    /// The field does not exist in this packet.
    fn null(&mut self);
    /// Milliseconds since 1970.
    fn time(&mut self, milliseconds: i64);
    /// A number.
    fn number(&mut self, number: u32);
    /// A truth value.
    fn boolean(&mut self, value: bool);
    /// Any text.
    fn text(&mut self, text: &str);
    /// Text without quotes, backslashes and control characters, which needs no escaping, as `write` appends it.
    fn plain(&mut self, write: impl FnOnce(&mut String));
}

/// What a row's cells are read with.
pub struct Context<'a> {
    /// Names of interfaces.
    pub names: &'a Names,
    /// Kernel time to wall time.
    pub clock: WallClock,
}

macro_rules! columns {
    ($($variant:ident $name:literal $kind:ident $nullable:literal $width:literal $description:literal;)*) => {
        /// A column of packet rows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Column {
            $(#[doc = $description] $variant,)*
        }

        impl Column {
            /// All columns, in the order in which they are shown when none is asked for.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name in queries and frames.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Its type.
            #[must_use]
            pub const fn kind(self) -> ColumnType {
                match self { $(Self::$variant => ColumnType::$kind,)* }
            }

            /// Whether there are packets without it.
            #[must_use]
            pub const fn nullable(self) -> bool {
                match self { $(Self::$variant => $nullable,)* }
            }

            /// What it means, in a few words.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self { $(Self::$variant => $description,)* }
            }

            /// Bytes that a cell takes in JSON, at most but for odd interface names.
            #[must_use]
            pub const fn width(self) -> usize {
                match self { $(Self::$variant => $width,)* }
            }
        }
    };
}

columns! {
    Time "time" Time false 14 "When the kernel saw the packet";
    Interface "interface" String false 18 "Interface";
    Direction "direction" String false 6 "in: received, out: sent";
    SourceMac "source_mac" String true 20 "Ethernet source address";
    DestinationMac "destination_mac" String true 20 "Ethernet destination address";
    Ethertype "ethertype" String true 9 "EtherType after all VLAN tags";
    Vlan "vlan" Number true 5 "Outer VLAN id";
    InnerVlan "inner_vlan" Number true 5 "Inner VLAN id";
    Version "version" Number true 5 "IP version";
    SourceIp "source_ip" String true 42 "Source address, for ARP the sender's";
    DestinationIp "destination_ip" String true 42 "Destination address, for ARP the target's";
    Protocol "protocol" String true 18 "IP protocol, for IPv6 that after the extension headers";
    Length "length" Number true 8 "Length of the IP packet in bytes";
    FrameLength "frame_length" Number false 8 "Length of the whole frame in bytes";
    Segments "segments" Number true 6 "Wire packets in this frame";
    Ttl "ttl" Number true 5 "TTL or hop limit";
    Dscp "dscp" Number true 5 "Differentiated services code point";
    Fragment "fragment" Boolean true 6 "Whether it is a fragment of an IP packet";
    SourcePort "source_port" Number true 6 "Source port of TCP, UDP, SCTP";
    DestinationPort "destination_port" Number true 6 "Destination port of TCP, UDP, SCTP";
    TcpFlags "tcp_flags" String true 34 "TCP flags";
    IcmpType "icmp_type" Number true 5 "ICMP or ICMPv6 type";
    IcmpCode "icmp_code" Number true 5 "ICMP or ICMPv6 code";
    Malformed "malformed" String true 19 "Why the parser stopped early";
}

/// A name that is no column.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("there is no column \"{given}\"; there are {}", Column::names())]
pub struct UnknownColumn {
    /// The name.
    pub given: String,
}

impl std::str::FromStr for Column {
    type Err = UnknownColumn;

    fn from_str(text: &str) -> Result<Self, UnknownColumn> {
        let found = Self::ALL.iter().copied().find(|column| column.name() == text);
        found.ok_or_else(|| UnknownColumn { given: text.to_owned() })
    }
}

impl Column {
    /// All names, separated by commas.
    fn names() -> String {
        Self::ALL.iter().map(|column| column.name()).collect::<Vec<_>>().join(", ")
    }

    /// Writes this column's cell of `row`.
    pub fn write<C: Cells>(self, row: &Row, context: &Context<'_>, cells: &mut C) {
        let event = &row.event;
        let headers = &event.headers;
        match self {
            Self::Time => cells.time(context.clock.milliseconds(event.time)),
            Self::Interface => cells.text(context.names.interface(row.origin)),
            Self::Direction => match Hook::from_raw(event.hook) {
                Some(hook) => cells.plain(|text| text.push_str(hook.direction().name())),
                None => cells.null(),
            },
            Self::SourceMac => mac(headers.has(present::ETHERNET), headers.source_mac, cells),
            Self::DestinationMac => mac(headers.has(present::ETHERNET), headers.destination_mac, cells),
            Self::Ethertype if headers.has(present::LENGTH_FIELD) => {
                cells.plain(|text| text.push_str("802.3"))
            }
            Self::Ethertype => match headers.ethertype() {
                Some(number) => cells.plain(|text| match names::ethertype(number) {
                    Some(name) => text.push_str(name),
                    None => text::hex(number, text),
                }),
                None => cells.null(),
            },
            Self::Vlan => number(headers.vlan(), cells),
            Self::InnerVlan => number(headers.inner_vlan(), cells),
            Self::Version => number(headers.version(), cells),
            Self::SourceIp => {
                address(headers.has(present::ADDRESSES), headers.version, headers.source_ip, cells)
            }
            Self::DestinationIp => {
                address(headers.has(present::ADDRESSES), headers.version, headers.destination_ip, cells);
            }
            Self::Protocol => match headers.protocol() {
                Some(number) => cells.plain(|text| match names::protocol(number) {
                    Some(name) => text.push_str(name),
                    None => text.push_str(itoa::Buffer::new().format(number)),
                }),
                None => cells.null(),
            },
            Self::Length => number(headers.length(), cells),
            Self::FrameLength => cells.number(event.frame_length),
            Self::Segments => number((event.segments != SEGMENTS_UNKNOWN).then_some(event.segments), cells),
            Self::Ttl => number(headers.ttl(), cells),
            Self::Dscp => number(headers.dscp(), cells),
            Self::Fragment => match headers.fragment() {
                Some(fragment) => cells.boolean(fragment),
                None => cells.null(),
            },
            Self::SourcePort => number(headers.source_port(), cells),
            Self::DestinationPort => number(headers.destination_port(), cells),
            Self::TcpFlags => match headers.tcp_flags() {
                Some(flags) => cells.plain(|text| text::tcp_flags(flags, text)),
                None => cells.null(),
            },
            Self::IcmpType => number(headers.icmp_type(), cells),
            Self::IcmpCode => number(headers.icmp_code(), cells),
            Self::Malformed => match headers.malformed() {
                Some(reason) => cells.plain(|text| text.push_str(reason.name())),
                None => cells.null(),
            },
        }
    }
}

fn number<C: Cells>(value: Option<impl Into<u32>>, cells: &mut C) {
    match value {
        Some(value) => cells.number(value.into()),
        None => cells.null(),
    }
}

fn mac<C: Cells>(exists: bool, address: [u8; 6], cells: &mut C) {
    if exists { cells.plain(|text| text::mac(address, text)) } else { cells.null() }
}

/// IPv6, or IPv4 in the first four bytes (also of an ARP packet, which has no version).
fn address<C: Cells>(exists: bool, version: u8, address: [u8; 16], cells: &mut C) {
    if !exists {
        cells.null();
    } else if version == 6 {
        cells.plain(|text| text::ipv6(address, text));
    } else {
        let [a, b, c, d, ..] = address;
        cells.plain(|text| text::ipv4([a, b, c, d], text));
    }
}

#[cfg(test)]
mod tests;
