//! How well local TCP sockets are connected, as the kernel's TCP tells: round trip, segments sent again, the time of the
//! handshake. It changes nothing, and reads no structure of the kernel by itself.
//!
//! | program | attached to | does |
//! |---|---|---|
//! | `socket_event` | the root of the control groups (`sock_ops`) | notes what a socket reports |
//! | `old_socket` | a walk over TCP sockets | has those report that were there before (kernel 6.12) |
#![no_std]
#![no_main]

#[path = "../object.rs"]
mod object;

use core::ptr::{addr_of, read_volatile, write_volatile};

use aya_ebpf::{
    bindings::{
        BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB, BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB, BPF_SOCK_OPS_RETRANS_CB,
        BPF_SOCK_OPS_RETRANS_CB_FLAG, BPF_SOCK_OPS_RTT_CB, BPF_SOCK_OPS_RTT_CB_FLAG, BPF_SOCK_OPS_STATE_CB,
        BPF_SOCK_OPS_STATE_CB_FLAG, BPF_SOCK_OPS_TCP_CONNECT_CB, bpf_sock_ops,
    },
    btf_maps::{Array, LruHashMap},
    helpers::{
        bpf_get_socket_cookie, bpf_getsockopt, bpf_jiffies64, bpf_ktime_get_ns, bpf_setsockopt,
        bpf_skc_to_tcp_sock, bpf_sock_ops_cb_flags_set,
    },
    macros::{btf_map, sock_ops},
    programs::SockOpsContext,
};
use xdplive_packet::socket::{Connection, Ends, MOST_CONNECTIONS};

/// The connections known.
#[btf_map]
static CONNECTIONS: LruHashMap<Ends, Connection, { MOST_CONNECTIONS as usize }> = LruHashMap::new();

/// What was noted last of sockets, a word for each place, see [`noted`]. A socket that shares its place with another is noted more
/// often than it need be.
#[btf_map]
static NOTED: Array<u64, { PLACES as usize }> = Array::new();

const PLACES: u32 = 4096;

/// What a socket is to report.
const REPORTS: u32 = BPF_SOCK_OPS_RETRANS_CB_FLAG | BPF_SOCK_OPS_STATE_CB_FLAG | BPF_SOCK_OPS_RTT_CB_FLAG;

/// `AF_INET` and `AF_INET6` (linux/socket.h).
const INET: u32 = 2;
const INET6: u32 = 10;
const TCP: u8 = 6;
/// What an IPv4 address in an IPv6 socket has in its third word (RFC 4291, 2.5.5.2).
const MAPPED: u32 = 0xffff_u32.to_be();

/// Lets the socket do what it would do without us.
const GO_ON: u32 = 1;

/// Notes what a socket reports.
#[sock_ops]
pub fn socket_event(ctx: SockOpsContext) -> u32 {
    note(ctx.ops);
    GO_ON
}

/// A field of what a socket reports. Each is read by itself: the kernel turns reads of fields, and not of several at once, into
/// reads of its own structures.
macro_rules! field {
    ($ops:expr, $($field:tt)+) => {
        // SAFETY: a field of the context that the kernel gave.
        unsafe { read_volatile(addr_of!((*$ops).$($field)+)) }
    };
}

#[inline(always)]
fn note(ops: *mut bpf_sock_ops) {
    let event = field!(ops, op);
    match event {
        BPF_SOCK_OPS_TCP_CONNECT_CB
        | BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB
        | BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB => {
            let reports = field!(ops, bpf_sock_ops_cb_flags) | REPORTS;
            // SAFETY: the context is the one the kernel gave.
            let _ = unsafe { bpf_sock_ops_cb_flags_set(ops, reports as i32) };
        }
        BPF_SOCK_OPS_RTT_CB | BPF_SOCK_OPS_RETRANS_CB | BPF_SOCK_OPS_STATE_CB => {}
        _ => return,
    }
    // SAFETY: the context is the one the kernel gave.
    let cookie = unsafe { bpf_get_socket_cookie(ops.cast()) };
    // The context has what was so before this measurement; newer kernels (6.10) tell beside it what is so now.
    let told = if event == BPF_SOCK_OPS_RTT_CB { argument(ops) } else { 0 };
    // Eighths of a microsecond.
    let rtt = if told == 0 { field!(ops, srtt_us) } else { told } >> 3;
    if let Some(before) = NOTED.get_ptr_mut(cookie as u32 % PLACES) {
        // SAFETY: the kernel's clock of ticks, and a word of the map, which is read and written at once.
        unsafe {
            let word = noted(cookie, bpf_jiffies64(), rtt);
            if event == BPF_SOCK_OPS_RTT_CB && says_the_same(read_volatile(before), word) {
                return;
            }
            write_volatile(before, word);
        }
    }
    let Some(ends) = ends(ops) else { return };
    // SAFETY: the kernel's clock.
    let now = unsafe { bpf_ktime_get_ns() };
    let total = field!(ops, total_retrans);
    if let Some(known) = CONNECTIONS.get_ptr_mut(&ends) {
        // SAFETY: a value of the map. The kernel holds the socket's lock, and no other socket has these ends.
        unsafe {
            if (*known).cookie == cookie {
                let asked = (*known).asked;
                if event == BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB && asked != 0 {
                    write_volatile(&raw mut (*known).handshake, ((now - asked) / 1000) as u32);
                }
                write_volatile(&raw mut (*known).rtt, rtt);
                write_volatile(&raw mut (*known).retransmits, total - (*known).before);
                return;
            }
        }
    }
    let mut first = Connection { cookie, asked: 0, rtt, handshake: 0, retransmits: total, before: 0 };
    match event {
        BPF_SOCK_OPS_TCP_CONNECT_CB => first.asked = now,
        BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB => first.handshake = rtt,
        BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB => {}
        _ => {
            // What was sent again before is not of now; but what is reported is.
            let segments = if event == BPF_SOCK_OPS_RETRANS_CB { argument(ops) } else { 0 };
            first.retransmits = segments.min(total);
            first.before = total - first.retransmits;
        }
    }
    // Where there is no memory, it is tried again at the next event.
    let _ = CONNECTIONS.insert(&ends, &first, 0);
}

/// A socket, the tick at which its round trip was noted, and that round trip (microseconds, up to 16 s), in one word.
#[inline(always)]
const fn noted(cookie: u64, tick: u64, rtt: u32) -> u64 {
    let rtt = if rtt > ROUND_TRIP as u32 { ROUND_TRIP } else { rtt as u64 };
    cookie << 40 | (tick & 0xffff) << 24 | rtt
}

const ROUND_TRIP: u64 = 0xff_ffff;

/// Whether a round trip that comes in the same tick is near enough to the one that was noted, so that it need not be: to tell each
/// costs more than all else here, where a connection has tens of thousands of answers per second. Of those beyond a millisecond
/// that is 3 %.
#[inline(always)]
const fn says_the_same(before: u64, now: u64) -> bool {
    let (before_rtt, now_rtt) = (before & ROUND_TRIP, now & ROUND_TRIP);
    before >> 24 == now >> 24
        && (before_rtt.abs_diff(now_rtt) <= before_rtt >> 5 || (before_rtt < 1000 && now_rtt < 1000))
}

/// The second of the numbers that come with an event.
#[inline(always)]
fn argument(ops: *const bpf_sock_ops) -> u32 {
    field!(ops, __bindgen_anon_1.args[1])
}

/// The ends of a socket's packets; none of a socket that is not of IP.
#[inline(always)]
fn ends(ops: *const bpf_sock_ops) -> Option<Ends> {
    let mut ends = Ends {
        local: [0; 4],
        remote: [0; 4],
        local_port: field!(ops, local_port) as u16,
        remote_port: u32::from_be(field!(ops, remote_port)) as u16,
        protocol: TCP,
        version: 4,
        reserved: 0,
    };
    match field!(ops, family) {
        INET => {
            ends.local[0] = field!(ops, local_ip4);
            ends.remote[0] = field!(ops, remote_ip4);
        }
        INET6 => {
            let remote = [
                field!(ops, remote_ip6[0]),
                field!(ops, remote_ip6[1]),
                field!(ops, remote_ip6[2]),
                field!(ops, remote_ip6[3]),
            ];
            if remote[0] | remote[1] == 0 && remote[2] == MAPPED {
                ends.local[0] = field!(ops, local_ip6[3]);
                ends.remote[0] = remote[3];
            } else {
                ends.local = [
                    field!(ops, local_ip6[0]),
                    field!(ops, local_ip6[1]),
                    field!(ops, local_ip6[2]),
                    field!(ops, local_ip6[3]),
                ];
                ends.remote = remote;
                ends.version = 6;
            }
        }
        _ => return None,
    }
    Some(ends)
}

/// What a walk over TCP sockets has of each (`struct bpf_iter__tcp`).
#[repr(C)]
pub struct OldSocket {
    meta: u64,
    socket: u64,
}

/// `SOL_TCP` (linux/socket.h).
const SOL_TCP: i32 = 6;
/// `TCP_BPF_SOCK_OPS_CB_FLAGS` (linux/bpf.h, from 6.12; older kernels refuse it).
const CB_FLAGS: i32 = 1008;

/// Has a socket report that was there before.
#[unsafe(link_section = "iter/tcp")]
#[unsafe(no_mangle)]
pub fn old_socket(ctx: *mut OldSocket) -> i32 {
    // SAFETY: a field of the context that the kernel gave.
    let socket = unsafe { read_volatile(addr_of!((*ctx).socket)) } as *mut core::ffi::c_void;
    if socket.is_null() {
        return 0;
    }
    // SAFETY: a socket that the kernel gave, and room for the option's value.
    unsafe {
        let tcp = bpf_skc_to_tcp_sock(socket);
        if tcp.is_null() {
            return 0;
        }
        let mut flags = 0_u32;
        let size = size_of::<u32>() as i32;
        if bpf_getsockopt(tcp.cast(), SOL_TCP, CB_FLAGS, (&raw mut flags).cast(), size) != 0 {
            return 0;
        }
        flags |= REPORTS;
        let _ = bpf_setsockopt(tcp.cast(), SOL_TCP, CB_FLAGS, (&raw mut flags).cast(), size);
    }
    0
}
