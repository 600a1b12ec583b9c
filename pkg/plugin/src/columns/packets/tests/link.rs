//! The link layer: addresses, EtherType, VLAN tags, ARP.

use xdplive_corpus::{
    frame::{Arp, Ethernet, Ipv4, Payload, Tag, Tpid, Udp, ethertype},
    named,
};

use super::*;

const SOURCE: [u8; 6] = [0x00, 0x11, 0x32, 0xe5, 0x79, 0x5c];
const BROADCAST: [u8; 6] = [0xff; 6];

/// A frame of type `ethertype` with nothing in it that is read.
fn other(ethertype: u16) -> Event {
    ethernet(&Ethernet::new(SOURCE, BROADCAST, Payload::Other { ethertype, bytes: vec![0; 46] }).bytes())
}

fn udp() -> Ipv4 {
    Ipv4::new([192, 0, 2, 1], [192, 0, 2, 20], Udp::new(1024, 53, b"?"))
}

/// The example of the contract: a network storage device announcing itself.
#[test]
fn ssdp() {
    assert_eq!(headers(ethernet(&named::ssdp().bytes())), ssdp_row());
}

/// The type is the one behind all tags.
#[test]
fn a_vlan() {
    let mut expected = headers(ethernet(&named::ssdp().bytes()));
    expected["vlan"] = json!(40);
    assert_eq!(headers(ethernet(&named::ssdp_in_vlan().bytes())), expected);
}

#[test]
fn two_vlans_outer_first() {
    let mut expected = headers(ethernet(&named::ssdp().bytes()));
    expected["vlan"] = json!(4094);
    expected["inner_vlan"] = json!(41);
    let frame = named::ssdp().tagged([Tag::service(4094), Tag::customer(41)]);
    assert_eq!(headers(ethernet(&frame.bytes())), expected);
}

/// Priority 5 and drop eligible are not part of the id; a priority tag has the id 0.
#[test]
fn the_vlan_is_the_id_alone() {
    for (control, id) in [(0xb000, 0), (0xb028, 40), (0xffff, 4095)] {
        let frame = named::ssdp().tagged([Tag { tpid: Tpid::Customer, control }]);
        assert_eq!(cell(PacketColumn::Vlan, ethernet(&frame.bytes())), json!(id));
    }
}

#[test]
fn types_without_a_name_are_hexadecimal() {
    for (number, text) in [
        (ethertype::IPV4, "IPv4"),
        (ethertype::IPV6, "IPv6"),
        (ethertype::ARP, "ARP"),
        (0x8035, "RARP"),
        (ethertype::LLDP, "LLDP"),
        (ethertype::MPLS, "MPLS"),
        (ethertype::PPPOE, "PPPoE-S"),
        (ethertype::EAPOL, "EAPOL"),
        (0x88f7, "PTP"),
        (ethertype::WAKE_ON_LAN, "WoL"),
        (ethertype::EXPERIMENTAL, "0x88b5"),
        (0x05dd, "0x05dd"),
        (0xffff, "0xffff"),
        (0xabcd, "0xabcd"),
    ] {
        assert_eq!(cell(PacketColumn::Ethertype, other(number)), json!(text));
    }
}

#[test]
fn of_another_type_nothing_else_is_known() {
    let expected = json!({
        "source_mac": "00:11:32:e5:79:5c",
        "destination_mac": "ff:ff:ff:ff:ff:ff",
        "ethertype": "LLDP",
    });
    assert_eq!(headers(other(ethertype::LLDP)), expected);
}

/// A spanning tree bridge protocol data unit is a well-known one.
#[test]
fn a_length_instead_of_a_type() {
    let frame = Ethernet::new(SOURCE, [0x01, 0x80, 0xc2, 0, 0, 0], Payload::Length(vec![0x42; 38]));
    let expected = json!({
        "source_mac": "00:11:32:e5:79:5c",
        "destination_mac": "01:80:c2:00:00:00",
        "ethertype": "802.3",
    });
    assert_eq!(headers(ethernet(&frame.bytes())), expected);
}

#[test]
fn arp_has_addresses_and_no_version() {
    let frame = Ethernet::new(SOURCE, BROADCAST, Arp::request(SOURCE, [192, 0, 2, 20], [192, 0, 2, 1]));
    let expected = json!({
        "source_mac": "00:11:32:e5:79:5c",
        "destination_mac": "ff:ff:ff:ff:ff:ff",
        "ethertype": "ARP",
        "source_ip": "192.0.2.20",
        "destination_ip": "192.0.2.1",
    });
    assert_eq!(headers(ethernet(&frame.bytes())), expected);
}

/// On tun, WireGuard and PPP the packet starts at its IP header.
#[test]
fn without_ethernet_there_are_no_addresses_and_no_type() {
    let expected = json!({
        "version": 4,
        "source_ip": "192.0.2.1",
        "destination_ip": "192.0.2.20",
        "protocol": "UDP",
        "length": 29,
        "ttl": 64,
        "dscp": 0,
        "fragment": false,
        "source_port": 1024,
        "destination_port": 53,
    });
    assert_eq!(headers(raw(&udp().bytes())), expected);
}

#[test]
fn what_is_no_ip_on_such_a_link_has_no_columns() {
    assert_eq!(headers(raw(&[0x00; 40])), json!({}));
}

/// The loopback interface has an Ethernet header with zeros.
#[test]
fn zeros_are_addresses_too() {
    let event = ethernet(&Ethernet::new([0; 6], [0; 6], udp()).bytes());
    assert_eq!(cell(PacketColumn::SourceMac, event), json!("00:00:00:00:00:00"));
    assert_eq!(cell(PacketColumn::DestinationMac, event), json!("00:00:00:00:00:00"));
}

/// The example of the contract: the network storage device is Synology's, and the group one of IPv4.
#[test]
fn who_made_a_card_stands_there_where_the_registry_says() {
    let event = ethernet(&named::ssdp().bytes());
    assert_eq!(cell(PacketColumn::SourceMacVendor, event), json!("Synology"));
    assert_eq!(cell(PacketColumn::DestinationMacVendor, event), json!("IPv4 multicast"));
    let event = other(0x88cc);
    assert_eq!(cell(PacketColumn::DestinationMacVendor, event), json!("broadcast"));
    for (source, said) in
        [([2, 0, 0, 0, 0, 1], json!("locally administered")), ([0xf0, 0, 0, 0, 0, 1], json!(null))]
    {
        let frame = Ethernet::new(source, SOURCE, udp());
        assert_eq!(cell(PacketColumn::SourceMacVendor, ethernet(&frame.bytes())), said);
    }
    let without_ethernet = raw(&udp().bytes());
    assert_eq!(cell(PacketColumn::SourceMacVendor, without_ethernet), json!(null));
}
