//! Packets that the kernel drops, of one network namespace: why, where, and the beginning of each. It changes nothing.
//!
//! | program | attached to | does |
//! |---|---|---|
//! | `packet_dropped` | the tracepoint `kfree_skb`, with BTF | reports the packet |
//! | `packet_refused` | the tracepoint `xdp_exception`, with BTF | reports that there was one |
//! | `look_at` | nothing; the loader runs it on a packet of its own | nothing: the kernel drops that packet, which has to be reported |
//!
//! The kernel's structures are read at the offsets that the loader has found in the running kernel's BTF, by a helper that
//! fails where there is nothing.
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
    ptr,
};

use aya_ebpf::{
    EbpfContext as _,
    bindings::{BPF_NOEXIST, BPF_OBJ_NAME_LEN, bpf_attach_type::BPF_XDP_DEVMAP},
    btf_maps::{Array, HashMap, RingBuf},
    helpers::{bpf_ktime_get_ns, generated},
    macros::{btf_map, btf_tracepoint, classifier},
    programs::{BtfTracePointContext, TcContext},
};
use xdplive_packet::{
    LinkType,
    dropped::{Dropped, MOST_BYTES, MOST_LOCATIONS, MOST_LOST, MOST_NAME, Place, Way, exception, offset},
};

use kernel_memory::{is_of_kernel, member, namespace_of, number, pointer, read};

/// Bytes of the ring.
const RING_BYTES: usize = 4 << 20;

/// Packets that were dropped, on their way to the reader.
#[btf_map]
static DROPPED: RingBuf<Dropped, RING_BYTES> = RingBuf::new();

/// How many of them had no room in the ring.
#[btf_map]
static LOST: HashMap<Place, u64, { MOST_LOST as usize }> = HashMap::new();

/// How many of them had no room in [`LOST`] either.
#[btf_map]
static LOST_ELSEWHERE: Array<u64, 1> = Array::new();

/// The names of functions, by an address in them, and of XDP programs, by their numbers, which are no addresses.
#[btf_map]
static LOCATIONS: HashMap<u64, [u8; MOST_NAME], { MOST_LOCATIONS as usize }> = HashMap::new();

/// The offsets, by the numbers of [`offset`]. The loader writes them and nobody else can.
#[btf_map]
static OFFSETS: Array<u32, { offset::COUNT }> = Array::new();

/// The number of the network namespace whose packets are reported; of the loader as well.
#[btf_map]
static NAMESPACE: Array<u32, 1> = Array::new();

/// A header that is not there (`skb_mac_header_was_set` in linux/skbuff.h).
const NO_HEADER: u16 = u16::MAX;
/// Length of an Ethernet header, and of the longest that is one for all that.
const ETHERNET: u16 = 14;
const LONGEST_ETHERNET: u16 = 64;
/// Types of devices with Ethernet headers (linux/if_arp.h).
const ARPHRD_ETHER: u16 = 1;
const ARPHRD_LOOPBACK: u16 = 772;
/// A route's address has its lowest bits for marks (`SKB_DST_PTRMASK`).
const ROUTE_MARKS: u64 = 7;

/// Reports a packet that the kernel drops.
#[btf_tracepoint(function = "kfree_skb")]
pub fn packet_dropped(ctx: BtfTracePointContext) -> i32 {
    // SAFETY: the first three arguments of the tracepoint, which is checked against the kernel's types.
    let [packet, location, reason] = unsafe { ctx.as_ptr().cast::<[u64; 3]>().read() };
    report(packet, location, reason as u32);
    0
}

/// Reports that a packet is dropped because an XDP program could not decide on it, or because its driver could not do what the program
/// wanted.
#[btf_tracepoint(function = "xdp_exception")]
pub fn packet_refused(ctx: BtfTracePointContext) -> i32 {
    // SAFETY: the arguments of the tracepoint, which is checked against the kernel's types.
    let [device, program, action] = unsafe { ctx.as_ptr().cast::<[u64; 3]>().read() };
    report_exception(device, program, action as u32);
    0
}

/// Is run on a packet of the loader's.
#[classifier]
pub fn look_at(_ctx: TcContext) -> i32 {
    0
}

#[inline(always)]
fn report(packet: u64, location: u64, reason: u32) -> Option<()> {
    let mut device = pointer(member(packet, offset::DEVICE)?)?;
    let mut namespace = 0;
    if device != 0 {
        // Sockets keep something else there.
        match namespace_of(device, offset::DEVICE_NAMESPACE) {
            Some(number) => namespace = number,
            None => device = 0,
        }
    }
    if namespace == 0 {
        let route = read::<u64>(member(packet, offset::ROUTE)?)? & !ROUTE_MARKS;
        if is_of_kernel(route)
            && let Some(by) = pointer(member(route, offset::ROUTE_DEVICE)?)
            && let Some(number) = namespace_of(by, offset::DEVICE_NAMESPACE)
        {
            namespace = number;
        }
    }
    let socket = pointer(member(packet, offset::SOCKET)?)?;
    if namespace == 0 && socket != 0 {
        namespace = namespace_of(socket, offset::SOCKET_NAMESPACE).unwrap_or(0);
    }
    if namespace == 0 || namespace != *NAMESPACE.get(0)? {
        return None;
    }
    let received_by = read::<u32>(member(packet, offset::RECEIVED_BY)?)?;
    let mut index = 0;
    let mut kind = 0;
    if device != 0 {
        index = read::<u32>(member(device, offset::INDEX)?).unwrap_or(0);
        kind = read::<u16>(member(device, offset::TYPE)?).unwrap_or(0);
    }
    let way = way(received_by, index, socket != 0);
    let place = Place { reason, interface: if index == 0 { received_by } else { index }, way: way as u32 };
    // Neither is a packet on its way that has neither been received nor given to a device, of a protocol that is not IP's:
    // netlink and unix sockets drop, too.
    let head = pointer(member(packet, offset::HEAD)?)?;
    let network = read::<u16>(member(packet, offset::NETWORK)?)?;
    let version = read::<u8>(head + u64::from(network))? >> 4;
    let is_ip = version == 4 || version == 6;
    if place.interface == 0 && !(network != 0 && is_ip) {
        return None;
    }
    remember(location);
    let Some(mut entry) = DROPPED.reserve(0) else {
        lose(&place);
        return None;
    };
    let record = entry.as_mut_ptr();
    // SAFETY: the reserved entry is large and aligned enough; every field is written before it is submitted.
    unsafe {
        (*record).time = bpf_ktime_get_ns();
        (*record).location = location;
        (*record).place = place;
        let (length, captured, link) = copy(packet, head, network, kind, &mut (*record).bytes);
        (*record).length = length;
        (*record).captured = captured;
        (*record).link = link as u32;
    }
    entry.submit(0);
    Some(())
}

#[inline(always)]
fn report_exception(device: u64, program: u64, action: u32) -> Option<()> {
    if namespace_of(device, offset::DEVICE_NAMESPACE)? != *NAMESPACE.get(0)? {
        return None;
    }
    // All are for packets that are received, but those that look at what has been redirected to a device.
    let is_sent = number::<u32>(program, offset::PROGRAM_PLACE)? == BPF_XDP_DEVMAP;
    let place = Place {
        reason: exception(action),
        interface: number::<u32>(device, offset::INDEX)?,
        way: if is_sent { Way::Out } else { Way::In } as u32,
    };
    // Without a name it is reported all the same.
    let program = remember_program(program).unwrap_or(0);
    let Some(mut entry) = DROPPED.reserve(0) else {
        lose(&place);
        return None;
    };
    let record = entry.as_mut_ptr();
    // SAFETY: the reserved entry is large and aligned enough; every field but the bytes, of which there are none, is written before it
    // is submitted.
    unsafe {
        (*record).time = bpf_ktime_get_ns();
        (*record).location = program;
        (*record).place = place;
        (*record).length = 0;
        (*record).captured = 0;
        (*record).link = LinkType::Ethernet as u32;
    }
    entry.submit(0);
    Some(())
}

/// Has the name of an XDP program known; returns its number.
#[inline(always)]
fn remember_program(program: u64) -> Option<u64> {
    let more = pointer(member(program, offset::PROGRAM_MORE)?)?;
    let id = u64::from(number::<u32>(more, offset::PROGRAM_ID)?);
    if LOCATIONS.get_ptr(&id).is_none() {
        // As whole words, which need no call to be cleared.
        let [first, second] = number::<[u64; BPF_OBJ_NAME_LEN as usize / 8]>(more, offset::PROGRAM_NAME)?;
        let name = [first, second, 0, 0, 0, 0, 0, 0];
        // SAFETY: numbers of the same size are any bytes.
        let name = unsafe { &*ptr::from_ref(&name).cast::<[u8; MOST_NAME]>() };
        let _ = LOCATIONS.insert(&id, name, 0);
    }
    Some(id)
}

/// Whether a packet came in or was going out, by the device that received it, the one that it is at, and whether a socket of
/// this machine has it.
#[inline(always)]
fn way(received_by: u32, index: u32, has_socket: bool) -> Way {
    if received_by != 0 {
        if index == 0 || index == received_by { Way::In } else { Way::Out }
    } else if has_socket {
        Way::Out
    } else {
        Way::Unknown
    }
}

/// Copies the beginning of a packet. Returns its length from there on, how many bytes are copied, and how it begins.
#[inline(always)]
fn copy(
    packet: u64,
    head: u64,
    network: u16,
    kind: u16,
    bytes: &mut [u8; MOST_BYTES],
) -> (u32, u32, LinkType) {
    let nothing = (0, 0, LinkType::Ethernet);
    let (Some(mac), Some(data), Some(tail), Some(length)) = (
        number::<u16>(packet, offset::MAC),
        number::<u64>(packet, offset::DATA),
        number::<u32>(packet, offset::TAIL),
        number::<u32>(packet, offset::LENGTH),
    ) else {
        return nothing;
    };
    let header = network.wrapping_sub(mac);
    let is_ethernet = mac != NO_HEADER
        && (header >= ETHERNET && header <= LONGEST_ETHERNET
            || header != 0 && matches!(kind, ARPHRD_ETHER | ARPHRD_LOOPBACK) && network < mac);
    let (start, link) = if is_ethernet {
        (u32::from(mac), LinkType::Ethernet)
    } else {
        (u32::from(network), LinkType::RawIp)
    };
    let at = data.wrapping_sub(head) as u32;
    let length = length.wrapping_add(at).wrapping_sub(start);
    let there = tail.wrapping_sub(start);
    let count = if there < length { there } else { length };
    let count = if (count as usize) < MOST_BYTES { count } else { MOST_BYTES as u32 };
    // SAFETY: there is room for so many bytes, at least one; the helper reads nothing that is not there.
    let failed = count == 0
        || unsafe {
            let (room, count) = (bytes.as_mut_ptr().cast::<c_void>(), bounded(count));
            generated::bpf_probe_read_kernel(room, count, (head + u64::from(start)) as *const c_void) != 0
        };
    if failed { (length, 0, link) } else { (length, count, link) }
}

/// A number from 1 to [`MOST_BYTES`], as the verifier wants to see it.
#[inline(always)]
fn bounded(count: u32) -> u32 {
    let count = verifier::opaque(count.into());
    if count > MOST_BYTES as u64 { MOST_BYTES as u32 } else { count as u32 }
}

/// Counts a packet that has no room.
#[inline(always)]
fn lose(place: &Place) {
    // Another CPU may have come first, so that it is there now.
    for _ in 0..2 {
        if let Some(count) = LOST.get_ptr_mut(place) {
            add_one(count);
            return;
        }
        if LOST.insert(place, &1, BPF_NOEXIST.into()).is_ok() {
            return;
        }
    }
    if let Some(count) = LOST_ELSEWHERE.get_ptr_mut(0) {
        add_one(count);
    }
}

/// Adds to a number in a map, whatever other CPUs do.
#[inline(always)]
fn add_one(count: *mut u64) {
    // SAFETY: a value of a map; the intrinsic is one instruction.
    unsafe { atomic_xadd::<_, _, { AtomicOrdering::SeqCst }>(count, 1_u64) };
}

/// Has the name of the function known in which an address is.
#[inline(always)]
fn remember(location: u64) {
    if LOCATIONS.get_ptr(&location).is_some() {
        return;
    }
    let mut name = [0_u64; MOST_NAME / 8];
    let mut data = location;
    // SAFETY: there is room for the name, and one value for the one that the format wants.
    unsafe {
        generated::bpf_snprintf(
            name.as_mut_ptr().cast(),
            MOST_NAME as u32,
            FORMAT.as_ptr().cast(),
            &raw mut data,
            size_of::<u64>() as u32,
        );
        let name = &*ptr::from_ref(&name).cast::<[u8; MOST_NAME]>();
        let _ = LOCATIONS.insert(&location, name, 0);
    }
}

/// A function's name and the distance from its beginning. Not mangled, because the object's BTF has the name of it, and a
/// mangled one depends on where the checkout is.
#[unsafe(no_mangle)]
static FORMAT: [u8; 4] = *b"%pB\0";
