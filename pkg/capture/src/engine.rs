//! The capture of this machine: who watches what, what is attached where, and the counting between.
//!
//! One thread owns all of it and works off commands; the rows themselves go from the reader thread straight
//! into the streams' queues, and programs are attached and detached by a thread beside it.
//!
//! | module | holds |
//! |---|---|
//! | `control` | the thread and its commands |
//! | `membership`, `attaching`, `prepare`, `cut`, `accounts`, `flows` | what it does |
//! | `state` | what the thread and all that it does work with |
//! | `flow_wants`, `flow_server` | who wants flows, and the thread that takes them from the kernel |
//! | `tap`, `way` | an interface being watched, and the state of each of its directions |
//! | `stream` | a stream, and what was counted for it |
//! | `slots`, `slot_key`, `filter_sets`, `budgets` | which packets are whose, and the tables that the kernel decides by |
//! | `generations`, `cells`, `places` | what programs go by, where they count, and where they find it |
//! | `maps`, `opening` | the kernel's maps; having them made, and ending the loader |
//! | `attacher` | the thread that attaches and detaches |
//! | `explain` | errors for people |

mod accounts;
mod attacher;
mod attaching;
mod budgets;
mod cells;
mod control;
mod cut;
mod explain;
mod filter_sets;
mod flow_server;
mod flow_wants;
mod flows;
mod generations;
mod maps;
mod membership;
mod opening;
mod places;
mod prepare;
mod slot_key;
mod slots;
mod state;
mod stream;
mod tap;
mod way;

use std::{
    collections::BTreeSet,
    io,
    sync::{
        Arc, Mutex,
        mpsc::{Sender, channel},
    },
    thread,
    time::Duration,
};

use async_trait::async_trait;
use thiserror::Error;
use tokio::{
    sync::{oneshot, watch},
    time::sleep,
};
use tracing::warn;
use xdplive_loader::Loader;
use xdplive_names::{HostNames, Learnt};
use xdplive_source::{
    Connections, DropFeed, FlowFeed, FlowQueue, HookAccounts, Host, HostId, HostSet, InterfaceSet,
    Interfaces, IsShown, Learning, LeftOut, LinkReading, Moment, Prepared, Processes, Queue, Reading, Report,
    Request, Source, SourceError, StreamId, Subscription, names_of,
};

use crate::{
    answers::AnswersServer,
    at_start::AtStart,
    clock,
    connections::ConnectionsServer,
    containers::Containers,
    drops::DropServer,
    instruments::Instruments,
    interface::{Watch, WatchError},
    own,
    processes::ProcessesServer,
    reader::Reader,
    report::{self, Kernel},
    settings::Settings,
};

use self::{
    attacher::Attacher,
    control::Command,
    flow_server::Want,
    flow_wants::Flows,
    opening::LoaderOpener,
    state::{Control, Parts},
};

/// Time between two looks at the ports of own traffic: Grafana opens its own some time after it has started us.
const OWN_INTERVAL: Duration = Duration::from_secs(5);

/// Time for which dropped packets are looked at after a query, for the stream that follows it.
const DROPS_HELD: Duration = Duration::from_secs(10);

/// Why the capture cannot start.
#[derive(Debug, Error)]
pub enum StartError {
    /// No list of interfaces.
    #[error(transparent)]
    Interfaces(#[from] WatchError),
    /// No thread, or no file descriptor.
    #[error("cannot start the capture's threads: {0}")]
    Threads(#[from] io::Error),
}

/// The interfaces of this machine as a source of packets.
pub struct LocalSource {
    hosts: Arc<[Host]>,
    commands: Sender<Command>,
    watch: Watch,
    kernel: Kernel,
    at_start: AtStart,
    settings: Settings,
    own_ports: watch::Receiver<Arc<BTreeSet<u16>>>,
    own_datagrams: Arc<BTreeSet<u16>>,
    failed: watch::Receiver<Option<String>>,
    instruments: Instruments,
    connections: Arc<ConnectionsServer>,
    drops: DropServer,
    processes: Arc<ProcessesServer>,
    answers: AnswersServer,
    containers: Containers,
}

impl LocalSource {
    /// Starts the capture of this machine, which is called `name`, with the process that `loader` is. Needs a tokio
    /// runtime.
    ///
    /// # Errors
    /// Any [`StartError`].
    pub async fn start(
        name: Arc<str>,
        loader: Loader,
        at_start: AtStart,
        settings: Settings,
        own: own::Ports,
    ) -> Result<Self, StartError> {
        let watch = Watch::start().await?;
        let kernel = Kernel::running();
        let (commands, receiver) = channel();
        let Loader { maps, links, process } = loader;
        let (tell_failed, failed) = watch::channel(None);
        let done = commands.clone();
        // Where the control thread has ended, nobody needs to know.
        let links = Arc::new(Mutex::new(links));
        let instruments = Instruments::new(Arc::clone(&links));
        let attacher = Attacher::start(links, move |outcome| _ = done.send(Command::Done(outcome)))?;
        let host = Host::only(name);
        let own_datagrams = Arc::new(own.datagrams.clone());
        let parts = Parts {
            host: host.clone(),
            own_datagrams: Arc::clone(&own_datagrams),
            opener: Box::new(LoaderOpener::new(maps, process)),
            attacher,
            reader: Reader::start(host.clone(), settings.all_queue_rows())?,
            kernel: kernel.clone(),
            at_start: at_start.clone(),
            settings,
            failed: tell_failed,
        };
        let control = Control::new(parts, watch.now(), Flows::start(host.clone())?);
        thread::Builder::new().name("capture".to_owned()).spawn(move || control.run(&receiver))?;
        let (tell_own, own_ports) = watch::channel(Arc::default());
        let connections = Arc::new(ConnectionsServer::new(host.id, instruments.clone()));
        let drops = DropServer::new(host.clone(), instruments.clone(), watch.clone());
        let processes = Arc::new(ProcessesServer::new(host.id, instruments.clone()));
        let answers = AnswersServer::new(instruments.clone(), watch.clone());
        let (hosts, watched) = (Arc::from([host]), watch.clone());
        let source = Self {
            hosts,
            commands,
            watch: watched,
            kernel,
            at_start,
            settings,
            own_ports,
            own_datagrams,
            failed,
            instruments,
            connections,
            drops,
            processes,
            answers,
            containers: Containers::default(),
        };
        // So that own traffic is known from the start, whatever ports there will be; where the thread has ended, so has all.
        let _ = source.commands.send(Command::OwnPorts(Arc::default()));
        source.report_changes(watch);
        source.follow_own(own, tell_own);
        Ok(source)
    }

    /// Detaches everything, ends the loader process and waits for it.
    pub async fn stop(&self) {
        let (done, finished) = oneshot::channel();
        if self.commands.send(Command::Stop { done }).is_ok() {
            let _ = finished.await;
        }
    }

    /// Waits until nothing can be watched any more, because the loader answers no more. Returns why.
    pub async fn failed(&self) -> String {
        let mut failed = self.failed.clone();
        match failed.wait_for(Option::is_some).await {
            Ok(reason) => reason.clone().unwrap_or_default(),
            // The control thread has come to its end by itself.
            Err(_) => std::future::pending().await,
        }
    }

    /// Has the control thread know of interfaces that are younger than the last change it has heard of, where `request`
    /// names one that it does not know.
    async fn look_for(&self, request: &Request) {
        let InterfaceSet::Named(names) = &request.interfaces else { return };
        let known = self.watch.now();
        if names.iter().all(|name| known.get(name).is_some()) {
            return;
        }
        if let Ok(now) = self.watch.look().await {
            // Where the control thread has ended, the request is answered so.
            let _ = self.commands.send(Command::Interfaces(Arc::new(now)));
        }
    }

    /// Tells the control thread of every change of the interfaces.
    fn report_changes(&self, mut watch: Watch) {
        let commands = self.commands.clone();
        tokio::spawn(async move {
            while let Some(interfaces) = watch.changed().await {
                if commands.send(Command::Interfaces(interfaces)).is_err() {
                    return;
                }
            }
        });
    }

    /// Tells the control thread of the ports of own traffic, and of every change.
    fn follow_own(&self, own: own::Ports, tell: watch::Sender<Arc<BTreeSet<u16>>>) {
        let commands = self.commands.clone();
        tokio::spawn(async move {
            let mut problem = String::new();
            loop {
                let (now, error) = own.now();
                if now != **tell.borrow() {
                    let now = Arc::new(now);
                    tell.send_replace(Arc::clone(&now));
                    if commands.send(Command::OwnPorts(now)).is_err() {
                        return;
                    }
                }
                // Said once, not every few seconds.
                if let Some(error) = error.map(|error| error.to_string())
                    && error != problem
                {
                    warn!("the ports of own traffic: {error}");
                    problem = error;
                }
                if tell.is_closed() {
                    return;
                }
                sleep(OWN_INTERVAL).await;
            }
        });
    }

    /// A stream that is ended where its taker wants it.
    fn subscription(&self, (stream, begun): (StreamId, Moment), queue: Arc<Queue>) -> Subscription {
        let commands = self.commands.clone();
        Subscription::new(
            stream,
            begun,
            queue,
            Box::new(move || {
                // Where the control thread has ended, so has the stream.
                let _ = commands.send(Command::End { stream });
            }),
        )
    }

    /// Whether a request is for this machine.
    fn check_host(&self, request: &Request) -> Result<(), SourceError> {
        self.check_hosts(&request.hosts)
    }

    /// Whether this machine is one of these.
    fn check_hosts(&self, hosts: &HostSet) -> Result<(), SourceError> {
        if self.hosts.iter().any(|host| hosts.contains(host)) {
            return Ok(());
        }
        Err(SourceError::NoSuchHost { available: names_of(&*self.hosts).to_string() })
    }

    async fn ask<T>(&self, command: impl FnOnce(oneshot::Sender<T>) -> Command) -> Result<T, SourceError> {
        let (reply, answer) = oneshot::channel();
        self.commands.send(command(reply)).map_err(|_| SourceError::Gone)?;
        answer.await.map_err(|_| SourceError::Gone)
    }
}

#[async_trait]
impl Source for LocalSource {
    fn now(&self) -> Moment {
        clock::now()
    }

    fn processor_time(&self) -> Duration {
        clock::processor_time()
    }

    fn hosts(&self) -> Arc<[Host]> {
        Arc::clone(&self.hosts)
    }

    fn interfaces(&self) -> Arc<Interfaces> {
        self.watch.now()
    }

    async fn prepare(&self, request: &Request) -> Result<Prepared, SourceError> {
        self.check_host(request)?;
        self.look_for(request).await;
        self.ask(|reply| Command::Prepare { request: request.clone(), reply }).await?
    }

    async fn subscribe(&self, request: &Request) -> Result<Subscription, SourceError> {
        self.check_host(request)?;
        let queue = Queue::new(self.settings.queue_rows(request));
        let stream = {
            let queue = Arc::clone(&queue);
            self.ask(|reply| Command::Subscribe { request: request.clone(), queue, reply }).await?
        };
        Ok(self.subscription(stream, queue))
    }

    async fn flows(&self, request: &Request, interval: Duration) -> Result<FlowFeed, SourceError> {
        self.check_host(request)?;
        // The stream under it holds the interfaces and has no rows.
        let queue = Queue::new(1);
        let flows = Arc::new(FlowQueue::default());
        let stream = {
            let request = Request { wanted: None, ..request.clone() };
            let (queue, want) = (Arc::clone(&queue), {
                let decapsulate = request.decapsulate;
                Want { interval, decapsulate, queue: Arc::clone(&flows) }
            });
            self.ask(|reply| Command::SubscribeFlows { request, queue, want, reply }).await?
        };
        let feed = FlowFeed::new(Arc::clone(&flows), self.subscription(stream, queue));
        flows.begun().await;
        Ok(feed)
    }

    async fn connections(&self) -> Result<Arc<dyn Connections>, SourceError> {
        let server = Arc::clone(&self.connections);
        let connections = tokio::task::spawn_blocking(move || server.get()).await;
        Ok(connections.map_err(|_| SourceError::Gone)??)
    }

    async fn prepare_drops(&self, hosts: &HostSet) -> Result<Vec<LeftOut>, SourceError> {
        self.check_hosts(hosts)?;
        let hub = self.drops.hub().await?;
        // Whoever asks subscribes in a moment.
        tokio::spawn(async move {
            sleep(DROPS_HELD).await;
            drop(hub);
        });
        Ok(Vec::new())
    }

    async fn drops(&self, request: &Request) -> Result<DropFeed, SourceError> {
        self.check_host(request)?;
        self.drops.feed(request, self.settings.queue_rows(request)).await
    }

    async fn processes(&self) -> Result<Arc<dyn Processes>, SourceError> {
        let server = Arc::clone(&self.processes);
        let processes = tokio::task::spawn_blocking(move || server.get()).await;
        Ok(processes.map_err(|_| SourceError::Gone)??)
    }

    fn learnt(&self) -> Option<Arc<Learnt>> {
        Some(self.answers.names())
    }

    async fn learn_names(&self) -> Result<Learning, SourceError> {
        let answers = self.answers.clone();
        let reading = tokio::task::spawn_blocking(move || answers.read()).await;
        Ok(Learning::new(reading.map_err(|_| SourceError::Gone)??))
    }

    fn container_names(&self) -> HostNames {
        self.containers.names()
    }

    async fn no_learning(&self) -> Option<String> {
        tokio::task::spawn_blocking(AnswersServer::obstacle).await.ok().flatten()
    }

    fn no_shared_hook(&self) -> Option<String> {
        let release = &self.kernel.release;
        let reason =
            || format!("this kernel, {release}, has no TCX, which came with 6.6, and XDP may reset a card");
        (!self.kernel.support().tcx).then(reason)
    }

    async fn report(&self, is_shown: &IsShown<'_>) -> Report {
        let (probed, prepared) = self.ask(|reply| Command::Probe { reply }).await.unwrap_or_default();
        let interfaces = match self.watch.look().await {
            Ok(interfaces) => Arc::new(interfaces),
            Err(_) => self.watch.now(),
        };
        let interfaces = interfaces.iter().filter(|interface| is_shown(&interface.name)).cloned().collect();
        let mut report = report::report(&self.at_start, &self.kernel, probed, &interfaces, &prepared);
        report.checks.extend(self.instruments.checks());
        report
    }

    async fn accounts(&self) -> Vec<HookAccounts> {
        self.ask(|reply| Command::Accounts { reply }).await.unwrap_or_default()
    }

    async fn link_counters(
        &self,
        hosts: &HostSet,
        interfaces: &InterfaceSet,
    ) -> Result<Vec<LinkReading>, SourceError> {
        let Some(host) = self.hosts.iter().find(|host| hosts.contains(host)) else {
            return Err(SourceError::NoSuchHost { available: names_of(&*self.hosts).to_string() });
        };
        let read = self.watch.counters(host, interfaces).await;
        read.map_err(|error| SourceError::Unavailable(error.to_string()))
    }

    async fn counts(&self, stream: StreamId) -> Option<Reading> {
        self.ask(|reply| Command::Counts { stream, reply }).await.ok().flatten()
    }

    fn own_ports(&self, _host: HostId) -> Arc<BTreeSet<u16>> {
        Arc::clone(&self.own_ports.borrow())
    }

    fn own_datagram_ports(&self, _host: HostId) -> Arc<BTreeSet<u16>> {
        Arc::clone(&self.own_datagrams)
    }
}
