//! Recipes for tunnels and labels.

use super::{
    link::{self, Frame},
    network::{self, Packet},
    pool, upper,
};
use crate::{
    dice::Dice,
    frame::{
        Arp, Ethernet, Geneve, Gre, Gtp, Mpls, Padding, Payload, Pppoe, Udp, Upper, Vxlan, ethertype,
        protocol, tunnel_port,
    },
};

/// Source ports of tunnels' datagrams: above all that mean a protocol.
const SOURCE_PORTS: &[u16] = &[32_768, 50_085, 65_535];

/// What a tunnel carries that takes IP packets only: packets in one another, with `depth` further tunnels.
fn packet(depth: usize, dice: &mut Dice) -> Packet {
    if depth == 0 { innermost(dice) } else { around(depth - 1, dice) }
}

/// Any sound packet that is no tunnel.
fn innermost(dice: &mut Dice) -> Packet {
    let packet = network::any(dice);
    let upper = match &packet {
        Packet::V4(packet) => &packet.payload,
        Packet::V6(packet) => &packet.payload,
    };
    if upper.protocol() == protocol::GRE { network::holding(upper::short, dice) } else { packet }
}

/// A packet that carries one with `depth` tunnels.
fn around(depth: usize, dice: &mut Dice) -> Packet {
    match dice.below(8) {
        0 => in_vxlan(depth, dice),
        1 => in_vxlan_gpe(depth, dice),
        2 => in_geneve(depth, dice),
        3 => in_gre(depth, dice),
        4 => in_nvgre(depth, dice),
        5 => in_gtp(depth, dice),
        6 => {
            let labels = labels(depth, dice);
            network::holding(|_, _| labels.into(), dice)
        }
        _ => in_ip(depth, dice),
    }
}

/// A datagram to `port` with these bytes, in a packet.
fn datagram(port: u16, bytes: &[u8], dice: &mut Dice) -> Packet {
    let source = dice.pick(SOURCE_PORTS);
    network::holding(|_, _| Udp::new(source, port, bytes).into(), dice)
}

fn number(bits: u32, dice: &mut Dice) -> u32 {
    let number = u32::from_be_bytes([dice.byte(), dice.byte(), dice.byte(), dice.byte()]);
    number >> (32 - bits)
}

/// A network identifier: of a filter, the smallest, the largest, any.
fn vni(dice: &mut Dice) -> u32 {
    let any = number(24, dice);
    dice.pick(&[0, 1, 5, 42, 0x00ff_ffff, any])
}

/// A label of those that do not mean something by themselves (RFC 3032, 2.1).
fn label(dice: &mut Dice) -> u32 {
    let any = number(20, dice).max(16);
    dice.pick(&[16, 1000, 1001, 0x000f_ffff, any])
}

/// A frame around a packet, as stations send it into a tunnel: not padded, tagged or not; or ARP.
fn frame(depth: usize, dice: &mut Dice) -> Ethernet {
    let payload: Payload = if depth == 0 && dice.one_in(5) {
        let (mac, sender, target) = (dice.pick(pool::MACS), dice.pick(pool::IPV4), dice.pick(pool::IPV4));
        Arp::request(mac, sender, target).into()
    } else {
        packet(depth, dice).into()
    };
    let tags = (0..dice.pick(&[0, 0, 0, 1, 2])).map(|_| link::tag(dice)).collect::<Vec<_>>();
    let padding = if dice.one_in(4) { Padding::Minimum } else { Padding::None };
    Ethernet { padding, ..link::ethernet(payload, dice) }.tagged(tags)
}

/// A packet or a frame, or labels, which are a tunnel by themselves.
fn anything(depth: usize, dice: &mut Dice) -> Payload {
    match dice.below(6) {
        0 if depth > 0 => labels(depth - 1, dice).into(),
        0..3 => frame(depth, dice).into(),
        _ => packet(depth, dice).into(),
    }
}

fn labels(depth: usize, dice: &mut Dice) -> Mpls {
    let carried = packet(depth, dice).bytes();
    Mpls { labels: stack(1, 4, dice), carried }
}

/// Labels, from `least` to `most` of them.
fn stack(least: usize, most: usize, dice: &mut Dice) -> Vec<u32> {
    (0..dice.between(least, most)).map(|_| label(dice)).collect()
}

fn in_vxlan(depth: usize, dice: &mut Dice) -> Packet {
    let port = dice.pick(&[tunnel_port::VXLAN, tunnel_port::VXLAN_LINUX]);
    let vxlan = Vxlan::new(vni(dice), frame(depth, dice));
    datagram(port, &vxlan.bytes(), dice)
}

fn in_vxlan_gpe(depth: usize, dice: &mut Dice) -> Packet {
    let carried = anything(depth, dice);
    let vxlan = Vxlan::generic(vni(dice), carried);
    datagram(tunnel_port::VXLAN_GPE, &vxlan.bytes(), dice)
}

fn in_geneve(depth: usize, dice: &mut Dice) -> Packet {
    let options = match dice.below(4) {
        0 => Geneve::option(0),
        1 => [Geneve::option(1), Geneve::option(3)].concat(),
        // All there is room for: 63 words.
        2 => [Geneve::option(31), Geneve::option(30)].concat(),
        _ => Vec::new(),
    };
    let geneve = Geneve { options, ..Geneve::new(vni(dice), anything(depth, dice)) };
    datagram(tunnel_port::GENEVE, &geneve.bytes(), dice)
}

fn in_gre(depth: usize, dice: &mut Dice) -> Packet {
    let carried = anything(depth, dice);
    let any = number(32, dice);
    let gre = Gre {
        with_checksum: dice.one_in(2),
        key: dice.one_in(2).then(|| dice.pick(&[0, 5, u32::MAX, any])),
        sequence: dice.one_in(2).then(|| number(32, dice)),
        ..Gre::new(carried)
    };
    network::holding(|_, _| gre.into(), dice)
}

fn in_nvgre(depth: usize, dice: &mut Dice) -> Packet {
    let gre = Gre::nvgre(vni(dice), dice.byte(), frame(depth, dice));
    network::holding(|_, _| gre.into(), dice)
}

fn in_gtp(depth: usize, dice: &mut Dice) -> Packet {
    /// A PDU session container, its shortest form (3GPP TS 38.415).
    const SESSION: (u8, &[u8]) = (0x85, &[0x00, 0x09]);
    /// A PDCP PDU number (3GPP TS 29.281, 5.2.2.2).
    const PDCP: (u8, &[u8]) = (0xc0, &[0x12, 0x34]);
    let extensions = match dice.below(4) {
        0 => vec![SESSION],
        1 => vec![PDCP, SESSION],
        _ => Vec::new(),
    };
    let gtp = Gtp {
        sequence: dice.one_in(3).then(|| number(16, dice) as u16),
        pdu: dice.one_in(6).then(|| dice.byte()),
        extensions: extensions.into_iter().map(|(kind, content)| (kind, content.to_vec())).collect(),
        ..Gtp::new(number(32, dice), &packet(depth, dice).bytes())
    };
    datagram(tunnel_port::GTP, &gtp.bytes(), dice)
}

fn in_ip(depth: usize, dice: &mut Dice) -> Packet {
    let inner = match packet(depth, dice) {
        Packet::V4(packet) => Upper::from(packet),
        Packet::V6(packet) => Upper::from(packet),
    };
    network::holding(|_, _| inner, dice)
}

fn on_any_link(recipe: impl FnOnce(usize, &mut Dice) -> Packet, dice: &mut Dice) -> Frame {
    let packet = recipe(0, dice);
    Frame::of(packet, dice)
}

pub(super) fn vxlan(dice: &mut Dice) -> Frame {
    on_any_link(in_vxlan, dice)
}

pub(super) fn vxlan_gpe(dice: &mut Dice) -> Frame {
    on_any_link(in_vxlan_gpe, dice)
}

pub(super) fn geneve(dice: &mut Dice) -> Frame {
    on_any_link(in_geneve, dice)
}

pub(super) fn gre(dice: &mut Dice) -> Frame {
    on_any_link(in_gre, dice)
}

pub(super) fn nvgre(dice: &mut Dice) -> Frame {
    on_any_link(in_nvgre, dice)
}

pub(super) fn gtp(dice: &mut Dice) -> Frame {
    on_any_link(in_gtp, dice)
}

pub(super) fn erspan(dice: &mut Dice) -> Frame {
    let (frame, session, sequence) = (frame(0, dice), number(10, dice) as u16, number(32, dice));
    let gre = match dice.below(4) {
        0 => Gre::erspan1(&frame),
        1 => Gre::erspan2(sequence, session, &frame),
        2 => Gre::erspan3(sequence, session, false, &frame),
        _ => Gre::erspan3(sequence, session, true, &frame),
    };
    let packet = network::holding(|_, _| gre.into(), dice);
    Frame::of(packet, dice)
}

pub(super) fn pptp(dice: &mut Dice) -> Frame {
    let acknowledgment = dice.one_in(2).then(|| number(32, dice));
    let call = number(16, dice) as u16;
    let gre = if acknowledgment.is_some() && dice.one_in(4) {
        // An acknowledgment alone.
        let nothing = Payload::Other { ethertype: ethertype::PPP, bytes: Vec::new() };
        Gre { key: Some(call.into()), version: 1, acknowledgment, ..Gre::new(nothing) }
    } else {
        let sequence = number(32, dice);
        Gre { acknowledgment, ..Gre::pptp(call, sequence, network::any(dice)) }
    };
    let packet = network::holding(|_, _| gre.into(), dice);
    Frame::of(packet, dice)
}

pub(super) fn mpls(dice: &mut Dice) -> Frame {
    let carried = network::any(dice).bytes();
    let stack = Mpls { labels: stack(1, 8, dice), carried };
    if dice.one_in(4) {
        let packet = network::holding(|_, _| stack.into(), dice);
        return Frame::of(packet, dice);
    }
    Frame::tagged(stack, dice)
}

pub(super) fn pseudowire(dice: &mut Dice) -> Frame {
    let frame = frame(0, dice);
    Frame::tagged(Mpls::pseudowire(stack(1, 3, dice), &frame), dice)
}

pub(super) fn too_many_labels(dice: &mut Dice) -> Frame {
    let carried = network::any(dice).bytes();
    Frame::tagged(Mpls { labels: stack(9, 12, dice), carried }, dice)
}

pub(super) fn pppoe(dice: &mut Dice) -> Frame {
    let session = number(16, dice) as u16;
    let carried: Payload = match dice.below(6) {
        0 => labels(0, dice).into(),
        _ => network::any(dice).into(),
    };
    Frame::tagged(Pppoe::new(session, carried), dice)
}

pub(super) fn pppoe_other(dice: &mut Dice) -> Frame {
    if dice.one_in(2) {
        return Frame::tagged(Pppoe::discovery(), dice);
    }
    // Link control: an echo request.
    let bytes = [&[0xc0, 0x21], [9, 1, 0, 8, 1, 2, 3, 4].as_slice()].concat();
    let head = [&[0x11, 0, 0, dice.byte()], (bytes.len() as u16).to_be_bytes().as_slice()].concat();
    Frame::tagged(Payload::Other { ethertype: ethertype::PPPOE, bytes: [head, bytes].concat() }, dice)
}

pub(super) fn gtp_signal(dice: &mut Dice) -> Frame {
    let gtp = Gtp { message: dice.pick(&[1, 2, 26, 254]), ..Gtp::echo(number(16, dice) as u16) };
    let packet = datagram(tunnel_port::GTP, &gtp.bytes(), dice);
    Frame::of(packet, dice)
}

/// Two or three tunnels in one another, on Ethernet also labels or a session around them.
pub(super) fn nested(dice: &mut Dice) -> Frame {
    match dice.below(4) {
        0 => {
            let depth = dice.between(1, 2);
            let stack = labels(depth, dice);
            Frame::tagged(stack, dice)
        }
        1 => {
            let (session, depth) = (number(16, dice) as u16, dice.between(1, 2));
            let packet = packet(depth, dice);
            Frame::tagged(Pppoe::new(session, packet), dice)
        }
        _ => {
            let depth = dice.between(1, 2);
            on_any_link(|_, dice| around(depth, dice), dice)
        }
    }
}

pub(super) fn too_many_tunnels(dice: &mut Dice) -> Frame {
    let depth = dice.between(3, 4);
    on_any_link(|_, dice| around(depth, dice), dice)
}

/// A fragment that carries a piece of a tunnel, or a tunnel that carries a fragment.
pub(super) fn tunnel_fragment(dice: &mut Dice) -> Frame {
    let n = dice.below(2);
    if dice.one_in(2) {
        let packets = network::fragments(around(0, dice), 64, dice);
        let n = n.min(packets.len() - 1);
        return network::nth(packets, n, dice);
    }
    let packet = network::holding(upper::large, dice);
    let pieces = network::fragments(packet, 64, dice);
    let Some(piece) = pieces.into_iter().nth(n) else { return gre(dice) };
    let gre = Gre::new(piece);
    let packet = network::holding(|_, _| gre.into(), dice);
    Frame::of(packet, dice)
}

/// A datagram to a tunnel's port that does not begin as the tunnel does.
pub(super) fn port_alone(dice: &mut Dice) -> Frame {
    let (port, bytes) = match dice.below(4) {
        0 => (tunnel_port::VXLAN, Vxlan { flags: Some(0), ..Vxlan::new(1, frame(0, dice)) }.bytes()),
        1 => {
            let packet = network::any(dice);
            (tunnel_port::VXLAN_GPE, Vxlan { flags: Some(0x04), ..Vxlan::generic(1, packet) }.bytes())
        }
        2 => (tunnel_port::GENEVE, Geneve { version: 1, ..Geneve::new(1, network::any(dice)) }.bytes()),
        _ => {
            let packet = network::any(dice).bytes();
            (tunnel_port::GTP, Gtp { version: dice.pick(&[1, 2, 5]), ..Gtp::new(1, &packet) }.bytes())
        }
    };
    let packet = datagram(port, &bytes, dice);
    Frame::of(packet, dice)
}

/// A tunnel of any kind.
fn intact(dice: &mut Dice) -> Frame {
    match dice.below(8) {
        0 => mpls(dice),
        1 => pppoe(dice),
        2 => erspan(dice),
        3 => pptp(dice),
        4 => nested(dice),
        _ => on_any_link(around, dice),
    }
}

pub(super) fn tunnel_cut(dice: &mut Dice) -> Frame {
    let mut frame = intact(dice);
    let length = dice.below(frame.bytes.len());
    frame.bytes.truncate(length);
    frame
}

pub(super) fn tunnel_altered(dice: &mut Dice) -> Frame {
    // Where the tunnel's header and the next ones are.
    const FROM: usize = 20;
    const REACH: usize = 120;
    let mut frame = intact(dice);
    for _ in 0..dice.between(1, 3) {
        let end = frame.bytes.len().clamp(FROM + 1, REACH);
        let at = dice.between(FROM, end - 1);
        if let Some(byte) = frame.bytes.get_mut(at) {
            *byte = if dice.one_in(2) { dice.byte() } else { *byte ^ 1 << dice.below(8) };
        }
    }
    frame
}
