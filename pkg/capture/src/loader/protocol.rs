//! What the plugin process asks of the loader, and what it answers: one JSON text a datagram.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use xdplive_packet::Hook;

/// Names one capture: the maps and programs of one interface. Chosen by the asker.
pub type CaptureId = u32;

/// A request.
#[derive(Debug, Serialize, Deserialize)]
pub enum Request {
    /// Create the maps of a capture. Answered by [`Answer::Opened`] and the file descriptors of [`MapFd`].
    Open {
        /// A name not in use.
        capture: CaptureId,
        /// Size of the ring in bytes: a power of two, at least a page.
        ring_bytes: u32,
    },
    /// Create the tables of flows of a capture. Answered by [`Answer::FlowsOpened`] and the file descriptors of
    /// [`FlowFd`], which are the only ones: the tables are gone when they are closed and out of force.
    OpenFlows {
        /// An open capture.
        capture: CaptureId,
        /// Flows that each of the tables has room for.
        entries: u32,
    },
    /// Attach the capture's program for `hook`, loading it first where that has not been done.
    Attach {
        /// An open capture.
        capture: CaptureId,
        /// Where to attach.
        hook: HookName,
        /// The interface's number.
        index: u32,
    },
    /// Take the capture's program away from `hook`; nothing happens where it is not attached.
    Detach {
        /// An open capture.
        capture: CaptureId,
        /// From where.
        hook: HookName,
    },
    /// Detach all programs of a capture and forget it.
    Close {
        /// An open capture.
        capture: CaptureId,
    },
    /// How long the capture's program for `hook` has run. Answered by [`Answer::KernelTime`].
    KernelTime {
        /// An open capture.
        capture: CaptureId,
        /// Of which program.
        hook: HookName,
    },
    /// Load every program without attaching it, to learn what this process may do here.
    Probe,
}

/// The answer to a request.
#[derive(Debug, Serialize, Deserialize)]
pub enum Answer {
    /// The maps exist.
    Opened,
    /// The tables of flows exist.
    FlowsOpened,
    /// The program is attached.
    Attached(Attached),
    /// Done.
    Done,
    /// How long a program has run, as far as the kernel has measured it.
    KernelTime {
        /// In all its runs.
        total: Duration,
        /// How often it ran.
        runs: u64,
    },
    /// What [`Request::Probe`] found: for each program, why the kernel refused it.
    Probed(Vec<(HookName, Option<LoaderError>)>),
    /// It was not done.
    Failed(LoaderError),
}

/// The file descriptors that come with [`Answer::Opened`], in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapFd {
    /// The ring buffer.
    Events,
    /// Counters per CPU.
    Counters,
    /// The outer map of the rules.
    Rules,
    /// Budgets by slot.
    Budgets,
    /// First inner map of the rules.
    FirstBank,
    /// Second inner map of the rules.
    SecondBank,
}

impl MapFd {
    /// How many there are.
    pub const COUNT: usize = 6;
}

/// The file descriptors that come with [`Answer::FlowsOpened`], in this order. See `xdplive_packet::flow`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowFd {
    /// The outer map of what is counted beside the tables: says which bank is in force.
    BesideOuter,
    /// The outer map of the tables.
    TablesOuter,
    /// What is counted beside the first table.
    FirstBeside,
    /// What is counted beside the second table.
    SecondBeside,
    /// The first table.
    FirstTable,
    /// The second table.
    SecondTable,
}

impl FlowFd {
    /// How many there are.
    pub const COUNT: usize = 6;
}

const _: () = assert!(FlowFd::COUNT <= MapFd::COUNT, "a message has room for them");

/// A program that was attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// Id of the bpf_link.
    pub link: u32,
    /// Id of the program.
    pub program: u32,
}

/// [`Hook`] in a form that can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct HookName(pub Hook);

impl From<HookName> for u8 {
    fn from(hook: HookName) -> Self {
        hook.0 as u8
    }
}

impl TryFrom<u8> for HookName {
    type Error = String;

    fn try_from(raw: u8) -> Result<Self, String> {
        Hook::from_raw(raw).map(Self).ok_or_else(|| format!("{raw} is no hook"))
    }
}

/// Why the loader could not do something.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum LoaderError {
    /// The kernel does not let this process create maps or load programs.
    #[error("the kernel does not allow this process to {action} ({reason})")]
    NotAllowed {
        /// What was tried.
        action: String,
        /// The kernel's answer.
        reason: String,
    },
    /// The kernel's verifier or loader refused the program.
    #[error("the kernel refused the program {program}: {reason}")]
    Refused {
        /// Name of the program.
        program: String,
        /// The kernel's answer and the end of the verifier's log.
        reason: String,
    },
    /// Another XDP program holds the interface.
    #[error("another program is attached there")]
    Busy,
    /// The driver, or the kernel, has no such hook.
    #[error("not supported there ({reason})")]
    Unsupported {
        /// The kernel's answer.
        reason: String,
    },
    /// The interface went away.
    #[error("there is no such interface any more")]
    NoInterface,
    /// Anything else the kernel said.
    #[error("{action} failed: {reason}")]
    Failed {
        /// What was tried.
        action: String,
        /// The kernel's answer.
        reason: String,
    },
    /// The request itself makes no sense.
    #[error("the loader was asked for something it does not know: {0}")]
    BadRequest(String),
}
