//! Which process packets of this machine's sockets belong to: the sockets by what kernel programs tell, and of their
//! processes what else is to be known.

mod container;
mod users;

use std::{
    collections::HashMap,
    fs,
    net::UdpSocket,
    os::fd::AsRawFd as _,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use tracing::warn;
use xdplive_loader::protocol::Instrument;
use xdplive_packet::socket::{Ends, Holder, NAME, Owner};
use xdplive_source::{HostId, Process, Processes, SourceError};

use self::{container::Groups, users::Users};
use crate::{
    bpf::LruHashMap,
    instruments::{Held, Instruments},
};

/// Time between two walks over all open files, for sockets of which nobody knows whose they are.
const BETWEEN_WALKS: Duration = Duration::from_secs(1);
/// How long what was found of a process is taken for true.
const FRESH: Duration = Duration::from_secs(5);
/// Sockets whose process is remembered at most.
const MOST: usize = 65_536;

/// The processes, for as long as somebody asks.
pub struct LocalProcesses {
    host: HostId,
    owners: LruHashMap<u64, Owner>,
    holders: LruHashMap<Ends, Holder>,
    held: Arc<Held>,
    /// Whether numbers of processes are those of this process's `/proc`.
    has_all_numbers: bool,
    found: Mutex<Found>,
    walked: Mutex<Instant>,
    is_walking: Arc<AtomicBool>,
}

/// What was found of processes.
#[derive(Default)]
struct Found {
    by_cookie: HashMap<u64, (Instant, Arc<Process>)>,
    users: Users,
    groups: Groups,
}

/// Gives who asks one and the same.
pub struct ProcessesServer {
    host: HostId,
    instruments: Instruments,
    current: Mutex<Weak<LocalProcesses>>,
}

impl ProcessesServer {
    /// For the sockets of `host`.
    #[must_use]
    pub fn new(host: HostId, instruments: Instruments) -> Self {
        Self { host, instruments, current: Mutex::default() }
    }

    /// The processes, which are looked at from now on, if they were not before.
    ///
    /// # Errors
    /// See [`Instruments::hold`]; also where the kernel's structures are not as they should be.
    pub fn get(&self) -> Result<Arc<LocalProcesses>, SourceError> {
        let mut current = lock(&self.current);
        if let Some(known) = current.upgrade() {
            return Ok(known);
        }
        let unavailable = |text: &dyn ToString| SourceError::Unavailable(text.to_string());
        // From before it begins: that it finds this one is how it is known to read the kernel's structures rightly.
        let own = UdpSocket::bind("127.0.0.1:0").or_else(|_| UdpSocket::bind("[::1]:0"));
        // With the cookie that it gets by being asked for it, by which it is to be found.
        let own = own.ok().map(|own| (cookie(&own), own));
        let held = self.instruments.hold(Instrument::Processes)?;
        let [owners, holders] = <[_; 2]>::try_from(held.take_maps())
            .map_err(|_| unavailable(&"the loader has sent other maps than those of processes"))?;
        let processes = Arc::new(LocalProcesses {
            host: self.host,
            owners: LruHashMap::new(owners).map_err(|error| unavailable(&error))?,
            holders: LruHashMap::new(holders).map_err(|error| unavailable(&error))?,
            held,
            has_all_numbers: has_all_numbers(),
            found: Mutex::default(),
            walked: Mutex::new(Instant::now()),
            is_walking: Arc::default(),
        });
        if let Some((cookie, _own)) = own {
            processes.check(cookie)?;
        }
        *current = Arc::downgrade(&processes);
        Ok(processes)
    }
}

impl LocalProcesses {
    /// Whether what was read of the kernel's structures is true of this process, whose socket has the cookie `own`.
    fn check(&self, own: Option<u64>) -> Result<(), SourceError> {
        let wrong = |what: &str| {
            SourceError::Unavailable(format!(
                "the kernel's structures are not as they should be: of this process's own socket, {what}; please report it with \
                 what uname -r prints"
            ))
        };
        let cookie = own.ok_or_else(|| wrong("there is no cookie"))?;
        let owner = self.owners.get(&cookie).ok().flatten().ok_or_else(|| wrong("nothing was found"))?;
        let name = fs::read_to_string("/proc/self/comm").unwrap_or_default();
        if name.trim_end() != text(&owner.name) {
            return Err(wrong(&format!("the name \"{}\" was found", text(&owner.name))));
        }
        Ok(())
    }

    fn process(&self, cookie: u64, owner: &Owner) -> Arc<Process> {
        let mut found = lock(&self.found);
        if let Some((since, process)) = found.by_cookie.get(&cookie)
            && since.elapsed() < FRESH
        {
            return Arc::clone(process);
        }
        // A thread may have another name, and a process that has replaced itself has a new one.
        let path = format!("/proc/{}/comm", owner.process);
        let now = if self.has_all_numbers { fs::read_to_string(path).ok() } else { None };
        let name = now.map_or_else(|| text(&owner.name), |name| name.trim_end().to_owned());
        let process = Arc::new(Process {
            name: name.into(),
            number: owner.process,
            user: found.users.name(owner.user),
            container: found.groups.container(owner.group),
        });
        if found.by_cookie.len() >= MOST {
            found.by_cookie.clear();
        }
        found.by_cookie.insert(cookie, (Instant::now(), Arc::clone(&process)));
        process
    }

    /// Has it found out whose sockets are that were not made since this began. Not here: it may take a while.
    fn walk(&self) {
        let mut walked = lock(&self.walked);
        if walked.elapsed() < BETWEEN_WALKS || self.is_walking.swap(true, Ordering::AcqRel) {
            return;
        }
        *walked = Instant::now();
        let (held, is_walking) = (Arc::clone(&self.held), Arc::clone(&self.is_walking));
        let walk = move || {
            if let Err(error) = held.walk() {
                warn!("whose sockets are that were there before cannot be told: {error}");
            }
            is_walking.store(false, Ordering::Release);
        };
        if thread::Builder::new().name("walk".to_owned()).spawn(walk).is_err() {
            self.is_walking.store(false, Ordering::Release);
        }
    }
}

impl Processes for LocalProcesses {
    fn host(&self) -> HostId {
        self.host
    }

    fn is_whole(&self) -> bool {
        self.held.is_whole
    }

    fn owner(&self, ends: &Ends) -> Option<Arc<Process>> {
        let holder = self.holders.get(ends).ok().flatten()?;
        let known = [holder.accepted, holder.cookie]
            .into_iter()
            .filter(|cookie| *cookie != 0)
            .find_map(|cookie| Some((cookie, self.owners.get(&cookie).ok().flatten()?)));
        match known {
            Some((cookie, owner)) => Some(self.process(cookie, &owner)),
            None => {
                self.walk();
                None
            }
        }
    }
}

/// The number that the kernel has for a socket.
fn cookie(socket: &UdpSocket) -> Option<u64> {
    let mut cookie = 0_u64;
    let mut length = size_of::<u64>() as libc::socklen_t;
    // SAFETY: there is room for the option's value, and its length is told.
    let result = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_COOKIE,
            (&raw mut cookie).cast(),
            &raw mut length,
        )
    };
    (result == 0).then_some(cookie)
}

/// Whether this process is in the namespace of processes that all others are in.
fn has_all_numbers() -> bool {
    /// The number of the first namespace of processes (`PROC_PID_INIT_INO`, linux/proc_ns.h).
    const FIRST: &str = "pid:[4026531836]";
    fs::read_link("/proc/self/ns/pid").is_ok_and(|namespace| namespace.as_os_str() == FIRST)
}

fn text(name: &[u8; NAME]) -> String {
    let end = name.iter().position(|byte| *byte == 0).unwrap_or(NAME);
    String::from_utf8_lossy(name.get(..end).unwrap_or_default()).into_owned()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
