//! Recipes for the link layer.

use super::{
    network::{self, Packet},
    pool, upper,
};
use crate::{
    LinkType,
    dice::Dice,
    frame::{Arp, Ethernet, Ipv4, Ipv6, Padding, Payload, Tag, Tpid, ethertype},
};

/// A finished frame.
pub(super) struct Frame {
    pub(super) link: LinkType,
    pub(super) bytes: Vec<u8>,
}

impl Frame {
    /// A packet on any link.
    pub(super) fn of(packet: Packet, dice: &mut Dice) -> Self {
        if dice.one_in(6) { Self::raw(packet.bytes()) } else { Self::tagged(packet, dice) }
    }

    /// A payload on Ethernet with up to two VLAN tags.
    pub(super) fn tagged(payload: impl Into<Payload>, dice: &mut Dice) -> Self {
        let tags = match dice.below(8) {
            0 | 1 => vec![tag(dice)],
            2 => vec![tag(dice), tag(dice)],
            _ => Vec::new(),
        };
        let padding = match dice.below(4) {
            0 => Padding::None,
            1 => Padding::Bytes(dice.bytes(60)),
            _ => Padding::Minimum,
        };
        let frame = Ethernet { padding, ..ethernet(payload, dice) };
        Self::from(frame.tagged(tags))
    }

    fn raw(bytes: Vec<u8>) -> Self {
        Self { link: LinkType::RawIp, bytes }
    }
}

impl From<Ethernet> for Frame {
    fn from(frame: Ethernet) -> Self {
        Self { link: LinkType::Ethernet, bytes: frame.bytes() }
    }
}

impl From<Packet> for Payload {
    fn from(packet: Packet) -> Self {
        match packet {
            Packet::V4(packet) => packet.into(),
            Packet::V6(packet) => packet.into(),
        }
    }
}

/// An untagged frame between any addresses.
pub(super) fn ethernet(payload: impl Into<Payload>, dice: &mut Dice) -> Ethernet {
    let group = dice.one_in(4);
    let destination = dice.pick(if group { pool::GROUP_MACS } else { pool::MACS });
    Ethernet::new(dice.pick(pool::MACS), destination, payload)
}

pub(super) fn tag(dice: &mut Dice) -> Tag {
    let tpid = match dice.below(4) {
        0 => Tpid::Service,
        1 => Tpid::OldStacked,
        _ => Tpid::Customer,
    };
    let priority = if dice.one_in(4) { u16::from(dice.byte()) << 8 & 0xf000 } else { 0 };
    Tag { tpid, control: priority | dice.pick(pool::VLANS) }
}

pub(super) fn arp(dice: &mut Dice) -> Frame {
    let sender = (dice.pick(pool::MACS), dice.pick(pool::IPV4));
    let target = (dice.pick(pool::MACS), dice.pick(pool::IPV4));
    let packet = if dice.one_in(2) {
        Arp::request(sender.0, sender.1, target.1)
    } else {
        Arp::reply(sender.0, sender.1, target.0, target.1)
    };
    Frame::tagged(packet, dice)
}

pub(super) fn arp_other(dice: &mut Dice) -> Frame {
    const FIREWIRE: (u16, usize) = (24, 8);
    const INFINIBAND: (u16, usize) = (32, 20);
    const NO_ADDRESSES: (u16, usize) = (65_535, 0);
    const APPLETALK: u16 = 0x809b;
    let (hardware, size) = dice.pick(&[FIREWIRE, INFINIBAND, NO_ADDRESSES, (1, 6)]);
    let (protocol, protocol_size) = match dice.below(4) {
        0 => (APPLETALK, 4),
        1 => (ethertype::IPV4, 16),
        _ => (ethertype::IPV4, 4),
    };
    let mut side = || (dice.exactly(size), dice.exactly(protocol_size));
    let (sender, target) = (side(), side());
    let packet = Arp { hardware, protocol, sender, target, ..Arp::request([0; 6], [0; 4], [0; 4]) };
    Frame::tagged(packet, dice)
}

pub(super) fn other_type(dice: &mut Dice) -> Frame {
    use ethertype::{EAPOL, EXPERIMENTAL, LLDP, MPLS, PPPOE, WAKE_ON_LAN};
    let ethertype = dice.pick(&[EAPOL, EXPERIMENTAL, LLDP, MPLS, PPPOE, WAKE_ON_LAN, 0x0600, 0xffff]);
    let bytes = dice.bytes(80);
    Frame::tagged(Payload::Other { ethertype, bytes }, dice)
}

pub(super) fn length_field(dice: &mut Dice) -> Frame {
    /// Logical link control in front of a spanning tree message.
    const SPANNING_TREE: [u8; 3] = [0x42, 0x42, 0x03];
    /// And in front of a protocol with a type after all (SNAP).
    const SNAP: [u8; 8] = [0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00, 0x88, 0xb5];
    let start = if dice.one_in(2) { SPANNING_TREE.as_slice() } else { &SNAP };
    let body = match dice.below(8) {
        0 => Vec::new(),
        1 => dice.exactly(1500 - start.len()),
        _ => dice.bytes(100),
    };
    let payload = if body.is_empty() { body } else { [start, &body].concat() };
    Frame::tagged(Payload::Length(payload), dice)
}

pub(super) fn undefined_type(dice: &mut Dice) -> Frame {
    let ethertype = dice.pick(&[1501, 1502, 1518, 1535]);
    let bytes = dice.bytes(80);
    Frame::tagged(Payload::Other { ethertype, bytes }, dice)
}

pub(super) fn three_tags(dice: &mut Dice) -> Frame {
    let tags: Vec<Tag> = (0..dice.between(3, 5)).map(|_| tag(dice)).collect();
    let packet = network::any(dice);
    Frame::from(ethernet(packet, dice).tagged(tags))
}

pub(super) fn raw_neither(dice: &mut Dice) -> Frame {
    let version = dice.pick(&[1, 2, 3, 5, 7, 8, 10, 14]);
    let mut bytes = network::any(dice).bytes();
    if let Some(first) = bytes.first_mut() {
        *first = version << 4 | *first & 0x0f;
    }
    Frame::raw(bytes)
}

pub(super) fn wrong_version(dice: &mut Dice) -> Frame {
    let packet = match network::any(dice) {
        Packet::V4(packet) => Packet::V4(Ipv4 { version: Some(dice.pick(&[0, 5, 6, 15])), ..packet }),
        Packet::V6(packet) => Packet::V6(Ipv6 { version: Some(dice.pick(&[0, 4, 7, 15])), ..packet }),
    };
    Frame::tagged(packet, dice)
}

pub(super) fn padded(dice: &mut Dice) -> Frame {
    let packet = network::holding(upper::short, dice);
    // What a careless parser would take for the packet's own: another packet.
    let padding = Padding::Bytes(network::any(dice).bytes());
    Frame::from(Ethernet { padding, ..ethernet(packet, dice) })
}

/// A frame of the kinds worth damaging.
fn intact(dice: &mut Dice) -> Frame {
    match dice.below(6) {
        0 => arp(dice),
        1 => network::extensions(dice),
        2 => network::options(dice),
        _ => {
            let packet = network::any(dice);
            Frame::of(packet, dice)
        }
    }
}

pub(super) fn cut(dice: &mut Dice) -> Frame {
    let mut frame = intact(dice);
    let length = dice.below(frame.bytes.len());
    frame.bytes.truncate(length);
    frame
}

pub(super) fn altered(dice: &mut Dice) -> Frame {
    // Where the headers are, not the data.
    const REACH: usize = 80;
    let mut frame = intact(dice);
    for _ in 0..dice.between(1, 3) {
        let at = dice.below(frame.bytes.len().min(REACH));
        if let Some(byte) = frame.bytes.get_mut(at) {
            *byte = if dice.one_in(2) { dice.byte() } else { *byte ^ 1 << dice.below(8) };
        }
    }
    frame
}
