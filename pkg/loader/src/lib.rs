//! The privileged half: a process of its own that creates maps, loads programs, attaches and detaches them, and does
//! nothing else.
//!
//! It is forked from the plugin before that has a second thread. Map file descriptors come back over the
//! connection; link file descriptors never leave it, so that its end is the end of every attachment.
//!
//! | module | holds |
//! |---|---|
//! | [`protocol`] | what it is asked, and what it answers |
//! | `channel` | datagrams with file descriptors |
//! | `process`, `programs`, `link` | the process, its programs, its links |
//! | [`maps`] | its side of maps |
//! | [`policy`] | what it does at most, whoever asks |
//! | [`instrument`] | programs that belong to no interface, loaded for as long as somebody needs them |
//! | [`control_groups`], [`kernel_types`] | where they are attached, and the kernel's structures that they read |
//! | `error` | what the kernel says, as an answer |
//! | [`needed`] | capabilities that are needed, and what for |
//! | [`privilege`] | which rights either process keeps |
//! | [`identity`] | the user they go on as, where root starts them |
//! | [`fence`] | what they can no longer do |
//! | [`unit`] | the process as a service of its own |
//! | [`bpf`] | the system call, and what of it takes rights |
//!
//! This crate is what runs with rights: it holds the fewest lines and dependencies that there can be, and what the plugin
//! does with the maps it is given is elsewhere.

pub mod bpf;
mod channel;
pub mod control_groups;
mod error;
pub mod fence;
pub mod identity;
pub mod instrument;
pub mod kernel_types;
mod link;
pub mod maps;
pub mod needed;
pub mod policy;
pub mod privilege;
mod process;
mod programs;
pub mod protocol;
pub mod unit;

use std::{
    fs::File,
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    sync::atomic::{AtomicU8, Ordering},
    time::Duration,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, kill_process, pidfd_open, waitid},
};
use serde::{Serialize, de::DeserializeOwned};
use thiserror::Error;
use xdplive_packet::{Hook, flow::BANKS};

use self::{
    channel::Channel,
    identity::Identity,
    policy::Policy,
    protocol::{
        Attached, HookName, Instrument, LinkAnswer, LinkId, LinkRequest, LoaderError, MapAnswer, MapFd,
        MapRequest,
    },
};

/// How long the loader may take for an answer. Longer, and it will not come: the process is to end then.
pub const PATIENCE: Duration = Duration::from_secs(5);
/// The same where it loads a program, which the kernel verifies: less than half a second on a machine of today, and twenty
/// times as long in an emulator.
const LOAD_PATIENCE: Duration = Duration::from_secs(60);

/// Why asking the loader failed.
#[derive(Debug, Error)]
pub enum AskError {
    /// The loader process has ended.
    #[error("the loader process has ended")]
    Gone(#[source] io::Error),
    /// It has not answered in time.
    #[error("the loader process has not answered for {} s", .0.as_secs())]
    Silent(Duration),
    /// It answered something else than was asked.
    #[error("the loader process gave an answer that does not fit the question")]
    WrongAnswer,
    /// It could not do what was asked.
    #[error(transparent)]
    Loader(#[from] LoaderError),
}

impl AskError {
    /// Whether there is no use in asking the loader anything more.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Gone(_) | Self::Silent(_) | Self::WrongAnswer)
    }
}

/// The maps that all programs share.
#[derive(Debug)]
pub struct SharedMaps {
    /// The ring buffer.
    pub events: OwnedFd,
    /// Which configuration an interface goes by.
    pub in_force: OwnedFd,
    /// The configurations.
    pub configurations: OwnedFd,
    /// Tables of filters, an array of maps.
    pub tables: OwnedFd,
    /// Counters, an array of maps.
    pub counters: OwnedFd,
    /// Budgets.
    pub budgets: OwnedFd,
    /// What is counted beside the tables of flows, an array of maps.
    pub flows_beside: OwnedFd,
    /// The tables of flows, an array of maps.
    pub flow_tables: OwnedFd,
    /// Putting [`Self::barrier_inner`] here waits for all programs that run.
    pub barrier: OwnedFd,
    /// See [`Self::barrier`].
    pub barrier_inner: OwnedFd,
}

/// The plugin's end of the loader process.
#[derive(Debug)]
pub struct Loader {
    /// For maps. What is asked here is answered at once.
    pub maps: MapLoader,
    /// For programs and links. What is asked here takes the kernel some time.
    pub links: LinkLoader,
    /// The process.
    pub process: LoaderProcess,
}

/// An instrument that is in force.
#[derive(Debug)]
pub struct Begun {
    /// Its maps.
    pub maps: Vec<OwnedFd>,
    /// Whether it sees the sockets of the whole machine, and not those of a container only.
    pub is_whole: bool,
}

/// The connection for maps.
#[derive(Debug)]
pub struct MapLoader(Channel);

/// The connection for programs and links.
#[derive(Debug)]
pub struct LinkLoader {
    channel: Channel,
    /// Programs that have been loaded, a bit for each hook.
    loaded: AtomicU8,
}

/// The loader as a process. It ends with its connection for maps.
#[derive(Debug)]
pub struct LoaderProcess {
    /// `None` where it is no child of this process.
    id: Option<Pid>,
    /// Readable when the process has ended.
    ended: OwnedFd,
}

impl Loader {
    /// Forks the loader process, which keeps to `policy` from its first moment to its last, and goes on as `identity`.
    ///
    /// # Safety
    /// The calling process must have only one thread: the child of a fork has a copy of the memory, but of
    /// the other threads only the locks they held.
    ///
    /// # Errors
    /// Where the process cannot be made.
    pub unsafe fn fork(policy: Policy, identity: Option<Identity>) -> io::Result<Self> {
        let (our_maps, their_maps) = Channel::pair()?;
        let (our_links, their_links) = Channel::pair()?;
        // SAFETY: the caller has one thread.
        match unsafe { libc::fork() } {
            0 => {
                drop((our_maps, our_links));
                let status = i32::from(run(&their_maps, their_links, policy, identity).is_err());
                // SAFETY: no preconditions. Not `exit`: handlers registered by the parent are not ours.
                unsafe { libc::_exit(status) }
            }
            ..=-1 => Err(io::Error::last_os_error()),
            child => {
                let id = Pid::from_raw(child).ok_or_else(io::Error::last_os_error)?;
                let ended = pidfd_open(id, PidfdFlags::empty())?;
                let process = LoaderProcess { id: Some(id), ended };
                Ok(Self { maps: MapLoader(our_maps), links: LinkLoader::new(our_links), process })
            }
        }
    }
}

impl MapLoader {
    /// Creates the maps that all programs share, with a ring of `ring_bytes` (a power of two, at least a page). To be
    /// asked first, and once.
    ///
    /// # Errors
    /// Any [`AskError`].
    pub fn open(&self, ring_bytes: u32) -> Result<SharedMaps, AskError> {
        let fds: [OwnedFd; MapFd::COUNT] = self.maps(&MapRequest::Open { ring_bytes })?;
        let [
            events,
            in_force,
            configurations,
            tables,
            counters,
            budgets,
            flows_beside,
            flow_tables,
            barrier,
            barrier_inner,
        ] = fds;
        Ok(SharedMaps {
            events,
            in_force,
            configurations,
            tables,
            counters,
            budgets,
            flows_beside,
            flow_tables,
            barrier,
            barrier_inner,
        })
    }

    /// Creates room for the tables of one more set of filters.
    ///
    /// # Errors
    /// Any [`AskError`].
    pub fn tables(&self) -> Result<OwnedFd, AskError> {
        let [map] = self.maps(&MapRequest::Tables)?;
        Ok(map)
    }

    /// Creates more cells for the pool of counters.
    ///
    /// # Errors
    /// Any [`AskError`].
    pub fn cells(&self) -> Result<OwnedFd, AskError> {
        let [map] = self.maps(&MapRequest::Cells)?;
        Ok(map)
    }

    /// Creates room for what is counted of 64 interfaces beside the tables of flows, by bank.
    ///
    /// # Errors
    /// Any [`AskError`].
    pub fn beside(&self) -> Result<[OwnedFd; BANKS], AskError> {
        self.maps(&MapRequest::Beside)
    }

    /// Creates the tables of flows, each with room for `entries` flows, by bank.
    ///
    /// # Errors
    /// Any [`AskError`].
    pub fn flow_tables(&self, entries: u32) -> Result<[OwnedFd; BANKS], AskError> {
        self.maps(&MapRequest::FlowTables { entries })
    }

    /// How long the program for `hook` has run, and how often, as far as the kernel has measured it.
    ///
    /// # Errors
    /// Any [`AskError`].
    pub fn kernel_time(&self, hook: Hook) -> Result<(Duration, u64), AskError> {
        match ask(&self.0, &MapRequest::KernelTime { hook: HookName(hook) })? {
            (MapAnswer::KernelTime { total, runs }, _) => Ok((total, runs)),
            (MapAnswer::Failed(error), _) => Err(error.into()),
            _ => Err(AskError::WrongAnswer),
        }
    }

    fn maps<const N: usize>(&self, request: &MapRequest) -> Result<[OwnedFd; N], AskError> {
        match ask(&self.0, request)? {
            (MapAnswer::Maps, fds) => fds.try_into().map_err(|_| AskError::WrongAnswer),
            (MapAnswer::Failed(error), _) => Err(error.into()),
            _ => Err(AskError::WrongAnswer),
        }
    }
}

impl LinkLoader {
    const fn new(channel: Channel) -> Self {
        Self { channel, loaded: AtomicU8::new(0) }
    }

    /// Loads the program for `hook`, where that has not been done.
    ///
    /// # Errors
    /// Any [`AskError`].
    pub fn load(&self, hook: Hook) -> Result<(), AskError> {
        let bit = 1 << (hook as u8);
        if self.loaded.load(Ordering::Relaxed) & bit != 0 {
            return Ok(());
        }
        self.done_within(LOAD_PATIENCE, &LinkRequest::Load { hook: HookName(hook) })?;
        self.loaded.fetch_or(bit, Ordering::Relaxed);
        Ok(())
    }

    /// Attaches the program for `hook` to the interface number `index`.
    ///
    /// # Errors
    /// Any [`AskError`]; nothing is attached then.
    pub fn attach(&self, hook: Hook, index: u32) -> Result<Attached, AskError> {
        // Which may take longer than to attach it.
        self.load(hook)?;
        match ask(&self.channel, &LinkRequest::Attach { hook: HookName(hook), index })? {
            (LinkAnswer::Attached(attached), _) => Ok(attached),
            (LinkAnswer::Failed(error), _) => Err(error.into()),
            _ => Err(AskError::WrongAnswer),
        }
    }

    /// Closes a link. The kernel has finished with the program there when this returns.
    ///
    /// # Errors
    /// Any [`AskError`].
    pub fn detach(&self, link: LinkId) -> Result<(), AskError> {
        self.done(&LinkRequest::Detach { link })
    }

    /// Links by which nothing of ours is attached any more; see [`LinkAnswer::Checked`].
    ///
    /// # Errors
    /// Any [`AskError`].
    pub fn check(&self) -> Result<Vec<LinkId>, AskError> {
        match ask(&self.channel, &LinkRequest::Check)? {
            (LinkAnswer::Checked { dead }, _) => Ok(dead),
            (LinkAnswer::Failed(error), _) => Err(error.into()),
            _ => Err(AskError::WrongAnswer),
        }
    }

    /// Puts an instrument in force. Its maps come in the order in which it has them.
    ///
    /// # Errors
    /// Any [`AskError`]; nothing is in force then.
    pub fn begin(&self, instrument: Instrument) -> Result<Begun, AskError> {
        match ask_within(LOAD_PATIENCE, &self.channel, &LinkRequest::Begin { instrument })? {
            (LinkAnswer::Begun { is_whole }, maps) => Ok(Begun { maps, is_whole }),
            (LinkAnswer::Failed(error), _) => Err(error.into()),
            _ => Err(AskError::WrongAnswer),
        }
    }

    /// Has an instrument that is in force look again at what there was before it.
    ///
    /// # Errors
    /// Any [`AskError`].
    pub fn walk(&self, instrument: Instrument) -> Result<(), AskError> {
        self.done(&LinkRequest::Walk { instrument })
    }

    /// Has an instrument look at the interfaces with these numbers, as far as they may be watched, and at no others.
    ///
    /// # Errors
    /// Any [`AskError`].
    pub fn look_at(&self, instrument: Instrument, interfaces: Vec<u32>) -> Result<(), AskError> {
        self.done(&LinkRequest::LookAt { instrument, interfaces })
    }

    /// Takes an instrument out of force.
    ///
    /// # Errors
    /// Any [`AskError`].
    pub fn finish(&self, instrument: Instrument) -> Result<(), AskError> {
        self.done(&LinkRequest::Finish { instrument })
    }

    fn done(&self, request: &LinkRequest) -> Result<(), AskError> {
        self.done_within(PATIENCE, request)
    }

    fn done_within(&self, patience: Duration, request: &LinkRequest) -> Result<(), AskError> {
        match ask_within(patience, &self.channel, request)? {
            (LinkAnswer::Done, _) => Ok(()),
            (LinkAnswer::Failed(error), _) => Err(error.into()),
            _ => Err(AskError::WrongAnswer),
        }
    }
}

impl LoaderProcess {
    /// Becomes readable when the process has ended.
    #[must_use]
    pub fn ended(&self) -> BorrowedFd<'_> {
        self.ended.as_fd()
    }

    /// Waits until it has ended, at most `patience`: nothing is attached then. Its connections must have been closed
    /// before. Returns whether it has.
    pub fn end(self, patience: Duration) -> bool {
        let timeout = Timespec {
            tv_sec: patience.as_secs().try_into().unwrap_or(1),
            tv_nsec: patience.subsec_nanos().into(),
        };
        let waited = poll(&mut [PollFd::new(&self.ended, PollFlags::IN)], Some(&timeout));
        let has_ended = matches!(waited, Ok(1..));
        // What is no child of ours, systemd looks after.
        let Some(id) = self.id else { return has_ended };
        if !has_ended {
            // It cannot be stuck but in the kernel; its links end with it all the same.
            let _ = kill_process(id, Signal::KILL);
        }
        // Where it is stuck, its end is not waited for: that is the kernel's business now.
        let options =
            WaitIdOptions::EXITED | if has_ended { WaitIdOptions::empty() } else { WaitIdOptions::NOHANG };
        let _ = waitid(WaitId::PidFd(self.ended.as_fd()), options);
        has_ended
    }
}

/// Asks, and waits for the answer.
fn ask<Q: Serialize, A: DeserializeOwned>(
    channel: &Channel,
    request: &Q,
) -> Result<(A, Vec<OwnedFd>), AskError> {
    ask_within(PATIENCE, channel, request)
}

/// The same for another time.
fn ask_within<Q: Serialize, A: DeserializeOwned>(
    patience: Duration,
    channel: &Channel,
    request: &Q,
) -> Result<(A, Vec<OwnedFd>), AskError> {
    channel.send(request, &[]).map_err(AskError::Gone)?;
    if !channel.wait(patience).map_err(AskError::Gone)? {
        return Err(AskError::Silent(patience));
    }
    match channel.receive().map_err(AskError::Gone)? {
        Some(answer) => Ok(answer),
        None => Err(AskError::Gone(io::ErrorKind::ConnectionReset.into())),
    }
}

/// The loader process that was forked, from its first moment to its last.
fn run(maps: &Channel, links: Channel, policy: Policy, identity: Option<Identity>) -> io::Result<()> {
    // Standard output is the plugin's handshake with Grafana; standard input is nobody's.
    let nothing = File::options().read(true).write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdin(&nothing)?;
    rustix::stdio::dup2_stdout(&nothing)?;
    // It ends when the plugin does, not when somebody interrupts or stops the group: the plugin has rows to
    // deliver then.
    for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGPIPE] {
        // SAFETY: ignoring a signal has no handler that could run.
        unsafe { libc::signal(signal, libc::SIG_IGN) };
    }
    started(maps, links, policy, identity)
}

/// A loader process that has its connections, to its last moment.
fn started(maps: &Channel, links: Channel, policy: Policy, identity: Option<Identity>) -> io::Result<()> {
    rustix::thread::set_name(c"xdplive-loader")?;
    privilege::keep_needed(identity)?;
    // The plugin puts its own up on the same kernel, and reports what that does not have.
    let _ = fence::loader();
    process::serve(maps, links, policy)
}
