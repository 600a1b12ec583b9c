//! The way from a packet to the innermost one, a header a turn.

use bytemuck::{Pod, Zeroable};

use super::{
    carrier::{self, Carrier, Next},
    kind::{Tunnel, TunnelKind},
};
use crate::{
    frame::Frame,
    headers::{Headers, Malformed, present},
    parse::{Layers, Network, Payload, Stopped, ethernet, network as network_layer, reached},
    wire::Tag,
};

/// Labels of one MPLS stack that are followed.
pub const MAX_LABELS: u32 = 8;
/// Headers that are looked at behind those of the outermost packet.
pub const TURNS: u32 = 64;
/// Where the innermost packet may start at most, bytes from the start of the frame: what follows it has to fit the offsets
/// that a kernel program can take.
pub const MAX_START: u32 = 0x3f00;

/// What a packet carries, as far as it has been followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C, align(8))]
pub struct Inside {
    /// Of the innermost packet that was reached.
    pub headers: Headers,
    /// Of the same.
    pub layers: Layers,
    /// The tunnels on the way to it.
    pub tunnel: Tunnel,
    /// The header to look at next, a [`Next`].
    next: u32,
    /// Where it starts.
    at: u32,
    /// Where what is carried ends.
    end: u32,
    /// Labels of the stack at hand so far.
    labels: u32,
    /// Keeps the size a multiple of eight; always 0.
    reserved: u32,
}

/// Whether a packet may carry another.
#[inline(always)]
#[must_use]
pub fn may_carry(headers: &Headers, layers: &Layers) -> bool {
    !matches!(carrier::next(headers, layers), Next::Nothing)
}

/// What a packet of `frame` with these headers carries.
pub fn descend<F: Frame>(frame: &mut F, headers: &Headers, layers: &Layers) -> Inside {
    let mut inside = Inside::zeroed();
    inside.begin(headers, layers, frame.length());
    for _ in 0..TURNS {
        if !inside.turn(frame) {
            break;
        }
    }
    inside.finish();
    inside
}

impl Inside {
    /// Begins with the outermost packet of a frame of `length` bytes, whatever was there before.
    #[inline(always)]
    pub fn begin(&mut self, headers: &Headers, layers: &Layers, length: u32) {
        self.headers = *headers;
        self.layers = *layers;
        self.tunnel = Tunnel::NONE;
        self.labels = 0;
        self.end = length;
        self.follow();
    }

    /// Looks at one more header. Returns whether there may be more.
    #[inline(always)]
    pub fn turn<F: Frame>(&mut self, frame: &mut F) -> bool {
        if let Err(reason) = self.header(frame) {
            self.headers.malformed = reason as u8;
            self.next = Next::Nothing as u32;
        }
        self.next != Next::Nothing as u32
    }

    /// To be called after the last turn: notes where there would have been more.
    #[inline(always)]
    pub fn finish(&mut self) {
        if self.next != Next::Nothing as u32 {
            self.headers.malformed = Malformed::TooManyHeaders as u8;
        }
    }

    /// Whether there was a tunnel.
    #[inline(always)]
    #[must_use]
    pub const fn is_tunnelled(&self) -> bool {
        self.tunnel.kinds[0] != 0
    }

    /// The next header, by what the packet at hand is.
    #[inline(always)]
    fn follow(&mut self) {
        let next = carrier::next(&self.headers, &self.layers);
        self.next = next as u32;
        if self.headers.has(present::IP) {
            self.at = self.layers.payload;
            self.end = self.layers.end;
        } else {
            self.at = self.layers.network;
        }
    }

    #[inline(always)]
    fn header<F: Frame>(&mut self, frame: &mut F) -> Result<(), Malformed> {
        if self.next == Next::Nothing as u32 {
            return Ok(());
        }
        let at = frame.settle(self.at);
        if at > MAX_START {
            return Err(Malformed::TooManyHeaders);
        }
        let mut part = Part { frame, end: self.end };
        match Next::from_raw(self.next) {
            Next::Nothing => Ok(()),
            Next::Ethernet => self.ethernet(&mut part, at),
            next @ (Next::Ipv4 | Next::Ipv6 | Next::Arp) => self.network(&mut part, at, next),
            next @ (Next::Ip
            | Next::CarriedIpv4
            | Next::CarriedIpv6
            | Next::TunnelledIpv4
            | Next::TunnelledIpv6) => self.enter(&mut part, at, next),
            next => {
                let mut carrier = Carrier::none(at);
                carrier::read(&mut part, at, next, &mut carrier)?;
                self.carried_by(&part, carrier)
            }
        }
    }

    /// Takes note of a tunnel's header.
    #[inline(always)]
    fn carried_by<F: Frame>(&mut self, part: &Part<'_, F>, carrier: Carrier) -> Result<(), Malformed> {
        let Carrier { kind, with_id, id, end, next } = carrier;
        if end > part.end {
            return Err(Malformed::Truncated);
        }
        if kind == TunnelKind::Mpls as u8 {
            if self.labels >= MAX_LABELS {
                return Err(Malformed::TooManyHeaders);
            }
            self.labels += 1;
            if self.labels > 1 {
                self.tunnel.id = id;
            } else {
                self.tunnel.push(kind, with_id, id)?;
            }
        } else if kind != 0 {
            self.labels = 0;
            self.tunnel.push(kind, with_id, id)?;
        }
        reached(&mut self.headers, end);
        self.at = end;
        self.next = next as u32;
        Ok(())
    }

    /// An Ethernet header inside: what was known before is of the packet around.
    #[inline(always)]
    fn ethernet<F: Frame>(&mut self, part: &mut Part<'_, F>, at: u32) -> Result<(), Malformed> {
        part.read::<14>(at)?;
        self.leave();
        self.headers.present = 0;
        self.headers.vlan = 0;
        self.headers.inner_vlan = 0;
        self.reset();
        let mut payload = Payload::NONE;
        ethernet::parse(part, Tag::NONE, at, &mut self.headers, &mut payload)
            .map_err(|Stopped| self.headers.malformed().unwrap_or(Malformed::Truncated))?;
        self.at = payload.header;
        self.layers.link = at;
        self.layers.network = payload.at;
        self.next = match payload.network {
            Network::Ipv4 => Next::Ipv4,
            Network::Ipv6 => Next::Ipv6,
            Network::Arp => Next::Arp,
            Network::Mpls => Next::Mpls,
            Network::Pppoe => Next::Pppoe,
            Network::Other => Next::Nothing,
        } as u32;
        Ok(())
    }

    /// An IP packet without an Ethernet header of its own: what was known of the one around is given up, if there is one.
    #[inline(always)]
    fn enter<F: Frame>(&mut self, part: &mut Part<'_, F>, at: u32, next: Next) -> Result<(), Malformed> {
        let version = part.read::<1>(at)?[0] >> 4;
        if version != 4 && version != 6 && matches!(next, Next::Ip) {
            // Behind labels there may be anything, a pseudowire for example.
            self.next = Next::Nothing as u32;
            return Ok(());
        }
        let is_announced = match next {
            Next::CarriedIpv4 | Next::TunnelledIpv4 => version == 4,
            Next::CarriedIpv6 | Next::TunnelledIpv6 => version == 6,
            _ => true,
        };
        if !is_announced {
            return Err(Malformed::BadIhl);
        }
        let shortest = if version == 4 { 20 } else { 40 };
        if at + shortest > part.end {
            return Err(Malformed::Truncated);
        }
        if matches!(next, Next::TunnelledIpv4 | Next::TunnelledIpv6) {
            self.tunnel.push(TunnelKind::of_ip(self.headers.version, version) as u8, 0, 0)?;
        }
        self.leave();
        self.headers.present &= present::ETHERNET | present::VLAN | present::INNER_VLAN;
        self.reset();
        if self.headers.has(present::ETHERNET) {
            self.headers.ethertype = if version == 4 { carrier::IPV4 } else { carrier::IPV6 };
        }
        self.next = if version == 4 { Next::Ipv4 } else { Next::Ipv6 } as u32;
        Ok(())
    }

    /// An IP header or ARP, and the upper layer.
    #[inline(always)]
    fn network<F: Frame>(&mut self, part: &mut Part<'_, F>, at: u32, next: Next) -> Result<(), Malformed> {
        let network = match next {
            Next::Ipv4 => Network::Ipv4,
            Next::Ipv6 => Network::Ipv6,
            _ => Network::Arp,
        };
        // Behind an Ethernet header it is known where what that carries begins.
        let start = if self.headers.has(present::LENGTH_FIELD) { self.layers.network } else { at };
        let payload = Payload { network, at: start, header: at };
        // Where the parser stops, the headers tell why.
        _ = network_layer(part, payload, &mut self.headers, &mut self.layers);
        if self.headers.has(present::LENGTH_FIELD) {
            self.layers.only_link(part.length());
        }
        self.follow();
        Ok(())
    }

    /// Keeps the addresses of the outermost IP packet, before the headers become those of what it carries.
    #[inline(always)]
    fn leave(&mut self) {
        self.labels = 0;
        if self.headers.has(present::IP) && self.tunnel.outer_version == 0 {
            self.tunnel.outer_version = self.headers.version;
            self.tunnel.outer_source = self.headers.source_ip;
            self.tunnel.outer_destination = self.headers.destination_ip;
        }
    }

    /// Nothing is known of the network layer and what is above it.
    #[inline(always)]
    fn reset(&mut self) {
        let kept = self.headers;
        self.headers = Headers {
            destination_mac: kept.destination_mac,
            ethertype: kept.ethertype,
            source_mac: kept.source_mac,
            vlan: kept.vlan,
            inner_vlan: kept.inner_vlan,
            present: kept.present,
            header_length: kept.header_length,
            ..Headers::EMPTY
        };
        self.layers = Layers { link: self.layers.link, end: self.end, ..Layers::EMPTY };
    }
}

/// A frame as far as what is carried reaches.
struct Part<'f, F> {
    frame: &'f mut F,
    end: u32,
}

impl<F: Frame> Frame for Part<'_, F> {
    #[inline(always)]
    fn length(&self) -> u32 {
        self.end
    }

    #[inline(always)]
    fn read<const N: usize>(&mut self, offset: u32) -> Result<&[u8; N], Malformed> {
        if offset + N as u32 > self.end {
            return Err(Malformed::Truncated);
        }
        self.frame.read(offset)
    }

    #[inline(always)]
    fn settle(&mut self, offset: u32) -> u32 {
        self.frame.settle(offset)
    }
}
