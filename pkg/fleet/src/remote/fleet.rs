//! The hosts of a fleet as one source.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use futures::future::join_all;
use thiserror::Error;
use tokio::{
    sync::watch,
    time::{Instant, timeout},
};
use xdplive_packet::event::Direction;
use xdplive_source::{
    ANY, Check, Connections, DropFeed, DropQueue, FlowFeed, FlowQueue, HookAccounts, Host, HostId, HostSet,
    Hosts, InterfaceSet, InterfaceState, Interfaces, IsShown, LeftOut, LinkReading, Machine, Moment, Outcome,
    Prepared, Processes, Queue, Reading, Report, Request, Source, SourceError, StreamId, Subscription,
    names_of,
};

use super::{
    caller::{Caller, remote},
    counted::Counted,
    drops::DropSink,
    lessee::{self, Terms},
    listening::listen,
    shared::{FleetSettings, PATIENCE, Shared, Stream, lock},
    sink::Sink,
    sums::StreamSums,
    table::{Known, Reach},
};
use crate::{
    clock,
    nats::Connection,
    wire::{Answer, Ask, NameError, WireRequest, check_client, lists_of},
};

/// How long a new client waits for the connection and for hosts that answer its call, before it says that there are none.
const FIRST: Duration = Duration::from_secs(2);
/// Snapshots of flows that wait for a stream at most: those of all machines come at the same time, which the largest fleets
/// are spread out by the network.
const SNAPSHOTS: usize = 16_384;

/// Why nothing is known of sockets.
const NO_SOCKETS: &str =
    "agents do not lend what the sockets of their machines tell; a data source of the machine itself has it";

/// Why a fleet cannot be.
#[derive(Debug, Error)]
pub enum FleetError {
    /// The client's name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The connection has been given up.
    #[error("nothing can be heard of other machines: {0}")]
    Listen(#[from] async_nats::SubscribeError),
}

/// The hosts of a fleet, as one source. Hosts come and go; what is asked is asked of those that are there, and streams
/// live through their absence.
pub struct Fleet {
    shared: Arc<Shared>,
    begun: Instant,
    counted: Arc<Counted>,
    /// Dropped with this, which ends the task that listens.
    _alive: watch::Sender<()>,
}

impl Fleet {
    /// Begins to listen for hosts.
    ///
    /// # Errors
    /// [`FleetError`].
    pub async fn new(connection: Connection, settings: FleetSettings) -> Result<Self, FleetError> {
        check_client(&settings.client)?;
        let client = connection.client.clone();
        let presences = client.subscribe(settings.subjects.presences()).await?;
        let answers = client.subscribe(settings.subjects.answers(&settings.client)).await?;
        let caller = Caller::new(client, settings.subjects.clone(), settings.client.clone());
        let shared = Arc::new(Shared {
            connection,
            settings,
            caller,
            table: Mutex::default(),
            changed: watch::channel(0).0,
            streams: Mutex::default(),
            leased: Mutex::default(),
            hosts: Arc::new(Hosts::default()),
        });
        let (alive, ended) = watch::channel(());
        tokio::spawn(listen(Arc::clone(&shared), presences, answers, ended));
        let counted = Counted::new(Arc::clone(&shared));
        Ok(Self { shared, begun: Instant::now(), counted, _alive: alive })
    }

    /// All hosts that have been heard of, and what is known of them.
    #[must_use]
    pub fn known(&self) -> Vec<Known> {
        lock(&self.shared.table).all().cloned().collect()
    }

    /// The hosts of a request, and whether they answer.
    fn asked(&self, request: &Request) -> Result<Vec<(Host, Reach)>, SourceError> {
        let table = lock(&self.shared.table);
        let asked: Vec<(Host, Reach)> = table
            .all()
            .filter(|known| request.hosts.contains(&known.host))
            .map(|known| (known.host.clone(), known.reach.clone()))
            .collect();
        if asked.is_empty() {
            let hosts: Vec<Host> = table.all().map(|known| known.host.clone()).collect();
            let available = if hosts.is_empty() { "none".to_owned() } else { names_of(&hosts).to_string() };
            return Err(SourceError::NoSuchHost { available });
        }
        Ok(asked)
    }

    /// Waits a little, after the beginning, for the hosts that answer the first call and what they say of themselves.
    pub async fn first(&self) {
        let is_unknown = || {
            let table = lock(&self.shared.table);
            let is_empty = table.all().next().is_none();
            is_empty || table.all().any(|known| known.is_here() && known.has_news())
        };
        while is_unknown() && self.begun.elapsed() < FIRST {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Asks all of these hosts that are there at once; each answer with its host, and none of those that are slow.
    async fn ask_all(&self, hosts: &[Host], ask: &Ask) -> Vec<(Host, Option<Result<Answer, SourceError>>)> {
        let one = |host: Host| async move {
            let answer = timeout(PATIENCE, self.shared.ask(&host.name, ask)).await.ok();
            let answer = answer.map(|heard| heard.map(|heard| heard.answered.answer));
            (host, answer)
        };
        join_all(hosts.iter().cloned().map(one)).await
    }

    /// Asks whether dropped packets can be had; those machines from which they cannot are left out, if there is another.
    async fn ask_for_drops(
        &self,
        hosts: &HostSet,
        request: Option<Box<WireRequest>>,
    ) -> Result<Vec<LeftOut>, SourceError> {
        self.first().await;
        let all = self.hosts();
        if !all.iter().any(|host| hosts.contains(host)) {
            return Err(SourceError::NoSuchHost { available: names_of(&*all).to_string() });
        }
        let here: Vec<Host> = self.here().into_iter().filter(|host| hosts.contains(host)).collect();
        let (mut left_out, mut refusal) = (Vec::new(), None);
        for (host, answer) in self.ask_all(&here, &Ask::PrepareDrops(request)).await {
            // One that is slow is not waited for: its packets come.
            if let Some(Err(error)) = answer {
                left_out.push(LeftOut {
                    host,
                    interface: ANY.to_owned(),
                    direction: Direction::In,
                    state: InterfaceState::Refused,
                    reason: error.to_string(),
                });
                refusal.get_or_insert(error);
            }
        }
        match refusal {
            Some(error) if left_out.len() == here.len() => Err(error),
            _ => Ok(left_out),
        }
    }

    fn here(&self) -> Vec<Host> {
        let table = lock(&self.shared.table);
        table.all().filter(|known| known.is_here()).map(|known| known.host.clone()).collect()
    }

    /// Has a stream begin, and what ends it.
    async fn begin(
        &self,
        request: &Request,
        (flows, drops): (Option<u64>, bool),
        sink: Sink,
    ) -> Result<(StreamId, Box<dyn FnOnce() + Send + Sync>), SourceError> {
        let wire = WireRequest::new(request).map_err(|error| SourceError::Unavailable(error.to_string()))?;
        let lease = fastrand::u64(..);
        let settings = &self.shared.settings;
        let subject = settings.subjects.leases(&settings.client, lease);
        let messages =
            self.shared.connection.client.subscribe(subject).await.map_err(|_| SourceError::Gone)?;
        let sums = Arc::new(Mutex::new(StreamSums::default()));
        let id = {
            let mut streams = lock(&self.shared.streams);
            let id = streams.last_key_value().map_or(0, |(id, _)| *id) + 1;
            streams.insert(
                id,
                Stream {
                    lease,
                    sums: Arc::clone(&sums),
                    has_rows: request.has_rows(),
                    label: Arc::clone(&request.label),
                    filter: request
                        .wanted
                        .as_ref()
                        .map(|wanted| Arc::clone(&wanted.filter))
                        .unwrap_or_default(),
                },
            );
            id
        };
        let (end, ended) = watch::channel(false);
        let terms = Terms { lease, request: request.clone(), wire, flows, drops };
        let shared = Arc::clone(&self.shared);
        tokio::spawn(async move {
            lessee::run(Arc::clone(&shared), terms, sink, sums, messages, ended).await;
            lock(&shared.streams).remove(&id);
        });
        let end = move || {
            // Where nobody listens, it has ended.
            _ = end.send(true);
        };
        Ok((id, Box::new(end)))
    }
}

#[async_trait]
impl Source for Fleet {
    fn now(&self) -> Moment {
        clock::now()
    }

    fn hosts(&self) -> Arc<[Host]> {
        let hosts: Vec<Host> = lock(&self.shared.table).all().map(|known| known.host.clone()).collect();
        hosts.into()
    }

    fn interfaces(&self) -> Arc<Interfaces> {
        let table = lock(&self.shared.table);
        let mut seen = BTreeSet::new();
        let all: Vec<Arc<Interfaces>> = table.all().map(|known| Arc::clone(&known.interfaces)).collect();
        drop(table);
        let all = all.iter().flat_map(|interfaces| interfaces.iter());
        Arc::new(all.filter(|one| seen.insert(one.name.clone())).cloned().collect())
    }

    fn interfaces_of(&self, host: HostId) -> Arc<Interfaces> {
        let table = lock(&self.shared.table);
        table.by_id(host).map(|known| Arc::clone(&known.interfaces)).unwrap_or_default()
    }

    fn machines(&self) -> Vec<Machine> {
        let machine = |known: &Known| Machine {
            host: known.host.clone(),
            unreachable: match &known.reach {
                Reach::Here => None,
                Reach::Unreachable(reason) => Some(reason.clone()),
            },
            release: known.release.clone(),
            clock: known.offset.get(),
        };
        lock(&self.shared.table).all().map(machine).collect()
    }

    async fn prepare(&self, request: &Request) -> Result<Prepared, SourceError> {
        self.first().await;
        let asked = self.asked(request)?;
        let wire = WireRequest::new(request).map_err(|error| SourceError::Unavailable(error.to_string()))?;
        let here: Vec<Host> =
            asked.iter().filter(|(_, reach)| *reach == Reach::Here).map(|(host, _)| host.clone()).collect();
        let mut all = Prepared::default();
        let (mut refusal, mut is_refused) = (None, true);
        for (host, answer) in self.ask_all(&here, &Ask::Prepare(Box::new(wire))).await {
            let Some(answer) = answer else {
                // A host takes its time to attach many interfaces, or is slow: nobody waits for it, and its rows come.
                let reason = format!("it has not answered within {} ms", PATIENCE.as_millis());
                all.left_out.extend(left_out(&host, request, InterfaceState::Attaching, &reason));
                is_refused = false;
                continue;
            };
            let prepared = answer.and_then(|answer| match answer {
                Answer::Prepared(prepared) => {
                    prepared.read(&host).map_err(|error| remote(&host.name, error.to_string()))
                }
                _ => Err(remote(&host.name, "its answer is to another question".to_owned())),
            });
            match prepared {
                Ok(Prepared { in_force, left_out }) => {
                    is_refused = false;
                    all.in_force.extend(in_force);
                    all.left_out.extend(left_out);
                }
                Err(error) => {
                    let state = match error {
                        SourceError::NoSuchInterface { .. } => InterfaceState::Absent,
                        _ => InterfaceState::Refused,
                    };
                    all.left_out.extend(left_out(&host, request, state, &error.to_string()));
                    refusal.get_or_insert(error);
                }
            }
        }
        for (host, reach) in &asked {
            if let Reach::Unreachable(reason) = reach {
                all.left_out.extend(left_out(
                    host,
                    request,
                    InterfaceState::Unreachable,
                    &format!("{}: {reason}", host.name),
                ));
                // It may come back: the stream waits for it.
                is_refused = is_refused && !here.is_empty();
            }
        }
        match refusal {
            Some(error) if is_refused => Err(error),
            _ => Ok(all),
        }
    }

    async fn subscribe(&self, request: &Request) -> Result<Subscription, SourceError> {
        self.first().await;
        self.asked(request)?;
        let queue = Queue::new(self.shared.settings.queue_rows);
        let sink = Sink::rows(Arc::clone(&queue), Arc::clone(&self.shared.hosts));
        let begun = self.now();
        let (id, end) = self.begin(request, (None, false), sink).await?;
        Ok(Subscription::new(id, begun, queue, end))
    }

    async fn flows(&self, request: &Request, interval: Duration) -> Result<FlowFeed, SourceError> {
        self.first().await;
        self.asked(request)?;
        let queue = Arc::new(FlowQueue::with_room(SNAPSHOTS));
        let milliseconds = u64::try_from(interval.as_millis()).unwrap_or(u64::MAX);
        let begun = self.now();
        let (id, end) =
            self.begin(request, (Some(milliseconds), false), Sink::flows(Arc::clone(&queue))).await?;
        // Its rows are none.
        Ok(FlowFeed::new(queue, Subscription::new(id, begun, Queue::new(1), end)))
    }

    async fn prepare_drops(&self, hosts: &HostSet) -> Result<Vec<LeftOut>, SourceError> {
        self.ask_for_drops(hosts, None).await
    }

    async fn drops(&self, request: &Request) -> Result<DropFeed, SourceError> {
        let wire = WireRequest::new(request).map_err(|error| SourceError::Unavailable(error.to_string()))?;
        self.ask_for_drops(&request.hosts, Some(Box::new(wire))).await?;
        let most = self.shared.settings.queue_rows;
        let queue = Arc::new(DropQueue::new(most));
        let limit = request.wanted.as_ref().and_then(|wanted| wanted.limit.per_second());
        let sink = Sink::Drops(Box::new(DropSink::new(Arc::clone(&queue), most, limit)));
        let (_, end) = self.begin(request, (None, true), sink).await?;
        Ok(DropFeed::new(queue, end))
    }

    async fn connections(&self) -> Result<Arc<dyn Connections>, SourceError> {
        Err(SourceError::Unavailable(NO_SOCKETS.to_owned()))
    }

    async fn processes(&self) -> Result<Arc<dyn Processes>, SourceError> {
        Err(SourceError::Unavailable(NO_SOCKETS.to_owned()))
    }

    fn no_shared_hook(&self) -> Option<String> {
        let table = lock(&self.shared.table);
        let mut here = table.all().filter(|known| known.is_here()).peekable();
        here.peek()?;
        // Where it can be anywhere, it is.
        let reasons: Option<Vec<String>> = here.map(|known| known.no_shared_hook.clone()).collect();
        reasons?.into_iter().next()
    }

    async fn report(&self, is_shown: &IsShown<'_>) -> Report {
        self.first().await;
        let known = self.known();
        let mut all = Report { checks: Vec::new(), interfaces: Vec::new() };
        if known.is_empty() {
            let fix = "start `xdplive agent` on the machines to be watched, with the same servers and the same prefix";
            let detail = "no host has been heard of".to_owned();
            all.checks.push(Check::bad("fleet", Outcome::Failed, detail, fix.to_owned()));
        }
        all.checks.extend(known.iter().map(check));
        for (host, answer) in self.ask_all(&self.here(), &Ask::Report).await {
            if let Some(Ok(Answer::Report(report))) = answer {
                let Report { checks, interfaces } = report.read(&host.name);
                all.checks.extend(checks);
                all.interfaces.extend(interfaces.into_iter().filter(|one| is_shown(&one.interface)));
            }
        }
        all
    }

    async fn accounts(&self) -> Vec<HookAccounts> {
        self.counted.ask(self.here()).await;
        self.counted.hooks()
    }

    async fn link_counters(
        &self,
        hosts: &HostSet,
        interfaces: &InterfaceSet,
    ) -> Result<Vec<LinkReading>, SourceError> {
        let lists = lists_of(interfaces).map_err(|error| SourceError::Unavailable(error.to_string()))?;
        self.first().await;
        let asked: Vec<Host> = self.hosts().iter().filter(|host| hosts.contains(host)).cloned().collect();
        if asked.is_empty() {
            return Err(SourceError::NoSuchHost { available: names_of(&*self.hosts()).to_string() });
        }
        let here: Vec<Host> = self.here().into_iter().filter(|host| hosts.contains(host)).collect();
        let (mut all, mut told, mut refusal) = (Vec::new(), BTreeSet::new(), None);
        for (host, answer) in self.ask_all(&here, &Ask::Links { interfaces: lists }).await {
            let now = clock::now();
            match answer {
                Some(Ok(Answer::Links(links))) => {
                    told.insert(host.id);
                    let ahead =
                        lock(&self.shared.table).get(&host.name).map_or(0, |known| known.offset.ahead());
                    all.extend(links.iter().map(|link| link.read(&host, ahead, now)));
                }
                Some(Err(error)) => {
                    told.insert(host.id);
                    refusal = Some(error);
                }
                // It is slow.
                Some(Ok(_)) | None => {}
            }
        }
        let now = clock::now();
        let table = lock(&self.shared.table);
        for host in asked.iter().filter(|host| !told.contains(&host.id)) {
            let Some(known) = table.by_id(host.id) else { continue };
            let silent = known.interfaces.iter().filter(|one| interfaces.contains(&one.name, one.uplink));
            all.extend(silent.map(|one| LinkReading::unreachable(host, &one.name, now)));
        }
        match refusal {
            Some(refusal) if all.is_empty() => Err(refusal),
            _ => Ok(all),
        }
    }

    async fn counts(&self, stream: StreamId) -> Option<Reading> {
        let sums = Arc::clone(&lock(&self.shared.streams).get(&stream)?.sums);
        let now = clock::now();
        let (at, sums) = lock(&sums).reading(now.wall)?;
        Some(Reading { at: now.back_at(at), sums })
    }

    fn own_ports(&self, host: HostId) -> Arc<BTreeSet<u16>> {
        let table = lock(&self.shared.table);
        table.by_id(host).map(|known| Arc::clone(&known.own_ports)).unwrap_or_default()
    }
}

/// What one host is left out of.
fn left_out(host: &Host, request: &Request, state: InterfaceState, reason: &str) -> Vec<LeftOut> {
    let names = request.interfaces.texts();
    let each =
        names.iter().flat_map(|name| request.directions.iter().map(move |direction| (name, direction)));
    let out = |(interface, direction): (&String, &Direction)| LeftOut {
        host: host.clone(),
        interface: interface.clone(),
        direction: *direction,
        state,
        reason: reason.to_owned(),
    };
    each.map(out).collect()
}

/// How a host is, for the health check.
fn check(known: &Known) -> Check {
    let name = format!("host {}", known.host.name);
    match &known.reach {
        Reach::Here => {
            let clock = known.offset.get().map_or_else(String::new, |(ahead, bound)| {
                let (ahead, bound) = (ahead as f64 / 1e6, bound as f64 / 1e6);
                format!(", its clock {ahead:+.1} ms ahead (±{bound:.1} ms)")
            });
            let lends = if known.ceiling.is_empty() {
                String::new()
            } else {
                format!(", lends no more than: {}", known.ceiling)
            };
            Check::ok(&name, format!("answers, release {}{clock}{lends}", known.release))
        }
        Reach::Unreachable(reason) => Check::bad(
            &name,
            Outcome::Warning,
            format!("unreachable: {reason}"),
            "see whether its agent runs, and whether it reaches the servers".to_owned(),
        ),
    }
}
