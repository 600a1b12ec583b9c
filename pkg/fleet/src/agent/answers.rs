//! What the agent answers.

use std::sync::{Arc, Mutex};

use xdplive_source::{Counts, HostSet, SourceError};

use super::{
    drops,
    here::Here,
    lease::{self, FlowTerms},
    leases::{Key, Lease, lock},
    shared::Shared,
};
use crate::{
    ceiling::BeyondCeiling,
    wire::{
        self, Answer, Ask, Refusal, RequestError, Start, WireAccounts, WireLink, WirePrepared, WireReport,
        WireRequest, WireStream,
    },
};

impl Shared {
    /// Answers `client`.
    pub(super) async fn answer(self: &Arc<Self>, client: &str, ask: Ask) -> Answer {
        let key = |lease: u64| -> Key { (Arc::from(client), lease) };
        match ask {
            Ask::Describe => {
                let mut description = self.describe();
                description.news = self.news();
                Answer::Description(Box::new(description))
            }
            Ask::Clock => Answer::Done,
            Ask::Prepare(request) => match self.prepare(&request).await {
                Ok(prepared) => Answer::Prepared(prepared),
                Err(refusal) => Answer::Refused(refusal),
            },
            Ask::Start(start) => match self.start(client, *start).await {
                Ok(()) => Answer::Done,
                Err(refusal) => Answer::Refused(refusal),
            },
            Ask::Share { lease, rows } => {
                self.leases.share(&key(lease), rows.max(1));
                Answer::Done
            }
            Ask::End { lease, run } => {
                let key = key(lease);
                if self.leases.end(&key, run) {
                    Answer::Done
                } else {
                    Answer::Settled(self.leases.settled(&key, run).map(Box::new))
                }
            }
            Ask::Settled { lease, run } => {
                Answer::Settled(self.leases.settled(&key(lease), run).map(Box::new))
            }
            Ask::Report => {
                let there = self.source.interfaces();
                let is_shown = |name: &str| self.settings.ceiling.allows(name, &there);
                Answer::Report(WireReport::new(&self.source.report(&is_shown).await))
            }
            Ask::Accounts => Answer::Accounts(self.accounts_for(client).await),
            Ask::PrepareDrops(request) => match self.prepare_drops(request.as_deref()).await {
                Ok(()) => Answer::Done,
                Err(refusal) => Answer::Refused(refusal),
            },
            Ask::Links { interfaces } => match self.links(&interfaces).await {
                Ok(links) => Answer::Links(links),
                Err(refusal) => Answer::Refused(refusal),
            },
        }
    }

    fn request(&self, request: &WireRequest) -> Result<xdplive_source::Request, Refusal> {
        let request = request.read()?;
        Ok(self.settings.ceiling.narrow(request, &self.source.interfaces())?)
    }

    async fn prepare(&self, request: &WireRequest) -> Result<WirePrepared, Refusal> {
        let request = self.request(request)?;
        Ok(WirePrepared::new(&self.source.prepare(&request).await?))
    }

    /// Has the packets looked at that the kernel drops, for a request that comes or that is this one.
    async fn prepare_drops(&self, request: Option<&WireRequest>) -> Result<(), Refusal> {
        if let Some(request) = request {
            self.request(request)?;
        }
        self.source.prepare_drops(&HostSet::All).await?;
        Ok(())
    }

    /// What kernel and cards have counted of those of these interfaces that are lent.
    async fn links(&self, lists: &[Vec<String>]) -> Result<Vec<WireLink>, Refusal> {
        let asked = wire::interfaces(lists)?;
        let asked = self.settings.ceiling.narrow_interfaces(asked, &self.source.interfaces())?;
        let readings = self.source.link_counters(&HostSet::All, &asked).await?;
        Ok(readings.iter().map(WireLink::new).collect())
    }

    async fn start(self: &Arc<Self>, client: &str, start: Start) -> Result<(), Refusal> {
        let Start { lease, run, request, flows, most_flows, tcp, drops, share } = start;
        let key: Key = (Arc::from(client), lease);
        self.leases.room(&key)?;
        let request = self.request(&request)?;
        let here = Arc::new(Mutex::new(Here::default()));
        let what = lease::in_words(&request, flows, drops);
        if drops {
            let feed = self.source.drops(&request).await?;
            let lease = Lease::new(run, 0, what, Arc::clone(&here), share);
            let (end, share) = (lease.end.subscribe(), lease.share.subscribe());
            self.leases.begin(key.clone(), lease);
            let has_rows = request.has_rows();
            tokio::spawn(drops::drops(Arc::clone(self), key, run, feed, has_rows, here, end, share));
        } else if let Some(interval) = flows {
            if !self.settings.ceiling.flows {
                return Err(BeyondCeiling::Flows.into());
            }
            let interval = std::time::Duration::from_millis(interval.clamp(100, 60_000));
            let feed = self.source.flows(&request, interval).await?;
            let lease = Lease::new(run, 0, what, here, None);
            let end = lease.end.subscribe();
            self.leases.begin(key.clone(), lease);
            let lent = self.settings.ceiling.flows_per_interval;
            let most = most_flows.map_or(lent, |most| most.min(lent));
            tokio::spawn(lease::flows(Arc::clone(self), key, run, feed, FlowTerms { most, tcp }, end));
        } else {
            let stream = self.source.subscribe(&request).await?;
            let lease = Lease::new(run, stream.id(), what, Arc::clone(&here), share);
            let (end, share) = (lease.end.subscribe(), lease.share.subscribe());
            self.leases.begin(key.clone(), lease);
            let has_rows = request.has_rows();
            tokio::spawn(lease::rows(Arc::clone(self), key, run, stream, has_rows, here, end, share));
        }
        Ok(())
    }

    /// What has been counted, with the streams of one client only.
    async fn accounts_for(&self, client: &str) -> Vec<WireAccounts> {
        let own = self.leases.of(client);
        let accounts = self.accounts.get().await;
        let there = self.source.interfaces();
        let shown = accounts.iter().filter(|hook| self.settings.ceiling.allows(&hook.interface, &there));
        let of_hook = |hook: &xdplive_source::HookAccounts| {
            let streams = hook.streams.iter().filter_map(|stream| {
                let (lease, here) = own.get(&stream.id)?;
                let here = lock(here);
                let thinned = here.at(&here.thinned, &hook.interface, hook.direction);
                let lost = here.at(&here.lost, &hook.interface, hook.direction);
                let mut counts = Counts { ..stream.counts };
                counts.thinned += thinned;
                counts.lost_queue += lost;
                counts.delivered = counts.delivered.saturating_sub(thinned + lost);
                Some(WireStream { lease: *lease, counts: counts.into() })
            });
            WireAccounts::new(hook, streams.collect())
        };
        shown.map(of_hook).collect()
    }
}

impl From<RequestError> for Refusal {
    fn from(error: RequestError) -> Self {
        Self::Request(error.to_string())
    }
}

impl From<BeyondCeiling> for Refusal {
    fn from(error: BeyondCeiling) -> Self {
        Self::Rights(error.to_string())
    }
}

impl From<SourceError> for Refusal {
    fn from(error: SourceError) -> Self {
        (&error).into()
    }
}
