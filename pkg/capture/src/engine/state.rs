//! The state of the control thread, and what all that it does needs: the maps, and an end without the loader.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::{oneshot, watch};
use tracing::error;
use xdplive_filter::Term;
use xdplive_loader::{
    AskError,
    protocol::{LinkId, LoaderError},
};
use xdplive_source::{
    HookAccounts, Host, InterfaceNumber, Interfaces, Moment, Prepared, Request, SourceError, StreamId,
};

use super::{
    attacher::{Attacher, Job, Urgency},
    budgets::Budgets,
    flow_wants::Flows,
    opening::{Open, Opener},
    stream::Stream,
    tap::Tap,
};
use crate::{
    at_start::AtStart,
    reader::Reader,
    report::{Kernel, Probed},
    settings::Settings,
};

/// What the thread works with.
pub struct Parts {
    /// This machine.
    pub host: Host,
    /// Makes maps.
    pub opener: Box<dyn Opener>,
    /// Attaches programs.
    pub attacher: Attacher,
    /// Hands rows on.
    pub reader: Reader,
    /// The running kernel.
    pub kernel: Kernel,
    /// What this process could do when it started.
    pub at_start: AtStart,
    /// Bounds.
    pub settings: Settings,
    /// Ports of UDP whose packets are own traffic.
    pub own_datagrams: Arc<BTreeSet<u16>>,
    /// Is told why the process has to end.
    pub failed: watch::Sender<Option<String>>,
}

/// A stream that has begun.
pub struct Begun {
    /// Which.
    pub stream: StreamId,
    /// When its first generation was in force.
    pub at: Option<Moment>,
    /// When it is told at the latest.
    pub until: Instant,
    /// Takes its number, and when it began.
    pub reply: oneshot::Sender<(StreamId, Moment)>,
}

/// Somebody who waits until everything is ready for a request.
pub struct Preparing {
    /// What for.
    pub request: Request,
    /// The interfaces it names.
    pub names: Vec<String>,
    /// When there is an answer at the latest.
    pub until: Instant,
    /// Takes the answer.
    pub reply: oneshot::Sender<Result<Prepared, SourceError>>,
}

/// How long who asked for interfaces by name waits for the last of them.
pub(super) const ATTACH_PATIENCE: Duration = Duration::from_secs(5);

/// The state of the thread.
pub struct Control {
    pub(super) parts: Parts,
    pub(super) open: Option<Open>,
    pub(super) interfaces: Arc<Interfaces>,
    /// By name.
    pub(super) taps: BTreeMap<String, Tap>,
    /// Names by number.
    pub(super) numbers: BTreeMap<InterfaceNumber, String>,
    pub(super) next_interface: InterfaceNumber,
    pub(super) budgets: Budgets,
    pub(super) streams: BTreeMap<StreamId, Stream>,
    /// Streams that have ended, while somebody may still take their rows.
    pub(super) ended: Vec<Stream>,
    pub(super) next_stream: StreamId,
    /// Interfaces whose members are to change with the next generation.
    pub(super) dirty: BTreeSet<String>,
    /// What is to be attached once the next generation has begun.
    pub(super) jobs: Vec<(Job, Urgency)>,
    /// Streams that have begun and have yet to be told so.
    pub(super) begun: Vec<Begun>,
    /// Links that were dead when they were last looked at, but whose interfaces may have gone.
    pub(super) suspected: BTreeSet<LinkId>,
    /// When the links are looked at again; none while that is being done.
    pub(super) next_check: Option<Instant>,
    pub(super) ending: BTreeSet<StreamId>,
    pub(super) flows: Flows,
    pub(super) preparing: Vec<Preparing>,
    pub(super) asked_for_accounts: Vec<oneshot::Sender<Vec<HookAccounts>>>,
    /// What the kernel says of the programs, as far as it has been asked.
    pub(super) probed: BTreeMap<u8, Option<LoaderError>>,
    pub(super) probing: Vec<oneshot::Sender<(Option<Probed>, Prepared)>>,
    pub(super) own_ports: Arc<BTreeSet<u16>>,
    /// The alternatives of the filter that recognises own traffic.
    pub(super) own: Arc<[Term]>,
    /// What was last said of a kernel that refuses.
    pub(super) said: Option<String>,
}

impl Control {
    /// Nothing is watched yet.
    pub fn new(parts: Parts, interfaces: Arc<Interfaces>, flows: Flows) -> Self {
        Self {
            parts,
            open: None,
            interfaces,
            taps: BTreeMap::new(),
            numbers: BTreeMap::new(),
            next_interface: 0,
            budgets: Budgets::default(),
            streams: BTreeMap::new(),
            ended: Vec::new(),
            next_stream: 1,
            dirty: BTreeSet::new(),
            jobs: Vec::new(),
            begun: Vec::new(),
            suspected: BTreeSet::new(),
            next_check: Some(Instant::now()),
            ending: BTreeSet::new(),
            flows,
            preparing: Vec::new(),
            asked_for_accounts: Vec::new(),
            probed: BTreeMap::new(),
            probing: Vec::new(),
            own_ports: Arc::default(),
            own: Arc::default(),
            said: None,
        }
    }

    /// Makes the maps that all programs share, where that has not been done.
    pub(super) fn open(&mut self) -> Result<&mut Open, AskError> {
        if self.open.is_none() {
            let open = self.parts.opener.open(&self.parts.reader, &self.parts.settings);
            if let Err(error) = &open {
                self.lose_where_final(error);
            }
            self.open = Some(open?);
        }
        self.open.as_mut().ok_or(AskError::WrongAnswer)
    }

    /// Has the process end where the loader answers no more.
    pub(super) fn lose_where_final(&self, error: &AskError) {
        if error.is_final() && self.parts.failed.borrow().is_none() {
            error!("{error}, so that nothing can be watched any more");
            self.parts.failed.send_replace(Some(error.to_string()));
        }
    }
}
