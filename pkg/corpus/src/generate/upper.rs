//! Recipes for the upper layers.

use super::{
    link::Frame,
    network::{self, Version},
    pool,
};
use crate::{
    dice::Dice,
    frame::{Dccp, Icmp, Sctp, Tcp, Udp, Upper, ethertype, protocol},
    named,
};

/// Data at most in a generated packet, where the recipe does not want more.
const DATA: usize = 100;

/// A packet of either version on any link.
fn carried(dice: &mut Dice, upper: impl FnOnce(Version, &mut Dice) -> Upper) -> Frame {
    let packet = network::holding(upper, dice);
    Frame::of(packet, dice)
}

/// Any sound upper layer.
pub(super) fn any(version: Version, dice: &mut Dice) -> Upper {
    match dice.below(8) {
        0 | 1 => segment(dice).into(),
        2 | 3 => datagram(dice).into(),
        4 => association(dice).into(),
        5 | 6 => query(version, dice),
        _ => other(version, dice),
    }
}

/// A sound upper layer with little or no data, so that its packet makes a frame that has to be padded.
pub(super) fn short(version: Version, dice: &mut Dice) -> Upper {
    match dice.below(3) {
        0 => Tcp { payload: Vec::new(), ..segment(dice) }.into(),
        1 => Udp { payload: dice.bytes(4), ..datagram(dice) }.into(),
        _ => query(version, dice),
    }
}

/// A sound upper layer of more than 128 bytes.
pub(super) fn large(version: Version, dice: &mut Dice) -> Upper {
    let length = dice.between(150, 400);
    let payload = dice.exactly(length);
    if dice.one_in(3) {
        let query = Icmp::new(echo(version, dice.one_in(2)), 0, 1, &payload);
        return icmp(version, query);
    }
    with_payload(payload, dice)
}

/// TCP, UDP or SCTP with this data.
pub(super) fn with_payload(payload: Vec<u8>, dice: &mut Dice) -> Upper {
    match dice.below(3) {
        0 => Udp { payload, ..datagram(dice) }.into(),
        1 => {
            let length = u16::try_from(payload.len() + 16).unwrap_or(u16::MAX).to_be_bytes();
            // One DATA chunk: type, flags (whole message), length, numbers, protocol.
            let head = [&[0, 3], length.as_slice(), &[0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]].concat();
            let mut chunks = [head, payload].concat();
            chunks.resize(chunks.len().next_multiple_of(4), 0);
            Sctp { chunks, ..association(dice) }.into()
        }
        _ => Tcp { payload, ..segment(dice) }.into(),
    }
}

fn segment(dice: &mut Dice) -> Tcp {
    let flags = dice.pick(pool::TCP_FLAGS);
    Tcp { payload: dice.bytes(DATA), ..Tcp::new(dice.pick(pool::PORTS), dice.pick(pool::PORTS), flags) }
}

fn datagram(dice: &mut Dice) -> Udp {
    Udp::new(dice.pick(pool::PORTS), dice.pick(pool::PORTS), dice.bytes(DATA))
}

fn association(dice: &mut Dice) -> Sctp {
    Sctp::new(dice.pick(pool::PORTS), dice.pick(pool::PORTS))
}

fn icmp(version: Version, message: Icmp) -> Upper {
    match version {
        Version::V4 => Upper::Icmp(message),
        Version::V6 => Upper::Icmpv6(message),
    }
}

const fn echo(version: Version, reply: bool) -> u8 {
    match (version, reply) {
        (Version::V4, false) => 8,
        (Version::V4, true) => 0,
        (Version::V6, false) => 128,
        (Version::V6, true) => 129,
    }
}

/// An ICMP message that quotes nothing.
fn query(version: Version, dice: &mut Dice) -> Upper {
    let echo = echo(version, dice.one_in(2));
    let (kind, code) = match version {
        // Beside echo: router solicitation, and a type that nobody has; with a code, to tell it from the type.
        Version::V4 => dice.pick(&[(echo, 0), (echo, 0), (10, 0), (254, 7)]),
        Version::V6 => dice.pick(&[(echo, 0), (echo, 0), (133, 0), (200, 7)]),
    };
    let data = if kind == echo { dice.bytes(DATA) } else { Vec::new() };
    icmp(version, Icmp::new(kind, code, u32::from(dice.byte()) << 16 | 1, &data))
}

fn other(version: Version, dice: &mut Dice) -> Upper {
    let protocol = match dice.below(4) {
        0 => return Upper::gre(ethertype::EXPERIMENTAL, &dice.bytes(DATA)),
        1 => return Upper::esp(0x1000, 1, &dice.exactly(40)),
        2 if version == Version::V4 => return Upper::igmp(dice.pick(pool::IPV4)),
        _ => dice.pick(&[protocol::OSPF, protocol::PIM, protocol::VRRP, protocol::EXPERIMENTAL, 255]),
    };
    Upper::Other { protocol, bytes: dice.bytes(DATA) }
}

pub(super) fn ssdp(dice: &mut Dice) -> Frame {
    Frame::from(if dice.one_in(2) { named::ssdp() } else { named::ssdp_in_vlan() })
}

pub(super) fn tcp(dice: &mut Dice) -> Frame {
    carried(dice, |_, dice| segment(dice).into())
}

pub(super) fn tcp_options(dice: &mut Dice) -> Frame {
    const MSS: &[u8] = &[2, 4, 5, 0xb4];
    const USUAL: &[u8] = &[2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7];
    const TIMESTAMP: &[u8] = &[1, 1, 8, 10, 0, 0, 0, 2, 0, 0, 0, 1];
    const LONGEST: &[u8] = &[1; 40];
    let options = dice.pick(&[MSS, USUAL, TIMESTAMP, LONGEST]).to_vec();
    carried(dice, |_, dice| Tcp { options, ..segment(dice) }.into())
}

pub(super) fn tcp_offset(dice: &mut Dice) -> Frame {
    // Below 5 there is no header; above, data is taken for options, or the packet is too short.
    let offset = dice.pick(&[0, 1, 2, 3, 4, 6, 7, 10, 15]);
    carried(dice, |_, dice| {
        let payload = dice.bytes(40);
        Tcp { data_offset: Some(offset), payload, ..segment(dice) }.into()
    })
}

pub(super) fn udp(dice: &mut Dice) -> Frame {
    carried(dice, |_, dice| datagram(dice).into())
}

pub(super) fn udp_length(dice: &mut Dice) -> Frame {
    carried(dice, |_, dice| {
        let datagram = datagram(dice);
        let length = 8 + datagram.payload.len();
        let length = match dice.below(5) {
            0 => 0,
            1 => dice.between(1, 7),
            2 => length + dice.between(1, 100),
            3 => 65_535,
            // Less than there is, which is allowed.
            _ => dice.between(8, length),
        };
        Udp { length: Some(length as u16), ..datagram }.into()
    })
}

pub(super) fn sctp(dice: &mut Dice) -> Frame {
    carried(dice, |_, dice| association(dice).into())
}

pub(super) fn icmp_query(dice: &mut Dice) -> Frame {
    carried(dice, query)
}

pub(super) fn icmp_error(dice: &mut Dice) -> Frame {
    let (unreachable, exceeded) = (dice.below(16), dice.below(2));
    carried(dice, |version, dice| {
        let (kind, code) = match version {
            Version::V4 => dice.pick(&[(3, unreachable as u8), (11, exceeded as u8)]),
            Version::V6 => dice.pick(&[(1, unreachable as u8 & 7), (2, 0), (3, exceeded as u8)]),
        };
        let quoted = network::any_of(version, dice).bytes();
        icmp(version, Icmp::new(kind, code, 0, &quoted))
    })
}

pub(super) fn udp_lite(dice: &mut Dice) -> Frame {
    carried(dice, |_, dice| Upper::UdpLite(datagram(dice)))
}

pub(super) fn dccp(dice: &mut Dice) -> Frame {
    carried(dice, |_, dice| {
        let (source, destination) = (dice.pick(pool::PORTS), dice.pick(pool::PORTS));
        let packet = Dccp::new(source, destination, dice.one_in(2));
        Dccp { payload: dice.bytes(DATA), ..packet }.into()
    })
}

pub(super) fn other_protocol(dice: &mut Dice) -> Frame {
    carried(dice, other)
}
