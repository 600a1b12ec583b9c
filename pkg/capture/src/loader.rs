//! The privileged half: a process of its own that loads, attaches and detaches, and does nothing else.
//!
//! It is forked from the plugin before that has a second thread. Map file descriptors come back over the
//! connection; link file descriptors never leave it, so that its end is the end of every attachment.

pub mod channel;
pub mod flows;
mod link;
mod process;
mod programs;
pub mod protocol;

use std::{
    fs::File,
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    time::Duration,
};

use aya::maps::{MapData, MapError};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, kill_process, pidfd_open, waitid},
};
use thiserror::Error;
use xdplive_packet::{Hook, flow::BANKS};

use self::{
    channel::Channel,
    protocol::{Answer, Attached, CaptureId, FlowFd, HookName, LoaderError, MapFd, Request},
};
use crate::{privilege, source::KernelTime};

/// Why asking the loader failed.
#[derive(Debug, Error)]
pub enum AskError {
    /// The loader process has ended.
    #[error("the loader process has ended")]
    Gone(#[source] io::Error),
    /// It answered something else than was asked.
    #[error("the loader process gave an answer that does not fit the question")]
    WrongAnswer,
    /// A map that it sent cannot be used.
    #[error("a map from the loader cannot be used: {0}")]
    Map(#[from] MapError),
    /// It could not do what was asked.
    #[error(transparent)]
    Loader(#[from] LoaderError),
}

/// The maps of a capture.
#[derive(Debug)]
pub struct Maps {
    /// The ring buffer.
    pub events: MapData,
    /// Counters per CPU.
    pub counters: MapData,
    /// The outer map of the rules.
    pub rules: MapData,
    /// Budgets by slot.
    pub budgets: MapData,
    /// The inner maps of the rules.
    pub banks: [MapData; 2],
}

/// The tables of flows of a capture.
#[derive(Debug)]
pub struct FlowMaps {
    /// The outer map of what is counted beside the tables.
    pub beside_outer: MapData,
    /// The outer map of the tables.
    pub tables_outer: MapData,
    /// The inner maps of what is counted beside the tables, by bank.
    pub beside: [MapData; BANKS],
    /// The tables, by bank.
    pub tables: [MapData; BANKS],
}

/// The plugin's end of the loader process.
#[derive(Debug)]
pub struct Loader {
    channel: Channel,
    process: Pid,
    /// Readable when the process has ended.
    ended: OwnedFd,
}

impl Loader {
    /// Forks the loader process.
    ///
    /// # Safety
    /// The calling process must have only one thread: the child of a fork has a copy of the memory, but of
    /// the other threads only the locks they held.
    ///
    /// # Errors
    /// Where the process cannot be made.
    pub unsafe fn fork() -> io::Result<Self> {
        let (ours, theirs) = Channel::pair()?;
        // SAFETY: the caller has one thread.
        match unsafe { libc::fork() } {
            0 => {
                drop(ours);
                let status = i32::from(run(&theirs).is_err());
                // SAFETY: no preconditions. Not `exit`: handlers registered by the parent are not ours.
                unsafe { libc::_exit(status) }
            }
            child => {
                let process = Pid::from_raw(child).ok_or_else(io::Error::last_os_error)?;
                if child < 0 {
                    return Err(io::Error::last_os_error());
                }
                let ended = pidfd_open(process, PidfdFlags::empty())?;
                Ok(Self { channel: ours, process, ended })
            }
        }
    }

    /// Becomes readable when the loader process has ended.
    #[must_use]
    pub fn ended(&self) -> BorrowedFd<'_> {
        self.ended.as_fd()
    }

    /// The loader's process id.
    #[must_use]
    pub fn process_id(&self) -> i32 {
        self.process.as_raw_nonzero().get()
    }

    /// Creates the maps of a capture with a ring of `ring_bytes` (a power of two, at least a page).
    ///
    /// # Errors
    /// Any [`AskError`].
    pub fn open(&self, capture: CaptureId, ring_bytes: u32) -> Result<Maps, AskError> {
        match self.ask(&Request::Open { capture, ring_bytes })? {
            (Answer::Opened, fds) => {
                let fds: [OwnedFd; MapFd::COUNT] = fds.try_into().map_err(|_| AskError::WrongAnswer)?;
                let [events, counters, rules, budgets, first, second] = fds;
                Ok(Maps {
                    events: MapData::from_fd(events)?,
                    counters: MapData::from_fd(counters)?,
                    rules: MapData::from_fd(rules)?,
                    budgets: MapData::from_fd(budgets)?,
                    banks: [MapData::from_fd(first)?, MapData::from_fd(second)?],
                })
            }
            _ => Err(AskError::WrongAnswer),
        }
    }

    /// Creates the tables of flows of a capture, each with room for `entries` flows.
    ///
    /// # Errors
    /// Any [`AskError`].
    pub fn open_flows(&self, capture: CaptureId, entries: u32) -> Result<FlowMaps, AskError> {
        match self.ask(&Request::OpenFlows { capture, entries })? {
            (Answer::FlowsOpened, fds) => {
                let fds: [OwnedFd; FlowFd::COUNT] = fds.try_into().map_err(|_| AskError::WrongAnswer)?;
                let [beside_outer, tables_outer, first_beside, second_beside, first_table, second_table] =
                    fds;
                Ok(FlowMaps {
                    beside_outer: MapData::from_fd(beside_outer)?,
                    tables_outer: MapData::from_fd(tables_outer)?,
                    beside: [MapData::from_fd(first_beside)?, MapData::from_fd(second_beside)?],
                    tables: [MapData::from_fd(first_table)?, MapData::from_fd(second_table)?],
                })
            }
            _ => Err(AskError::WrongAnswer),
        }
    }

    /// Attaches a capture's program for `hook` to the interface number `index`.
    ///
    /// # Errors
    /// Any [`AskError`]; nothing is attached then.
    pub fn attach(&self, capture: CaptureId, hook: Hook, index: u32) -> Result<Attached, AskError> {
        match self.ask(&Request::Attach { capture, hook: HookName(hook), index })? {
            (Answer::Attached(attached), _) => Ok(attached),
            _ => Err(AskError::WrongAnswer),
        }
    }

    /// Detaches a capture's program from `hook`.
    ///
    /// # Errors
    /// Any [`AskError`].
    pub fn detach(&self, capture: CaptureId, hook: Hook) -> Result<(), AskError> {
        self.done(&Request::Detach { capture, hook: HookName(hook) })
    }

    /// Detaches a capture's programs and frees its maps.
    ///
    /// # Errors
    /// Any [`AskError`].
    pub fn close(&self, capture: CaptureId) -> Result<(), AskError> {
        self.done(&Request::Close { capture })
    }

    /// How long a capture's program for `hook` has run, as far as the kernel has measured it.
    ///
    /// # Errors
    /// Any [`AskError`].
    pub fn kernel_time(&self, capture: CaptureId, hook: Hook) -> Result<KernelTime, AskError> {
        match self.ask(&Request::KernelTime { capture, hook: HookName(hook) })? {
            (Answer::KernelTime { total, runs }, _) => Ok(KernelTime { total, runs }),
            _ => Err(AskError::WrongAnswer),
        }
    }

    /// Loads every program without attaching it: for each hook, why the kernel refused.
    ///
    /// # Errors
    /// Any [`AskError`].
    pub fn probe(&self) -> Result<Vec<(Hook, Option<LoaderError>)>, AskError> {
        match self.ask(&Request::Probe)? {
            (Answer::Probed(found), _) => {
                Ok(found.into_iter().map(|(HookName(hook), error)| (hook, error)).collect())
            }
            _ => Err(AskError::WrongAnswer),
        }
    }

    /// Ends the loader process and waits until it has ended, at most `patience`: nothing is attached then.
    pub fn end(self, patience: Duration) {
        let Self { channel, process, ended } = self;
        // The end of its connection is how the loader knows.
        drop(channel);
        let timeout = Timespec {
            tv_sec: patience.as_secs().try_into().unwrap_or(1),
            tv_nsec: patience.subsec_nanos().into(),
        };
        let waited = poll(&mut [PollFd::new(&ended, PollFlags::IN)], Some(&timeout));
        if !matches!(waited, Ok(1..)) {
            // It cannot be stuck but in the kernel; its links end with it all the same.
            let _ = kill_process(process, Signal::KILL);
        }
        let _ = waitid(WaitId::PidFd(ended.as_fd()), WaitIdOptions::EXITED);
    }

    fn done(&self, request: &Request) -> Result<(), AskError> {
        match self.ask(request)? {
            (Answer::Done, _) => Ok(()),
            _ => Err(AskError::WrongAnswer),
        }
    }

    fn ask(&self, request: &Request) -> Result<(Answer, Vec<OwnedFd>), AskError> {
        self.channel.send(request, &[]).map_err(AskError::Gone)?;
        match self.channel.receive::<Answer>().map_err(AskError::Gone)? {
            Some((Answer::Failed(error), _)) => Err(error.into()),
            Some(answer) => Ok(answer),
            None => Err(AskError::Gone(io::ErrorKind::ConnectionReset.into())),
        }
    }
}

/// The loader process, from its first moment to its last.
fn run(channel: &Channel) -> io::Result<()> {
    // Standard output is the plugin's handshake with Grafana; standard input is nobody's.
    let nothing = File::options().read(true).write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdin(&nothing)?;
    rustix::stdio::dup2_stdout(&nothing)?;
    rustix::thread::set_name(c"xdplive-loader")?;
    // It ends when the plugin does, not when somebody interrupts or stops the group: the plugin has rows to
    // deliver then.
    for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGPIPE] {
        // SAFETY: ignoring a signal has no handler that could run.
        unsafe { libc::signal(signal, libc::SIG_IGN) };
    }
    privilege::keep_needed()?;
    process::serve(channel)
}
