//! What every source of packets can be asked.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use async_trait::async_trait;
use xdplive_names::{HostNames, Learnt};

use crate::{
    accounts::{HookAccounts, Reading},
    clock::Moment,
    connections::Connections,
    drops::DropFeed,
    error::SourceError,
    flows::FlowFeed,
    host::{Host, HostId, HostSet, Machine, names_of},
    ids::StreamId,
    interface::Interfaces,
    interface_set::InterfaceSet,
    learning::Learning,
    link_counters::LinkReading,
    prepared::{LeftOut, Prepared},
    processes::Processes,
    report::Report,
    request::Request,
    subscription::Subscription,
};

/// Where packets can be had.
#[async_trait]
pub trait Source: Send + Sync + 'static {
    /// What time it is, by the clock to which all times belong that leave this source: its hosts may have others, and
    /// it brings them together.
    fn now(&self) -> Moment;

    /// Time that the calling thread has had of the processor, for who wants to say what something costs. Only the time between
    /// two calls means something; nothing where it cannot be told.
    fn processor_time(&self) -> Duration {
        Duration::ZERO
    }

    /// The hosts there are now. A source that can do nothing has one all the same.
    fn hosts(&self) -> Arc<[Host]>;

    /// The hosts there are or have been, and which of them answer.
    fn machines(&self) -> Vec<Machine> {
        let here = |host: &Host| Machine {
            host: host.clone(),
            unreachable: None,
            release: String::new(),
            clock: None,
        };
        self.hosts().iter().map(here).collect()
    }

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
    /// Any [`SourceError`]. One interface of [`InterfaceSet::Any`](super::InterfaceSet::Any) that cannot be watched is left out instead.
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

    /// How well the connections of sockets are, which is looked at while somebody has this.
    ///
    /// # Errors
    /// [`SourceError::Unavailable`] where that is not to be had, and [`SourceError::Gone`].
    async fn connections(&self) -> Result<Arc<dyn Connections>, SourceError> {
        Err(SourceError::Unavailable("only this machine's own sockets can be asked".to_owned()))
    }

    /// Makes everything ready for [`Self::drops`] of some of these hosts, so that what can never work is known before. Returns
    /// the hosts that are left out, each as any interface of it.
    ///
    /// # Errors
    /// As [`Self::drops`].
    async fn prepare_drops(&self, _hosts: &HostSet) -> Result<Vec<LeftOut>, SourceError> {
        Err(SourceError::NoDrops { hosts: names_of(&*self.hosts()).to_string() })
    }

    /// Has the packets looked at that the kernel drops at the interfaces and directions that `request` asks for: rows of those
    /// that are wanted, as many as its limit lets pass, and how many there are of each reason. A packet whose interface or
    /// way nobody can tell is at any interface and goes both ways, and no other. Attaches nothing to an interface.
    ///
    /// # Errors
    /// [`SourceError::NoSuchHost`], [`SourceError::NoDrops`] and [`SourceError::Unavailable`] only.
    async fn drops(&self, _request: &Request) -> Result<DropFeed, SourceError> {
        Err(SourceError::NoDrops { hosts: names_of(&*self.hosts()).to_string() })
    }

    /// Whose packets are, which is looked at while somebody has this.
    ///
    /// # Errors
    /// As [`Self::connections`].
    async fn processes(&self) -> Result<Arc<dyn Processes>, SourceError> {
        Err(SourceError::Unavailable("only this machine's own sockets can be asked".to_owned()))
    }

    /// Names of hosts that have been learnt from answers of the DNS; `None` of a source that never learns any.
    fn learnt(&self) -> Option<Arc<Learnt>> {
        None
    }

    /// Has [names](Self::learnt) learnt from answers of the DNS that pass, for as long as somebody has what this returns. What was
    /// learnt is known for longer.
    ///
    /// # Errors
    /// As [`Self::connections`].
    async fn learn_names(&self) -> Result<Learning, SourceError> {
        Err(SourceError::Unavailable("only answers can be read that pass this machine".to_owned()))
    }

    /// Names of containers, by the addresses that they have in network namespaces of their own. None of a source of other machines:
    /// such addresses are good on their own machine only, and the next has them, too.
    fn container_names(&self) -> HostNames {
        HostNames::default()
    }

    /// Why no names can be learnt, as far as that is known without trying; `None` where nothing is in the way.
    async fn no_learning(&self) -> Option<String> {
        Some("only answers can be read that pass this machine, and nothing is captured here".to_owned())
    }

    /// Why nothing can be counted that nobody has asked for, by [`HookChoice::Shared`](super::HookChoice::Shared); `None` where
    /// it can.
    fn no_shared_hook(&self) -> Option<String> {
        None
    }

    /// What this source can do here, and what keeps it from doing more: on those interfaces whose names `is_shown` lets
    /// through, and without a word about others. Attaches nothing.
    async fn report(&self, is_shown: &IsShown<'_>) -> Report;

    /// What has been counted so far at every hook of every watched interface. Attaches nothing.
    async fn accounts(&self) -> Vec<HookAccounts>;

    /// What kernel and cards have counted so far of those of `interfaces` that there are now on `hosts`, whether their packets
    /// can be read or not. Attaches nothing.
    ///
    /// # Errors
    /// [`SourceError::NoSuchHost`], [`SourceError::NoCounters`] and [`SourceError::Unavailable`] only.
    async fn link_counters(
        &self,
        _hosts: &HostSet,
        _interfaces: &InterfaceSet,
    ) -> Result<Vec<LinkReading>, SourceError> {
        Err(SourceError::NoCounters { hosts: names_of(&*self.hosts()).to_string() })
    }

    /// What has been counted so far for one stream; `None` where nothing is attached for it now.
    async fn counts(&self, stream: StreamId) -> Option<Reading>;

    /// The TCP ports of a host whose packets are own traffic now; none of a host that is not there.
    fn own_ports(&self, host: HostId) -> Arc<BTreeSet<u16>>;

    /// The UDP ports of a host whose packets are own traffic; none of a host that is not there, or that sends none.
    fn own_datagram_ports(&self, _host: HostId) -> Arc<BTreeSet<u16>> {
        Arc::default()
    }
}

/// Whether somebody may know of the interface with this name.
pub type IsShown<'a> = dyn Fn(&str) -> bool + Send + Sync + 'a;
