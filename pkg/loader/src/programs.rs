//! The programs: created with the maps they share, and each loaded once in the life of the process.

use std::{
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    sync::{Mutex, OnceLock, PoisonError},
    time::Duration,
};

use aya::{
    Ebpf, EbpfLoader,
    maps::{Array, Map, MapData},
    programs::{Program, ProgramError},
};
use xdplive_packet::Hook;

use super::{
    error::{failed, from_ebpf, from_load, from_map},
    maps::Barrier,
    policy::Policy,
    protocol::{LoaderError, MapFd},
};
use crate::bpf;

/// The programs, as built from `ebpf/`.
static OBJECT: &[u8] =
    aya::include_bytes_aligned!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../ebpf/prebuilt/xdplive.bpf.o"));

/// The map of one value that holds [`Policy::header_bytes`]. It never leaves this process.
const POLICY: &str = "POLICY";

/// Hooks that have a program of their own.
const HOOKS: [Hook; 4] = [Hook::XdpNative, Hook::XdpGeneric, Hook::TcxIngress, Hook::TcxEgress];

/// All programs and the maps they share. Used by both of the loader's threads: neither waits for what the other does
/// for longer than it takes to look.
pub struct Programs {
    /// What may be asked for.
    pub policy: Policy,
    /// Set by the first who asks for the maps.
    opened: OnceLock<Opened>,
    /// Held while the object is read, so that it is read once.
    opening: Mutex<()>,
    /// Why the last attempt at it failed.
    not_opened: Mutex<Option<LoaderError>>,
    /// By [`HOOKS`].
    loaded: [OnceLock<OwnedFd>; HOOKS.len()],
}

struct Opened {
    ebpf: Mutex<Ebpf>,
    maps: Vec<OwnedFd>,
}

impl Programs {
    /// Nothing yet.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            opened: OnceLock::new(),
            opening: Mutex::new(()),
            not_opened: Mutex::new(None),
            loaded: Default::default(),
        }
    }

    /// Creates the maps, with a ring of so many bytes, where that has not been done. Returns them in the order of
    /// [`MapFd`].
    ///
    /// # Errors
    /// [`LoaderError::Forbidden`] beyond the policy, [`LoaderError::NotAllowed`] without the capabilities,
    /// [`LoaderError::Failed`] otherwise.
    pub fn open(&self, ring_bytes: u32) -> Result<Vec<BorrowedFd<'_>>, LoaderError> {
        self.policy.check_ring(ring_bytes)?;
        let opened = match self.opened.get() {
            Some(opened) => opened,
            None => {
                let _opening = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
                match self.opened.get() {
                    Some(opened) => opened,
                    None => {
                        let opened = open(ring_bytes, self.policy.header_bytes).inspect_err(|error| {
                            let mut not_opened =
                                self.not_opened.lock().unwrap_or_else(PoisonError::into_inner);
                            *not_opened = Some(error.clone());
                        })?;
                        self.opened.get_or_init(|| opened)
                    }
                }
            }
        };
        Ok(opened.maps.iter().map(AsFd::as_fd).collect())
    }

    /// Loads the program of `hook`, where that has not been done.
    ///
    /// # Errors
    /// [`LoaderError::Refused`] or [`LoaderError::NotAllowed`]; the error of [`Self::open`] where that has failed, and
    /// [`LoaderError::BadRequest`] before it.
    pub fn load(&self, hook: Hook) -> Result<BorrowedFd<'_>, LoaderError> {
        let place = HOOKS.iter().zip(&self.loaded).find(|(one, _)| **one == hook);
        let name = program_name(hook);
        let (_, place) = place.ok_or_else(|| LoaderError::BadRequest(format!("program {name}")))?;
        if let Some(fd) = place.get() {
            return Ok(fd.as_fd());
        }
        let opened = self.opened.get().ok_or_else(|| {
            let not_opened = self.not_opened.lock().unwrap_or_else(PoisonError::into_inner);
            not_opened.clone().unwrap_or_else(|| LoaderError::BadRequest("no maps yet".to_owned()))
        })?;
        let mut ebpf = opened.ebpf.lock().unwrap_or_else(PoisonError::into_inner);
        let program =
            ebpf.program_mut(name).ok_or_else(|| LoaderError::BadRequest(format!("program {name}")))?;
        let result = match program {
            Program::Xdp(program) => program.load(),
            Program::SchedClassifier(program) => program.load(),
            _ => return Err(LoaderError::BadRequest(format!("program {name}"))),
        };
        match result {
            Ok(()) | Err(ProgramError::AlreadyLoaded) => {}
            Err(error) => return Err(from_load(name, error)),
        }
        let fd = match program {
            Program::Xdp(program) => program.fd(),
            Program::SchedClassifier(program) => program.fd(),
            _ => return Err(LoaderError::BadRequest(format!("program {name}"))),
        };
        let fd = fd.map_err(|error| failed("using the program", &error))?;
        let fd = fd.as_fd().try_clone_to_owned().map_err(|error| failed("using the program", &error))?;
        Ok(place.get_or_init(|| fd).as_fd())
    }

    /// How long the program of `hook` has run, and how often, as far as the kernel has measured it. Nothing of a
    /// program that is not loaded.
    ///
    /// # Errors
    /// Where the kernel does not tell.
    pub fn kernel_time(&self, hook: Hook) -> Result<(Duration, u64), LoaderError> {
        let program = HOOKS.iter().zip(&self.loaded).find(|(one, _)| **one == hook);
        let Some(program) = program.and_then(|(_, place)| place.get()) else {
            return Ok((Duration::ZERO, 0));
        };
        let time =
            bpf::run_time(program).map_err(|error| failed("asking for a program's run time", &error))?;
        Ok((Duration::from_nanos(time.nanoseconds), time.runs))
    }
}

fn open(ring_bytes: u32, header_bytes: u32) -> Result<Opened, LoaderError> {
    let mut ebpf = EbpfLoader::new().map_max_entries("EVENTS", ring_bytes).load(OBJECT).map_err(from_ebpf)?;
    allow(&mut ebpf, header_bytes)?;
    let barrier = Barrier::create()?;
    let mut fds = Vec::with_capacity(MapFd::COUNT);
    for name in [
        "EVENTS",
        "IN_FORCE",
        "CONFIGURATIONS",
        "TABLES",
        "COUNTERS",
        "BUDGETS",
        "FLOWS_BESIDE",
        "FLOW_TABLES",
    ] {
        fds.push(map(&ebpf, name)?.fd().as_fd());
    }
    fds.extend(barrier.fds());
    let own = |fd: BorrowedFd<'_>| fd.try_clone_to_owned();
    let maps = fds.into_iter().map(own).collect::<Result<_, _>>();
    let maps = maps.map_err(|error| failed("keeping the maps", &error))?;
    Ok(Opened { ebpf: Mutex::new(ebpf), maps })
}

/// Puts in force how many bytes may be reported behind headers.
fn allow(ebpf: &mut Ebpf, header_bytes: u32) -> Result<(), LoaderError> {
    let map = ebpf.map_mut(POLICY).ok_or_else(|| LoaderError::BadRequest(format!("map {POLICY}")))?;
    let put = Array::try_from(map).and_then(|mut policy: Array<_, u32>| policy.set(0, header_bytes, 0));
    put.map_err(|error| from_map(&error))
}

fn map<'a>(ebpf: &'a Ebpf, name: &str) -> Result<&'a MapData, LoaderError> {
    match ebpf.map(name) {
        Some(Map::RingBuf(data) | Map::ArrayOfMaps(data) | Map::Array(data)) => Ok(data),
        _ => Err(LoaderError::BadRequest(format!("map {name}"))),
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
