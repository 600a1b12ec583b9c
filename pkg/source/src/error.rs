//! Why packets cannot be had.

use thiserror::Error;

use crate::hook::{HookChoice, UnknownHook};

/// What a person can do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Ask for something else.
    Request,
    /// Grant rights.
    Rights,
    /// Change something on the machine, or wait.
    Machine,
}

/// Why packets cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SourceError {
    /// No interface has this name.
    #[error(
        "there is no interface \"{given}\" here; the query editor lists those that may be watched, and on the machine `ip \
         link` all there are"
    )]
    NoSuchInterface {
        /// The name asked for.
        given: String,
    },
    /// The hosts asked for are not of this source.
    #[error("these hosts are not known; there are {available}")]
    NoSuchHost {
        /// The names that exist.
        available: String,
    },
    /// Packets of this kind of link cannot be read.
    #[error(
        "interface \"{interface}\" is neither Ethernet nor a tunnel that carries IP packets: its packets cannot \
         be read; choose another interface"
    )]
    UnsupportedLink {
        /// The interface.
        interface: String,
    },
    /// The filter does not fit beside others.
    #[error("the filter cannot be used on interface \"{interface}\" now: {reason}")]
    NoRoom {
        /// The interface.
        interface: String,
        /// What there is too much of, and what holds the room.
        reason: String,
    },
    /// The filter alone is too much.
    #[error("the filter cannot be used on interface \"{interface}\": {reason}")]
    Filter {
        /// The interface.
        interface: String,
        /// What there is too much of.
        reason: String,
    },
    /// Two data sources want different hooks.
    #[error(
        "interface \"{interface}\" is being watched by {in_force} for {}, and can only be watched one way \
         at a time; choose the hook auto or {in_force} instead of {wanted}, or stop the other first",
        whose(*is_own)
    )]
    HookConflict {
        /// The interface.
        interface: String,
        /// The hook asked for.
        wanted: HookChoice,
        /// The hook in force.
        in_force: &'static str,
        /// Whether the data source that asks has asked for that hook, too, before its settings were changed. Who else has is not
        /// told.
        is_own: bool,
    },
    /// The hook cannot be had there.
    #[error(
        "{hook} cannot be used on interface \"{interface}\": {reason}; choose the hook auto or another one"
    )]
    HookUnavailable {
        /// The interface.
        interface: String,
        /// The hook's name.
        hook: &'static str,
        /// The kernel's reason.
        reason: String,
    },
    /// Packets that are sent cannot be seen on this kernel.
    #[error(
        "packets that leave \"{interface}\" cannot be seen: that takes TCX, which came with kernel 6.6, and \
         this is {release}; choose the direction in"
    )]
    NoEgress {
        /// The interface.
        interface: String,
        /// The running kernel.
        release: String,
    },
    /// This process may not do it.
    #[error("{reason}. {fix}")]
    NotAllowed {
        /// What is missing.
        reason: String,
        /// What to do about it.
        fix: String,
    },
    /// The kernel refused in another way.
    #[error("interface \"{interface}\" cannot be watched: {reason}; `xdplive doctor` looks for the cause")]
    Failed {
        /// The interface.
        interface: String,
        /// The kernel's reason.
        reason: String,
    },
    /// A hook's name is wrong.
    #[error(transparent)]
    UnknownHook(#[from] UnknownHook),
    /// Another machine cannot do it.
    #[error("{host}: {reason}")]
    Remote {
        /// The machine.
        host: String,
        /// What a person can do about it.
        kind: ErrorKind,
        /// What it says.
        reason: String,
    },
    /// The counters of interfaces cannot be had from there.
    #[error(
        "the kernel's counters of interfaces cannot be had from {hosts}; choose other machines, or a data source of the \
         machine itself"
    )]
    NoCounters {
        /// The machines.
        hosts: String,
    },
    /// Dropped packets cannot be had from there.
    #[error(
        "the packets that the kernel drops cannot be had from {hosts}; choose other machines, or a data source of the machine \
         itself"
    )]
    NoDrops {
        /// The machines.
        hosts: String,
    },
    /// There is no capture at all.
    #[error("{0}")]
    Unavailable(String),
    /// The source has ended.
    #[error("the capture has ended; Grafana restarts it within a second")]
    Gone,
}

/// For whom a hook is in force.
const fn whose(is_own: bool) -> &'static str {
    if is_own { "this data source, as it was set before" } else { "another data source" }
}

impl SourceError {
    /// What a person can do about it.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::NoSuchInterface { .. }
            | Self::NoSuchHost { .. }
            | Self::UnsupportedLink { .. }
            | Self::Filter { .. }
            | Self::NoRoom { .. }
            | Self::UnknownHook(_) => ErrorKind::Request,
            Self::NotAllowed { .. } => ErrorKind::Rights,
            Self::Remote { kind, .. } => *kind,
            Self::HookConflict { .. }
            | Self::HookUnavailable { .. }
            | Self::NoEgress { .. }
            | Self::Failed { .. }
            | Self::NoCounters { .. }
            | Self::NoDrops { .. }
            | Self::Unavailable(_)
            | Self::Gone => ErrorKind::Machine,
        }
    }
}
