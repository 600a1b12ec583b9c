//! Recipes for the network layer.

use super::{link::Frame, pool, upper};
use crate::{
    dice::Dice,
    frame::{Extension, Ipv4, Ipv6, Sctp, Tcp, Upper, protocol},
};

/// An IP version.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    V4,
    V6,
}

/// A packet of either version.
pub(super) enum Packet {
    V4(Ipv4),
    V6(Ipv6),
}

impl Packet {
    pub(super) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::V4(packet) => packet.bytes(),
            Self::V6(packet) => packet.bytes(),
        }
    }
}

/// A sound packet of either version with what `upper` makes for it.
pub(super) fn holding(upper: impl FnOnce(Version, &mut Dice) -> Upper, dice: &mut Dice) -> Packet {
    let version = if dice.one_in(2) { Version::V4 } else { Version::V6 };
    let upper = upper(version, dice);
    match version {
        Version::V4 => Packet::V4(ipv4(upper, dice)),
        Version::V6 => Packet::V6(ipv6(upper, dice)),
    }
}

/// Any sound packet.
pub(super) fn any(dice: &mut Dice) -> Packet {
    holding(upper::any, dice)
}

/// Any sound packet of this version.
pub(super) fn any_of(version: Version, dice: &mut Dice) -> Packet {
    match version {
        Version::V4 => Packet::V4(any_ipv4(dice)),
        Version::V6 => Packet::V6(any_ipv6(dice)),
    }
}

fn ipv4(upper: impl Into<Upper>, dice: &mut Dice) -> Ipv4 {
    Ipv4 {
        dscp: dice.pick(pool::DSCPS),
        ecn: dice.byte() & 3,
        ttl: dice.pick(pool::TTLS),
        identification: u16::from_be_bytes([dice.byte(), dice.byte()]),
        dont_fragment: dice.one_in(2),
        ..Ipv4::new(dice.pick(pool::IPV4), dice.pick(pool::IPV4), upper)
    }
}

fn ipv6(upper: impl Into<Upper>, dice: &mut Dice) -> Ipv6 {
    Ipv6 {
        dscp: dice.pick(pool::DSCPS),
        ecn: dice.byte() & 3,
        flow_label: u32::from_be_bytes([0, dice.byte() & 0x0f, dice.byte(), dice.byte()]),
        hop_limit: dice.pick(pool::TTLS),
        ..Ipv6::new(dice.pick(pool::IPV6), dice.pick(pool::IPV6), upper)
    }
}

/// A sound IPv4 packet.
fn any_ipv4(dice: &mut Dice) -> Ipv4 {
    let upper = upper::any(Version::V4, dice);
    ipv4(upper, dice)
}

/// A sound IPv6 packet.
fn any_ipv6(dice: &mut Dice) -> Ipv6 {
    let upper = upper::any(Version::V6, dice);
    ipv6(upper, dice)
}

pub(super) fn options(dice: &mut Dice) -> Frame {
    const ROUTER_ALERT: &[u8] = &[148, 4, 0, 0];
    const NOTHING: &[u8] = &[1];
    const RECORD_ROUTE: &[u8] = &[7, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0];
    // All there is room for: 40 bytes.
    const LONGEST: &[u8] = &[1; 40];
    let options = dice.pick(&[ROUTER_ALERT, NOTHING, RECORD_ROUTE, LONGEST]).to_vec();
    let packet = Ipv4 { options, ..any_ipv4(dice) };
    Frame::of(Packet::V4(packet), dice)
}

pub(super) fn header_length(dice: &mut Dice) -> Frame {
    // Below 5 there is no header; above, bytes of the upper layer are taken for options.
    let words = dice.pick(&[0, 1, 2, 3, 4, 6, 7, 8, 12, 15]);
    let packet = Ipv4 { header_words: Some(words), ..any_ipv4(dice) };
    Frame::of(Packet::V4(packet), dice)
}

pub(super) fn total_length(dice: &mut Dice) -> Frame {
    let packet = any_ipv4(dice);
    let total = packet.bytes().len();
    let total = match dice.below(8) {
        0 => 0,
        1 => dice.between(1, 19),
        2 => total + dice.between(1, 100),
        3 => 65_535,
        // Inside or at the edge of the upper layer's header, if it has one.
        _ => dice.between(20, total.min(44)),
    };
    let packet = Ipv4 { total_length: Some(total as u16), ..packet };
    Frame::of(Packet::V4(packet), dice)
}

pub(super) fn payload_length(dice: &mut Dice) -> Frame {
    let packet = any_ipv6(dice);
    let length = packet.bytes().len() - 40;
    let length = match dice.below(8) {
        0 => 0,
        1 => length + dice.between(1, 100),
        2 => 65_535,
        _ => dice.between(1, length.clamp(1, 24)),
    };
    let packet = Ipv6 { payload_length: Some(length as u16), ..packet };
    Frame::of(Packet::V6(packet), dice)
}

/// A routing type that nobody knows more about (RFC 3692).
const EXPERIMENTAL_ROUTING: u8 = 253;

/// A sound extension header other than a fragment header.
fn extension(dice: &mut Dice) -> Extension {
    const ROUTER_ALERT: &[u8] = &[5, 2, 0, 0];
    const EXPERIMENTAL_OPTION: &[u8] = &[0x1e, 6, 1, 2, 3, 4, 5, 6];
    match dice.below(4) {
        0 => Extension::HopByHop(ROUTER_ALERT.to_vec()),
        1 => {
            let length = dice.between(0, 3) * 8;
            Extension::Routing { kind: EXPERIMENTAL_ROUTING, data: dice.exactly(length) }
        }
        2 => {
            let length = dice.pick(&[4, 12, 20]);
            Extension::Authentication(dice.exactly(length))
        }
        _ => Extension::DestinationOptions(dice.pick(&[EXPERIMENTAL_OPTION, &[]]).to_vec()),
    }
}

fn chain(length: usize, dice: &mut Dice) -> Vec<Extension> {
    (0..length).map(|_| extension(dice)).collect()
}

pub(super) fn extensions(dice: &mut Dice) -> Frame {
    let length = dice.between(1, 8);
    let packet = Ipv6 { extensions: chain(length, dice), ..any_ipv6(dice) };
    Frame::of(Packet::V6(packet), dice)
}

pub(super) fn too_many_extensions(dice: &mut Dice) -> Frame {
    let length = dice.between(9, 12);
    let packet = Ipv6 { extensions: chain(length, dice), ..any_ipv6(dice) };
    Frame::of(Packet::V6(packet), dice)
}

pub(super) fn extension_length(dice: &mut Dice) -> Frame {
    const HOP_BY_HOP: u8 = 0;
    const ROUTING: u8 = 43;
    const AUTHENTICATION: u8 = 51;
    const DESTINATION_OPTIONS: u8 = 60;
    // An authentication header of the smallest size is shorter than its own fixed part.
    let protocol = dice.pick(&[HOP_BY_HOP, ROUTING, AUTHENTICATION, DESTINATION_OPTIONS]);
    let units = dice.pick(if protocol == AUTHENTICATION { &[0, 80, 255] } else { &[0, 40, 255] });
    let rest = match protocol {
        // A router alert that claims to have 200 bytes.
        HOP_BY_HOP | DESTINATION_OPTIONS => vec![5, 200, 0, 0, 1, 0],
        _ => vec![EXPERIMENTAL_ROUTING, 0, 0, 0, 0, 0],
    };
    let length = dice.between(0, 3);
    let mut extensions = chain(length, dice);
    extensions.push(Extension::Raw { protocol, bytes: [vec![units], rest].concat() });
    let packet = Ipv6 { extensions, ..ipv6(upper::short(Version::V6, dice), dice) };
    Frame::of(Packet::V6(packet), dice)
}

pub(super) fn no_next_header(dice: &mut Dice) -> Frame {
    // What follows all the same is to be ignored (RFC 8200, 4.7).
    let bytes = if dice.one_in(2) { Vec::new() } else { dice.bytes(40) };
    let upper = Upper::Other { protocol: protocol::NO_NEXT_HEADER, bytes };
    let length = dice.between(0, 3);
    let packet = Ipv6 { extensions: chain(length, dice), ..ipv6(upper, dice) };
    Frame::of(Packet::V6(packet), dice)
}

/// A packet in fragments of `size` bytes.
pub(super) fn fragments(packet: Packet, size: usize, dice: &mut Dice) -> Vec<Packet> {
    let identification = u32::from_be_bytes([dice.byte(), dice.byte(), dice.byte(), dice.byte()]);
    let size = size as u16;
    match packet {
        Packet::V4(packet) => packet.fragments(size).into_iter().map(Packet::V4).collect(),
        Packet::V6(packet) => {
            let length = dice.between(0, 2);
            let packet = Ipv6 { extensions: chain(length, dice), ..packet };
            packet.fragments(size, identification).into_iter().map(Packet::V6).collect()
        }
    }
}

/// A packet large enough for three fragments of 64 bytes.
fn large(dice: &mut Dice) -> Packet {
    holding(upper::large, dice)
}

/// The frame of the `n`th packet. There always is one: the lists come from packets that are large enough.
pub(super) fn nth(packets: Vec<Packet>, n: usize, dice: &mut Dice) -> Frame {
    match packets.into_iter().nth(n) {
        Some(packet) => Frame::of(packet, dice),
        None => extensions(dice),
    }
}

pub(super) fn first_fragment(dice: &mut Dice) -> Frame {
    let packets = fragments(large(dice), 64, dice);
    nth(packets, 0, dice)
}

pub(super) fn later_fragment(dice: &mut Dice) -> Frame {
    let packets = fragments(large(dice), 64, dice);
    let last = packets.len() - 1;
    let n = if dice.one_in(2) { last } else { dice.between(1, last) };
    nth(packets, n, dice)
}

pub(super) fn tiny_fragment(dice: &mut Dice) -> Frame {
    let (source, destination) = (dice.pick(pool::PORTS), dice.pick(pool::PORTS));
    let sctp = dice.one_in(3);
    let upper = |_, dice: &mut Dice| -> Upper {
        if sctp {
            Sctp::new(source, destination).into()
        } else {
            let options = vec![1; 40];
            Tcp { options, ..Tcp::new(source, destination, dice.pick(pool::TCP_FLAGS)) }.into()
        }
    };
    let packet = holding(upper, dice);
    let size = if sctp { 8 } else { dice.pick(&[8, 16, 24, 40]) };
    let packets = fragments(packet, size, dice);
    nth(packets, 0, dice)
}

pub(super) fn atomic_fragment(dice: &mut Dice) -> Frame {
    let mut extensions = chain(dice.below(3), dice);
    extensions.push(Extension::Fragment { offset: 0, more: false, identification: 1 });
    let packet = Ipv6 { extensions, ..any_ipv6(dice) };
    Frame::of(Packet::V6(packet), dice)
}

pub(super) fn tunnel(dice: &mut Dice) -> Frame {
    let inner = match any(dice) {
        Packet::V4(packet) => Upper::from(packet),
        Packet::V6(packet) => Upper::from(packet),
    };
    let packet = holding(|_, _| inner, dice);
    Frame::of(packet, dice)
}

pub(super) fn huge(dice: &mut Dice) -> Frame {
    let payload = vec![0; dice.between(65_536, 70_000)];
    let packet = holding(|_, dice| upper::with_payload(payload, dice), dice);
    Frame::of(packet, dice)
}
