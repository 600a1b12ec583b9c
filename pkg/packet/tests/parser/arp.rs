//! ARP.

use xdplive_packet::{Headers, LinkType, Malformed, Wire, headers::present};

use crate::support::{assert_kept_when_cut, ethernet, hex, ipv4, with};

const LINK: &str = "ffffffffffff 001132e5795c 0806";
/// Hardware Ethernet, protocol IPv4, sizes 6 and 4, request; sender; target.
const REQUEST: &str = "0001 0800 06 04 0001  001132e5795c c0000214  000000000000 c0000201";
/// Where the sizes of the addresses stand.
const SIZES: usize = 18;
const OPERATION: usize = 20;

fn request() -> Vec<u8> {
    hex(&[LINK, REQUEST])
}

#[test]
fn a_request() {
    let expected = Headers {
        destination_mac: [0xff; 6],
        source_mac: [0x00, 0x11, 0x32, 0xe5, 0x79, 0x5c],
        ethertype: 0x0806,
        source_ip: ipv4([192, 0, 2, 20]),
        destination_ip: ipv4([192, 0, 2, 1]),
        present: present::ETHERNET | present::ADDRESSES | present::ARP,
        header_length: 14 + 28,
        arp_operation: 1,
        ..Headers::EMPTY
    };
    assert_eq!(ethernet(&request()), expected);
}

#[test]
fn it_is_not_ip() {
    let headers = ethernet(&request());
    assert_eq!(
        (headers.version(), headers.protocol(), headers.length(), headers.ttl()),
        (None, None, None, None)
    );
    assert_eq!((headers.dscp(), headers.fragment(), headers.source_port()), (None, None, None));
    assert_eq!((headers.ip_id(), headers.tcp_window()), (None, None));
}

#[test]
fn every_operation() {
    for operation in 0..=u16::MAX {
        let headers = ethernet(&with(&request(), OPERATION, &operation.to_be_bytes()));
        assert_eq!((headers.arp_operation(), headers.malformed()), (Some(operation), None));
    }
}

#[test]
fn padding_changes_nothing() {
    let padded = [request(), vec![0xff; 18]].concat();
    assert_eq!(ethernet(&padded), ethernet(&request()));
}

#[test]
fn in_a_vlan() {
    let frame = hex(&["ffffffffffff 001132e5795c 8100 0028 0806", REQUEST]);
    let headers = ethernet(&frame);
    assert_eq!((headers.vlan(), headers.ethertype(), headers.header_length), (Some(40), Some(0x0806), 46));
    assert_eq!(headers.source_ip, ipv4([192, 0, 2, 20]));
}

/// FireWire has 8 bytes, InfiniBand 20; the field allows anything.
#[test]
fn hardware_addresses_of_any_size() {
    for size in 0..=u8::MAX {
        let address = "ee".repeat(usize::from(size));
        let packet = format!("0020 0800 {size:02x} 04 0002 {address} c0000214 {address} c0000201");
        let headers = ethernet(&hex(&[LINK, &packet]));
        assert_eq!((headers.malformed(), headers.arp_operation()), (None, Some(2)), "{size}");
        assert_eq!(headers.source_ip, ipv4([192, 0, 2, 20]), "{size}");
        assert_eq!(headers.destination_ip, ipv4([192, 0, 2, 1]), "{size}");
        assert_eq!(headers.header_length, 14 + 8 + 2 * (u16::from(size) + 4), "{size}");
    }
}

#[test]
fn a_hardware_size_beyond_the_frame() {
    let headers = ethernet(&with(&request(), SIZES, &[7]));
    assert_eq!(headers.malformed(), Some(Malformed::Truncated));
    assert!(!headers.has(present::ADDRESSES));
    assert_eq!(headers.arp_operation(), Some(1));
}

#[test]
fn protocol_addresses_that_are_not_ipv4() {
    // Another protocol with addresses of the same size, and IPv4 with another size.
    for frame in [with(&request(), 16, &[0x80, 0x9b]), with(&request(), SIZES + 1, &[16])] {
        let headers = ethernet(&frame);
        assert_eq!((headers.present, headers.malformed()), (present::ETHERNET | present::ARP, None));
        assert_eq!((headers.header_length, headers.arp_operation()), (14 + 8, Some(1)));
    }
}

/// Both addresses or none: one without the other would say who asked, but not for whom.
#[test]
fn cut_anywhere() {
    let known_from = [(14, present::ETHERNET), (22, present::ARP), (42, present::ADDRESSES)];
    assert_kept_when_cut(&request(), &Wire::new(LinkType::Ethernet), &known_from, 42);
}
