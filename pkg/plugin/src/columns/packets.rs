//! The columns of packet rows.

mod interfaces;

use xdplive_names::{About, Vendor, name_source};
use xdplive_packet::{Event, Headers, Hook, Tunnel, event::SEGMENTS_UNKNOWN, headers::present};
use xdplive_source::{Batch, Process, Row, Sides, ip};

use self::interfaces::Interfaces;
use super::{
    Cells, number, optional,
    text::{self, words},
};

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
    + ArpOperation "arp_operation" Number true 6 "ARP operation: 1 request, 2 reply";
    + TcpWindow "tcp_window" Number true 6 "TCP window, not scaled";
    + IpId "ip_id" Number true 6 "IPv4 identification";
    + Tunnel "tunnel" String true 23 "Tunnels around the packet, the outermost first; read where decapsulate is inner";
    + TunnelId "tunnel_id" Number true 11 "Id of the innermost tunnel: VNI, key, label, session, TEID";
    + OuterSourceIp "outer_source_ip" String true 42 "Source address of the outermost IP packet that carries it";
    + OuterDestinationIp "outer_destination_ip" String true 42 "Destination address of the outermost IP packet that carries it";
    + SourceMacVendor "source_mac_vendor" String true 82 "Who made the source's card, by the registry of the IEEE, or what kind of address it is";
    + DestinationMacVendor "destination_mac_vendor" String true 82 "Who made the destination's card, by the registry of the IEEE, or what kind of address it is";
    + SourceName "source_name" String true 255 "Name of the source, as far as this machine knows it";
    + DestinationName "destination_name" String true 255 "Name of the destination, as far as this machine knows it";
    + NameSource "name_source" String true 12 "Where source_name is from; without that, where destination_name is from";
    + SourceCountry "source_country" String true 102 "Country of the source, by two letters; where the administrator names a file";
    + DestinationCountry "destination_country" String true 102 "Country of the destination, by two letters; where the administrator names a file";
    + SourceAsn "source_asn" String true 120 "Autonomous system of the source; where the administrator names a file";
    + DestinationAsn "destination_asn" String true 120 "Autonomous system of the destination; where the administrator names a file";
    + Service "service" String true 18 "Service by protocol and port, of the side of the server";
    + Process "process" String true 18 "Process of this machine whose socket sent or received it";
    + Pid "pid" Number true 11 "Number of the process";
    + User "user" String true 34 "User of the process";
    + Container "container" String true 66 "Container of the process, or else its control group";
    + Host "host" String false 66 "Name of the machine that saw the packets; shown where it is asked for by name";
}

/// Rows in all batches.
fn count(batches: &[Batch]) -> usize {
    batches.iter().map(Batch::len).sum()
}

impl PacketColumn {
    /// Those about tunnels: part of all columns where somebody looks inside.
    pub const OF_TUNNELS: [Self; 4] =
        [Self::Tunnel, Self::TunnelId, Self::OuterSourceIp, Self::OuterDestinationIp];

    /// Whether it is about where hosts are.
    #[must_use]
    pub const fn is_of_places(self) -> bool {
        matches!(
            self,
            Self::SourceCountry | Self::DestinationCountry | Self::SourceAsn | Self::DestinationAsn
        )
    }

    /// Whether it is about whose packets are.
    #[must_use]
    pub const fn is_of_processes(self) -> bool {
        matches!(self, Self::Process | Self::Pid | Self::User | Self::Container)
    }

    /// Whether it is about what is known of hosts.
    #[must_use]
    pub const fn is_of_names(self) -> bool {
        matches!(self, Self::SourceName | Self::DestinationName | Self::NameSource)
    }

    /// Writes this column's cells. Which column it is is asked once, and not of every row.
    fn write_batches<C: Cells>(self, batches: &[Batch], cells: &mut C) {
        match self {
            Self::Time => rows(batches, |batch, row| cells.time(batch.time(row).div_euclid(1_000_000))),
            Self::Interface => Interfaces::default().write(batches, cells),
            Self::Direction => events(batches, |event| match Hook::from_raw(event.hook) {
                Some(hook) => cells.word(words::direction(hook.direction())),
                None => cells.null(),
            }),
            Self::SourceMac => headers(batches, |headers| mac(headers, headers.source_mac, cells)),
            Self::DestinationMac => headers(batches, |headers| mac(headers, headers.destination_mac, cells)),
            Self::Ethertype => headers(batches, |headers| ethertype(headers, cells)),
            Self::Vlan => headers(batches, |headers| number(headers.vlan(), cells)),
            Self::InnerVlan => headers(batches, |headers| number(headers.inner_vlan(), cells)),
            Self::Version => headers(batches, |headers| number(headers.version(), cells)),
            Self::SourceIp => headers(batches, |headers| address(headers, &headers.source_ip, cells)),
            Self::DestinationIp => {
                headers(batches, |headers| address(headers, &headers.destination_ip, cells))
            }
            Self::Protocol => headers(batches, |headers| match headers.protocol() {
                Some(number) => cells.word(words::protocol(number)),
                None => cells.null(),
            }),
            Self::Length => headers(batches, |headers| number(headers.length(), cells)),
            Self::FrameLength => events(batches, |event| cells.number(event.frame_length)),
            Self::Segments => events(batches, |event| {
                number((event.segments != SEGMENTS_UNKNOWN).then_some(event.segments), cells);
            }),
            Self::Ttl => headers(batches, |headers| number(headers.ttl(), cells)),
            Self::Dscp => headers(batches, |headers| number(headers.dscp(), cells)),
            Self::Fragment => headers(batches, |headers| match headers.fragment() {
                Some(fragment) => cells.boolean(fragment),
                None => cells.null(),
            }),
            Self::SourcePort => headers(batches, |headers| number(headers.source_port(), cells)),
            Self::DestinationPort => headers(batches, |headers| number(headers.destination_port(), cells)),
            Self::TcpFlags => headers(batches, |headers| match headers.tcp_flags() {
                Some(flags) => cells.word(words::tcp_flags(flags)),
                None => cells.null(),
            }),
            Self::IcmpType => headers(batches, |headers| number(headers.icmp_type(), cells)),
            Self::IcmpCode => headers(batches, |headers| number(headers.icmp_code(), cells)),
            Self::Malformed => headers(batches, |headers| match headers.malformed() {
                Some(reason) => cells.text(reason.name()),
                None => cells.null(),
            }),
            Self::ArpOperation => headers(batches, |headers| number(headers.arp_operation(), cells)),
            Self::TcpWindow => headers(batches, |headers| number(headers.tcp_window(), cells)),
            Self::IpId => headers(batches, |headers| number(headers.ip_id(), cells)),
            Self::Tunnel => tunnels(batches, |tunnel| match tunnel {
                Some(tunnel) => cells.text(&text::tunnel(tunnel.levels().map(|(kind, _)| kind))),
                None => cells.null(),
            }),
            Self::TunnelId => {
                tunnels(batches, |tunnel| number(tunnel.and_then(Tunnel::innermost_id), cells));
            }
            Self::OuterSourceIp => {
                tunnels(batches, |tunnel| outer(tunnel, |tunnel| &tunnel.outer_source, cells));
            }
            Self::OuterDestinationIp => {
                tunnels(batches, |tunnel| outer(tunnel, |tunnel| &tunnel.outer_destination, cells));
            }
            Self::SourceMacVendor => headers(batches, |headers| vendor(headers, headers.source_mac, cells)),
            Self::DestinationMacVendor => {
                headers(batches, |headers| vendor(headers, headers.destination_mac, cells));
            }
            Self::SourceName => {
                rows(batches, |batch, row| optional(source(batch, row).and_then(About::name), cells))
            }
            Self::DestinationName => {
                rows(batches, |batch, row| optional(destination(batch, row).and_then(About::name), cells));
            }
            Self::NameSource => rows(batches, |batch, row| {
                let of = name_source(source(batch, row), destination(batch, row));
                optional(of.map(xdplive_names::NameSource::name), cells);
            }),
            Self::SourceCountry => {
                rows(batches, |batch, row| optional(source(batch, row).and_then(country), cells));
            }
            Self::DestinationCountry => {
                rows(batches, |batch, row| optional(destination(batch, row).and_then(country), cells));
            }
            Self::SourceAsn => rows(batches, |batch, row| optional(source(batch, row).and_then(asn), cells)),
            Self::DestinationAsn => {
                rows(batches, |batch, row| optional(destination(batch, row).and_then(asn), cells));
            }
            Self::Service => headers(batches, |headers| optional(service(headers), cells)),
            Self::Process => processes(batches, |process| optional(process.map(|one| &*one.name), cells)),
            Self::Pid => processes(batches, |process| number(process.map(|one| one.number), cells)),
            Self::User => processes(batches, |process| optional(process.map(|one| &*one.user), cells)),
            Self::Container => processes(batches, |process| {
                optional(process.and_then(|one| one.container.as_deref()), cells);
            }),
            Self::Host => rows(batches, |batch, row| cells.text(batch.names.host(row.origin))),
        }
    }
}

/// Calls `write` with every row.
#[inline(always)]
fn rows<'a>(batches: &'a [Batch], mut write: impl FnMut(&'a Batch, &'a Row)) {
    for batch in batches {
        for row in batch.rows() {
            write(batch, row);
        }
    }
}

#[inline(always)]
fn events(batches: &[Batch], mut write: impl FnMut(&Event)) {
    rows(batches, |_, row| write(&row.event));
}

#[inline(always)]
fn headers(batches: &[Batch], mut write: impl FnMut(&Headers)) {
    rows(batches, |_, row| write(&row.event.headers));
}

/// Calls `write` with whose each row's packet is.
fn processes(batches: &[Batch], mut write: impl FnMut(Option<&Process>)) {
    rows(batches, |batch, row| {
        let known = batch.processes.as_ref().zip(Sides::of_row(row));
        write(known.and_then(|(known, sides)| known.get(&sides)).map(|process| &**process));
    });
}

/// Calls `write` with what carries each row's packet.
fn tunnels(batches: &[Batch], mut write: impl FnMut(Option<&Tunnel>)) {
    rows(batches, |batch, row| write(batch.tunnel(row)));
}

/// An address of the outermost IP packet.
fn outer<C: Cells>(tunnel: Option<&Tunnel>, address: impl FnOnce(&Tunnel) -> &[u8; 16], cells: &mut C) {
    match tunnel {
        Some(tunnel) if tunnel.outer_version != 0 => cells.address(tunnel.outer_version, address(tunnel)),
        _ => cells.null(),
    }
}

#[inline(always)]
fn mac<C: Cells>(headers: &Headers, address: [u8; 6], cells: &mut C) {
    if headers.has(present::ETHERNET) {
        cells.mac(address);
    } else {
        cells.null();
    }
}

/// What was known of a packet's source.
fn source<'a>(batch: &'a Batch, row: &Row) -> Option<&'a About> {
    about(batch, row, &row.event.headers.source_ip)
}

/// What was known of its destination.
fn destination<'a>(batch: &'a Batch, row: &Row) -> Option<&'a About> {
    about(batch, row, &row.event.headers.destination_ip)
}

fn country(about: &About) -> Option<&str> {
    about.country.as_deref()
}

fn asn(about: &About) -> Option<&str> {
    about.asn.as_deref()
}

fn about<'a>(batch: &'a Batch, row: &Row, address: &[u8; 16]) -> Option<&'a About> {
    let headers = &row.event.headers;
    let about = batch.about.as_ref().filter(|_| headers.has(present::ADDRESSES))?;
    about.get(&ip(headers.version, *address))
}

/// Who made the card with an Ethernet address.
fn vendor<C: Cells>(headers: &Headers, address: [u8; 6], cells: &mut C) {
    match headers.has(present::ETHERNET).then(|| xdplive_names::vendor(address)).flatten() {
        Some(Vendor::Owner(name)) => cells.text(name),
        Some(other) => cells.text(&other.to_string()),
        None => cells.null(),
    }
}

fn service(headers: &Headers) -> Option<&'static str> {
    let ports = (headers.source_port()?, headers.destination_port()?);
    xdplive_names::service(headers.protocol()?, ports)
}

#[inline(always)]
fn address<C: Cells>(headers: &Headers, address: &[u8; 16], cells: &mut C) {
    if headers.has(present::ADDRESSES) {
        cells.address(headers.version, address);
    } else {
        cells.null();
    }
}

#[inline(always)]
fn ethertype<C: Cells>(headers: &Headers, cells: &mut C) {
    if headers.has(present::LENGTH_FIELD) {
        return cells.word(&words::LENGTH_FIELD);
    }
    match headers.ethertype().map(|number| (number, words::ethertype(number))) {
        Some((_, Some(word))) => cells.word(word),
        Some((number, None)) => cells.plain(|text| text::hex(number, text)),
        None => cells.null(),
    }
}

#[cfg(test)]
mod tests;
