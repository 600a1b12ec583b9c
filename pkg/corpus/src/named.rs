//! Frames that tests and documents refer to by name.

use crate::frame::{Ethernet, Ipv4, Tag, Udp};

/// What a device that looks for UPnP devices sends: 101 bytes.
const SEARCH: &[u8] = b"M-SEARCH * HTTP/1.1\r\n\
    HOST: 239.255.255.250:1900\r\n\
    MAN: \"ssdp:discover\"\r\n\
    MX: 1\r\n\
    ST: upnp:rootdevice\r\n\
    \r\n";

/// A network storage device announcing itself by SSDP to everyone on its link: multicast UDP with a time to
/// live of 1, in an IP packet of 129 bytes. Such packets are the dips in a panel of live TTLs.
#[must_use]
pub fn ssdp() -> Ethernet {
    let source = [0x00, 0x11, 0x32, 0xe5, 0x79, 0x5c];
    let destination = [0x01, 0x00, 0x5e, 0x7f, 0xff, 0xfa];
    let packet = Ipv4 {
        ttl: 1,
        dont_fragment: true,
        identification: 0x2c1a,
        ..Ipv4::new([192, 0, 2, 20], [239, 255, 255, 250], Udp::new(50085, 1900, SEARCH))
    };
    Ethernet::new(source, destination, packet)
}

/// [`ssdp`] inside VLAN 40.
#[must_use]
pub fn ssdp_in_vlan() -> Ethernet {
    ssdp().tagged([Tag::customer(40)])
}
