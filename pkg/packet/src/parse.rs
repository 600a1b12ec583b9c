//! The header parser: one code for the kernel and the host.
//!
//! It never trusts a length field further than the frame reaches, and never takes bytes behind the IP
//! packet's own end (Ethernet padding) for a header. Each layer has its file.

mod arp;
mod ethernet;
mod ipv4;
mod ipv6;
pub mod tunnel;
mod upper;

use core::hint::cold_path;

use bytemuck::{Pod, Zeroable};

use crate::{
    frame::Frame,
    headers::{Headers, Malformed, present},
    wire::{LinkType, Wire},
};

pub use ipv6::MAX_EXTENSIONS;

/// Reads the headers of `frame`.
///
/// Never fails: where the frame is cut or lies, the result says why in [`Headers::malformed`] and keeps what
/// was read before.
#[inline(always)]
pub fn parse<F: Frame>(frame: &mut F, wire: &Wire) -> Headers {
    let mut headers = Headers::EMPTY;
    parse_into(frame, wire, &mut headers, &mut { Layers::EMPTY });
    headers
}

/// As [`parse`], into empty `headers` and `layers` that the caller has: a kernel program has 512 bytes of stack, and
/// cannot afford a copy.
#[inline(always)]
pub fn parse_into<F: Frame>(frame: &mut F, wire: &Wire, headers: &mut Headers, layers: &mut Layers) {
    // Where the parser stops, the headers tell why.
    _ = read(frame, wire, headers, layers);
    if headers.has(present::LENGTH_FIELD) {
        layers.only_link(frame.length());
    }
}

/// The parser does not go on. Why not is in [`Headers::malformed`] by now: as a part of the result it would be made ready before
/// each check, and kept until the end.
struct Stopped;

/// Notes why the parser does not go on.
#[inline(always)]
fn stop(headers: &mut Headers, reason: Malformed) -> Stopped {
    cold_path();
    headers.malformed = reason as u8;
    Stopped
}

#[inline(always)]
fn read<F: Frame>(
    frame: &mut F,
    wire: &Wire,
    headers: &mut Headers,
    layers: &mut Layers,
) -> Result<(), Stopped> {
    let mut payload = Payload::NONE;
    layers.end = frame.length();
    match wire.link {
        LinkType::Ethernet => {
            layers.link = 0;
            ethernet::parse(frame, wire.tag, 0, headers, &mut payload)?;
        }
        LinkType::RawIp => raw_ip(frame, headers, &mut payload)?,
    }
    network(frame, payload, headers, layers)
}

/// Reads what the link layer carries, and the upper layer.
#[inline(always)]
fn network<F: Frame>(
    frame: &mut F,
    payload: Payload,
    headers: &mut Headers,
    layers: &mut Layers,
) -> Result<(), Stopped> {
    layers.network = payload.at;
    let at = frame.settle(payload.header);
    let mut upper = Upper::NONE;
    match payload.network {
        Network::Ipv4 => ipv4::parse(frame, at, headers, &mut upper)?,
        Network::Ipv6 => ipv6::parse(frame, at, headers, &mut upper)?,
        Network::Arp => return arp::parse(frame, at, headers),
        Network::Mpls | Network::Pppoe | Network::Other => {
            cold_path();
            return Ok(());
        }
    }
    layers.end = upper.packet.limit;
    if upper.readable {
        let at = frame.settle(upper.at);
        layers.upper = at;
        upper::parse(frame, at, upper.packet, headers, layers)?;
        layers.payload = u32::from(headers.header_length);
    }
    // Last, because what is there can be read all the same.
    if upper.packet.is_cut() {
        return Err(stop(headers, Malformed::Truncated));
    }
    Ok(())
}

/// Where the layers of a packet are, bytes from the start of the frame; [`Layers::ABSENT`] stands for a layer that is not there,
/// or could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Layers {
    /// The Ethernet header.
    pub link: u32,
    /// What the link layer carries: the IP header if the packet is IP, what follows the length if there is one in place of a
    /// type.
    pub network: u32,
    /// The upper layer of an IP packet; not in a fragment other than the first, and not behind a length.
    pub upper: u32,
    /// What is behind the upper layer's header.
    pub payload: u32,
    /// The end of an IP packet by its own length, of a UDP datagram by its own, or of the frame where that comes first or the
    /// packet is not IP.
    pub end: u32,
}

impl Layers {
    /// Beyond any frame.
    pub const ABSENT: u32 = 1 << 30;

    /// No layer read yet.
    pub const EMPTY: Self = Self {
        link: Self::ABSENT,
        network: Self::ABSENT,
        upper: Self::ABSENT,
        payload: Self::ABSENT,
        end: 0,
    };

    /// Keeps of a frame with a length what filters see: that, and what follows it up to the end of the frame, which is at `end`.
    #[inline(always)]
    fn only_link(&mut self, end: u32) {
        cold_path();
        *self = Self { link: self.link, network: self.network, end, ..Self::EMPTY };
    }

    /// Bytes of an IP packet behind the header of its upper layer; of a fragment, only where it is the first.
    #[inline(always)]
    #[must_use]
    pub const fn payload_length(&self) -> Option<u32> {
        if self.payload == Self::ABSENT { None } else { Some(self.end.saturating_sub(self.payload)) }
    }
}

// What a layer carries is passed to be filled in, not returned: in a result it would be undefined beside an
// error, and the verifier refuses to see an undefined value moved around.

/// What the link layer carries.
#[derive(Clone, Copy)]
struct Payload {
    network: Network,
    /// Where it starts, bytes from the start of the frame.
    at: u32,
    /// Where the header of the network layer starts: behind SNAP if there is any.
    header: u32,
}

impl Payload {
    /// Nothing that could be read.
    const NONE: Self = Self { network: Network::Other, at: 0, header: 0 };
}

/// Network layers that are read.
#[derive(Clone, Copy)]
enum Network {
    Ipv4,
    Ipv6,
    Arp,
    /// Read only by who looks into tunnels, as the next.
    Mpls,
    Pppoe,
    Other,
}

/// What an IP header carries.
#[derive(Clone, Copy)]
struct Upper {
    /// Where the upper layer starts, bytes from the start of the frame.
    at: u32,
    /// Whether a header starts there: not so in a fragment other than the first.
    readable: bool,
    packet: Packet,
}

impl Upper {
    /// Nothing that could be read.
    const NONE: Self = Self { at: 0, readable: false, packet: Packet { end: 0, limit: 0 } };
}

/// A packet that starts at its IP header; anything else (a tun device carries what it is given) has no fields.
#[inline(always)]
fn raw_ip<F: Frame>(frame: &mut F, headers: &mut Headers, payload: &mut Payload) -> Result<(), Stopped> {
    payload.network = match frame.read::<1>(0).map_err(|reason| stop(headers, reason))?[0] >> 4 {
        4 => Network::Ipv4,
        6 => Network::Ipv6,
        _ => Network::Other,
    };
    Ok(())
}

/// The part of a frame that belongs to one IP packet. Offsets are from the start of the frame.
#[derive(Clone, Copy)]
struct Packet {
    /// Where the packet ends by its own length field.
    end: u32,
    /// Where reading has to stop: `end`, or the end of the frame where that comes first.
    limit: u32,
}

impl Packet {
    /// A packet of `length` bytes at `at`.
    #[inline(always)]
    fn new<F: Frame>(frame: &F, at: u32, length: u32) -> Self {
        let end = at + length;
        let limit = if end < frame.length() { end } else { frame.length() };
        Self { end, limit }
    }

    /// Whether the frame holds less than the packet claims to have.
    #[inline(always)]
    fn is_cut(self) -> bool {
        self.limit < self.end
    }

    /// `N` bytes at `at`, all of them inside the packet; marks them as part of the headers.
    #[inline(always)]
    fn header<'f, F: Frame, const N: usize>(
        self,
        frame: &'f mut F,
        at: u32,
        headers: &mut Headers,
    ) -> Result<&'f [u8; N], Stopped> {
        let end = at + N as u32;
        if end > self.limit {
            return Err(stop(headers, Malformed::Truncated));
        }
        let bytes = frame.read::<N>(at).map_err(|reason| stop(headers, reason))?;
        reached(headers, end);
        Ok(bytes)
    }
}

/// The largest length an IPv4 or IPv6 length field can express, in bytes.
const LENGTH_FIELD_MAX: u32 = 65_535;

/// Notes that the headers reach at least to `end`, bytes from the start of the frame.
#[inline(always)]
fn reached(headers: &mut Headers, end: u32) {
    // At most 26 (Ethernet, three tags) + 40 + 8 * 2048 (extensions) + 60 (TCP) from where the innermost packet starts,
    // which is at most `tunnel::MAX_START`: it fits 16 bits.
    headers.header_length = end as u16;
}

/// Records an IPv4 address pair. The other bytes of the fields are zero from the start.
#[inline(always)]
fn addresses4(headers: &mut Headers, source: [u8; 4], destination: [u8; 4]) {
    if let Some(field) = headers.source_ip.first_chunk_mut() {
        *field = source;
    }
    if let Some(field) = headers.destination_ip.first_chunk_mut() {
        *field = destination;
    }
    headers.present |= present::ADDRESSES;
}
