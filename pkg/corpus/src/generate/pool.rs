//! The values that generated frames are made of.

use crate::frame::tcp_flag::{ACK, CWR, ECE, FIN, PSH, RST, SYN, URG};

/// Unicast hardware addresses.
pub const MACS: &[[u8; 6]] = &[
    [0x00, 0x11, 0x32, 0xe5, 0x79, 0x5c],
    [0x02, 0x00, 0x00, 0x00, 0x00, 0x01],
    [0x02, 0x00, 0x00, 0x00, 0x00, 0x02],
    [0x52, 0x54, 0x00, 0xab, 0xcd, 0xef],
];

/// Multicast and broadcast hardware addresses.
pub const GROUP_MACS: &[[u8; 6]] = &[
    [0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    [0x01, 0x00, 0x5e, 0x7f, 0xff, 0xfa],
    [0x33, 0x33, 0x00, 0x00, 0x00, 0x01],
];

/// IPv4 addresses: two in one /24, neighbours of it, private, multicast, broadcast.
pub const IPV4: &[[u8; 4]] = &[
    [192, 0, 2, 1],
    [192, 0, 2, 20],
    [192, 0, 3, 1],
    [198, 51, 100, 7],
    [10, 1, 2, 3],
    [10, 200, 0, 1],
    [127, 0, 0, 1],
    [224, 0, 0, 251],
    [239, 255, 255, 250],
    [255, 255, 255, 255],
];

/// IPv6 addresses: two in one /64, one in the same /32, link-local, multicast, loopback.
pub const IPV6: &[[u8; 16]] = &[
    [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1],
    [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2],
    [0x20, 0x01, 0x0d, 0xb8, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
    [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0x02, 0x11, 0x32, 0xff, 0xfe, 0xe5, 0x79, 0x5c],
    [0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xfb],
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
];

/// Ports, with both ends of the range and neighbours.
pub const PORTS: &[u16] = &[0, 22, 53, 80, 81, 443, 1023, 1024, 1900, 5353, 8080, 32_768, 50_085, 65_535];

/// VLAN ids; 0 is a priority tag, 4095 reserved.
pub const VLANS: &[u16] = &[0, 1, 40, 41, 100, 2048, 4094, 4095];

/// Times to live and hop limits.
pub const TTLS: &[u8] = &[0, 1, 2, 63, 64, 128, 255];

/// Code points: default, class selector, assured and expedited forwarding, the largest.
pub const DSCPS: &[u8] = &[0, 8, 10, 34, 46, 63];

/// Combinations of TCP flags, usual and unusual.
pub const TCP_FLAGS: &[u8] = &[
    0,
    SYN,
    SYN | ACK,
    ACK,
    PSH | ACK,
    FIN | ACK,
    RST,
    RST | ACK,
    URG | PSH | FIN,
    SYN | ECE | CWR,
    FIN | SYN | RST | PSH | ACK | URG | ECE | CWR,
];
