//! The thread that owns all watched interfaces and streams. It never waits for a link to be attached or closed.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use tokio::sync::oneshot;
use tracing::{error, warn};
use xdplive_filter::Environment;
use xdplive_loader::AskError;
use xdplive_packet::{Hook, event::Direction};
use xdplive_source::{
    HookAccounts, InterfaceSet, Interfaces, Moment, Prepared, Queue, Reading, Request, SourceError, StreamId,
    own,
};

use super::{
    attacher::{Job, Outcome, Urgency},
    flow_server::Want as FlowWant,
    state::{ATTACH_PATIENCE, Begun, Control, Parts},
    stream::Stream,
    tap::Tap,
};
use crate::{clock, report::Probed};

/// Time between two looks at what lingers and at what could not be attached.
const TICK: Duration = Duration::from_secs(1);
/// Time between two looks at whether all links are in force. With a second look after the next tick, another process that
/// detaches one is noticed within 5 s.
const CHECK: Duration = Duration::from_secs(2);
/// How long the loader may take to end when nothing is attached any more.
const LOADER_END: Duration = Duration::from_secs(1);

/// What the rest of the process asks of the thread.
pub enum Command {
    /// See [`xdplive_source::Source::prepare`].
    Prepare { request: Request, reply: oneshot::Sender<Result<Prepared, SourceError>> },
    /// See [`xdplive_source::Source::subscribe`].
    Subscribe { request: Request, queue: Arc<Queue>, reply: oneshot::Sender<(StreamId, Moment)> },
    /// See [`xdplive_source::Source::flows`].
    SubscribeFlows {
        request: Request,
        queue: Arc<Queue>,
        want: FlowWant,
        reply: oneshot::Sender<(StreamId, Moment)>,
    },
    /// A stream has come to its end.
    End { stream: StreamId },
    /// The interfaces have changed.
    Interfaces(Arc<Interfaces>),
    /// The ports of own traffic have changed.
    OwnPorts(Arc<BTreeSet<u16>>),
    /// See [`xdplive_source::Source::accounts`].
    Accounts { reply: oneshot::Sender<Vec<HookAccounts>> },
    /// See [`xdplive_source::Source::counts`].
    Counts { stream: StreamId, reply: oneshot::Sender<Option<Reading>> },
    /// Try what the kernel allows, and tell what is in force.
    Probe { reply: oneshot::Sender<(Option<Probed>, Prepared)> },
    /// What became of a job.
    Done(Outcome),
    /// Detach everything and end.
    Stop { done: oneshot::Sender<()> },
}

/// Hooks with a program of their own.
const HOOKS: [Hook; 4] = [Hook::XdpNative, Hook::XdpGeneric, Hook::TcxIngress, Hook::TcxEgress];

impl Control {
    /// Works off commands until the end. Commands that wait already are taken together: a dashboard that
    /// opens starts twenty streams, and one new generation does for all of them.
    pub fn run(mut self, commands: &Receiver<Command>) {
        let mut next_tick = Instant::now() + TICK;
        loop {
            let now = Instant::now();
            let begun = self.begun.iter().map(|begun| begun.until).min();
            let due = [self.next_answer(), begun].into_iter().flatten().fold(next_tick, Instant::min);
            let first = match commands.recv_timeout(due.saturating_duration_since(now)) {
                Ok(command) => Some(command),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => break,
            };
            let mut stop = None;
            for command in first.into_iter().chain(commands.try_iter()) {
                if let Command::Stop { done } = command {
                    stop = Some(done);
                    break;
                }
                self.carry_out(command);
            }
            if let Some(done) = stop {
                self.stop();
                // Whoever asked may have given up waiting.
                let _ = done.send(());
                return;
            }
            self.settle();
            if Instant::now() >= next_tick {
                next_tick = Instant::now() + TICK;
                self.tick();
            }
        }
        self.stop();
    }

    fn carry_out(&mut self, command: Command) {
        match command {
            Command::Prepare { request, reply } => self.prepare(request, reply),
            Command::Subscribe { request, queue, reply } => _ = self.subscribe(request, queue, reply),
            Command::SubscribeFlows { request, queue, want, reply } => {
                let stream = self.subscribe(request, queue, reply);
                self.flows.want(stream, want);
            }
            Command::End { stream } => self.end(stream),
            Command::Interfaces(interfaces) => {
                self.interfaces = interfaces;
                self.recognise_own();
                self.follow_interfaces();
            }
            Command::OwnPorts(ports) => {
                self.own_ports = ports;
                self.recognise_own();
            }
            Command::Accounts { reply } => self.asked_for_accounts.push(reply),
            Command::Counts { stream, reply } => {
                // Whoever asked may have given up waiting.
                let _ = reply.send(self.counts(stream));
            }
            Command::Probe { reply } => self.probe(reply),
            Command::Done(outcome) => self.done(outcome),
            // Taken care of by the caller.
            Command::Stop { .. } => {}
        }
    }

    /// Puts everything in force that commands have brought.
    fn settle(&mut self) {
        self.begin_generations();
        self.settle_flows();
        self.begin_generations();
        // Of many interfaces, what is received first: rows come sooner, and the program for what is sent is loaded
        // meanwhile.
        let is_late = |job: &Job, urgency: Urgency| {
            let is_sent = matches!(job, Job::Attach(job) if job.direction == Direction::Out);
            is_sent && urgency == Urgency::Soon
        };
        let (late, early): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.jobs).into_iter().partition(|(job, urgency)| is_late(job, *urgency));
        for (job, urgency) in early.into_iter().chain(late) {
            self.parts.attacher.order(job, urgency);
        }
        self.tell_begun();
        self.close_ended();
        self.answer_prepared();
        if !self.asked_for_accounts.is_empty() {
            let accounts = self.accounts();
            for reply in std::mem::take(&mut self.asked_for_accounts) {
                // Whoever asked may have given up waiting.
                let _ = reply.send(accounts.clone());
            }
        }
    }

    fn tick(&mut self) {
        self.check_links();
        self.try_again();
        self.settle_ended();
        self.close_lingering();
        self.settle();
    }

    /// Has the links looked at, every few seconds while there are any.
    fn check_links(&mut self) {
        let is_attached = self.taps.values().flat_map(|tap| &tap.ways).any(|way| way.attachment().is_some());
        if is_attached && self.next_check.is_some_and(|next| next <= Instant::now()) {
            self.next_check = None;
            self.jobs.push((Job::Check, Urgency::Later));
        }
    }

    /// Has own traffic recognised by what its ports and this machine's addresses are now.
    fn recognise_own(&mut self) {
        let filter =
            own::filter(&self.own_ports, &self.parts.own_datagrams, &own::addresses(&self.interfaces));
        let terms = filter.map(|filter| filter.terms(&Environment::default())).transpose();
        self.own = match terms {
            Ok(terms) => terms.unwrap_or_default().into(),
            Err(error) => {
                warn!("own traffic cannot be told apart: {error}");
                Arc::default()
            }
        };
        for (name, tap) in &mut self.taps {
            if tap.slots.set_own(&self.own) {
                self.dirty.insert(name.clone());
            }
        }
    }

    fn subscribe(
        &mut self,
        request: Request,
        queue: Arc<Queue>,
        reply: oneshot::Sender<(StreamId, Moment)>,
    ) -> StreamId {
        let id = self.next_stream;
        self.next_stream += 1;
        let wanted = request.wanted.as_ref();
        let limit = wanted.and_then(|wanted| wanted.limit.per_second());
        let header_bytes = wanted.is_some_and(|wanted| wanted.header_bytes);
        if self.parts.reader.add_stream(id, Arc::clone(&queue), limit, header_bytes).is_err() {
            // Dropping `reply` tells the asker.
            error!("the reader has ended");
            return id;
        }
        self.streams.insert(id, Stream::new(request, queue));
        self.join_all(id);
        self.begun.push(Begun { stream: id, at: None, until: Instant::now() + ATTACH_PATIENCE, reply });
        id
    }

    /// Takes a stream out of its interfaces' next generations.
    fn end(&mut self, id: StreamId) {
        if self.leave_all(id) {
            self.ending.insert(id);
        }
    }

    /// Tells streams that they have begun: those of interfaces by name when it is decided whether a program can be
    /// attached there, or that has taken too long; what is seen before that counts all the same.
    fn tell_begun(&mut self) {
        let (moment, now) = (clock::now(), Instant::now());
        for mut begun in std::mem::take(&mut self.begun) {
            let at = *begun.at.get_or_insert(moment);
            if now < begun.until && !begun.reply.is_closed() && !self.is_settled(begun.stream) {
                self.begun.push(begun);
            } else if begun.reply.send((begun.stream, at)).is_err() {
                // The asker went away meanwhile.
                self.end(begun.stream);
            }
        }
    }

    /// Whether it is decided of all interfaces that a stream names whether a program can be attached there.
    fn is_settled(&self, id: StreamId) -> bool {
        let Some(request) = self.streams.get(&id).map(|stream| &stream.request) else { return true };
        let InterfaceSet::Named(names) = &request.interfaces else { return true };
        names.iter().filter_map(|name| self.taps.get(name)).all(|tap| tap.is_decided(&request.directions))
    }

    /// What the kernel says of each program; asked once, for it stays so.
    fn probe(&mut self, reply: oneshot::Sender<(Option<Probed>, Prepared)>) {
        match self.open() {
            // Not before somebody asks: each takes the kernel's verifier some 0.4 s, and first rows would wait for
            // programs that they may not need.
            Ok(_) => self.load_all(Urgency::Now),
            Err(AskError::Loader(error)) => {
                let probed = HOOKS.map(|hook| (hook, Some(error.clone()))).into();
                let _ = reply.send((Some(probed), self.prepared()));
                return;
            }
            Err(_) => {
                let _ = reply.send((None, self.prepared()));
                return;
            }
        }
        self.probing.push(reply);
        self.answer_probes();
    }

    /// Has every program loaded that has not been.
    fn load_all(&mut self, urgency: Urgency) {
        for hook in HOOKS.into_iter().filter(|hook| !self.probed.contains_key(&(*hook as u8))) {
            self.jobs.push((Job::Load(hook), urgency));
        }
    }

    fn answer_probes(&mut self) {
        let probed: Option<Probed> =
            HOOKS.into_iter().map(|hook| Some((hook, self.probed.get(&(hook as u8))?.clone()))).collect();
        if probed.is_none() {
            return;
        }
        for reply in std::mem::take(&mut self.probing) {
            let _ = reply.send((probed.clone(), self.prepared()));
        }
    }

    /// What is in force everywhere, and what is not of what was asked for.
    fn prepared(&self) -> Prepared {
        let now = Instant::now();
        Prepared {
            in_force: self.taps.values().flat_map(Tap::in_force).collect(),
            left_out: self.taps.values().flat_map(|tap| tap.left_out(&Direction::ALL, now)).collect(),
        }
    }

    fn done(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Attach { job, refused, attached } => {
                self.note_attach(&job, &refused, attached);
            }
            Outcome::Load { hook, error } => {
                self.probed.insert(hook as u8, error);
                self.answer_probes();
            }
            Outcome::Checked { dead } => {
                self.note_dead(&dead);
                // What is suspected is looked at again soon.
                let pause = if self.suspected.is_empty() { CHECK } else { TICK };
                self.next_check = Some(Instant::now() + pause);
            }
            Outcome::Lost(error) => self.lose_where_final(&error),
        }
    }

    fn stop(mut self) {
        self.jobs.clear();
        let streams: Vec<StreamId> = self.streams.keys().copied().collect();
        for id in streams {
            self.end(id);
        }
        self.begin_generations();
        self.settle_flows();
        self.close_ended();
        let Parts { attacher, opener, reader, .. } = self.parts;
        let in_time = attacher.finish();
        drop((self.open, self.flows));
        if !opener.end(LOADER_END) || !in_time {
            warn!("the loader process was ended by force; the kernel closes what it had attached");
        }
        drop(reader);
    }
}

#[cfg(test)]
mod tests;
