//! The thread that owns all captures and streams.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use tokio::{runtime::Handle, sync::oneshot};
use tracing::{error, warn};
use xdplive_filter::{Environment, Term};
use xdplive_packet::{accounting::Limit, event::Direction};

use super::{
    capture::{AttachError, Capture},
    explain::no_slot,
    flows::{Flows, Want as FlowWant},
    stream::Stream,
};
use crate::{
    interface::{Interface, Interfaces, Watch},
    loader::Loader,
    own,
    privilege::AtStart,
    queue::{Counted, Queue},
    reader::{Reader, RingNumber, StreamId, Want},
    report::{Kernel, Probed},
    settings::Settings,
    source::{DirectionCounts, HookAccounts, InForce, InterfaceSet, Request, SourceError, Wanted},
};

/// Time between two looks at what lingers and at what could not be attached.
const TICK: Duration = Duration::from_secs(1);
/// How long the loader may take to end.
const LOADER_END: Duration = Duration::from_secs(1);

/// What the rest of the process asks of the thread.
pub enum Command {
    /// See [`crate::source::Source::prepare`].
    Prepare { request: Request, reply: oneshot::Sender<Result<Vec<InForce>, SourceError>> },
    /// See [`crate::source::Source::subscribe`].
    Subscribe { request: Request, queue: Arc<Queue>, reply: oneshot::Sender<StreamId> },
    /// See [`crate::source::Source::flows`].
    SubscribeFlows { request: Request, queue: Arc<Queue>, want: FlowWant, reply: oneshot::Sender<StreamId> },
    /// A stream has come to its end.
    End { stream: StreamId },
    /// The interfaces have changed.
    Interfaces(Arc<Interfaces>),
    /// The ports of own traffic have changed.
    OwnPorts(Arc<BTreeSet<u16>>),
    /// See [`crate::source::Source::accounts`].
    Accounts { reply: oneshot::Sender<Vec<HookAccounts>> },
    /// See [`crate::source::Source::counts`].
    Counts { stream: StreamId, reply: oneshot::Sender<Option<DirectionCounts>> },
    /// Try what the kernel allows, and tell what is in force.
    Probe { reply: oneshot::Sender<(Option<Probed>, Vec<InForce>)> },
    /// Detach everything and end.
    Stop { done: oneshot::Sender<()> },
}

/// What the thread works with.
pub struct Parts {
    pub loader: Loader,
    pub reader: Reader,
    pub watch: Watch,
    pub runtime: Handle,
    pub kernel: Kernel,
    pub at_start: AtStart,
    pub settings: Settings,
}

/// The state of the thread.
pub struct Control {
    pub(super) parts: Parts,
    pub(super) interfaces: Arc<Interfaces>,
    pub(super) captures: BTreeMap<String, Capture>,
    pub(super) streams: BTreeMap<StreamId, Stream>,
    /// Streams that have ended, while somebody may still take their rows.
    pub(super) ended: Vec<Stream>,
    next_stream: StreamId,
    pub(super) next_ring: RingNumber,
    /// Captures whose members are to change with the next generation.
    pub(super) dirty: BTreeSet<String>,
    /// Streams to be told that they have begun, and streams to be closed, after that.
    begun: Vec<(StreamId, oneshot::Sender<StreamId>)>,
    pub(super) ending: Vec<StreamId>,
    pub(super) flows: Flows,
    probed: Option<Probed>,
    own_ports: Arc<BTreeSet<u16>>,
    /// The alternatives of the filter that recognises own traffic.
    pub(super) own: Arc<[Term]>,
}

impl Control {
    pub fn new(parts: Parts, flows: Flows) -> Self {
        Self {
            interfaces: parts.watch.now(),
            parts,
            captures: BTreeMap::new(),
            streams: BTreeMap::new(),
            ended: Vec::new(),
            next_stream: 1,
            next_ring: 0,
            dirty: BTreeSet::new(),
            begun: Vec::new(),
            ending: Vec::new(),
            flows,
            probed: None,
            own_ports: Arc::default(),
            own: Arc::default(),
        }
    }

    /// Works off commands until the end. Commands that wait already are taken together: a dashboard that
    /// opens starts twenty streams, and one new generation does for all of them.
    pub fn run(mut self, commands: &Receiver<Command>) {
        let mut next_tick = Instant::now() + TICK;
        loop {
            let first = match commands.recv_timeout(next_tick.saturating_duration_since(Instant::now())) {
                Ok(command) => Some(command),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => break,
            };
            let mut stop = None;
            for command in first.into_iter().chain(commands.try_iter()) {
                if let Command::Stop { done } = command {
                    stop = Some(done);
                } else {
                    self.carry_out(command);
                }
            }
            self.begin_generations();
            self.settle_flows();
            self.tell_begun();
            self.close_ended();
            if let Some(done) = stop {
                self.stop();
                // Whoever asked may have given up waiting.
                let _ = done.send(());
                return;
            }
            if Instant::now() >= next_tick {
                next_tick = Instant::now() + TICK;
                self.attach_missing();
                self.leave_absent();
                self.settle_ended();
                self.close_lingering();
            }
        }
        self.stop();
    }

    fn carry_out(&mut self, command: Command) {
        match command {
            Command::Prepare { request, reply } => {
                let result = self.prepare(&request);
                let _ = reply.send(result);
            }
            Command::Subscribe { request, queue, reply } => self.subscribe(request, queue, reply),
            Command::SubscribeFlows { request, queue, want, reply } => {
                let stream = self.next_stream;
                self.subscribe(request, queue, reply);
                self.flows.want(stream, want);
            }
            Command::End { stream } => self.end(stream),
            Command::Interfaces(interfaces) => {
                self.interfaces = interfaces;
                self.recognise_own();
                self.attach_missing();
            }
            Command::OwnPorts(ports) => {
                self.own_ports = ports;
                self.recognise_own();
            }
            Command::Accounts { reply } => {
                // Whoever asked may have given up waiting.
                let _ = reply.send(self.accounts());
            }
            Command::Counts { stream, reply } => {
                let _ = reply.send(self.counts(stream));
            }
            Command::Probe { reply } => {
                let probed = self.probe();
                let in_force = self.captures.values().flat_map(Capture::in_force).collect();
                let _ = reply.send((probed, in_force));
            }
            // Taken care of by the caller.
            Command::Stop { .. } => {}
        }
    }

    /// Has own traffic recognised by what its ports and this machine's addresses are now.
    fn recognise_own(&mut self) {
        let filter = own::filter(&self.own_ports, &own::addresses(&self.interfaces));
        let terms = filter.map(|filter| filter.terms(&Environment::default())).transpose();
        self.own = match terms {
            Ok(terms) => terms.unwrap_or_default().into(),
            Err(error) => {
                warn!("own traffic cannot be told apart: {error}");
                Arc::default()
            }
        };
        for (name, capture) in &mut self.captures {
            if capture.set_own(&self.own) {
                self.dirty.insert(name.clone());
            }
        }
    }

    /// Does everything a stream of `request` needs, except counting and reporting its packets.
    fn prepare(&mut self, request: &Request) -> Result<Vec<InForce>, SourceError> {
        let mut in_force = Vec::new();
        let mut refused = None;
        for name in &self.names(&request.interfaces) {
            match self.prepare_one(name, request) {
                Ok(hooks) => in_force.extend(hooks),
                // One interface of all that cannot be watched takes nothing from the others.
                Err(error) if request.interfaces == InterfaceSet::Any => refused = Some(error),
                Err(error) => return Err(error),
            }
        }
        match refused {
            Some(error) if in_force.is_empty() => Err(error),
            _ => Ok(in_force),
        }
    }

    /// The interfaces of a request, as far as they have names now.
    fn names(&self, interfaces: &InterfaceSet) -> Vec<String> {
        match interfaces {
            InterfaceSet::Named(names) => names.clone(),
            InterfaceSet::Any => self
                .interfaces
                .iter()
                .filter(|interface| interface.link.layout().is_some())
                .map(|interface| interface.name.clone())
                .collect(),
        }
    }

    fn prepare_one(&mut self, name: &str, request: &Request) -> Result<Vec<InForce>, SourceError> {
        let interface = self.interface(name)?;
        self.open(&interface, &request.interfaces).map_err(|error| self.explain_ask(name, error))?;
        for direction in &request.directions {
            // Where both ways are asked for, one is better than none; what is missing is told elsewhere.
            let needed = *direction == Direction::In || request.directions.len() == 1;
            match self.attach(&interface, *direction, request.hook, &request.asker) {
                Err(AttachError::NoHook) if !needed => {}
                Err(error) => {
                    self.close_unused(name);
                    return Err(self.explain_attach(&interface, *direction, request.hook, error));
                }
                Ok(()) => {}
            }
        }
        let Some(capture) = self.captures.get_mut(name) else { return Ok(Vec::new()) };
        capture.reserve(request, &interface).map_err(|error| no_slot(name, &error))?;
        capture.idle_since = Instant::now();
        Ok(capture.in_force().collect())
    }

    fn subscribe(&mut self, request: Request, queue: Arc<Queue>, reply: oneshot::Sender<StreamId>) {
        let id = self.next_stream;
        self.next_stream += 1;
        // The kernel keeps each interface to the limit; only what comes from several is left to be thinned here.
        let limit = match &request.wanted {
            Some(Wanted { limit: Limit::PerSecond(rows), .. }) if request.interfaces.may_be_several() => {
                Some(*rows)
            }
            _ => None,
        };
        let header_bytes = request.wanted.as_ref().is_some_and(|wanted| wanted.header_bytes);
        if self.parts.reader.add_stream(id, Arc::clone(&queue), limit, header_bytes).is_err() {
            // Dropping `reply` tells the asker.
            return;
        }
        self.streams.insert(id, Stream::new(request, queue));
        self.begun.push((id, reply));
        self.attach_missing();
    }

    /// Takes a stream out of its captures' next generations.
    fn end(&mut self, id: StreamId) {
        let Some(stream) = self.streams.get(&id) else { return };
        for name in &stream.joined {
            if let Some(capture) = self.captures.get_mut(name) {
                capture.leave(id);
                // Without the reader there is nobody who could hand on too much.
                let _ = self.parts.reader.end_want(id, capture.number, capture.next_generation());
                self.dirty.insert(name.clone());
            }
        }
        if !self.ending.contains(&id) {
            self.ending.push(id);
        }
    }

    /// Brings every stream into the captures it asks for, and every capture to its interface, as far as they
    /// are there. What does not work now is tried again.
    fn attach_missing(&mut self) {
        for (name, capture) in &mut self.captures {
            capture
                .forget_stale(&self.parts.loader, self.interfaces.get(name).map(|interface| interface.index));
        }
        let wishes: Vec<(StreamId, Request)> =
            self.streams.iter().map(|(id, stream)| (*id, stream.request.clone())).collect();
        for (id, request) in wishes {
            if self.ending.contains(&id) {
                continue;
            }
            for name in &self.names(&request.interfaces) {
                // Only what is known: a change of the interfaces comes by itself.
                let Some(interface) = self.interfaces.get(name).cloned() else { continue };
                if interface.link.layout().is_none() {
                    continue;
                }
                if let Err(error) = self.join(id, &interface, &request) {
                    warn!("{error}");
                }
            }
        }
    }

    /// Makes a stream a member of an interface's capture, and attaches what it asks for there.
    fn join(&mut self, id: StreamId, interface: &Interface, request: &Request) -> Result<(), SourceError> {
        let name = &interface.name;
        self.open(interface, &request.interfaces).map_err(|error| self.explain_ask(name, error))?;
        let joined = self.streams.get(&id).is_some_and(|stream| stream.joined.contains(name));
        if !joined && let Some(capture) = self.captures.get_mut(name) {
            let slot = capture.join(id, request, interface).map_err(|error| no_slot(name, &error))?;
            // A stream without rows wants nothing of the reader.
            let want = slot.filter(|_| request.has_rows()).map(|slot| Want {
                ring: capture.number,
                slots: 1 << slot,
                first: capture.next_generation(),
                end: None,
                directions: request.directions.clone(),
            });
            // Before the programs begin that generation, so that its first event finds the stream.
            if want.is_none_or(|want| self.parts.reader.add_want(id, want).is_ok()) {
                self.dirty.insert(name.clone());
                if let Some(stream) = self.streams.get_mut(&id) {
                    stream.joined.insert(name.clone());
                }
            } else {
                capture.leave(id);
            }
        }
        for direction in &request.directions {
            let attached = self.captures.get(name).is_some_and(|capture| capture.is_attached(*direction));
            if !attached {
                // The generation first, so that the first packet the hook sees is counted for the stream.
                self.begin_generations();
                // Refusals come out of `prepare`; here the stream waits until it becomes possible.
                let _ = self.attach(interface, *direction, request.hook, &request.asker);
            }
        }
        Ok(())
    }

    /// Begins the next generation of every capture whose members have changed, and adds up what was counted
    /// in the one that ends.
    pub(super) fn begin_generations(&mut self) {
        for name in std::mem::take(&mut self.dirty) {
            let Some(capture) = self.captures.get_mut(&name) else { continue };
            let link = self.interfaces.get(&name).and_then(|interface| interface.link.layout());
            match capture.begin_generation(link.unwrap_or(capture.link())) {
                Ok((counts, members)) => {
                    for (id, membership) in members {
                        if let Some(stream) = self.streams.get_mut(&id) {
                            stream.add(capture.number, &counts, &membership);
                        }
                    }
                }
                Err(error) => {
                    error!("interface {name}: the kernel does not take a new configuration: {error}");
                    self.dirty.insert(name);
                }
            }
        }
    }

    fn tell_begun(&mut self) {
        for (id, reply) in std::mem::take(&mut self.begun) {
            if reply.send(id).is_err() {
                // The asker went away meanwhile.
                self.end(id);
            }
        }
        self.begin_generations();
    }

    /// Closes the streams that are part of no generation any more, once their last rows are in their queues.
    fn close_ended(&mut self) {
        for id in std::mem::take(&mut self.ending) {
            let Some(stream) = self.streams.remove(&id) else { continue };
            if self.parts.reader.remove_stream(id).is_err() {
                error!("the reader has ended");
            }
            stream.queue.itemise(self.counted_by_interface(&stream));
            stream.queue.close(stream.counted());
            if stream.has_rows() {
                self.ended.push(stream);
            }
        }
    }

    /// What was counted for a stream, by interface.
    fn counted_by_interface(&self, stream: &Stream) -> Vec<(Arc<str>, RingNumber, Counted)> {
        let captures = stream.joined.iter().filter_map(|name| self.captures.get(name));
        captures
            .map(|capture| (Arc::clone(&capture.name), capture.number, stream.counted_at(capture.number)))
            .collect()
    }

    /// What the kernel says of each program; asked once, for it stays so. `None` where the loader has ended.
    fn probe(&mut self) -> Option<Probed> {
        if self.probed.is_none() {
            self.probed = self.parts.loader.probe().ok();
        }
        self.probed.clone()
    }

    fn stop(mut self) {
        let streams: Vec<StreamId> = self.streams.keys().copied().collect();
        for id in streams {
            self.end(id);
        }
        self.begin_generations();
        self.settle_flows();
        self.close_ended();
        self.parts.loader.end(LOADER_END);
    }

    /// An interface that can be watched.
    fn interface(&mut self, name: &str) -> Result<Interface, SourceError> {
        let found = self.interfaces.get(name).cloned();
        // It may be younger than the last change we heard of.
        let found = match found {
            Some(interface) => Some(interface),
            None => {
                if let Ok(now) = self.parts.runtime.block_on(self.parts.watch.look()) {
                    self.interfaces = Arc::new(now);
                }
                self.interfaces.get(name).cloned()
            }
        };
        let Some(interface) = found else {
            return Err(SourceError::NoSuchInterface {
                given: name.to_owned(),
                available: self.interfaces.names(),
            });
        };
        if interface.link.layout().is_none() {
            return Err(SourceError::UnsupportedLink { interface: name.to_owned() });
        }
        Ok(interface)
    }
}
