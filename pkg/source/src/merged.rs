//! Several sources as one.

mod hosts;
mod order;
mod rows;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use futures::future::join_all;
use tokio::sync::watch;
use xdplive_names::Learnt;
use xdplive_packet::socket::{Connection, Ends};

pub use self::{hosts::Hosts, order::Order};
use crate::{
    accounts::{DirectionCounts, HookAccounts, InterfaceState, Reading},
    clock::Moment,
    connections::Connections,
    error::SourceError,
    flows::{FlowFeed, FlowQueue, FlowSnapshot},
    host::{Host, HostId, HostSet, names_of},
    ids::StreamId,
    interface::Interfaces,
    interface_set::InterfaceSet,
    learning::Learning,
    link_counters::LinkReading,
    prepared::{LeftOut, Prepared},
    processes::{Process, Processes},
    queue::Queue,
    report::{Check, Report},
    request::Request,
    seam::{IsShown, Source},
    subscription::Subscription,
};

/// Several sources as one. Whatever is asked is asked of all of them that have the hosts asked for; what one cannot do, it is left out of.
///
/// Times of all of them have to be those of one clock, which is that of the first.
pub struct Merged {
    first: Arc<dyn Source>,
    parts: Vec<Arc<dyn Source>>,
    hosts: Arc<Hosts>,
    streams: Arc<Mutex<Streams>>,
    queue_rows: usize,
}

/// The streams that run.
#[derive(Default)]
struct Streams {
    last: StreamId,
    running: BTreeMap<StreamId, Vec<Member>>,
}

/// A stream of one source as a part of one of all.
struct Member {
    part: usize,
    id: StreamId,
    /// What was last counted for it: a sum does not fall when a source has nothing attached any more.
    sums: DirectionCounts,
}

/// A source that is asked, its place, and what it is asked.
type Asked<'a> = (usize, &'a Arc<dyn Source>, Request);

impl Merged {
    /// `first` and `others`, with at most `queue_rows` rows of a stream that wait to be taken.
    #[must_use]
    pub fn new(first: Arc<dyn Source>, others: Vec<Arc<dyn Source>>, queue_rows: usize) -> Self {
        let parts = std::iter::once(Arc::clone(&first)).chain(others).collect();
        Self { first, parts, hosts: Arc::default(), streams: Arc::default(), queue_rows }
    }

    fn parts(&self) -> impl Iterator<Item = (usize, &Arc<dyn Source>)> {
        self.parts.iter().enumerate()
    }

    /// The source that has a host, and what the host is called there.
    fn source_of(&self, host: HostId) -> Option<(&Arc<dyn Source>, HostId)> {
        let (part, there) = self.hosts.find(host)?;
        Some((self.parts.get(part)?, there))
    }

    /// The sources that have hosts of a request, with their places, and what is asked of each.
    fn asked(&self, request: &Request) -> Result<Vec<Asked<'_>>, SourceError> {
        let asked: Vec<_> = self
            .parts()
            .filter_map(|(part, source)| {
                let hosts = self.hosts_at(part, &request.hosts)?;
                Some((part, source, Request { hosts, ..request.clone() }))
            })
            .collect();
        if asked.is_empty() {
            return Err(SourceError::NoSuchHost { available: names_of(&*self.hosts()).to_string() });
        }
        Ok(asked)
    }

    /// The same hosts as the source at `part` knows them; none where it has none of them.
    fn hosts_at(&self, part: usize, hosts: &HostSet) -> Option<HostSet> {
        let hosts = match hosts {
            HostSet::All => return Some(HostSet::All),
            HostSet::Matching(_) => {
                let source = self.parts.get(part)?;
                return source.hosts().iter().any(|host| hosts.contains(host)).then(|| hosts.clone());
            }
            HostSet::Of(hosts) => hosts,
        };
        let there = hosts.iter().filter_map(|host| self.hosts.find(*host)).filter(|(of, _)| *of == part);
        let there: BTreeSet<HostId> = there.map(|(_, host)| host).collect();
        (!there.is_empty()).then_some(HostSet::Of(there))
    }

    /// One stream of these; `end` is told when it is to end.
    fn begin(
        &self,
        members: Vec<(usize, StreamId)>,
        queue: Arc<Queue>,
        end: watch::Sender<bool>,
    ) -> Subscription {
        let id = {
            let mut streams = lock(&self.streams);
            streams.last += 1;
            let id = streams.last;
            let member = |(part, id)| Member { part, id, sums: DirectionCounts::default() };
            streams.running.insert(id, members.into_iter().map(member).collect());
            id
        };
        let streams = Arc::clone(&self.streams);
        let end = move || {
            lock(&streams).running.remove(&id);
            // Where nobody listens, it has ended.
            _ = end.send(true);
        };
        Subscription::new(id, self.now(), queue, Box::new(end))
    }

    /// The id here of a source's stream; of one that is nobody's here, one that no other has.
    fn id_of(&self, part: usize, id: StreamId) -> StreamId {
        let streams = lock(&self.streams);
        let is_it = |member: &Member| (member.part, member.id) == (part, id);
        let found = streams.running.iter().find(|(_, members)| members.iter().any(is_it));
        found.map_or((part as u64 + 1) << 48 | id, |(id, _)| *id)
    }

    /// What a source that answers with `error` leaves out of a request.
    fn left_out(&self, part: usize, request: &Request, error: &SourceError) -> Vec<LeftOut> {
        let InterfaceSet::Named(names) = &request.interfaces else { return Vec::new() };
        let state = match error {
            SourceError::NoSuchInterface { .. } => InterfaceState::Absent,
            _ => InterfaceState::Refused,
        };
        let mut all = Vec::new();
        let hosts = self.parts.get(part).map(|source| source.hosts()).unwrap_or_default();
        for host in hosts.iter().filter(|host| request.hosts.contains(host)) {
            for name in names {
                for direction in &request.directions {
                    let (host, interface) = (self.hosts.of(part, host), name.clone());
                    all.push(LeftOut {
                        host,
                        interface,
                        direction: *direction,
                        state,
                        reason: error.to_string(),
                    });
                }
            }
        }
        all
    }
}

#[async_trait]
impl Source for Merged {
    fn now(&self) -> Moment {
        self.first.now()
    }

    fn processor_time(&self) -> Duration {
        self.first.processor_time()
    }

    fn hosts(&self) -> Arc<[Host]> {
        let of = |(part, source): (usize, &Arc<dyn Source>)| -> Vec<Host> {
            source.hosts().iter().map(|host| self.hosts.of(part, host)).collect()
        };
        self.parts().flat_map(of).collect()
    }

    fn interfaces(&self) -> Arc<Interfaces> {
        let mut seen = BTreeSet::new();
        let all: Vec<Arc<Interfaces>> = self.parts.iter().map(|source| source.interfaces()).collect();
        let all = all.iter().flat_map(|interfaces| interfaces.iter());
        Arc::new(all.filter(|one| seen.insert(one.name.clone())).cloned().collect())
    }

    fn interfaces_of(&self, host: HostId) -> Arc<Interfaces> {
        self.source_of(host).map(|(source, host)| source.interfaces_of(host)).unwrap_or_default()
    }

    async fn prepare(&self, request: &Request) -> Result<Prepared, SourceError> {
        let asked = self.asked(request)?;
        let answers = join_all(asked.iter().map(|(_, source, request)| source.prepare(request))).await;
        let mut all = Prepared::default();
        let (mut refusal, mut is_refused) = (None, true);
        for ((part, _, request), answer) in asked.iter().zip(answers) {
            let part = *part;
            match answer {
                Ok(Prepared { mut in_force, mut left_out }) => {
                    is_refused = false;
                    in_force.iter_mut().for_each(|one| one.host = self.hosts.of(part, &one.host));
                    left_out.iter_mut().for_each(|one| one.host = self.hosts.of(part, &one.host));
                    all.in_force.extend(in_force);
                    all.left_out.extend(left_out);
                }
                Err(error) => {
                    all.left_out.extend(self.left_out(part, request, &error));
                    refusal.get_or_insert(error);
                }
            }
        }
        match refusal {
            Some(error) if is_refused => Err(error),
            _ => Ok(all),
        }
    }

    async fn subscribe(&self, request: &Request) -> Result<Subscription, SourceError> {
        let asked = self.asked(request)?;
        let answers = join_all(asked.iter().map(|(_, source, request)| source.subscribe(request))).await;
        let streams = had(&asked, answers)?;
        let members = streams.iter().map(|(part, stream)| (*part, stream.id())).collect();
        let queue = Queue::new(self.queue_rows);
        let (end, ended) = watch::channel(false);
        let order = Order::new(Arc::clone(&self.hosts));
        tokio::spawn(rows::merge(Arc::clone(&self.first), streams, order, Arc::clone(&queue), ended));
        Ok(self.begin(members, queue, end))
    }

    async fn flows(&self, request: &Request, interval: Duration) -> Result<FlowFeed, SourceError> {
        let asked = self.asked(request)?;
        let flows = asked.iter().map(|(_, source, request)| source.flows(request, interval));
        let feeds = had(&asked, join_all(flows).await)?;
        let queue = Arc::new(FlowQueue::default());
        queue.begin();
        let (end, ended) = watch::channel(false);
        let feeds = feeds.into_iter().map(|(part, feed)| {
            pass_on(part, feed, Arc::clone(&self.hosts), Arc::clone(&queue), ended.clone())
        });
        let all = join_all(feeds.collect::<Vec<_>>());
        let of_all = Arc::clone(&queue);
        tokio::spawn(async move {
            all.await;
            of_all.close();
        });
        // Its rows are none; the feeds hold the interfaces.
        Ok(FlowFeed::new(queue, self.begin(Vec::new(), Queue::new(1), end)))
    }

    async fn connections(&self) -> Result<Arc<dyn Connections>, SourceError> {
        // Those of other machines cannot be asked.
        let of_first = self.first.connections().await?;
        Ok(Arc::new(Renamed { host: self.hosts.id(0, of_first.host()), of_first }))
    }

    async fn processes(&self) -> Result<Arc<dyn Processes>, SourceError> {
        let of_first = self.first.processes().await?;
        Ok(Arc::new(Renamed { host: self.hosts.id(0, of_first.host()), of_first }))
    }

    fn learnt(&self) -> Option<Arc<Learnt>> {
        self.first.learnt()
    }

    async fn learn_names(&self) -> Result<Learning, SourceError> {
        // Names are those that this machine knows.
        self.first.learn_names().await
    }

    async fn no_learning(&self) -> Option<String> {
        self.first.no_learning().await
    }

    fn no_shared_hook(&self) -> Option<String> {
        self.parts().find_map(|(_, source)| source.no_shared_hook())
    }

    async fn report(&self, is_shown: &IsShown<'_>) -> Report {
        let mut all = Report { checks: Vec::new(), interfaces: Vec::new() };
        for source in &self.parts {
            let Report { checks, interfaces } = source.report(is_shown).await;
            let hosts = names_of(&*source.hosts());
            all.checks.extend(
                checks.into_iter().map(|check| Check { name: format!("{hosts}: {}", check.name), ..check }),
            );
            all.interfaces.extend(interfaces);
        }
        all
    }

    async fn accounts(&self) -> Vec<HookAccounts> {
        let answers = join_all(self.parts.iter().map(|source| source.accounts())).await;
        let mut all: Vec<HookAccounts> = Vec::new();
        for (part, mut accounts) in answers.into_iter().enumerate() {
            for hook in &mut accounts {
                hook.host = self.hosts.of(part, &hook.host);
                hook.streams.iter_mut().for_each(|stream| stream.id = self.id_of(part, stream.id));
            }
            all.extend(accounts);
        }
        all
    }

    async fn link_counters(
        &self,
        hosts: &HostSet,
        interfaces: &InterfaceSet,
    ) -> Result<Vec<LinkReading>, SourceError> {
        let asked: Vec<_> = self
            .parts()
            .filter_map(|(part, source)| Some((part, source, self.hosts_at(part, hosts)?)))
            .collect();
        let answers =
            join_all(asked.iter().map(|(_, source, hosts)| source.link_counters(hosts, interfaces))).await;
        let mut refusal = SourceError::NoSuchHost { available: names_of(&*self.hosts()).to_string() };
        let mut all = Vec::new();
        let mut is_had = false;
        for ((part, ..), answer) in asked.iter().zip(answers) {
            match answer {
                Ok(mut readings) => {
                    is_had = true;
                    readings.iter_mut().for_each(|one| one.host = self.hosts.of(*part, &one.host));
                    all.extend(readings);
                }
                Err(error) => refusal = error,
            }
        }
        if is_had { Ok(all) } else { Err(refusal) }
    }

    async fn counts(&self, stream: StreamId) -> Option<Reading> {
        let members: Vec<(usize, StreamId)> = {
            let streams = lock(&self.streams);
            streams.running.get(&stream)?.iter().map(|member| (member.part, member.id)).collect()
        };
        let read = members.iter().filter_map(|(part, id)| Some(self.parts.get(*part)?.counts(*id)));
        let readings = join_all(read).await;
        let at = self.now();
        let mut streams = lock(&self.streams);
        let members = streams.running.get_mut(&stream)?;
        let mut sums = DirectionCounts::default();
        for (member, reading) in members.iter_mut().zip(&readings) {
            if let Some(reading) = reading {
                member.sums = reading.sums;
            }
            for (sum, one) in sums.iter_mut().zip(&member.sums) {
                *sum += *one;
            }
        }
        readings.iter().any(Option::is_some).then_some(Reading { at, sums })
    }

    fn own_ports(&self, host: HostId) -> Arc<BTreeSet<u16>> {
        self.source_of(host).map(|(source, host)| source.own_ports(host)).unwrap_or_default()
    }

    fn own_datagram_ports(&self, host: HostId) -> Arc<BTreeSet<u16>> {
        self.source_of(host).map(|(source, host)| source.own_datagram_ports(host)).unwrap_or_default()
    }
}

/// What those who were asked have, with their places; the first error where none has anything.
/// What is known of the first source's host, by what it is called here.
struct Renamed<T: ?Sized> {
    host: HostId,
    of_first: Arc<T>,
}

impl Processes for Renamed<dyn Processes> {
    fn host(&self) -> HostId {
        self.host
    }

    fn is_whole(&self) -> bool {
        self.of_first.is_whole()
    }

    fn owner(&self, ends: &Ends) -> Option<Arc<Process>> {
        self.of_first.owner(ends)
    }
}

impl Connections for Renamed<dyn Connections> {
    fn host(&self) -> HostId {
        self.host
    }

    fn is_whole(&self) -> bool {
        self.of_first.is_whole()
    }

    fn read(&self, each: &mut dyn FnMut(Ends, Connection)) -> Result<(), SourceError> {
        self.of_first.read(each)
    }
}

fn had<T>(asked: &[Asked<'_>], answers: Vec<Result<T, SourceError>>) -> Result<Vec<(usize, T)>, SourceError> {
    let mut refusal = None;
    let mut had = Vec::new();
    for ((part, ..), answer) in asked.iter().zip(answers) {
        match answer {
            Ok(answer) => had.push((*part, answer)),
            Err(error) => _ = refusal.get_or_insert(error),
        }
    }
    match refusal {
        Some(error) if had.is_empty() => Err(error),
        _ => Ok(had),
    }
}

/// Hands on the flows that one source has counted, until there are no more.
async fn pass_on(
    part: usize,
    mut feed: FlowFeed,
    hosts: Arc<Hosts>,
    queue: Arc<FlowQueue>,
    mut end: watch::Receiver<bool>,
) {
    let mut asked = false;
    loop {
        tokio::select! {
            () = rows::said(&mut end), if !asked => {
                asked = true;
                feed.end();
            }
            snapshot = feed.next() => {
                let Some(snapshot) = snapshot else { break };
                let snapshot = Arc::unwrap_or_clone(snapshot);
                let host = hosts.of(part, &snapshot.host);
                queue.push(Arc::new(FlowSnapshot { host, ..snapshot }));
            }
        }
    }
    queue.miss(&feed.missed());
}

fn lock(streams: &Mutex<Streams>) -> MutexGuard<'_, Streams> {
    // Nothing that holds the lock can panic half-way through a change.
    streams.lock().unwrap_or_else(PoisonError::into_inner)
}
