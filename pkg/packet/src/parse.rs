//! The header parser: one code for the kernel and the host.
//!
//! It never trusts a length field further than the frame reaches, and never takes bytes behind the IP
//! packet's own end (Ethernet padding) for a header. Each layer has its file.

mod arp;
mod ethernet;
mod ipv4;
mod ipv6;
mod upper;

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
    parse_into(frame, wire, &mut headers);
    headers
}

/// As [`parse`], into an empty `headers` that the caller has: a kernel program has 512 bytes of stack, and
/// cannot afford a copy.
#[inline(always)]
pub fn parse_into<F: Frame>(frame: &mut F, wire: &Wire, headers: &mut Headers) {
    if let Err(reason) = layers(frame, wire, headers) {
        headers.malformed = reason as u8;
    }
}

#[inline(always)]
fn layers<F: Frame>(frame: &mut F, wire: &Wire, headers: &mut Headers) -> Result<(), Malformed> {
    let mut payload = Payload::NONE;
    match wire.link {
        LinkType::Ethernet => ethernet::parse(frame, wire, headers, &mut payload)?,
        LinkType::RawIp => raw_ip(frame, &mut payload)?,
    }
    let at = frame.settle(payload.at);
    let mut upper = Upper::NONE;
    match payload.network {
        Network::Ipv4 => ipv4::parse(frame, at, headers, &mut upper)?,
        Network::Ipv6 => ipv6::parse(frame, at, headers, &mut upper)?,
        Network::Arp => arp::parse(frame, at, headers)?,
        Network::Other => {}
    }
    if upper.readable {
        let at = frame.settle(upper.at);
        upper::parse(frame, at, upper.packet, headers)?;
    }
    // Last, because what is there can be read all the same.
    if upper.packet.is_cut() { Err(Malformed::Truncated) } else { Ok(()) }
}

// What a layer carries is passed to be filled in, not returned: in a result it would be undefined beside an
// error, and the verifier refuses to see an undefined value moved around.

/// What the link layer carries.
#[derive(Clone, Copy)]
struct Payload {
    network: Network,
    /// Where it starts, bytes from the start of the frame.
    at: u32,
}

impl Payload {
    /// Nothing that could be read.
    const NONE: Self = Self { network: Network::Other, at: 0 };
}

/// Network layers that are read.
#[derive(Clone, Copy)]
enum Network {
    Ipv4,
    Ipv6,
    Arp,
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
fn raw_ip<F: Frame>(frame: &mut F, payload: &mut Payload) -> Result<(), Malformed> {
    payload.network = match frame.read::<1>(0)?[0] >> 4 {
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
    ) -> Result<&'f [u8; N], Malformed> {
        let end = at + N as u32;
        if end > self.limit {
            return Err(Malformed::Truncated);
        }
        let bytes = frame.read::<N>(at)?;
        reached(headers, end);
        Ok(bytes)
    }
}

/// The largest length an IPv4 or IPv6 length field can express, in bytes.
const LENGTH_FIELD_MAX: u32 = 65_535;

/// Notes that the headers reach at least to `end`, bytes from the start of the frame.
#[inline(always)]
fn reached(headers: &mut Headers, end: u32) {
    // At most 22 (Ethernet, two tags) + 40 + 8 * 2048 (extensions) + 60 (TCP): it fits 16 bits.
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
