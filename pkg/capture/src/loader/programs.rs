//! The loader's work: create maps, load programs, attach and detach them.

use std::{collections::HashMap, io, mem::size_of, os::fd::AsFd, time::Duration};

use aya::{
    Ebpf, EbpfError, EbpfLoader,
    maps::{Map, MapData, MapError},
    programs::{Program, ProgramError},
};
use aya_obj::generated::bpf_map_type;
use xdplive_packet::{Hook, accounting::Rules};

use super::{
    link::InterfaceLink,
    protocol::{Attached, LoaderError, MapFd},
};

/// The programs, as built from `ebpf/`.
static OBJECT: &[u8] =
    aya::include_bytes_aligned!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../ebpf/prebuilt/xdplive.bpf.o"));

/// Ring of a capture that is opened only to see whether it can be.
const PROBE_RING_BYTES: u32 = 4096;
/// The end of a verifier log that is worth telling, bytes.
const LOG_TAIL: usize = 1500;

/// The maps and programs of one interface.
pub struct Capture {
    ebpf: Ebpf,
    banks: [MapData; 2],
    links: HashMap<Hook, InterfaceLink>,
}

impl Capture {
    /// Creates the maps.
    ///
    /// # Errors
    /// [`LoaderError::NotAllowed`] without the capabilities, [`LoaderError::Failed`] otherwise.
    pub fn open(ring_bytes: u32) -> Result<Self, LoaderError> {
        let ebpf = EbpfLoader::new().map_max_entries("EVENTS", ring_bytes).load(OBJECT).map_err(from_ebpf)?;
        Ok(Self { ebpf, banks: [bank()?, bank()?], links: HashMap::new() })
    }

    /// The maps, in the order of [`MapFd`].
    ///
    /// # Errors
    /// Where the object lacks one of them.
    pub fn maps(&self) -> Result<[&MapData; MapFd::COUNT], LoaderError> {
        let [first, second] = &self.banks;
        let [events, counters, rules, budgets] =
            ["EVENTS", "COUNTERS", "RULES", "BUDGETS"].map(|name| self.map(name));
        Ok([events?, counters?, rules?, budgets?, first, second])
    }

    /// The outer maps of the tables of flows, the first two of [`super::protocol::FlowFd`].
    ///
    /// # Errors
    /// Where the object lacks one of them.
    pub fn flow_maps(&self) -> Result<[&MapData; 2], LoaderError> {
        Ok([self.map("FLOWS_BESIDE")?, self.map("FLOW_TABLES")?])
    }

    fn map(&self, name: &str) -> Result<&MapData, LoaderError> {
        match self.ebpf.map(name) {
            Some(Map::RingBuf(data) | Map::PerCpuArray(data) | Map::ArrayOfMaps(data) | Map::Array(data)) => {
                Ok(data)
            }
            _ => Err(LoaderError::BadRequest(format!("map {name}"))),
        }
    }

    /// Loads the program of `hook`, where that has not been done.
    ///
    /// # Errors
    /// [`LoaderError::Refused`] or [`LoaderError::NotAllowed`].
    pub fn load(&mut self, hook: Hook) -> Result<(), LoaderError> {
        let name = program_name(hook);
        let result = match self.ebpf.program_mut(name) {
            Some(Program::Xdp(program)) => program.load(),
            Some(Program::SchedClassifier(program)) => program.load(),
            _ => return Err(LoaderError::BadRequest(format!("program {name}"))),
        };
        match result {
            Ok(()) | Err(ProgramError::AlreadyLoaded) => Ok(()),
            Err(error) => Err(from_load(name, error)),
        }
    }

    /// Attaches the program of `hook` to the interface number `index`, loading it first where needed.
    ///
    /// # Errors
    /// Any [`LoaderError`]; nothing is attached then.
    pub fn attach(&mut self, hook: Hook, index: u32) -> Result<Attached, LoaderError> {
        self.load(hook)?;
        self.links.remove(&hook);
        let name = program_name(hook);
        let fd = match self.ebpf.program(name) {
            Some(Program::Xdp(program)) => program.fd(),
            Some(Program::SchedClassifier(program)) => program.fd(),
            _ => return Err(LoaderError::BadRequest(format!("program {name}"))),
        };
        let fd = fd.map_err(|error| failed("using the program", &error))?;
        let link = InterfaceLink::attach(fd.as_fd(), hook, index).map_err(from_attach)?;
        let attached = Attached { link: link.info.id, program: link.info.program };
        self.links.insert(hook, link);
        Ok(attached)
    }

    /// How long the program of `hook` has run, and how often, as far as the kernel has measured it.
    ///
    /// # Errors
    /// Where there is no such program, or the kernel does not tell.
    pub fn kernel_time(&self, hook: Hook) -> Result<(Duration, u64), LoaderError> {
        let name = program_name(hook);
        let program =
            self.ebpf.program(name).ok_or_else(|| LoaderError::BadRequest(format!("program {name}")))?;
        let info = program.info().map_err(|error| failed("asking for a program's run time", &error))?;
        Ok((info.run_time(), info.run_count()))
    }

    /// Detaches the program of `hook`. The kernel has finished with it when this returns.
    pub fn detach(&mut self, hook: Hook) {
        self.links.remove(&hook);
    }
}

/// Loads all programs, each on its own, without attaching any.
pub fn probe() -> Vec<(Hook, Option<LoaderError>)> {
    let hooks = [Hook::XdpNative, Hook::XdpGeneric, Hook::TcxIngress, Hook::TcxEgress];
    match Capture::open(PROBE_RING_BYTES) {
        Ok(mut capture) => hooks.map(|hook| (hook, capture.load(hook).err())).into(),
        Err(error) => hooks.map(|hook| (hook, Some(error.clone()))).into(),
    }
}

const fn program_name(hook: Hook) -> &'static str {
    match hook {
        Hook::XdpNative => "xdp_native",
        Hook::XdpGeneric => "xdp_generic",
        Hook::TcxIngress => "tcx_ingress",
        Hook::TcxEgress => "tcx_egress",
    }
}

/// An inner map of the rules: like the template in the object, an array of one.
fn bank() -> Result<MapData, LoaderError> {
    let map = aya_obj::Map::new_from_params(
        bpf_map_type::BPF_MAP_TYPE_ARRAY as u32,
        size_of::<u32>() as u32,
        size_of::<Rules>() as u32,
        1,
        0,
    );
    MapData::create(map, "rules", None).map_err(|error| from_map(&error))
}

fn failed(action: &str, error: &dyn std::error::Error) -> LoaderError {
    LoaderError::Failed { action: action.to_owned(), reason: chain(error) }
}

/// An error and all its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    text
}

fn is_permission(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EPERM))
}

fn not_allowed(action: &str, error: &dyn std::error::Error) -> LoaderError {
    LoaderError::NotAllowed { action: action.to_owned(), reason: chain(error) }
}

pub(super) fn from_map(error: &MapError) -> LoaderError {
    match error {
        MapError::CreateError { io_error, .. } if is_permission(io_error) => {
            not_allowed("create eBPF maps", io_error)
        }
        other => failed("creating eBPF maps", other),
    }
}

fn from_ebpf(error: EbpfError) -> LoaderError {
    match &error {
        EbpfError::MapError(error) => from_map(error),
        EbpfError::BtfError(aya_obj::btf::BtfError::LoadError { io_error, .. })
            if is_permission(io_error) =>
        {
            not_allowed("load BTF", io_error)
        }
        other => failed("reading the eBPF object", other),
    }
}

fn from_load(program: &str, error: ProgramError) -> LoaderError {
    match error {
        ProgramError::LoadError { io_error, .. } if is_permission(&io_error) => {
            not_allowed("load eBPF programs", &io_error)
        }
        ProgramError::LoadError { io_error, verifier_log } => {
            let log = verifier_log.to_string();
            let tail = log.get(log.len().saturating_sub(LOG_TAIL)..).unwrap_or(&log);
            LoaderError::Refused { program: program.to_owned(), reason: format!("{io_error}: {tail}") }
        }
        other => failed("loading a program", &other),
    }
}

fn from_attach(error: io::Error) -> LoaderError {
    match error.raw_os_error() {
        Some(libc::EPERM) => not_allowed("attach eBPF programs", &error),
        Some(libc::EBUSY | libc::EEXIST) => LoaderError::Busy,
        Some(libc::ENODEV) => LoaderError::NoInterface,
        // What drivers answer to a mode, an MTU or a channel count they cannot do, and old kernels to TCX.
        Some(libc::EOPNOTSUPP | libc::EINVAL | libc::ERANGE | libc::ENOMEM | libc::ENOSPC) => {
            LoaderError::Unsupported { reason: error.to_string() }
        }
        _ => failed("attaching", &error),
    }
}
