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

#[path = "../verifier.rs"]
#[expect(dead_code, reason = "of what is in it, one function is needed here")]
mod verifier;

use core::{
    ffi::c_void,
    ptr::{addr_of, read_volatile},
};

use aya_ebpf::{
    bindings::__sk_buff,
    btf_maps::{Array, LruHashMap},
    helpers::{
        bpf_get_current_cgroup_id, bpf_get_current_pid_tgid, bpf_get_current_uid_gid, bpf_get_socket_cookie,
        bpf_skb_load_bytes, bpf_sock_from_file,
        generated::{bpf_get_current_comm, bpf_probe_read_kernel},
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
    pub const COUNT: usize = 9;
}

/// Lets a packet pass, and a socket be made.
const GO_ON: i32 = 1;

/// `AF_INET` and `AF_INET6` (linux/socket.h).
const INET: u16 = 2;
const INET6: u16 = 10;

/// EtherTypes of IP, as the context has them.
const IPV4: u32 = 0x0800_u16.to_be() as u32;
const IPV6: u32 = 0x86dd_u16.to_be() as u32;
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
    let Some(ends) = ends(packet, is_sent) else { return };
    if let Some(known) = HOLDERS.get_ptr_mut(&ends) {
        // SAFETY: a value of the map. Of two CPUs with a packet at the same moment, either may be the last.
        unsafe {
            if (*known).cookie == cookie || (*known).accepted == cookie {
                return;
            }
            // Nobody made it: it comes from a socket that listens, which has had the first packet.
            if OWNERS.get_ptr(&cookie).is_none() && OWNERS.get_ptr(&(*known).cookie).is_some() {
                (*known).accepted = cookie;
                return;
            }
        }
    }
    // Where there is no memory, the next packet tries again.
    let _ = HOLDERS.insert(&ends, &Holder { cookie, accepted: 0 }, 0);
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
    // SAFETY: a socket that the kernel gave.
    let cookie = unsafe { bpf_get_socket_cookie(sock as *mut c_void) };
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
    // Who has made it is known better, and of several who have it, the first is told.
    const NOT_YET: u64 = 1;
    let _ = OWNERS.insert(&cookie, &owner, NOT_YET);
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

/// What the kernel asks of a program that uses GPL-only helpers.
#[unsafe(link_section = "license")]
#[unsafe(no_mangle)]
static LICENSE: [u8; 13] = *b"Dual BSD/GPL\0";

/// Nothing here can panic; the language wants a handler all the same.
#[panic_handler]
fn panic(_info: &core::panic::PanicInfo) -> ! {
    loop {}
}
