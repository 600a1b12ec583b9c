//! Tunnels and labels: what they carry, and what is said of them.
//!
//! The frames are written byte by byte from the documents that define the headers.

mod datagrams;
mod frames;
mod gre;
mod ip_and_labels;
mod limits;

use xdplive_packet::{Headers, Inside, LinkType, TunnelKind, Wire, headers::present};

use crate::support::{ethernet, hex, inside as inside_on, ipv4};

/// Addresses of the frame around, and of a frame that is carried.
const OUTER: &str = "020000000002 020000000001";
const INNER: &str = "0200000000bb 0200000000aa";
const OUTER_MACS: ([u8; 6], [u8; 6]) = ([2, 0, 0, 0, 0, 2], [2, 0, 0, 0, 0, 1]);
const INNER_MACS: ([u8; 6], [u8; 6]) = ([2, 0, 0, 0, 0, 0xbb], [2, 0, 0, 0, 0, 0xaa]);

/// 2001:db8::1 to 2001:db8::2, those around; …:a to …:b, those carried.
const OUTER6: &str = "20010db8000000000000000000000001 20010db8000000000000000000000002";
const INNER6: &str = "20010db800000000000000000000000a 20010db800000000000000000000000b";

/// 40000 to 443, SYN, window 64240.
const SYN: &str = "9c40 01bb 00000001 00000000 5002 faf0 0000 0000";

/// 10.0.0.1 to 10.0.0.2, identification 0x1234, TTL 63.
fn tcp4() -> Vec<u8> {
    hex(&["45 00 0028 1234 4000 3f 06 0000 0a000001 0a000002", SYN])
}

fn tcp6() -> Vec<u8> {
    hex(&["60000000 0014 06 3e", INNER6, SYN])
}

/// A frame that is carried.
fn bridged(ethertype: &str, payload: &[u8]) -> Vec<u8> {
    [hex(&[INNER, ethertype]), payload.to_vec()].concat()
}

/// 192.0.2.1 to 192.0.2.2, TTL 64.
fn in4(protocol: u8, payload: &[u8]) -> Vec<u8> {
    let length = 20 + payload.len();
    let header = format!("45 00 {length:04x} 0000 0000 40 {protocol:02x} 0000 c0000201 c0000202");
    [hex(&[&header]), payload.to_vec()].concat()
}

fn in6(next: u8, payload: &[u8]) -> Vec<u8> {
    let header = format!("60000000 {:04x} {next:02x} 40", payload.len());
    [hex(&[&header, OUTER6]), payload.to_vec()].concat()
}

fn udp(port: u16, payload: &[u8]) -> Vec<u8> {
    [hex(&[&format!("c000 {port:04x} {:04x} 0000", 8 + payload.len())]), payload.to_vec()].concat()
}

/// The frame around a packet.
fn on_ethernet(ethertype: &str, payload: &[u8]) -> Vec<u8> {
    [hex(&[OUTER, ethertype]), payload.to_vec()].concat()
}

/// A header in hexadecimal digits, and what it carries.
fn behind(header: &str, payload: &[u8]) -> Vec<u8> {
    [hex(&[header]), payload.to_vec()].concat()
}

/// A frame with a datagram to `port`, over IPv4.
fn datagram(port: u16, payload: &[u8]) -> Vec<u8> {
    on_ethernet("0800", &in4(17, &udp(port, payload)))
}

fn inside(frame: &[u8]) -> Inside {
    inside_on(frame, &Wire::new(LinkType::Ethernet))
}

/// What is read of [`tcp4`] at the end of a frame with these addresses.
fn carried4((destination_mac, source_mac): ([u8; 6], [u8; 6]), frame: &[u8]) -> Headers {
    Headers {
        destination_mac,
        source_mac,
        ethertype: 0x0800,
        source_ip: ipv4([10, 0, 0, 1]),
        destination_ip: ipv4([10, 0, 0, 2]),
        length: 40,
        source_port: 40_000,
        destination_port: 443,
        present: present::ETHERNET
            | present::IP
            | present::ADDRESSES
            | present::PROTOCOL
            | present::PORTS
            | present::TCP_FLAGS
            | present::WINDOW,
        header_length: frame.len() as u16,
        version: 4,
        protocol: 6,
        ttl: 63,
        tcp_flags: 2,
        tcp_window: 64_240,
        ip_id: 0x1234,
        ..Headers::EMPTY
    }
}

/// What is read of [`tcp6`] there.
fn carried6(macs: ([u8; 6], [u8; 6]), frame: &[u8]) -> Headers {
    let mut headers =
        Headers { ethertype: 0x86dd, length: 60, version: 6, ttl: 62, ip_id: 0, ..carried4(macs, frame) };
    let addresses = hex(&[INNER6]);
    headers.source_ip.copy_from_slice(&addresses[..16]);
    headers.destination_ip.copy_from_slice(&addresses[16..]);
    headers
}

/// Addresses of the outermost IP packet.
#[derive(Clone, Copy)]
enum Around {
    V4,
    V6,
    /// None carries another.
    Nothing,
}

/// Requires that a frame carries what has these headers, in these tunnels; the id of the innermost one is `id`.
#[track_caller]
fn carries(
    frame: &[u8],
    headers: Headers,
    levels: &[(TunnelKind, Option<u32>)],
    id: Option<u32>,
    around: Around,
) {
    let inside = inside(frame);
    assert_eq!(inside.headers, headers);
    assert_eq!(inside.tunnel.levels().collect::<Vec<_>>(), levels);
    assert_eq!(inside.tunnel.innermost_id(), id);
    assert_eq!(inside.is_tunnelled(), !levels.is_empty());
    let addresses = hex(&[OUTER6]);
    let (version, source, destination) = match around {
        Around::V4 => (4, ipv4([192, 0, 2, 1]), ipv4([192, 0, 2, 2])),
        Around::V6 => (6, addresses[..16].try_into().unwrap(), addresses[16..].try_into().unwrap()),
        Around::Nothing => (0, [0; 16], [0; 16]),
    };
    let tunnel = inside.tunnel;
    assert_eq!(
        (tunnel.outer_version, tunnel.outer_source, tunnel.outer_destination),
        (version, source, destination)
    );
    assert_eq!(tunnel.reserved, [0; 3]);
}

/// Requires that a frame is what it is without looking into it.
#[track_caller]
fn is_no_tunnel(frame: &[u8]) {
    carries(frame, ethernet(frame), &[], None, Around::Nothing);
}

/// Requires that a tunnel is recognised whose content is not read; its headers end at `end`.
#[track_caller]
fn is_not_entered(frame: &[u8], levels: &[(TunnelKind, Option<u32>)], id: Option<u32>, end: usize) {
    let headers = Headers { header_length: end as u16, ..ethernet(frame) };
    carries(frame, headers, levels, id, Around::Nothing);
}

/// A stack of `count` labels, 1000 on top.
fn labels(count: u32) -> Vec<u8> {
    (0..count)
        .flat_map(|n| ((1000 + n) << 12 | if n + 1 == count { 0x100 } else { 0 } | 64).to_be_bytes())
        .collect()
}
