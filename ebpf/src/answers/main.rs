//! Answers of the DNS that pass this machine, of one network namespace and at interfaces that may be watched: each, without the
//! headers before it, if the question to it has passed as well. It changes nothing.
//!
//! | program | attached to | looks at |
//! |---|---|---|
//! | `received` | the tracepoint `netif_receive_skb`, with BTF | packets that come from a device |
//! | `sent` | the tracepoint `net_dev_queue`, with BTF | packets that go to a device |
//!
//! Both meet every packet of the machine. Of one that is not of port 53 they read where it is and its first bytes, and leave. The
//! kernel's structures are read at the offsets that the loader has found in the running kernel's BTF, by a helper that fails where there
//! is nothing.
#![no_std]
#![no_main]
#![feature(asm_experimental_arch, core_intrinsics)]
#![allow(internal_features, reason = "several CPUs add to one number")]

#[path = "../kernel_memory.rs"]
mod kernel_memory;
#[path = "../object.rs"]
mod object;
#[path = "../verifier.rs"]
#[expect(dead_code, reason = "of what is in it, one function is needed here")]
mod verifier;

use core::{
    ffi::c_void,
    intrinsics::{AtomicOrdering, atomic_xadd},
};

use aya_ebpf::{
    EbpfContext as _,
    btf_maps::{Array, HashMap, LruHashMap, RingBuf},
    helpers::{bpf_ktime_get_ns, generated},
    macros::{btf_map, btf_tracepoint},
    programs::BtfTracePointContext,
};
use xdplive_packet::answer::{
    Answer, MOST_BYTES, MOST_INTERFACES, MOST_QUESTIONS, PATIENCE, PORT, Question, count, offset,
};

use kernel_memory::{namespace_of, number, read};

/// Bytes of the ring: room for some 250 answers.
const RING_BYTES: usize = 256 << 10;

/// Answers, on their way to the reader.
#[btf_map]
static ANSWERS: RingBuf<Answer, RING_BYTES> = RingBuf::new();

/// Numbers, see [`count`].
#[btf_map]
static COUNTS: Array<u64, { count::COUNT }> = Array::new();

/// When each question was asked, nanoseconds of `CLOCK_MONOTONIC`; [`ANSWERED`] once it is.
#[btf_map]
static QUESTIONS: LruHashMap<Question, u64, { MOST_QUESTIONS as usize }> = LruHashMap::new();

/// What a question has for its time when it has been answered.
const ANSWERED: u64 = 0;

/// The numbers of the interfaces at which answers are looked for. The loader writes them and nobody else can.
#[btf_map]
static INTERFACES: HashMap<u32, u8, { MOST_INTERFACES as usize }> = HashMap::new();

/// The offsets, by the numbers of [`offset`]. The loader writes them and nobody else can.
#[btf_map]
static OFFSETS: Array<u32, { offset::COUNT }> = Array::new();

/// The number of the network namespace whose packets are looked at; of the loader as well.
#[btf_map]
static NAMESPACE: Array<u32, 1> = Array::new();

const TCP: u8 = 6;
const UDP: u8 = 17;
/// EtherTypes of VLAN tags (IEEE 802.1Q).
const CUSTOMER_TAG: u16 = 0x8100;
const SERVICE_TAG: u16 = 0x88a8;
/// Bytes of headers.
const IPV4: u64 = 20;
const IPV6: u64 = 40;
const UDP_HEADER: u64 = 8;
const MESSAGE: u64 = 12;
/// Of the first word of a message: that it is an answer, its kind (0: a standard one), and what has gone wrong (0: nothing).
const ANSWER: u32 = 1 << 15;
const KIND: u32 = 15 << 11;
const ERROR: u32 = 15;

/// The beginning of a packet's network layer, an IPv6 header and ports: in words, because the verifier wants reads of the stack to be
/// aligned, and words become bytes by the compiler.
type Beginning = [u32; 11];

/// A packet that a device has received.
#[btf_tracepoint(function = "netif_receive_skb")]
pub fn received(ctx: BtfTracePointContext) -> i32 {
    let packet = argument(&ctx);
    if let Some(data) = number::<u64>(packet, offset::DATA) {
        look(packet, data);
    }
    0
}

/// A packet that is given to a device.
#[btf_tracepoint(function = "net_dev_queue")]
pub fn sent(ctx: BtfTracePointContext) -> i32 {
    let packet = argument(&ctx);
    if let (Some(head), Some(network)) =
        (number::<u64>(packet, offset::HEAD), number::<u16>(packet, offset::NETWORK))
    {
        look(packet, head + u64::from(network));
    }
    0
}

/// The only argument of either tracepoint: the packet.
#[inline(always)]
fn argument(ctx: &BtfTracePointContext) -> u64 {
    // SAFETY: there is one, which is checked against the kernel's types.
    unsafe { ctx.as_ptr().cast::<u64>().read() }
}

/// Where the parts of a packet are.
#[derive(Clone, Copy)]
struct Parts {
    /// Of the upper layer, behind the IP header.
    upper: u64,
    /// Bytes from there on.
    length: u64,
    protocol: u8,
    from: u16,
    to: u16,
}

/// Looks at a packet whose network layer is at `network`.
#[inline(always)]
fn look(packet: u64, network: u64) -> Option<()> {
    let mut network = network;
    let mut beginning: Beginning = read(network)?;
    if !matches!(version(&beginning), 4 | 6) {
        // A tag that the device has not taken off is before it.
        let kind = u16::from_be(number::<u16>(packet, offset::PROTOCOL)?);
        if kind != CUSTOMER_TAG && kind != SERVICE_TAG {
            return None;
        }
        network += 4;
        beginning = read(network)?;
    }
    let parts = match version(&beginning) {
        4 => of_ipv4(&beginning, network),
        6 => of_ipv6(&beginning, network),
        _ => None,
    }?;
    if parts.from != PORT && parts.to != PORT {
        return None;
    }
    of_dns(packet, &beginning, &parts)
}

#[inline(always)]
fn version(bytes: &Beginning) -> u32 {
    u32::from_be(bytes[0]) >> 28
}

#[inline(always)]
fn of_ipv4(bytes: &Beginning, network: u64) -> Option<Parts> {
    /// More of them follow, and where this one begins (RFC 791).
    const FRAGMENT: u32 = 0x3fff;
    let protocol = (u32::from_be(bytes[2]) >> 16) as u8;
    // Of a fragment, not all is here.
    if protocol != UDP && protocol != TCP || u32::from_be(bytes[1]) & FRAGMENT != 0 {
        return None;
    }
    let first = u32::from_be(bytes[0]);
    let header = u64::from(first >> 24 & 15) * 4;
    let upper = network + header;
    let ports = if header == IPV4 { bytes[5] } else { read(upper)? };
    let length = u64::from(first & 0xffff).wrapping_sub(header);
    Some(Parts::new(upper, length, protocol, ports))
}

#[inline(always)]
fn of_ipv6(bytes: &Beginning, network: u64) -> Option<Parts> {
    let second = u32::from_be(bytes[1]);
    let protocol = (second >> 8) as u8;
    if protocol != UDP && protocol != TCP {
        return None;
    }
    Some(Parts::new(network + IPV6, u64::from(second >> 16), protocol, bytes[10]))
}

impl Parts {
    /// With both ports as they are in the packet.
    #[inline(always)]
    fn new(upper: u64, length: u64, protocol: u8, ports: u32) -> Self {
        let ports = u32::from_be(ports);
        Self { upper, length, protocol, from: (ports >> 16) as u16, to: ports as u16 }
    }
}

/// Notes a question, and reports the answer to one.
#[inline(always)]
fn of_dns(packet: u64, beginning: &Beginning, parts: &Parts) -> Option<()> {
    if !is_watched(packet)? {
        return None;
    }
    let (message, length) = message(parts)?;
    // RFC 1035, section 4.1.1: number and flags, questions and answers.
    let header = u64::from_be(read(message)?);
    let (first, counts) = ((header >> 32) as u32, header as u32);
    let is_answer = first & ANSWER != 0;
    // A standard one, about one name.
    if first & KIND != 0 || counts >> 16 != 1 {
        return None;
    }
    let (source, destination) = addresses(beginning);
    let id = (first >> 16) as u16;
    let protocol = u32::from(parts.protocol);
    if !is_answer {
        if parts.to == PORT {
            let question = Question { client: source, server: destination, port: parts.from, id, protocol };
            // SAFETY: no preconditions.
            let now = unsafe { bpf_ktime_get_ns() };
            // Where there is no room, it has no answer.
            let _ = QUESTIONS.insert(&question, &now, 0);
        }
        return None;
    }
    if parts.from != PORT {
        return None;
    }
    let question = Question { client: destination, server: source, port: parts.to, id, protocol };
    if !is_asked(&question) {
        return None;
    }
    // One without an error, and with something in it.
    if first & ERROR != 0 || counts & 0xffff == 0 {
        return None;
    }
    report(packet, message, length)
}

/// Whether a question has been asked lately, and is not answered yet. It is then.
#[inline(always)]
fn is_asked(question: &Question) -> bool {
    let Some(asked) = QUESTIONS.get_ptr_mut(question) else {
        add_one(count::UNASKED);
        return false;
    };
    // SAFETY: a value of the map, and a helper without preconditions. Of two CPUs with the answer at the same moment, both may have it.
    unsafe {
        let since = *asked;
        *asked = ANSWERED;
        // A packet that is forwarded is met once more, and one to this machine itself.
        if since == ANSWERED {
            return false;
        }
        if bpf_ktime_get_ns().wrapping_sub(since) > PATIENCE {
            add_one(count::UNASKED);
            return false;
        }
    }
    true
}

/// Whether the device of a packet is one at which answers are looked for.
#[inline(always)]
fn is_watched(packet: u64) -> Option<bool> {
    let device = number::<u64>(packet, offset::DEVICE)?;
    if namespace_of(device, offset::DEVICE_NAMESPACE)? != *NAMESPACE.get(0)? {
        return None;
    }
    let index = number::<u32>(device, offset::INDEX)?;
    Some(INTERFACES.get_ptr(&index).is_some())
}

/// Where the message is, and its bytes. Over TCP there is one where a segment has the whole of it, and nothing else.
#[inline(always)]
fn message(parts: &Parts) -> Option<(u64, u64)> {
    let Parts { upper, length, protocol, .. } = *parts;
    let (message, length) = if protocol == UDP {
        let told = u64::from(u16::from_be(read(upper + 4)?));
        if told > length || told < UDP_HEADER {
            return None;
        }
        (upper + UDP_HEADER, told - UDP_HEADER)
    } else {
        let words: u8 = read(upper + 12)?;
        let header = u64::from(words >> 4) * 4;
        let told = u64::from(u16::from_be(read(upper + header)?));
        if header + 2 + told != length {
            return None;
        }
        (upper + header + 2, told)
    };
    if length < MESSAGE { None } else { Some((message, length)) }
}

/// The addresses of a packet; one of IPv4 takes the first word.
#[inline(always)]
fn addresses(bytes: &Beginning) -> ([u32; 4], [u32; 4]) {
    if version(bytes) == 4 {
        ([bytes[3], 0, 0, 0], [bytes[4], 0, 0, 0])
    } else {
        ([bytes[2], bytes[3], bytes[4], bytes[5]], [bytes[6], bytes[7], bytes[8], bytes[9]])
    }
}

/// Puts a message into the ring, as much of it as there is in one piece.
#[inline(always)]
fn report(packet: u64, message: u64, length: u64) -> Option<()> {
    let head = number::<u64>(packet, offset::HEAD)?;
    let tail = number::<u32>(packet, offset::TAIL)?;
    let there = (head + u64::from(tail)).wrapping_sub(message);
    let captured = if there < length { there } else { length };
    let Some(mut entry) = ANSWERS.reserve(0) else {
        add_one(count::LOST);
        return None;
    };
    let answer = entry.as_mut_ptr();
    let captured = bounded(captured);
    // SAFETY: the reserved entry is large and aligned enough, and has room for so many bytes; the helper reads nothing that is not
    // there. What it does not write stays as another answer left it, and is not among those that are told.
    unsafe {
        (*answer).length = length as u32;
        let room = (&raw mut (*answer).bytes).cast::<c_void>();
        let failed = generated::bpf_probe_read_kernel(room, captured, message as *const c_void) != 0;
        (*answer).captured = if failed { 0 } else { captured };
    }
    entry.submit(0);
    Some(())
}

/// A number from 0 to [`MOST_BYTES`], as the verifier wants to see it.
#[inline(always)]
fn bounded(count: u64) -> u32 {
    let count = verifier::opaque(count);
    if count > MOST_BYTES as u64 { MOST_BYTES as u32 } else { count as u32 }
}

/// Adds to a number of [`COUNTS`], whatever other CPUs do.
#[inline(always)]
fn add_one(which: u32) {
    if let Some(count) = COUNTS.get_ptr_mut(which) {
        // SAFETY: a value of a map; the intrinsic is one instruction.
        unsafe { atomic_xadd::<_, _, { AtomicOrdering::SeqCst }>(count, 1_u64) };
    }
}
