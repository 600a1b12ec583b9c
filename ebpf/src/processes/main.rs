//! Which process of this machine packets belong to. It changes nothing, and lets every packet and socket go on.
//!
//! | program | attached to | does |
//! |---|---|---|
//! | `created` | the root of the control groups (`sock_create`) | notes who makes a socket |
//! | `sent`, `received` | the root of the control groups (`cgroup_skb`) | note the socket of packets with some ends |
//! | `open_file` | a walk over open files | notes who has a socket that was there before |
#![no_std]
#![no_main]
#![feature(asm_experimental_arch)]

#[path = "../object.rs"]
mod object;
#[path = "../verifier.rs"]
#[expect(dead_code, reason = "of what is in it, one function is needed here")]
mod verifier;

use core::{
    ffi::c_void,
    ptr::{addr_of, null_mut, read_volatile, write_volatile},
};

use aya_ebpf::{
    bindings::{__sk_buff, bpf_sock},
    btf_maps::{Array, LruHashMap},
    helpers::{
        bpf_get_current_cgroup_id, bpf_get_current_pid_tgid, bpf_get_current_uid_gid, bpf_get_socket_cookie,
        bpf_skb_load_bytes, bpf_sock_from_file,
        generated::{bpf_get_current_comm, bpf_jiffies64, bpf_probe_read_kernel, bpf_sk_fullsock},
    },
    macros::{btf_map, cgroup_skb, cgroup_sock},
    programs::{SkBuffContext, SockContext},
};
use xdplive_packet::socket::{Ends, Holder, MOST_SOCKETS, NAME, Owner};

/// Whose sockets are, by their cookies.
#[btf_map]
static OWNERS: LruHashMap<u64, Owner, { MOST_SOCKETS as usize }> = LruHashMap::new();

/// The sockets of packets, by their ends.
#[btf_map]
static HOLDERS: LruHashMap<Ends, Holder, { MOST_SOCKETS as usize }> = LruHashMap::new();

/// Whose sockets are that had no cookie yet when a walk found them, by their addresses in the kernel. They get one with their first
/// packet; the kernel refuses to give them one here, as it does not trust pointers that are read out of its structures.
#[btf_map]
static UNNUMBERED: LruHashMap<u64, Unnumbered, { MOST_UNNUMBERED as usize }> = LruHashMap::new();

/// Such sockets at most.
const MOST_UNNUMBERED: u32 = MOST_SOCKETS / 4;

/// A socket without a cookie.
#[repr(C)]
pub struct Unnumbered {
    /// Whose it is.
    owner: Owner,
    /// Its ports, see [`ports`]: another socket may be where it was.
    ports: u32,
    /// Keeps the layout free of padding.
    reserved: u32,
}

/// TCP sockets with packets that were noted lately, each at the place that its cookie gives it, a place for each direction. Where two
/// have the same place, their packets are noted more often.
#[btf_map]
static NOTED: Array<Noted, PLACES> = Array::new();

/// A power of two.
const PLACES: usize = 1 << 14;

/// That packets of a TCP socket have been noted.
#[repr(C)]
pub struct Noted {
    /// The socket's.
    cookie: u64,
    /// What it was connected to, and when, see [`mark`].
    mark: u64,
}

/// Where the kernel has what `open_file` reads, see [`offset`].
#[btf_map]
static OFFSETS: Array<u32, { offset::COUNT }> = Array::new();

/// The numbers of offsets, in the order in which the loader has them.
mod offset {
    pub const TASK_TGID: u32 = 0;
    pub const TASK_COMM: u32 = 1;
    pub const TASK_CRED: u32 = 2;
    pub const CRED_UID: u32 = 3;
    pub const TASK_CGROUPS: u32 = 4;
    pub const CSS_SET_GROUP: u32 = 5;
    pub const GROUP_NODE: u32 = 6;
    pub const NODE_ID: u32 = 7;
    pub const SOCK_FAMILY: u32 = 8;
    pub const SOCK_COOKIE: u32 = 9;
    pub const SOCK_PORTS: u32 = 10;
    pub const COUNT: usize = 11;
}

/// Lets a packet pass, and a socket be made.
const GO_ON: i32 = 1;

/// Writes only what is not there yet (`BPF_NOEXIST`).
const NOT_YET: u64 = 1;

/// `AF_INET` and `AF_INET6` (linux/socket.h).
const INET: u16 = 2;
const INET6: u16 = 10;

/// EtherTypes of IP, as the context has them.
const IPV4: u32 = 0x0800_u16.to_be() as u32;
const IPV6: u32 = 0x86dd_u16.to_be() as u32;
/// `SOCK_STREAM` (linux/net.h), TCP (IANA), and `BPF_TCP_LISTEN` (linux/bpf.h).
const STREAM: u32 = 1;
const TCP: u32 = 6;
const LISTENS: u32 = 10;
/// So many halvings of the kernel's ticks, which are 100 to 1000 a second, make a time from 0.2 to 2.6 s.
const LATELY: u32 = 8;
/// Protocols with ports (IANA): TCP, UDP, DCCP, SCTP, UDP-Lite.
const WITH_PORTS: [u8; 5] = [6, 17, 33, 132, 136];

/// Notes who makes a socket.
#[cgroup_sock(sock_create)]
pub fn created(ctx: SockContext) -> i32 {
    let mut owner = Owner { name: [0; NAME], group: 0, process: 0, user: 0 };
    // SAFETY: the context is the one the kernel gave; the name has room for as many bytes.
    let cookie = unsafe {
        owner.process = (bpf_get_current_pid_tgid() >> 32) as u32;
        owner.user = bpf_get_current_uid_gid() as u32;
        owner.group = bpf_get_current_cgroup_id();
        let _ = bpf_get_current_comm((&raw mut owner.name).cast(), NAME as u32);
        bpf_get_socket_cookie(ctx.sock.cast())
    };
    // Where there is no memory, a walk finds it.
    let _ = OWNERS.insert(&cookie, &owner, 0);
    GO_ON
}

/// Notes the socket of a packet that is sent.
#[cgroup_skb(egress)]
pub fn sent(ctx: SkBuffContext) -> i32 {
    note(ctx.skb.skb, true);
    GO_ON
}

/// Notes the socket of a packet that was received.
#[cgroup_skb(ingress)]
pub fn received(ctx: SkBuffContext) -> i32 {
    note(ctx.skb.skb, false);
    GO_ON
}

#[inline(always)]
fn note(packet: *mut __sk_buff, is_sent: bool) {
    // SAFETY: the context is the one the kernel gave.
    let cookie = unsafe { bpf_get_socket_cookie(packet.cast()) };
    if cookie == 0 {
        return;
    }
    // Nearly all packets are of a TCP socket that has had another just before.
    let mark = mark(packet);
    // Both always have a value: the verifier of older kernels (6.1) refuses to see one moved around that has none.
    let place =
        if mark == 0 { None } else { NOTED.get_ptr_mut(number(cookie, is_sent)) }.unwrap_or(null_mut());
    if !place.is_null() {
        // SAFETY: a value of the map. What CPUs write at the same moment may be mixed, and then is of none of them.
        unsafe {
            if read_volatile(addr_of!((*place).cookie)) == cookie
                && read_volatile(addr_of!((*place).mark)) == mark
            {
                return;
            }
        }
    }
    let Some(ends) = ends(packet, is_sent) else { return };
    if note_holder(packet, &ends, cookie) && !place.is_null() {
        // SAFETY: the same.
        unsafe {
            write_volatile(&raw mut (*place).cookie, cookie);
            write_volatile(&raw mut (*place).mark, mark);
        }
    }
}

/// The place of a socket in [`NOTED`]. Either direction has one: where addresses are translated, its packets have other ends.
#[inline(always)]
fn number(cookie: u64, is_sent: bool) -> u32 {
    (cookie << 1 | u64::from(is_sent)) as u32 & (PLACES as u32 - 1)
}

/// What is the same for all packets that one TCP socket has lately had in a direction, as long as it is connected to the same; 0 of
/// other sockets, and of one that listens: their packets have any ends.
#[inline(always)]
fn mark(packet: *mut __sk_buff) -> u64 {
    let Some(socket) = socket(packet) else { return 0 };
    // SAFETY: fields of the socket that the kernel gave.
    unsafe {
        if read_volatile(addr_of!((*socket).type_)) != STREAM
            || read_volatile(addr_of!((*socket).protocol)) != TCP
            || read_volatile(addr_of!((*socket).state)) == LISTENS
        {
            return 0;
        }
        let time = bpf_jiffies64() >> LATELY << 48;
        let port = u64::from(read_volatile(addr_of!((*socket).dst_port))) << 32;
        time | port | u64::from(read_volatile(addr_of!((*socket).dst_ip4)))
    }
}

/// Notes whose packets with some ends are. Returns whether that was possible: there may be no memory.
#[inline(always)]
fn note_holder(packet: *mut __sk_buff, ends: &Ends, cookie: u64) -> bool {
    if let Some(known) = HOLDERS.get_ptr_mut(ends) {
        // SAFETY: a value of the map. Of two CPUs with a packet at the same moment, either may be the last.
        unsafe {
            if (*known).cookie == cookie || (*known).accepted == cookie {
                return true;
            }
            adopt(packet, cookie);
            // Nobody made it: it comes from a socket that listens, which has had the first packet.
            if OWNERS.get_ptr(&cookie).is_none() && OWNERS.get_ptr(&(*known).cookie).is_some() {
                (*known).accepted = cookie;
                return true;
            }
        }
    }
    adopt(packet, cookie);
    HOLDERS.insert(ends, &Holder { cookie, accepted: 0 }, 0).is_ok()
}

/// Has it known by the cookie of a packet's socket whose it is, if it was known by its address.
#[inline(always)]
fn adopt(packet: *mut __sk_buff, cookie: u64) -> Option<()> {
    let socket = socket(packet)?;
    let address = socket as u64;
    let known = UNNUMBERED.get_ptr(&address)?;
    // SAFETY: fields of the socket that the kernel gave, and a value of the map.
    unsafe {
        let ports = ports(
            read_volatile(addr_of!((*socket).src_port)),
            read_volatile(addr_of!((*socket).dst_port)).into(),
        );
        if (*known).ports == ports {
            let _ = OWNERS.insert(&cookie, &(*known).owner, NOT_YET);
        }
    }
    let _ = UNNUMBERED.remove(&address);
    Some(())
}

/// Two ports in one number, as the kernel has them: the socket's own, and that which it is connected to, in network order.
#[inline(always)]
fn ports(own: u32, other: u32) -> u32 {
    own << 16 | other
}

/// The socket of a packet; none that is not whole.
#[inline(always)]
fn socket(packet: *mut __sk_buff) -> Option<*mut bpf_sock> {
    // SAFETY: a field of the context that the kernel gave.
    let socket = unsafe { read_volatile(addr_of!((*packet).__bindgen_anon_2.sk)) };
    if socket.is_null() {
        return None;
    }
    // SAFETY: a socket that the kernel gave.
    let socket = unsafe { bpf_sk_fullsock(socket) };
    if socket.is_null() { None } else { Some(socket) }
}

/// The ends of a packet, which begins with its IP header.
#[inline(always)]
fn ends(packet: *mut __sk_buff, is_sent: bool) -> Option<Ends> {
    let mut ends = Ends {
        local: [0; 4],
        remote: [0; 4],
        local_port: 0,
        remote_port: 0,
        protocol: 0,
        version: 4,
        reserved: 0,
    };
    // SAFETY: a field of the context that the kernel gave.
    let begin = match unsafe { read_volatile(addr_of!((*packet).protocol)) } {
        IPV4 => {
            let header: [u32; 5] = load(packet, 0)?;
            ends.local[0] = header[3];
            ends.remote[0] = header[4];
            // The second word's end says where a fragment belongs; only the first has ports.
            let later = u32::from_be(header[1]) & 0x1fff != 0;
            ends.protocol = (u32::from_be(header[2]) >> 16) as u8;
            let length = (u32::from_be(header[0]) >> 24 & 0xf) * 4;
            if later { 0 } else { length }
        }
        IPV6 => {
            let header: [u32; 10] = load(packet, 0)?;
            ends.version = 6;
            ends.local = [header[2], header[3], header[4], header[5]];
            ends.remote = [header[6], header[7], header[8], header[9]];
            ends.protocol = (u32::from_be(header[1]) >> 8) as u8;
            40
        }
        _ => return None,
    };
    if begin != 0 && WITH_PORTS.contains(&ends.protocol) {
        let ports: [u16; 2] = load(packet, begin)?;
        (ends.local_port, ends.remote_port) = (u16::from_be(ports[0]), u16::from_be(ports[1]));
    }
    if is_sent { Some(ends) } else { Some(ends.reversed()) }
}

/// What stands at an offset in a packet.
#[inline(always)]
fn load<T: Copy>(packet: *mut __sk_buff, at: u32) -> Option<T> {
    let mut value = core::mem::MaybeUninit::<T>::uninit();
    // SAFETY: the context is the one the kernel gave, there is room for the value, and numbers are any bytes.
    unsafe {
        let result = bpf_skb_load_bytes(packet.cast(), at, value.as_mut_ptr().cast(), size_of::<T>() as u32);
        (result == 0).then(|| value.assume_init())
    }
}

/// What a walk over open files has of each (`struct bpf_iter__task_file`).
#[repr(C)]
pub struct OpenFile {
    meta: u64,
    task: u64,
    descriptor: u64,
    file: u64,
}

/// Where `struct socket` has its `sk`. The verifier knows the type of what is read there, and refuses the program where it is
/// no socket.
const SOCKET_SK: usize = 24;

/// Notes who has a socket.
#[unsafe(link_section = "iter/task_file")]
#[unsafe(no_mangle)]
pub fn open_file(ctx: *mut OpenFile) -> i32 {
    // SAFETY: fields of the context that the kernel gave.
    let (task, file) =
        unsafe { (read_volatile(addr_of!((*ctx).task)), read_volatile(addr_of!((*ctx).file))) };
    if task == 0 || file == 0 {
        return 0;
    }
    // SAFETY: a file that the kernel gave.
    let socket = unsafe { bpf_sock_from_file(file as *mut _) } as *const u8;
    if socket.is_null() {
        return 0;
    }
    // SAFETY: a socket that the kernel gave; it checks the offset.
    let sock = unsafe { read_volatile(socket.add(SOCKET_SK).cast::<u64>()) };
    if sock == 0 {
        return 0;
    }
    note_owner(task, sock);
    0
}

#[inline(always)]
fn note_owner(task: u64, sock: u64) -> Option<()> {
    let family: u16 = read(sock, offset::SOCK_FAMILY)?;
    if family != INET && family != INET6 {
        return None;
    }
    let cookie: u64 = read(sock, offset::SOCK_COOKIE)?;
    let name: [u64; NAME / 8] = read(task, offset::TASK_COMM)?;
    let credentials: u64 = read(task, offset::TASK_CRED)?;
    let groups: u64 = read(task, offset::TASK_CGROUPS)?;
    let group: u64 = read(groups, offset::CSS_SET_GROUP)?;
    let node: u64 = read(group, offset::GROUP_NODE)?;
    let owner = Owner {
        // SAFETY: numbers of the same size are any bytes.
        name: unsafe { core::mem::transmute::<[u64; NAME / 8], [u8; NAME]>(name) },
        group: read(node, offset::NODE_ID)?,
        process: read(task, offset::TASK_TGID)?,
        user: read(credentials, offset::CRED_UID)?,
    };
    if cookie != 0 {
        // Who has made it is known better, and of several who have it, the first is told.
        let _ = OWNERS.insert(&cookie, &owner, NOT_YET);
        return Some(());
    }
    let pair: u32 = read(sock, offset::SOCK_PORTS)?;
    // The kernel has the own port behind the other one.
    let [one, other, own @ ..] = pair.to_ne_bytes();
    let ports = ports(u16::from_ne_bytes(own).into(), u16::from_ne_bytes([one, other]).into());
    // SAFETY: a value of the map.
    let is_known = UNNUMBERED.get_ptr(&sock).is_some_and(|known| unsafe { (*known).ports == ports });
    if !is_known {
        let _ = UNNUMBERED.insert(&sock, &Unnumbered { owner, ports, reserved: 0 }, 0);
    }
    Some(())
}

/// Reads what one of the kernel's structures has at an offset.
#[inline(always)]
fn read<T: Copy>(structure: u64, number: u32) -> Option<T> {
    /// No structure is longer.
    const LONGEST: u64 = 0xffff;
    // SAFETY: a value of the map, which only the loader writes.
    let offset = u64::from(unsafe { *OFFSETS.get_ptr(number)? });
    let at = structure + (verifier::opaque(offset) & LONGEST);
    let mut value = core::mem::MaybeUninit::<T>::uninit();
    // SAFETY: there is room for the value, and numbers are any bytes. The kernel checks the address.
    unsafe {
        let result =
            bpf_probe_read_kernel(value.as_mut_ptr().cast(), size_of::<T>() as u32, at as *const c_void);
        (result == 0).then(|| value.assume_init())
    }
}
