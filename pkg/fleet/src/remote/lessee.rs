//! One stream: a lease at every host that is asked for, begun anew wherever that is needed, and what all of it comes to.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_nats::{Message, Subscriber};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, MissedTickBehavior, interval, interval_at, sleep_until},
};
use tracing::{debug, info, warn};
use xdplive_packet::accounting::Limit;
use xdplive_source::{Counted, Host, Request, SourceError};

use super::{
    run::{self, Outcome, Run, Taking},
    shared::{Shared, lock},
    shares::shares,
    sink::{OfInterface, Sink},
    sums::StreamSums,
};
use crate::{
    clock,
    nats::next,
    wire::{self, Answer, Ask, Body, Head, Settled, Start, WireRequest, forged},
};

/// How often rows are handed on.
const HAND_ON: Duration = Duration::from_millis(20);
/// How often it is looked at which hosts there are.
const LOOK: Duration = Duration::from_millis(200);
/// How often a limit is shared out anew.
const SHARE: Duration = Duration::from_secs(1);
/// The shortest pause before another attempt at a host that has refused, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));
/// How long a run may be silent at a host that answers otherwise, before it is taken for lost.
const GIVEN_UP: Duration = Duration::from_secs(8);
/// How often a host is asked what a silent run has come to.
const ASKED_AGAIN: Duration = Duration::from_secs(1);
/// How long hosts may be silent once the stream is to end, how long all of that may take, and how often they are asked
/// meanwhile what their runs have come to.
const LAST: Duration = Duration::from_millis(1200);
const LAST_OF_ALL: Duration = Duration::from_secs(4);
const LAST_ASKED: Duration = Duration::from_millis(400);
/// How long messages may be on their way of a run that has ended.
const STRAGGLERS: Duration = Duration::from_millis(300);
/// Flows of an interval that are taken of all hosts together, which is two for each conversation that a panel knows at most; and
/// of each host, however many there are.
const FLOWS: usize = 131_072;
const FEWEST_FLOWS: usize = 32;
/// Answers that wait to be taken.
const ANSWERS: usize = 1024;

/// What a stream is to have.
pub(super) struct Terms {
    pub(super) lease: u64,
    pub(super) request: Request,
    pub(super) wire: WireRequest,
    /// Have flows counted so often, milliseconds.
    pub(super) flows: Option<u64>,
    /// Have the packets sent that the kernel drops.
    pub(super) drops: bool,
}

/// A stream of a fleet.
pub(super) struct Lessee {
    shared: Arc<Shared>,
    terms: Terms,
    has_rows: bool,
    limit: Option<u32>,
    sink: Sink,
    sums: Arc<Mutex<StreamSums>>,
    hosts: BTreeMap<Arc<str>, AtHost>,
    counted: Counted,
    by_interface: BTreeMap<(usize, Arc<str>), Counted>,
    answers: mpsc::Sender<Told>,
    last_run: u64,
}

/// The stream at one host.
struct AtHost {
    host: Host,
    run: Option<Run>,
    /// Whether the run has not been answered for yet.
    is_starting: bool,
    /// When it may be tried again, and the pause if that fails.
    due: Instant,
    pause: Duration,
    /// Rows that it had until the last sharing, and those it may have a second.
    had: u64,
    share: Option<u32>,
    /// Rows that were lost on the way in runs that have ended.
    lost: u64,
    /// What the run has come to, of which messages may still be on their way; and since when that is known.
    came_to: Option<(Box<Settled>, Instant)>,
}

/// What a host has answered.
enum Told {
    Started { host: Arc<str>, run: u64, answer: Result<u64, SourceError> },
    Settled { host: Arc<str>, run: u64, settled: Option<Box<Settled>> },
}

/// Runs a stream until `end` says so, or nobody is there to say it.
pub(super) async fn run(
    shared: Arc<Shared>,
    terms: Terms,
    sink: Sink,
    sums: Arc<Mutex<StreamSums>>,
    mut messages: Subscriber,
    mut end: watch::Receiver<bool>,
) {
    let (answers, mut told) = mpsc::channel(ANSWERS);
    let has_rows = terms.flows.is_none() && terms.request.has_rows();
    let limit = terms.request.wanted.as_ref().map(|wanted| wanted.limit);
    let limit = limit.and_then(Limit::per_second).filter(|_| has_rows);
    let mut changed = shared.changed.subscribe();
    let mut lessee = Lessee {
        shared,
        terms,
        has_rows,
        limit,
        sink,
        sums,
        hosts: BTreeMap::new(),
        counted: Counted::default(),
        by_interface: BTreeMap::new(),
        answers,
        last_run: 0,
    };
    let mut hand_on = interval(HAND_ON);
    let mut look = interval(LOOK);
    let mut share = interval_at(Instant::now() + SHARE, SHARE);
    for timer in [&mut hand_on, &mut look, &mut share] {
        timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    }
    loop {
        tokio::select! {
            message = next(&mut messages) => lessee.take(&message),
            Some(told) = told.recv() => lessee.learn(told),
            _ = hand_on.tick() => lessee.sink.hand_on(),
            _ = look.tick() => lessee.look(),
            _ = share.tick() => lessee.share_out(),
            Ok(()) = changed.changed() => lessee.look(),
            _ = end.wait_for(|end| *end) => break,
        }
    }
    lessee.end_runs();
    let (deadline, mut heard) = (Instant::now() + LAST_OF_ALL, Instant::now());
    let mut again = interval_at(Instant::now() + LAST_ASKED, LAST_ASKED);
    while lessee.hosts.values().any(|at| at.run.is_some()) {
        tokio::select! {
            message = next(&mut messages) => {
                heard = Instant::now();
                lessee.take(&message);
            }
            Some(told) = told.recv() => lessee.learn(told),
            _ = hand_on.tick() => lessee.sink.hand_on(),
            _ = again.tick() => lessee.ask_what_runs_came_to(),
            () = sleep_until(deadline.min(heard + LAST)) => break,
        }
    }
    _ = messages.unsubscribe().await;
    lessee.finish();
}

impl Lessee {
    /// Begins wherever there is a host that is wanted, and looks after the runs that there are.
    fn look(&mut self) {
        self.settle_known();
        let now = Instant::now();
        let wanted: Vec<(Host, u64, bool)> = {
            let table = lock(&self.shared.table);
            let wanted = table.all().filter(|known| self.terms.request.hosts.contains(&known.host));
            wanted.map(|known| (known.host.clone(), known.epoch, known.is_here())).collect()
        };
        let hosts = wanted.iter().filter(|(.., is_here)| *is_here).count().max(1);
        self.sink.keep_to(self.limit.filter(|limit| hosts > *limit as usize));
        for (host, epoch, is_here) in wanted {
            let name = Arc::clone(&host.name);
            let at = self.hosts.entry(Arc::clone(&name)).or_insert_with(|| AtHost::new(host, now));
            if at.run.as_ref().is_some_and(|run| run.epoch != epoch) && !at.is_starting {
                info!("what was counted at {name} is what was heard before its agent was started anew");
                self.break_off(&name);
            }
            let Some(at) = self.hosts.get_mut(&name) else { continue };
            match &mut at.run {
                None if is_here && at.due <= now => self.begin(&name, epoch, hosts),
                // Time in which it could not be asked says nothing about it.
                Some(run) if !is_here => run.asked = None,
                Some(run) if !at.is_starting && now.duration_since(run.heard) > run::SILENT => {
                    let (first, last) = run.asked.unwrap_or((now, now - ASKED_AGAIN));
                    if now.duration_since(first) > GIVEN_UP {
                        warn!(
                            "a stream of {name} is silent, and its agent does not know it; it is begun anew"
                        );
                        self.break_off(&name);
                    } else if now.duration_since(last) >= ASKED_AGAIN {
                        run.asked = Some((first, now));
                        let number = run.number;
                        self.ask_settled(&name, number, false);
                    }
                }
                _ => {}
            }
        }
    }

    fn begin(&mut self, name: &Arc<str>, epoch: u64, hosts: usize) {
        let Some(at) = self.hosts.get_mut(name) else { return };
        self.last_run += 1;
        let number = self.last_run;
        at.run = Some(Run::new(number, epoch, Instant::now()));
        at.is_starting = true;
        // Until it is known who has how much.
        let count = hosts;
        let hosts = u32::try_from(hosts).unwrap_or(u32::MAX);
        at.share = self.limit.filter(|_| hosts > 1).map(|limit| (limit / hosts).max(1));
        at.had = 0;
        self.sink.begin_anew(at.host.id.number().into());
        self.shared.lease(name, true);
        let start = Ask::Start(Box::new(Start {
            lease: self.terms.lease,
            run: number,
            request: self.terms.wire.clone(),
            flows: self.terms.flows,
            most_flows: self.terms.flows.map(|_| most_flows(count)),
            tcp: self.terms.flows.is_some(),
            drops: self.terms.drops,
            share: at.share,
        }));
        let (shared, answers, host) = (Arc::clone(&self.shared), self.answers.clone(), Arc::clone(name));
        tokio::spawn(async move {
            let answer = shared.ask(&host, &start).await.map(|heard| heard.answered.epoch);
            // Where nobody waits any more, the lease ends by itself.
            _ = answers.send(Told::Started { host, run: number, answer }).await;
        });
    }

    fn ask_settled(&self, name: &Arc<str>, run: u64, end: bool) {
        let lease = self.terms.lease;
        let ask = if end { Ask::End { lease, run } } else { Ask::Settled { lease, run } };
        let (shared, answers, host) = (Arc::clone(&self.shared), self.answers.clone(), Arc::clone(name));
        tokio::spawn(async move {
            if let Ok(heard) = shared.ask(&host, &ask).await
                && let Answer::Settled(settled) = heard.answered.answer
            {
                _ = answers.send(Told::Settled { host, run, settled }).await;
            }
        });
    }

    fn learn(&mut self, told: Told) {
        match told {
            Told::Started { host, run: number, answer } => {
                let Some(at) = self.hosts.get_mut(&host) else { return };
                let Some(run) = at.run.as_mut().filter(|run| run.number == number) else { return };
                at.is_starting = false;
                match answer {
                    Ok(epoch) => {
                        run.begun(epoch);
                        at.pause = PAUSES.0;
                    }
                    // It has begun all the same.
                    Err(_) if run.has_come() => {}
                    Err(error) => {
                        at.run = None;
                        at.due = Instant::now() + at.pause;
                        at.pause = (at.pause * 2).min(PAUSES.1);
                        self.shared.lease(&host, false);
                        debug!("no stream at {host}: {error}");
                    }
                }
            }
            Told::Settled { host, run: number, settled } => {
                let Some(settled) = settled else { return };
                let Some(at) = self.hosts.get_mut(&host) else { return };
                let Some(run) = at.run.as_ref().filter(|run| run.number == number) else { return };
                if run.received >= settled.all.sent {
                    self.settle(&host, &settled);
                } else if at.came_to.is_none() {
                    at.came_to = Some((settled, Instant::now()));
                }
            }
        }
    }

    /// Ends runs that have ended at their hosts, and of which nothing more has come since that is known.
    fn settle_known(&mut self) {
        let is_due =
            |at: &AtHost| at.came_to.as_ref().is_some_and(|(_, since)| since.elapsed() >= STRAGGLERS);
        let due: Vec<Arc<str>> =
            self.hosts.iter().filter(|(_, at)| is_due(at)).map(|(name, _)| Arc::clone(name)).collect();
        for name in due {
            let came_to = self.hosts.get_mut(&name).and_then(|at| at.came_to.take());
            if let Some((settled, _)) = came_to {
                self.settle(&name, &settled);
            }
        }
    }

    fn take(&mut self, message: &Message) {
        let Some(subject) = self.shared.settings.subjects.host_of(&message.subject) else { return };
        let (head, body) = match wire::read(&message.payload) {
            Ok(read) if read.0.host != subject => {
                warn!("{}", forged(&subject, &read.0.host));
                return;
            }
            Ok(read) => read,
            Err(error) => {
                warn!("a message of {subject} was not taken: {error}");
                return;
            }
        };
        self.shared.beat(&subject, head.epoch);
        self.take_from(&subject, &head, body);
    }

    fn take_from(&mut self, name: &str, head: &Head, body: Body) {
        let Some(at) = self.hosts.get_mut(name) else { return };
        let Some(run) = &mut at.run else { return };
        let rows = match &body {
            Body::Rows(rows) => rows.len() as u64,
            Body::Drops(drops) => drops.len() as u64,
            _ => 0,
        };
        match run.take(head, rows, Instant::now()) {
            Taking::Stale => return,
            Taking::InOrder => {}
            Taking::After(missing) => debug!("{missing} messages of {name} were lost on the way"),
        }
        lock(&self.sums).lose(&at.host.name, at.lost + run.lost());
        let ahead = lock(&self.shared.table).get(name).map_or(0, |known| known.offset.ahead());
        match body {
            Body::Beat(Some(sums)) => {
                run.sums.add(&sums, ahead);
                lock(&self.sums).set(&at.host.name, &run.sums);
            }
            Body::Beat(None) => {}
            Body::Rows(rows) => self.sink.take_rows(&at.host, run, rows, ahead),
            Body::Drops(drops) => self.sink.take_drops(&at.host, *drops, head.progress.sent, ahead),
            Body::Flows(part) => self.sink.take_flows(&at.host, *part, ahead),
            Body::End(settled) => {
                if let Some(reason) = &settled.reason {
                    info!("a stream of {name} has been ended there: {reason}");
                }
                let name = Arc::clone(&at.host.name);
                self.settle(&name, &settled);
            }
        }
    }

    /// A run has ended, and its agent says what it came to.
    fn settle(&mut self, name: &Arc<str>, settled: &Settled) {
        let Some(at) = self.hosts.get_mut(name) else { return };
        let Some(run) = at.run.take() else { return };
        at.came_to = None;
        at.due = Instant::now() + at.pause.min(PAUSES.0) / 2;
        let outcome = run.came_to(settled);
        let place = at.host.id.number().into();
        self.sink.settle(place, &settled.all);
        for (interface, ended) in &settled.by_interface {
            let counted = Counted {
                seen: ended.seen,
                matched: ended.matched,
                thinned: ended.thinned,
                lost: ended.lost,
                ..Counted::default()
            };
            self.add_at(place, Arc::from(interface.as_str()), counted);
        }
        let first = settled.by_interface.first().map(|(interface, _)| Arc::from(interface.as_str()));
        let lost = Counted { lost: outcome.lost_network, ..Counted::default() };
        self.add_at(place, first.unwrap_or_default(), lost);
        self.add(name, outcome);
    }

    /// A run has ended, and nobody says what it came to.
    fn break_off(&mut self, name: &Arc<str>) {
        let Some(at) = self.hosts.get_mut(name) else { return };
        let Some(run) = at.run.take() else { return };
        (at.came_to, at.due) = (None, Instant::now());
        let outcome = run.broke_off(self.has_rows);
        let place = at.host.id.number().into();
        let first = run.names.interfaces.iter().find(|name| !name.is_empty()).cloned();
        let counted = Counted { lost: outcome.lost + outcome.lost_network, ..counted(&outcome) };
        self.add_at(place, first.unwrap_or_default(), counted);
        self.add(name, outcome);
    }

    fn add_at(&mut self, place: usize, interface: Arc<str>, more: Counted) {
        if more != Counted::default() {
            let of = self.by_interface.entry((place, interface)).or_default();
            *of += more;
        }
    }

    fn add(&mut self, name: &Arc<str>, outcome: Outcome) {
        self.counted += counted(&outcome);
        if let Some(at) = self.hosts.get_mut(name) {
            at.lost += outcome.lost_network;
            at.is_starting = false;
            let mut sums = lock(&self.sums);
            sums.lose(name, at.lost);
            sums.end(name, [outcome.matched, outcome.segments, outcome.bytes]);
        }
        self.shared.lease(name, false);
    }

    /// Shares the limit out by what hosts have to send.
    fn share_out(&mut self) {
        let Some(limit) = self.limit else { return };
        let mut at: Vec<&mut AtHost> = self.hosts.values_mut().filter(|at| at.run.is_some()).collect();
        let demands: Vec<u64> = at.iter_mut().map(|at| at.demand()).collect();
        for (at, share) in at.into_iter().zip(shares(limit, &demands)) {
            // Small changes are not worth a message.
            let is_like = at.share.is_some_and(|had| had.abs_diff(share) * 10 <= had);
            if is_like || at.is_starting {
                continue;
            }
            at.share = Some(share);
            let (shared, host) = (Arc::clone(&self.shared), Arc::clone(&at.host.name));
            let ask = Ask::Share { lease: self.terms.lease, rows: share };
            tokio::spawn(async move {
                // Where it does not come, the next one does.
                _ = shared.ask(&host, &ask).await;
            });
        }
    }

    fn end_runs(&self) {
        for (name, at) in &self.hosts {
            if let Some(run) = &at.run {
                self.ask_settled(name, run.number, true);
            }
        }
    }

    fn ask_what_runs_came_to(&mut self) {
        self.settle_known();
        for (name, at) in &self.hosts {
            if let Some(run) = &at.run {
                self.ask_settled(name, run.number, false);
            }
        }
    }

    fn finish(mut self) {
        let left: Vec<Arc<str>> =
            self.hosts.iter().filter(|(_, at)| at.run.is_some()).map(|(name, _)| Arc::clone(name)).collect();
        for name in left {
            self.break_off(&name);
        }
        let by_interface: Vec<OfInterface> =
            self.by_interface.into_iter().map(|((place, name), counted)| (place, name, counted)).collect();
        self.sink.close(self.counted, by_interface, clock::now());
    }
}

/// Flows of an interval that each of so many hosts may send at most.
fn most_flows(hosts: usize) -> usize {
    (FLOWS / hosts.max(1)).max(FEWEST_FLOWS)
}

impl AtHost {
    fn new(host: Host, now: Instant) -> Self {
        Self {
            host,
            run: None,
            is_starting: false,
            due: now,
            pause: PAUSES.0,
            had: 0,
            share: None,
            lost: 0,
            came_to: None,
        }
    }

    /// Rows that it had since the last call, sent or not.
    fn demand(&mut self) -> u64 {
        let progress = self.run.as_ref().map(|run| run.progress).unwrap_or_default();
        let has = progress.thinned + progress.lost_queue + progress.sent;
        has.saturating_sub(std::mem::replace(&mut self.had, has))
    }
}

fn counted(outcome: &Outcome) -> Counted {
    let Outcome { seen, matched, thinned, lost, lost_network, segments, bytes } = *outcome;
    Counted { seen, matched, thinned, lost: lost + lost_network, segments, bytes }
}
