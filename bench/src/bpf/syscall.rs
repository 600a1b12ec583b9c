//! The `bpf` system call, as far as programs made of single instructions need it: aya loads objects only.

use std::{
    ffi::c_long,
    io,
    mem::size_of,
    os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd},
    time::Duration,
};

use aya_obj::generated::{bpf_attach_type, bpf_cmd, bpf_map_type, bpf_prog_type};

use super::BpfError;

/// The program can take packets in several buffers (`BPF_F_XDP_HAS_FRAGS`), as the product's can: the kernel
/// lets no other program call it.
const SEVERAL_BUFFERS: u32 = 1 << 5;
/// An LPM trie takes memory as it grows (`BPF_F_NO_PREALLOC`), and must.
const GROWS: u32 = 1;
/// The verdicts of live frames are carried out (`BPF_F_TEST_XDP_LIVE_FRAMES`).
const LIVE_FRAMES: u32 = 1 << 1;
/// XDP on socket buffers (`XDP_FLAGS_SKB_MODE`, linux/if_link.h).
const GENERIC: u32 = 1 << 1;
/// Some helpers are for such programs only.
const LICENSE: &[u8] = b"GPL\0";
/// Bytes of what the verifier says, at most; all of it is only asked for when it refuses.
const LOG: usize = 1 << 16;

/// `BPF_MAP_CREATE`'s part of `union bpf_attr`.
#[derive(Clone, Copy)]
#[repr(C)]
struct MapAttributes {
    kind: u32,
    key_size: u32,
    value_size: u32,
    entries: u32,
    flags: u32,
    inner: u32,
}

/// `BPF_MAP_UPDATE_ELEM`'s part.
#[derive(Clone, Copy)]
#[repr(C)]
struct ElementAttributes {
    map: RawFd,
    padding: u32,
    key: *const u8,
    value: *const u8,
    flags: u64,
}

/// `BPF_PROG_LOAD`'s part.
#[derive(Clone, Copy)]
#[repr(C)]
struct ProgramAttributes {
    kind: u32,
    instructions: u32,
    code: *const u64,
    license: *const u8,
    log_level: u32,
    log_size: u32,
    log: *mut u8,
    kernel_version: u32,
    flags: u32,
    name: [u8; 16],
    interface: u32,
    attach_type: u32,
}

/// `BPF_PROG_GET_FD_BY_ID`'s part.
#[derive(Clone, Copy)]
#[repr(C)]
struct IdAttributes {
    id: u32,
    next: u32,
    flags: u32,
}

/// `BPF_LINK_CREATE`'s part.
#[derive(Clone, Copy)]
#[repr(C)]
struct LinkAttributes {
    program: RawFd,
    index: u32,
    attach_type: u32,
    flags: u32,
    relative: [u64; 2],
}

/// `BPF_PROG_TEST_RUN`'s part.
#[derive(Clone, Copy)]
#[repr(C)]
struct RunAttributes {
    program: RawFd,
    result: u32,
    data_in_size: u32,
    data_out_size: u32,
    data_in: *const u8,
    data_out: *mut u8,
    repeat: u32,
    duration: u32,
    context_in_size: u32,
    context_out_size: u32,
    context_in: *const u8,
    context_out: *mut u8,
    flags: u32,
    cpu: u32,
    batch: u32,
    /// Makes the size a multiple of eight; the kernel wants 0.
    padding: u32,
}

/// A map in the kernel, gone with this value and the programs that use it.
#[derive(Debug)]
pub struct Map {
    descriptor: OwnedFd,
    key_size: usize,
    value_size: usize,
}

impl Map {
    /// Creates one. Sizes in bytes.
    ///
    /// # Errors
    /// The kernel's.
    pub fn create(
        kind: bpf_map_type,
        key_size: usize,
        value_size: usize,
        entries: usize,
    ) -> Result<Self, BpfError> {
        let flags = if kind == bpf_map_type::BPF_MAP_TYPE_LPM_TRIE { GROWS } else { 0 };
        let mut attributes = MapAttributes {
            kind: kind as u32,
            key_size: key_size as u32,
            value_size: value_size as u32,
            entries: entries as u32,
            flags,
            inner: 0,
        };
        // SAFETY: these are the command's attributes.
        let descriptor = unsafe { create(bpf_cmd::BPF_MAP_CREATE, &mut attributes) };
        let descriptor = descriptor.map_err(|error| BpfError::Kernel { action: "create a map", error })?;
        Ok(Self { descriptor, key_size, value_size })
    }

    /// Sets one element.
    ///
    /// # Errors
    /// The kernel's, and where key or value have another size than the map's.
    pub fn set(&self, key: &[u8], value: &[u8]) -> Result<(), BpfError> {
        let failed = |error| BpfError::Kernel { action: "fill a map", error };
        if key.len() != self.key_size || value.len() != self.value_size {
            return Err(failed(io::ErrorKind::InvalidInput.into()));
        }
        let mut attributes = ElementAttributes {
            map: self.descriptor.as_raw_fd(),
            padding: 0,
            key: key.as_ptr(),
            value: value.as_ptr(),
            flags: 0,
        };
        // SAFETY: these are the command's attributes; key and value have the sizes that the map was made with.
        unsafe { bpf(bpf_cmd::BPF_MAP_UPDATE_ELEM, &mut attributes) }.map_err(failed)?;
        Ok(())
    }

    /// The descriptor as an instruction takes it.
    #[must_use]
    pub fn number(&self) -> i32 {
        self.descriptor.as_raw_fd()
    }
}

/// Loads an XDP program.
///
/// # Errors
/// [`BpfError::Refused`] with what the verifier said.
pub fn load_xdp(name: &'static str, code: &[u64]) -> Result<OwnedFd, BpfError> {
    // What the verifier says is long, and of interest only where it refuses.
    load(name, code, &mut []).or_else(|_| {
        let mut log = vec![0; LOG];
        load(name, code, &mut log).map_err(|error| {
            let end = log.iter().position(|byte| *byte == 0).unwrap_or(log.len());
            let log = log.get(..end).map(String::from_utf8_lossy).unwrap_or_default().into_owned();
            BpfError::Refused { name, error, log }
        })
    })
}

fn load(name: &str, code: &[u64], log: &mut [u8]) -> io::Result<OwnedFd> {
    let mut bytes = [0; 16];
    // The last byte stays 0.
    for (to, from) in bytes.iter_mut().take(15).zip(name.bytes()) {
        *to = from;
    }
    let mut attributes = ProgramAttributes {
        kind: bpf_prog_type::BPF_PROG_TYPE_XDP as u32,
        instructions: code.len() as u32,
        code: code.as_ptr(),
        license: LICENSE.as_ptr(),
        log_level: u32::from(!log.is_empty()),
        log_size: log.len() as u32,
        log: if log.is_empty() { std::ptr::null_mut() } else { log.as_mut_ptr() },
        kernel_version: 0,
        flags: SEVERAL_BUFFERS,
        name: bytes,
        interface: 0,
        attach_type: bpf_attach_type::BPF_XDP as u32,
    };
    // SAFETY: these are the command's attributes; code and log have the lengths given, and the license ends with a 0.
    unsafe { create(bpf_cmd::BPF_PROG_LOAD, &mut attributes) }
}

/// What came of a test run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// What the program returned, the last time.
    pub result: u32,
    /// Mean time of one turn as the kernel measured it: around all turns, so that its loop's share is in it.
    /// Whole nanoseconds.
    pub duration: Duration,
}

/// The loaded program with this id, whoever loaded it.
///
/// # Errors
/// The kernel's.
pub fn program(id: u32) -> Result<OwnedFd, BpfError> {
    let mut attributes = IdAttributes { id, next: 0, flags: 0 };
    // SAFETY: these are the command's attributes.
    unsafe { create(bpf_cmd::BPF_PROG_GET_FD_BY_ID, &mut attributes) }
        .map_err(|error| BpfError::Kernel { action: "open a loaded program", error })
}

/// Attaches an XDP program to the interface number `index`, for as long as the link is held, on socket buffers
/// (`XDP_FLAGS_SKB_MODE`).
///
/// # Errors
/// The kernel's.
pub fn attach_generic(program: BorrowedFd<'_>, index: u32) -> Result<OwnedFd, BpfError> {
    let mut attributes = LinkAttributes {
        program: program.as_raw_fd(),
        index,
        attach_type: bpf_attach_type::BPF_XDP as u32,
        flags: GENERIC,
        relative: [0; 2],
    };
    // SAFETY: these are the command's attributes.
    unsafe { create(bpf_cmd::BPF_LINK_CREATE, &mut attributes) }
        .map_err(|error| BpfError::Kernel { action: "attach a program", error })
}

/// Runs an XDP program `repeat` times on `packet`. Nothing is done with the verdicts.
///
/// # Errors
/// The kernel's.
pub fn test_run(program: BorrowedFd<'_>, packet: &[u8], repeat: u32) -> Result<Run, BpfError> {
    run(program, packet, repeat, &Way::default())
}

/// The same as if the packets came in by the interface number `index` of this thread's namespace.
///
/// # Errors
/// The kernel's.
pub fn test_run_at(program: BorrowedFd<'_>, packet: &[u8], repeat: u32, index: u32) -> Result<Run, BpfError> {
    run(program, packet, repeat, &Way { index: Some(index), ..Way::default() })
}

/// How a program is run.
#[derive(Clone, Copy, Default)]
struct Way {
    flags: u32,
    batch: u32,
    /// The interface that packets come in by; the loopback interface where there is none.
    index: Option<u32>,
}

/// What an XDP program is given (`struct xdp_md`, linux/bpf.h).
#[derive(Clone, Copy, Default)]
#[repr(C)]
struct Context {
    data: u32,
    data_end: u32,
    data_meta: u32,
    ingress_ifindex: u32,
    rx_queue_index: u32,
    egress_ifindex: u32,
}

/// Runs an XDP program on `count` live frames made of `packet`, `batch` of them at a time, and does with each
/// what the program says.
///
/// # Errors
/// The kernel's.
pub fn live_frames(program: BorrowedFd<'_>, packet: &[u8], count: u32, batch: u32) -> Result<(), BpfError> {
    run(program, packet, count, &Way { flags: LIVE_FRAMES, batch, index: None }).map(|_| ())
}

fn run(program: BorrowedFd<'_>, packet: &[u8], repeat: u32, way: &Way) -> Result<Run, BpfError> {
    let context = Context {
        data_end: packet.len() as u32,
        ingress_ifindex: way.index.unwrap_or_default(),
        ..Context::default()
    };
    let given = way.index.map(|_| &raw const context);
    let mut attributes = RunAttributes {
        program: program.as_raw_fd(),
        result: 0,
        data_in_size: packet.len() as u32,
        data_out_size: 0,
        data_in: packet.as_ptr(),
        data_out: std::ptr::null_mut(),
        repeat,
        duration: 0,
        context_in_size: given.map_or(0, |_| size_of::<Context>() as u32),
        context_out_size: 0,
        context_in: given.map_or(std::ptr::null(), <*const Context>::cast),
        context_out: std::ptr::null_mut(),
        flags: way.flags,
        cpu: 0,
        batch: way.batch,
        padding: 0,
    };
    // SAFETY: these are the command's attributes; packet and context have the lengths given, and nothing is asked for in
    // return.
    unsafe { bpf(bpf_cmd::BPF_PROG_TEST_RUN, &mut attributes) }
        .map_err(|error| BpfError::Kernel { action: "run a program on a packet", error })?;
    Ok(Run { result: attributes.result, duration: Duration::from_nanos(attributes.duration.into()) })
}

/// The system call, of a command that makes or opens something.
///
/// # Safety
/// `command` returns a new descriptor; and as for [`bpf`].
unsafe fn create<A>(command: bpf_cmd, attributes: &mut A) -> io::Result<OwnedFd> {
    // SAFETY: the caller's promise.
    let descriptor = unsafe { bpf(command, attributes) }?;
    let descriptor = RawFd::try_from(descriptor).map_err(|_| io::ErrorKind::InvalidData)?;
    // SAFETY: nobody else owns a new descriptor.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
}

/// The system call.
///
/// # Safety
/// `attributes` has the layout that `command` expects, and what they point to is alive and large enough.
unsafe fn bpf<A>(command: bpf_cmd, attributes: &mut A) -> io::Result<c_long> {
    // SAFETY: the kernel reads and writes `attributes` within the size given; for the rest the caller answers.
    let result =
        unsafe { libc::syscall(libc::SYS_bpf, command as c_long, &raw mut *attributes, size_of::<A>()) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

const _: () = {
    assert!(size_of::<ProgramAttributes>() == 72);
    assert!(size_of::<RunAttributes>() == 80);
};
