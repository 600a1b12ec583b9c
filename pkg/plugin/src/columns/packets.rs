//! The columns of packet rows.

use xdplive_capture::{
    clock::WallClock,
    source::{Batch, Names, Row},
};
use xdplive_packet::{Hook, event::SEGMENTS_UNKNOWN, headers::present};

use super::{Cells, number, text};

/// What a row's cells are read with.
struct Context<'a> {
    /// Names of interfaces.
    names: &'a Names,
    /// Name of the machine.
    host: &'a str,
    /// Kernel time to wall time.
    clock: WallClock,
}

columns! {
    /// A column of packet rows.
    PacketColumn of [Batch], counted by count, written by write_batches;
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
    + Host "host" String false 66 "Name of the machine that saw the packets; shown where it is asked for by name";
}

/// Rows in all batches.
fn count(batches: &[Batch]) -> usize {
    batches.iter().map(Batch::len).sum()
}

impl PacketColumn {
    fn write_batches<C: Cells>(self, batches: &[Batch], host: &str, cells: &mut C) {
        for batch in batches {
            let context = Context { names: &batch.names, host, clock: batch.clock };
            for row in batch.rows() {
                self.write_row(row, &context, cells);
            }
        }
    }

    /// Writes this column's cell of `row`.
    fn write_row<C: Cells>(self, row: &Row, context: &Context<'_>, cells: &mut C) {
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
                cells.plain(|text| text.push_str(text::LENGTH_FIELD))
            }
            Self::Ethertype => match headers.ethertype() {
                Some(number) => cells.plain(|text| text::ethertype(number, text)),
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
                Some(number) => cells.plain(|text| text::protocol(number, text)),
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
            Self::Host => cells.text(context.host),
        }
    }
}

fn mac<C: Cells>(exists: bool, address: [u8; 6], cells: &mut C) {
    if exists { cells.plain(|text| text::mac(address, text)) } else { cells.null() }
}

fn address<C: Cells>(exists: bool, version: u8, address: [u8; 16], cells: &mut C) {
    if exists { cells.plain(|text| text::address(version, address, text)) } else { cells.null() }
}

#[cfg(test)]
mod tests;
