//! The columns of dropped packets: where and why they were dropped, and the columns of packets.

use xdplive_source::DropRows;

use super::{Cells, Column as _, optional, packets::PacketColumn};

columns! {
    /// A column of dropped packets.
    DropColumn of [DropRows], counted by count, written by write_pieces;
    Time "time" Time false 14 "When the kernel dropped the packet";
    Interface "interface" String true 18 "Interface that received it or was to send it; null where the kernel does not tell";
    Direction "direction" String true 6 "in: received, out: to be sent; null where the kernel does not tell";
    Reason "reason" String false 40 "Why, by the kernel's name; a number where it has none";
    Location "location" String true 64 "Function of the kernel that dropped it; null where the kernel does not tell";
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
    + SourceMacVendor "source_mac_vendor" String true 82 "Who made the source's card, by the registry of the IEEE, or what kind of address it is";
    + DestinationMacVendor "destination_mac_vendor" String true 82 "Who made the destination's card, by the registry of the IEEE, or what kind of address it is";
    + Service "service" String true 18 "Service by protocol and port, of the side of the server";
    + SourceName "source_name" String true 255 "Name of the source, as far as this machine knows it";
    + DestinationName "destination_name" String true 255 "Name of the destination, as far as this machine knows it";
    + NameSource "name_source" String true 12 "Where source_name is from; without that, where destination_name is from";
    + SourceCountry "source_country" String true 102 "Country of the source, by two letters; where the administrator names a file";
    + DestinationCountry "destination_country" String true 102 "Country of the destination, by two letters; where the administrator names a file";
    + SourceAsn "source_asn" String true 120 "Autonomous system of the source; where the administrator names a file";
    + DestinationAsn "destination_asn" String true 120 "Autonomous system of the destination; where the administrator names a file";
    + Host "host" String false 66 "Name of the machine that saw the packets; shown where it is asked for by name";
}

/// Packets in all pieces.
fn count(pieces: &[DropRows]) -> usize {
    pieces.iter().map(DropRows::len).sum()
}

impl DropColumn {
    /// Whether it shows what hosts are called.
    #[must_use]
    pub fn is_of_names(self) -> bool {
        self.of_packets().is_some_and(PacketColumn::is_of_names)
    }

    /// Whether it shows where hosts are.
    #[must_use]
    pub fn is_of_places(self) -> bool {
        self.of_packets().is_some_and(PacketColumn::is_of_places)
    }

    /// The column of packets with the same cells.
    fn of_packets(self) -> Option<PacketColumn> {
        match self {
            Self::Interface | Self::Direction | Self::Reason | Self::Location => None,
            other => PacketColumn::find(other.name()).ok(),
        }
    }

    fn write_pieces<C: Cells>(self, pieces: &[DropRows], cells: &mut C) {
        let sites = || pieces.iter().flat_map(DropRows::sites);
        match self {
            Self::Interface => sites().for_each(|site| optional(site.interface.as_deref(), cells)),
            Self::Direction => sites().for_each(|site| optional(site.direction.map(|way| way.name()), cells)),
            Self::Reason => sites().for_each(|site| cells.text(&site.reason)),
            Self::Location => sites().for_each(|site| optional(site.location.as_deref(), cells)),
            // All others are those of packets, under the same names.
            other => {
                if let Some(column) = other.of_packets() {
                    pieces
                        .iter()
                        .for_each(|piece| column.write(std::slice::from_ref(piece.packets()), cells));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use bytemuck::Zeroable as _;
    use serde_json::{Value, json};
    use xdplive_names::{About, Name, NameSource};
    use xdplive_packet::{
        Event,
        event::Direction,
        headers::{Headers, present},
    };
    use xdplive_source::{DropSite, Host, WallClock};

    use super::*;
    use crate::columns::{Column, tests::Values};

    #[test]
    fn what_they_have_of_packets_has_the_same_name_and_type() {
        for column in DropColumn::ALL.iter().chain(DropColumn::BESIDES).skip(1) {
            let own = matches!(
                column,
                DropColumn::Interface | DropColumn::Direction | DropColumn::Reason | DropColumn::Location
            );
            match PacketColumn::find(column.name()) {
                Ok(packet) if !own => {
                    assert_eq!((packet.kind(), packet.nullable()), (column.kind(), column.nullable()));
                }
                found => assert!(own, "{found:?}"),
            }
        }
        let names = PacketColumn::ALL.iter().map(|column| column.name());
        assert!(names.into_iter().all(|name| DropColumn::find(name).is_ok()));
    }

    #[test]
    fn each_has_its_site() {
        let site = |interface: Option<&str>, direction, location: Option<&str>| DropSite {
            host: Host::only("nas"),
            interface: interface.map(Into::into),
            direction,
            reason: "NO_SOCKET".into(),
            location: location.map(Into::into),
        };
        let packet = |time, site| (Event { time, frame_length: 60, ..Event::zeroed() }, site);
        let packets = [
            packet(1_000_000, site(Some("eth0"), Some(Direction::In), Some("tcp_v4_rcv"))),
            packet(2_000_000, site(None, None, None)),
        ];
        let rows = [DropRows::new(packets, WallClock::ahead_by(0))];
        let cells = |column: DropColumn| {
            let mut cells = Values::default();
            column.write(&rows, &mut cells);
            cells.0
        };
        assert_eq!(cells(DropColumn::Time), [json!(1), json!(2)]);
        assert_eq!(cells(DropColumn::Interface), [json!("eth0"), Value::Null]);
        assert_eq!(cells(DropColumn::Direction), [json!("in"), Value::Null]);
        assert_eq!(cells(DropColumn::Reason), [json!("NO_SOCKET"), json!("NO_SOCKET")]);
        assert_eq!(cells(DropColumn::Location), [json!("tcp_v4_rcv"), Value::Null]);
        assert_eq!(cells(DropColumn::FrameLength), [json!(60), json!(60)]);
        assert_eq!(cells(DropColumn::Host), [json!("nas"), json!("nas")]);
        assert_eq!(cells(DropColumn::SourceName), [Value::Null, Value::Null]);
    }

    #[test]
    fn they_have_the_names_of_their_hosts() {
        let address = |host: u8| {
            let mut bytes = [0; 16];
            bytes[..4].copy_from_slice(&[192, 0, 2, host]);
            bytes
        };
        let headers = Headers {
            present: present::ADDRESSES,
            version: 4,
            source_ip: address(1),
            destination_ip: address(2),
            ..Headers::zeroed()
        };
        let site = DropSite {
            host: Host::only("nas"),
            interface: None,
            direction: None,
            reason: "NO_SOCKET".into(),
            location: None,
        };
        let rows = DropRows::new([(Event { headers, ..Event::zeroed() }, site)], WallClock::ahead_by(0));
        let name = Name { text: "printer".into(), source: NameSource::Hosts };
        let about = About { name: Some(name), country: Some("DE".into()), asn: None };
        let rows = [rows.told([(IpAddr::from([192, 0, 2, 2]), about)].into_iter().collect())];
        let cell = |column: DropColumn| {
            let mut cells = Values::default();
            column.write(&rows, &mut cells);
            cells.0
        };
        assert_eq!(cell(DropColumn::SourceName), [Value::Null]);
        assert_eq!(cell(DropColumn::DestinationName), [json!("printer")]);
        assert_eq!(cell(DropColumn::NameSource), [json!("hosts")]);
        assert_eq!(cell(DropColumn::DestinationCountry), [json!("DE")]);
    }
}
