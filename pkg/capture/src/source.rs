//! The seam between capturing and serving: who asks for packets does not know where they come from.
//!
//! The capture of this machine ([`crate::engine::LocalSource`]) is the first [`Source`]. What leaves one says of which
//! host it is, and numbers in it mean nothing but that two are the same. Nobody above asks this machine what it is
//! called, so that network namespaces and other machines can be sources.

mod accounts;
mod batch;
mod flows;
mod header_bytes;
mod host;
mod ids;
mod merged;
pub mod queue;
mod report;
mod unavailable;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use async_trait::async_trait;
use thiserror::Error;
use xdplive_filter::Filter;
use xdplive_packet::{Hook, accounting::Limit, event::Direction};

pub use self::{
    accounts::{
        Counts, DirectionCounts, HookAccounts, InterfaceState, Interval, KernelTime, Reading, StreamAccounts,
    },
    batch::{Batch, Names, Origin, Row},
    flows::{
        Conversation, Conversations, FlowFeed, FlowQueue, FlowSnapshot, Group, GroupBy, Groups, LinkProtocol,
        Missed, Taken, Top, conversations, top,
    },
    header_bytes::{Captured, HeaderBytes},
    host::{Host, HostId, HostSet, names_of},
    ids::{GONE, InterfaceNumber, StreamId},
    merged::Merged,
    queue::{Counted, Handled, Queue, RowCounts},
    report::{Check, HookOption, InterfaceHooks, Outcome, Report},
    unavailable::Unavailable,
};
use crate::{
    clock::Moment,
    hook::{HookChoice, UnknownHook},
    interface::Interfaces,
};

/// Where packets can be had.
#[async_trait]
pub trait Source: Send + Sync + 'static {
    /// What time it is, by the clock to which all times belong that leave this source: its hosts may have others, and
    /// it brings them together.
    fn now(&self) -> Moment;

    /// The hosts there are now. A source that can do nothing has one all the same.
    fn hosts(&self) -> Arc<[Host]>;

    /// The interfaces there are now, of all hosts; where several have one of the same name, that of the first.
    fn interfaces(&self) -> Arc<Interfaces>;

    /// The interfaces of one host. A source that has no more than one need not say more than [`Self::interfaces`].
    fn interfaces_of(&self, _host: HostId) -> Arc<Interfaces> {
        self.interfaces()
    }

    /// Makes everything ready for `request`, so that what can never work is known before anybody subscribes.
    /// What is attached here stays so for as long as after a stream's end. Of many interfaces it does not wait for the
    /// last: what is on its way then is among those left out.
    ///
    /// # Errors
    /// Any [`SourceError`]. One interface of [`InterfaceSet::Any`] that cannot be watched is left out instead.
    async fn prepare(&self, request: &Request) -> Result<Prepared, SourceError>;

    /// Starts a stream. It lives through the absence of an interface.
    ///
    /// # Errors
    /// [`SourceError::NoSuchHost`] and [`SourceError::Gone`] only.
    async fn subscribe(&self, request: &Request) -> Result<Subscription, SourceError>;

    /// Has the flows of all packets counted at the hooks that `request` asks for, whatever its rows, and hands them on
    /// at least every `interval` (100 ms to 60 s; it is brought there). On one interface all who ask share one table,
    /// which counts everything that is attached there. Lives through the absence of an interface.
    ///
    /// # Errors
    /// [`SourceError::NoSuchHost`], [`SourceError::Gone`] and [`SourceError::Unavailable`] only.
    async fn flows(&self, _request: &Request, _interval: Duration) -> Result<FlowFeed, SourceError> {
        Err(SourceError::Unavailable("flows cannot be counted here".to_owned()))
    }

    /// What this source can do here, and what keeps it from doing more: on those interfaces whose names `is_shown` lets
    /// through, and without a word about others. Attaches nothing.
    async fn report(&self, is_shown: &IsShown<'_>) -> Report;

    /// What has been counted so far at every hook of every watched interface. Attaches nothing.
    async fn accounts(&self) -> Vec<HookAccounts>;

    /// What has been counted so far for one stream; `None` where nothing is attached for it now.
    async fn counts(&self, stream: StreamId) -> Option<Reading>;

    /// The TCP ports of a host whose packets are [own traffic](crate::own) now; none of a host that is not there.
    fn own_ports(&self, host: HostId) -> Arc<BTreeSet<u16>>;
}

/// Whether somebody may know of the interface with this name.
pub type IsShown<'a> = dyn Fn(&str) -> bool + Send + Sync + 'a;

/// What a stream is to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Who asks, for messages to others: the data source's name.
    pub asker: String,
    /// Names the stream in the accounts. Not looked at otherwise.
    pub label: Arc<Label>,
    /// On which hosts.
    pub hosts: HostSet,
    /// Where on them.
    pub interfaces: InterfaceSet,
    /// Ways of the packets; at least one.
    pub directions: Vec<Direction>,
    /// The receiving hook.
    pub hook: HookChoice,
    /// Which packets it is for; `None` to have all of them counted as seen, and nothing more.
    pub wanted: Option<Wanted>,
}

impl Request {
    /// Has every packet of both ways counted.
    #[must_use]
    pub fn counting(asker: String, interfaces: InterfaceSet, hook: HookChoice, hides_own: bool) -> Self {
        let wanted = Wanted { filter: Arc::default(), limit: Limit::None, hides_own, header_bytes: false };
        let (label, directions) = (Arc::default(), Direction::ALL.to_vec());
        Self { asker, label, hosts: HostSet::All, interfaces, directions, hook, wanted: Some(wanted) }
    }

    /// The same without rows.
    #[must_use]
    pub fn without_rows(&self) -> Self {
        let mut request = self.clone();
        if let Some(wanted) = &mut request.wanted {
            (wanted.limit, wanted.header_bytes) = (Limit::None, false);
        }
        request
    }

    /// Whether packets become rows; they are only counted otherwise.
    #[must_use]
    pub fn has_rows(&self) -> bool {
        self.wanted.as_ref().is_some_and(|wanted| wanted.limit != Limit::None)
    }
}

/// Which packets a stream is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Which packets.
    pub filter: Arc<Filter>,
    /// How many of them become rows; the others are counted.
    pub limit: Limit,
    /// Whether [own traffic](crate::own) is left out. It counts as unmatched then.
    pub hides_own: bool,
    /// Whether rows come with the bytes of their headers.
    pub header_bytes: bool,
}

/// A stream's name in the accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Label {
    /// Who may see the stream's filter: streams of one owner have this in common.
    pub owner: String,
    /// The stream's own name.
    pub stream: String,
}

/// Interfaces that a stream watches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InterfaceSet {
    /// Those with these names, present or not.
    Named(Vec<String>),
    /// Every interface whose packets can be read, also those that come later.
    Any,
}

impl InterfaceSet {
    /// Whether there can be more than one at a time.
    #[must_use]
    pub fn may_be_several(&self) -> bool {
        match self {
            Self::Named(names) => names.len() > 1,
            Self::Any => true,
        }
    }
}

/// What there is for a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prepared {
    /// Hooks in force.
    pub in_force: Vec<InForce>,
    /// What was asked for and is not in force.
    pub left_out: Vec<LeftOut>,
}

/// A direction of an interface that was asked for and from which no packets come now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The host.
    pub host: Host,
    /// The interface's name.
    pub interface: String,
    /// The way of the packets.
    pub direction: Direction,
    /// What it is like there.
    pub state: InterfaceState,
    /// Why; may be empty.
    pub reason: String,
}

/// A hook that is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForce {
    /// The host.
    pub host: Host,
    /// The interface's name.
    pub interface: String,
    /// The hook.
    pub hook: Hook,
    /// Why this one; empty for the obvious choice.
    pub reason: String,
    /// Whether there is nothing about it that a person would not expect.
    pub expected: bool,
}

/// A running stream. Dropping it ends the stream; what was not taken counts as lost.
pub struct Subscription {
    id: StreamId,
    begun: Moment,
    queue: Arc<Queue>,
    end: Option<Box<dyn FnOnce() + Send + Sync>>,
}

impl Subscription {
    /// The stream `id`, whose packets count from `begun` on, fed through `queue`; `end` asks its source to stop and to
    /// close the queue.
    #[must_use]
    pub fn new(id: StreamId, begun: Moment, queue: Arc<Queue>, end: Box<dyn FnOnce() + Send + Sync>) -> Self {
        Self { id, begun, queue, end: Some(end) }
    }

    /// Since when packets are the stream's, by the clock of [`Source::now`].
    #[must_use]
    pub const fn begun(&self) -> Moment {
        self.begun
    }

    /// Until when packets were the stream's; `None` until [`Subscription::next`] has returned `None`.
    #[must_use]
    pub fn ended(&self) -> Option<Moment> {
        self.queue.ended()
    }

    /// Names it among the source's streams.
    #[must_use]
    pub const fn id(&self) -> StreamId {
        self.id
    }

    /// The next rows, at most `most` and at least one; `None` when the stream has ended.
    pub async fn next(&self, most: usize) -> Option<Vec<Batch>> {
        self.queue.next(most).await
    }

    /// Asks for the end: packets from now on are not the stream's any more, those before still come.
    pub fn end(&mut self) {
        if let Some(end) = self.end.take() {
            end();
        }
    }

    /// What the kernel counted for the stream; `None` until [`Subscription::next`] has returned `None`.
    #[must_use]
    pub fn counted(&self) -> Option<Counted> {
        self.queue.counted()
    }

    /// What became of the stream's packets at each interface that it was attached to; complete when
    /// [`Subscription::next`] has returned `None`, and empty before.
    #[must_use]
    pub fn by_interface(&self) -> Vec<(Arc<str>, Tally)> {
        self.queue.by_interface()
    }

    /// What became of the stream's packets; complete when [`Subscription::next`] has returned `None`.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.queue.tally()
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.end();
    }
}

/// What became of the packets at a stream's hooks while it ran:
/// `seen = unmatched + thinned + lost + delivered`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Packets that the hooks saw.
    pub seen: u64,
    /// Those that the stream did not ask for.
    pub unmatched: u64,
    /// Those left out to keep to the stream's budget.
    pub thinned: u64,
    /// Those for which ring or queue had no room.
    pub lost: u64,
    /// Those handed on.
    pub delivered: u64,
}

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
    #[error("there is no interface \"{given}\" here; there are {available}")]
    NoSuchInterface {
        /// The name asked for.
        given: String,
        /// The names that exist.
        available: String,
    },
    /// The hosts asked for are not of this source.
    #[error("the hosts asked for are not here; there are {available}")]
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
        "interface \"{interface}\" is being watched by {in_force} for {owner}, and can only be watched one way \
         at a time; choose the hook auto or {in_force} instead of {wanted}, or stop the other first"
    )]
    HookConflict {
        /// The interface.
        interface: String,
        /// The hook asked for.
        wanted: HookChoice,
        /// The hook in force.
        in_force: &'static str,
        /// Who asked for the hook in force.
        owner: String,
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
    #[error("{reason}. {mend}")]
    NotAllowed {
        /// What is missing.
        reason: String,
        /// What to do about it.
        mend: String,
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
    /// There is no capture at all.
    #[error("{0}")]
    Unavailable(String),
    /// The source has ended.
    #[error("the capture has ended; Grafana starts it anew within a second")]
    Gone,
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
            Self::HookConflict { .. }
            | Self::HookUnavailable { .. }
            | Self::NoEgress { .. }
            | Self::Failed { .. }
            | Self::Unavailable(_)
            | Self::Gone => ErrorKind::Machine,
        }
    }
}
