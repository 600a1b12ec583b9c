//! The programs of the benchmarks themselves.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use aya_obj::generated::{bpf_func_id, bpf_map_type};

use super::{
    BpfError,
    instruction::{Label, Program, Register, Sum, When, Width},
    syscall::{Map, Run, attach_generic, live_frames, load_xdp, test_run, test_run_at},
};
use crate::packets::{COUNT, FRAME, HEADERS, Packets};

use Register::{R0, R1, R2, R3, R4, R5, R6, R7, R8};

/// `XDP_PASS`.
pub const PASS: u32 = 2;
/// `XDP_ABORTED`, for what cannot happen.
const ABORTED: i32 = 0;
/// Bytes before the packets in the feeder's array: how many have been fed so far, alone in its cache line.
const STATE: usize = 64;

/// The program that does nothing: `XDP_PASS`.
///
/// # Errors
/// The kernel's.
pub fn stub() -> Result<OwnedFd, BpfError> {
    let mut program = Program::new();
    program.set(R0, Sum::Mov, PASS as i32).exit();
    load_xdp("stub", &program.finish("stub")?)
}

/// A place for the program that feeders give their packets to.
pub struct Target {
    map: Map,
}

impl Target {
    /// An empty one.
    ///
    /// # Errors
    /// The kernel's.
    pub fn new() -> Result<Self, BpfError> {
        let map = Map::create(bpf_map_type::BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 1)?;
        Ok(Self { map })
    }

    /// Gives the packets to `program` from now on.
    ///
    /// # Errors
    /// The kernel's.
    pub fn aim(&self, program: BorrowedFd<'_>) -> Result<(), BpfError> {
        self.map.set(&0_u32.to_ne_bytes(), &program.as_raw_fd().to_ne_bytes())
    }
}

/// Writes one packet of a set after the other into the packet at hand, and jumps to a [`Target`]: each turn of
/// a test run meets another packet, and so do caches and branch predictors.
///
/// Only the first [`HEADERS`] bytes of a packet change; they are all that any program looks at.
pub struct Feeder {
    program: OwnedFd,
    _packets: Map,
    _link: Option<OwnedFd>,
    frame: [u8; FRAME],
    /// The interface that packets come in by, as far as programs can tell.
    index: Option<u32>,
}

impl Feeder {
    /// One for `packets`.
    ///
    /// # Errors
    /// The kernel's.
    pub fn new(packets: &Packets, target: &Target) -> Result<Self, BpfError> {
        let map = store(packets)?;
        let mut program = Program::new();
        let out = program.label();
        next_packet(&mut program, &map, out);
        program
            .set_by(R1, Sum::Mov, R6)
            .map(R2, target.map.number())
            .set(R3, Sum::Mov, 0)
            .call(bpf_func_id::BPF_FUNC_tail_call as u32)
            .place(out)
            .set(R0, Sum::Mov, ABORTED)
            .exit();
        let program = load_xdp("feeder", &program.finish("feeder")?)?;
        Ok(Self { program, _packets: map, _link: None, frame: [0; FRAME], index: None })
    }

    /// Attaches it to the interface number `idle`, which receives nothing, for as long as it is there: what the
    /// kernel needs to call an attached program directly is made once. Otherwise each test run would make and
    /// unmake it, and wait some milliseconds for all processors both times.
    ///
    /// # Errors
    /// The kernel's.
    pub fn attach(self, idle: u32) -> Result<Self, BpfError> {
        let link = attach_generic(self.program.as_fd(), idle)?;
        Ok(Self { _link: Some(link), ..self })
    }

    /// Has packets come in by the interface number `index`, as far as programs can tell.
    #[must_use]
    pub fn at(self, index: u32) -> Self {
        Self { index: Some(index), ..self }
    }

    /// Feeds the next `count` packets.
    ///
    /// # Errors
    /// The kernel's.
    pub fn run(&self, count: u32) -> Result<Run, BpfError> {
        match self.index {
            Some(index) => test_run_at(self.program.as_fd(), &self.frame, count, index),
            None => test_run(self.program.as_fd(), &self.frame, count),
        }
    }
}

/// Sends real frames out of an interface, one packet of a set after the other.
pub struct Generator {
    program: OwnedFd,
    _packets: Map,
    _link: OwnedFd,
    frame: [u8; FRAME],
}

impl Generator {
    /// One that sends `packets` out of the interface number `index`, and that is attached to the interface number
    /// `idle`; see [`Feeder::attach`].
    ///
    /// # Errors
    /// The kernel's.
    pub fn new(packets: &Packets, index: u32, idle: u32) -> Result<Self, BpfError> {
        let map = store(packets)?;
        let mut program = Program::new();
        let out = program.label();
        next_packet(&mut program, &map, out);
        program
            .set_64(R1, index.into())
            .set(R2, Sum::Mov, 0)
            .call(bpf_func_id::BPF_FUNC_redirect as u32)
            .exit()
            .place(out)
            .set(R0, Sum::Mov, ABORTED)
            .exit();
        let program = load_xdp("generator", &program.finish("generator")?)?;
        let link = attach_generic(program.as_fd(), idle)?;
        Ok(Self { program, _packets: map, _link: link, frame: [0; FRAME] })
    }

    /// Sends `count` frames as fast as it goes, `batch` at a time.
    ///
    /// # Errors
    /// The kernel's.
    pub fn send(&self, count: u32, batch: u32) -> Result<(), BpfError> {
        live_frames(self.program.as_fd(), &self.frame, count, batch)
    }
}

/// An array of one value: the number of packets fed, and the packets.
fn store(packets: &Packets) -> Result<Map, BpfError> {
    let mut value = vec![0; STATE];
    for packet in packets.headers() {
        value.extend(packet);
    }
    let map = Map::create(bpf_map_type::BPF_MAP_TYPE_ARRAY, 4, value.len(), 1)?;
    map.set(&0_u32.to_ne_bytes(), &value)?;
    Ok(map)
}

/// The instructions that write the next packet of a set over the one at hand, leaving the context in R6. They jump
/// to `out` where there is no room, which does not happen.
fn next_packet(program: &mut Program, packets: &Map, out: Label) {
    program
        .set_by(R6, Sum::Mov, R1)
        // The first words of the context: where the packet begins and ends.
        .load(Width::Four, R2, R1, 0)
        .load(Width::Four, R3, R1, 4)
        .set_by(R4, Sum::Mov, R2)
        .set(R4, Sum::Add, HEADERS as i32)
        .jump_by(When::Greater, R4, R3, out)
        .map_value(R7, packets.number())
        .load(Width::Eight, R8, R7, 0)
        .set_by(R5, Sum::Mov, R8)
        .set(R5, Sum::Add, 1)
        .store(Width::Eight, R7, 0, R5)
        .set(R8, Sum::And, COUNT as i32 - 1)
        .set(R8, Sum::Mul, HEADERS as i32)
        .set_by(R7, Sum::Add, R8);
    for word in 0..HEADERS / 8 {
        let at = (8 * word) as i16;
        program.load(Width::Eight, R5, R7, STATE as i16 + at).store(Width::Eight, R2, at, R5);
    }
}
