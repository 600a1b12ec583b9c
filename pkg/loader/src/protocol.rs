//! What the plugin process asks of the loader, and what it answers: one JSON text a datagram, over two connections, so
//! that what takes a while (links) does not stand in the way of what does not (maps).

use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use xdplive_packet::Hook;

/// Names a link: chosen by the loader, and never used again.
pub type LinkId = u64;

/// Links that one [`LinkAnswer::Checked`] names at most, so that it fits into a datagram.
pub const MOST_DEAD: usize = 1000;

/// Kernel programs that belong to no interface, with an object of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Instrument {
    /// How well local TCP sockets are connected.
    Quality,
    /// Packets that the kernel drops.
    Drops,
    /// Which process packets belong to.
    Processes,
    /// Answers of the DNS that pass.
    Answers,
}

impl Instrument {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Quality, Self::Drops, Self::Processes, Self::Answers];

    /// What it is for, as a person says it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Quality => "quality of connections",
            Self::Drops => "dropped packets",
            Self::Processes => "processes",
            Self::Answers => "DNS answers",
        }
    }
}

/// A request about maps.
#[derive(Debug, Serialize, Deserialize)]
pub enum MapRequest {
    /// Create the maps that all programs share; once. Answered by [`MapAnswer::Maps`] and the file descriptors of
    /// [`MapFd`].
    Open {
        /// Size of the ring in bytes: a power of two, at least a page.
        ring_bytes: u32,
    },
    /// Create room for the tables of one more set of filters. Answered by [`MapAnswer::Maps`] with one.
    Tables,
    /// Create more cells for the pool of counters. Answered by [`MapAnswer::Maps`] with one.
    Cells,
    /// Create room for what is counted of 64 interfaces beside the tables of flows. Answered by [`MapAnswer::Maps`]
    /// with one for each bank.
    Beside,
    /// Create the tables of flows. Answered by [`MapAnswer::Maps`] with one for each bank. They are gone when they are
    /// closed and out of force.
    FlowTables {
        /// Flows that each of them has room for.
        entries: u32,
    },
    /// How long the program for `hook` has run. Answered by [`MapAnswer::KernelTime`].
    KernelTime {
        /// Of which program.
        hook: HookName,
    },
}

/// The answer to a [`MapRequest`].
#[derive(Debug, Serialize, Deserialize)]
pub enum MapAnswer {
    /// The maps exist.
    Maps,
    /// How long a program has run, as far as the kernel has measured it.
    KernelTime {
        /// In all its runs.
        total: Duration,
        /// How often it ran.
        runs: u64,
    },
    /// It was not done.
    Failed(LoaderError),
}

/// A request about programs and links.
#[derive(Debug, Serialize, Deserialize)]
pub enum LinkRequest {
    /// Load the program for `hook`, where that has not been done. Answered by [`LinkAnswer::Done`].
    Load {
        /// Which program.
        hook: HookName,
    },
    /// Attach the program for `hook`, loading it first where that has not been done. Answered by
    /// [`LinkAnswer::Attached`].
    Attach {
        /// Where to attach.
        hook: HookName,
        /// The interface's number.
        index: u32,
    },
    /// Close a link; nothing happens where there is none of this name. Answered by [`LinkAnswer::Done`].
    Detach {
        /// Which.
        link: LinkId,
    },
    /// Look whether all links are in force. Answered by [`LinkAnswer::Checked`].
    Check,
    /// Put an instrument in force, where it is not. Answered by [`LinkAnswer::Begun`] and its maps.
    Begin {
        /// Which.
        instrument: Instrument,
    },
    /// Have an instrument look again at what was there before it; nothing happens where it is not in force. Answered by
    /// [`LinkAnswer::Done`].
    Walk {
        /// Which.
        instrument: Instrument,
    },
    /// Have an instrument look at these interfaces, as far as they may be watched, and at no others; nothing happens where it is
    /// not in force, or looks at all of them. Answered by [`LinkAnswer::Done`].
    LookAt {
        /// Which.
        instrument: Instrument,
        /// Their numbers.
        interfaces: Vec<u32>,
    },
    /// Take an instrument out of force; nothing happens where it is not. Answered by [`LinkAnswer::Done`].
    Finish {
        /// Which.
        instrument: Instrument,
    },
}

/// The answer to a [`LinkRequest`].
#[derive(Debug, Serialize, Deserialize)]
pub enum LinkAnswer {
    /// The program is attached.
    Attached(Attached),
    /// Done.
    Done,
    /// Links by which nothing of ours is attached any more: the interface has gone, or another process has detached the
    /// program or put another in its place. They are open until they are closed by [`LinkRequest::Detach`].
    Checked {
        /// [`MOST_DEAD`] of them at most.
        dead: Vec<LinkId>,
    },
    /// The instrument is in force.
    Begun {
        /// Whether it sees the sockets of the whole machine, and not those of a container only.
        is_whole: bool,
    },
    /// It was not done.
    Failed(LoaderError),
}

/// The file descriptors that come for [`MapRequest::Open`], in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapFd {
    /// The ring buffer.
    Events,
    /// Which configuration an interface goes by.
    InForce,
    /// The configurations.
    Configurations,
    /// Tables of filters, an array of maps.
    Tables,
    /// Counters, an array of maps.
    Counters,
    /// Budgets.
    Budgets,
    /// What is counted beside the tables of flows, an array of maps.
    FlowsBeside,
    /// The tables of flows, an array of maps.
    FlowTables,
    /// An array of one map that no program looks at: putting a map into it waits for all programs.
    Barrier,
    /// The map to put there.
    BarrierInner,
}

impl MapFd {
    /// How many there are.
    pub const COUNT: usize = 10;
}

/// A program that was attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// Name of the link.
    pub link: LinkId,
    /// The kernel's id of the program.
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
    /// The process has as many files open as it may have.
    #[error(
        "this process may have {limit} files open, and each hook that is attached takes one: raise the limit \
         (systemd: LimitNOFILE=, shell: ulimit -n) and restart Grafana, or watch fewer interfaces"
    )]
    NoDescriptors {
        /// The limit in force.
        limit: u64,
    },
    /// The kernel has no memory for a map, or the process may have no more.
    #[error(
        "the kernel has no memory left for eBPF maps ({reason}): give the machine more, or its service or container \
         (systemd: MemoryMax=), or set a smaller ring_bytes or flow_entries"
    )]
    NoMemory {
        /// The kernel's answer.
        reason: String,
    },
    /// There are no control groups of version 2, or they cannot be reached.
    #[error(
        "programs for sockets are attached to the control groups of version 2 ({reason}): mount them (systemd does; container: \
             --cgroupns=host and a mount of type cgroup2)"
    )]
    NoControlGroups {
        /// What is missing.
        reason: String,
    },
    /// The kernel does not tell where its structures have what is needed.
    #[error("it needs to know the kernel's structures: {reason}")]
    NoTypes {
        /// What is not known.
        reason: String,
    },
    /// The [policy](crate::policy::Policy) that the loader was started with is against it.
    #[error("the administrator's settings do not allow {0}")]
    Forbidden(String),
    /// Anything else the kernel said.
    #[error("{action} failed: {reason}")]
    Failed {
        /// What was tried.
        action: String,
        /// The kernel's answer.
        reason: String,
    },
    /// The request itself makes no sense.
    #[error("the loader got a request that it cannot answer: {0}")]
    BadRequest(String),
}
